"""`govkit iam-policy`: the policies that govkit's own roles need for this layout."""

from typing import Annotated

import typer

from govkit.cli.globals import Globals
from govkit.cli.options import TextOrJson
from govkit.cli.say import data, json_text, note, text_or_json

app = typer.Typer(help="The policies that govkit's own roles need.", no_args_is_help=True)

Role = Annotated[
    str | None,
    typer.Option("--role", metavar="TASK", help="What one role of run: needs, not all together."),
]


@app.callback()
def iam_policy() -> None:
    """Hold the commands about govkit's own permissions."""


@app.command()
def plan(context: typer.Context, *, format_: TextOrJson = "text") -> None:
    """Print the policy for whoever plans, looks for drift, or takes snapshots: it only reads."""
    _print(context, "plan", None, format_)


@app.command()
def apply(context: typer.Context, *, role: Role = None, format_: TextOrJson = "text") -> None:
    """Print the policy for whoever applies: what planning reads, and what this layout may write."""
    _print(context, "apply", role, format_)


@app.command()
def member(context: typer.Context, *, role: Role = None, format_: TextOrJson = "text") -> None:
    """Print the policy for the roles in member accounts."""
    _print(context, "member", role, format_)


def _print(context: typer.Context, purpose: str, role: str | None, format_: str) -> None:
    from govkit.cli.reach import question
    from govkit.flow.permissions import permissions

    options: Globals = context.obj
    text_or_json(format_)
    found = permissions(question(options), purpose, role)
    data(json_text(found.policy))
    for task, name in found.roles:
        note(f"For {task}: {name}.")
    if not found.policy["Statement"]:
        note("This layout asks for nothing there: no policy is needed.")
