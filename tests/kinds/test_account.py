"""Accounts: placed by path or walk, created, moved, renamed, closed, and found again."""

from dataclasses import replace
from typing import Any

import pytest

from govkit.errors import AccessDenied, AwsError, BugError
from govkit.kinds.account import KIND, Account
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.root import Root
from govkit.model.address import ROOT, Address, account, ou
from govkit.model.call import IdOf, Ids, Interest
from govkit.model.change import Change
from govkit.model.resource import Found

FOUND: dict[str, Any] = {
    "root": [Found(Root("o-exampleorgid", "111111111111"), "r-exam")],
    "ou": [
        Found(OrganizationalUnit(ou("Workloads"), "Workloads", ROOT), "ou-exam-workload"),
        Found(
            OrganizationalUnit(ou("Workloads/Prod"), "Prod", ou("Workloads")), "ou-exam-workprod"
        ),
    ],
}


def aws(given: str, path: str | None = None, **facts: Any) -> dict[str, Any]:
    made = {
        "Id": given,
        "Name": f"name {given[0]}",
        "Email": f"aws+{given[0]}@example.com",
        **facts,
    }
    return made | ({"Paths": [f"o-exampleorgid/r-exam/{path}{given}/"]} if path is not None else {})


LISTED = [
    aws("111111111111", "", State="ACTIVE", Status="SUSPENDED"),
    aws("555555555555", "ou-exam-workload/ou-exam-workprod/", State="SUSPENDED"),
    aws("777777777777", "ou-exam-workload/", Status="PENDING_CLOSURE"),
]


def parents(found: Any) -> dict[str, str]:
    return {one.id: str(one.resource.parent) for one in found}


def test_accounts_are_placed_by_their_paths_and_state_comes_before_status(look: Any) -> None:
    interest = Interest(accounts=frozenset({"555555555555", "AWS+7@example.com"}))
    at = look({"ListAccounts": {"Accounts": LISTED}}, FOUND, interest)
    found = list(KIND.read(at))
    assert parents(found) == {
        "111111111111": "root:/",
        "555555555555": "ou:/Workloads/Prod",
        "777777777777": "ou:/Workloads",
    }
    assert [one.resource.state for one in found] == ["ACTIVE", "SUSPENDED", "PENDING_CLOSURE"]
    assert [one.resource.management for one in found] == [True, False, False]
    assert set(at.operations()) == {"ListAccounts"}


def test_the_rest_of_the_pages_continues_from_the_first(look: Any) -> None:
    def listed(params: Any) -> Any:
        if "NextToken" not in params:
            return {"Accounts": [], "NextToken": "first"}
        if params["NextToken"] == "first":
            return {"Accounts": LISTED[:1], "NextToken": "second"}
        return {"Accounts": LISTED[1:]}

    at = look({"ListAccounts": listed}, FOUND, Interest(accounts=frozenset({"555555555555"})))
    at.answers["ListTagsForResource"] = {"Tags": []}
    assert len(list(KIND.read(at))) == 3
    tokens = [call.params.get("NextToken") for call in at.asked if call.operation == "ListAccounts"]
    assert tokens[-1] == "second"


def test_an_account_without_a_path_is_asked_for_its_parent(look: Any) -> None:
    some = [*LISTED, aws("888888888888")]
    at = look(
        {
            "ListAccounts": {"Accounts": some},
            "ListParents": {"Parents": [{"Id": "ou-exam-workload"}]},
        },
        FOUND,
        Interest(accounts=frozenset({"555555555555", "777777777777", "888888888888"})),
    )
    assert parents(KIND.read(at))["888888888888"] == "ou:/Workloads"


def inside(params: Any) -> Any:
    places = {"r-exam": LISTED[:1], "ou-exam-workprod": LISTED[1:2], "ou-exam-workload": LISTED[2:]}
    return {"Accounts": places[params["ParentId"]]}


NAMED = Interest(accounts=frozenset({"555555555555", "777777777777"}))


def test_without_paths_the_tree_is_walked(look: Any) -> None:
    bare = [{"Id": one["Id"]} for one in LISTED]
    answers = {"ListAccounts": {"Accounts": bare}, "ListAccountsForParent": inside}
    at = look(answers, FOUND, NAMED)
    assert parents(KIND.read(at))["555555555555"] == "ou:/Workloads/Prod"
    assert at.operations().count("ListAccountsForParent") == 3
    walking = look(answers, FOUND, NAMED, walk=True)
    assert len(parents(KIND.read(walking))) == 3
    assert "ListAccounts" not in walking.operations()


def test_where_most_paths_are_missing_the_tree_is_walked(look: Any) -> None:
    some = [LISTED[0], *(aws(f"{number}" * 12) for number in (2, 3, 4, 6))]
    at = look({"ListAccounts": {"Accounts": some}, "ListAccountsForParent": inside}, FOUND, NAMED)
    assert len(list(KIND.read(at))) == 3
    assert "ListParents" not in at.operations()


def test_an_account_in_an_unknown_place_keeps_that_places_id(look: Any) -> None:
    some = [aws("555555555555", "ou-exam-gone/")]
    at = look({"ListAccounts": {"Accounts": some}}, FOUND, NAMED)
    assert parents(KIND.read(at)) == {"555555555555": "ou:ou-exam-gone"}


def test_tags_tell_which_accounts_we_made(look: Any) -> None:
    made = {
        "Tags": [{"Key": "govkit:layout", "Value": "main"}, {"Key": "govkit:account", "Value": "x"}]
    }
    interest = Interest(
        created=frozenset({"aws+7@example.com"}), accounts=frozenset({"555555555555"})
    )
    at = look({"ListAccounts": {"Accounts": LISTED}, "ListTagsForResource": made}, FOUND, interest)
    keys = {one.id: (one.resource.layout, one.resource.key) for one in KIND.read(at)}
    assert keys["777777777777"] == ("main", "x")
    assert keys["555555555555"] == (None, None)
    assert at.operations().count("ListTagsForResource") == 1


def test_many_unlisted_accounts_are_not_asked_whose_they_are(look: Any) -> None:
    many = [aws(f"{number:012}", "") for number in range(21)]
    at = look({"ListAccounts": {"Accounts": many}}, FOUND)
    assert len(list(KIND.read(at))) == 21


def test_whose_a_stranger_is_may_stay_open_and_whether_we_made_it_may_not(look: Any) -> None:
    def denied(params: Any) -> Any:
        raise AccessDenied("Not allowed: organizations:ListTagsForResource")

    answers = {"ListAccounts": {"Accounts": LISTED}, "ListTagsForResource": denied}
    at = look(answers, FOUND)
    assert len(list(KIND.read(at))) == 3
    assert at.said == [
        "whose the unlisted accounts are: Not allowed: organizations:ListTagsForResource"
    ]
    created = Interest(created=frozenset({"aws+7@example.com"}))
    with pytest.raises(AccessDenied):
        list(KIND.read(look(answers, FOUND, created)))


PAYMENTS = account("payments-prod")
LIVE = Account(PAYMENTS, ROOT, "Payments", "aws+p@example.com")


def test_a_new_account_lands_under_the_root_and_moves_from_there(calls: Any, ids: Ids) -> None:
    new = account("search-prod")
    wanted = Account(
        new, ou("Workloads/Prod"), "Search", "aws+s@example.com", layout="main", role_name="Admin"
    )
    created, moved = KIND.split(Change(None, wanted, (LIVE,)))
    assert [KIND.verb(created), KIND.verb(moved)] == ["create", "move"]
    assert created.brings == (LIVE,)
    assert moved.brings == ()
    assert calls(KIND, created, ids) == [
        (
            "CreateAccount",
            {
                "Email": "aws+s@example.com",
                "AccountName": "Search",
                "RoleName": "Admin",
                "Tags": [
                    {"Key": "govkit:layout", "Value": "main"},
                    {"Key": "govkit:account", "Value": "search-prod"},
                ],
            },
        )
    ]
    assert calls(KIND, moved, ids) == [
        (
            "MoveAccount",
            {
                "AccountId": IdOf(new),
                "SourceParentId": "r-exam",
                "DestinationParentId": "ou-exam-workprod",
            },
        )
    ]


def test_a_new_account_under_the_root_is_one_step() -> None:
    change = Change(None, Account(account("x"), ROOT, "X", "aws+x@example.com"))
    assert KIND.split(change) == (change,)


def test_move_rename_and_closure_are_steps_of_their_own(calls: Any, ids: Ids) -> None:
    wanted = Account(PAYMENTS, ou("Workloads"), "Pay", "aws+p@example.com", "CLOSED")
    steps = KIND.split(Change(LIVE, wanted))
    assert [KIND.verb(step) for step in steps] == ["move", "update", "close"]
    assert [calls(KIND, step, ids)[0] for step in steps] == [
        (
            "MoveAccount",
            {
                "AccountId": "555555555555",
                "SourceParentId": "r-exam",
                "DestinationParentId": "ou-exam-workload",
            },
        ),
        ("PutAccountName", {"AccountName": "Pay", "AccountId": "555555555555"}),
        ("CloseAccount", {"AccountId": "555555555555"}),
    ]
    assert steps[0].before == LIVE
    assert steps[-1].after == wanted


def test_the_management_account_is_renamed_without_its_id(calls: Any, ids: Ids) -> None:
    wanted = Account(PAYMENTS, ROOT, "Pay", "aws+p@example.com", management=True)
    assert calls(KIND, Change(LIVE, wanted), ids) == [("PutAccountName", {"AccountName": "Pay"})]


def test_an_account_is_never_deleted(calls: Any, ids: Ids) -> None:
    change = Change(LIVE, None)
    assert KIND.split(change) == (change,)
    assert KIND.verb(change) == "delete"
    with pytest.raises(BugError):
        calls(KIND, change, ids)


def test_an_account_without_an_email_cannot_be_created(calls: Any, ids: Ids) -> None:
    with pytest.raises(BugError):
        calls(KIND, Change(None, Account(account("x"), ROOT, "X")), ids)


def status(state: str, **facts: str) -> dict[str, Any]:
    return {
        "CreateAccountStatus": {
            "Id": "car-12345678",
            "AccountName": "Search",
            "State": state,
            **facts,
        }
    }


def test_a_creation_is_followed_to_its_end() -> None:
    change = Change(None, LIVE)
    follow = KIND.follow(change, status("IN_PROGRESS"))
    assert follow is not None
    assert dict(follow.call.params) == {"CreateAccountRequestId": "car-12345678"}
    assert follow.settled(status("IN_PROGRESS")) is None
    done = status("SUCCEEDED", AccountId="555555555555")
    assert follow.settled(done) == done
    assert KIND.learn(change, done) == {PAYMENTS: "555555555555"}
    assert KIND.learn(change, status("IN_PROGRESS")) == {}
    assert KIND.learn(Change(LIVE, LIVE), done) == {}
    assert KIND.follow(Change(LIVE, LIVE), {}) is None


def test_a_creation_that_fails_says_why() -> None:
    follow = KIND.follow(Change(None, LIVE), status("IN_PROGRESS"))
    assert follow is not None
    with pytest.raises(AwsError) as raised:
        follow.settled(status("FAILED", FailureReason="EMAIL_ALREADY_EXISTS"))
    assert raised.value.reason == "EMAIL_ALREADY_EXISTS"
    assert "choose another" in raised.value.hint


def test_what_the_layout_leaves_open_is_taken_from_what_is_there() -> None:
    live = Account(
        PAYMENTS, ROOT, "P", "AWS+p@example.com", "SUSPENDED", "main", "k", management=True
    )
    wanted, same = KIND.meet(Account(PAYMENTS, ROOT), live)
    assert wanted == live
    assert same is live
    assert wanted is not None
    assert (wanted.layout, wanted.key, wanted.management) == ("main", "k", True)
    spelled, _ = KIND.meet(Account(PAYMENTS, ROOT, email="aws+P@example.com"), live)
    assert spelled == live
    other, _ = KIND.meet(Account(PAYMENTS, ROOT, name="Q", email="aws+q@example.com"), live)
    assert other is not None
    assert (other.name, other.email) == ("Q", "aws+q@example.com")
    assert KIND.meet(LIVE, None) == (LIVE, None)


@pytest.mark.parametrize(
    ("state", "met"), [("ACTIVE", "CLOSED"), ("PENDING_CLOSURE", "PENDING_CLOSURE")]
)
def test_a_closure_is_wished_until_it_began(state: str, met: str) -> None:
    live = Account(PAYMENTS, ROOT, "P", "e", state)
    wanted, _ = KIND.meet(Account(PAYMENTS, ROOT, state="CLOSED"), live)
    assert wanted is not None
    assert wanted.state == met


def described(**facts: Any) -> dict[str, Any]:
    return {
        "DescribeAccount": {
            "Account": {
                "Id": "555555555555",
                "Name": "Payments",
                "Email": "AWS+p@example.com",
                "State": "ACTIVE",
                **facts,
            }
        }
    }


def test_an_account_is_glanced_at_by_its_id(api: Any, ids: Ids, gone: Any) -> None:
    path = {"Paths": ["o-exampleorgid/r-exam/ou-exam-workload/555555555555/"]}
    seen = KIND.glance(LIVE, api(described(**path)), ids)
    assert seen == Found(
        Account(PAYMENTS, ou("Workloads"), "Payments", "aws+p@example.com"), "555555555555"
    )
    bare = api(
        described(State="PENDING_CLOSURE") | {"ListParents": {"Parents": [{"Id": "r-exam"}]}}
    )
    closed = Account(PAYMENTS, ROOT, "Payments", "aws+p@example.com", "CLOSED")
    assert KIND.glance(closed, bare, ids) == Found(closed, "555555555555")
    strange = {"Paths": ["o-exampleorgid/r-exam/ou-exam-strange/555555555555/"]}
    somewhere = KIND.glance(LIVE, api(described(**strange)), ids)
    assert somewhere is not None
    assert somewhere.resource.parent == Address("ou", "ou-exam-strange")
    away = api({"DescribeAccount": gone("AccountNotFoundException")})
    assert KIND.glance(LIVE, away, ids) is None


def test_an_account_whose_creations_answer_was_lost_is_found_by_email(api: Any, ids: Ids) -> None:
    new = Account(account("search-prod"), ROOT, "Search", "aws+7@Example.com", layout="main")
    mark = [
        {"Key": "govkit:layout", "Value": "main"},
        {"Key": "govkit:account", "Value": "search-prod"},
    ]
    listed = {"ListAccounts": {"Accounts": LISTED}, "ListTagsForResource": {"Tags": mark}}
    seen = KIND.glance(new, api(listed), ids)
    assert seen is not None
    assert (seen.id, seen.resource.parent) == ("777777777777", ou("Workloads"))
    other = Account(account("search-prod"), ROOT, "Search", "aws+nobody@example.com")
    creating = {"CreateAccountStatuses": [{"AccountName": "Another"}]}
    assert KIND.glance(other, api(listed | {"ListCreateAccountStatus": creating}), ids) is None
    assert KIND.glance(Account(account("x"), ROOT), api({}), ids) is None


def test_a_creation_that_aws_is_already_at_is_found_by_its_name(api: Any) -> None:
    new = Account(account("search-prod"), ROOT, "Search", "aws+nobody@example.com")
    going = {"Id": "car-1", "AccountName": "Search", "State": "IN_PROGRESS"}
    answers = {"ListCreateAccountStatus": {"CreateAccountStatuses": [going]}}
    found = KIND.underway(Change(None, new), api(answers))
    assert found == {"CreateAccountStatus": going}
    over = {**going, "Id": "car-0", "State": "SUCCEEDED", "RequestedTimestamp": "2026-11-01"}
    later = {**over, "Id": "car-2", "RequestedTimestamp": "2026-11-02"}
    answers["ListCreateAccountStatus"]["CreateAccountStatuses"] = [over, later]
    assert KIND.underway(Change(None, new), api(answers)) == {"CreateAccountStatus": later}
    other = replace(new, name="Another")
    assert KIND.underway(Change(None, other), api(answers)) is None
    assert KIND.underway(Change(new, other), api({})) is None


def test_an_account_needs_its_ou() -> None:
    assert Account(PAYMENTS, ou("Workloads")).needs == (ou("Workloads"),)
