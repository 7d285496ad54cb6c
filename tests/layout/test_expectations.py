"""What a layout expects of its guardrails is answered for every account, and failures say why."""

import json
import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govkit.layout.read import read
from govkit.model.expectation import Answered
from govkit.model.finding import Severity

LAYOUT = """
version: 1
organization: {id: o-exampleorgid, management_account: "111111111111"}
ous: {Workloads: , Workloads/Prod: , Workloads/Lab: , Closed: {full_access: false}, Empty: }
accounts:
  management: {id: "111111111111", ou: /}
  payments: {id: "555555555555", ou: Workloads/Prod}
  search: {id: "666666666666", ou: Workloads/Prod}
  lab: {id: "777777777777", ou: Workloads/Lab}
  shop: {ou: Workloads/Prod, create: true, email: shop@example.com}
  shut: {id: "888888888888", ou: Closed}
guardrails:
  leave:
    policy: {Version: 2012-10-17, Statement: [{Sid: Leave, Effect: Deny, Action: "organizations:LeaveOrganization", Resource: "*"}]}
    attach: [/]
  regions:
    template: deny_regions.json.j2
    params: {regions: [eu-west-1]}
    attach: [Workloads]
  users:
    policy: {Version: 2012-10-17, Statement: {Effect: Deny, Action: "iam:CreateUser", Resource: "*"}}
    attach: [Workloads]
    break_glass: true
  some:
    policy: {Version: 2012-10-17, Statement: {Effect: Allow, Action: "s3:*", Resource: "*"}}
    attach: [Closed]
  not-yet:
    policy: {Version: 2012-10-17, Statement: {Effect: Deny, Action: "sns:*", Resource: "*"}}
    mode: preview
    attach: [/]
  tagged:
    policy: {Version: 2012-10-17, Statement: {Effect: Deny, Action: "sqs:*", Resource: "*", Condition: {StringEquals: {"aws:PrincipalTag/Team": [none]}}}}
    attach: [Workloads]
  org-only:
    type: rcp
    policy:
      Version: 2012-10-17
      Statement: {Effect: Deny, Principal: "*", Action: "s3:GetObject", Resource: "*", Condition: {StringNotEqualsIfExists: {"aws:PrincipalOrgID": o-exampleorgid}}}
    attach: [Workloads/Prod]
exemptions:
  wider: {guardrail: regions, accounts: [search], params: {regions: [ap-south-1]}, reason: r, owner: o, granted: 2026-11-01, expires: 2027-01-01}
  lab: {guardrail: [users], ous: [Workloads/Lab], reason: r, owner: o, granted: 2026-11-01, expires: 2027-01-01}
  some-roles: {guardrail: users, accounts: [payments], principals: ["role/A*"], reason: r, owner: o, granted: 2026-11-01, expires: 2027-01-01}
safety:
  break_glass: [{role: Fire, accounts: [payments]}]
expect:
"""


@pytest.fixture
def answers(reads: Any) -> Any:
    def run(*lines: str) -> tuple[Answered, ...]:
        return tuple(reads(LAYOUT + "".join(f"  - {{{line}}}\n" for line in lines)).tested)

    return run


HOLDS = [
    "deny: 'ec2:RunInstances', in: Workloads/Prod, region: ap-south-1",
    "allow: 'iam:CreateServiceLinkedRole', in: Workloads, region: us-east-1",
    "allow: 's3:PutObject', everywhere: true, region: eu-west-1, principal: role/Admin, resource: '*', strict: true, context: {}",
    "deny: 'organizations:LeaveOrganization', account: payments, principal: role/Admin",
    "deny: 'organizations:LeaveOrganization', everywhere: true",
    "deny: 'organizations:Leave*', in: /",
    "deny: 'iam:CreateUser', in: Workloads, region: eu-west-1",
    "deny: 'iam:CreateUser', account: payments, principal: user/Amy, region: eu-west-1",
    "allow: 'iam:CreateUser', account: payments, principal: role/Ada, region: eu-west-1",
    "allow: 'iam:CreateUser', account: payments, principal: role/Fire, region: eu-west-1",
    "allow: 'sns:Publish', in: Workloads, region: eu-west-1",
    "deny: 'ec2:RunInstances', in: Closed, region: eu-west-1",
    "allow: 's3:GetObject', in: Closed, region: eu-west-1",
    "deny: 'sqs:SendMessage', account: payments, region: eu-west-1, context: {'aws:PrincipalTag/Team': none}",
    "allow: 'sqs:SendMessage', account: payments, region: eu-west-1, context: {'aws:PrincipalTag/Team': []}",
    "allow: 's3:GetObject', account: payments, region: eu-west-1",
    "deny: 's3:GetObject', account: payments, principal: 'arn:aws:iam::999999999999:role/Thief', context: {'aws:PrincipalOrgID': o-thieves}",
    "allow: 's3:GetObject', account: lab, region: eu-west-1, resource_account: payments",
    "allow: 's3:GetObject', account: lab, region: eu-west-1, resource_account: '999999999999'",
    "deny: 'ec2:RunInstances', account: lab, region: us-east-1, principal: 'arn:aws:iam::555555555555:role/Any'",
    "allow: 'ec2:RunInstances', account: management, region: ap-south-1",
    "allow: 'ec2:RunInstances', in: Empty, region: ap-south-1",
]
FAILS = [
    ("deny: 'ec2:RunInstances', in: Workloads/Prod, region: ap-south-1, strict: true", "allowed", "no SCP or RCP denies it"),
    ("deny: 'ec2:RunInstances', in: Workloads/Prod", "undecided", "aws:RequestedRegion"),
    ("allow: 'sqs:SendMessage', account: payments, region: eu-west-1", "undecided", "aws:PrincipalTag/Team"),
    ("allow: 'ec2:RunInstances', account: payments, region: us-east-1", "denied", "guardrail regions (deny_regions.json.j2, org_layout.yaml:16:3), Statement[0] (OnlyInChosenRegions) at ou:/Workloads"),
    ("allow: 'organizations:LeaveOrganization', account: shop", "denied", "guardrail leave (org_layout.yaml:13:3), Statement[0] (Leave) at root:/"),
    ("deny: 'organizations:LeaveOrganization', account: management", "allowed", "no SCP or RCP binds this account"),
    ("deny: 'organizations:LeaveOrganization', in: /, strict: true", "allowed", "no SCP or RCP binds this account"),
    ("allow: 'ec2:RunInstances', in: Closed, region: eu-west-1", "denied", "no SCP at ou:/Closed allows it"),
    ("deny: 'organizations:LeaveOrganisation', in: /", "allowed", "the nearest is organizations:LeaveOrganization"),
    ("deny: 'nosuch:Thing', in: Empty", "allowed", "AWS had no service nosuch"),
    ("deny: 'iam:*', in: Workloads/Prod, region: eu-west-1", "allowed", "no SCP or RCP denies it"),
    ("deny: 'ec2:RunInstances', in: Empty, region: ap-south-1", "allowed", "no SCP or RCP denies it"),
]  # fmt: skip


@pytest.mark.parametrize("line", HOLDS)
def test_it_holds(line: str, answers: Any) -> None:
    (one,) = answers(line)
    assert one.passed, one.failures


@pytest.mark.parametrize(("line", "answer", "because"), FAILS, ids=[line for line, _, _ in FAILS])
def test_it_fails_and_says_why(line: str, answer: str, because: str, answers: Any) -> None:
    (one,) = answers(line)
    assert not one.passed
    assert one.failures[0].answer == answer
    assert because in one.failures[0].because


@pytest.mark.parametrize(
    ("action", "remark"),
    [
        (
            "s3:GetObjekt",
            "AWS had no action s3:GetObjekt on 20..-..-..; the nearest is s3:GetObject",
        ),
        (
            "s3:GetObjekt*",
            "AWS had no action like s3:GetObjekt* on .*; the nearest is s3:GetObject.*",
        ),
        ("bedrok:InvokeModel", "AWS had no service bedrok on .*; the nearest is bedrock"),
        ("brandnew:InvokeModel", "AWS had no service brandnew on 20..-..-..(; .*)?"),
        ("s3:Zzzzzz", "AWS had no action s3:Zzzzzz on 20..-..-.."),
    ],
)
def test_an_action_that_aws_does_not_have_is_a_warning_with_the_nearest(
    action: str, remark: str, reads: Any
) -> None:
    wanted = reads(f"{LAYOUT}  - {{allow: '{action}', account: payments, region: eu-west-1}}\n")
    assert [one.passed for one in wanted.tested] == [True]
    (found,) = [one for one in wanted.findings if one.code == "GK013"]
    assert found.severity is Severity.WARNING
    assert re.search(remark.replace("*", r"\*", 1) if "like" in remark else remark, found.message)
    assert found.where == wanted.tested[0].where


def test_who_is_exempted_from_the_deciding_guardrail_is_listed_with_the_exemption(
    answers: Any,
) -> None:
    regions, users, leave = answers(
        "deny: 'ec2:RunInstances', in: Workloads, region: ap-south-1",
        "deny: 'iam:CreateUser', in: Workloads, region: eu-west-1",
        "deny: 'organizations:LeaveOrganization', everywhere: true",
    )
    assert regions.excused == (("search", "exempted from regions by exemption wider"),)
    assert users.excused == (("lab", "exempted from users by exemption lab"),)
    assert leave.excused == (("management", "the management account, which no SCP or RCP binds"),)
    assert (regions.accounts, leave.accounts) == (4, 6)


def test_the_default_principal_is_one_that_no_exemption_names(answers: Any) -> None:
    """An exemption of `role/A*` would name `role/Any`."""
    (one,) = answers("deny: 'iam:CreateUser', account: payments, region: eu-west-1")
    assert one.passed
    assert not one.excused


def test_a_failure_is_an_error_at_its_line_that_names_the_accounts(reads: Any) -> None:
    wanted = reads(LAYOUT + "  - {allow: 'ec2:RunInstances', in: Workloads, region: us-east-1}\n")
    (found,) = [one for one in wanted.findings if one.code == "GK010"]
    assert found.severity is Severity.ERROR
    assert str(found.where) == "org_layout.yaml:47:5"
    assert "is denied for lab, payments, shop" in found.message
    assert "guardrail regions" in found.message


def test_real_paths_of_ous_are_not_guessed_at(reads: Any) -> None:
    text = LAYOUT.replace(
        '{"aws:PrincipalTag/Team": [none]}', '{"aws:PrincipalOrgPaths": [o-exampleorgid/r-exam/]}'
    )
    wanted = reads(text + "  - {allow: 'sqs:SendMessage', account: payments, region: eu-west-1}\n")
    assert wanted.tested[0].failures[0].keys == ("aws:PrincipalOrgPaths",)


@pytest.mark.parametrize(
    "line",
    [
        "deny: 's3:*', everywhere: true, principal: 'role/*'",
        "deny: 's3:*', everywhere: true, principal: nobody",
        "deny: 's3:*', account: payments, resource_account: nobody",
        "deny: 's3:*', account: payments, in: /",
    ],
)
def test_what_cannot_be_asked_is_a_fault(line: str, complains: Any) -> None:
    (fault,) = complains(LAYOUT + f"  - {{{line}}}\n")
    assert fault.startswith("org_layout.yaml:47:")


ACCOUNTS = [f"{number:012d}" for number in range(101, 109)]


@st.composite
def worlds(draw: Any) -> tuple[list[str], list[str], list[str]]:
    homes = draw(st.lists(st.sampled_from(["A", "A/B", "C"]), min_size=8, max_size=8))
    guarded = draw(
        st.lists(st.sampled_from(["/", "A", "A/B", "C", "account:a101"]), unique=True, max_size=3)
    )
    freed = draw(st.lists(st.sampled_from(ACCOUNTS), unique=True, max_size=3))
    return homes, guarded, freed


def layout(accounts: dict[str, str], guarded: list[str], freed: list[str]) -> dict[str, Any]:
    deny = {"Effect": "Deny", "Action": "s3:PutObject", "Resource": "*"}
    way = {"guardrail": "g", "accounts": [f"a{int(one)}" for one in freed]}
    dates = {"reason": "r", "owner": "o", "granted": "2026-11-01", "expires": "2026-12-31"}
    return {
        "version": 1,
        "ous": dict.fromkeys(["A", "A/B", "C"]),
        "accounts": {f"a{int(one)}": {"id": one, "ou": home} for one, home in accounts.items()},
        "guardrails": {
            "g": {"policy": {"Version": "2012-10-17", "Statement": [deny]}, "attach": guarded}
        },
        "exemptions": {"way": way | dates} if freed else {},
        "expect": [{"deny": "s3:PutObject", "everywhere": True}],
    }


def expected(
    accounts: dict[str, str], guarded: list[str], freed: list[str]
) -> tuple[set[str], set[str], set[str]]:
    denied, excused, free = set(), set(), set()
    for number, home in accounts.items():
        name = f"a{int(number)}"
        above = {"/", home, home.partition("/")[0], f"account:{name}"}
        held = not above.isdisjoint(guarded)
        (excused if held and number in freed else denied if held else free).add(name)
    return denied, excused, free


@settings(max_examples=25, deadline=None)
@given(world=worlds())
def test_every_account_is_answered_by_where_it_stands_and_whether_it_is_freed(
    world: Any, tmp_path_factory: Any
) -> None:
    """Accounts that are alike are asked once; the answer is that of asking each."""
    homes, guarded, freed = world
    accounts = dict(zip(ACCOUNTS, homes, strict=True))
    path = tmp_path_factory.mktemp("world") / "org_layout.yaml"
    path.write_text(json.dumps(layout(accounts, guarded, freed)))
    (one,) = read(path, today=date(2026, 11, 23)).tested
    denied, excused, open_ = expected(accounts, guarded, freed)
    assert {name for name, _ in one.excused} == excused
    assert {name for each in one.failures for name in each.accounts} == open_
    assert one.accounts == len(denied) + len(excused) + len(open_)
