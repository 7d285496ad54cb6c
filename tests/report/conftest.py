"""A plan, a drift and a run of the demo organization, as the other rooms hand them over."""

import copy
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy, policy
from govkit.kinds.tags import Tags
from govkit.model.address import ROOT, account, ou
from govkit.model.call import Ids, organizations
from govkit.model.change import Change
from govkit.model.finding import Finding, Origin, Severity
from govkit.model.plan import Answer, Effect, LayoutRef, Plan, Step
from govkit.model.resource import Resource
from govkit.model.state import State
from govkit.plan.document import document
from govkit.policies.document import of

MEANINGS = (
    "equivalent",
    "weakens",
    "unknown",
    "strengthens",
    "both",
    "equivalent",
    "unknown",
    "equivalent",
)
WITNESS = {
    "action": "ec2:RunInstances",
    "resource": "*",
    "context": {
        "aws:RequestedRegion": "ap-south-1",
        "aws:PrincipalArn": "arn:aws:iam::555555555555:role/Any",
    },
    "old": {"outcome": "Allowed"},
    "new": {"outcome": "ExplicitlyDenied", "policy": "deny-regions", "statement": 0, "sid": ""},
}
DENIED = {
    "type": "scp",
    "actions": ["ec2:*"],
    "resources": ["*"],
    "conditions": [
        {"operator": "ArnNotLike", "key": "aws:PrincipalArn", "values": ["arn:*:iam::*:role/Way"]},
        {
            "operator": "StringNotEquals",
            "key": "aws:RequestedRegion",
            "values": ["eu-west-1", "eu-central-1"],
        },
    ],
    "witness": WITNESS,
    "exact": True,
}
REGIONS = ["eu-west-1", "us-east-1"]
LEAVE = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Deny", "Action": "organizations:LeaveOrganization", "Resource": "*"},
}


def regions(*allowed: str) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "DenyRegions",
                "Effect": "Deny",
                "NotAction": ["iam:*", "sts:*"],
                "Resource": "*",
                "Condition": {"StringNotEquals": {"aws:RequestedRegion": list(allowed)}},
            }
        ],
    }


def scp(key: str, says: dict[str, Any], layout: str | None = "main") -> Policy:
    return Policy(policy("scp", key), "scp", key, of(says), layout=layout, guardrail=key)


def change(before: Resource | None, after: Resource | None) -> Change[Resource]:
    return Change(before, after)


def steps() -> tuple[Step, ...]:
    """Return one step of each sort, in an order that a plan could have."""
    sandbox, prod = ou("Sandbox"), ou("Workloads/Prod")
    leave = scp("deny-leave", LEAVE)
    done = [
        ("create", change(None, leave), "main asks for it", 0),
        (
            "update",
            change(
                scp("deny-regions", regions(*REGIONS)),
                scp("deny-regions", regions(*REGIONS, "us-west-2")),
            ),
            "differs in document",
            4,
        ),
        (
            "tag",
            change(
                Tags(prod, (("owner", "x"), ("tier", "prod"))),
                Tags(prod, (("cost", "1"), ("tier", "production"))),
            ),
            "differs in values",
            0,
        ),
        ("attach", change(None, Attachment(leave.address, ROOT)), "main asks for it", 12),
        (
            "move",
            change(Account(account("jane"), sandbox), Account(account("jane"), prod)),
            "differs in parent",
            1,
        ),
        (
            "create",
            change(None, Account(account("search-prod"), ROOT, "Search Prod", "s@example.com")),
            "main asks for it",
            1,
        ),
        (
            "detach",
            change(Attachment(policy("scp", "old"), sandbox), None),
            "old is not to be attached there",
            1,
        ),
        ("delete", change(OrganizationalUnit(ou("Old"), "Old", ROOT), None), "is to be absent", 0),
    ]
    return tuple(
        Step(
            id=f"s{number}",
            change=changed,
            verb=verb,
            reason=reason,
            authority="management",
            calls=(organizations("CreatePolicy", Name="x"),),
            origin=Origin("org_layout.yaml", 70 + number, 3) if number != 7 else None,
            accounts=touched,
            meaning=MEANINGS[number - 1],
        )
        for number, (verb, changed, reason, touched) in enumerate(done, start=1)
    )


def planned(**other: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "organization": "o-exampleorgid",
        "as_of": date(2026, 11, 23),
        "layout": LayoutRef("main", "org_layout.yaml", "0" * 64),
        "ours": State(),
        "live": State(),
        "ids": Ids({account("999999999999"): "999999999999"}),
        "steps": steps(),
        "effects": (
            Effect(("account:search-prod",), ("policy:scp/deny-leave",), ()),
            Effect(
                ("555555555555", "666666666666"),
                ("policy:scp/deny-leave",),
                ("policy:scp/old",),
                ("policy:scp/deny-regions",),
                None,
                Answer("strengthens", (DENIED,), (), ("too many patterns",)),
            ),
        ),
        "orphans": (scp("old-guard", LEAVE),),
        "strangers": (
            Account(account("999999999999"), ROOT, "sandbox-jane", "j@example.com"),
            OrganizationalUnit(ou("Lab"), "Lab", ROOT),
        ),
        "findings": (
            Finding("GK301", Severity.WARNING, "x", "scp/x is detached early.", "Free a slot."),
        ),
        **other,
    }
    return copy.deepcopy(document(Plan(**facts)))


def refusal(rail: str = "max_deletes", count: int = 5) -> Finding:
    return Finding(
        "GK401",
        Severity.ERROR,
        "plan",
        f"Deletes: {count}, and {rail} is 3: a, b.",
        f"--allow {rail}={count}",
        rail=rail,
        count=count,
    )


def drifted(**other: Any) -> dict[str, Any]:
    origin = {"file": "org_layout.yaml", "line": 76, "column": 3}
    entry = {"kind": "policy", "meaning": "weakens", "origin": origin, "who": None}
    who = {
        "actor": "arn:aws:sts::111111111111:assumed-role/Admin/jane",
        "event": "UpdatePolicy",
        "time": "2026-11-20T09:15:00Z",
        "event_id": "8f6a2b7e-0000-4000-8000-123456789012",
        "source_ip": "203.0.113.7",
    }
    facts = {"policy": "policy:scp/deny-leave", "target": "ou:/Sandbox"}
    return {
        "format_version": "1.0",
        "organization": "o-exampleorgid",
        "in_sync": False,
        "incomplete": [],
        "drift": [
            {
                **entry,
                "address": "policy:scp/deny-regions",
                "change": "changed",
                "expected": {"document": regions(*REGIONS)},
                "actual": {"document": regions(*REGIONS, "us-west-2")},
                "who": who,
            },
            {
                **entry,
                "address": "attachment:scp/deny-leave@ou:/Sandbox",
                "kind": "attachment",
                "change": "missing",
                "expected": facts,
                "actual": None,
            },
            {
                **entry,
                "address": "trusted_access:ram.amazonaws.com",
                "kind": "trusted_access",
                "change": "extra",
                "expected": None,
                "actual": {"service": "ram.amazonaws.com"},
                "meaning": "unknown",
                "origin": None,
                "who": {**dict.fromkeys(who), "actor": "jane"},
            },
            {
                **entry,
                "address": "account:payments-prod",
                "kind": "account",
                "change": "moved",
                "expected": {"parent": "ou:/Workloads/Prod"},
                "actual": {"parent": "ou:/Sandbox"},
                "meaning": "unknown",
            },
            {
                **entry,
                "address": "guardrail:deny-regions",
                "kind": "exemption",
                "change": "expired",
                "expected": "2026-11-01",
                "actual": "in force",
            },
        ],
        "orphans": [],
        "strangers": [],
        "findings": [],
        **other,
    }


@pytest.fixture
def make_plan() -> Callable[..., dict[str, Any]]:
    return planned


@pytest.fixture
def make_drift() -> Callable[..., dict[str, Any]]:
    return drifted


@pytest.fixture
def make_refusal() -> Callable[..., Finding]:
    return refusal


@pytest.fixture
def some_steps() -> tuple[Step, ...]:
    return steps()


def hostile(text: str) -> dict[str, Any]:
    """Return a plan in which every name that AWS or a layout gives is this text."""
    plan = planned(findings=(refusal(), Finding("GK1", Severity.NOTE, text, text, text)))
    named = {"kind": "policy", "id": text, "name": text, "address": f"policy:scp/{text}"}
    plan["orphans"] = [named]
    plan["strangers"] = [{**named, "kind": text}]
    plan["layout"]["path"] = plan["layout"]["name"] = plan["organization"] = text
    for effect in plan["effects"]:
        effect["gains"] = [f"policy:scp/{text}"]
    for step in plan["steps"]:
        step["address"] += text
        step["reason"] = text
        for side in ("before", "after"):
            if step[side] is not None:
                step[side][text] = text
    return plan


@pytest.fixture
def make_hostile() -> Callable[[str], dict[str, Any]]:
    return hostile
