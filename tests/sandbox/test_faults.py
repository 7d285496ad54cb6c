"""Misfortunes: each kind, met once, by whichever process comes next."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError

from govkit.sandbox import faults
from govkit.sandbox.faults import Fault, Kind
from govkit.sandbox.refusals import IN_PROGRESS, TOO_MANY, SandboxError
from govkit.sandbox.show import show

REPOSITORY = Path(__file__).parents[2]
SPOKEN = {
    Kind.THROTTLE: "TooManyRequestsException",
    Kind.BUSY: "TooManyRequestsException",
    Kind.CONCURRENT_MODIFICATION: "ConcurrentModificationException",
    Kind.POLICY_CHANGES_IN_PROGRESS: "PolicyChangesInProgressException",
    Kind.FINALIZING: "FinalizingOrganizationException",
    Kind.SERVICE_ERROR: "ServiceException",
    Kind.SERVICE_ERROR_AFTER: "ServiceException",
    Kind.ACCESS_DENIED: "AccessDeniedException",
    Kind.EXPIRED_TOKEN: "ExpiredTokenException",
}
WRITER = """
import sys
from pathlib import Path
from govkit.sandbox.sandbox import Sandbox
sandbox = Sandbox(Path(sys.argv[1]))
root = sandbox.call("ListRoots")["Roots"][0]["Id"]
sandbox.call("CreateOrganizationalUnit", {"ParentId": root, "Name": "x"})
"""


def names(play: Any) -> list[str]:
    shown = show(play.directory)
    assert shown.root is not None
    return [ou.name for ou in shown.root.ous]


@pytest.mark.parametrize(("kind", "code"), SPOKEN.items())
def test_the_service_says_it_once(play: Any, refused: Any, kind: Kind, code: str) -> None:
    root = play.root
    faults.plant(play.directory, Fault(kind, "CreateOrganizationalUnit"))
    attempt = lambda: play.ou("x", root)  # noqa: E731 - what is tried
    assert refused(attempt) == (code, "")
    assert names(play) == (["x"] if kind is Kind.SERVICE_ERROR_AFTER else [])
    assert faults.planted(play.directory) == ()
    assert play.ou("y", root)


def test_both_throttle_texts_are_real(play: Any) -> None:
    faults.plant(play.directory, Fault(Kind.THROTTLE), Fault(Kind.BUSY))
    for text in (TOO_MANY, IN_PROGRESS):
        with pytest.raises(play.client.exceptions.TooManyRequestsException) as caught:
            play.client.list_roots()
        assert caught.value.response["Error"]["Message"] == text


@pytest.mark.parametrize("kind", [Kind.CONNECTION_LOST, Kind.CONNECTION_LOST_AFTER])
def test_the_connection_breaks_before_or_after_the_write(play: Any, kind: Kind) -> None:
    root = play.root
    faults.plant(play.directory, Fault(kind, "write"))
    with pytest.raises(ConnectionClosedError):
        play.ou("x", root)
    assert names(play) == (["x"] if kind is Kind.CONNECTION_LOST_AFTER else [])


@pytest.mark.parametrize("kind", [Kind.KILL, Kind.KILL_AFTER])
def test_the_process_is_killed_before_or_after_the_write(play: Any, kind: Kind) -> None:
    faults.plant(play.directory, Fault(kind, "write"))
    command = [sys.executable, "-c", WRITER, str(play.directory)]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    assert subprocess.run(command, env=environment, check=False).returncode == -9
    assert names(play) == (["x"] if kind is Kind.KILL_AFTER else [])
    assert faults.planted(play.directory) == ()


def test_somebody_else_is_quicker(play: Any, refused: Any) -> None:
    root = play.root
    change = ("CreateOrganizationalUnit", {"ParentId": root, "Name": "x"})
    faults.plant(
        play.directory, Fault(Kind.FOREIGN_CHANGE, "CreateOrganizationalUnit", change=change)
    )
    assert refused(lambda: play.ou("x", root)) == ("DuplicateOrganizationalUnitException", "")
    assert names(play) == ["x"]


def test_a_foreign_change_that_fits_no_more_is_refused_by_itself(play: Any) -> None:
    change = ("DeletePolicy", {"PolicyId": "p-12345678"})
    faults.plant(play.directory, Fault(Kind.FOREIGN_CHANGE, change=change))
    assert play.root


def test_reads_lag_behind_one_write(play: Any) -> None:
    root = play.root
    faults.plant(play.directory, Fault(Kind.LAG, "CreateOrganizationalUnit", reads=2))
    play.ou("x", root)
    seen = [
        len(play.client.list_organizational_units_for_parent(ParentId=root)["OrganizationalUnits"])
        for _ in range(3)
    ]
    assert seen == [0, 0, 1]
    assert not list(play.directory.glob("*.before.json"))
    assert not (play.directory / "lag.json").exists()


def test_reads_lag_behind_every_write_by_the_setting(play: Any, refused: Any) -> None:
    play.anew(read_lag=1)
    root = play.root
    play.ou("x", root)
    play.ou("y", root)
    assert refused(lambda: play.ou("y", root)) == ("DuplicateOrganizationalUnitException", "")
    listed = lambda: play.client.list_children(  # noqa: E731 - asked twice
        ParentId=root, ChildType="ORGANIZATIONAL_UNIT"
    )["Children"]
    assert [len(listed()), len(listed())] == [0, 2]


def test_faults_wait_their_turn_and_come_as_often_as_told(play: Any, refused: Any) -> None:
    faults.plant(
        play.directory,
        Fault(Kind.THROTTLE, "ListRoots", skip=1, times=2),
        Fault(Kind.ACCESS_DENIED, "DescribeOrganization"),
    )
    assert play.client.list_roots()
    codes = [refused(play.client.list_roots)[0] for _ in range(2)]
    assert codes == ["TooManyRequestsException"] * 2
    assert play.client.list_roots()
    assert [fault.operation for fault in faults.planted(play.directory)] == ["DescribeOrganization"]
    faults.clear(play.directory)
    assert play.client.describe_organization()


def test_real_retries_outlive_a_throttle(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    patient = Config(retries={"total_max_attempts": 5, "mode": "standard"})
    client = play.session.client("organizations", config=patient)
    faults.plant(play.directory, Fault(Kind.THROTTLE, times=3), Fault(Kind.CONNECTION_LOST))
    answer = client.list_roots()
    assert answer["ResponseMetadata"]["RetryAttempts"] == 4


@pytest.mark.parametrize("name", ["faults", "lag"])
def test_a_damaged_queue_is_said_so(play: Any, name: str) -> None:
    head = f'{{"format": "govkit-sandbox {name}", "version": 1'
    root = play.root
    for body in ("", ', "faults": [{}], "writes": [{}]', ', "faults": [1], "writes": [1]'):
        (play.directory / f"{name}.json").write_text(head + body + "}")
        with pytest.raises(SandboxError, match="damaged"):
            play.client.list_organizational_units_for_parent(ParentId=root)


def test_a_refusal_is_an_answer_that_can_be_lost(play: Any) -> None:
    faults.plant(play.directory, Fault(Kind.CONNECTION_LOST_AFTER, "DescribeAccount"))
    with pytest.raises(ConnectionClosedError):
        play.client.describe_account(AccountId="999999999999")
    assert faults.planted(play.directory) == ()


def test_a_read_that_did_not_find_what_is_hidden_counts_as_one(play: Any) -> None:
    faults.plant(play.directory, Fault(Kind.LAG, "CreateOrganizationalUnit", reads=2))
    given = play.ou("x", play.root)
    for _ in range(2):
        with pytest.raises(play.client.exceptions.OrganizationalUnitNotFoundException):
            play.client.describe_organizational_unit(OrganizationalUnitId=given)
    assert play.client.describe_organizational_unit(OrganizationalUnitId=given)
