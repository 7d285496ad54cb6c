"""Exemptions free exactly whom they name: judged by a small evaluator that knows nothing of ours."""

import json
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govkit.policies.document import Document, of
from govkit.policies.exempt import Exemption, exempted, needed, role_arns, with_paths
from govkit.policies.types import policy_type

SCP = policy_type("scp")
RCP = policy_type("rcp")
ACCOUNTS = ("111111111111", "222222222222", "333333333333", "444444444444")
ROLES = ("role/Admin", "role/DR-Main", "role/DR-Spare")
REGIONS = ("eu-west-1", "us-east-1", "us-west-2", "ap-south-1")
PATHS = {
    "/": "o-exampleorgid/r-exam",
    "/Workloads": "o-exampleorgid/r-exam/ou-exam-11111111",
    "/Workloads/Prod": "o-exampleorgid/r-exam/ou-exam-11111111/ou-exam-22222222",
    "/Workloads/Test": "o-exampleorgid/r-exam/ou-exam-11111111/ou-exam-33333333",
    "/Workloads/Production": "o-exampleorgid/r-exam/ou-exam-11111111/ou-exam-22222229",
}
HOME = dict(
    zip(ACCOUNTS, ("/", "/Workloads/Prod", "/Workloads/Production", "/Workloads/Test"), strict=True)
)


# --- a small evaluator of Deny statements, for the operators that occur here -------------------


def glob(pattern: str, text: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "*":
        return glob(pattern[1:], text) or (bool(text) and glob(pattern, text[1:]))
    return bool(text) and pattern[0] in (text[0], "?") and glob(pattern[1:], text[1:])


def arn_like(pattern: str, arn: str) -> bool:
    patterns, parts = pattern.split(":", 5), arn.split(":", 5)
    return len(patterns) == len(parts) and all(map(glob, patterns, parts))


MATCHERS = {
    "StringEquals": str.__eq__,
    "StringEqualsIgnoreCase": lambda pattern, text: pattern.lower() == text.lower(),
    "StringLike": glob,
    "ArnLike": arn_like,
    "ArnEquals": arn_like,
}


def test_holds(operator: str, wanted: list[str], found: list[str] | None) -> bool:
    quantifier, _, operator = operator.rpartition(":")
    if operator.endswith("IfExists"):
        operator = operator.removesuffix("IfExists")
        if found is None:
            return True
    negated = "Not" in operator
    matches = MATCHERS[operator.replace("Not", "")]
    each = [any(matches(pattern, text) for pattern in wanted) ^ negated for text in found or []]
    if quantifier == "ForAllValues":
        return all(each)
    if quantifier == "ForAnyValue":
        return any(each)
    return negated if found is None else all(each)


test_holds.__test__ = False  # type: ignore[attr-defined]  # a helper, not a test


def denies(document: Document, context: dict[str, list[str]]) -> bool:
    folded = {key.lower(): values for key, values in context.items()}
    return any(
        all(
            test_holds(
                operator,
                wanted if isinstance(wanted, list) else [wanted],
                folded.get(key.lower()),
            )
            for operator, keys in statement.get("Condition", {}).items()
            for key, wanted in keys.items()
        )
        for statement in document.value["Statement"]
    )


# --- documents, requests, subjects -------------------------------------------------------------


def region_lock(*regions: str, **more: Any) -> Document:
    condition = {"StringNotEquals": {"aws:RequestedRegion": list(regions)}} | more
    return of(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "Regions",
                    "Effect": "Deny",
                    "NotAction": ["iam:*"],
                    "Resource": "*",
                    "Condition": condition,
                }
            ],
        }
    )


def request(
    account: str | None, role: str | None, region: str, *, of_resource: bool = False
) -> dict[str, list[str]]:
    context = {"aws:RequestedRegion": [region]}
    whose = "Resource" if of_resource else "Principal"
    if account:
        context[f"aws:{whose}Account"] = [account]
        context[f"aws:{whose}OrgPaths"] = [f"{PATHS[HOME[account]]}/"]
    if account and role:
        context["aws:PrincipalArn"] = [f"arn:aws:iam::{account}:{role}"]
    return context


REQUESTS = list(product((None, *ACCOUNTS), (None, *ROLES), REGIONS))


def named(exemption: Exemption, account: str | None, role: str | None) -> bool:
    """Whom an exemption names, said without conditions."""
    if account is None:
        return False
    arn = f"arn:aws:iam::{account}:{role}"
    inside = any(
        path.strip("/") == "" or f"{HOME[account]}/".startswith(f"/{path.strip('/')}/")
        for path in exemption.ous
    )
    principal = role is not None and any(arn_like(name, arn) for name in exemption.principals)
    return account in exemption.accounts or principal or inside


def some(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), unique=True, max_size=2).map(tuple)


principals = st.builds(
    role_arns,
    some(*ACCOUNTS),
    some("role/DR-*", "role/Admin", "role/*Main"),
)
subjects = st.one_of(
    st.builds(Exemption, accounts=some(*ACCOUNTS), principals=principals),
    st.builds(Exemption, accounts=some(*ACCOUNTS), ous=some(*PATHS)),
).filter(lambda one: one.accounts or one.principals or one.ous)


# --- laws --------------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(st.lists(subjects, min_size=1, max_size=4))
def test_lifted_exemptions_free_exactly_whom_they_name(exemptions: list[Exemption]) -> None:
    before = region_lock("eu-west-1")
    after = exempted(before, SCP, exemptions)
    assert not after.faults
    document = with_paths(after.document, PATHS)
    assert not SCP.faults(document)
    for account, role, region in REQUESTS:
        context = request(account, role, region)
        free = any(named(one, account, role) for one in exemptions)
        assert denies(document, context) == (denies(before, context) and not free)


@settings(max_examples=250, deadline=None)
@given(
    st.lists(
        st.tuples(subjects, st.sampled_from([(), ("us-east-1",), ("us-west-2", "us-east-1")])),
        min_size=1,
        max_size=3,
    )
)
def test_widening_exemptions_free_exactly_what_they_name(
    wishes: list[tuple[Exemption, tuple[str, ...]]],
) -> None:
    exemptions = [
        Exemption(one.accounts, one.principals, one.ous, widens=bool(regions))
        for one, regions in wishes
    ]
    widened = {
        chosen: region_lock("eu-west-1", *{r for index in chosen for r in wishes[index][1]})
        for chosen in needed(SCP, exemptions)
    }
    after = exempted(region_lock("eu-west-1"), SCP, exemptions, widened)
    if after.faults:  # only where three overlap in their principals
        assert len(exemptions) > 2
        return
    document = with_paths(after.document, PATHS)
    assert not SCP.faults(document)
    for account, role, region in REQUESTS:
        mine = [regions for one, regions in wishes if named(one, account, role)]
        allowed = region == "eu-west-1" or any(not regions or region in regions for regions in mine)
        assert denies(document, request(account, role, region)) == (not allowed), (account, role)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.builds(Exemption, accounts=some(*ACCOUNTS), ous=some(*PATHS)), max_size=3))
def test_an_rcp_excuses_by_the_resource(exemptions: list[Exemption]) -> None:
    exemptions = [one for one in exemptions if one.accounts or one.ous]
    before = region_lock("eu-west-1")
    document = with_paths(exempted(before, RCP, exemptions).document, PATHS)
    for account, role, region in REQUESTS:
        context = request(account, role, region, of_resource=True)
        free = any(named(one, account, None) for one in exemptions)
        assert denies(document, context) == (denies(before, context) and not free)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(subjects, st.sampled_from([(), ("us-east-1",), ("us-west-2", "us-east-1")])),
        min_size=1,
        max_size=2,
    )
)
def test_widening_in_an_rcp_asks_resource_and_principal_apart(
    wishes: list[tuple[Exemption, tuple[str, ...]]],
) -> None:
    exemptions = [
        Exemption(one.accounts, one.principals, one.ous, widens=bool(regions))
        for one, regions in wishes
    ]
    widened = {
        chosen: region_lock("eu-west-1", *{r for index in chosen for r in wishes[index][1]})
        for chosen in needed(RCP, exemptions)
    }
    after = exempted(region_lock("eu-west-1"), RCP, exemptions, widened)
    assert not after.faults
    document = with_paths(after.document, PATHS)
    for owner, caller, role, region in product(ACCOUNTS, ACCOUNTS[:2], ROLES, REGIONS):
        arn = f"arn:aws:iam::{caller}:{role}"
        context = request(owner, None, region, of_resource=True) | {"aws:PrincipalArn": [arn]}
        mine = [
            regions
            for one, regions in wishes
            if named(one, owner, None) or any(arn_like(name, arn) for name in one.principals)
        ]
        allowed = region == "eu-west-1" or any(not regions or region in regions for regions in mine)
        assert denies(document, context) == (not allowed), (owner, arn)


# --- examples ----------------------------------------------------------------------------------


def conditions(document: Document, index: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = document.value["Statement"][index]["Condition"]
    return found


def test_nobody_exempted_leaves_the_document_alone() -> None:
    document = region_lock("eu-west-1")
    assert exempted(document, SCP, []).document is document


def test_a_condition_already_there_is_extended_and_not_doubled() -> None:
    document = region_lock(
        "eu-west-1",
        ArnNotLike={"aws:principalARN": "arn:aws:iam::*:role/Platform"},
        StringNotEqualsIfExists={"aws:PrincipalAccount": [ACCOUNTS[0]]},
    )
    arns = role_arns([ACCOUNTS[1]], ["role/DR-*"])
    after = exempted(document, SCP, [Exemption(accounts=ACCOUNTS[:2], principals=arns)])
    assert conditions(after.document) == {
        "StringNotEquals": {"aws:RequestedRegion": ["eu-west-1"]},
        "ArnNotLike": {"aws:principalARN": ["arn:aws:iam::*:role/Platform", *arns]},
        "StringNotEqualsIfExists": {"aws:PrincipalAccount": [ACCOUNTS[0], ACCOUNTS[1]]},
    }


def test_a_positive_condition_is_left_alone_beside_a_negated_one() -> None:
    document = region_lock("eu-west-1", StringEquals={"aws:PrincipalAccount": list(ACCOUNTS)})
    after = exempted(document, SCP, [Exemption(accounts=(ACCOUNTS[0],))])
    assert conditions(after.document)["StringEquals"] == {"aws:PrincipalAccount": list(ACCOUNTS)}
    assert conditions(after.document)["StringNotEquals"]["aws:PrincipalAccount"] == ACCOUNTS[0]
    assert not denies(after.document, request(ACCOUNTS[0], None, "ap-south-1"))
    assert denies(after.document, request(ACCOUNTS[1], None, "ap-south-1"))
    assert not denies(after.document, request(None, None, "ap-south-1"))


def test_a_positive_condition_in_a_second_rendering_is_not_extended() -> None:
    lock = region_lock("eu-west-1", StringEquals={"aws:PrincipalAccount": [ACCOUNTS[0]]})
    wide = region_lock("us-east-1", StringEquals={"aws:PrincipalAccount": [ACCOUNTS[0]]})
    exemption = Exemption(accounts=ACCOUNTS[:2], widens=True)
    after = exempted(lock, SCP, [exemption], {(0,): wide}).document
    assert conditions(after, 1)["StringLike"] == {"aws:PrincipalAccount": list(ACCOUNTS[:2])}
    assert denies(after, request(ACCOUNTS[0], None, "ap-south-1"))
    assert not denies(after, request(ACCOUNTS[0], None, "us-east-1"))


def test_other_operators_on_the_same_key_are_not_touched() -> None:
    mine = {"ForAnyValue:StringNotLike": {"aws:PrincipalOrgPaths": ["o-x/*"]}}
    after = exempted(region_lock("eu-west-1", **mine), SCP, [Exemption(ous=("Workloads",))])
    found = conditions(after.document)
    assert found["ForAnyValue:StringNotLike"] == {"aws:PrincipalOrgPaths": ["o-x/*"]}
    assert found["ForAllValues:StringNotLike"] == {
        "aws:PrincipalOrgPaths": "${govkit:path:/Workloads}/*"
    }


def test_statements_that_the_params_do_not_touch_are_not_repeated() -> None:
    def both(*regions: str) -> Document:
        other = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
        lock = region_lock(*regions)
        return of({"Version": "2012-10-17", "Statement": [other, *lock.value["Statement"]]})

    wide = Exemption(accounts=(ACCOUNTS[0],), widens=True)
    after = exempted(both("eu-west-1"), SCP, [wide], {(0,): both("us-east-1")}).document
    assert [s.get("Sid") for s in after.value["Statement"]] == [None, "Regions", "RegionsWidened1"]
    assert "Condition" not in after.value["Statement"][0]


def test_only_exemptions_that_can_meet_need_a_rendering_together() -> None:
    apart = [Exemption(accounts=(account,), widens=True) for account in ACCOUNTS]
    assert needed(SCP, apart) == ((0,), (1,), (2,), (3,))
    ous = [
        Exemption(ous=(path,), widens=True) for path in ("Workloads", "Workloads/Prod", "Sandbox")
    ]
    assert needed(SCP, ous) == ((0,), (2,), (0, 1))
    lifted = [Exemption(ous=("Workloads",)), Exemption(ous=("Workloads/Prod",), widens=True)]
    assert needed(SCP, lifted) == ()
    mixed = [
        Exemption(accounts=(ACCOUNTS[0],), widens=True),
        Exemption(principals=role_arns([ACCOUNTS[1]], ["role/X"]), widens=True),
    ]
    assert needed(SCP, mixed) == ((0,), (1,))
    assert needed(RCP, mixed) == ((0,), (1,), (0, 1))


@pytest.mark.parametrize(
    ("kind", "statement", "exemption", "says"),
    [
        ("tag", {}, Exemption(accounts=ACCOUNTS), "has no conditions"),
        ("scp", {"Effect": "Allow"}, Exemption(accounts=ACCOUNTS), "write the guardrail as a Deny"),
        ("scp", {"Condition": []}, Exemption(accounts=ACCOUNTS), "an object of operators"),
        ("scp", {"Condition": {"X": 1}}, Exemption(accounts=ACCOUNTS), "an object of operators"),
        ("scp", {}, Exemption(), "names nobody"),
        ("scp", {}, Exemption(principals=("role/X",)), "not the ARN"),
        (
            "scp",
            {},
            Exemption(principals=role_arns("*", ["role/X"]), ous=("A",)),
            "name the accounts",
        ),
        ("rcp", {}, Exemption(principals=role_arns("*", ["role/X"])), "every account there is"),
    ],
)
def test_what_cannot_be_exempted_says_what_to_do(
    kind: str, statement: dict[str, Any], exemption: Exemption, says: str
) -> None:
    document = region_lock("eu-west-1")
    document.value["Statement"][0].update(statement)
    document = of(json.loads(json.dumps(document.value)))
    found = exempted(document, policy_type(kind), [exemption])
    assert found.document is document
    assert says in " ".join(fault.message for fault in found.faults)


def test_too_many_overlapping_principals_are_refused_and_not_guessed() -> None:
    arns = [role_arns([ACCOUNTS[0]], [f"role/{name}*"]) for name in ("A", "AB", "ABC")]
    exemptions = [Exemption(principals=names, widens=True) for names in arns]
    widened = {chosen: region_lock("us-east-1", str(chosen)) for chosen in needed(SCP, exemptions)}
    found = exempted(region_lock("eu-west-1"), SCP, exemptions, widened)
    assert "cannot be told apart" in found.faults[0].message
    many = [Exemption(principals=(f"arn:aws:iam::*:role/{n}*",), widens=True) for n in range(7)]
    assert "cannot be told apart" in exempted(region_lock("x"), SCP, many).faults[0].message


def test_whole_arns_stay_and_repeated_ones_are_named_once() -> None:
    arns = role_arns(ACCOUNTS[:2], ["role/A", "arn:aws-cn:iam::333333333333:role/B"], "aws-cn")
    assert arns == (
        "arn:aws-cn:iam::111111111111:role/A",
        "arn:aws-cn:iam::333333333333:role/B",
        "arn:aws-cn:iam::222222222222:role/A",
    )
