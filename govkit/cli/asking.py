"""What commands about one request share: options that tell of it, and where its chain is read."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from govkit.cli.globals import Globals
from govkit.errors import UsageError

if TYPE_CHECKING:
    from govkit.flow.chains import Source

Principal: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--principal", metavar="ROLE", help="Who asks: role/NAME, user/NAME, root or an ARN."
    ),
]
Resource: TypeAlias = Annotated[
    str | None, typer.Option("--resource", metavar="ARN", help="What it is asked of.")
]
ResourceAccount: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--resource-account",
        metavar="ACCOUNT",
        help="Whose resource it is: its RCPs are judged, too.",
    ),
]
Region: TypeAlias = Annotated[
    str | None, typer.Option("--region", metavar="REGION", help="The region that is asked.")
]
Context: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--context",
        metavar="KEY=VALUE",
        help="A condition key's value; repeatable, also for one key.",
    ),
]
Offline: TypeAlias = Annotated[
    bool, typer.Option("--offline", help="Answer from the layout alone, without AWS.")
]


def context(given: Sequence[str] | None) -> dict[str, tuple[str, ...]]:
    """Return condition keys with their values, as in `--context aws:SourceVpc=vpc-1`; `KEY=` is absent."""
    found: dict[str, tuple[str, ...]] = {}
    for text in given or ():
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise UsageError("Wrong usage", f"--context {text}: use KEY=VALUE.")
        found[key] = (*found.get(key, ()), *((value,) if value else ()))
    return found


def source(options: Globals, *, offline: bool) -> "Source":
    """Return where chains are read: the layout, the snapshot, or AWS, a few calls for each."""
    from govkit.cli.reach import Reach, question
    from govkit.flow.chains import from_aws, from_layout, from_snapshot

    asked, reach = question(options), Reach(options)
    if offline:
        return from_layout(asked)
    if options.snapshot is not None:
        return from_snapshot(asked, reach.live)
    return from_aws(asked, reach.api)
