"""The second witness for the services of the baseline: what our calls make, moto shows as we wanted it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto_departures import Door

from govkit.aws.door import door
from govkit.aws.session import session
from govkit.flow.compare import kinds
from govkit.kinds.bucket import Bucket
from govkit.kinds.config_aggregator import ConfigAggregator
from govkit.kinds.config_channel import ConfigChannel
from govkit.kinds.config_recorder import ConfigRecorder
from govkit.kinds.config_recording import ConfigRecording
from govkit.kinds.password_policy import PasswordPolicy
from govkit.kinds.root import ORGANIZATION_ARN
from govkit.kinds.service_role import ServiceRole, taken_by
from govkit.kinds.trail import Trail
from govkit.model.address import account
from govkit.model.call import Api, Ids
from govkit.model.change import Change
from govkit.model.resource import Resource
from govkit.model.scope import Entry
from govkit.policies.document import of

BY_KIND: dict[str, Any] = {kind.name: kind for kind in kinds()}
AT, HERE, REGION = account("shop"), account("management"), "eu-west-1"
POLICY = of(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Writes",
                "Effect": "Allow",
                "Principal": {"Service": "cloudtrail.amazonaws.com"},
                "Action": "s3:PutObject",
                "Resource": "arn:aws:s3:::acme-logs/AWSLogs/${govkit:organization}/*",
            }
        ],
    }
)
LOGS = Bucket(HERE, REGION, "acme-logs", POLICY, layout="main")
RECORDER = ConfigRecorder(AT, REGION, role="recorder")
CHANNEL = ConfigChannel(AT, REGION, "govkit", "acme-logs", "config", "Six_Hours")
RECORDING = ConfigRecording(AT, REGION, "govkit", "govkit")
TRAIL = Trail(HERE, REGION, "org-trail", "acme-logs", organization=False, layout="main")
ROLE = ServiceRole(AT, "reader", taken_by("config.amazonaws.com"), ())

# Of each kind what must be there before, and then one version after another, until none is left.
SQUARES: dict[str, tuple[list[Any], list[Any]]] = {
    "bucket": (
        [],
        [LOGS, replace(LOGS, object_lock_days=30, expire_days=400), replace(LOGS, expire_days=9)],
    ),
    "trail": (
        [LOGS],
        [
            TRAIL,
            replace(TRAIL, logging=True, log_file_validation=False),
            replace(TRAIL, prefix="trails"),
            None,
        ],
    ),
    "config_recorder": (
        [],
        [
            RECORDER,
            replace(RECORDER, records="only", types=("AWS::S3::Bucket",)),
            replace(RECORDER, global_types=True),
            None,
        ],
    ),
    "config_channel": ([LOGS, RECORDER], [CHANNEL, replace(CHANNEL, prefix=None), None]),
    "config_recording": ([LOGS, RECORDER, CHANNEL], [RECORDING, None]),
    "config_aggregator": (
        [],
        [ConfigAggregator(AT, REGION, "org", layout="main"), None],
    ),
    "password_policy": (
        [],
        [PasswordPolicy(AT, 8), PasswordPolicy(AT, 14, ("symbols",), 90), None],
    ),
    "service_role": ([], [ROLE]),
}


@pytest.fixture
def organization(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Api, Ids]]:
    """An organization in moto with one member, which our door enters by its role."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        client = boto3.client("organizations", "us-east-1")
        made = client.create_organization(FeatureSet="ALL")["Organization"]
        member = client.create_account(AccountName="shop", Email="shop@example.com")
        ids = Ids({AT: member["CreateAccountStatus"]["AccountId"], HERE: made["MasterAccountId"]})
        ids.learn(ORGANIZATION_ARN, made["Arn"])
        yield Door(door(session(), pace=None, entry=Entry())), ids


def put(before: Resource | None, after: Resource | None, api: Api, ids: Ids) -> None:
    subject: Any = after if before is None else before
    for call in BY_KIND[subject.address.kind].lower(Change(before, after), ids):
        api.call(call)


@pytest.mark.parametrize("name", SQUARES)
def test_each_version_is_seen_as_it_was_made(organization: tuple[Api, Ids], name: str) -> None:
    api, ids = organization
    first, versions = SQUARES[name]
    kind = BY_KIND[name]
    for one in first:
        put(None, one, api, ids)
    before = None
    assert kind.glance(versions[0], api, ids) is None
    for after in versions:
        put(before, after, api, ids)
        found = kind.glance(versions[0], api, ids)
        wanted, seen = kind.meet(after, None if found is None else found.resource)
        assert wanted == seen
        before = seen
