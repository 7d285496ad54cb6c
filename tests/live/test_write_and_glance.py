"""What a kind asks AWS for is what it sees there afterwards: step by step on the sandbox."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.delegated_administrator import DelegatedAdministrator
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy, policy
from govkit.kinds.policy_type import EnabledPolicyType
from govkit.kinds.resource_policy import ResourcePolicy
from govkit.kinds.tags import Tags
from govkit.kinds.trusted_access import TrustedAccess
from govkit.live.discover import discover
from govkit.model.address import ROOT, Address, account, ou
from govkit.model.call import Api, Ids, Interest
from govkit.model.change import Change
from govkit.model.kind import Kind
from govkit.model.resource import Resource
from govkit.policies.document import of
from govkit.sandbox.making import Story

TEAM = OrganizationalUnit(ou("Workloads/Team"), "Team", ou("Workloads"), "main")
RENAMED = OrganizationalUnit(TEAM.address, "Crew", TEAM.parent, "main")
SEARCH = Account(
    account("search"), TEAM.address, "Search", "aws+brand-new@example.com", layout="main"
)
DENY = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
INSIDE = {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": ["${govkit:path:/Workloads/Team}/*"]}}
RULE = Policy(
    policy("scp", "deny"),
    "scp",
    "deny",
    of({"Version": "2012-10-17", "Statement": [{**DENY, "Condition": INSIDE}]}),
    "Why.",
    "main",
    "deny",
)
MORE = of({"Version": "2012-10-17", "Statement": [{**DENY, "Action": "ec2:*"}]})
COST = Policy(policy("tag", "cost"), "tag", "cost", of({"tags": {}}), "", "main", "cost")
TAGS = Tags(TEAM.address, (("tier", "prod"),))
RAM = TrustedAccess("ram.amazonaws.com")
ADMIN = DelegatedAdministrator("ram.amazonaws.com", account("222222222222"))
DELEGATION = ResourcePolicy(
    of(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": "arn:aws:iam::333333333333:root"},
                    "Action": "organizations:DescribeOrganization",
                    "Resource": "*",
                }
            ],
        }
    ),
    "main",
)
ON = Attachment(RULE.address, TEAM.address)
FULL = Attachment(Address("policy", "scp/FullAWSAccess"), SEARCH.address)
STORY: tuple[Change[Resource], ...] = (
    Change(None, EnabledPolicyType("tag")),
    Change(None, TEAM),
    Change(TEAM, RENAMED),
    Change(RENAMED, TEAM),
    Change(None, TAGS),
    Change(TAGS, replace(TAGS, values=(("cost", "1"),))),
    Change(replace(TAGS, values=(("cost", "1"),)), None),
    Change(None, RULE),
    Change(None, ON),
    Change(None, COST),
    Change(None, Attachment(COST.address, TEAM.address)),
    Change(RULE, replace(RULE, document=MORE, name="deny-more", description="Other.")),
    Change(None, SEARCH),
    Change(None, Attachment(RULE.address, SEARCH.address)),
    Change(FULL, None),
    Change(FULL, None).back(),
    Change(Attachment(RULE.address, SEARCH.address), None),
    Change(SEARCH, replace(SEARCH, parent=ROOT)),
    Change(replace(SEARCH, parent=ROOT), replace(SEARCH, parent=ROOT, state="CLOSED")),
    Change(None, RAM),
    Change(None, ADMIN),
    Change(ADMIN, None),
    Change(RAM, None),
    Change(None, DELEGATION),
    Change(DELEGATION, replace(DELEGATION, document=of({**DELEGATION.document.value, "Id": "x"}))),
    Change(DELEGATION, None),
    Change(ON, None),
    Change(replace(RULE, document=MORE, name="deny-more", description="Other."), None),
    Change(TEAM, None),
)


def steps(kinds: Any) -> Iterator[tuple[Kind[Any], Change[Any]]]:
    of_type = {kind.resource: kind for kind in kinds}
    for change in STORY:
        kind = of_type[type(change.subject)]
        for step in kind.split(change):
            yield kind, step


def carry_out(kind: Kind[Any], step: Change[Any], api: Api, ids: Ids) -> None:
    answer: Any = {}
    for call in kind.lower(step, ids):
        answer = api.call(call)
    follow = kind.follow(step, answer)
    while follow is not None and (ended := follow.settled(api.call(follow.call))) is None:
        pass
    for address, given in kind.learn(step, answer if follow is None else ended).items():
        ids.learn(address, given)


@pytest.fixture
def demo(standing: Callable[..., Any], kinds: Any) -> tuple[Api, Ids]:
    api, _ = standing(Story.DEMO, create_account_seconds=0.0)
    return api, discover(api, kinds, Interest()).ids


def test_every_step_is_seen_where_it_was_made(demo: tuple[Api, Ids], kinds: Any) -> None:
    api, ids = demo
    for kind, step in steps(kinds):
        carry_out(kind, step, api, ids)
        seen = kind.glance(step.subject, api, ids)
        assert (None if seen is None else seen.resource) == step.after, step


def test_what_was_made_is_found_although_its_answer_was_lost(
    demo: tuple[Api, Ids], kinds: Any
) -> None:
    """Only calls of creations give IDs; without them the thing is found by its name."""
    api, ids = demo
    for kind, step in steps(kinds):
        carry_out(kind, step, api, ids)
        known = ids.copy()
        if step.before is None and kind.name in {"ou", "account", "policy"}:
            known.forget(step.address)
            seen = kind.glance(step.subject, api, known)
            assert seen is not None, step
            assert seen.id == ids[step.address]
