"""`govkit plan`: what AWS must be told, in order, and what that means for accounts."""

from typing import TYPE_CHECKING, Annotated

import typer

from govkit.cli.again import again
from govkit.cli.globals import Globals
from govkit.cli.options import Allow, Expired, Format, Out, Write
from govkit.cli.say import (
    data,
    json_text,
    note,
    program,
    progress,
    show,
    text_or_json,
    told_once,
    write_private,
)
from govkit.errors import Exit, UsageError

if TYPE_CHECKING:
    from govkit.model.plan import Plan
    from govkit.model.wanted import Wanted

Detailed = Annotated[
    bool, typer.Option("--detailed-exitcode", help="Exit 2 where changes are planned.")
]
Calls = Annotated[bool, typer.Option("--calls", help="Show the AWS calls of each step.")]
Permissions = Annotated[
    bool, typer.Option("--permissions", help="Show the IAM policy that these steps take, instead.")
]


def plan(
    context: typer.Context,
    *,
    out: Out = None,
    allow: Allow = None,
    expired: Expired = False,
    detailed_exitcode: Detailed = False,
    calls: Calls = False,
    permissions: Permissions = False,
    format_: Format = "text",
    write: Write = None,
) -> int:
    """Show the ordered steps that lead from AWS to the layout, and what they mean for accounts.

    Exits 0 whether or not changes are planned, and 4 where a rail refuses them.
    """
    from govkit.cli.reach import Reach, question
    from govkit.flow.plan import names, refusal
    from govkit.flow.plan import plan as planned
    from govkit.plan.document import document

    options: Globals = context.obj
    if out is not None and options.redact:
        raise UsageError("Wrong usage", "--redact with --out: a plan file cannot be redacted.")
    if permissions:
        _alone(format_, beside=out or write)
    with progress("Reading the layout and the organization"):
        made, both = planned(question(options, allow, expired=expired), Reach(options).live)
    if permissions:
        return _permissions(made, both.wanted)
    told = document(made)
    if out is not None:
        write_private(out, json_text(told))
    refused = refusal(made, both, writes_to_aws=False)
    show(
        "plan",
        told,
        format_,
        write,
        allowed=made.allowances,
        plan_file=None if out is None else str(out),
        calls=calls,
        again=again(),
        names=names(made.live, made.ids),
    )
    if refused is not None:
        raise told_once(refused) if format_ == "text" else refused
    return Exit.DIFFERS if made.steps and detailed_exitcode else Exit.DONE


def _alone(format_: str, *, beside: object) -> None:
    """Raise UsageError where more is asked for than the policy, which is JSON."""
    text_or_json(format_)
    if beside:
        raise UsageError(
            "Wrong usage", "--permissions shows no plan: --out and --write do not fit."
        )


def _permissions(made: "Plan", wanted: "Wanted") -> int:
    from govkit.flow.permissions import for_steps

    data(json_text(for_steps(made, wanted)))
    if any(step.authority == "member" for step in made.steps):
        note(f"What the roles in member accounts take: {program()} iam-policy member")
    return Exit.DONE
