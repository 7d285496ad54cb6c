"""`govkit schema`: the JSON Schemas of the layout and of what govkit writes."""

from typing import Annotated

import typer

from govkit.cli.say import data, json_text


def schema(
    name: Annotated[
        str,
        typer.Argument(help="layout, plan, drift, differences, findings, run, history or check."),
    ] = "layout",
) -> None:
    """Print a JSON Schema, for editors and for programs that read govkit's output."""
    from govkit.flow.offline import schema as named

    data(json_text(named(name)))
