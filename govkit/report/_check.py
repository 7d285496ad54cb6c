"""What `govkit check` found: as a document, and in words."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from govkit.model.lapse import Lapse, Tolerance
from govkit.report._documents import FORMAT_VERSION
from govkit.report._findings_text import by_severity
from govkit.report._format import Document, Style
from govkit.report._ink import cleaned, paint
from govkit.report._words import count, following, origin

_INKS = {"error": "red", "warning": "yellow", "note": "cyan"}


def check(
    organization: str,
    as_of: str,
    lapses: Iterable[Lapse],
    tolerated: Iterable[tuple[Lapse, Tolerance]],
    incomplete: Iterable[str],
) -> Document:
    """Return what was found as JSON."""
    found = [one.to_json() for one in lapses]
    suppressed = [
        {
            **lapse.to_json(),
            "owner": by.owner,
            "reason": by.reason,
            "expires": by.expires.isoformat(),
        }
        for lapse, by in tolerated
    ]
    words = [str(one["severity"]) for one in found]
    return {
        "format_version": FORMAT_VERSION,
        "command": "check",
        "organization": organization,
        "as_of": as_of,
        "summary": {
            **{word: words.count(word) for word in _INKS},
            "suppressed": len(suppressed),
            "accounts": len({one["account"] for one in found if one["account"]}),
        },
        "findings": found,
        "suppressed": suppressed,
        "incomplete": list(incomplete),
    }


def check_text(document: Document, style: Style) -> str:
    """Return it in words, account by account; the last line is the summary."""
    told = cleaned(document)
    lines: list[str] = []
    for name, found in groupby(told["findings"], _place):
        lines.append(paint(name, "bold", style))
        lines += [line for one in found for line in _lines(one, style)]
        lines.append("")
    if told["incomplete"]:
        lines += [
            paint("Could not look", "bold", style),
            *(f"  {one}" for one in told["incomplete"]),
        ]
        lines.append("")
    lines.append(paint(_summary(told, style), "bold", style))
    return "\n".join(lines) + "\n"


def _place(finding: Document) -> str:
    """Return how a finding's account is called."""
    key, ident = finding["account_key"], finding["account"]
    if not ident and not key:
        return "The organization and its layout"
    return key if ident in ("", key) else f"{key} ({ident})"


def _lines(finding: Document, style: Style) -> Iterator[str]:
    severity = paint(f"{finding['severity']} {finding['code']}", _INKS[finding["severity"]], style)
    region = f"{finding['region']}  " if finding["region"] else ""
    yield f"  {severity}  {region}{finding['message']}"
    yield f"      {finding['resource']}"
    if finding["expected"] or finding["actual"]:
        yield f"      expected {_facts(finding['expected'])}; found {_facts(finding['actual'])}"
    told = origin(finding["origin"])
    where = "" if told == finding["resource"] else told
    yield f"      {finding['fix']}{f' ({where})' if where else ''}"


def _facts(facts: Document | None) -> str:
    if not facts:
        return "nothing"
    return ", ".join(f"{name}: {_value(value)}" for name, value in facts.items())


def _value(value: object) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(_value, value)) or "none"
        case _:
            return str(value)


def _summary(told: Document, style: Style) -> str:
    found = by_severity(told["findings"]) or "no findings"
    accounts = told["summary"]["accounts"]
    where = f" in {count(accounts, 'account')}" if accounts else ""
    hidden = told["summary"]["suppressed"]
    aside = f", {hidden} suppressed" if hidden else ""
    holes = ", and not everywhere could be looked" if told["incomplete"] else ""
    inside = any(one["account"] for one in told["findings"]) and "--baseline" not in style.program
    plan = "plan --baseline" if inside else "plan"
    again = following(style, plan if told["findings"] else "drift")
    return f"check: {found}{where}{aside}{holes}. {again}"
