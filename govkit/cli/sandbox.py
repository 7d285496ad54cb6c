"""`govkit sandbox`: pretend organizations to play with, and what people do in them by hand."""

from pathlib import Path
from typing import Annotated, Any

import typer

from govkit.cli.globals import Globals
from govkit.cli.sandbox_change import app as change
from govkit.cli.say import data, note
from govkit.cli.tree import sandbox_tree
from govkit.errors import UsageError

DEFAULT = Path(".sandbox")

app = typer.Typer(
    help="Pretend organizations on disk: no account, no network.", no_args_is_help=True
)
app.add_typer(change, name="change")


@app.callback()
def sandbox() -> None:
    """Hold the commands about sandboxes."""


def folder(options: Globals) -> Path:
    """Return the sandbox's folder: as told by --sandbox, or `.sandbox`."""
    return options.sandbox or DEFAULT


@app.command()
def new(
    context: typer.Context,
    *,
    story: Annotated[
        str, typer.Option(help="empty, demo, or nothing (an account without organization).")
    ] = "empty",
    size: Annotated[
        str | None,
        typer.Option(help="A random organization instead: m, l, xl, or OUS,ACCOUNTS,SCPS."),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed makes the same organization.")] = 1,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Replace the sandbox that is there.")
    ] = False,
) -> None:
    """Make a sandbox in the folder that --sandbox names (`.sandbox` by default)."""
    from govkit.sandbox.making import new as make
    from govkit.sandbox.making import remove
    from govkit.sandbox.settings import Settings

    where = folder(context.obj)
    what = _story(story) if size is None else _size(size)
    if fresh and (where / "sandbox.json").is_file():
        remove(where)
    make(where, what, settings=Settings(seed=str(seed)))
    note(f"Made {where}. Look at it: govkit --sandbox {where} sandbox show")


def _story(word: str) -> Any:
    from govkit.sandbox.making import Story

    try:
        return Story(word)
    except ValueError as error:
        raise UsageError(
            "No such story", f"--story {word}: use {', '.join(each.value for each in Story)}."
        ) from error


def _size(text: str) -> Any:
    from govkit.sandbox import random_organization as sizes

    named = {"m": sizes.MEDIUM, "l": sizes.LARGE, "xl": sizes.EXTRA_LARGE}
    if text.lower() in named:
        return named[text.lower()]
    figures = text.split(",")
    if len(figures) != 3 or not all(figure.isdecimal() for figure in figures):  # noqa: PLR2004 - OUs, accounts, SCPs
        raise UsageError("No such size", f"--size {text}: use m, l, xl, or OUS,ACCOUNTS,SCPS.")
    ous, accounts, policies = map(int, figures)
    return sizes.Size(ous, accounts, policies, 3 * policies)


@app.command()
def show(context: typer.Context) -> None:
    """Show what the sandbox holds: OUs, accounts, and what is attached where."""
    from govkit.sandbox.show import show as look

    data(sandbox_tree(look(folder(context.obj))))


@app.command()
def serve(
    context: typer.Context,
    *,
    port: Annotated[int, typer.Option(help="The port; 0 takes a free one.")] = 0,
) -> None:
    """Answer AWS calls over HTTP on 127.0.0.1, for AWS_ENDPOINT_URL, until interrupted."""
    from govkit.sandbox.server import SandboxServer

    with SandboxServer(folder(context.obj), port=port) as server:
        note(f"export AWS_ENDPOINT_URL={server.url}")
        server.serve_forever()
