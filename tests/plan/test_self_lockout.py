"""No plan takes from govkit, or from those that are never denied, what they need; the witness is named."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from terminal import build, desk
from walk import Walk, sandbox_api

from govkit.access.asking import Asking, Party
from govkit.access.judge import judge
from govkit.access.verdict import Kind as Layer
from govkit.kinds._chains import Chains
from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.policy import Policy, policy
from govkit.model.address import account, ou
from govkit.model.change import Change
from govkit.model.finding import Finding
from govkit.model.state import State
from govkit.plan.guards._callers import Caller
from govkit.plan.judge import narrowed
from govkit.policies.document import Document, of

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
            sandbox = Path(mkdtemp(dir=tmp_path))
            build(LIVE | live, sandbox)
        made, _ = Walk(sandbox_api(sandbox), tmp_path).plan(wanted)
        return [one for one in made.findings if one.code in {"GK430", "GK431", "GK432"}]

    return run


def test_the_role_that_detaches_may_not_be_denied_to(planned: Any) -> None:
    (found,) = planned(layout(deny("organizations:DetachPolicy"), ["/"]))
    assert (found.code, found.rail, found.count) == ("GK430", "self_lockout", 1)
    assert (
        "role/govkit-policies (run.policies) is denied organizations:DetachPolicy" in found.message
    )
    assert "by root:/: scp/no, Statement[0] (No)" in found.message
    assert "only the management account could" in found.message
    assert found.message.endswith(" Excuse it there: exempt_principals, or a condition.")


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


def test_what_is_only_remarked_on_is_said_once_where_a_part_is_chosen(
    template: Path, tmp_path: Path
) -> None:
    wanted = layout(deny("organizations:*", Bool={"aws:MultiFactorAuthPresent": ["false"]}), ["/"])
    made, both = Walk(sandbox_api(template), tmp_path).plan(wanted)
    part = narrowed(made, made.steps, both.wanted)
    assert [one.code for one in part.findings].count("GK431") == 1


def test_a_lock_that_is_there_already_is_not_the_plans(planned: Any) -> None:
    live = {"policies": {"old": {"says": deny("organizations:*"), "attach": ["/"]}}}
    assert planned(layout(deny("organizations:*"), ["/"]), live) == []


def test_a_move_below_a_deny_locks_out_too(planned: Any) -> None:
    live = {"policies": {"old": {"says": deny("organizations:*"), "attach": ["Workloads"]}}}
    wanted = layout(deny("sns:*"), ["/"])
    wanted["accounts"]["audit"]["ou"] = "Workloads"
    found, last = planned(wanted, live)
    assert "(move account:audit)" in found.message
    assert "(move account:audit)" in last.message


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
    found, last = planned(wanted)
    assert "nothing at ou:/Security allows it" in found.message
    assert "nothing at ou:/Security allows it" in last.message


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


def rcp(*actions: str, **condition: Any) -> dict[str, Any]:
    """Return a layout's guardrail that denies actions on resources to everybody."""
    denied = deny(*actions, **condition)
    denied["Statement"][0]["Principal"] = "*"
    return {"type": "rcp", "policy": denied, "attach": ["/"]}


def guarded(guardrail: dict[str, Any], **more: Any) -> dict[str, Any]:
    return layout(deny("sns:*"), ["Workloads"]) | {"guardrails": {"no": guardrail}} | more


MEMBERS = {
    "run": {
        **ROLES,
        "structure": "arn:aws:iam::111111111111:role/govkit-structure",
        "member": {"read": "govkit-read", "write": "govkit-write"},
    }
}


def test_an_rcp_may_not_shut_the_roles_in_that_others_have_to_assume(planned: Any) -> None:
    """RCPs bind whoever asks, of the management account too: the role's own account decides."""
    found = planned(guarded(rcp("sts:AssumeRole")))
    assert [one.code for one in found] == ["GK430", "GK432"]
    assert (
        "whoever runs govkit is denied sts:AssumeRole on arn:aws:iam::333333333333:role/"
        "govkit-policies (run.policies): by root:/: rcp/no, Statement[0] (No)"
    ) in found[0].message


def test_an_rcp_may_not_shut_out_who_enters_the_accounts(planned: Any) -> None:
    guardrail = {**rcp("sts:AssumeRole"), "attach": ["Workloads"]}
    found, other = planned(guarded(guardrail, **MEMBERS, baseline=BASELINE))
    assert (found.count, other.count) == (2, 2)
    assert "role/govkit-structure is denied sts:AssumeRole on" in other.message
    assert (
        "arn:aws:iam::111111111111:role/govkit-read is denied sts:AssumeRole on "
        "arn:aws:iam::*:role/govkit-read (run.member.read) in payments, search: by ou:/Workloads"
    ) in found.message


BASELINE = {"regions": ["eu-west-1", "us-west-2"], "password_policy": {"minimum_length": 14}}


@pytest.mark.parametrize(
    "condition",
    [
        {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": ["o-exampleorgid"]}},
        {"StringNotEquals": {"aws:PrincipalAccount": ["111111111111"]}},
        {"ArnNotLike": {"aws:PrincipalArn": ["arn:aws:iam::111111111111:role/govkit-*"]}},
        {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1"]}},
    ],
    ids=["the organization", "the management account", "its roles", "the home Region"],
)
def test_an_rcp_that_spares_who_enters_is_none_of_our_business(
    condition: Any, planned: Any
) -> None:
    guardrail = {**rcp("sts:AssumeRole", **condition), "attach": ["Workloads"]}
    assert planned(guarded(guardrail, **MEMBERS, baseline=BASELINE)) == []


def test_an_rcp_on_what_rcps_do_not_reach_takes_nothing_away(planned: Any) -> None:
    assert planned(guarded(rcp("organizations:*", "iam:*"))) == []


def test_an_rcp_denies_who_is_spared_on_what_its_account_owns(planned: Any) -> None:
    spared = {"principal": "arn:aws:iam::*:role/Robot", "actions": ["s3:GetObject", "iam:*"]}
    safety = {"safety": {"never_deny": [spared]}}
    (found,) = planned(guarded({**rcp("s3:*"), "attach": ["Workloads"]}, **safety))
    assert "role/Robot is denied s3:GetObject in payments, search" in found.message
    assert "rcp/no" in found.message


def test_accounts_out_of_the_baseline_are_entered_by_nobody(planned: Any) -> None:
    """To deny all in an OU that is out of the baseline locks nobody out."""
    wanted = layout(deny("*"), ["Workloads"], **MEMBERS, baseline=BASELINE)
    assert set(codes(planned(wanted))) == {"GK430"}
    wanted["baseline"] = BASELINE | {"except": ["Workloads"]}
    assert planned(wanted) == []


def test_the_role_by_which_accounts_are_entered_without_a_name_is_our_own_too(planned: Any) -> None:
    wanted = layout(deny("iam:GetAccountPasswordPolicy"), ["Workloads"], baseline=BASELINE)
    (found,) = planned(wanted)
    assert (
        "arn:aws:iam::*:role/OrganizationAccountAccessRole (run.member.write) is denied "
        "iam:GetAccountPasswordPolicy in payments, search"
    ) in found.message
    assert "exempt_principals" in found.message
    assert "run: {member: {read: …, write: …}}" in found.message
    excused = {"aws:PrincipalArn": ["arn:aws:iam::*:role/OrganizationAccountAccessRole"]}
    wanted["guardrails"]["no"]["policy"] = deny("iam:*", ArnNotLike=excused)
    assert planned(wanted) == []


def test_the_baseline_is_asked_about_in_each_of_its_regions(planned: Any) -> None:
    near = deny("ec2:*", StringNotEquals={"aws:RequestedRegion": ["eu-west-1"]})
    settings = {"ebs_encryption": True}
    more = MEMBERS | {"baseline": {"regions": ["eu-west-1"], "account": settings}}
    wanted = layout(near, ["Workloads"], **more)
    assert planned(wanted) == []
    wanted["baseline"]["regions"] = ["eu-west-1", "us-west-2"]
    found = planned(wanted)
    assert codes(found) == ["GK430", "GK430"]
    assert all("is denied ec2:" in one.message for one in found)


GLASS = "arn:aws:iam::333333333333:role/BreakGlass"
DETACHING = deny("organizations:DetachPolicy", "organizations:UpdatePolicy")


def glassed(policy: Any, attach: list[str], *accounts: str, **more: Any) -> dict[str, Any]:
    safety = {"safety": {"break_glass": [{"role": "BreakGlass", "accounts": list(accounts)}]}}
    return layout(policy, attach, **safety, **more)


def codes(found: list[Finding]) -> list[str]:
    return [one.code for one in found]


def test_the_last_way_to_undo_an_scp_may_not_be_taken(planned: Any) -> None:
    first, last = planned(layout(DETACHING, ["/"]))
    assert codes([first, last]) == ["GK430", "GK432"]
    assert (last.rail, last.count) == ("self_lockout", 1)
    assert "nobody whom the layout names can undo an SCP" in last.message
    assert "role/govkit-policies is denied organizations:DetachPolicy: by root:/" in last.message
    assert "scp/no, Statement[0] (No)" in last.message


@pytest.mark.parametrize(
    "wanted",
    [
        layout(deny("organizations:DetachPolicy"), ["/"]),
        glassed(DETACHING, ["/"], "audit"),
        layout(DETACHING, ["/"], run={"read": ROLES["read"]}),
        layout(DETACHING, ["/"], run={"policies": "arn:aws:iam::111111111111:role/govkit"}),
        layout(DETACHING, ["/"], run={"policies": "arn:aws:iam::999999999999:role/elsewhere"}),
    ],
    ids=[
        "what it says can be updated",
        "break-glass is excused",
        "nobody is named",
        "the management account",
        "an account of nobody's",
    ],
)
def test_another_way_to_undo_an_scp_is_enough(wanted: dict[str, Any], planned: Any) -> None:
    assert "GK432" not in codes(planned(wanted))


def test_a_break_glass_role_that_is_the_last_way_may_not_be_denied_either(planned: Any) -> None:
    """Where our own role has been locked out for long, nothing of it is taken by the plan."""
    live = {
        "policies": {
            "old": {
                "says": deny("organizations:*", ArnNotEquals={"aws:PrincipalArn": [GLASS]}),
                "attach": ["/"],
            }
        }
    }
    wanted = glassed(DETACHING, ["/"], "audit")
    assert planned(wanted, live) == []
    wanted["guardrails"]["no"]["break_glass"] = False
    (found,) = planned(wanted, live)
    assert found.code == "GK432"
    assert f"{GLASS} is denied organizations:DetachPolicy: by root:/: scp/no" in found.message


@pytest.mark.parametrize(
    ("accounts", "lost"),
    [(["payments"], True), (["management"], False), (["audit", "payments"], False)],
)
def test_break_glass_is_a_way_only_where_policies_are_managed(
    accounts: list[str], *, lost: bool, planned: Any
) -> None:
    wanted = glassed(DETACHING, ["/"], *accounts)
    wanted["accounts"]["management"] = {"id": "111111111111", "ou": "/"}
    assert ("GK432" in codes(planned(wanted))) is lost


def test_the_resource_policy_says_where_policies_are_managed_too(planned: Any) -> None:
    allows = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::555555555555:root"},
                "Action": ["organizations:DetachPolicy", "organizations:ListPolicies"],
                "Resource": "*",
            }
        ],
    }
    wanted = glassed(DETACHING, ["/"], "payments")
    wanted["organization"]["resource_policy"] = allows
    assert "GK432" not in codes(planned(wanted, {"resource_policy": allows}))
    allows["Statement"][0]["Action"] = "organizations:ListPolicies"
    assert "GK432" in codes(planned(wanted, {"resource_policy": allows}))


def test_a_break_glass_role_in_every_account_is_one_where_policies_are_managed(
    planned: Any,
) -> None:
    keep = {
        "policy": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Deny",
                    "Action": [
                        "iam:CreateRole",
                        "iam:UpdateAssumeRolePolicy",
                        "iam:AttachRolePolicy",
                        "iam:PutRolePolicy",
                    ],
                    "Resource": "arn:aws:iam::*:role/BreakGlass",
                }
            ],
        },
        "attach": ["/"],
        "break_glass": False,
    }
    wanted = glassed(DETACHING, ["/"], "*")
    wanted["guardrails"]["keep"] = keep
    assert codes(planned(wanted)) == ["GK430"]


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


MFA = {"Bool": {"aws:MultiFactorAuthPresent": ["false"]}}


def test_what_depended_and_is_denied_whatever_happens_is_taken_away(planned: Any) -> None:
    live = {"policies": {"old": {"says": deny("organizations:*", **MFA), "attach": ["/"]}}}
    found = planned(layout(deny("organizations:DetachPolicy"), ["/"]), live)
    assert codes(found) == ["GK430"]


def test_a_step_that_leaves_a_doubt_hides_no_later_one_that_leaves_none(planned: Any) -> None:
    wanted = layout(deny("organizations:*", **MFA), ["/"])
    wanted["guardrails"]["then"] = {
        "policy": deny("organizations:DetachPolicy"),
        "attach": ["Security"],
    }
    assert set(codes(planned(wanted))) == {"GK430", "GK431"}


def test_a_region_with_a_doubt_hides_none_where_all_is_denied(planned: Any) -> None:
    near, far = deny("ec2:*", **MFA), deny("ec2:*")
    near["Statement"][0]["Condition"]["StringEquals"] = {"aws:RequestedRegion": "eu-west-1"}
    far["Statement"][0]["Condition"] = {"StringEquals": {"aws:RequestedRegion": "us-west-2"}}
    both = {**near, "Statement": [*near["Statement"], far["Statement"][0] | {"Sid": "Far"}]}
    more = MEMBERS | {"baseline": {**BASELINE, "account": {"ebs_encryption": True}}}
    found = planned(layout(both, ["Workloads"], **more))
    assert "GK430" in codes(found)


def test_nobody_is_locked_out_of_an_account_that_is_closed(planned: Any) -> None:
    """To put a closed account where all is denied is what everybody does with it."""
    closed = LIVE["accounts"]["666666666666"] | {"closed": True}
    live = {"accounts": LIVE["accounts"] | {"666666666666": closed}}
    wanted = layout(deny("*"), ["account:search"], **MEMBERS, baseline=BASELINE)
    wanted["safety"] = {"never_deny": [SPARED]}
    assert planned(wanted, live) == []
    assert set(codes(planned(wanted))) == {"GK430"}


TLS = {"BoolIfExists": {"aws:SecureTransport": "false"}}


@pytest.mark.parametrize(
    "guardrail",
    [
        {"policy": deny("s3:*", "ec2:*", "organizations:*", **TLS), "attach": ["/"]},
        rcp("s3:*", "sts:AssumeRole", **TLS),
        {
            "policy": deny("*", NumericLessThan={"ec2:RoleDelivery": "2.0"}),
            "attach": ["Workloads"],
        },
        rcp(
            "sts:AssumeRole",
            "s3:*",
            StringNotEqualsIfExists={"aws:PrincipalOrgID": "o-exampleorgid"},
            BoolIfExists={"aws:PrincipalIsAWSService": "false"},
        ),
        rcp(
            "sts:*",
            StringNotEqualsIfExists={"aws:SourceOrgID": "o-exampleorgid"},
            Null={"aws:SourceAccount": "false"},
            Bool={"aws:PrincipalIsAWSService": "true"},
        ),
        {
            "policy": deny("*", StringLike={"aws:PrincipalArn": ["arn:aws:iam::*:root"]}),
            "attach": ["/"],
        },
        {
            "policy": deny("*", StringNotEqualsIfExists={"aws:ResourceOrgID": "o-exampleorgid"}),
            "attach": ["/"],
        },
    ],
    ids=["TLS", "TLS by RCP", "IMDSv1", "identities", "confused deputy", "root user", "resources"],
)
def test_what_organizations_deny_everywhere_locks_nobody_out(
    guardrail: dict[str, Any], planned: Any
) -> None:
    account = {"ebs_encryption": True, "s3_public_access_block": True}
    baseline = {**BASELINE, "account": account}
    trusted = {"trusted": [CONFIG, "controltower.amazonaws.com"]}
    assert planned(guarded(guardrail, **MEMBERS, baseline=baseline), trusted) == []


def test_an_account_with_a_role_of_its_own_is_entered_by_that_and_others_by_the_default(
    planned: Any,
) -> None:
    """Excusing the default role alone locks out of the account that has another one."""
    default = {"aws:PrincipalArn": ["arn:aws:iam::*:role/OrganizationAccountAccessRole"]}
    wanted = layout(deny("iam:*", ArnNotLike=default), ["Workloads"], baseline=BASELINE)
    wanted["accounts"]["search"]["role_name"] = "Own"
    (found,) = planned(wanted)
    assert found.count == 1
    assert "arn:aws:iam::*:role/Own (run.member.write) is denied iam:" in found.message
    assert "in search: " in found.message
    own = {"aws:PrincipalArn": ["arn:aws:iam::*:role/Own"]}
    wanted["guardrails"]["no"]["policy"] = deny("iam:*", ArnNotLike=own)
    (found,) = planned(wanted)
    assert "role/OrganizationAccountAccessRole (run.member.write)" in found.message
    assert "in payments: " in found.message


def test_anybody_of_an_account_is_of_the_partition() -> None:
    assert Caller("*", (), partition="aws-cn").arn("555555555555") == (
        "arn:aws-cn:iam::555555555555:role/x1"
    )


_CONDITIONS: list[dict[str, Any]] = [
    {},
    {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}},
    {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}},
    {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/A"}},
    {"Bool": {"aws:MultiFactorAuthPresent": "false"}},
]
_ACTIONS = ["*", "s3:*", "s3:GetObject", "sns:*"]
_STATEMENTS = st.builds(
    lambda effect, key, action, condition: {
        "Effect": effect,
        key: action,
        "Resource": "*",
        **({"Condition": condition} if condition else {}),
    },
    st.sampled_from(["Deny", "Allow"]),
    st.sampled_from(["Action", "NotAction"]),
    st.sampled_from(_ACTIONS),
    st.sampled_from(_CONDITIONS),
)
_DOCUMENTS = st.lists(_STATEMENTS, min_size=1, max_size=3).map(lambda said: of({"Statement": said}))
_ASKED = [
    Asking(action, f"arn:aws:iam::555555555555:role/{role}", party, party, None, region).request
    for party in [Party("555555555555")]
    for action in ("s3:GetObject", "sns:Publish")
    for role in ("A", "B")
    for region in ("eu-west-1", "us-west-2", None)
]


@settings(max_examples=200)
@given(st.lists(_DOCUMENTS, max_size=3), _DOCUMENTS)
def test_what_a_document_alone_lets_through_its_attachment_takes_from_nobody(
    held: list[Document], gained: Document
) -> None:
    """The law by which a step is asked about its own document first; no Allow may be in that."""
    names = [policy("scp", f"p{number}") for number in range(len(held) + 1)]
    payments = Account(account("payments"), ou("A"))
    both = zip(names, [*held, gained], strict=True)
    chains = Chains(
        State(
            [
                payments,
                *(Policy(name, "scp", name.path, one) for name, one in both),
                *(Attachment(name, payments.address) for name in names[:-1]),
            ]
        )
    )
    before = judge(chains.of(payments.address, Layer.SCP))
    answers = [before.verdict(one).outcome.permits for one in _ASKED]
    chains.take(Change(None, Attachment(names[-1], payments.address)))
    alone = chains.alone(names[-1], Layer.SCP)
    assert (alone is None) is ('"Allow"' in gained.text)
    if alone is None:
        return
    after = judge(chains.of(payments.address, Layer.SCP))
    for asked, before_it in zip(_ASKED, answers, strict=True):
        by_itself = judge(alone).verdict(asked).outcome.permits
        now = after.verdict(asked).outcome.permits
        if by_itself is True:
            assert now is before_it
        if by_itself is None:
            assert now is not False or before_it is False


@pytest.mark.parametrize(
    ("denied", "lost"),
    [
        (["sts:AssumeRole"], False),
        (["sts:AssumeRole*"], True),
        (["sts:AssumeRole", "sts:AssumeRoleWithSAML"], False),
    ],
)
def test_people_enter_a_break_glass_role_in_other_ways_too(
    denied: list[str], *, lost: bool, planned: Any
) -> None:
    wanted = glassed(deny("sns:*"), ["Workloads"], "audit")
    wanted["guardrails"] = {"no": {**rcp(*denied), "break_glass": False}}
    assert ("GK432" in codes(planned(wanted))) is lost
