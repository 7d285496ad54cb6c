"""Account IDs are written into the layout's text, and nothing else is changed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govkit.errors import BugError, LayoutError
from govkit.layout import edit
from govkit.layout.edit import with_account_ids
from govkit.layout.faults import Faults
from govkit.layout.tree import read_text

ID = "666666666666"
NEW = {"new": ID}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "accounts:\n  new: {ou: A, create: true}  # soon\n",
            f'accounts:\n  new: {{id: "{ID}", ou: A, create: true}}  # soon\n',
        ),
        (
            "accounts:\n  # the new one\n  new:\n    # lives here\n    ou: A\n    create: true\n",
            f'accounts:\n  # the new one\n  new:\n    # lives here\n    id: "{ID}"\n    ou: A\n    create: true\n',
        ),
        (
            "accounts: {other: {ou: A}, new: {  ou: A}}\n",
            f'accounts: {{other: {{ou: A}}, new: {{  id: "{ID}", ou: A}}}}\n',
        ),
        ("accounts:\n  new: {}\n", f'accounts:\n  new: {{id: "{ID}"}}\n'),
        (
            "accounts:\n  new: &n\n    ou: A\n",
            f'accounts:\n  new: &n\n    id: "{ID}"\n    ou: A\n',
        ),
        ("accounts:\n  new: &n {ou: A}\n", f'accounts:\n  new: &n {{id: "{ID}", ou: A}}\n'),
        ("accounts:\n  new: {id: , ou: A}\n", f'accounts:\n  new: {{id: "{ID}" , ou: A}}\n'),
        (
            'accounts:\n  new:\n    "id":\n    ou: A\n',
            f'accounts:\n  new:\n    "id": "{ID}"\n    ou: A\n',
        ),
        (
            "accounts:\r\n  new:\r\n    ou: A\r\n",
            f'accounts:\r\n  new:\r\n    id: "{ID}"\r\n    ou: A\r\n',
        ),
        (
            "accounts:\n  new:\n    ou: A",
            f'accounts:\n  new:\n    id: "{ID}"\n    ou: A',
        ),
        (
            "\ufeffaccounts:\n  new: {ou: Zürich}\n",
            f'\ufeffaccounts:\n  new: {{id: "{ID}", ou: Zürich}}\n',
        ),
        (
            "accounts:\n  a: {ou: \N{GRINNING FACE}}\n  new: {ou: A}\n",
            f'accounts:\n  a: {{ou: \N{GRINNING FACE}}}\n  new: {{id: "{ID}", ou: A}}\n',
        ),
    ],
)
def test_an_id_is_put_where_it_belongs(before: str, after: str) -> None:
    assert with_account_ids(before, NEW) == after


@pytest.mark.parametrize(
    "text",
    [
        "ous: {A: }\n",
        "accounts:\n",
        "accounts: {other: {ou: A}}\n",
        f"accounts: {{new: {{ou: A, id: {ID}}}}}\n",
        "accounts: {new: text}\n",
        "- a\n",
    ],
)
def test_a_text_that_needs_no_id_stays_as_it_is(text: str) -> None:
    assert with_account_ids(text, NEW) == text


def test_another_id_and_an_alias_are_refused() -> None:
    with pytest.raises(LayoutError, match=r"a\.yaml:1:22  Account new has the id 111111111111"):
        with_account_ids("accounts: {new: {id: 111111111111}}", NEW, "a.yaml")
    with pytest.raises(LayoutError, match="is an alias, which cannot have an id of its own"):
        with_account_ids("accounts: {a: &a {ou: A}, new: *a}", NEW)


def test_an_anchor_that_others_repeat_gives_them_no_id() -> None:
    """The text would then say that two accounts are one."""
    with pytest.raises(LayoutError, match="is repeated by b"):
        with_account_ids("accounts:\n  new: &n {ou: A, create: true}\n  b: *n\n", NEW)


def test_a_text_that_is_no_yaml_is_refused() -> None:
    with pytest.raises(LayoutError, match="the quote that opens here is never closed"):
        with_account_ids('accounts: {new: {ou: "A}}', NEW)


def test_the_result_is_proved_by_reading_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edit, "_edit", lambda *_: (0, "x: 1\n"))
    with pytest.raises(BugError):
        with_account_ids("accounts: {new: {ou: A}}", NEW)


def test_the_example_takes_ids_for_all_that_have_none() -> None:
    text = (Path(__file__).parent / "whole" / "org_layout.yaml").read_text()
    written = with_account_ids(text, {"search-prod": ID, "crm": "101010101010"})
    changed = [
        (old, new)
        for old, new in zip(text.split("\n"), written.split("\n"), strict=True)
        if old != new
    ]
    assert len(changed) == 2
    assert 'search-prod:   {id: "666666666666", ou: Workloads/Prod' in written


keys = st.text("abc-_09", min_size=1, max_size=4)
comments = st.sampled_from(["", "  # a note", "   "])


@given(st.dictionaries(keys, st.tuples(st.booleans(), comments), min_size=1, max_size=6), st.data())
def test_only_ids_are_added_whatever_the_style(
    accounts: dict[str, tuple[bool, str]], data: st.DataObject
) -> None:
    lines = ["accounts:"]
    for key, (flow, comment) in accounts.items():
        if flow:
            lines.append(f'  "{key}": {{ou: A}}{comment}')
        else:
            lines += [f'  "{key}":{comment}', "     ou: A", "     tags: {x: y}"]
    text = "\n".join(lines) + "\n"
    some = data.draw(st.sets(st.sampled_from(sorted(accounts))))
    written = with_account_ids(text, dict.fromkeys(some, ID))
    assert len(written) == len(text) + sum(
        len('id: ""') + 12 + 2 if accounts[key][0] else len('     id: ""\n') + 12 for key in some
    )
    after = read_text("x", written, Faults())["accounts"]
    assert {key for key in after if after[key].get("id") == ID} == some
