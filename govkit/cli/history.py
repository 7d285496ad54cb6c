"""`govkit history`: the runs that wrote to AWS from here, and whether their journals hold together."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer

from govkit.cli.globals import Globals
from govkit.cli.options import Format, TextOrJson, Write
from govkit.cli.say import show, text_or_json, told
from govkit.errors import Exit

app = typer.Typer(help="The runs of the past.", invoke_without_command=True)


@app.callback()
def history(context: typer.Context, *, format_: Format = "text", write: Write = None) -> int | None:
    """List the runs that wrote to AWS, as their journals tell them.

    Exits 1 where a journal does not hang together any more.
    """
    if context.invoked_subcommand is not None:
        return None
    from govkit.flow.apply import now
    from govkit.report import history as history_of
    from govkit.store.history import runs, with_holder

    store = _store(context)
    past = with_holder(runs(store), store.held(now()))
    known = history_of(past, store.name, exists=bool(past) or store.exists())
    show("history", known, format_, write)
    return Exit.FAILED if any(one.broken for one in past) else Exit.DONE


@app.command()
def verify(
    context: typer.Context,
    run: Annotated[str | None, typer.Argument(help="One run; all of them without it.")] = None,
    *,
    format_: TextOrJson = "text",
) -> int:
    """Check that in each journal every line follows from the one before it, and each run from the last.

    Exits 1 where one does not, and names its file and line, or the run before it that is not as it was.
    """
    from govkit.store.links import proofs

    text_or_json(format_)
    store = _store(context)
    found = proofs(store, run)
    there = bool(found) or store.exists()
    told({**_checked(found, store.name), "exists": there}, format_, _checked_text)
    return Exit.FAILED if any(one.broken for one in found) else Exit.DONE


def _store(context: typer.Context) -> Any:
    from govkit.cli.reach import Reach, question
    from govkit.flow.apply import store_of

    options: Globals = context.obj
    return store_of(question(options), Reach(options).store_api)


def _checked(found: Sequence[Any], place: str) -> dict[str, Any]:
    runs = [
        {
            "id": one.run.id,
            "lines": len(one.run.entries),
            "torn": one.run.torn,
            "ended": one.run.ended is not None,
            "broken": one.run.broken,
            "linked": one.linked,
            "follows": None if one.link is None else asdict(one.link),
        }
        for one in found
    ]
    return {"format_version": "1.0", "store": place, "runs": runs}


def _checked_text(document: Any, _: Any) -> str:
    runs = document["runs"]
    if not document["exists"]:
        return f"No runs yet. There is no store at {document['store']} yet.\n"
    if not runs:
        return f"No runs to check in {document['store']}.\n"
    lines = [f"{one['id']}  {_verdict(one)}" for one in runs]
    bad = sum(one["broken"] is not None or _severed(one) != "" for one in runs)
    count = f"{len(runs)} {'journal' if len(runs) == 1 else 'journals'} in {document['store']}"
    loose = sum(not one["linked"] for one in runs)
    last = f"{bad} broken" if bad else "each line follows from the one before it"
    last += f"; not linked to the run before: {loose}" if loose else ""
    return "\n".join([*lines, f"{count}: {last}."]) + "\n"


def _verdict(one: Any) -> str:
    return "; ".join(part for part in (_lines(one), _severed(one)) if part)


def _severed(one: Any) -> str:
    """Return what is wrong with the run before this one; empty where nothing is."""
    link = one["follows"]
    if link is None or link["state"] == "holds":
        return ""
    last = f"the last of the {link['lines']} that it had is another now"
    why = {
        "missing": "it is gone",
        "shortened": f"of the {link['lines']} lines that it had, {link['hold']} hold",
        "changed": last,
    }
    return f"BROKEN before it, at run {link['run']}: {why[link['state']]}"


def _lines(one: Any) -> str:
    holds = f"{one['lines']} {'line holds' if one['lines'] == 1 else 'lines hold'}"
    if one["broken"]:
        return f"BROKEN at {one['broken']}; {holds} before it"
    if one["torn"]:
        return f"{holds}; the last one is torn, as a killed run leaves it"
    # Lines that somebody cut off at the end look the same: no line follows that would tell.
    return holds if one["ended"] else f"{holds}; there is no end, as where a run was killed"
