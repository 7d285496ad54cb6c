"""Verdicts along a chain, their reasons, and what they depend on."""

from typing import Any

import pytest
from chains import ALLOW_ALL, allow, deny, document, guarded, scps

from govkit.access.chain import Chain
from govkit.access.judge import Judge, judge
from govkit.access.request import identity, request
from govkit.access.statement import level
from govkit.access.verdict import Kind, Outcome, Where

REGIONS = deny(StringNotEquals={"aws:RequestedRegion": "eu-west-1"})


def _outcome(chain: Chain, action: str, resource: str | None = "*", **context: Any) -> Outcome:
    return Judge(chain).verdict(request(action, resource, context)).outcome


def test_a_request_needs_an_allow_at_every_level() -> None:
    chain = scps([ALLOW_ALL], [allow("s3:*")], [ALLOW_ALL])
    assert _outcome(chain, "s3:GetObject") is Outcome.ALLOWED
    found = Judge(chain).verdict(request("ec2:RunInstances"))
    assert (found.outcome, found.level) == (Outcome.IMPLICITLY_DENIED, "ou")


def test_a_deny_anywhere_outweighs_a_missing_allow() -> None:
    chain = scps([], [ALLOW_ALL], [deny("s3:*")])
    assert _outcome(chain, "s3:GetObject") is Outcome.EXPLICITLY_DENIED
    assert _outcome(chain, "ec2:Run") is Outcome.IMPLICITLY_DENIED


def test_the_management_account_and_service_linked_roles_are_out_of_reach() -> None:
    asked = request("s3:GetObject")
    assert Judge(Chain(Kind.SCP, ())).verdict(asked).outcome is Outcome.NOT_APPLICABLE
    for principal in (
        "arn:aws:iam::111111111111:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX",
        "arn:aws:sts::111111111111:assumed-role/AWSServiceRoleForX/session",
    ):
        linked = request("s3:GetObject", principal=principal)
        assert Judge(guarded(deny())).verdict(linked).outcome is Outcome.NOT_APPLICABLE
        assert Judge(guarded(deny())).explain(linked).steps == ()


def test_rcps_reach_some_services_only() -> None:
    chain = Chain(
        Kind.RCP, (level("root", {"full": document(ALLOW_ALL), "rcp": document(deny())}),)
    )
    ours = Judge(chain, frozenset({"s3"}))
    assert ours.verdict(request("s3:GetObject")).outcome is Outcome.EXPLICITLY_DENIED
    assert ours.verdict(request("sns:Publish")).outcome is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize(
    "principal", ["arn:aws:iam::1:root", {"AWS": ["1", "2"]}, {"Service": "*"}]
)
def test_an_rcp_that_names_principals_matches_nobody(principal: Any) -> None:
    statement = {**deny(), "Principal": principal}
    assert _outcome(guarded(statement), "s3:Get") is Outcome.ALLOWED
    assert _outcome(guarded({**deny(), "NotPrincipal": "*"}), "s3:Get") is Outcome.ALLOWED
    assert _outcome(guarded({**deny(), "Principal": {"AWS": "*"}}), "s3:Get") is not Outcome.ALLOWED


@pytest.mark.parametrize(
    ("pattern", "action", "expected"),
    [
        ("s3:Get*", "S3:getobject", True),
        ("*", "s3:getobject", True),
        ("*:*", "s3:getobject", True),
        ("*:GetObject", "s3:GetObject", False),
        ("s?:GetObject", "s3:GetObject", False),
        ("s3:", "s3:GetObject", False),
        ("s3", "s3:GetObject", False),
        ("s3:Get:Object", "s3:GetObject", False),
        (" s3:GetObject", "s3:GetObject", False),
    ],
)
def test_action_patterns(pattern: str, action: str, *, expected: bool) -> None:
    assert (_outcome(guarded(deny(pattern)), action) is Outcome.EXPLICITLY_DENIED) is expected
    inverse = {"Effect": "Deny", "NotAction": pattern, "Resource": "*"}
    assert (_outcome(guarded(inverse), action) is Outcome.EXPLICITLY_DENIED) is not expected


@pytest.mark.parametrize(
    ("pattern", "resource", "expected"),
    [
        ("arn:aws:s3:::a/*", "arn:aws:s3:::a/b", True),
        ("arn:aws:s3:::a/*", "arn:aws:s3:::A/b", False),
        ("arn:aws:logs:*:*:group:*", "arn:aws:logs:eu-west-1:1:group:x:y", True),
        ("arn:aws:logs:*:x", "arn:aws:logs:eu-west-1:1:x", False),
        ("arn:aws:s*", "arn:aws:sqs:eu-west-1:1:q", True),
        ("arn:aws:s3:::*", "*", False),
        ("*", "*", True),
        ("**", "arn:aws:s3:::a", True),
        ("arn:aws:s3:::${aws:username}/*", "arn:aws:s3:::bob/x", True),
        ("arn:aws:s3:::${aws:missing}/*", "arn:aws:s3:::bob/x", False),
    ],
)
def test_resource_patterns(pattern: str, resource: str, *, expected: bool) -> None:
    found = _outcome(guarded(deny("*", pattern)), "s3:Get", resource, **{"aws:username": "bob"})
    assert (found is Outcome.EXPLICITLY_DENIED) is expected


def test_a_resource_pattern_in_error_is_not_inverted() -> None:
    for pattern in ("arn:aws:sqs", "${aws:missing}"):
        inverse = {"Effect": "Deny", "Action": "*", "NotResource": [pattern, "arn:aws:s3:::a"]}
        assert _outcome(guarded(inverse), "s3:Get", "arn:aws:s3:::b") is Outcome.ALLOWED


def test_a_deny_says_where_it_stands() -> None:
    chain = scps([ALLOW_ALL], [ALLOW_ALL, {**REGIONS, "Sid": "Regions"}])
    found = Judge(chain).verdict(request("ec2:Run", "*", {"aws:RequestedRegion": "us-east-1"}))
    assert found.statement == Where("ou", "ou-scp", 1, "Regions")
    assert str(found.statement) == "ou: ou-scp, Statement[1] (Regions)"


def test_an_explanation_has_every_statement_that_speaks_of_the_action() -> None:
    chain = guarded(REGIONS, deny("ec2:*", "arn:aws:ec2:*:*:vpc/*"), deny("s3:*"))
    found = Judge(chain).explain(request("ec2:Run", "*", {"aws:RequestedRegion": "eu-west-1"}))
    assert found.verdict.outcome is Outcome.ALLOWED
    assert [(step.where.index, step.deny, step.holds, step.resource) for step in found.steps] == [
        (0, False, True, True),
        (1, True, False, True),
        (2, True, False, False),
    ]
    ((test, answer),) = found.steps[1].tests
    assert (str(test), answer) == ("StringNotEquals aws:RequestedRegion eu-west-1", False)


def _partial(
    chain: Chain, resource: str | None = "*", **context: Any
) -> tuple[Outcome, tuple[str, ...]]:
    found = Judge(chain).verdict(request("ec2:Run", resource, context, complete=False))
    return found.outcome, found.keys


def test_what_is_not_known_is_named_where_it_decides() -> None:
    assert _partial(guarded(REGIONS)) == (Outcome.UNDECIDED, ("aws:requestedregion",))
    assert _partial(guarded(REGIONS, deny("ec2:*")))[0] is Outcome.EXPLICITLY_DENIED
    assert _partial(guarded(deny("s3:*", Bool={"k": "true"})))[0] is Outcome.ALLOWED
    assert _partial(scps([REGIONS]))[0] is Outcome.IMPLICITLY_DENIED
    either = allow("*", StringEquals={"aws:PrincipalTag/a": "${aws:PrincipalTag/b}"})
    tags = ("aws:principaltag/a", "aws:principaltag/b")
    assert _partial(scps([either])) == (Outcome.UNDECIDED, tags)
    assert _partial(scps([either]), **{tags[0]: "x"}) == (Outcome.UNDECIDED, tags[1:])
    assert _partial(scps([either, ALLOW_ALL]))[0] is Outcome.ALLOWED
    assert _partial(guarded(REGIONS), **{"aws:RequestedRegion": None})[0] is (
        Outcome.EXPLICITLY_DENIED
    )


def test_an_unknown_resource_is_named_too() -> None:
    vpcs = guarded(deny("ec2:*", "arn:aws:ec2:*:*:vpc/*"))
    assert _partial(vpcs, None) == (Outcome.UNDECIDED, ("resource",))
    assert _partial(guarded(deny("ec2:*")), None)[0] is Outcome.EXPLICITLY_DENIED
    tagged = guarded(deny("ec2:*", "arn:aws:ec2:*:*:vpc/${aws:PrincipalTag/vpc}"))
    wanted = ("aws:principaltag/vpc", "resource")
    assert _partial(tagged, None) == (Outcome.UNDECIDED, wanted)
    assert _partial(tagged, "arn:aws:ec2:r:1:vpc/v") == (Outcome.UNDECIDED, wanted[:1])


def test_outcomes_say_whether_they_permit() -> None:
    assert [one.permits for one in Outcome] == [True, False, False, True, None]


def test_equal_chains_with_other_names_have_judges_of_their_own() -> None:
    one = Chain(Kind.SCP, (level("a", {"p": document(ALLOW_ALL)}),))
    other = Chain(Kind.SCP, (level("b", {"p": document(ALLOW_ALL)}),))
    assert one == other
    assert judge(one) is judge(one)
    assert judge(one) is not judge(other)


def test_a_principal_brings_its_keys() -> None:
    role = "arn:aws-cn:iam::111111111111:role/path/Admin"
    assert identity(role) == {"aws:principalarn": role, "aws:principalaccount": "111111111111"}
    session = "arn:aws:sts::111111111111:assumed-role/Admin/jane"
    assert identity(session)["aws:principalarn"] == "arn:aws:iam::111111111111:role/Admin"
    assert identity("lambda.amazonaws.com") == {}
    asked = request(
        "s3:Get", "*", {"aws:PrincipalArn": role, "n": 1, "b": False}, principal=session
    )
    assert asked.context == {
        "aws:principalarn": (role,),
        "aws:principalaccount": ("111111111111",),
        "n": ("1",),
        "b": ("false",),
    }


def test_what_is_remembered_is_bounded_and_makes_no_difference(monkeypatch: Any) -> None:
    monkeypatch.setattr("govkit.access.judge._REMEMBERED_ACTIONS", 2)
    monkeypatch.setattr("govkit.access.judge._REMEMBERED_VERDICTS", 2)
    judged = Judge(guarded(deny("s3:*", "arn:aws:s3:::a1*")))
    for number in range(30):
        found = judged.verdict(request(f"s3:Get{number % 5}", f"arn:aws:s3:::a{number}"))
        assert found.outcome.permits is not str(number).startswith("1")
