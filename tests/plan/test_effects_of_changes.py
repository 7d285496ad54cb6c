"""What a plan means for accounts: the engine's answer, account by account, is the judge's."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govkit.access.chain import Chain
from govkit.access.judge import Judge
from govkit.access.request import request
from govkit.access.statement import Level
from govkit.access.statement import policy as as_policy
from govkit.access.verdict import Kind
from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy, policy
from govkit.kinds.policy_type import EnabledPolicyType
from govkit.kinds.root import Root
from govkit.kinds.tags import Tags
from govkit.kinds.trusted_access import TrustedAccess
from govkit.model.address import ROOT, Address, account, ou
from govkit.model.call import Ids
from govkit.model.change import Change
from govkit.model.plan import Effect
from govkit.model.resource import Resource
from govkit.model.state import State
from govkit.model.wanted import Wanted
from govkit.plan import places
from govkit.plan.effects import effects
from govkit.plan.weighing import meanings, weighing
from govkit.policies.document import Document, of

FULL_ACCESS = Address("policy", "scp/FullAWSAccess")
IDS = {account("a"): "222222222222", account("b"): "333333333333", account("c"): "444444444444"}
ORG = "o-exampleorgid"
PATHS = Ids(
    {
        ROOT: "r-exam",
        ou("A"): "ou-exam-aaaaaaaa",
        ou("B"): "ou-exam-bbbbbbbb",
        **IDS,
        account("m"): "111111111111",
    }
)
WANTED = Wanted("main", "", "", date(2026, 11, 23), State())


def doc(*statements: dict[str, Any]) -> Document:
    return of({"Version": "2012-10-17", "Statement": list(statements)})


def deny(actions: Any = "s3:*", **condition: Any) -> dict[str, Any]:
    found = {"Effect": "Deny", "Action": actions, "Resource": "*"}
    return {**found, "Condition": condition} if condition else found


ALLOW = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def scp(name: str, *statements: dict[str, Any]) -> Policy:
    return Policy(policy("scp", name), "scp", name, doc(*statements))


def organization(*more: Resource, homes: dict[str, str] | None = None) -> State:
    where = {"a": "A", "b": "A", "c": "B"} | (homes or {})
    targets = [ROOT, ou("A"), ou("B"), *map(account, "abcm")]
    return State(
        [
            Root(ORG, "111111111111"),
            EnabledPolicyType("scp"),
            OrganizationalUnit(ou("A"), "A", ROOT),
            OrganizationalUnit(ou("B"), "B", ROOT),
            *(Account(account(key), ou(home)) for key, home in where.items()),
            Account(account("m"), ROOT, management=True),
            Policy(FULL_ACCESS, "scp", "FullAWSAccess", doc(ALLOW), aws_managed=True),
            *(Attachment(FULL_ACCESS, target) for target in targets),
            *more,
        ]
    )


def told(live: State, *changes: Change[Resource]) -> tuple[tuple[Effect, ...], list[str]]:
    weights = weighing(changes, live, PATHS, WANTED)
    after = live.after(changes)
    return effects(live, after, PATHS, weights), meanings(changes, live, weights)


def at(name: str, target: Address) -> Attachment:
    return Attachment(policy("scp", name), target)


def change(before: Resource | None, after: Resource | None) -> Change[Resource]:
    return Change(before, after)


def test_an_attachment_denies_the_accounts_below_it() -> None:
    found, meaning = told(organization(scp("x", deny())), change(None, at("x", ou("A"))))
    (one,) = found
    assert (one.accounts, one.ou) == (("222222222222", "333333333333"), "/A")
    assert one.answer.verdict == "strengthens"
    (denied,) = one.answer.newly_denied
    assert (denied["actions"], denied["exact"]) == (["s3:*"], True)
    assert denied["witness"]["new"]["policy"] == "x"  # type: ignore[index,call-overload]
    assert meaning == ["strengthens"]


def test_a_policy_is_judged_when_it_is_attached_and_not_when_it_is_made() -> None:
    made = change(None, scp("x", deny()))
    _, meaning = told(organization(), made, change(None, at("x", ou("A"))))
    assert meaning == ["equivalent", "strengthens"]


def test_a_pure_move_is_told_with_a_witness() -> None:
    live = organization(scp("x", deny()), at("x", ou("A")))
    here = Account(account("a"), ou("A"))
    found, meaning = told(live, change(here, Account(account("a"), ou("B"))))
    (one,) = found
    assert one.answer.verdict == "weakens"
    assert one.answer.newly_allowed[0]["witness"]["old"]["policy"] == "x"  # type: ignore[index,call-overload]
    assert meaning == ["weakens"]


def test_what_is_denied_above_already_is_no_change() -> None:
    live = organization(scp("x", deny()), scp("wide", deny("*")), at("wide", ROOT))
    found, meaning = told(live, change(None, at("x", ou("A"))))
    assert [one.answer.verdict for one in found] == ["equal"]
    assert meaning == ["equivalent"]


def test_a_change_between_partly_covered_documents_is_exact_in_its_verdict() -> None:
    live = organization(
        scp("x", deny("s3:Get*")), scp("y", deny("s3:GetObject")), at("x", ROOT), at("y", ou("A"))
    )
    gone = change(scp("x", deny("s3:Get*")), scp("x", deny("s3:GetObjectAcl")))
    found, meaning = told(live, gone)
    assert {one.answer.verdict for one in found} == {"weakens"}
    assert sum(len(one.accounts) for one in found) == 3
    assert meaning == ["weakens"]


def test_an_exemption_frees_the_account_that_it_names_and_no_other() -> None:
    old = scp("x", deny())
    new = scp("x", deny(StringNotEquals={"aws:PrincipalAccount": "222222222222"}))
    found, meaning = told(organization(old, at("x", ROOT)), change(old, new))
    by = {one.accounts: one.answer for one in found}
    assert by[("222222222222",)].verdict == "weakens"
    assert by[("222222222222",)].newly_allowed[0]["conditions"] == []
    assert by[("333333333333", "444444444444")].verdict == "equal"
    assert meaning == ["weakens"]


def test_an_exemption_of_another_accounts_role_frees_nobody_here() -> None:
    old = scp("x", deny())
    role = "arn:aws:iam::999999999999:role/Way"
    new = scp("x", deny(ArnNotLike={"aws:PrincipalArn": [role]}))
    found, meaning = told(organization(old, at("x", ROOT)), change(old, new))
    assert {one.answer.verdict for one in found} == {"equal"}
    assert meaning == ["equivalent"]


def test_an_exemption_of_an_ou_frees_the_accounts_in_it() -> None:
    old = scp("x", deny())
    condition = {"ForAllValues:StringNotLike": {"aws:PrincipalOrgPaths": "${govkit:path:/A}/*"}}
    found, _ = told(organization(old, at("x", ROOT)), change(old, scp("x", deny(**condition))))
    by = {one.accounts: one.answer.verdict for one in found}
    assert by == {("222222222222", "333333333333"): "weakens", ("444444444444",): "equal"}


def test_a_witness_is_a_request_of_the_account() -> None:
    old = scp("x", deny(ArnNotLike={"aws:PrincipalArn": "arn:aws:iam::222222222222:role/Old"}))
    new = scp("x", deny(ArnNotLike={"aws:PrincipalArn": "arn:aws:iam::222222222222:role/New"}))
    found, meaning = told(organization(old, at("x", ou("A"))), change(old, new))
    one = next(one for one in found if one.accounts == ("222222222222",))
    assert one.answer.verdict == "both"
    context = one.answer.newly_allowed[0]["witness"]["context"]  # type: ignore[index,call-overload]
    assert context["aws:PrincipalArn"] == "arn:aws:iam::222222222222:role/New"
    assert context["aws:PrincipalAccount"] == "222222222222"
    assert meaning == ["both"]


def test_a_witness_by_a_role_is_by_one_of_the_account_whoever_is_excused() -> None:
    new = scp("x", deny(ArnNotLike={"aws:PrincipalArn": "arn:aws:iam::*:role/Fire"}))
    found, _ = told(organization(new), change(None, Attachment(new.address, ou("A"))))
    for one in found:
        context = one.answer.newly_denied[0]["witness"]["context"]  # type: ignore[index,call-overload]
        assert context["aws:PrincipalArn"].split(":")[4] == one.accounts[0]


def test_rcps_bind_the_owners_of_resources() -> None:
    said = {**deny(StringNotEquals={"aws:ResourceAccount": "222222222222"}), "Principal": "*"}
    rcp = Policy(policy("rcp", "r"), "rcp", "r", doc(said))
    found, meaning = told(organization(rcp), change(None, Attachment(rcp.address, ROOT)))
    by = {one.accounts: one.answer for one in found}
    assert by[("222222222222",)].verdict == "equal"
    assert by[("333333333333", "444444444444")].newly_denied[0]["type"] == "rcp"
    assert meaning == ["strengthens"]


def test_full_access_taken_away_denies_all() -> None:
    found, meaning = told(organization(), change(Attachment(FULL_ACCESS, ou("B")), None))
    (one,) = found
    assert one.answer.newly_denied[0]["actions"] == ["*"]
    assert one.answer.newly_denied[0]["witness"]["new"] == {"outcome": "ImplicitlyDenied"}  # type: ignore[index,call-overload]
    assert meaning == ["strengthens"]


def test_a_new_ou_has_full_access_unless_the_layout_refuses_it() -> None:
    unit = OrganizationalUnit(ou("New"), "New", ROOT)
    move = change(Account(account("a"), ou("A")), Account(account("a"), ou("New")))
    found, meaning = told(organization(), change(None, unit), move)
    assert (found, meaning) == ((), ["equivalent", "equivalent"])


def test_an_attachment_where_nobody_lives_means_what_it_would() -> None:
    live = organization(scp("x", deny()), homes={"c": "A"})
    found, meaning = told(live, change(None, at("x", ou("B"))))
    assert (found, meaning) == ((), ["strengthens"])


def test_a_new_account_is_denied_what_its_place_denies() -> None:
    live = organization(scp("x", deny()), at("x", ou("A")))
    found, _ = told(live, change(None, Account(account("new"), ou("A"))))
    (one,) = found
    assert one.accounts == ("account:new",)
    assert one.answer.verdict == "strengthens"


def test_the_management_account_is_never_bound() -> None:
    found, _ = told(organization(scp("x", deny())), change(None, at("x", ROOT)))
    (one,) = found
    assert one.accounts == tuple(sorted(IDS.values()))
    assert one.ou == "/"


@pytest.mark.parametrize(
    ("one", "word"),
    [
        (change(None, TrustedAccess("config.amazonaws.com")), "unknown"),
        (change(None, Tags(ou("A"), (("a", "b"),))), "unknown"),
        (change(None, Policy(policy("tag", "t"), "tag", "t", doc())), "unknown"),
        (change(None, Attachment(policy("tag", "t"), ROOT)), "unknown"),
        (
            change(Account(account("a"), ou("A"), "old"), Account(account("a"), ou("A"), "new")),
            "equivalent",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else value.address.kind,
)
def test_what_is_no_matter_of_scps_is_not_weighed(one: Change[Resource], word: str) -> None:
    assert weighing([one], organization(), PATHS, WANTED) is None
    assert told(organization(), one)[1] == [word]
    attach = change(None, at("x", ROOT))
    assert told(organization(scp("x", deny())), one, attach)[1] == [word, "strengthens"]


def test_beyond_the_budget_is_said_aloud(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "WORK", 1)
    found, meaning = told(organization(scp("x", deny())), change(None, at("x", ou("A"))))
    (one,) = found
    assert one.answer.verdict == "unknown"
    assert "--only" in one.answer.unknown[0]
    assert meaning == ["unknown"]


STATEMENTS = st.builds(
    lambda action, condition: deny(action, **condition),
    st.sampled_from(["s3:*", "s3:GetObject", "*", "ec2:*"]),
    st.sampled_from(
        [
            {},
            {"StringNotEquals": {"aws:PrincipalAccount": "222222222222"}},
            {"StringEquals": {"aws:PrincipalAccount": ["333333333333", "444444444444"]}},
            {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::222222222222:role/R"}},
            {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/R"}},
            {
                "StringNotLike": {
                    "aws:PrincipalOrgPaths": "o-exampleorgid/r-exam/ou-exam-aaaaaaaa/*"
                }
            },
            {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}},
        ]
    ),
)
DOCUMENTS = st.lists(STATEMENTS, min_size=1, max_size=2)
TARGETS = st.sampled_from([ROOT, ou("A"), ou("B"), account("a"), account("c")])


def _answers(state: State, key: str, asked: Any) -> list[bool]:
    parents = {one.address: one.parent for one in state.all(OrganizationalUnit)}
    parents |= {one.address: one.parent for one in state.all(Account)}
    path = [account(key)]
    while path[-1] in parents:
        path.append(parents[path[-1]])
    chain = Chain(
        Kind.SCP,
        tuple(
            Level(
                str(place),
                tuple(
                    as_policy(held.name, held.document.value)
                    for one in state.all(Attachment)
                    if one.target == place and isinstance(held := state.get(one.policy), Policy)
                ),
            )
            for place in reversed(path)
        ),
    )
    return [bool(Judge(chain).verdict(one).outcome.permits) for one in asked]


@given(DOCUMENTS, DOCUMENTS, TARGETS, TARGETS, st.sampled_from(["A", "B"]))
@settings(max_examples=60, deadline=None)
def test_every_account_gets_the_answer_that_its_own_requests_get(
    old: list[Any], new: list[Any], first: Address, second: Address, home: str
) -> None:
    live = organization(scp("x", *old), at("x", first), scp("y", *new))
    changes = [change(scp("x", *old), scp("x", *new)), change(None, at("y", second))]
    here = Account(account("a"), ou("A"))
    if home != "A":
        changes.append(change(here, Account(account("a"), ou(home))))
    found, _ = told(live, *changes)
    after = live.after(changes)
    verdicts = {given: one.answer.verdict for one in found for given in one.accounts}
    for key, given_id in ((key, IDS[account(key)]) for key in "abc"):
        then, now = (
            _answers(state, key, list(_requests(state, key, given_id))) for state in (live, after)
        )
        weaker = any(not one and two for one, two in zip(then, now, strict=True))
        stronger = any(one and not two for one, two in zip(then, now, strict=True))
        expected = {
            (False, False): "equal",
            (True, False): "weakens",
            (False, True): "strengthens",
            (True, True): "both",
        }[weaker, stronger]
        moved = key == "a" and home != "A"
        if not moved:  # the place of a moved account is part of its requests, which differ then
            assert verdicts.get(given_id, "equal") == expected


def _requests(state: State, key: str, given_id: str) -> Any:
    home = state.get(account(key))
    unit = home.parent if isinstance(home, Account) else ROOT
    path = f"{ORG}/r-exam/{PATHS[unit]}/"
    for action in ("s3:GetObject", "s3:PutObject", "ec2:RunInstances", "sqs:SendMessage"):
        for role in ("R", "Any"):
            for region in ("eu-west-1", "ap-south-1"):
                context = {
                    "aws:PrincipalOrgPaths": [path],
                    "aws:RequestedRegion": region,
                    "aws:PrincipalOrgID": ORG,
                }
                arn = f"arn:aws:iam::{given_id}:role/{role}"
                yield request(action, "*", context, principal=arn)
