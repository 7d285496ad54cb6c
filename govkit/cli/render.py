"""`govkit render`: the policies as they would be sent."""

import json
from pathlib import Path
from typing import Annotated

import typer

from govkit.cli.globals import Globals
from govkit.cli.say import data, write_private
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
    texts = {
        policy.name: policy.document.text
        if minified
        else json.dumps(policy.document.value, indent=2)
        for policy in policies
    }
    if out is not None:
        if out.exists() and not out.is_dir():
            raise UsageError("Not a folder", f"{out} is a file; --out wants a folder.")
        out.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            write_private(out / f"{name}.json", text + "\n")
        return
    for policy in policies:
        data(f"# {policy.name} ({policy.type}, {len(policy.document)} characters)\n")
        data(texts[policy.name] + "\n")
