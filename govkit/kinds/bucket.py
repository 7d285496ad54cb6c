"""Buckets for logs: versioned, closed to the public, written by AWS's services alone; never deleted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from govkit.errors import AwsError, BugError, GovkitError
from govkit.kinds._documents import parsed
from govkit.kinds._named import named
from govkit.kinds._places import Spot, looked, place
from govkit.kinds._tags import LAYOUT, as_list
from govkit.kinds.root import ORGANIZATION_ARN
from govkit.model.address import Address
from govkit.model.call import Api, ApiCall, Ids, Look
from govkit.model.change import Change
from govkit.model.kind import Authority, Kind
from govkit.model.resource import SILENT, UNSAID, Found
from govkit.policies.canonical import Grammar, dense
from govkit.policies.document import Document, of, statements

# In a bucket's policy these stand for IDs that only AWS can tell.
ORGANIZATION = "${govkit:organization}"
MANAGEMENT = "${govkit:management-account}"
_ANOTHER = Address("account", "another")
_FIRST_REGION = "us-east-1"  # the one that CreateBucket takes no name for
_RULE = "govkit-expire"
_CLOSED = dict.fromkeys(
    ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
)
_GONE = {
    "GetBucketTagging": "NoSuchTagSet",
    "GetBucketPolicy": "NoSuchBucketPolicy",
    "GetPublicAccessBlock": "NoSuchPublicAccessBlockConfiguration",
    "GetBucketLifecycleConfiguration": "NoSuchLifecycleConfiguration",
    "GetObjectLockConfiguration": "ObjectLockConfigurationNotFoundError",
}


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket of the baseline. `policy` names the organization and its management account by tokens.

    `unlocked_for` is a service that writes into no bucket with Object Lock. `object_lock_days` is the default retention in governance mode, `other_lock` any other one.
    `other_rules` are lifecycle rules besides the one that expires after `expire_days`; `layout` is
    the owner's tag. One that is `theirs` is asked only to be there, in its account, versioned and closed
    to the public, and what else the layout says of its days.
    """

    account: Address
    region: str
    name: str
    policy: Document | None = None
    versioning: bool = True
    public_access_block: bool = True
    object_lock_days: int | None = None
    other_lock: str | None = None
    expire_days: int | None = None
    other_rules: tuple[str, ...] = ()
    layout: str | None = field(default=None, compare=False)
    unlocked_for: str | None = field(default=None, compare=False, metadata=UNSAID)
    theirs: bool = field(default=False, compare=False, metadata=SILENT)

    def __post_init__(self) -> None:
        """Refuse a lock where a service that writes here cannot write into a locked bucket."""
        if self.unlocked_for is not None and self.object_lock_days is not None:
            raise GovkitError(
                "A locked bucket takes no such logs",
                f"{self.unlocked_for} writes into no bucket with Object Lock: {self.name}.",
                "Give it a bucket of its own, without object_lock_days.",
            )

    @property
    def address(self) -> Address:
        """Where it stands; no two buckets of AWS bear one name: `bucket:acme-org-trail`."""
        return Address("bucket", self.name)

    @property
    def needs(self) -> tuple[Address, ...]:
        """The account that owns it."""
        return (self.account,)

    def joined(self, other: "Bucket") -> "Bucket":
        """Return one bucket that serves both; `GovkitError` where they contradict each other."""
        if (self.account, self.region) != (other.account, other.region):
            raise GovkitError(
                "One bucket, two owners",
                f"{self.name} is asked for in {self.account} and in {other.account}.",
            )
        return replace(
            self,
            policy=_together(self.policy, other.policy),
            object_lock_days=self._agreed(other, "object_lock_days"),
            expire_days=self._agreed(other, "expire_days"),
            unlocked_for=self.unlocked_for or other.unlocked_for,
            theirs=self.theirs or other.theirs,
        )

    def _agreed(self, other: "Bucket", name: str) -> int | None:
        mine, theirs = getattr(self, name), getattr(other, name)
        if None not in (mine, theirs) and mine != theirs:
            raise GovkitError(
                "One bucket, two rules", f"{self.name} has {name}: {mine}, and {theirs}."
            )
        found: int | None = theirs if mine is None else mine
        return found


def _together(one: Document | None, other: Document | None) -> Document | None:
    """Return what both say, each statement once, denies last."""
    if one is None or other is None:
        return one or other
    said = {str(each): each.value for each in (*statements(one), *statements(other))}
    named = sorted(said.values(), key=lambda each: str(each.get("Sid")))
    ordered = sorted(named, key=lambda each: bool(each["Effect"] == "Deny"))
    return of({"Version": "2012-10-17", "Statement": ordered})


def _read(look: Look) -> Iterator[Found[Bucket]]:
    """Yield the buckets that the layout names, from the account that shall own each."""
    (root,) = look.found("root")
    told = _tokens(root.resource.arn)
    for one, spot in named(look, "bucket"):
        yield from looked(look, [spot], partial(_there, look, name=one.name, told=told))


def _there(
    api: Look | Api, spot: Spot, *, name: str, told: Mapping[str, str]
) -> Iterator[Found[Bucket]]:
    try:
        head = api.call(ApiCall("s3", "HeadBucket", {"Bucket": name}, spot.place))
    except AwsError as error:
        if error.code in ("404", "NoSuchBucket"):
            return
        if error.code in ("403", "AccessDenied") and not _is_listed(api, spot, name):
            yield Found(Bucket(_ANOTHER, spot.region, name))
            return
        raise
    yield Found(_bucket(api, spot, name, str(head.get("BucketRegion") or spot.region), told))


def _is_listed(api: Look | Api, spot: Spot, name: str) -> bool:
    """Tell whether the account has a bucket of this name, though it may not be looked at."""
    listed = api.items("Buckets", ApiCall("s3", "ListBuckets", {"Prefix": name}, spot.place))
    return any(one["Name"] == name for one in listed)


def _bucket(api: Look | Api, spot: Spot, name: str, region: str, told: Mapping[str, str]) -> Bucket:
    def ask(operation: str) -> Mapping[str, Any]:
        try:
            return api.call(ApiCall("s3", operation, {"Bucket": name}, spot.place))
        except AwsError as error:
            if error.code == _GONE.get(operation):
                return {}
            raise

    tags = {one["Key"]: one["Value"] for one in ask("GetBucketTagging").get("TagSet", ())}
    block = ask("GetPublicAccessBlock").get("PublicAccessBlockConfiguration", {})
    days, lock = _retention(ask("GetObjectLockConfiguration"))
    expire, rules = _lifecycle(ask("GetBucketLifecycleConfiguration").get("Rules", ()))
    return Bucket(
        account=spot.account,
        region=region,
        name=name,
        policy=_policy(ask("GetBucketPolicy").get("Policy"), told),
        versioning=ask("GetBucketVersioning").get("Status") == "Enabled",
        public_access_block=all(block.get(one) is True for one in _CLOSED),
        object_lock_days=days,
        other_lock=lock,
        expire_days=expire,
        other_rules=rules,
        layout=tags.get(LAYOUT),
    )


def _policy(text: str | None, told: Mapping[str, str]) -> Document | None:
    if text is None:
        return None
    for token, given in told.items():
        text = text.replace(given, token)
    return parsed(text, Grammar.IAM)


def _retention(answer: Mapping[str, Any]) -> tuple[int | None, str | None]:
    rule = answer.get("ObjectLockConfiguration", {}).get("Rule", {}).get("DefaultRetention")
    if not rule:
        return None, None
    if rule.get("Mode") == "GOVERNANCE" and rule.get("Days"):
        return int(rule["Days"]), None
    span = f"{rule['Days']} days" if rule.get("Days") else f"{rule.get('Years')} years"
    return None, f"{rule.get('Mode')} {span}"


def _lifecycle(rules: Any) -> tuple[int | None, tuple[str, ...]]:
    """Return after how many days our rule lets logs expire, and what other rules say."""
    ours = [one for one in rules if one == _rule((one.get("Expiration") or {}).get("Days"))]
    others = tuple(sorted(dense(dict(one)) for one in rules if one not in ours))
    return (int(ours[0]["Expiration"]["Days"]) if ours else None), others


def _rule(days: int | None) -> dict[str, Any]:
    """Return the rule that lets logs expire; an overwritten one stays as long again."""
    return {
        "ID": _RULE,
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "Expiration": {"Days": days},
        "NoncurrentVersionExpiration": {"NoncurrentDays": days},
    }


def _glance(bucket: Bucket, api: Api, ids: Ids) -> Found[Bucket] | None:
    spot = Spot(bucket.account, place(bucket.account, ids, bucket.region))
    return next(_there(api, spot, name=bucket.name, told=_told(ids)), None)


def _told(ids: Ids) -> dict[str, str]:
    return _tokens(ids.get(ORGANIZATION_ARN) or "")


def _tokens(arn: str) -> dict[str, str]:
    """Return what the tokens stand for, from the organization's ARN; nothing without it."""
    if not arn:
        return {}
    return {ORGANIZATION: arn.rpartition("/")[2], MANAGEMENT: arn.split(":")[4]}


def _lower(change: Change[Bucket], ids: Ids) -> Iterator[ApiCall]:
    """Make it, tagged at once, then closed before anybody writes; of an old one, mend what differs."""
    before, after = change.before, change.after
    if after is None:
        raise BugError("This is a bug in govkit: a bucket of logs was to go", str(change.address))

    def ask(operation: str, **params: Any) -> ApiCall:
        where = place(after.account, ids, after.region)
        return ApiCall("s3", operation, {"Bucket": after.name, **params}, where)

    if before is None:
        yield ask("CreateBucket", CreateBucketConfiguration=_creation(after))
    if before is None or not before.public_access_block:
        yield ask("PutPublicAccessBlock", PublicAccessBlockConfiguration=dict(_CLOSED))
    if before is None or not before.versioning:
        yield ask("PutBucketVersioning", VersioningConfiguration={"Status": "Enabled"})
    if after.policy is not None and (before is None or before.policy != after.policy):
        yield ask("PutBucketPolicy", Policy=_text(after.policy, ids))
    if _lock(after) != (_NO_LOCK if before is None else _lock(before)):
        yield ask("PutObjectLockConfiguration", ObjectLockConfiguration=_locked(after))
    if _rules(after) != ((None, ()) if before is None else _rules(before)):
        if after.expire_days is None:
            yield ask("DeleteBucketLifecycle")
        else:
            rules = {"Rules": [_rule(after.expire_days)]}
            yield ask("PutBucketLifecycleConfiguration", LifecycleConfiguration=rules)


def _meet(wanted: Bucket | None, live: Bucket | None) -> tuple[Bucket | None, Bucket | None]:
    """Leave a bucket in the Region in which it was made: AWS moves none; and to its keeper what is theirs."""
    if wanted is None or live is None:
        return wanted, live
    wanted = replace(wanted, region=live.region)
    return _left_to_them(wanted, live) if wanted.theirs else wanted, live


def _left_to_them(wanted: Bucket, live: Bucket) -> Bucket:
    """Return what the layout asks of somebody else's bucket, and for the rest what it is like."""
    lock = wanted.object_lock_days
    return replace(
        wanted,
        policy=live.policy,
        object_lock_days=live.object_lock_days if lock is None else lock,
        other_lock=live.other_lock if lock is None else None,
        expire_days=live.expire_days if wanted.expire_days is None else wanted.expire_days,
        other_rules=live.other_rules if wanted.expire_days is None else (),
        unlocked_for=None,
    )


_NO_LOCK = (None, None)


def _lock(bucket: Bucket) -> tuple[int | None, str | None]:
    return bucket.object_lock_days, bucket.other_lock


def _rules(bucket: Bucket) -> tuple[int | None, tuple[str, ...]]:
    return bucket.expire_days, bucket.other_rules


def _creation(bucket: Bucket) -> dict[str, Any]:
    place = {} if bucket.region == _FIRST_REGION else {"LocationConstraint": bucket.region}
    return {**place, "Tags": as_list({LAYOUT: bucket.layout})}


def _locked(bucket: Bucket) -> dict[str, Any]:
    days = bucket.object_lock_days
    retention = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": days}}
    return {"ObjectLockEnabled": "Enabled", **({"Rule": retention} if days else {})}


def _text(policy: Document, ids: Ids) -> str:
    text = policy.text
    for token, given in _told(ids).items():
        text = text.replace(token, given)
    return text


KIND = Kind(
    name="bucket",
    noun="bucket",
    resource=Bucket,
    read=_read,
    glance=_glance,
    lower=_lower,
    meet=_meet,
    authority=Authority.MEMBER,
    beyond=True,
    by_name=True,
    reads=(
        "s3:GetBucketObjectLockConfiguration",
        "s3:GetBucketPolicy",
        "s3:GetBucketPublicAccessBlock",
        "s3:GetBucketTagging",
        "s3:GetBucketVersioning",
        "s3:GetLifecycleConfiguration",
        "s3:ListAllMyBuckets",
        "s3:ListBucket",
    ),
    writes=lambda _: (
        "s3:CreateBucket",
        "s3:PutBucketObjectLockConfiguration",
        "s3:PutBucketPolicy",
        "s3:PutBucketPublicAccessBlock",
        "s3:PutBucketVersioning",
        "s3:PutLifecycleConfiguration",
        "s3:TagResource",
    ),
    serves=("cloudtrail", "config"),
)
