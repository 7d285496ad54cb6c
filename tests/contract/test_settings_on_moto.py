"""The second witness for settings of accounts: what our calls write, moto shows us as we wanted it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from govkit.aws.door import door
from govkit.aws.session import session
from govkit.kinds import alternate_contact, ebs_encryption, public_access_block
from govkit.kinds.alternate_contact import AlternateContact
from govkit.kinds.ebs_encryption import EbsEncryption
from govkit.kinds.public_access_block import PublicAccessBlock
from govkit.model.address import account
from govkit.model.call import Api, Ids
from govkit.model.change import Change
from govkit.model.kind import Kind
from govkit.model.resource import Resource
from govkit.model.scope import Entry

AT = account("shop")
CONTACT = AlternateContact(AT, "security", "Jane", "CISO", "jane@example.com", "+15550100")
SQUARES: list[tuple[Kind[Any], Resource, Resource]] = [
    (
        public_access_block.KIND,
        PublicAccessBlock(AT, block_public_acls=False),
        PublicAccessBlock(AT),
    ),
    (alternate_contact.KIND, replace(CONTACT, name="Mallory"), CONTACT),
    (ebs_encryption.KIND, EbsEncryption(AT, "eu-west-1"), EbsEncryption(AT, "eu-west-1")),
]


@pytest.fixture
def member(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Api, Ids]]:
    """An organization in moto with one member, which our door enters by its role."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        client = boto3.client("organizations", "us-east-1")
        client.create_organization(FeatureSet="ALL")
        made = client.create_account(AccountName="shop", Email="shop@example.com")
        client.enable_aws_service_access(ServicePrincipal="account.amazonaws.com")
        ids = Ids({AT: made["CreateAccountStatus"]["AccountId"]})
        yield door(session(), pace=None, entry=Entry()), ids


@pytest.mark.parametrize(("kind", "wrong", "wanted"), SQUARES, ids=[one[0].name for one in SQUARES])
def test_what_is_made_changed_and_taken_away_is_seen_as_such(
    member: tuple[Api, Ids], kind: Kind[Any], wrong: Resource, wanted: Resource
) -> None:
    api, ids = member
    assert kind.glance(wanted, api, ids) is None
    before: Resource | None = None
    for after in (wrong, wanted, None):
        for call in kind.lower(Change(before, after), ids):
            api.call(call)
        found = kind.glance(wanted, api, ids)
        assert (None if found is None else found.resource) == after
        before = after
