"""The engine proves what exemptions do, and finds each thing that could be wrong about one."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from govkit.access.freed import Freed, flaws
from govkit.policies.document import Document, of
from govkit.policies.exempt import exempted, needed
from govkit.policies.subjects import Exemption, role_arns
from govkit.policies.types import policy_type

SCP, RCP = policy_type("scp"), policy_type("rcp")
ACCOUNTS = ("111111111111", "222222222222", "333333333333")


def lock(*regions: str, principal: bool = False) -> Document:
    statement = {
        "Sid": "Regions",
        "Effect": "Deny",
        "Resource": "*",
        "Action": ["ec2:*", "s3:*"],
        "Condition": {"StringNotEquals": {"aws:RequestedRegion": list(regions)}},
    } | ({"Principal": "*"} if principal else {})
    also = {k: v for k, v in statement.items() if k != "Condition"} | {"Sid": "Users"}
    return of({"Version": "2012-10-17", "Statement": [statement, also | {"Action": ["sqs:*"]}]})


def freed(
    exemptions: list[Exemption], regions: list[tuple[str, ...]], kind: Any = SCP
) -> Freed | None:
    of_rcp = kind is RCP
    widened = {
        chosen: lock(
            "eu-west-1", *{one for index in chosen for one in regions[index]}, principal=of_rcp
        )
        for chosen in needed(kind, exemptions)
    }
    before = lock("eu-west-1", principal=of_rcp)
    after = exempted(before, kind, exemptions, widened)
    if after.faults:
        return None
    return Freed(kind, before, after.document, tuple(exemptions), widened)


def some(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), unique=True, min_size=1, max_size=2).map(tuple)


roles = some("role/DR-*", "role/Admin", "role/*Main")
subjects = st.one_of(
    st.builds(Exemption, accounts=some(*ACCOUNTS)),
    st.builds(Exemption, ous=some("/Workloads", "/Workloads/Prod", "/Sandbox")),
    st.builds(Exemption, principals=st.builds(role_arns, some(*ACCOUNTS), roles)),
)
wishes = st.lists(
    st.tuples(subjects, st.sampled_from([(), ("us-east-1",), ("us-west-2", "us-east-1")])),
    min_size=1,
    max_size=3,
)


@settings(max_examples=60, deadline=None)
@example(
    wished=[
        (Exemption(ous=("/Sandbox",)), ()),
        (Exemption(ous=("/Workloads", "/Workloads/Prod")), ("us-east-1",)),
    ],
    kind=SCP,
)
@given(wished=wishes, kind=st.sampled_from([SCP, RCP]))
def test_what_is_written_is_proved(wished: list[Any], kind: Any) -> None:
    exemptions = [
        Exemption(one.accounts, one.principals, one.ous, widens=bool(regions))
        for one, regions in wished
    ]
    found = freed(exemptions, [regions for _, regions in wished], kind)
    if found is not None:
        assert list(flaws(found)) == []


DR = role_arns(["111111111111"], ["role/DR-*"])
ONE = Exemption(accounts=("111111111111",))
CASES = {
    "an account more": (ONE, '"111111111111"', '["111111111111","222222222222"]'),
    "another account": (ONE, '"111111111111"', '"222222222222"'),
    "nobody at all": (ONE, '"aws:PrincipalAccount"', '"aws:PrincipalTag/Account"'),
    "a wider role": (Exemption(principals=DR), "role/DR-*", "role/D*"),
    "a narrower role": (Exemption(principals=DR), "role/DR-*", "role/DR-Main"),
    "a role in every account": (Exemption(principals=DR), "iam::111111111111:", "iam::*:"),
    "where the key is absent": (ONE, '"StringNotEquals":{"aws:P', '"ForAnyValue:StringNotEquals":{"aws:P'),
    "the OU above": (Exemption(ous=("/Workloads/Prod",)), "/Workloads/Prod", "/Workloads"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_wrong_condition_is_found_with_a_request_that_shows_it(name: str) -> None:
    exemption, written, wrong = CASES[name]
    good = freed([exemption], [()])
    assert good is not None
    text = good.after.text
    assert written in text
    bad = of(json.loads(text.replace(written, wrong)))
    found = list(flaws(Freed(SCP, good.before, bad, good.exemptions, {})))
    assert found
    assert all(one.certain and " on " in one.detail for one in found)


def test_a_widening_that_goes_too_far_is_found() -> None:
    wide = Exemption(accounts=("111111111111",), widens=True)
    good = freed([wide], [("us-west-2",)])
    assert good is not None
    bad = of(json.loads(good.after.text.replace('"us-west-2"', '"us-west-2","ap-south-1"')))
    (found,) = flaws(Freed(SCP, good.before, bad, good.exemptions, good.widened))
    assert found.among == "for whom it is widened"
    assert "ap-south-1" in found.detail


def dated(day: str) -> Document:
    """A date compared as a string, too: two theories of one key."""
    odd = json.loads(lock("eu-west-1").text)
    odd["Statement"][0]["Condition"] = {
        "StringNotEquals": {"aws:CurrentTime": day},
        "DateLessThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"},
    }
    return of(odd)


def test_what_cannot_be_decided_is_said_to_be_so() -> None:
    after = exempted(dated("2026"), SCP, [ONE]).document
    (found,) = flaws(Freed(SCP, dated("2026-01-01"), after, (ONE,), {}))
    assert (found.among, found.certain) == ("who is not named", False)
    assert "theory" in found.detail
