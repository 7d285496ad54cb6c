"""doctor: each thing that would get in the way is named, and nothing stops it from looking on."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime

import pytest
from journey import LAYOUT, LIVE
from terminal import Desk, build, desk
from walk import Walk, sandbox_api

from govkit.flow.compare import Question
from govkit.flow.doctor import Remark, examined
from govkit.model.call import Api, ApiCall
from govkit.sandbox import changes
from govkit.sandbox.console import Console
from govkit.sandbox.faults import Fault, Kind, plant
from govkit.store.s3 import S3Store

TODAY = date(2026, 11, 23)


@pytest.fixture
def table() -> Iterator[Desk]:
    with desk() as found:
        build(LIVE, found.sandbox)
        found.layout(LAYOUT)
        yield found


def _remarks(table: Desk) -> dict[tuple[str, str], str]:
    walk = Walk(sandbox_api(table.sandbox), table.folder)
    question = Question(table.folder / "org_layout.yaml", TODAY)
    told: list[Remark] = list(examined(question, walk.bank, lambda _: _WhoAmI(walk.api)))
    return {(one.verdict, one.what): one.seen for one in told}


class _WhoAmI:
    """The sandbox, asked by an account that is a member only."""

    def __init__(self, api: Api) -> None:
        self.api = api

    def call(self, call: ApiCall) -> Mapping[str, object]:
        if call.service == "s3":
            return self.api.call(call)
        assert (call.service, call.operation) == ("sts", "GetCallerIdentity")
        return {"Account": "333333333333", "Arn": "arn:aws:iam::333333333333:role/auditor"}

    def items(self, key: str, call: ApiCall) -> Iterator[object]:
        raise AssertionError(f"{key} of {call.operation} is not doctor's to ask")


def test_a_member_account_is_told_what_it_cannot_do(table: Desk) -> None:
    told = _remarks(table)
    assert told["good", "caller"] == "arn:aws:iam::333333333333:role/auditor"
    assert "is a member" in told["note", "account"]
    assert not [what for verdict, what in told if verdict == "bad"]


def test_what_could_not_be_seen_and_what_is_ignored_are_named(table: Desk) -> None:
    table.layout({**LAYOUT, "manage": {"ignore": [{"policy": "aws-guardrails-*"}]}})
    plant(table.sandbox, Fault(Kind.ACCESS_DENIED, "ListDelegatedAdministrators", times=99))
    told = _remarks(table)
    assert "delegated" in told["bad", "not seen"]
    assert told["note", "ignored"] == "policy aws-guardrails-*"


def test_what_of_the_layout_does_not_fit_is_named(table: Desk) -> None:
    layout = {key: one for key, one in LAYOUT.items() if key != "organization"}
    ghost = {"ghost": {"id": "123456789012", "ou": "/"}}
    table.layout({**layout, "accounts": {**LAYOUT["accounts"], **ghost}})
    told = _remarks(table)
    assert "123456789012" in told["bad", "account:ghost"]
    assert "every command that writes needs it" in told["note", "organization.id"]


def test_an_organization_that_cannot_be_read_is_said_and_not_raised(table: Desk) -> None:
    plant(table.sandbox, Fault(Kind.ACCESS_DENIED, "ListRoots", times=99))
    assert "ListRoots" in _remarks(table)["bad", "organization"]


def test_a_store_that_cannot_be_used_is_bad_and_the_rest_is_looked_at(table: Desk) -> None:
    table.layout({**LAYOUT, "store": "gs://acme/main"})
    assert "see: govkit validate" in _remarks(table)["bad", "layout"]
    table.layout({**LAYOUT, "store": "s3://acme/main"})
    told = _remarks(table)
    assert "no bucket acme" in told["bad", "store"]
    assert told["good", "organization"] == "o-exampleorgid"


def test_a_store_in_s3_is_looked_at_and_whose_lock_it_is(table: Desk) -> None:
    changes.create_bucket(Console(table.sandbox), "acme")
    table.layout({**LAYOUT, "store": "s3://acme/main"})
    assert _remarks(table)["good", "store"] == "s3://acme/main, and nobody holds its lock"
    store = S3Store("s3://acme/main", sandbox_api(table.sandbox))
    with store.locked("govkit apply", datetime.now(UTC)):
        assert "runs `govkit apply`" in _remarks(table)["note", "store"]
