"""Exemptions come, change and go in a layout's text; every other character stays."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from govkit.errors import GovkitError
from govkit.layout.edit_exemptions import with_exemption, with_facts, without_exemption

ENTRY = {"guardrail": "g", "accounts": ["a", "b"], "params": {"regions": "[eu-west-1]"}}
ADDED = "  new:\n    guardrail: g\n    accounts: [a, b]\n    params: {regions: [eu-west-1]}\n"
ONE = "  # why it is\n  one:  # here\n    guardrail: g\n    expires: 2026-12-01  # soon\n"
TWO = "  two:\n    guardrail: g\n\n    expires: 2026-12-01\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("version: 1\n", f"version: 1\n\nexemptions:\n{ADDED}"),
        ("version: 1", f"version: 1\n\nexemptions:\n{ADDED}"),
        ("exemptions:\nversion: 1\n", f"exemptions:\n{ADDED}version: 1\n"),
        ("exemptions:  # none yet\nous:\n", f"exemptions:  # none yet\n{ADDED}ous:\n"),
        (f"exemptions:\n{ONE}\n# next\nous:\n", f"exemptions:\n{ONE}{ADDED}\n# next\nous:\n"),
        (f"exemptions:\n{ONE}{TWO}", f"exemptions:\n{ONE}{TWO}{ADDED}"),
        (f"exemptions:\n{TWO}".rstrip("\n"), f"exemptions:\n{TWO}{ADDED}"),
        (
            "exemptions: {}\nous:\n",
            "exemptions: {new: {guardrail: g, accounts: [a, b], params: {regions: [eu-west-1]}}}\nous:\n",
        ),
        (
            "exemptions: {one: {x: y}}\n",
            "exemptions: {one: {x: y}, new: {guardrail: g, accounts: [a, b], params: {regions: [eu-west-1]}}}\n",
        ),
        (
            "exemptions:\n      one: {x: y}\n",
            "exemptions:\n      one: {x: y}\n"
            + "".join(f"    {line}\n" for line in ADDED.splitlines()),
        ),
        ("version: 1\r\n", f"version: 1\n\nexemptions:\n{ADDED}".replace("\n", "\r\n")),
        ("\ufeffversion: 1\n", f"\ufeffversion: 1\n\nexemptions:\n{ADDED}"),
    ],
)
def test_one_is_added_where_the_others_are(before: str, after: str) -> None:
    assert with_exemption(before, "new", ENTRY) == after


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "before",
    [
        "version: 1\n",
        "---\nversion: 1\n\n\n",
        "version: 1\nexemptions:   # ways out\n\nous:\n",
        f"version: 1\nexemptions:\n{ONE}{TWO}\n# about OUs\nous:\n",
        "version: 1\nexemptions: {}\nous:\n",
        "version: 1\nexemptions: {\n  a: {x: y},\n  b: {x: y},\n}\nous:\n",
        "exemptions:\n  a: {x: y}\t# tab\n...\n",
    ],
)
def test_what_came_and_went_leaves_no_trace(before: str, newline: str) -> None:
    before = before.replace("\n", newline)
    assert without_exemption(with_exemption(before, "new", ENTRY), "new") == before


@pytest.mark.parametrize("nothing", ["null", "~"])
def test_a_section_that_says_nothing_can_say_something(nothing: str) -> None:
    added = with_exemption(f"exemptions: {nothing}\nous:\n", "new", ENTRY)
    assert yaml.safe_load(added)["exemptions"]["new"]["guardrail"] == "g"


@pytest.mark.parametrize(
    ("before", "key", "after"),
    [
        (f"exemptions:\n{ONE}{TWO}ous:\n", "two", f"exemptions:\n{ONE}ous:\n"),
        (f"exemptions:\n{ONE}{TWO}", "one", f"exemptions:\n  # why it is\n{TWO}"),
        (f"exemptions:\n{TWO}\n# end\n", "two", "exemptions:\n\n# end\n"),
        (f"version: 1\n\nexemptions:\n{TWO}", "two", "version: 1\n"),
        (f"version: 1\n\nexemptions:\n{TWO}\nous:\n", "two", "version: 1\n\nous:\n"),
        (f"version: 1\nexemptions:\n{TWO}ous:\n", "two", "version: 1\nous:\n"),
        (f"version: 1\nexemptions:  # none is best\n{TWO}", "two", "version: 1\nexemptions:  # none is best\n"),
        (f"version: 1\nexemptions:\n{ONE}\nous:\n", "one", "version: 1\nexemptions:\n  # why it is\n\nous:\n"),
        (f"version: 1\nexemptions:\n{TWO}  # another one?\n", "two", "version: 1\nexemptions:\n  # another one?\n"),
        (f"exemptions:\n{TWO}\n  a: {{x: y}}\n\nous:\n", "two", "exemptions:\n  a: {x: y}\n\nous:\n"),
        (f"exemptions:\n  a: {{x: y}}\n\n{TWO}\nous:\n", "two", "exemptions:\n  a: {x: y}\n\nous:\n"),
        ("version: 1\nexemptions:\n  a: &a {x: y}\n  b: *a\n", "b", "version: 1\nexemptions:\n  a: &a {x: y}\n"),
        ("exemptions: {a: {x: y}, b: {x: y}}\n", "a", "exemptions: {b: {x: y}}\n"),
        ("exemptions: {a: {x: y}, b: {x: y}}\n", "b", "exemptions: {a: {x: y}}\n"),
        ("exemptions: {a: {x: y}}\n", "a", "exemptions: {}\n"),
        ("exemptions:\n  a:\n    l:\n      - x\n      - y\n  b: {x: y}\n", "a", "exemptions:\n  b: {x: y}\n"),
        ("exemptions:\n  a: {x: y}  # c\n  b:\n", "a", "exemptions:\n  b:\n"),
        ("exemptions:\n  a:\n    r: >\n      long\n      text\n  b: {x: y}\n", "a", "exemptions:\n  b: {x: y}\n"),
    ],
)  # fmt: skip
def test_one_goes_and_comments_above_it_stay(before: str, key: str, after: str) -> None:
    assert without_exemption(before, key) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ONE, ONE.replace("2026-12-01", "2027-01-01")),
        ("  one: {expires: 2026-12-01}\n", "  one: {expires: 2027-01-01}\n"),
        ('  one: {expires: "2026-12-01", x: y}\n', "  one: {expires: 2027-01-01, x: y}\n"),
    ],
)
def test_a_fact_is_replaced_in_place(before: str, after: str) -> None:
    changed = with_facts(f"exemptions:\n{before}", "one", {"expires": "2027-01-01"})
    assert changed == f"exemptions:\n{after}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ONE, ONE + "    ticket: SEC-1\n"),
        (ONE.rstrip("\n"), ONE + "    ticket: SEC-1\n"),
        ("  one: {x: y}\n", "  one: {x: y, ticket: SEC-1}\n"),
    ],
)
def test_a_fact_that_is_not_there_comes_last(before: str, after: str) -> None:
    assert (
        with_facts(f"exemptions:\n{before}", "one", {"ticket": "SEC-1"}) == f"exemptions:\n{after}"
    )


def test_several_facts_that_are_not_there_come_in_order() -> None:
    facts = {"granted": "2026-11-02", "expires": "2027-01-01"}
    after = "    granted: 2026-11-02\n    expires: 2027-01-01\n"
    text = "exemptions:\n  a:\n    guardrail: g"
    assert with_facts(text, "a", facts) == f"{text}\n{after}"
    assert with_facts("exemptions:\n  a: {x: y}\n", "a", facts) == (
        "exemptions:\n  a: {x: y, granted: 2026-11-02, expires: 2027-01-01}\n"
    )


def test_what_cannot_be_edited_safely_is_left_alone() -> None:
    cases: list[Any] = [
        lambda: with_exemption(f"exemptions:\n{ONE}", "one", ENTRY),
        lambda: without_exemption("version: 1\n", "one"),
        lambda: with_facts("exemptions:\n  one: text\n", "one", {"expires": "2027-01-01"}),
        lambda: with_exemption("{version: 1}\n", "one", ENTRY),
        lambda: with_exemption("- a list\n", "one", ENTRY),
        lambda: with_exemption("a: [\n", "one", ENTRY),
        lambda: without_exemption("exemptions:\n  ? one\n  : {x: y}\n", "one"),
        lambda: with_exemption("exemptions:\n  a: &a\n    x: y\n  b:\n    <<: *a\n", "one", ENTRY),
        lambda: with_facts("exemptions:\n  a: &a {x: y}\n  b: *a\n", "b", {"x": "z"}),
        lambda: without_exemption("exemptions: {a: &a {x: y}, b: *a}\n", "b"),
        lambda: with_facts(
            "exemptions:\n  one: &way {expires: 2026-12-01}\n  two: *way\n", "two", {"expires": "2027-01-01"}
        ),
    ]  # fmt: skip
    for case in cases:
        with pytest.raises(GovkitError):
            case()


@given(text=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40))
def test_any_text_is_written_so_that_it_is_read_again(text: str) -> None:
    try:
        written = with_exemption("version: 1\n", "one", {"reason": text, "accounts": [text]})
    except GovkitError:
        assert not text.isprintable()  # what no layout may hold
        return
    assert yaml.safe_load(written)["exemptions"]["one"] == {"reason": text, "accounts": [text]}


@pytest.mark.parametrize("text", ["yes", "no", "null", "012345678901", "1e3", "a: b", "a #b", "- a", " a", "a ", "2026-01-01x", "~", "*a", "{", "a\nb"])  # fmt: skip
def test_texts_that_look_like_something_else_are_quoted(text: str) -> None:
    written = with_exemption("version: 1\n", "one", {"reason": text})
    assert yaml.safe_load(written)["exemptions"]["one"] == {"reason": text}
