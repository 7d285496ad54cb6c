"""What the expectations came to: as a document, in words, and as JUnit's XML for pipelines."""

from collections.abc import Iterable, Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from govkit.model.expectation import Answered
from govkit.report._documents import FORMAT_VERSION
from govkit.report._format import Document, Style
from govkit.report._ink import cleaned, paint
from govkit.report._words import count, following, origin

_SHOWN = 5


def tests(layout: str, found: Iterable[Answered]) -> Document:
    """Return what the expectations of a layout came to, as JSON."""
    told = list(found)
    failed = sum(not one.passed for one in told)
    odd = sum(bool(one.remark) for one in told)
    return {
        "format_version": FORMAT_VERSION,
        "command": "test",
        "layout": layout,
        "summary": {
            "expectations": len(told),
            "passed": len(told) - failed,
            "failed": failed,
            "warnings": odd,
        },
        "expectations": [one.to_json() for one in told],
    }


def tests_text(document: Document, style: Style) -> str:
    """Return them in words: a line for each, what is wrong beneath; the last line is the summary."""
    found = cleaned(document)
    told = [line for one in found["expectations"] for line in _lines(one, style)]
    told.append(paint(_summary(found, style), "bold", style))
    return "\n".join(told) + "\n"


def _lines(one: Document, style: Style) -> Iterator[str]:
    mark = paint("pass", "green", style) if one["passed"] else paint("FAIL", "red", style)
    yield f"{mark}  {one['name']}  ({_asked(one)}, {origin(one['origin'])})"
    if one["remark"]:
        yield f"      {paint('warning', 'yellow', style)}: {one['remark']}"
    for failure in one["failures"]:
        yield f"      {failure['action']} is {failure['answer']} for {_some(failure['accounts'])}:"
        yield f"      {failure['because']}"
    reasons = dict.fromkeys(each["reason"] for each in one["excused"])
    for reason in reasons:
        who = [each["account"] for each in one["excused"] if each["reason"] == reason]
        yield f"      not asked: {_some(who)}, {reason}"


def _asked(one: Document) -> str:
    """Return how many accounts were asked, and of how many where some were not."""
    excused = len({each["account"] for each in one["excused"]})
    everybody = count(one["accounts"], "account")
    return f"{one['accounts'] - excused} of {everybody}" if excused else everybody


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{', '.join(names[:_SHOWN])}{more}"


def _summary(found: Document, style: Style) -> str:
    told = found["summary"]
    if not told["expectations"]:
        return f"test: no expectations in {found['layout']}. {following(style, 'plan')}"
    result = f"{told['failed']} of " if told["failed"] else ""
    what = f"{result}{count(told['expectations'], 'expectation')}"
    verb = "failed" if told["failed"] else "held"
    odd = f", {count(told['warnings'], 'warning')}" if told["warnings"] else ""
    return f"test: {what} {verb}{odd}. {following(style, 'test' if told['failed'] else 'plan')}"


def tests_junit(document: Document, style: Style) -> str:  # noqa: ARG001 - a teller's signature
    """Return them as JUnit's XML: a test case for each expectation."""
    found = cleaned(document)
    told = found["summary"]
    head = f'tests="{told["expectations"]}" failures="{told["failed"]}" errors="0" skipped="0"'
    cases = "\n".join(_case(one) for one in found["expectations"])
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuites name="govkit" {head}>\n'
        f"<testsuite name={quoteattr(found['layout'])} {head}>\n"
        f"{cases}\n</testsuite>\n</testsuites>\n"
    )


def _case(one: Document) -> str:
    at = one["origin"]
    head = (
        f'<testcase classname="govkit.expect" name={quoteattr(one["name"])} '
        f'file={quoteattr(at["file"])} line="{at["line"]}"'
    )
    said = [escape("\n".join(_failed(failure))) for failure in one["failures"]]
    beside = [f"warning: {one['remark']}"] if one["remark"] else []
    beside += [f"not asked: {each['account']}, {each['reason']}" for each in one["excused"]]
    out = f"<system-out>{escape(chr(10).join(beside))}</system-out>" if beside else ""
    if not said:
        return f"{head}>{out}</testcase>" if out else f"{head}/>"
    first = one["failures"][0]
    message = quoteattr(f"{first['action']} is {first['answer']}: {first['because']}")
    return f'{head}><failure message={message} type="{first["answer"]}">{chr(10).join(said)}</failure>{out}</testcase>'


def _failed(failure: Document) -> Iterator[str]:
    yield f"{failure['action']} is {failure['answer']}: {failure['because']}"
    yield f"accounts: {', '.join(failure['accounts'])}"
