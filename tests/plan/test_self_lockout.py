"""No plan takes from govkit, or from those that are never denied, what they need; the witness is named."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from terminal import build, desk
from walk import Walk, sandbox_api

from govkit.kinds._chains import Chains
from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.policy import Policy, policy
from govkit.model.address import account, ou
from govkit.model.finding import Finding
from govkit.model.state import State
from govkit.policies.document import of

LIVE: dict[str, Any] = {
    "ous": ["Security", "Workloads"],
    "accounts": {
        "333333333333": {"name": "audit", "ou": "Security"},
        "555555555555": {"name": "payments", "ou": "Workloads"},
        "666666666666": {"name": "search", "ou": "Workloads"},
    },
    "delegated": {"333333333333": ["config.amazonaws.com"]},
    "trusted": ["config.amazonaws.com"],
}
CONFIG = "config.amazonaws.com"
ROLES = {
    "read": "arn:aws:iam::111111111111:role/govkit-read",
    "policies": "arn:aws:iam::333333333333:role/govkit-policies",
}


def deny(*actions: str, **condition: Any) -> dict[str, Any]:
    statement = {"Sid": "No", "Effect": "Deny", "Action": list(actions), "Resource": "*"}
    told = {"Condition": condition} if condition else {}
    return {"Version": "2012-10-17", "Statement": [statement | told]}


def layout(policy: Any, attach: list[str], **more: Any) -> dict[str, Any]:
    return {
        "version": 1,
        "organization": {"id": "o-exampleorgid", "home_region": "eu-west-1"},
        "ous": {"Security": None, "Workloads": None},
        "accounts": {
            "audit": {"id": "333333333333", "ou": "Security"},
            "payments": {"id": "555555555555", "ou": "Workloads"},
            "search": {"id": "666666666666", "ou": "Workloads"},
        },
        "guardrails": {"no": {"policy": policy, "attach": attach}},
        "run": ROLES,
    } | more


@pytest.fixture(scope="module")
def template() -> Iterator[Path]:
    with desk() as found:
        build(LIVE, found.sandbox)
        yield found.sandbox


@pytest.fixture
def planned(template: Path, tmp_path: Path) -> Any:
    def run(wanted: dict[str, Any], live: dict[str, Any] | None = None) -> list[Finding]:
        sandbox = template
        if live is not None:
            sandbox = tmp_path / "sandbox"
            build(LIVE | live, sandbox)
        made, _ = Walk(sandbox_api(sandbox), tmp_path).plan(wanted)
        return [one for one in made.findings if one.code in {"GK430", "GK431"}]

    return run


def test_the_role_that_detaches_may_not_be_denied_to(planned: Any) -> None:
    (found,) = planned(layout(deny("organizations:DetachPolicy"), ["/"]))
    assert (found.code, found.rail, found.count) == ("GK430", "self_lockout", 1)
    assert (
        "role/govkit-policies (run.policies) is denied organizations:DetachPolicy" in found.message
    )
    assert "by root:/: scp/no, Statement[0] (No)" in found.message
    assert "only the management account could" in found.message


@pytest.mark.parametrize(
    ("policy", "attach"),
    [
        (deny("organizations:DetachPolicy"), ["Workloads"]),
        (deny("organizations:LeaveOrganization"), ["/"]),
        (deny("*", ArnNotLike={"aws:PrincipalArn": ["arn:aws:iam::*:role/govkit-*"]}), ["/"]),
        (deny("*", StringNotEquals={"aws:RequestedRegion": ["us-east-1"]}), ["/"]),
        (deny("*", Bool={"aws:ViaAWSService": ["true"]}), ["/"]),
    ],
    ids=["elsewhere", "an action of nobody's", "excused", "its Region", "services"],
)
def test_nothing_is_said_where_nothing_is_taken_from_it(
    policy: Any, attach: list[str], planned: Any
) -> None:
    assert planned(layout(policy, attach)) == []


def test_a_role_of_the_management_account_is_never_locked_out(planned: Any) -> None:
    home = {"run": {"policies": "arn:aws:iam::111111111111:role/govkit-policies"}}
    assert planned(layout(deny("*"), ["/"], **home)) == []


def test_what_depends_on_something_unknown_is_a_warning(planned: Any) -> None:
    (found,) = planned(
        layout(deny("organizations:*", Bool={"aws:MultiFactorAuthPresent": ["false"]}), ["/"])
    )
    assert found.code == "GK431"
    assert "on aws:multifactorauthpresent" in found.message


def test_a_lock_that_is_there_already_is_not_the_plans(planned: Any) -> None:
    live = {"policies": {"old": {"says": deny("organizations:*"), "attach": ["/"]}}}
    assert planned(layout(deny("organizations:*"), ["/"]), live) == []


def test_a_move_below_a_deny_locks_out_too(planned: Any) -> None:
    live = {"policies": {"old": {"says": deny("organizations:*"), "attach": ["Workloads"]}}}
    wanted = layout(deny("sns:*"), ["/"])
    wanted["accounts"]["audit"]["ou"] = "Workloads"
    (found,) = planned(wanted, live)
    assert "(move account:audit)" in found.message


def test_an_edit_of_a_document_locks_out_too(planned: Any) -> None:
    tags = {"govkit:layout": "main", "govkit:guardrail": "no"}
    live = {"policies": {"no": {"says": deny("sns:*"), "attach": ["/"], "tags": tags}}}
    (found,) = planned(layout(deny("organizations:UpdatePolicy"), ["/"]), live)
    assert "(update policy:scp/no)" in found.message


def test_an_allow_list_that_leaves_it_out_locks_out_too(planned: Any) -> None:
    allow = deny("s3:*")
    allow["Statement"][0]["Effect"] = "Allow"
    wanted = layout(allow, ["Security"])
    wanted["ous"]["Security"] = {"full_access": False}
    (found,) = planned(wanted)
    assert "nothing at ou:/Security allows it" in found.message


SPARED = {"principal": "arn:aws:iam::*:role/Robot-*", "actions": ["cloudformation:*", "x:Unknown"]}


def test_who_is_never_to_be_denied_is_looked_for_in_every_account(planned: Any) -> None:
    safety = {"safety": {"never_deny": [SPARED]}}
    (found,) = planned(layout(deny("cloudformation:CreateStack"), ["/"], **safety))
    assert found.count == 3
    assert (
        "role/Robot-* is denied cloudformation:CreateStack in audit, payments, search"
        in found.message
    )
    (one,) = planned(layout(deny("cloudformation:Create*"), ["account:search"], **safety))
    assert "in search" in one.message
    assert planned(layout(deny("sns:*"), ["/"], **safety)) == []


def test_an_account_that_is_excused_is_asked_by_itself(planned: Any) -> None:
    excusing = deny("cloudformation:*", StringNotEquals={"aws:PrincipalAccount": ["555555555555"]})
    (found,) = planned(layout(excusing, ["Workloads"], safety={"never_deny": [SPARED]}))
    assert found.count == 1
    assert "in search: " in found.message


@pytest.mark.parametrize("principal", ["*", "arn:aws:iam::666666666666:role/Robot"])
def test_anybody_or_one_may_be_spared(principal: str, planned: Any) -> None:
    safety = {"never_deny": [{"principal": principal, "actions": ["sns:Publish"]}]}
    (found,) = planned(layout(deny("sns:*"), ["/"], safety=safety))
    assert found.count == (3 if principal == "*" else 1)


@pytest.mark.parametrize(
    ("live", "count"),
    [
        ({}, 0),
        ({"trusted": [CONFIG, "controltower.amazonaws.com"]}, 3),
        ({"trusted": [CONFIG, "member.org.stacksets.cloudformation.amazonaws.com"]}, 3),
        ({"policies": {"AWSAccelerator-1": {"says": deny("sns:*")}}}, 3),
        ({"policies": {"aws-guardrails-x": {"says": deny("sns:*")}}}, 3),
    ],
)
def test_the_list_that_ships_counts_where_its_tools_are_at_work(
    live: dict[str, Any], count: int, planned: Any
) -> None:
    found = planned(layout(deny("cloudformation:DeleteStack"), ["/"]), live)
    assert sum(one.count or 0 for one in found) == count


def test_the_layouts_own_line_goes_before_the_list(planned: Any) -> None:
    safety = {
        "never_deny": [
            {"principal": "arn:aws:iam::*:role/AWSControlTowerExecution", "actions": ["sts:*"]}
        ]
    }
    live = {"trusted": [CONFIG, "controltower.amazonaws.com"]}
    wanted = layout(deny("cloudformation:DeleteStack"), ["/"], safety=safety)
    assert planned(wanted, live) == []


def test_accounts_are_alike_where_the_same_stands_above_them_and_on_them() -> None:
    """AWS attaches FullAWSAccess to each account itself: that tells none of them apart."""
    full = policy("scp", "FullAWSAccess")
    allow = of({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
    names = of(
        {"Statement": [{"Effect": "Deny", "Action": "x:*", "Resource": "arn:x::000000000004"}]}
    )
    accounts = [Account(account(f"a{number}"), ou("A")) for number in range(5)]
    state = State(
        [
            Policy(full, "scp", "FullAWSAccess", allow),
            Policy(policy("scp", "own"), "scp", "own", names),
            *accounts,
            *(Attachment(full, one.address) for one in accounts),
            Attachment(policy("scp", "own"), account("a3")),
        ]
    )
    ids = {one.address: f"{number:012}" for number, one in enumerate(accounts)}
    alike = Chains(state).alike([one.address for one in accounts], ids.get)
    assert [len(found) for found in alike.values()] == [3, 1, 1]


def test_parts_of_account_ids_in_a_document_tell_all_accounts_apart() -> None:
    own = of({"Statement": {"Effect": "Deny", "Action": "x:*", "Resource": "arn:aws:x::12*:y"}})
    accounts = [Account(account(f"a{number}"), ou("A")) for number in range(3)]
    state = State([Policy(policy("scp", "own"), "scp", "own", own), *accounts])
    alike = Chains(state).alike([one.address for one in accounts], lambda _: None)
    assert [len(found) for found in alike.values()] == [1, 1, 1]
