"""Suppressions hold where they stand, until their day, for their codes, and for nothing else."""

from datetime import date

import pytest

from govkit.checks._suppressions import (
    WHOLE_FILE,
    Misread,
    Suppression,
    allowed,
    in_template,
    in_yaml,
)
from govkit.flow.suppress import Placed, Said, remaining
from govkit.model.finding import Finding, Origin, Severity

LAYOUT = """\
version: 1
guardrails:
  # govkit: allow GK220 until 2027-01-31 because AWS renames it
  one:
    template: a.json.j2

    attach: [/]
  two:  # govkit: allow GK231, GK232 until 2027-01-31 by jane because it is so
    template: b.json.j2
  three:
    template: c.json.j2
# govkit: allow GK233 until 2027-01-31 because nothing follows
"""


def spans(text: str) -> list[tuple[set[str], int, int, str]]:
    return [
        (set(one.codes), one.first, one.last, one.by)
        for one in in_yaml(text)
        if isinstance(one, Suppression)
    ]


def test_a_comment_of_a_layout_holds_for_the_entry_at_which_it_stands() -> None:
    assert spans(LAYOUT) == [
        ({"GK220"}, 4, 7, ""),
        ({"GK231", "GK232"}, 8, 9, "jane"),
        ({"GK233"}, 12, 12, ""),
    ]


def test_a_comment_of_a_template_holds_for_all_of_it() -> None:
    text = '{# title: x\n# govkit: allow GK220 until 2027-01-31 because a\n#}\n{"a": 1} {# govkit: allow GK221 until 2027-02-01 because b -#}\n'
    first, second = in_template(text)
    assert isinstance(first, Suppression)
    assert isinstance(second, Suppression)
    assert (first.because, first.line, first.column, first.last) == ("a", 2, 1, WHOLE_FILE)
    assert (second.because, second.line, second.until) == ("b", 4, date(2027, 2, 1))


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("allow GK220 because of it", "codes, a day and a reason"),
        ("allow GK220 until 2027-01-31", "codes, a day and a reason"),
        ("allow until 2027-01-31 because of it", "codes, a day and a reason"),
        ("allow GK220 until tomorrow because of it", "tomorrow is no day"),
        ("forbid GK220", "does not begin with allow"),
    ],
)
def test_what_lacks_a_day_or_a_reason_is_not_understood(given: str, why: str) -> None:
    found = allowed(given, 3, 1)
    assert isinstance(found, Misread)
    assert why in found.why


def finding(code: str = "GK220", line: int = 4) -> Finding:
    where = Origin("a.yaml", line, 1)
    return Finding(code, Severity.WARNING, "x", "Wrong.", where=where)


def said(text: str = "allow GK220 until 2027-01-31 by jane because of it") -> Said:
    return Said("a.yaml", allowed(text, 9, 2), frozenset(("a.yaml",)))


def left(found: list[Placed], given: list[Said], today: str = "2027-01-31") -> list[str]:
    return [one.code for one in remaining(found, given, date.fromisoformat(today))]


def test_on_its_last_day_it_holds_and_the_day_after_it_is_a_finding() -> None:
    assert left([Placed(finding())], [said()]) == []
    assert left([Placed(finding())], [said()], "2027-02-01") == ["GK220", "GK290"]


def test_it_holds_for_its_codes_and_its_file_alone() -> None:
    assert left([Placed(finding("GK221"))], [said()]) == ["GK221", "GK292"]
    elsewhere = Said("b.yaml", said().given, frozenset(("b.yaml",)))
    assert left([Placed(finding())], [elsewhere]) == ["GK220", "GK292"]


def test_a_finding_is_allowed_also_where_the_layout_asks_for_it() -> None:
    in_template_file = Finding("GK220", Severity.NOTE, "x", "y", where=Origin("t.j2", 1, 1))
    assert left([Placed(in_template_file, (Origin("a.yaml", 4, 1),))], [said()]) == []


def test_what_is_not_understood_says_how_to_write_it() -> None:
    (found,) = remaining([], [said("allow everything")], date(2027, 1, 1))
    assert (found.code, found.where) == ("GK291", Origin("a.yaml", 9, 2))
    assert "because" in found.hint


def test_one_that_hides_something_and_is_nobodys_is_a_note() -> None:
    nobodys = said("allow GK220 until 2027-01-31 because of it")
    (found,) = remaining([Placed(finding())], [nobodys], date(2027, 1, 1))
    assert (found.code, found.severity, found.where) == ("GK294", Severity.NOTE, nobodys.where)
    assert "by NAME" in found.hint
    assert left([], [nobodys]) == ["GK292"]
