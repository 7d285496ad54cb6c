"""The two commands of the README on machines that lack something, and the demo they run."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
APT = "sudo apt-get install -y python3-venv"

if shutil.which("make") is None:
    pytest.skip("make is not installed", allow_module_level=True)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a folder with what make needs, and nothing set up."""
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(REPOSITORY / name, tmp_path / name)
    return tmp_path


def python_that(folder: Path, says: str) -> Path:
    """Return a Python of which a part is missing."""
    path = folder / "python-in-parts"
    path.write_text(f'#!/bin/sh\n{says}\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    path.chmod(0o755)
    return path


def made(folder: Path, target: str, python: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "--no-print-directory", target, f"PYTHON={python}"],  # noqa: S607 - as a reader types it
        cwd=folder,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("target", ["demo", "test"])
def test_where_venv_is_missing_the_one_apt_line_is_printed(checkout: Path, target: str) -> None:
    python = python_that(checkout, 'case "$2" in *ensurepip*) exit 1 ;; esac')
    done = made(checkout, target, str(python))
    assert done.returncode != 0
    assert [line for line in done.stdout.splitlines() if "apt-get" in line] == [
        f"Python's venv is missing: {APT}"
    ]
    assert not (checkout / ".venv").exists()


def test_where_python_is_too_old_its_version_is_named(checkout: Path) -> None:
    python = python_that(
        checkout,
        'case "$2" in *version_info*) exit 1 ;; esac; '
        '[ "$1" = --version ] && { echo "Python 3.9.2"; exit; }',
    )
    done = made(checkout, "demo", str(python))
    assert done.returncode != 0
    assert "govkit needs Python 3.11 or later" in done.stdout
    assert "Python 3.9.2" in done.stdout
    assert not (checkout / ".venv").exists()


def test_where_python_is_missing_it_is_named(checkout: Path) -> None:
    done = made(checkout, "demo", "no-such-python")
    assert done.returncode != 0
    assert "Python is missing: sudo apt-get install -y python3 python3-venv" in done.stdout


def test_the_readme_names_only_targets_that_are_there() -> None:
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    rules = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    targets = {line.split()[1] for line in text.splitlines() if line.startswith("make ")}
    assert targets == {"demo", "test"}
    assert all(f"\n{target}:" in rules for target in targets)


def test_the_demo_can_be_run_again(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    repository.mkdir()
    for name in ("scripts", "scp_templates"):
        shutil.copytree(REPOSITORY / name, repository / name)
    shutil.copy(REPOSITORY / "org_layout.yaml", repository)
    sandbox = tmp_path / "sandbox"
    for _ in range(2):
        done = subprocess.run(
            ["/bin/sh", str(repository / "scripts" / "demo.sh")],
            env={
                "PATH": os.environ["PATH"],
                "BIN": str(Path(sys.executable).parent),
                "SANDBOX": str(sandbox),
                "HOME": str(tmp_path),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        applied = re.findall(r"^Applied: (\d+) of (\d+) steps? done", done.stdout, re.MULTILINE)
        assert len(applied) == 2
        assert all(ready == planned for ready, planned in applied)
        assert f"export GOVKIT_SANDBOX={sandbox}" in done.stdout
    assert (sandbox / "sandbox.json").is_file()
