"""Wrong usage is 64, says what was meant, and is never taken for drift."""

import subprocess
import sys

import pytest
from terminal import GOVKIT, Desk

from govkit import __version__
from govkit.cli.app import COMMANDS

WRONG = [
    (["pln"], "Did you mean 'plan'"),
    (["sandbox", "chnage"], "Did you mean 'change'?"),
    (["plan", "--fromat", "json"], "--format"),
    (["plan", "--detailed-exit-code"], "--detailed-exitcode"),
    (["drift", "extra"], "unexpected extra argument"),
    (["plan", "--format", "jsn"], "json, markdown, sarif, text"),
    (["plan", "--write", "json"], "use FORMAT=PATH"),
    (["plan", "--write", "jsn=x"], "json, markdown, sarif, text"),
    (["plan", "--allow", "max_move=3"], "max_moves"),
    (["plan", "--allow", "max_moves=many"], "Use max_moves=N, with N a number"),
    (["plan", "--allow", "adopt=1"], "nothing lets rail adopt pass"),
    (["plan", "--only", "everything"], "ou:PATH/**"),
    (["plan", "--only", "ou:Nowhere"], "no ou:/Nowhere"),
    (["plan", "--only", "account:nobody"], "no account:nobody"),
    (["plan", "--only", "guardrail:nothing"], "no guardrail nothing"),
    (["plan", "--only", "changed:HEAD"], "not in one"),
    (["plan", "--out", "p.json", "--redact"], "--redact with --out"),
    (["snapshot", "--redact"], "--redact"),
    (["--color", "sometimes", "plan"], "auto, always or never"),
    (["--pace", "0", "plan"], "percentage"),
    (["--pace", "fast", "plan"], "percentage"),
    (["--timeout", "-1", "plan"], "--timeout"),
    (["--snapshot", "s.json", "--sandbox", "sandbox", "plan"], "not both"),
    (["--sandbox", "nowhere", "plan"], "govkit --sandbox nowhere sandbox new"),
    (["validate", "--fail-on", "always"], "note, warning, error"),
    (["diff", "aws"], "both FROM and TO"),
    (["render", "keep-key"], 'Did you mean "keep-keys"?'),
    (["show", "payments-prdo"], 'Did you mean "payments-prod"?'),
    (["schema", "plam"], "layout, plan, drift"),
    (["apply"], "no terminal to ask at"),
    (["rollback"], "Missing argument"),
    (["--layout"], "requires an argument"),
]


@pytest.mark.parametrize(("arguments", "said"), WRONG, ids=lambda value: " ".join(value)[:40])
def test_wrong_usage_is_64_and_says_what_would_be_right(
    template: Desk, arguments: list[str], said: str
) -> None:
    before = template.content()
    ran = template.run(*arguments)
    assert ran.code == 64, ran.said
    assert said in ran.err
    assert "Traceback" not in ran.said
    assert template.content() == before


def test_the_help_that_is_named_can_be_copied(template: Desk) -> None:
    assert template.run("plan", "--no").err.endswith("govkit plan --help\n")


def test_a_day_that_is_none_is_wrong_usage(template: Desk) -> None:
    template.environment["GOVKIT_TODAY"] = "today"
    try:
        assert template.run("plan").code == 64
    finally:
        del template.environment["GOVKIT_TODAY"]


@pytest.mark.parametrize("arguments", [["--version"], ["-V"], ["plan", "--version"]])
def test_the_version(template: Desk, arguments: list[str]) -> None:
    ran = template.run(*arguments)
    if arguments[0] == "plan":
        assert ran.code == 64
    else:
        assert (ran.code, ran.out) == (0, f"govkit {__version__}\n")


def test_every_command_has_help_and_the_help_names_every_command(template: Desk) -> None:
    everything = template.does("--help").out
    for command in COMMANDS:
        name = command.__name__.replace("_", "-")
        assert f"  {name} " in everything
        assert template.does(name, "--help").out.startswith(f"Usage: govkit {name}")


def test_global_options_stand_before_and_after_the_command(template: Desk) -> None:
    environment = {"GOVKIT_SANDBOX": ""}
    ways = [
        ["--sandbox", "sandbox", "-l", "org_layout.yaml", "plan", "--format", "json"],
        ["plan", "--format", "json", "--sandbox", "sandbox", "-l", "org_layout.yaml"],
        ["plan", "--sandbox=sandbox", "--format", "json", "-lorg_layout.yaml"],
        ["-v", "plan", "--layout=org_layout.yaml", "--format=json", "--sandbox", "sandbox"],
    ]
    template.environment |= environment
    try:
        told = {template.does(*way).out for way in ways}
    finally:
        template.environment.clear()
    assert len(told) == 1


def test_what_follows_two_dashes_is_no_option(template: Desk) -> None:
    ran = template.run("show", "--", "--redact")
    assert ran.code == 64
    assert "--redact is not in what was looked at" in ran.err


def test_the_version_costs_nothing_heavy() -> None:
    code = (
        "import sys; from govkit.cli.main import main; main(['--version']); "
        "print(sorted({'boto3','botocore','jinja2','deepdiff','pydantic','yaml','typer'}"
        " & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == f"govkit {__version__}\n[]\n"


def test_the_installed_command_is_this_one() -> None:
    ran = subprocess.run([GOVKIT, "pln"], capture_output=True, text=True, check=False)
    assert ran.returncode == 64
    assert (ran.stdout, ran.stderr.splitlines()[0]) == ("", "Wrong usage")


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (["plan", "--only", "account:payments-prd"], "payments-prod"),
        (["plan", "--only", "guardrail:keep-key"], "keep-keys"),
        (["plan", "--only", "ou:/Workload"], "/Workloads"),
        (["plan", "--allow", "max_move=3"], "max_moves"),
        (["credentials", "apply", "notfy"], "notify"),
    ],
)
def test_a_typing_error_is_answered_with_what_may_be_meant(
    table: Desk, arguments: list[str], meant: str
) -> None:
    ran = table.run(*arguments)
    assert ran.code == 64
    assert f'Did you mean "{meant}"?' in ran.err


def test_a_format_that_there_is_not_is_told_before_anything_is_looked_at(bare: Desk) -> None:
    ran = bare.run("check", "--format", "xml")
    assert (ran.code, "xml is none of" in ran.err) == (64, True)
