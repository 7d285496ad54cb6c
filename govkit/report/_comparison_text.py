"""What changed policy documents do, in words: who is newly denied or allowed what, with a request."""

from collections.abc import Iterator
from typing import Any

from govkit.report._format import Document, Style
from govkit.report._ink import cleaned, paint
from govkit.report._words import count

_VERDICTS = {
    "equal": "Equal: no request is answered differently, nor will one be for actions yet to come",
    "weakens": "Weakens",
    "strengthens": "Strengthens",
    "both": "Weakens and strengthens",
    "unknown": "Unknown: not everything could be decided",
}
_FULL_ACCESS = {"scp": "FullAWSAccess", "rcp": "RCPFullAWSAccess"}


def comparison_text(document: Document, style: Style) -> str:
    """Return a comparison for a person to read; the last line is the summary."""
    found = cleaned(document)
    lines: list[str] = []
    for key, head, sign in (
        ("newly_denied", "Newly denied", paint("-", "red", style)),
        ("newly_allowed", "Newly allowed", paint("+", "green", style)),
    ):
        if found[key]:
            lines += [paint(head, "bold", style)]
            lines += [line for one in found[key] for line in _effect(one, sign)]
            lines += [""]
    if found["unknown"]:
        lines += [
            paint("Not decided", "bold", style),
            *(f"  {why}" for why in found["unknown"]),
            "",
        ]
    lines += [paint(_summary(found), "bold", style)]
    return "\n".join(lines) + "\n"


def _effect(found: Document, sign: str) -> Iterator[str]:
    yield (
        f"  {sign} {_except(found['actions'], found.get('not_actions'))}"
        f" on {_except(found['resources'], found.get('not_resources'))}"
    )
    for test in found["conditions"]:
        yield f"      where {test['key']} {test['operator']} {' | '.join(test['values'])}"
    if not found["exact"]:
        yield "      but not all of it: other statements decide some of these requests, as before"
    yield from _witness(found["witness"])


def _except(names: list[str], exceptions: list[str] | None) -> str:
    return ", ".join(names) + (f" except {', '.join(exceptions)}" if exceptions else "")


def _witness(found: Document) -> Iterator[str]:
    yield f"      such as {found['action']} on {found['resource']}"
    for key, value in found["context"].items():
        yield f"        {key} = {value if isinstance(value, str) else ' | '.join(value)}"
    yield f"        before: {_verdict(found['old'])}; after: {_verdict(found['new'])}"


def _verdict(found: Document) -> str:
    if "policy" not in found:
        return str(found["outcome"])
    sid = f" ({found['sid']})" if found["sid"] else ""
    return f"{found['outcome']} by {found['policy']}, Statement[{found['statement']}]{sid}"


def _summary(found: dict[str, Any]) -> str:
    effects = [
        f"{count(len(found[key]), 'group')} of requests {word}"
        for key, word in (("newly_denied", "newly denied"), ("newly_allowed", "newly allowed"))
        if found[key]
    ]
    told = ": ".join([_VERDICTS[found["verdict"]], *filter(None, [", ".join(effects)])])
    sides = found["assumed_full_access"]
    if not sides:
        return f"{told}."
    where = "both sides" if len(sides) > 1 else f"the {sides[0]} side"
    return f"{told}. {_FULL_ACCESS[found['type']]} was assumed on {where}."
