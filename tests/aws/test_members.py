"""Entering accounts: which role, what its session is told, how often, and by how many clients."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from govkit.aws.door import door
from govkit.aws.session import session
from govkit.errors import AccessDenied, CredentialsMissing
from govkit.model.call import Api, ApiCall, Place
from govkit.model.scope import Entry
from govkit.sandbox.faults import Fault, Kind, plant
from govkit.sandbox.making import Story, new
from govkit.sandbox.mount import mount
from govkit.sandbox.settings import Settings

WHO = "GetCallerIdentity"
AUDIT, PAYMENTS = "333333333333", "555555555555"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    roles = ("govkit-read", "govkit-write")
    new(tmp_path / "s", Story.DEMO, settings=Settings(roles=roles))
    return tmp_path / "s"


def opened(folder: Path, entry: Entry) -> Api:
    return door(
        session(mount=lambda core: mount(core, folder), run_id="r1"), pace=None, entry=entry
    )


def entries(folder: Path) -> list[dict[str, Any]]:
    lines = map(json.loads, (folder / "calls.jsonl").read_text().splitlines())
    return [one["params"] for one in lines if one["operation"] == "AssumeRole"]


def arn(api: Api, account: str, region: str | None = None) -> str:
    found = api.call(ApiCall("sts", WHO, place=Place(account, region)))
    return str(found["Arn"])


def test_reads_and_writes_go_by_roles_of_their_own(folder: Path) -> None:
    api = opened(folder, Entry(read="govkit-read", write="govkit-write"))
    assert arn(api, AUDIT) == f"arn:aws:sts::{AUDIT}:assumed-role/govkit-read/govkit-r1"
    strict = {"MinimumPasswordLength": 20}
    api.call(ApiCall("iam", "UpdateAccountPasswordPolicy", strict, Place(AUDIT)))
    assert [one["RoleArn"].rpartition("/")[2] for one in entries(folder)] == [
        "govkit-read",
        "govkit-write",
    ]


def test_a_permit_is_asked_for_once_the_account_is_entered(folder: Path) -> None:
    """To enter may take minutes of patience, in which a lock that was ours can be lost."""
    seen: list[int] = []
    api = door(
        session(mount=lambda core: mount(core, folder), run_id="r1"),
        pace=None,
        entry=Entry(read="govkit-read", write="govkit-write"),
        permit=lambda: seen.append(len(entries(folder))),
    )
    strict = {"MinimumPasswordLength": 20}
    api.call(ApiCall("iam", "UpdateAccountPasswordPolicy", strict, Place(AUDIT)))
    assert seen == [1]


def test_an_account_with_a_role_of_its_own_is_entered_by_it(folder: Path) -> None:
    entry = Entry(default="govkit-read", roles={PAYMENTS: "govkit-write"})
    api = opened(folder, entry)
    assert "/govkit-write/" in arn(api, PAYMENTS)
    assert "/govkit-read/" in arn(api, AUDIT)


def test_the_session_is_told_what_the_layout_says(folder: Path) -> None:
    entry = Entry(
        read="govkit-read",
        external_id="acme",
        source_identity="jane",
        tags=(("team", "platform"),),
        read_policies=("arn:aws:iam::aws:policy/SecurityAudit",),
    )
    arn(opened(folder, entry), AUDIT)
    (told,) = entries(folder)
    assert {name: told[name] for name in told.keys() - {"DurationSeconds", "RoleSessionName"}} == {
        "RoleArn": f"arn:aws:iam::{AUDIT}:role/govkit-read",
        "ExternalId": "acme",
        "SourceIdentity": "jane",
        "Tags": [{"Key": "team", "Value": "platform"}],
        "PolicyArns": [{"arn": "arn:aws:iam::aws:policy/SecurityAudit"}],
    }


def test_one_session_serves_all_regions_and_threads_of_an_account(folder: Path) -> None:
    api = opened(folder, Entry(read="govkit-read"))
    seen: dict[tuple[str, str], str] = {}

    def look(account: str, region: str) -> None:
        seen[account, region] = arn(api, account, region)

    places = [(one, region) for one in (AUDIT, PAYMENTS) for region in ("eu-west-1", "us-east-1")]
    threads = [threading.Thread(target=look, args=place) for place in places * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {place: found.split(":")[4] for place, found in seen.items()} == {
        place: place[0] for place in places
    }
    assert len(entries(folder)) == 2


def test_who_was_refused_once_is_not_asked_again(folder: Path) -> None:
    api = opened(folder, Entry(read="nobody"))
    for _ in range(3):
        with pytest.raises(AccessDenied, match="sts:AssumeRole"):
            arn(api, AUDIT)
    assert len(entries(folder)) == 1


def expiring(folder: Path, times: int) -> None:
    plant(folder, Fault(Kind.EXPIRED_TOKEN, "UpdateAccountPasswordPolicy", skip=1, times=times))


def strictly(api: Api) -> None:
    strict = {"MinimumPasswordLength": 20}
    api.call(ApiCall("iam", "UpdateAccountPasswordPolicy", strict, Place(AUDIT)))


def test_an_account_is_entered_once_more_where_its_session_is_over(folder: Path) -> None:
    """As when our clock was set back: the credentials look good for longer than they are."""
    api = opened(folder, Entry(write="govkit-write"))
    expiring(folder, times=1)
    for _ in range(3):
        strictly(api)
    assert len(entries(folder)) == 2


def test_a_session_that_is_over_as_soon_as_it_begins_is_said_to_be(folder: Path) -> None:
    api = opened(folder, Entry(write="govkit-write"))
    expiring(folder, times=9)
    strictly(api)
    with pytest.raises(CredentialsMissing, match="does not accept"):
        strictly(api)
    assert len(entries(folder)) == 2
