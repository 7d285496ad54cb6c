"""What differs between two versions of a thing."""

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govkit.kinds.account import Account
from govkit.kinds.policy import Policy, policy
from govkit.kinds.tags import Tags
from govkit.model.address import ROOT, account, ou
from govkit.model.change import Change
from govkit.policies.document import of
from govkit.report import PLAIN, Style, difference, differences, formats
from govkit.report._differences import between, path
from govkit.report._ink import table
from govkit.report._statements import change_words, compared, words

DENY = {"Sid": "A", "Effect": "Deny", "Action": "s3:*", "Resource": "*"}


def scp(*statements: Any, **other: Any) -> Policy:
    says = {"Version": "2012-10-17", "Statement": list(statements)}
    return Policy(policy("scp", "x"), "scp", "x", of(says), **other)


def test_properties_and_statements_are_told_apart() -> None:
    before = scp(DENY, description="old")
    after = scp({**DENY, "Action": ["s3:*", "ec2:*"]}, description="new")
    assert difference(Change(before, after)) == {
        "address": "policy:scp/x",
        "action": "update",
        "properties": [{"path": "description", "before": "old", "after": "new"}],
        "statements": {
            "added": [],
            "removed": [],
            "changed": [{"before": DENY, "after": {**DENY, "Action": ["s3:*", "ec2:*"]}}],
        },
    }


def test_a_document_says_the_same_in_other_words() -> None:
    respelled = {"Effect": "Deny", "Action": ["S3:*", "s3:*"], "Resource": ["*"], "Sid": "Other"}
    said = compared({"Statement": [DENY]}, {"Statement": respelled})
    assert (said.added, said.removed, said.changed) == ((), (), ())


def test_statements_are_paired_by_sid_or_by_all_but_one_element() -> None:
    nameless = {"Effect": "Deny", "Action": "ec2:*", "Resource": "*"}
    said = compared(
        {"Statement": [DENY, nameless, {"Effect": "Allow", "Action": "a:b", "Resource": "x"}]},
        {"Statement": [{**nameless, "Action": "ec2:Run*"}, {**DENY, "Effect": "Allow"}]},
    )
    assert [(was.value, now.value) for was, now in said.changed] == [
        (DENY, {**DENY, "Effect": "Allow"}),
        (nameless, {**nameless, "Action": "ec2:Run*"}),
    ]
    assert [each.value["Action"] for each in said.removed] == ["a:b"]
    assert said.added == ()


def test_statements_with_different_sids_are_not_paired() -> None:
    said = compared({"Statement": DENY}, {"Statement": {**DENY, "Sid": "B", "Action": "ec2:*"}})
    assert (len(said.added), len(said.removed), said.changed) == (1, 1, ())


def test_malformed_statements_are_compared_and_told_too() -> None:
    said = compared({"Statement": ["odd"]}, {"Statement": ["even", 7]})
    assert [words(each.value) for each in said.added] == ["even", "7"]
    assert [words(each.value) for each in said.removed] == ["odd"]
    assert words({"Effect": "Deny", "Condition": {"Bool": 1, "Null": {"a": True}}}) == (
        "Deny if a Null true"
    )


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (DENY, "A: Deny s3:*"),
        ({"Action": "*", "Resource": "*"}, "? *"),
        (
            {"Effect": "Deny", "NotAction": list("abcdef"), "NotResource": "arn:x"},
            "Deny everything but a, b, c, d and 2 more on everything but arn:x",
        ),
        (
            {"Effect": "Allow", "Principal": {"AWS": ["1", "2"]}, "Action": "a:b", "Resource": "r"},
            "Allow a:b on r for AWS 1, AWS 2",
        ),
        (
            {
                "Effect": "Deny",
                "Action": "a:b",
                "Resource": "*",
                "Condition": {"StringEquals": {"k": "v"}, "Bool": {"s": "false"}},
            },
            "Deny a:b if k StringEquals v and s Bool false",
        ),
    ],
)
def test_a_statement_is_told_in_short_words(statement: dict[str, Any], said: str) -> None:
    assert words(statement) == said


def test_a_changed_statement_is_told_by_what_came_and_went() -> None:
    after = {"Effect": "Allow", "Action": ["ec2:*"], "Resource": "*"}
    assert change_words(DENY, after) == "A: Effect + Allow - Deny; Action + ec2:* - s3:*"
    assert change_words({"Version": 1}, {"Version": 1}) == "the same in other words"


def test_tags_are_told_by_key() -> None:
    before = Tags(ou("A"), (("owner", "x"), ("tier", "prod")))
    after = Tags(ou("A"), (("owner", "y"), ("team owner", "z")))
    assert difference(Change(before, after))["properties"] == [
        {"path": "values.owner", "before": "x", "after": "y"},
        {"path": 'values["team owner"]', "before": None, "after": "z"},
        {"path": "values.tier", "before": "prod", "after": None},
    ]


def test_trees_are_told_by_path_private_looking_keys_too() -> None:
    before = {"document": {"tags": {"__cost": {"tag_key": {"@@assign": "Cost"}}}}}
    after = {"document": {"tags": {"__cost": {"tag_key": {"@@assign": "cost"}}, "n": [1]}}}
    assert between("policy:tag/x", before, after)["properties"] == [
        {
            "path": 'document.tags.__cost.tag_key["@@assign"]',
            "before": "Cost",
            "after": "cost",
        },
        {"path": "document.tags.n", "before": None, "after": [1]},
    ]


def test_a_list_that_becomes_another_thing_is_one_difference() -> None:
    found = between("x:y", {"a": [1, 2], "b": True}, {"a": {"c": 1}, "b": 1})["properties"]
    assert found == [
        {"path": "a", "before": [1, 2], "after": {"c": 1}},
        {"path": "b", "before": True, "after": 1},
    ]


def test_paths_are_unambiguous() -> None:
    assert path(("a", "b c", 0, 'q"\\', "d")) == 'a["b c"][0]["q\\"\\\\"].d'
    assert path(("0",)) == '["0"]'


def test_differences_are_told_with_a_summary() -> None:
    jane = Account(account("jane"), ROOT, "Jane", "jane@example.com")
    document = differences(
        [Change(None, jane), Change(scp(DENY), scp(DENY, DENY | {"Sid": "B", "Action": "x:y"}))],
        "org_layout.yaml",
        "AWS",
    )
    assert formats()["text"].differences(document, PLAIN) == (
        "+ account jane\n"
        "    + parent: the root\n"
        '    + name: "Jane"\n'
        '    + email: "jane@example.com"\n'
        "~ SCP x\n"
        "    + statement B: Deny x:y\n"
        "\n"
        "Differences from org_layout.yaml to AWS: 1 added, 1 changed. Next: govkit plan\n"
    )


def test_what_goes_is_told_with_what_it_said() -> None:
    document = differences([Change(scp(DENY, description="why"), None)], "a", "b")
    assert formats()["text"].differences(document, Style(color=True)) == (
        "\x1b[31m- SCP x\x1b[0m\n"
        '    \x1b[31m- description: "why"\x1b[0m\n'
        "    \x1b[31m- statement A: Deny s3:*\x1b[0m\n"
        "\n"
        "\x1b[1mDifferences from a to b: 1 removed. Next: govkit plan\x1b[0m\n"
    )


def test_tables_of_nothing_but_heads_line_up_with_combining_letters() -> None:
    assert table([("e\u0301", "x"), ("ab", "y")]) == ["e\u0301   x", "ab  y"]


def test_no_differences_are_said_plainly() -> None:
    text = formats()["text"].differences(differences([], "a.json", "b.json"), PLAIN)
    assert text == "No differences from a.json to b.json. Next: govkit plan\n"


def test_deepdiff_is_imported_only_for_nested_facts() -> None:
    program = (
        "import sys\n"
        "from govkit.report import formats\n"
        "from govkit.report._differences import between\n"
        "formats(); between('x:y', {'a': 1, 't': None}, {'a': 2, 't': [['k', 'v']]})\n"
        "lazy = {'deepdiff', 'boto3', 'botocore', 'jinja2', 'pydantic', 'yaml'}\n"
        "assert not lazy & set(sys.modules), lazy & set(sys.modules)\n"
        "between('x:y', {'a': [1]}, {'a': [2]})\n"
        "assert 'deepdiff' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
FACTS = st.dictionaries(st.sampled_from(["name", "document", "values"]), JSON)


@given(facts=FACTS)
def test_nothing_differs_from_itself(facts: dict[str, Any]) -> None:
    found = between("x:y", facts, facts)
    assert found["properties"] == []
    assert found["statements"] == {"added": [], "removed": [], "changed": []}


@given(before=FACTS, after=FACTS)
def test_what_differs_is_found_both_ways(before: dict[str, Any], after: dict[str, Any]) -> None:
    there, back = between("x:y", before, after), between("x:y", after, before)
    assert bool(there["properties"]) == bool(back["properties"])
    if there["properties"] == []:
        assert {k: v for k, v in before.items() if v is not None} == {
            k: v for k, v in after.items() if v is not None
        }
