"""`--redact` hides account IDs and e-mail addresses everywhere, and nothing else."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govkit.report import PLAIN, Redactor, Style, formats

Make = Callable[..., Any]


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("111111111111", "account-1"),
        ("arn:aws:iam::111111111111:role/x", "arn:aws:iam::account-1:role/x"),
        ("logs-111111111111-eu-west-1", "logs-account-1-eu-west-1"),
        ("trail111111111111x", "trailaccount-1x"),
        ("222222222222, 111111111111, 222222222222", "account-1, account-2, account-1"),
        ("1111-1111-1111 is 111111111111", "account-1 is account-1"),
        ("%3A%20111111111111", "%3A%20account-1"),
        ("jane@example.com", "email-1"),
        ("JANE@example.com jane@Example.com", "email-1 email-1"),
        ("<aws+payments-prod@example.co.uk>,", "<email-1>,"),
        ("write to o'brien@example.com.", "write to email-1."),
        ("'jane@example.com'", "'email-1'"),
        ("`jane@example.com`|", "`email-1`|"),
        ("jane%40example.com", "email-1"),
        ("j\u00f6rg@b\u00fccher.example", "email-1"),
        (
            "arn:aws:sts::111111111111:assumed-role/Admin/jane@example.com",
            "arn:aws:sts::account-1:assumed-role/Admin/email-1",
        ),
        ("aws+111111111111@example.com", "email-1"),
        ("\x1b[31mjane@example.com\x1b[0m", "\x1b[31memail-1\x1b[0m"),
        ("\x1b[1;31m111111111111\x1b[0m", "\x1b[1;31maccount-1\x1b[0m"),
        ("no JSON: \\n111111111111\\njane@example.com", "no JSON: \\naccount-1\\nemail-1"),
    ],
)
def test_secrets_are_hidden(text: str, hidden: str) -> None:
    assert Redactor().text(text) == hidden


@pytest.mark.parametrize(
    "text",
    [
        "1111111111111",
        "11111111111",
        "sha256:" + "1234567890" * 6 + "1234",
        "8f6a2b7e-0000-4000-8000-123456789012",
        "run_8f6a2b7e-0000-4000-8000-123456789012",
        "2026-11-23T22:12:12.123456Z",
        "govkit@1.2.3 @team a@b user@host",
        "@example.com",
        "'@example.com",
        "14 accounts, org_layout.yaml:76:3",
        "ou-exam-12345678",
        "",
    ],
)
def test_other_things_are_left_alone(text: str) -> None:
    assert Redactor().text(text) == text


def test_aliases_are_the_same_in_a_whole_run() -> None:
    redactor = Redactor()
    assert redactor.text("111111111111 222222222222") == "account-1 account-2"
    assert redactor.value({"b": ["222222222222"], "222222222222": 1, "e": "a@example.com"}) == {
        "b": ["account-2"],
        "account-2": 1,
        "e": "email-1",
    }


def test_json_stays_json_with_bare_numbers_escapes_and_documents_inside() -> None:
    secret = {
        "id": 111111111111,
        "count": 12,
        "yes": True,
        "text": "line\n111111111111\njos\u00e9@example.com <b>",
        "inner": json.dumps({"Principal": [111111111111, "arn:aws:iam::111111111111:root"]}),
        "float": 0.5,
    }
    for ascii_ in (True, False):
        text = json.dumps(secret, indent=2, ensure_ascii=ascii_).replace("<", "\\u003c")
        hidden = Redactor().text(text)
        assert json.loads(hidden) == {
            "id": "account-1",
            "count": 12,
            "yes": True,
            "text": "line\naccount-1\nemail-1 <b>",
            "inner": '{"Principal": ["account-1", "arn:aws:iam::account-1:root"]}',
            "float": 0.5,
        }
        assert "<" not in hidden
        assert hidden.count("\n") == text.count("\n")


def test_json_values_are_hidden_alike() -> None:
    given_ = {"a": (111111111111, True, None, 1.5), "b": "x"}
    assert Redactor().value(given_) == {"a": ["account-1", True, None, 1.5], "b": "x"}


@pytest.mark.parametrize("text", ["{not JSON 111111111111", "[" * 100_000])
def test_what_only_looks_like_json_is_text(text: str) -> None:
    assert Redactor().text(text) == text.replace("111111111111", "account-1")


@pytest.mark.parametrize("name", ["text", "json", "markdown"])
def test_no_format_gives_a_secret_away(name: str, make_plan: Make, make_drift: Make) -> None:
    style = Style(color=True, names={"555555555555": "jane@example.com"})
    format_ = formats()[name]
    for text in (format_.plan(make_plan(), style), format_.drift(make_drift(), style)):
        hidden = Redactor().text(text)
        uuid = "8f6a2b7e-0000-4000-8000-123456789012"
        assert "@example.com" not in hidden.replace("email", "")
        left = re.findall(r"(?<!\d)\d{12}(?!\d)", hidden.replace(uuid, ""))
        assert left == []
        assert hidden.count(uuid) == text.count(uuid)


def test_a_redacted_document_is_told_as_json_like_its_text(make_plan: Make) -> None:
    plan = make_plan()
    told = formats()["json"].plan(plan, PLAIN)
    assert json.loads(Redactor().text(told)) == Redactor().value(plan)


@given(
    before=st.text(st.characters(exclude_categories=["Nd", "Cs"]), max_size=20),
    number=st.integers(0, 10**12 - 1),
    after=st.text(st.characters(exclude_categories=["Nd", "Cs"]), max_size=20),
)
def test_no_account_id_survives_whatever_stands_around_it(
    before: str, number: int, after: str
) -> None:
    account = f"{number:012}"
    assert account not in Redactor().text(f"{before}{account}{after}")


@given(
    before=st.text(st.sampled_from(" \n\"'<>()[],;:/|`{\\"), max_size=5),
    local=st.from_regex(r"[a-z0-9][a-z0-9.+_'-]{0,20}", fullmatch=True),
    after=st.text(st.sampled_from(" \n\"'<>()[],;:/|`}!"), max_size=5),
)
def test_no_email_address_survives_whatever_stands_around_it(
    before: str, local: str, after: str
) -> None:
    hidden = Redactor().text(f"{before}{local}@example.com{after}")
    assert "@" not in hidden
    assert hidden.endswith(f"email-1{after}")


@given(st.text())
def test_hiding_twice_hides_nothing_more(text: str) -> None:
    redactor = Redactor()
    once = redactor.text(text)
    assert redactor.text(once) == once


def test_a_megabyte_without_a_break_is_quick() -> None:
    text = "x" * 10**6
    assert Redactor().text(text + "@") == text + "@"
    assert Redactor().text(text + "@example.com") == "email-1"
