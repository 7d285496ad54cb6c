"""The second witness: the same plans apply on moto's Organizations, its departures aside."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from moto import mock_aws
from moto_departures import Door, without_departures
from strategies import KEYS, pairs
from walk import Walk

from govkit.aws.door import door
from govkit.aws.session import session

FEW = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(max_examples=1_000, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(autouse=True)
def _pretend_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


@contextmanager
def organization() -> Iterator[tuple[Walk, dict[str, str]]]:
    """Give a walk through moto's organization, and the account IDs it made up, by key."""
    folder = Path(tempfile.mkdtemp(prefix="govkit-test-"))
    try:
        with mock_aws():
            client = boto3.client("organizations", "us-east-1")
            client.create_organization(FeatureSet="ALL")
            root = client.list_roots()["Roots"][0]["Id"]
            client.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
            ids = {}
            for key in KEYS:
                made = client.create_account(AccountName=key, Email=f"{key}@example.com")
                ids[key] = made["CreateAccountStatus"]["AccountId"]
            yield Walk(Door(door(session(), pace=None)), folder), ids
    finally:
        shutil.rmtree(folder)


def _with_ids(layout: dict[str, Any], ids: dict[str, str]) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(json.dumps(layout))
    for key, account in told["accounts"].items():
        account["id"] = ids[key]
    return told


def _cross(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    with organization() as (walk, ids):
        for given_layout in pair:
            layout = _with_ids(without_departures(given_layout), ids)
            made = walk.apply(layout)
            again, looked = walk.plan(layout)
            assert looked.meeting.ours == made.ours.after(step.change for step in made.steps)
            assert again.steps == ()


@pytest.mark.parametrize("part", range(2))
@FEW
@given(pairs())
def test_what_applies_on_the_sandbox_applies_on_moto(
    part: int, pair: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    _cross(pair)


@pytest.mark.nightly
@MANY
@given(pairs())
def test_what_applies_on_the_sandbox_applies_on_moto_a_thousand_times(
    pair: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    _cross(pair)
