"""`govkit render`: the policies as they would be sent."""

import json
from pathlib import Path
from typing import Annotated

import typer

from govkit.cli.globals import Globals
from govkit.cli.say import data, folder_made, note, program, write_private
from govkit.errors import UsageError


def render(
    context: typer.Context,
    guardrail: Annotated[
        str | None, typer.Argument(help="A guardrail's key, or key.variant; all without it.")
    ] = None,
    *,
    minified: Annotated[
        bool, typer.Option("--minified", help="The text exactly as it is sent, one a line.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="A folder: one file per policy.")
    ] = None,
) -> None:
    """Show the policies that the layout compiles to, exactly as they would be sent to AWS."""
    from govkit.cli.reach import question
    from govkit.flow.offline import rendered, wanted

    options: Globals = context.obj
    policies = rendered(wanted(question(options)), guardrail)
    for policy in policies:
        value = policy.document.value
        text = policy.document.text if minified else json.dumps(value, indent=2)
        if out is None:
            data(f"# {policy.name} ({policy.type}, {len(policy.document)} characters)\n{text}\n")
        else:  # by the guardrail's key: the name in AWS need not be a file's
            write_private(_folder(out) / f"{policy.guardrail}.json", text + "\n")
    count = f"{len(policies)} {'policy' if len(policies) == 1 else 'policies'}"
    note(f"{count} rendered{f' into {out}' if out else ''}. Next: {program()} plan")


def _folder(out: Path) -> Path:
    if out.exists() and not out.is_dir():
        raise UsageError("Not a folder", f"{out} is a file; --out wants a folder.")
    return folder_made(out)
