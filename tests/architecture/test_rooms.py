"""The rooms are as the drawing says: who imports whom, how large, and what a command pays for."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PACKAGE = REPOSITORY / "govkit"
MODULES = sorted(PACKAGE.rglob("*.py"))
SCRIPTS = sorted((REPOSITORY / "scripts").glob("*.py"))
HEAVY = {"boto3", "botocore", "deepdiff", "jinja2", "pydantic", "typer", "yaml"}
LONGEST_MODULE = 350
LONGEST_FUNCTION = 50


def named(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


def imported_by(*arguments: str) -> set[str]:
    """Return the top-level packages that a command line leaves in `sys.modules`."""
    told = (
        "import sys\n"
        "from govkit.cli.main import main\n"
        f"status = main({list(arguments)!r})\n"
        "sys.stderr.write(' '.join({name.partition('.')[0] for name in sys.modules}))\n"
        "sys.exit(status)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", told], capture_output=True, text=True, check=True, cwd=REPOSITORY
    )
    return set(done.stderr.split())


def test_imports_look_down_never_up_or_sideways() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [str(linter), "--no-cache"], capture_output=True, text=True, check=False, cwd=REPOSITORY
    )
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


def test_saying_the_version_imports_nothing_heavy() -> None:
    assert imported_by("--version") & HEAVY == set()


def test_help_does_not_feel_aws() -> None:
    assert imported_by("--help") & HEAVY == {"typer"}


def test_validating_does_not_feel_aws() -> None:
    loaded = imported_by("validate")
    assert {"boto3", "botocore", "deepdiff"} & loaded == set()
    assert {"pydantic", "yaml"} <= loaded


@pytest.mark.parametrize("path", [*MODULES, *SCRIPTS], ids=named)
def test_a_module_is_small_and_begins_with_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    said = ast.get_docstring(ast.parse(text))
    assert said
    assert said.split("\n")[0].endswith((".", "?"))
    assert text.count("\n") <= LONGEST_MODULE


@pytest.mark.parametrize("path", [*MODULES, *SCRIPTS], ids=named)
def test_a_function_is_read_at_a_glance(path: Path) -> None:
    assert list(long_functions(path)) == []


def long_functions(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield f"{node.name}: {lines} lines"


def test_every_room_is_described() -> None:
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    told = (REPOSITORY / "docs" / "how-it-works.md").read_text(encoding="utf-8")
    assert {room for room in rooms if f"| `{room}/` |" not in told} == set()
