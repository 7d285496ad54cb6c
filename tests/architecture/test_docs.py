"""The docs say what the code does: keys, commands, options, codes, statuses, templates, links."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest
from typer.main import get_command

from govkit.cli.app import app
from govkit.cli.globals import apart
from govkit.errors import Exit
from govkit.flow.offline import SCHEMAS, schema
from govkit.policies.parameters import TYPES
from govkit.policies.template import load, names
from govkit.policies.types import policy_types

REPOSITORY = Path(__file__).parents[2]
DOCS = REPOSITORY / "docs"
PAGES = sorted(
    [REPOSITORY / "README.md", REPOSITORY / "CONTRIBUTING.md", *DOCS.rglob("*.md")],
)
CODE = re.compile(r"GK\d{3}")


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def in_code(text: str) -> set[str]:
    """Return every word that a page writes as code."""
    spans = re.findall(r"`([^`\n]+)`", text)
    return {word for span in spans for word in re.findall(r"[\w-]+", span)}


def keys_of(part: Any) -> Iterator[str]:
    """Yield every key that a JSON Schema knows, wherever it stands."""
    match part:
        case Mapping():
            yield from part.get("properties", {})
            for below in part.values():
                yield from keys_of(below)
        case list():
            for below in part:
                yield from keys_of(below)
        case _:
            return


def test_every_key_of_the_layout_is_explained() -> None:
    keys = set(keys_of(schema("layout")))
    assert len(keys) > 70
    assert keys - in_code(page("layout.md") + page("baseline.md")) == set()


def test_every_policy_type_is_named() -> None:
    assert {kind.key for kind in policy_types()} - in_code(page("layout.md")) == set()


@pytest.mark.parametrize("name", [name for name in SCHEMAS if name != "layout"])
def test_every_key_of_a_format_is_explained(name: str) -> None:
    known = in_code(page("formats.md"))
    assert set(schema(name)["properties"]) - known == set()


@pytest.mark.parametrize("part", ["step", "outsider", "finding"])
def test_every_key_of_a_part_of_a_plan_is_explained(part: str) -> None:
    definitions: Any = schema("plan")["$defs"]
    assert set(definitions[part]["properties"]) - in_code(page("formats.md")) == set()


def commands(command: Any = None, path: str = "govkit") -> Iterator[tuple[str, Any]]:
    """Yield every command with its whole name."""
    command = get_command(app) if command is None else command
    yield path, command
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, f"{path} {name}")


COMMANDS = {
    name: command
    for name, command in commands()
    if name == "govkit"
    or not hasattr(command, "commands")
    or command.invoke_without_command  # a command of its own, and of commands
}


def sections() -> dict[str, str]:
    """Return what the page says under the name of each command."""
    top, *rest = re.split(r"^### (govkit .+)$", page("commands.md"), flags=re.MULTILINE)
    said = dict(zip(rest[0::2], (part.partition("\n## ")[0] for part in rest[1::2]), strict=True))
    return {"govkit": top.partition("\n## ")[0], **said}


def heading_of(name: str) -> str:
    """Return the heading under which a command is described: its own, or its group's."""
    found = [head for head in sections() if head == name or name == f"{head} {last(name)}"]
    return max(found, key=len)


def last(name: str) -> str:
    return name.rpartition(" ")[2]


def options_of(name: str) -> set[str]:
    return {
        word
        for parameter in COMMANDS[name].params
        for word in (*parameter.opts, *parameter.secondary_opts)
        if word.startswith("-") and word != "--help"
    }


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_described(name: str) -> None:
    section = sections()[heading_of(name)]
    assert heading_of(name) == name or mentions(section, last(name))
    assert {option for option in options_of(name) if not mentions(section, option)} == set()


@pytest.mark.parametrize("heading", sections())
def test_nothing_is_described_that_is_not_there(heading: str) -> None:
    described = {name for name in COMMANDS if heading_of(name) == heading}
    known = {option for name in {*described, "govkit"} for option in options_of(name)}
    shown = {word for span in spans(sections()[heading]) for word in re.findall(r"--[a-z-]+", span)}
    assert described
    assert shown - known - {"--help"} == set()


def spans(text: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", text)


def mentions(section: str, word: str) -> bool:
    return any(word in re.split(r"[ ,]", span) for span in spans(section))


def test_the_options_of_all_commands_may_stand_anywhere() -> None:
    root = COMMANDS["govkit"]
    for parameter in root.params:
        for word in parameter.opts:
            if word in {"--version", "-V", "--help", "-h"}:
                continue
            value = [] if parameter.is_flag or getattr(parameter, "count", False) else ["x"]
            assert apart(["plan", word, *value]) == ([word, *value], ["plan"])


def test_every_exit_status_is_in_the_table() -> None:
    rows = re.findall(r"^\| (\d+) \| ([A-Z_]+) \|", page("exit-codes.md"), re.MULTILINE)
    assert {(int(status), name) for status, name in rows} == {(int(one), one.name) for one in Exit}


def test_the_readme_names_every_exit_status() -> None:
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    table = text.partition("## Exit codes")[2].partition("## ")[0]
    told = {
        int(word)
        for row in re.findall(r"^\| ([\d, ]+) \|", table, re.MULTILINE)
        for word in row.split(",")
    }
    assert told == {int(one) for one in Exit}


def codes() -> dict[str, set[str]]:
    """Return the codes of findings, each with the modules that give it."""
    found: dict[str, set[str]] = {}
    for path in sorted((REPOSITORY / "govkit").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                for code in CODE.findall(node.value):
                    found.setdefault(code, set()).add(path.relative_to(REPOSITORY).as_posix())
    return found


def test_every_code_of_a_finding_is_explained_once() -> None:
    rows = re.findall(r"^\| (GK\d{3}) \|", page("findings.md"), re.MULTILINE)
    assert sorted(rows) == sorted(codes())


def test_no_code_means_two_things() -> None:
    assert {code: places for code, places in codes().items() if len(places) > 1} == {}


def test_a_finding_always_has_a_code_of_that_form() -> None:
    """The rail `adopt` has no number: its name is its code."""
    assert set(unnumbered()) <= {"adopt"}


def unnumbered() -> Iterator[str]:
    for path in sorted((REPOSITORY / "govkit").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = {
            target.id: node.value.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", "") == "Finding"
                and node.args
            ):
                given = node.args[0]
                code = (
                    given.value
                    if isinstance(given, ast.Constant)
                    else constants.get(getattr(given, "id", ""))
                )
                if code is not None and not CODE.fullmatch(str(code)):
                    yield str(code)


def test_every_rail_is_explained() -> None:
    from govkit.plan.judge import guards

    assert {guard.rail for guard in guards()} - in_code(page("findings.md")) == set()


RAIL = re.compile(r"^\| `(\w+)` \| (\w+) \| .+ \| (\d+) \| (.+) \|$", re.MULTILINE)
NO_GUARDS = {"adopt", "reparent"}  # these speak while layout and organization meet


def test_the_table_of_rails_is_the_shelf_with_its_figures_and_overrides() -> None:
    from govkit.model.wanted import Safety
    from govkit.plan.judge import guards

    rows = {
        rail: (code, figure, override)
        for rail, code, figure, override in RAIL.findall(page("rails.md"))
    }
    overridable = {guard.rail: guard.override for guard in guards()}
    assert rows.keys() == overridable.keys() | NO_GUARDS
    for rail, (code, figure, override) in rows.items():
        assert int(figure) == getattr(Safety(), rail, 0), rail
        assert (override == f"`--allow {rail}=N`") is overridable.get(rail, False), rail
        assert rail in NO_GUARDS or code in codes_of(rail), rail


def codes_of(rail: str) -> set[str]:
    folder = REPOSITORY / "govkit" / "plan" / "guards"
    return set(CODE.findall((folder / f"{rail}.py").read_text(encoding="utf-8")))


def test_every_template_of_the_library_is_listed_with_its_title() -> None:
    folder = REPOSITORY / "scp_templates"
    rows = {
        (name, template.type, template.title)
        for name in names([folder])
        for template in [load(name, [folder])]
    }
    told = re.findall(r"^\| `(\S+\.j2)` \| (\w+) \| (.+) \|$", page("templates.md"), re.MULTILINE)
    assert set(told) == rows


def test_every_type_of_a_parameter_is_explained() -> None:
    assert set(TYPES) - in_code(page("templates.md")) == set()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(REPOSITORY).as_posix())
def test_links_lead_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text)
    assert [one for one in targets if not (path.parent / one).exists()] == []


def test_every_page_is_in_the_index() -> None:
    told = page("index.md")
    assert {path.name for path in DOCS.glob("*.md") if f"({path.name})" not in told} == {"index.md"}


def test_the_pages_of_checks_are_as_their_docstrings_say() -> None:
    """`scripts/build_checks_page.py` writes them anew."""
    found = run_path(str(REPOSITORY / "scripts" / "build_checks_page.py"))
    assert page("checks.md") == found["page"]()
    assert page("findings.md") == found["renewed"](page("findings.md"))
