"""`govkit compare`: what changed policy documents do, proved, with a request as the witness."""

from pathlib import Path
from typing import Annotated

import typer

from govkit.cli.options import ControlPolicy, TextOrJson
from govkit.cli.say import text_or_json, told
from govkit.errors import Exit


def compare(
    old: Annotated[
        Path, typer.Argument(metavar="OLD", help="A document, or a folder of *.json documents.")
    ],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="As OLD.")],
    *,
    type_: ControlPolicy = None,
    format_: TextOrJson = "text",
) -> int:
    """Prove which requests are newly denied or allowed when NEW takes the place of OLD.

    A folder is the documents attached to one target. Exits 0 where nothing changes, else 2.
    """
    text_or_json(format_)
    from govkit.flow.documents import compared
    from govkit.report import comparison_text

    found = compared(old, new, type_)
    told(found, format_, comparison_text)
    return Exit.DONE if found["verdict"] == "equal" else Exit.DIFFERS
