"""Attachments: read from the targets of policies, with or without FullAWSAccess's long chain."""

from typing import Any

import pytest

from govkit.kinds.account import Account
from govkit.kinds.attachment import KIND, Attachment
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.model.address import ROOT, Address, account, ou
from govkit.model.call import IdOf, Ids
from govkit.model.change import Change
from govkit.model.resource import Found
from govkit.model.wanted import Guardrail

DENY = Address("policy", "scp/p-12345678")
FULL = Address("policy", "scp/FullAWSAccess")


def roots(*types: str) -> dict[str, Any]:
    enabled = [{"Type": name, "Status": "ENABLED"} for name in types]
    return {"Roots": [{"Id": "r-exam", "PolicyTypes": enabled}]}


def listed(params: Any) -> Any:
    if params["Filter"] == "RESOURCE_CONTROL_POLICY":
        own = {"Id": "p-RCPFullAWSAccess", "Name": "RCPFullAWSAccess", "AwsManaged": True}
        return {"Policies": [own]}
    return {
        "Policies": [
            {"Id": "p-FullAWSAccess", "Name": "FullAWSAccess", "AwsManaged": True},
            {"Id": "p-12345678", "Name": "deny", "AwsManaged": False},
        ]
    }


def entry(given: str, kind: str) -> dict[str, str]:
    return {"TargetId": given, "Type": kind, "Name": given}


def targets(params: Any) -> Any:
    if params["PolicyId"] == "p-12345678":
        return {"Targets": [entry("ou-exam-workload", "ORGANIZATIONAL_UNIT")]}
    everything = [entry("r-exam", "ROOT"), entry("ou-exam-gone", "ORGANIZATIONAL_UNIT")]
    return {"Targets": [*everything, *(entry(one.id, "ACCOUNT") for one in ACCOUNTS)]}


ACCOUNTS = [
    Found(Account(account(f"{number:012}"), ROOT), f"{number:012}") for number in range(1, 30)
]
FOUND: dict[str, Any] = {
    "root": [Found(None, "r-exam")],
    "ou": [Found(OrganizationalUnit(ou("Workloads"), "Workloads", ROOT), "ou-exam-workload")],
    "account": ACCOUNTS,
}
ANSWERS: dict[str, Any] = {
    "ListRoots": roots("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"),
    "ListPolicies": listed,
    "ListTargetsForPolicy": targets,
    "ListPoliciesForTarget": {"Policies": [{"Id": "p-12345678"}]},
}
EXPECTED = {
    Attachment(DENY, ou("Workloads")),
    Attachment(FULL, ROOT),
    *(Attachment(FULL, one.resource.address) for one in ACCOUNTS),
}


def read(at: Any) -> set[Any]:
    return {one.resource for one in KIND.read(at)}


def test_attachments_are_the_targets_of_policies(look: Any) -> None:
    at = look(ANSWERS, FOUND)
    assert read(at) == EXPECTED
    assert [call.params["PolicyId"] for call in at.asked if "PolicyId" in call.params] == [
        "p-FullAWSAccess",
        "p-12345678",
    ]


def test_where_calls_are_free_full_access_is_known_without_its_chain(look: Any) -> None:
    """What holds no customer's SCP holds AWS's; only what holds one is asked."""
    at = look(ANSWERS, FOUND, walk=True)
    assert read(at) == EXPECTED
    assert [call.params["TargetId"] for call in at.asked if "TargetId" in call.params] == [
        "ou-exam-workload"
    ]
    holding = {"Policies": [{"Id": "p-12345678"}, {"Id": "p-FullAWSAccess"}]}
    both = look(ANSWERS | {"ListPoliciesForTarget": holding}, FOUND, walk=True)
    assert read(both) == EXPECTED | {Attachment(FULL, ou("Workloads"))}


def test_a_short_chain_is_followed(look: Any) -> None:
    at = look(ANSWERS, FOUND | {"account": ACCOUNTS[:5]}, walk=True)
    read(at)
    assert "ListPoliciesForTarget" not in at.operations()


def test_a_long_chain_is_avoided_even_at_the_price_of_some_calls(look: Any) -> None:
    many = [Found(Account(account(f"{n:012}"), ROOT), f"{n:012}") for n in range(2000)]
    held = {"Targets": [entry(one.id, "ACCOUNT") for one in many[:300]]}
    fewer = ANSWERS | {"ListTargetsForPolicy": held}
    at = look(fewer, FOUND | {"account": many}, walk=True)
    read(at)
    assert at.operations().count("ListPoliciesForTarget") == 300
    too_many = ANSWERS | {
        "ListTargetsForPolicy": {"Targets": [entry(one.id, "ACCOUNT") for one in many]}
    }
    at = look(too_many, FOUND | {"account": many}, walk=True)
    read(at)
    assert "ListPoliciesForTarget" not in at.operations()


def test_types_without_a_minimum_are_read_by_their_targets(look: Any) -> None:
    at = look(ANSWERS | {"ListRoots": roots("TAG_POLICY")}, FOUND, walk=True)
    read(at)
    assert at.operations().count("ListTargetsForPolicy") == 2


def test_attaching_and_detaching(calls: Any, ids: Ids) -> None:
    ids.learn(DENY, "p-12345678")
    attaching = Change(None, Attachment(DENY, ou("Workloads")))
    facts = {"PolicyId": "p-12345678", "TargetId": "ou-exam-workload"}
    assert calls(KIND, attaching, ids) == [("AttachPolicy", facts)]
    assert calls(KIND, attaching.back(), ids) == [("DetachPolicy", facts)]
    assert (KIND.verb(attaching), KIND.verb(attaching.back())) == ("attach", "detach")
    new = Attachment(Address("policy", "scp/new"), account("new"))
    assert calls(KIND, Change(None, new), ids) == [
        ("AttachPolicy", {"PolicyId": IdOf(new.policy), "TargetId": IdOf(new.target)})
    ]
    assert new.needs == (new.policy, new.target)


def test_an_attachment_is_glanced_at_on_its_target(api: Any, ids: Ids, gone: Any) -> None:
    one = Attachment(DENY, ou("Workloads"))
    at = api(ANSWERS)
    assert KIND.glance(one, at, ids) is None
    ids.learn(DENY, "p-12345678")
    assert KIND.glance(one, at, ids) == Found(one)
    assert dict(at.asked[-1].params) == {
        "TargetId": "ou-exam-workload",
        "Filter": "SERVICE_CONTROL_POLICY",
    }
    assert KIND.glance(one, api({"ListPoliciesForTarget": {"Policies": []}}), ids) is None
    away = api({"ListPoliciesForTarget": gone("TargetNotFoundException")})
    assert KIND.glance(one, away, ids) is None


@pytest.mark.parametrize(
    ("policy", "target", "cared"),
    [
        ("scp/deny", ou("Workloads"), True),
        ("scp/deny.sandbox", ou("Workloads"), True),
        ("scp/deny-more", ou("Workloads"), False),
        ("scp/p-12345678", ou("Workloads"), False),
        ("scp/FullAWSAccess", ou("Workloads"), True),
        ("scp/FullAWSAccess", ROOT, False),
        ("rcp/RCPFullAWSAccess", ou("Workloads"), False),
        ("tag/cost", ou("Workloads"), False),
    ],
)
def test_a_named_guardrails_targets_are_ours(
    wanting: Any, policy: str, target: Address, *, cared: bool
) -> None:
    wanted = wanting(
        guardrails={"deny": Guardrail("deny", "scp")}, full_access={ou("Workloads"): False}
    )
    assert KIND.cares(Attachment(Address("policy", policy), target), wanted) is cared
    assert not KIND.cares(ACCOUNTS[0].resource, wanted)
