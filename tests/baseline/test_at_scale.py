"""Many accounts of which some fail, each in its own way: the rest is done, and who failed is named."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest
from baselines import ROLE, clicks
from terminal import SETTINGS, Desk, build, desk

from govkit.layout.read import read
from govkit.sandbox.faults import Fault, Kind, clear, plant
from govkit.sandbox.making import configure

REGIONS = ("eu-west-1", "us-east-1", "eu-central-1", "us-west-2")
FOREVER = 1_000_000
WAYS = ("role missing", "suspended", "reads denied", "throttled", "writes denied")


def names(count: int) -> list[str]:
    return [f"{200_000_000_000 + number}" for number in range(count)]


def organization(table: Desk, count: int) -> dict[str, list[str]]:
    """Write the sandbox, and return the accounts that fail, by the way in which they do."""
    accounts = names(count)
    each = max(1, count // 20 // len(WAYS))
    failing = {way: accounts[at * each : (at + 1) * each] for at, way in enumerate(WAYS)}
    told = {
        one: {
            "name": f"account-{one}",
            "ou": "/Workloads",
            "invited": one in failing["role missing"],
        }
        for one in accounts
    }
    settings = replace(SETTINGS, limits={"accounts": 1_000}, roles=())
    build({"ous": ["/Workloads"], "accounts": told}, table.sandbox, settings)
    for one in failing["suspended"]:
        clicks(table, "111111111111", "organizations", "CloseAccount", {"AccountId": one})
    for way, kind, operation in (
        ("reads denied", Kind.ACCESS_DENIED, "*"),
        ("throttled", Kind.THROTTLE, "read"),
        ("writes denied", Kind.ACCESS_DENIED, "write"),
    ):
        for one in failing[way]:
            plant(table.sandbox, Fault(kind, operation, times=FOREVER, account=one))
    return failing


def layout(count: int, regions: int) -> dict[str, Any]:
    listed = {f"a{one}": {"id": one, "ou": "Workloads"} for one in names(count)}
    return {
        "version": 1,
        "organization": {"id": "o-exampleorgid", "management_account": "111111111111"},
        "accounts": {"management": {"id": "111111111111", "ou": "/"}, **listed},
        "ous": {"Workloads": {}},
        "baseline": {
            "regions": list(REGIONS[:regions]),
            "password_policy": {"minimum_length": 14},
            "config": {
                "recorder": {"types": "all", "global_types_in": "eu-west-1"},
                "delivery": {"bucket": {"name": "acme-config", "account": "management"}},
            },
        },
    }


@pytest.mark.parametrize(
    ("count", "regions"),
    [(20, 1), pytest.param(300, 4, marks=pytest.mark.nightly)],
    ids=["few", "300 accounts x 4 Regions"],
)
def test_some_accounts_fail_and_the_rest_is_done(count: int, regions: int) -> None:
    with desk() as table:
        failing = organization(table, count)
        table.layout(layout(count, regions))
        unreached = [
            one for way in ("role missing", "reads denied", "throttled") for one in failing[way]
        ]

        planned = json.loads(table.does("plan", "--baseline", "--timeout", "0.2", "-f", "json").out)
        said = " ".join(one["message"] for one in planned["findings"] if one["code"] == "GK304")
        touched = {call["account"] for step in planned["steps"] for call in step["calls"]}
        assert all(one in said for one in unreached)
        assert touched & {*unreached, *failing["suspended"]} == set()
        reachable = count - len(unreached) - len(failing["suspended"]) + 1
        assert len(touched) == reachable

        applied = table.run("apply", "--baseline", "--yes", "--timeout", "0.2")
        assert applied.code == 6
        assert "Not done in every account" in applied.err
        assert all(one in applied.err for one in failing["writes denied"])
        assert "AccessDenied" in applied.err

        drifted = table.run("drift", "--baseline", "--timeout", "0.2", "-f", "json")
        told = json.loads(drifted.out)
        assert (drifted.code, told["in_sync"]) == (3, False)
        assert all(any(one in each for each in told["incomplete"]) for one in unreached)
        missing = {one["address"].partition(":")[2].partition("/")[0] for one in told["drift"]}
        assert missing == {f"a{one}" for one in failing["writes denied"]}

        clear(table.sandbox)
        configure(table.sandbox, replace(SETTINGS, limits={"accounts": 1_000}, roles=(ROLE,)))
        table.does("apply", "--baseline", "--yes")
        assert json.loads(table.does("plan", "--baseline", "-f", "json").out)["steps"] == []
        table.does("drift", "--baseline")


def test_where_nothing_could_be_written_anywhere_access_was_denied() -> None:
    """Exit 7: denied before any write."""
    with desk() as table:
        organization(table, 20)
        clear(table.sandbox)
        table.layout(layout(20, 1))
        table.does("apply", "--baseline", "--yes")
        denied = Fault(Kind.ACCESS_DENIED, "write", times=FOREVER, account="200000000010")
        clicks(table, "200000000010", "iam", "DeleteAccountPasswordPolicy")
        plant(table.sandbox, denied)
        runs = table.folder / ".govkit" / "runs"
        before = set(runs.glob("*.jsonl"))
        ran = table.run("apply", "--baseline", "--yes")
        assert ran.code == 7
        assert "1 account: AccessDenied" in ran.err
        (journal,) = set(runs.glob("*.jsonl")) - before
        assert '"failed"' in journal.read_text()


def test_the_benchmark_of_a_look_has_a_layout_that_is_understood(tmp_path: Path) -> None:
    """It takes minutes, and is measured by hand: what it asks for must not rot meanwhile."""
    folder = Path(__file__).parents[2] / "benchmarks"
    told = run_path(str(folder / "bench_baseline.py"))["LAYOUT"]
    (tmp_path / "org_layout.yaml").write_text(json.dumps(told))
    wanted = read(tmp_path / "org_layout.yaml", today=date(2026, 11, 23))
    assert len(wanted.coverage.regions) == 4
    assert {"password_policy", "config", "account.ebs_encryption", "account.contacts"} <= set(
        wanted.coverage.sections
    )
