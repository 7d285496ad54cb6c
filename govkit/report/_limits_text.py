"""What targets use of AWS's limits, and by whom, in words."""

from collections import Counter
from collections.abc import Iterator, Sequence

from govkit.report._format import Document, Style
from govkit.report._ink import cleaned
from govkit.report._words import called, count, thing

SHOWN = 12


def limits_text(document: Document, style: Style) -> str:
    """Return every target with what it holds, policy by policy."""
    lines = []
    for one in cleaned(document)["limits"]:
        lines.append(_head(one, style))
        lines += [f"    {held['name']}: {_held(held, one)}" for held in one["policies"]]
    return "".join(f"{line}\n" for line in lines)


def _held(policy: Document, target: Document) -> str:
    if policy["owner"] == "aws":
        return "AWS's own"
    return f"{policy['characters']:,} of {target['characters']:,} characters, {policy['owner']}"


def budget_lines(budget: Sequence[Document], style: Style) -> Iterator[str]:
    """Yield a line for each target that a plan touches: its slots, by whom, and its longest policy."""
    fullest = sorted(budget, key=lambda one: (one["attachments"] - one["attached"], one["target"]))
    for one in fullest[:SHOWN]:
        yield _head(one, style)
    if len(fullest) > SHOWN:
        yield f"and {count(len(fullest) - SHOWN, 'more target')}; --format json shows all"


def _head(one: Document, style: Style) -> str:
    held = one["policies"]
    who = Counter(_sort(each["owner"]) for each in held)
    by = ", ".join(f"{number} {word}" for word, number in sorted(who.items()))
    longest = max((each["characters"] for each in held), default=0)
    return (
        f"{thing(called(one['target'], style))}  {one['type']}: {one['attached']} of "
        f"{one['attachments']} attached ({by}), the longest has {longest:,} of "
        f"{one['characters']:,} characters"
    )


def _sort(owner: str) -> str:
    word = owner.partition(" ")[0]
    return {"guardrail": "ours", "layout": "of other layouts", "aws": "AWS's own"}.get(word, word)
