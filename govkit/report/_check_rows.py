"""What `govkit check` found, for other programs: as CSV for sheets, as JUnit's XML for pipelines."""

import csv
import io
import json
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from govkit.report._format import Document, Style
from govkit.report._ink import cleaned
from govkit.report._words import origin

_COLUMNS = (
    "code",
    "severity",
    "account",
    "account_key",
    "region",
    "resource",
    "message",
    "expected",
    "actual",
    "fix",
    "origin",
    "controls",
    "suppressed_by",
    "suppressed_until",
)
_FORMULA = ("=", "+", "-", "@", "\t")  # what a spreadsheet would carry out


def check_csv(document: Document, style: Style) -> str:  # noqa: ARG001 - a teller's signature
    """Return a row for each finding, the suppressed ones with their owner and last day."""
    told = cleaned(document)
    text = io.StringIO()
    rows = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
    rows.writeheader()
    for one in (*told["findings"], *told["suppressed"]):
        rows.writerow({name: _harmless(value) for name, value in _row(one).items()})
    return text.getvalue()


def _row(finding: Document) -> dict[str, str]:
    return {
        **{name: str(finding[name]) for name in _COLUMNS[:7]},
        "expected": _facts(finding["expected"]),
        "actual": _facts(finding["actual"]),
        "fix": finding["fix"],
        "origin": origin(finding["origin"]),
        "controls": "; ".join(
            f"{name} {one}" for name, given in finding["controls"].items() for one in given
        ),
        "suppressed_by": finding.get("owner", ""),
        "suppressed_until": finding.get("expires", ""),
    }


def _facts(facts: Document | None) -> str:
    return "" if facts is None else json.dumps(facts, ensure_ascii=False)


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def check_junit(document: Document, style: Style) -> str:  # noqa: ARG001 - a teller's signature
    """Return a failing test case for each finding, an error for each place that was not looked at."""
    told = cleaned(document)
    cases = [*(_case(one) for one in told["findings"]), *(_hole(one) for one in told["incomplete"])]
    skipped = [_skipped(one) for one in told["suppressed"]]
    every = [*cases, *skipped] or ['<testcase classname="govkit.check" name="check"/>']
    head = (
        f'tests="{len(every)}" failures="{len(told["findings"])}" '
        f'errors="{len(told["incomplete"])}" skipped="{len(skipped)}"'
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuites name="govkit" {head}>\n<testsuite name="check" {head}>\n'
        + "\n".join(every)
        + "\n</testsuite>\n</testsuites>\n"
    )


def _case(one: Document) -> str:
    said = "\n".join(_said(one))
    failure = f"<failure message={quoteattr(one['message'])} type={quoteattr(one['code'])}>"
    return f"{_head(one)}>{failure}{escape(said)}</failure></testcase>"


def _skipped(one: Document) -> str:
    why = f"{one['owner']} answers for it until {one['expires']}: {one['reason']}"
    return f"{_head(one)}><skipped message={quoteattr(why)}/></testcase>"


def _hole(line: str) -> str:
    name = quoteattr(line)
    return f'<testcase classname="govkit.check" name={name}><error message={name}/></testcase>'


def _head(one: Document) -> str:
    place = " ".join(filter(None, (one["account_key"], one["region"])))
    name = quoteattr(f"{one['code']} {place} {one['resource']}")
    at = one["origin"]
    where = "" if at is None else f' file={quoteattr(at["file"])} line="{at["line"]}"'
    return f'<testcase classname="govkit.check.{one["code"]}" name={name}{where}'


def _said(one: Document) -> Iterator[str]:
    yield f"expected: {_facts(one['expected'])}"
    yield f"found: {_facts(one['actual'])}"
    yield one["fix"]
