"""`govkit generate-policy`: a least-privilege policy drafted from CloudTrail events, and proved on them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from govkit.cli.globals import Globals
from govkit.cli.options import Out, TextOrJson
from govkit.cli.say import data, json_text, note, progress, text_or_json, write_private
from govkit.errors import Exit, GovkitError

if TYPE_CHECKING:
    from govkit.flow.generate import Drafted


def generate_policy(
    context: typer.Context,
    *,
    source: Annotated[
        Path,
        typer.Option(
            "--from",
            metavar="FILE|FOLDER|-",
            help="CloudTrail events: delivered files, lists or lines; - for stdin.",
        ),
    ],
    principal: Annotated[
        str | None,
        typer.Option(
            "--principal", metavar="ARN", help="The user or role; without it, everyone in the log."
        ),
    ] = None,
    validate: Annotated[
        bool, typer.Option("--validate", help="Let IAM Access Analyzer judge the policy, too.")
    ] = False,
    out: Out = None,
    format_: TextOrJson = "text",
) -> int:
    """Draft the least policy that allows what events show was done, and prove that it does.

    Denied and failed requests are left out. What a log cannot show is said. Exits 3 where
    --validate finds an error in the policy.
    """
    from govkit.flow.generate import examined, generated, notes

    options: Globals = context.obj
    text_or_json(format_)
    with progress("Reading the events"), _at_hand(source) as place:
        found = generated(place, principal, _progress)
    verdicts: tuple[dict[str, Any], ...] = ()
    if validate:
        from govkit.cli.reach import Reach

        verdicts = examined(found.policy, Reach(options).api)
    if out is not None:
        write_private(out, json_text(found.policy))
    if format_ == "json":
        data(json_text({**found.document, "validation": list(verdicts) if validate else None}))
    else:
        if out is None:
            data(json_text(found.policy))
        for line in (*notes(found), *map(_verdict, verdicts)):
            note(line)
    note(_summary(found))
    return Exit.NOT_UNDERSTOOD if any(one["type"] == "ERROR" for one in verdicts) else Exit.DONE


@contextmanager
def _at_hand(source: Path) -> Iterator[Path]:
    """Give the log as files; what comes by stdin is kept in one meanwhile, for a log is read twice."""
    if source != Path("-"):
        yield source
        return
    with TemporaryDirectory(prefix="govkit-") as folder:
        place = Path(folder) / "stdin"
        with place.open("wb") as file:
            copyfileobj(sys.stdin.buffer, file)
        try:
            yield place
        except GovkitError as error:  # where the log is kept meanwhile is nobody's business
            error.detail = error.detail.replace(str(place), "stdin")
            raise


def _verdict(one: dict[str, Any]) -> str:
    return f"Access Analyzer: {one['type']} {one['code']}: {one['details']}"


def _summary(found: "Drafted") -> str:
    whose = found.principal or f"{len(found.evidence.principals)} principals"
    return (
        f"Drafted for {whose}: {len(found.evidence.uses)} actions, from {found.proved} of "
        f"{found.read} events, all of them allowed by it."
    )


def _progress(count: int) -> None:
    """Say how far the reading is, on a terminal and only there."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{count:,} events …\x1b[K")
        sys.stderr.flush()
