"""Buckets that CloudTrail and AWS Config write to: how a layout asks for one, and who may write."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from govkit.errors import GovkitError
from govkit.kinds._keepers import Keeper
from govkit.kinds.bucket import MANAGEMENT, ORGANIZATION, Bucket
from govkit.model.address import account as account_address
from govkit.model.kind import Asked
from govkit.model.scope import Scope
from govkit.policies.document import of

_OWNER = {"s3:x-amz-acl": "bucket-owner-full-control"}


@dataclass(frozen=True, slots=True)
class LogBucket:
    """The bucket that logs go to, and the account that owns it."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    name: str
    account: str
    prefix: str | None = None
    object_lock_days: int | None = None
    expire_days: int | None = None
    managed_by: Literal["govkit", "observe"] = "govkit"


def log_bucket(
    told: LogBucket,
    scope: Scope,
    writers: Iterable[dict[str, Any]],
    unlocked_for: str | None = None,
    keeper: Keeper = "govkit",
) -> Iterator[Asked]:
    """Yield the bucket as a section asks for it, with what the section's service needs of it.

    `unlocked_for` names the service where it writes into no bucket with Object Lock. `keeper` keeps the
    section: where that, or the bucket, is another's work, the bucket is only observed.

    Raises `GovkitError` where it has no Region to stand in, or its days make no sense.
    """
    theirs = (told.managed_by, keeper) != ("govkit", "govkit")
    if not scope.home_region:
        raise GovkitError(
            "No home Region", "A bucket stands in one: organization: {home_region: …}."
        )
    lock, expire = told.object_lock_days, told.expire_days
    if any(days is not None and days < 1 for days in (lock, expire)):
        raise GovkitError("Not a number of days", "Days of a bucket are 1 or more.")
    if lock and expire and expire < lock:
        raise GovkitError(
            "Expires while locked",
            f"Logs would expire after {expire} days, and are locked for {lock}.",
        )
    arn = f"arn:{scope.partition}:s3:::{told.name}"
    yield Asked(
        (),
        Bucket(
            account=account_address(told.account),
            region=scope.home_region,
            name=told.name,
            policy=of({"Version": "2012-10-17", "Statement": [*writers, _tls_only(arn)]}),
            object_lock_days=lock,
            expire_days=expire,
            unlocked_for=unlocked_for,
            theirs=theirs,
        ),
        observed=theirs,
    )


def cloudtrail_writes(told: LogBucket, trail: str, scope: Scope) -> Iterator[dict[str, Any]]:
    """Yield what lets the organization's trail write: of the management account and of all members."""
    arn, inside = _bucket(told, scope)
    source = f"arn:{scope.partition}:cloudtrail:{scope.home_region}:{MANAGEMENT}:trail/{trail}"
    service = {"Service": "cloudtrail.amazonaws.com"}
    yield {
        "Sid": "CloudTrailLooks",
        "Effect": "Allow",
        "Principal": service,
        "Action": "s3:GetBucketAcl",
        "Resource": arn,
        "Condition": {"StringEquals": {"aws:SourceArn": source}},
    }
    yield {
        "Sid": "CloudTrailWrites",
        "Effect": "Allow",
        "Principal": service,
        "Action": "s3:PutObject",
        "Resource": [f"{inside}/{MANAGEMENT}/*", f"{inside}/{ORGANIZATION}/*"],
        "Condition": {"StringEquals": {"aws:SourceArn": source, **_OWNER}},
    }


def config_writes(told: LogBucket, scope: Scope) -> Iterator[dict[str, Any]]:
    """Yield what lets AWS Config write for every account of the organization, and for no other."""
    arn, inside = _bucket(told, scope)
    service = {"Service": "config.amazonaws.com"}
    ours = {"aws:SourceOrgID": ORGANIZATION}
    yield {
        "Sid": "ConfigLooks",
        "Effect": "Allow",
        "Principal": service,
        "Action": ["s3:GetBucketAcl", "s3:ListBucket"],
        "Resource": arn,
        "Condition": {"StringEquals": ours},
    }
    yield {
        "Sid": "ConfigWrites",
        "Effect": "Allow",
        "Principal": service,
        "Action": "s3:PutObject",
        "Resource": f"{inside}/*/Config/*",
        "Condition": {"StringEquals": {**ours, **_OWNER}},
    }


def _bucket(told: LogBucket, scope: Scope) -> tuple[str, str]:
    """Return the bucket's ARN, and that of what is below AWSLogs in it."""
    arn = f"arn:{scope.partition}:s3:::{told.name}"
    prefix = f"{told.prefix.strip('/')}/" if told.prefix else ""
    return arn, f"{arn}/{prefix}AWSLogs"


def _tls_only(arn: str) -> dict[str, Any]:
    return {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
