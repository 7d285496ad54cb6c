"""`govkit iam-policy` prints what govkit takes: all that it asks for is allowed, all that it says exists."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import yaml
from journey import LAYOUT, LIVE
from terminal import SETTINGS, Desk, build, desk

from govkit.access.action_index import action_index
from govkit.access.chain import Chain
from govkit.access.judge import Judge, judge
from govkit.access.request import request
from govkit.access.statement import Level, policy
from govkit.access.validity import faults
from govkit.access.verdict import Kind, Outcome
from govkit.flow.compare import kinds
from govkit.kinds._permits import Ground, document, needs
from govkit.model.kind import Authority
from govkit.model.state import State
from govkit.model.wanted import Wanted

ROLES = ("govkit-read", "govkit-policies", "govkit-structure")
MANAGED_POLICY = 6144  # characters, white space aside: IAM's quota
WHOLE = LAYOUT | {
    "organization": {"id": "o-exampleorgid", "management_account": "111111111111"},
    "run": {
        "read": "arn:aws:iam::111111111111:role/govkit-read",
        "policies": "arn:aws:iam::111111111111:role/govkit-policies",
        "structure": "arn:aws:iam::111111111111:role/govkit-structure",
    },
}


@pytest.fixture(scope="module")
def table() -> Iterator[Desk]:
    """Everything that the journey asks for, applied and undone again, with a log of all calls."""
    with desk() as found:
        build(LIVE, found.sandbox, replace(SETTINGS, log_calls=True, roles=ROLES))
        found.layout(WHOLE)
        found.does("plan")
        found.does("apply", "--yes")
        found.does("drift")
        found.does("snapshot", "--out", "state.json")
        run = json.loads(found.does("history", "--format", "json").out)["runs"][0]["id"]
        found.run("rollback", run, "--yes", "--allow=max_deletes=100", "--allow=max_moves=100")
        yield found


def log(table: Desk) -> list[Mapping[str, Any]]:
    lines = (table.sandbox / "calls.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def asked(table: Desk, *arguments: str) -> Any:
    return json.loads(table.does("iam-policy", *arguments).out)


def allowing(document: Any) -> Judge:
    """An identity policy allows what an SCP of the same words would."""
    return judge(Chain(Kind.SCP, (Level("role", (policy("printed", document),)),)))


def resources(call: Mapping[str, Any]) -> list[str]:
    """Return the ARNs of everything that a call names, as IAM sees it."""
    found = [arn(str(value)) for key, value in call["params"].items() if key.endswith("Id")]
    if call["operation"] == "CreatePolicy":
        found.append(arn("p-12345678"))
    return [one for one in found if one] or ["*"]


def arn(given: str) -> str:
    head = "arn:aws:organizations::111111111111"
    kinds = {
        "r-": f"{head}:root/o-exampleorgid/{given}",
        "ou": f"{head}:ou/o-exampleorgid/{given}",
        "rp": f"{head}:resourcepolicy/o-exampleorgid/{given}",
        "p-": f"{head}:policy/o-exampleorgid/service_control_policy/{given}",
    }
    if given in {"p-FullAWSAccess", "p-RCPFullAWSAccess"}:
        return f"arn:aws:organizations::aws:policy/service_control_policy/{given}"
    if given.isdigit():
        return f"{head}:account/o-exampleorgid/{given}"
    return kinds.get(given[:2], "")


def allows(judge: Judge, call: Mapping[str, Any], resource: str) -> bool:
    action = f"{call['service']}:{call['operation']}"
    verdict = judge.verdict(request(action, resource, {}))
    return verdict.outcome is Outcome.ALLOWED


def test_every_call_of_a_plan_an_apply_and_a_way_back_is_allowed(table: Desk) -> None:
    everything = allowing(asked(table, "apply"))
    calls = [call for call in log(table) if call["service"] != "sts"]
    assert len({call["operation"] for call in calls}) > 25
    for call in calls:
        for resource in resources(call):
            assert allows(everything, call, resource), (call["operation"], resource)


def test_planning_only_reads(table: Desk) -> None:
    reading = allowing(asked(table, "plan"))
    for call in log(table):
        if call["service"] == "sts":
            continue
        told = all(allows(reading, call, resource) for resource in resources(call))
        assert told == call["read_only"], call["operation"]


@pytest.mark.parametrize("purpose", ["plan", "apply"])
def test_every_action_exists_and_the_policy_is_one(table: Desk, purpose: str) -> None:
    found = asked(table, purpose)
    actions = {action for statement in found["Statement"] for action in statement["Action"]}
    assert {action for action in actions if action_index().spelled(action) != action} == set()
    assert len(json.dumps(found, separators=(",", ":"))) <= MANAGED_POLICY
    assert not list(faults(found))
    assert len({statement["Sid"] for statement in found["Statement"]}) == len(found["Statement"])


def test_a_role_gets_what_it_does_and_no_more(table: Desk) -> None:
    policies = allowing(asked(table, "apply", "--role", "policies"))
    structure = allowing(asked(table, "apply", "--role", "structure"))
    attach = {"service": "organizations", "operation": "AttachPolicy"}
    move = {"service": "organizations", "operation": "MoveAccount"}
    root = arn("r-exam")
    assert (allows(policies, attach, root), allows(structure, attach, root)) == (True, False)
    assert (allows(policies, move, root), allows(structure, move, root)) == (False, True)
    ran = table.does("iam-policy", "apply", "--role", "policies")
    assert ran.err == "For run.policies: arn:aws:iam::111111111111:role/govkit-policies.\n"
    assert table.run("iam-policy", "apply", "--role", "all").code == 64
    assert table.run("iam-policy", "plan", "--format", "yaml").code == 64


def test_only_what_the_layout_can_make_is_granted(table: Desk) -> None:
    def told() -> set[str]:
        return {one for each in asked(table, "apply")["Statement"] for one in each["Action"]}

    every = told()
    layout = yaml.safe_load((table.folder / "org_layout.yaml").read_text())
    try:
        table.layout({"version": 1})
        few = told()
    finally:
        table.layout(layout)
    granted = {
        "CreateAccount",
        "EnableAWSServiceAccess",
        "DisableAWSServiceAccess",
        "RegisterDelegatedAdministrator",
        "DeregisterDelegatedAdministrator",
    }
    assert {f"organizations:{name}" for name in granted} <= every - few
    assert "organizations:CloseAccount" not in every
    assert "organizations:PutResourcePolicy" not in every
    assert "*" not in {
        resource
        for each in asked(table, "apply")["Statement"]
        if each["Sid"].startswith("Write") and "organizations:CreateAccount" not in each["Action"]
        for resource in each["Resource"]
    }


def test_no_policy_is_needed_where_nothing_is_asked_of_member_accounts(table: Desk) -> None:
    ran = table.does("iam-policy", "member")
    assert json.loads(ran.out)["Statement"] == []
    assert "no policy is needed" in ran.err


def test_who_looks_into_member_accounts_may_enter_them(table: Desk) -> None:
    (kind,) = (one for one in kinds() if one.name == "tags")
    member = replace(
        kind,
        name="member",
        authority=Authority.MEMBER,
        reads=("iam:GetAccountPasswordPolicy",),
        writes=lambda _: ("iam:UpdateAccountPasswordPolicy",),
    )
    wanted = Wanted("main", "x", "", date(2026, 11, 23), State())
    found = needs([member], wanted)
    assert {(one.task, one.action) for one in found} == {
        ("read", "sts:AssumeRole"),
        ("structure", "sts:AssumeRole"),
        ("member.read", "iam:GetAccountPasswordPolicy"),
        ("member.write", "iam:UpdateAccountPasswordPolicy"),
    }
    entering = [one for one in found if one.task == "read"]
    (statement,) = document(entering, Ground(roles=("govkit-read",)))["Statement"]
    assert statement["Resource"] == ["arn:aws:iam::*:role/govkit-read"]


def test_every_kind_says_what_it_reads_and_writes() -> None:
    assert [one.name for one in kinds() if not one.reads] == []


def test_the_permissions_of_a_plan_are_what_its_steps_call_and_what_planning_reads(
    table: Desk,
) -> None:
    layout = yaml.safe_load((table.folder / "org_layout.yaml").read_text())
    with desk() as fresh:
        build(LIVE, fresh.sandbox, replace(SETTINGS, log_calls=True, roles=ROLES))
        fresh.layout(layout)
        ran = fresh.does("plan", "--permissions")
        told = allowing(json.loads(ran.out))
        fresh.does("apply", "--yes")
        calls = [call for call in log(fresh) if call["service"] != "sts"]
        assert any(not call["read_only"] for call in calls)
        for call in calls:
            for resource in resources(call):
                assert allows(told, call, resource), (call["operation"], resource)
        every = allowing(asked(fresh, "apply"))
        after = allowing(json.loads(fresh.does("plan", "--permissions").out))
    for operation in ("DeletePolicy", "MoveAccount"):
        never = {"service": "organizations", "operation": operation}
        assert any(allows(every, never, arn(one)) for one in ("p-1", "123456789012"))
        assert not any(allows(after, never, arn(one)) for one in ("p-1", "123456789012"))


@pytest.mark.parametrize(
    ("place", "resource", "prefix"),
    [
        ("s3://acme/main/", "arn:aws:s3:::acme/main/*", "main/*"),
        ("s3://acme", "arn:aws:s3:::acme/*", ""),
    ],
)
def test_a_store_in_s3_takes_what_the_lock_and_the_journals_take(
    table: Desk, place: str, resource: str, prefix: str
) -> None:
    layout = yaml.safe_load((table.folder / "org_layout.yaml").read_text())
    try:
        table.layout({**layout, "store": place})
        found = {
            purpose: {one["Sid"]: one for one in asked(table, purpose)["Statement"]}
            for purpose in ("plan", "apply")
        }
        sids = {one["Sid"] for one in asked(table, "apply", "--role", "policies")["Statement"]}
        member = asked(table, "member")["Statement"]
    finally:
        table.layout(layout)
    assert found["plan"]["StoreObjects"]["Action"] == ["s3:GetObject"]
    assert found["apply"]["StoreObjects"]["Action"] == ["s3:GetObject", "s3:PutObject"]
    assert found["apply"]["StoreObjects"]["Resource"] == [resource]
    listing = found["apply"]["StoreList"]
    assert listing["Resource"] == ["arn:aws:s3:::acme"]
    condition = {"StringLikeIfExists": {"s3:prefix": [prefix]}} if prefix else None
    assert listing.get("Condition") == condition
    assert "StoreObjects" not in sids
    assert member == []
    assert "StoreObjects" not in {one["Sid"] for one in asked(table, "apply")["Statement"]}
