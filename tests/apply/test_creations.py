"""Creating accounts: whatever happened before, each is made once, and nobody else's is taken for ours."""

import json
import signal
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from journey import LAYOUT, LIVE
from terminal import SETTINGS, Desk, build, desk

from govkit.apply.patience import Patience
from govkit.apply.sight import BEHIND_LOOKS, Sight
from govkit.apply.underway import Underway
from govkit.errors import AnswerLost, AwsError, GovkitError
from govkit.kinds.account import KIND as ACCOUNTS
from govkit.kinds.account import Account
from govkit.model.address import ROOT, account
from govkit.model.call import ApiCall, Ids, Response
from govkit.model.change import Change
from govkit.model.plan import Step
from govkit.sandbox import changes
from govkit.sandbox.console import Console
from govkit.sandbox.faults import Fault, Kind, clear, plant
from govkit.sandbox.making import configure

NAME, EMAIL = "search-prod", "search@example.com"


@pytest.fixture
def table() -> Iterator[Desk]:
    """A desk where two accounts are to be made, which takes AWS a few looks."""
    with desk() as found:
        build(LIVE, found.sandbox)
        found.layout(LAYOUT)
        configure(found.sandbox, replace(SETTINGS, create_account_polls=3, seed="a"))
        yield found


def _rows(table: Desk, name: str) -> list[dict[str, Any]]:
    return list(json.loads(table.content())[name].values())


def _named(table: Desk) -> list[str]:
    rows = _rows(table, "accounts")
    return sorted(row["Email"] for row in rows if row["Name"] == NAME)


def test_somebody_elses_account_of_the_same_name_is_not_taken_for_ours(table: Desk) -> None:
    """AWS is at theirs when ours is to be begun; it shows the name, and no e-mail address."""
    begun = {"AccountName": NAME, "Email": "theirs@example.com"}
    Console(table.sandbox).call("began an account", "CreateAccount", **begun)
    ran = table.does("apply", "--yes")
    assert "AWS is at it already" in ran.err
    assert _named(table) == [EMAIL, "theirs@example.com"]
    assert "No changes." in table.does("plan").out


def test_an_attempt_that_failed_before_is_not_taken_for_ours(table: Desk) -> None:
    with pytest.raises(GovkitError, match="EMAIL_ALREADY_EXISTS"):
        changes.create_account(Console(table.sandbox), NAME, "aws+audit@example.com")
    table.does("apply", "--yes")
    assert _named(table) == [EMAIL]
    assert "No changes." in table.does("plan").out


def test_an_address_that_is_somebody_elses_stops_with_its_reason_and_makes_nothing(
    table: Desk,
) -> None:
    changes.create_account(Console(table.sandbox), "Another", EMAIL)
    ran = table.run("apply", "--yes")
    assert ran.code != 0
    emails = [row["Email"] for row in _rows(table, "accounts")]
    assert emails.count(EMAIL) == 1
    assert _named(table) == []


@pytest.mark.parametrize("journal", ["there", "gone"])
@pytest.mark.parametrize("kind", [Kind.KILL_AFTER, Kind.CONNECTION_LOST_AFTER])
def test_a_creation_that_was_begun_is_never_begun_again(
    table: Desk, kind: Kind, journal: str
) -> None:
    plant(table.sandbox, Fault(kind, "CreateAccount"))
    if kind is Kind.KILL_AFTER:
        assert table.dies("apply", "--yes") == signal.SIGKILL
        clear(table.sandbox)
        if journal == "gone":
            for path in (table.folder / ".govkit" / "runs").iterdir():
                path.unlink()
    table.does("apply", "--yes")
    assert len(_rows(table, "creations")) == 2
    assert _named(table) == [EMAIL]
    assert "No changes." in table.does("plan").out


def test_a_creation_is_known_by_the_request_that_the_journal_names(table: Desk) -> None:
    """Somebody began accounts of the same name before and after us: by name, theirs is found."""
    theirs = {"AccountName": NAME, "Email": "theirs@example.com"}
    change = ("CreateAccount", theirs)
    plant(table.sandbox, Fault(Kind.FOREIGN_CHANGE, "CreateAccount", skip=1, change=change))
    plant(table.sandbox, Fault(Kind.KILL, "DescribeCreateAccountStatus"))
    assert table.dies("apply", "--yes") == signal.SIGKILL
    clear(table.sandbox)
    more = {"AccountName": NAME, "Email": "theirs2@example.com"}
    Console(table.sandbox).call("began an account", "CreateAccount", **more)
    configure(table.sandbox, replace(SETTINGS, create_account_polls=3, seed="a", log_calls=True))
    table.does("apply", "--yes")
    assert _named(table) == [EMAIL]  # nobody asked after theirs, which are not done yet
    assert len(_rows(table, "creations")) == 4
    log = map(json.loads, (table.sandbox / "calls.jsonl").read_text().splitlines())
    made = [call["params"]["Email"] for call in log if call["operation"] == "CreateAccount"]
    assert EMAIL not in made
    assert "No changes." in table.does("plan").out


@pytest.mark.parametrize("took", [True, False], ids=["took", "did not take"])
def test_a_creation_whose_answer_died_with_its_run_is_waited_for_before_it_is_asked_for(
    table: Desk,
    took: bool,  # noqa: FBT001 - a table's column
) -> None:
    """AWS may show only some looks later that it took: until then nobody knows, and nobody asks again."""
    plant(table.sandbox, Fault(Kind.KILL_AFTER if took else Kind.KILL, "CreateAccount"))
    assert table.dies("apply", "--yes") == signal.SIGKILL
    clear(table.sandbox)
    ran = table.does("apply", "--yes")
    assert ("an earlier run died while it asked for it" in ran.err) is not took
    assert len(_creations(table)) == 2
    assert _named(table) == [EMAIL]
    assert "No changes." in table.does("plan").out


REFUSALS = (Kind.ACCESS_DENIED, Kind.EXPIRED_TOKEN, Kind.THROTTLE, Kind.SERVICE_ERROR)


@pytest.mark.parametrize("journal", ["there", "gone"])
@pytest.mark.parametrize("kind", REFUSALS, ids=lambda kind: kind)
def test_no_account_is_asked_for_again_while_nobody_may_see_what_came_of_it(
    table: Desk, kind: Kind, journal: str
) -> None:
    """Only AWS's own word that a creation failed counts as such; not being told does not."""
    configure(table.sandbox, replace(SETTINGS, create_account_polls=9, seed="a", log_calls=True))
    plant(table.sandbox, Fault(Kind.KILL, "DescribeCreateAccountStatus"))
    assert table.dies("apply", "--yes") == signal.SIGKILL
    clear(table.sandbox)
    asked = "DescribeCreateAccountStatus"
    if journal == "gone":
        asked = "ListCreateAccountStatus"
        for path in (table.folder / ".govkit" / "runs").iterdir():
            path.unlink()
    begun = _creations(table)
    plant(table.sandbox, Fault(kind, asked, times=999))
    for _ in range(2):
        assert table.run("apply", "--yes", "--timeout", "0.2").code in {1, 7}
        assert _creations(table) == begun
    clear(table.sandbox)
    table.does("apply", "--yes")
    assert _creations(table) == begun
    assert len(begun) == 2
    assert "No changes." in table.does("plan").out


@pytest.mark.parametrize("kind", REFUSALS, ids=lambda kind: kind)
def test_an_apply_that_is_refused_while_it_waits_for_its_accounts_asks_for_none_again(
    table: Desk, kind: Kind
) -> None:
    plant(table.sandbox, Fault(kind, "DescribeCreateAccountStatus", times=999))
    ran = table.run("apply", "--yes", "--timeout", "0.2")
    assert ran.code == 6
    begun = _creations(table)
    clear(table.sandbox)
    table.does("apply", "--yes")
    assert _creations(table) == begun
    assert "No changes." in table.does("plan").out


def test_a_creation_that_aws_never_heard_of_is_begun(table: Desk) -> None:
    """The journal is of another day's sandbox, say: whoever is asked knows of no such request."""
    plant(table.sandbox, Fault(Kind.KILL, "DescribeCreateAccountStatus"))
    assert table.dies("apply", "--yes") == signal.SIGKILL
    clear(table.sandbox)
    path = table.sandbox / "organizations.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "creations": {}}))
    table.does("apply", "--yes")
    assert _named(table) == [EMAIL]
    assert "No changes." in table.does("plan").out


def _creations(table: Desk) -> list[str]:
    """Return the request of every creation that was ever asked of this sandbox."""
    return sorted(row["Id"] for row in _rows(table, "creations"))


# --- waiting -----------------------------------------------------------------------------------


@dataclass
class Answering:
    """AWS, as far as one account in creation goes: what it says of it, question by question."""

    statuses: list[str]
    shown_after: int = 0
    asked: int = 0
    listed: str = "IN_PROGRESS"

    def call(self, call: ApiCall) -> Response:
        if call.operation == "DescribeAccount":
            self.shown_after -= 1
            if self.shown_after >= 0:
                raise AwsError("", code="AccountNotFoundException")
            return {"Account": {"Id": GIVEN, "Name": NAME, "Email": EMAIL, "Paths": ["o/r-x/1/"]}}
        state = self.statuses[min(self.asked, len(self.statuses) - 1)]
        self.asked += 1
        if state == "UNKNOWN":
            raise AwsError("", code="CreateAccountStatusNotFoundException")
        reason = "EMAIL_ALREADY_EXISTS" if state == "FAILED" else ""
        status = {"Id": "car-1", "State": state, "AccountId": GIVEN, "FailureReason": reason}
        return {"CreateAccountStatus": status}

    def items(self, key: str, call: ApiCall) -> Iterator[Any]:
        return iter([{"Id": "car-1", "AccountName": NAME, "State": self.listed}])


GIVEN = "666666666666"
OURS = Account(account("search"), ROOT, NAME, EMAIL)
MAKE = Step("s1", Change(None, OURS), "create", "", "management", ())


def _awaited(aws: Answering) -> bool:
    ids, patience = Ids({ROOT: "r-x"}), Patience(sleep=lambda _: None)
    sight = Sight({Account: ACCOUNTS}, aws, ids, patience, lambda one, _: one)
    waiting = Underway(aws, ids, patience, sight).awaited(MAKE, "AWS is at it")
    while True:
        try:
            next(waiting)
        except StopIteration as ended:
            return bool(ended.value)


@pytest.mark.parametrize(
    ("statuses", "ours"),
    [
        (["SUCCEEDED"], True),
        (["IN_PROGRESS", "IN_PROGRESS", "SUCCEEDED"], True),
        (["UNKNOWN", "UNKNOWN", "IN_PROGRESS", "SUCCEEDED"], True),
        (["FAILED"], False),
        (["UNKNOWN"], False),
    ],
)
def test_what_aws_says_of_a_creation_decides_whether_it_is_ours(
    statuses: list[str],
    ours: bool,  # noqa: FBT001 - a table's column
) -> None:
    assert _awaited(Answering(statuses)) is ours


def test_an_account_that_aws_has_made_and_does_not_show_is_waited_for_and_not_made_again() -> None:
    assert _awaited(Answering(["SUCCEEDED"], shown_after=BEHIND_LOOKS - 1))
    with pytest.raises(AnswerLost, match="does not show what it did"):
        _awaited(Answering(["SUCCEEDED"], shown_after=BEHIND_LOOKS))


def test_an_account_that_an_earlier_run_came_to_have_and_no_read_shows_yet_is_not_made_again() -> (
    None
):
    """Its journal is gone, and its creation is over: the list of creations alone tells of it."""
    assert _awaited(Answering(["SUCCEEDED"], shown_after=3, listed="SUCCEEDED"))


def test_a_creation_whose_account_has_left_again_is_no_reason_to_make_none() -> None:
    aws = Answering(["SUCCEEDED"], shown_after=BEHIND_LOOKS, listed="SUCCEEDED")
    assert not _awaited(aws)


def test_a_creation_that_goes_on_for_longer_than_patience_is_not_given_up_as_failed() -> None:
    aws = Answering(["IN_PROGRESS"])
    with pytest.raises(AnswerLost, match="did not finish in time"):
        _awaited(aws)
    assert aws.asked == Patience(sleep=lambda _: None).looks


def test_patience_lasts_as_long_as_it_is_told_to() -> None:
    patience = Patience(sleep=lambda _: None, interval=2.0)
    assert [patience.lasting(seconds).looks for seconds in (0, 1, 5, 600)] == [1, 1, 3, 300]
