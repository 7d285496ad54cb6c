"""The command line: the global options, and every command under its name."""

import os
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import typer

from govkit import __version__
from govkit.cli import globals as global_options
from govkit.cli import options
from govkit.cli.account import app as account
from govkit.cli.again import heard
from govkit.cli.apply import apply
from govkit.cli.check import check
from govkit.cli.compare import compare
from govkit.cli.credentials import app as credentials
from govkit.cli.demo import demo
from govkit.cli.detach import detach
from govkit.cli.diff import diff
from govkit.cli.doctor import doctor
from govkit.cli.drift import drift
from govkit.cli.effective import effective
from govkit.cli.exempt import app as exempt
from govkit.cli.explain import explain
from govkit.cli.generate_policy import generate_policy
from govkit.cli.history import app as history
from govkit.cli.iam_policy import app as iam_policy
from govkit.cli.lint import lint
from govkit.cli.pack import pack
from govkit.cli.plan import plan
from govkit.cli.release import release
from govkit.cli.render import render
from govkit.cli.rollback import rollback
from govkit.cli.sandbox import app as sandbox
from govkit.cli.schema import schema
from govkit.cli.show import show
from govkit.cli.simulate import simulate
from govkit.cli.snapshot import snapshot
from govkit.cli.test import test
from govkit.cli.unlock import unlock
from govkit.cli.validate import validate
from govkit.cli.why import why
from govkit.errors import Exit, UsageError

app = typer.Typer(
    name="govkit",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Options of govkit itself may stand before or after the command.",
)
COMMANDS: dict[Callable[..., int | None], str] = {
    validate: "Check the layout, offline.",
    test: "Answer what the layout expects, offline.",
    render: "Show the policies as they would be sent.",
    show: "Show the tree, the limits, or one thing.",
    plan: "Show what AWS must be told, and what it means.",
    diff: "Compare two states.",
    apply: "Tell AWS, step by step.",
    drift: "Show what somebody changed by hand.",
    check: "Say what in the accounts is not as the baseline demands.",
    why: "Say why a request is denied, or that it is not.",
    explain: "Say the same from an error message of AWS.",
    effective: "Show what holds for an account.",
    snapshot: "Write the live state into a file.",
    rollback: "Go back to before a run.",
    unlock: "Take the lock away from a run that is no more.",
    release: "Let one out of a policy at once, for a while.",
    detach: "Take a guardrail off at once, in an emergency.",
    schema: "Print a JSON Schema.",
    lint: "Say what is wrong with policy documents.",
    compare: "Prove what changed policy documents do.",
    simulate: "Answer requests from policy documents.",
    pack: "Join policy documents into fewer, proved equal.",
    generate_policy: "Draft a least-privilege policy from CloudTrail events.",
    doctor: "Say what would get in the way.",
    demo: "Make a pretend organization with a story.",
}
for command, summary in COMMANDS.items():
    app.command(short_help=summary)(command)
app.add_typer(history, name="history", short_help="List the runs, and check their journals.")
app.add_typer(account, name="account")
app.add_typer(credentials, name="credentials")
app.add_typer(exempt, name="exempt")
app.add_typer(iam_policy, name="iam-policy")
app.add_typer(sandbox, name="sandbox")


def call(arguments: Sequence[str]) -> int:
    """Run a command line; returns its exit status, and lets what stops it through."""
    options_, rest = global_options.apart(arguments)
    status = _command()(
        [*options_, *rest], prog_name="govkit", standalone_mode=False, obj=tuple(rest)
    )
    if status == Exit.INTERRUPTED and not isinstance(status, Exit):
        raise KeyboardInterrupt  # which typer made a status of, without a word
    return int(status) if isinstance(status, int) else 0


@cache
def _command() -> Any:
    """Return the commands, put together once."""
    return typer.main.get_command(app)


def _version(asked: bool) -> None:  # noqa: FBT001 - the signature of a callback
    if asked:
        typer.echo(f"govkit {__version__}")
        raise typer.Exit


@app.callback()
def govkit(
    context: typer.Context,
    *,
    layout: options.Layout = Path("org_layout.yaml"),
    profile: options.Profile = None,
    sandbox_folder: options.SandboxFolder = None,
    snapshot_file: options.SnapshotFile = None,
    only: options.Only = None,
    pace: options.Pace = "80",
    timeout: options.Timeout = 300.0,
    baseline: options.Baseline = False,
    redact: options.Redact = False,
    color: options.Color = "auto",
    verbose: options.Verbose = 0,
    _: Annotated[
        bool,
        typer.Option("--version", "-V", callback=_version, is_eager=True, help="Say the version."),
    ] = False,
) -> None:
    """Keep an AWS organization in Git: plan, prove, apply and watch it."""
    if color not in {"auto", "always", "never"}:
        raise UsageError("No such colour mode", f"--color {color}: use auto, always or never.")
    if sandbox_folder and snapshot_file and not _from_environment(context, "sandbox_folder"):
        raise UsageError("Two sources at once", "Give --sandbox or --snapshot, not both.")
    context.obj = global_options.Globals(
        layout=layout,
        profile=profile,
        sandbox=None if snapshot_file else sandbox_folder,
        snapshot=snapshot_file,
        only=tuple(only or ()),
        pace=_pace(pace),
        timeout=timeout,
        baseline=baseline or "baseline" in (only or ()),
        redact=redact,
        color=color if "NO_COLOR" not in os.environ or color == "always" else "never",
        verbose=verbose,
        command=context.obj or (),
    )
    heard(context.obj)


def _from_environment(context: typer.Context, option: str) -> bool:
    source = context.get_parameter_source(option)
    return source is not None and source.name == "ENVIRONMENT"


def _pace(text: str) -> float | None:
    if text == "off":
        return None
    try:
        percent = float(text)
    except ValueError:
        percent = 0.0
    if not 0 < percent <= 100:  # noqa: PLR2004 - percent
        raise UsageError("No such pace", f"--pace {text}: use a percentage up to 100, or off.")
    return percent
