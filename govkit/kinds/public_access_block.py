"""What an account says of public access to all of its buckets, present and future."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from govkit.errors import AwsError
from govkit.kinds._places import Spot, accounts, looked, place
from govkit.model.address import Address
from govkit.model.call import Api, ApiCall, Ids, Look
from govkit.model.change import Change
from govkit.model.kind import Authority, Kind
from govkit.model.resource import Found

_FLAGS: Mapping[str, str] = {
    "block_public_acls": "BlockPublicAcls",
    "ignore_public_acls": "IgnorePublicAcls",
    "block_public_policy": "BlockPublicPolicy",
    "restrict_public_buckets": "RestrictPublicBuckets",
}


@dataclass(frozen=True, slots=True)
class PublicAccessBlock:
    """An account's block of public access to S3, whole: what is not told is off."""

    account: Address
    block_public_acls: bool = True
    ignore_public_acls: bool = True
    block_public_policy: bool = True
    restrict_public_buckets: bool = True

    @property
    def address(self) -> Address:
        """Where it stands: `public_access_block:payments-prod`; there is one per account."""
        return Address("public_access_block", self.account.path)

    @property
    def needs(self) -> tuple[Address, ...]:
        """The account."""
        return (self.account,)


def _read(look: Look) -> Iterator[Found[PublicAccessBlock]]:
    yield from looked(look, accounts(look), lambda spot: _there(look, spot))


def _there(api: Api | Look, spot: Spot) -> Iterator[Found[PublicAccessBlock]]:
    call = ApiCall(
        "s3control", "GetPublicAccessBlock", {"AccountId": spot.place.account}, spot.place
    )
    try:
        told = api.call(call)["PublicAccessBlockConfiguration"]
    except AwsError as error:
        if error.code == "NoSuchPublicAccessBlockConfiguration":
            return
        raise
    flags = {ours: bool(told.get(theirs)) for ours, theirs in _FLAGS.items()}
    yield Found(PublicAccessBlock(spot.account, **flags))


def _glance(block: PublicAccessBlock, api: Api, ids: Ids) -> Found[PublicAccessBlock] | None:
    return next(_there(api, Spot(block.account, place(block.account, ids))), None)


def _lower(change: Change[PublicAccessBlock], ids: Ids) -> Iterator[ApiCall]:
    where, after = place(change.subject.account, ids), change.after
    told: dict[str, Any] = {"AccountId": where.account}
    if after is None:
        yield ApiCall("s3control", "DeletePublicAccessBlock", told, where)
        return
    flags = {theirs: getattr(after, ours) for ours, theirs in _FLAGS.items()}
    told["PublicAccessBlockConfiguration"] = flags
    yield ApiCall("s3control", "PutPublicAccessBlock", told, where)


KIND = Kind(
    name="public_access_block",
    noun="block of public access to S3",
    resource=PublicAccessBlock,
    read=_read,
    glance=_glance,
    lower=_lower,
    authority=Authority.MEMBER,
    beyond=True,
    reads=("s3:GetAccountPublicAccessBlock",),
    writes=lambda _: ("s3:PutAccountPublicAccessBlock",),
    serves=("account.s3_public_access_block",),
)
