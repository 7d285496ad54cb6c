# Two commands do everything on a fresh machine:
#   make demo   sets govkit up and runs plan, apply and drift on a pretend organization
#   make test   sets govkit up and runs its tests
# A third takes its time (half an hour on two cores) and rewrites the figures of docs/reliability.md:
#   make campaign   a fault at every call of an apply, and two applies at once, 200 times
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SANDBOX := .sandbox
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: demo test coverage check campaign setup setup-dev readme clean

demo: setup
	@BIN="$(CURDIR)/$(BIN)" SANDBOX="$(SANDBOX)" sh scripts/demo.sh

test: setup-dev
	$(BIN)/pytest -n auto $(MEASURED)

# How much of the code the tests reach; takes half as long again.
coverage: MEASURED := --cov=govkit --cov-branch --cov-report=term:skip-covered --cov-fail-under=95
coverage: test

# What CI runs: the tests (the demo among them), the gates, and what README.md and docs/ show.
check: test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/python scripts/check_readme.py

# After a change to what commands print: rewrites the transcripts, to be read before they are kept.
readme: setup-dev
	$(BIN)/python scripts/check_readme.py --update

campaign: setup-dev
	PYTHONPATH=tests $(BIN)/python -m campaign.run --update --jobs 2
	PYTHONPATH=tests $(BIN)/python -m campaign.run --update --pairs 200
	PYTHONPATH=tests $(BIN)/python benchmarks/bench_resume.py --update

setup: $(VENV)/.installed
setup-dev: $(VENV)/.installed-dev

$(VENV)/.installed: pyproject.toml | $(VENV)/.made
	$(PIP) --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml | $(VENV)/.made
	$(PIP) --editable '.[dev]'
	@touch $@ $(VENV)/.installed

$(VENV)/.made:
	@command -v $(PYTHON) >/dev/null || \
		{ echo "Python is missing: sudo apt-get install -y python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "govkit needs Python 3.11 or later; $(PYTHON) is `$(PYTHON) --version`."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python's venv is missing: sudo apt-get install -y python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

clean:
	rm -rf $(VENV) $(SANDBOX) .govkit
