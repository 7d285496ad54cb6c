"""`govkit pack`: policy documents of one target joined into as few as fit, proved equal."""

from pathlib import Path
from typing import Annotated

import typer

from govkit.cli.options import ControlPolicy, TextOrJson
from govkit.cli.say import folder_made, note, text_or_json, told, write_private
from govkit.errors import Exit, UsageError


def pack(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="Documents attached to one target.")
    ],
    *,
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FOLDER", help="Where to write the documents.")
    ],
    limit: Annotated[
        int | None,
        typer.Option("--limit", metavar="N", min=1, help="Characters of a document; AWS's own."),
    ] = None,
    most: Annotated[
        int | None,
        typer.Option("--max-documents", metavar="N", min=1, help="Refuse to make more than N."),
    ] = None,
    future: Annotated[
        bool,
        typer.Option(
            "--allow-future-wildcards",
            help="Write lists of actions as wildcards that match nothing else of today, and list "
            "what they add.",
        ),
    ] = False,
    type_: ControlPolicy = None,
    format_: TextOrJson = "text",
) -> int:
    """Join the statements of documents into as few documents as fit, and prove them equal.

    Exits 2 where the documents are written, but not everything about them could be decided, or
    --allow-future-wildcards was not shown to leave the actions of today alone.
    """
    text_or_json(format_)
    from govkit.flow.documents import Room, packed
    from govkit.report import packing_text

    if out.exists() and not out.is_dir():
        raise UsageError("Not a folder", f"{out} is a file; --out wants a folder.")
    found = packed(files, type_, Room(limit, most, future))
    written = _written(out, found.texts)
    documents = [{**one, "file": str(written[one["name"]])} for one in found.report["documents"]]
    told({**found.report, "documents": documents}, format_, packing_text)
    _warn(out, set(written.values()))
    return Exit.DONE if found.proved else Exit.DIFFERS


def _written(folder: Path, texts: dict[str, str]) -> dict[str, Path]:
    """Write each document as it is sent, not a character more, and return the files by name."""
    folder_made(folder)
    paths = {name: folder / f"{name}.json" for name in texts}
    for name, text in texts.items():
        write_private(paths[name], text)
    return paths


def _warn(folder: Path, written: set[Path]) -> None:
    for other in sorted(set(folder.glob("*.json")) - written):
        note(f"{other} was there before, and is none of the packed documents.")
