"""The ways out of guardrails that are no exemptions, so that one list can name every one there is."""

from collections.abc import Iterator
from typing import Any

from govkit.layout.draft import Draft
from govkit.layout.excuses import EVERY_ACCOUNT
from govkit.model.wanted import SideDoor

BREAK_GLASS, LEFT_OUT, IGNORED, PREVIEW = (
    "break-glass",
    "baseline.except",
    "manage.ignore",
    "preview",
)
SORTS = (BREAK_GLASS, LEFT_OUT, IGNORED, PREVIEW)


def side_doors(draft: Draft) -> Iterator[SideDoor]:
    """Yield who breaks glass, what the baseline leaves out, what is ignored, and what is not attached."""
    yield from _break_glass(draft)
    yield from _left_out(draft)
    yield from _ignored(draft)
    for key, entry in draft.sections.guardrails.items():
        if entry.value.mode == "preview" and not entry.value.absent:
            yield SideDoor(PREVIEW, f"guardrail {key} is attached nowhere", entry.at("mode"))


def _break_glass(draft: Draft) -> Iterator[SideDoor]:
    sheet, kept = draft.sections.book.main, _without_glass(draft)
    but = f", save {', '.join(kept)}" if kept else ""
    for index, one in enumerate(draft.sections.head.safety.break_glass):
        accounts = "every account" if EVERY_ACCOUNT in one.accounts else ", ".join(one.accounts)
        yield SideDoor(
            BREAK_GLASS,
            f"role/{one.role} in {accounts} is out of every guardrail{but}",
            sheet.value_at("safety", "break_glass", index),
        )


def _without_glass(draft: Draft) -> list[str]:
    """Return the guardrails that hold for break-glass principals, too."""
    freed = {
        address.path.partition("/")[2].partition(".")[0]
        for address, one in draft.freed.items()
        if any(subject.principals for subject in one.exemptions)
    }
    return sorted(
        key
        for key, one in draft.sections.guardrails.items()
        if not one.value.absent and key not in freed
    )


def _left_out(draft: Draft) -> Iterator[SideDoor]:
    baseline: Any = getattr(draft.sections.head, "baseline")  # noqa: B009 - made at run time
    for index, path in enumerate(baseline.excepted):
        where = draft.sections.book.main.value_at("baseline", "except", index)
        yield SideDoor(LEFT_OUT, f"OU {path} is out of the baseline", where)


def _ignored(draft: Draft) -> Iterator[SideDoor]:
    for index, one in enumerate(draft.sections.head.manage.ignore):
        for kind, pattern in one.model_dump(exclude_none=True).items():
            where = draft.sections.book.main.value_at("manage", "ignore", index)
            yield SideDoor(IGNORED, f"{kind} {pattern} is left alone and not reported", where)
