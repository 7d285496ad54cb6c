"""Policies: what they say, whose they are, adopted, changed and found again."""

from dataclasses import replace
from typing import Any

import pytest

from govkit.kinds._documents import Unfinished
from govkit.kinds.account import Account
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import KIND, Policy, policy
from govkit.kinds.root import ORGANIZATION, Root
from govkit.model.address import ROOT, Address, account, ou
from govkit.model.call import Ids, Interest
from govkit.model.change import Change
from govkit.model.resource import Found
from govkit.model.state import State
from govkit.model.wanted import Claim, Guardrail
from govkit.policies.canonical import Grammar
from govkit.policies.document import of, parse

DENY = of({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Sid": "No"}]})
LESS = of(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}
)
SCPS = {
    "Roots": [
        {"Id": "r-exam", "PolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]}
    ]
}
OWNED = {
    "Tags": [
        {"Key": "govkit:layout", "Value": "main"},
        {"Key": "govkit:guardrail", "Value": "deny"},
    ]
}


def summary(given: str, name: str, *, managed: bool = False) -> dict[str, Any]:
    return {"Id": given, "Name": name, "AwsManaged": managed, "Type": "SERVICE_CONTROL_POLICY"}


def described(params: Any) -> Any:
    given = params["PolicyId"]
    text = {"p-12345678": DENY.text, "p-broken00": "not json", "p-listed00": "[]"}.get(
        given, LESS.text
    )
    return {"Policy": {"PolicySummary": summary(given, "deny"), "Content": text}}


def answers(*summaries: Any) -> dict[str, Any]:
    return {
        "ListRoots": SCPS,
        "ListPolicies": {"Policies": list(summaries)},
        "DescribePolicy": described,
        "ListTagsForResource": OWNED,
    }


def test_policies_are_read_with_their_owner(look: Any) -> None:
    at = look(
        answers(
            summary("p-FullAWSAccess", "FullAWSAccess", managed=True), summary("p-12345678", "deny")
        )
    )
    full, ours = KIND.read(at)
    assert str(full.resource.address) == "policy:scp/FullAWSAccess"
    assert full.resource.aws_managed
    assert full.resource.layout is None
    assert ours == Found(
        Policy(policy("scp", "p-12345678"), "scp", "deny", DENY, "", "main", "deny"), "p-12345678"
    )
    assert at.operations().count("DescribePolicy") == 1


def test_an_aws_managed_policy_that_we_do_not_know_is_asked_for(look: Any) -> None:
    (found,) = KIND.read(look(answers(summary("p-New", "New", managed=True))))
    assert found.resource.document == LESS


def test_policies_of_a_type_that_the_layout_uses_are_read_before_it_is_enabled(look: Any) -> None:
    at = look(
        answers() | {"ListRoots": {"Roots": [{"Id": "r-exam"}]}},
        None,
        Interest(types=frozenset({"rcp"})),
    )
    assert list(KIND.read(at)) == []
    assert [call.params["Filter"] for call in at.asked if "Filter" in call.params] == [
        "RESOURCE_CONTROL_POLICY"
    ]


@pytest.mark.parametrize("given", ["p-broken00", "p-listed00"])
def test_a_content_that_is_no_document_stands_for_itself(look: Any, given: str) -> None:
    (found,) = KIND.read(look(answers(summary(given, "odd"))))
    assert found.resource.document.value == {}
    assert found.resource.document.text in {"not json", "[]"}


def test_a_content_with_a_key_given_twice_is_read_leniently(look: Any) -> None:
    twice = '{"Version":"2012-10-17","Version":"2012-10-17","Statement":[]}'
    content = {"DescribePolicy": {"Policy": {"Content": twice}}}
    (found,) = KIND.read(look(answers(summary("p-12345678", "odd")) | content))
    assert found.resource.document.value == {"Version": "2012-10-17", "Statement": []}


OURS = Policy(policy("scp", "deny"), "scp", "deny", DENY, "Why.", "main", "deny")


def test_a_policy_is_created_with_its_owner(calls: Any, ids: Ids) -> None:
    creating = Change(None, OURS)
    assert calls(KIND, creating, ids) == [
        (
            "CreatePolicy",
            {
                "Content": DENY.text,
                "Description": "Why.",
                "Name": "deny",
                "Type": "SERVICE_CONTROL_POLICY",
                "Tags": OWNED["Tags"],
            },
        )
    ]
    assert KIND.split(creating) == (creating,)
    assert KIND.verb(creating) == "create"
    answer = {"Policy": {"PolicySummary": {"Id": "p-12345678"}}}
    assert KIND.learn(creating, answer) == {OURS.address: "p-12345678"}
    assert KIND.learn(creating.back(), {}) == {}
    ids.learn(OURS.address, "p-12345678")
    assert calls(KIND, creating.back(), ids) == [("DeletePolicy", {"PolicyId": "p-12345678"})]
    assert OURS.needs == (Address("policy_type", "scp"),)


def test_a_policy_is_adopted_before_it_is_changed(calls: Any, ids: Ids) -> None:
    ids.learn(OURS.address, "p-12345678")
    foreign = replace(OURS, layout=None, guardrail=None, document=LESS, name="old", description="?")
    adopting, updating = KIND.split(Change(foreign, OURS))
    assert [KIND.verb(adopting), KIND.verb(updating)] == ["adopt", "update"]
    assert calls(KIND, adopting, ids) == [
        ("TagResource", {"ResourceId": "p-12345678", "Tags": OWNED["Tags"]})
    ]
    assert calls(KIND, updating, ids) == [
        (
            "UpdatePolicy",
            {"PolicyId": "p-12345678", "Name": "deny", "Description": "Why.", "Content": DENY.text},
        )
    ]
    assert calls(KIND, adopting.back(), ids) == [
        (
            "UntagResource",
            {"ResourceId": "p-12345678", "TagKeys": ["govkit:layout", "govkit:guardrail"]},
        )
    ]


def test_only_what_differs_is_sent(calls: Any, ids: Ids) -> None:
    ids.learn(OURS.address, "p-12345678")
    change = Change(replace(OURS, document=LESS), OURS)
    assert KIND.split(change) == (change,)
    assert calls(KIND, change, ids) == [
        ("UpdatePolicy", {"PolicyId": "p-12345678", "Content": DENY.text})
    ]


def test_an_open_description_is_what_is_there() -> None:
    wanted = replace(OURS, description=None)
    assert KIND.meet(wanted, OURS) == (OURS, OURS)
    created, _ = KIND.meet(wanted, None)
    assert created is not None
    assert created.description == ""
    assert KIND.meet(None, OURS) == (None, OURS)


TOKENS = of(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Deny",
                "Action": "*",
                "Resource": "*",
                "Condition": {
                    "ForAnyValue:StringLike": {
                        "aws:PrincipalOrgPaths": ["${govkit:path:/Workloads/Prod}/*"]
                    }
                },
            }
        ],
    }
)
REAL = "o-exampleorgid/r-exam/ou-exam-workload/ou-exam-workprod/*"


def test_paths_of_ous_are_put_in_once_their_ids_are_known(calls: Any, ids: Ids) -> None:
    change = Change(None, replace(OURS, document=TOKENS))
    ((_, facts),) = calls(KIND, change, ids)
    assert REAL in facts["Content"]
    ids.forget(ou("Workloads/Prod"))
    ((_, early),) = calls(KIND, change, ids)
    assert isinstance(early["Content"], Unfinished)
    assert early["Content"].missing == (ou("Workloads/Prod"),)
    assert early["Content"].to_json() == TOKENS.text


def test_a_policy_is_glanced_at_in_the_layouts_words(api: Any, ids: Ids, gone: Any) -> None:
    ids.learn(OURS.address, "p-12345678")
    tokens = replace(OURS, document=TOKENS, description=None)
    content = TOKENS.text.replace("${govkit:path:/Workloads/Prod}/*", REAL)
    whole = {"PolicySummary": summary("p-12345678", "deny"), "Content": content}
    at = api(answers() | {"DescribePolicy": {"Policy": whole}})
    assert KIND.glance(tokens, at, ids) == Found(tokens, "p-12345678")
    other = KIND.glance(OURS, api(answers()), ids)
    assert other is not None
    assert other.resource == replace(OURS, description="")
    away = api({"DescribePolicy": gone("PolicyNotFoundException")})
    assert KIND.glance(OURS, away, ids) is None


def test_a_policy_whose_creations_answer_was_lost_is_found_by_name(api: Any, ids: Ids) -> None:
    listed = [summary("p-87654321", "other"), summary("p-12345678", "deny")]
    seen = KIND.glance(OURS, api(answers(*listed)), ids)
    assert seen is not None
    assert (seen.id, seen.resource.address) == ("p-12345678", OURS.address)
    assert KIND.glance(OURS, api(answers()), ids) is None


def test_an_aws_managed_policy_is_glanced_at_without_tags(api: Any, ids: Ids) -> None:
    full = Policy(policy("scp", "FullAWSAccess"), "scp", "FullAWSAccess", LESS, aws_managed=True)
    ids.learn(full.address, "p-FullAWSAccess")
    whole = {
        "PolicySummary": summary("p-FullAWSAccess", "FullAWSAccess", managed=True),
        "Content": LESS.text,
    }
    at = api({"DescribePolicy": {"Policy": whole}})
    assert KIND.glance(full, at, ids) == Found(full, "p-FullAWSAccess")


def live(given: str, name: str = "deny", **facts: Any) -> Policy:
    return Policy(
        policy(facts.pop("type", "scp"), given),
        "scp",
        name,
        facts.pop("document", DENY),
        "",
        **facts,
    )


def wanted(wanting: Any, *policies: Policy, **facts: Any) -> Any:
    facts.setdefault("guardrails", {"deny": Guardrail("deny", "scp")})
    return wanting(*policies, **facts)


def names(recognition: Any) -> dict[str, str]:
    return {str(old): str(new) for old, new in recognition.names.items()}


def recognised(want: Any, *there: Any, ids: Ids | None = None) -> Any:
    return KIND.recognise(want, State(there), ids or Ids())


def test_a_policy_is_known_by_its_tags(wanting: Any) -> None:
    want = wanted(wanting, OURS)
    ours = live("p-1", "any name", layout="main", guardrail="deny")
    variant = live("p-2", "v", layout="main", guardrail="deny.sandbox")
    orphan = live("p-3", "o", layout="main", guardrail="gone")
    stranger = live("p-4", "s", layout="other", guardrail="deny")
    found = recognised(want, ours, variant, orphan, stranger, live("p-5", "x"))
    assert names(found) == {
        "policy:scp/p-1": "policy:scp/deny",
        "policy:scp/p-2": "policy:scp/deny.sandbox",
        "policy:scp/p-3": "policy:scp/gone",
    }
    assert found.findings == ()


def test_without_an_owners_tag_a_policy_is_ours_only_while_the_layout_asks_for_it(
    wanting: Any,
) -> None:
    untagged = live("p-1", "x", guardrail="deny")
    assert names(recognised(wanted(wanting, OURS), untagged)) == {
        "policy:scp/p-1": "policy:scp/deny"
    }
    assert names(recognised(wanted(wanting), untagged)) == {}


def test_an_old_key_of_a_guardrail_is_followed(wanting: Any) -> None:
    want = wanted(wanting, OURS, guardrails={"deny": Guardrail("deny", "scp", was="stop")})
    there = (
        live("p-1", "stop", layout="main", guardrail="stop.a"),
        live("p-2", "x", layout="main", guardrail="stop"),
    )
    assert names(recognised(want, *there)) == {
        "policy:scp/p-1": "policy:scp/deny.a",
        "policy:scp/p-2": "policy:scp/deny",
    }


def test_two_policies_with_one_tag_are_told(wanting: Any) -> None:
    want = wanted(wanting, OURS)
    twins = [
        live("p-1", "a", layout="main", guardrail="deny"),
        live("p-2", "b", layout="main", guardrail="deny"),
    ]
    found = recognised(want, *twins)
    assert names(found) == {}
    assert "p-1, scp/p-2" in found.findings[0].message or "p-1, p-2" in found.findings[0].message
    one_owned = [twins[0], live("p-2", "b", guardrail="deny")]
    assert names(recognised(want, *one_owned)) == {"policy:scp/p-1": "policy:scp/deny"}


def test_a_policy_of_the_right_name_is_adopted_when_it_says_the_same(wanting: Any) -> None:
    same = live("p-1", document=parse(DENY.text.replace('"No"', '"Other"')))
    found = recognised(wanted(wanting, OURS), same, live("p-2", "another"))
    assert names(found) == {"policy:scp/p-1": "policy:scp/deny"}


def test_a_policy_that_says_something_else_is_adopted_only_when_told(wanting: Any) -> None:
    other = live("p-1", document=LESS)
    refused = recognised(wanted(wanting, OURS), other)
    assert names(refused) == {}
    (finding,) = refused.findings
    assert (finding.code, finding.rail) == ("adopt", "adopt")
    assert "only in AWS statement 1; only in the layout No" in finding.message
    told = {"deny": Guardrail("deny", "scp", adopt=True)}
    assert names(recognised(wanted(wanting, OURS, guardrails=told), other)) == {
        "policy:scp/p-1": "policy:scp/deny"
    }
    claimed = wanted(wanting, OURS, claims={OURS.address: Claim(adopt=True)})
    assert names(recognised(claimed, other)) == {"policy:scp/p-1": "policy:scp/deny"}


def test_documents_without_statements_that_differ_say_so(wanting: Any) -> None:
    tree = replace(OURS, document=of({"tags": {}}, Grammar.TREE))
    (finding,) = recognised(
        wanted(wanting, tree), live("p-1", document=of({"x": 1}, Grammar.TREE))
    ).findings
    assert "the documents differ" in finding.message


def test_a_policy_with_paths_of_ous_says_the_same(wanting: Any, ids: Ids) -> None:
    real = parse(TOKENS.text.replace("${govkit:path:/Workloads/Prod}/*", REAL))
    there = [
        live("p-1", document=real),
        OrganizationalUnit(ou("Workloads"), "Workloads", ROOT),
        OrganizationalUnit(ou("Workloads/Prod"), "Prod", ou("Workloads")),
        Root("o-exampleorgid", "111111111111"),
        Account(account("payments-prod"), ROOT),
    ]
    assert ORGANIZATION in ids
    want = wanted(wanting, replace(OURS, document=TOKENS))
    assert names(recognised(want, *there, ids=ids)) == {"policy:scp/p-1": "policy:scp/deny"}


def test_another_layouts_policy_of_that_name_is_in_the_way(wanting: Any) -> None:
    (finding,) = recognised(
        wanted(wanting, OURS), live("p-1", layout="other", guardrail="deny")
    ).findings
    assert finding.code == "GK204"
    assert 'layout "other" owns it' in finding.message


@pytest.mark.parametrize(
    ("there", "cared"),
    [
        (replace(OURS, layout=None), True),
        (replace(OURS, address=policy("scp", "deny.old")), True),
        (replace(OURS, address=policy("scp", "deny.old"), layout=None), False),
        (replace(OURS, address=policy("scp", "gone")), False),
        (live("p-1"), False),
        (replace(live("FullAWSAccess"), aws_managed=True), False),
        (Account(account("x"), ROOT), False),
    ],
)
def test_ours_is_what_is_named_or_was_made_for_a_named_guardrail(
    wanting: Any, there: Any, *, cared: bool
) -> None:
    assert KIND.cares(there, wanted(wanting, OURS)) is cared
