"""What is set on a bucket as a whole: policy, versioning, public access, lock, lifecycle, tags."""

from collections.abc import Callable, Mapping
from typing import Any, TypedDict

from govkit.sandbox.calls import Handler, World
from govkit.sandbox.refusals import RefusalError, refusal
from govkit.sandbox.s3.grants import checked, configurations, is_public
from govkit.sandbox.tables import Shape

Params = Mapping[str, Any]
Answer = dict[str, Any]
Owned = Callable[[World, Params], str]
Check = Callable[[World, str, Any], Any]
BLOCKED = dict.fromkeys(
    ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
)
_ENCRYPTED = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}


class Configuration(TypedDict):
    """One thing that is set, keyed by bucket and name; its value is as S3 was told."""

    Bucket: str
    Name: str
    Value: object


SHAPE = Shape(Configuration, ("Bucket",))


def keep(world: World, bucket: str, name: str, value: Any) -> None:
    row = Configuration(Bucket=bucket, Name=name, Value=value)
    configurations(world).put(f"{bucket}/{name}", row)


def forget_all(world: World, bucket: str) -> None:
    """Forget all that was set on a bucket that goes."""
    for key in list(configurations(world).where("Bucket", bucket)):
        configurations(world).drop(key)


def handlers(owned: Owned) -> dict[str, Handler]:
    """Return the handlers; `owned` names the caller's bucket, or refuses."""

    def encryption(world: World, params: Params) -> Answer:
        owned(world, params)
        return {"ServerSideEncryptionConfiguration": _ENCRYPTED}

    found: dict[str, Handler] = {"GetBucketEncryption": encryption}
    for operation, (name, member, check) in _PUTS.items():
        found[operation] = _put(owned, name, member, check)
    for operation, (name, under, missing) in _GETS.items():
        found[operation] = _get(owned, name, under, missing)
    for operation, name in _DELETES.items():
        found[operation] = _delete(owned, name)
    return found


def _put(owned: Owned, name: str, member: str, check: Check) -> Handler:
    def handle(world: World, params: Params) -> Answer:
        bucket = owned(world, params)
        keep(world, bucket, name, check(world, bucket, params[member]))
        return {}

    return handle


def _get(owned: Owned, name: str, under: str, missing: str) -> Handler:
    """Return what shows a setting, under a name or as it is; `missing` is S3's word for none."""

    def handle(world: World, params: Params) -> Answer:
        row = configurations(world).get(f"{owned(world, params)}/{name}")
        if row is None and missing:
            raise refusal(missing, message="There is none on this bucket.", status=404)
        value = {} if row is None else row["Value"]
        return {under: value} if under else dict(value)

    return handle


def _delete(owned: Owned, name: str) -> Handler:
    def handle(world: World, params: Params) -> Answer:
        key = f"{owned(world, params)}/{name}"
        if key in configurations(world):
            configurations(world).drop(key)
        return {}

    return handle


def _as_told(_: World, __: str, told: Any) -> Any:
    return told


def _policy(world: World, bucket: str, text: str) -> str:
    block = _kept(world, bucket, "Block")
    if block.get("BlockPublicPolicy") and is_public(checked(text, bucket)):
        raise refusal("AccessDenied", message="Access Denied", status=403)
    return checked(text, bucket)


def _versioning(world: World, bucket: str, told: Any) -> Any:
    if told.get("Status") != "Enabled" and _kept(world, bucket, "Lock"):
        raise _state("An Object Lock configuration is present on this bucket.")
    return told


def _lock(world: World, bucket: str, told: Any) -> Any:
    if _kept(world, bucket, "Versioning").get("Status") != "Enabled":
        raise _state("Versioning must be 'Enabled' on the bucket to apply a Object Lock.")
    rule = (told.get("Rule") or {}).get("DefaultRetention")
    if rule is not None and bool(rule.get("Days")) == bool(rule.get("Years")):
        raise refusal("MalformedXML", message="Either days or years must be told.")
    return told


def _lifecycle(_: World, __: str, told: Any) -> Any:
    rules = told["Rules"]
    if len({one.get("ID") for one in rules}) < len(rules):
        raise refusal("InvalidArgument", message="Rule ID must be unique.")
    if any("Filter" not in one and "Prefix" not in one for one in rules):
        raise refusal("MalformedXML", message="A rule needs a filter.")
    return told


def _kept(world: World, bucket: str, name: str) -> Mapping[str, Any]:
    row = configurations(world).get(f"{bucket}/{name}")
    return {} if row is None else row["Value"]


def _state(text: str) -> RefusalError:
    return refusal("InvalidBucketState", message=text, status=409)


_PUTS: Mapping[str, tuple[str, str, Check]] = {
    "PutBucketPolicy": ("Policy", "Policy", _policy),
    "PutBucketVersioning": ("Versioning", "VersioningConfiguration", _versioning),
    "PutPublicAccessBlock": ("Block", "PublicAccessBlockConfiguration", _as_told),
    "PutBucketLifecycleConfiguration": ("Lifecycle", "LifecycleConfiguration", _lifecycle),
    "PutObjectLockConfiguration": ("Lock", "ObjectLockConfiguration", _lock),
    "PutBucketTagging": ("Tags", "Tagging", _as_told),
}
_GETS: Mapping[str, tuple[str, str, str]] = {
    "GetBucketPolicy": ("Policy", "Policy", "NoSuchBucketPolicy"),
    "GetBucketVersioning": ("Versioning", "", ""),
    "GetPublicAccessBlock": (
        "Block",
        "PublicAccessBlockConfiguration",
        "NoSuchPublicAccessBlockConfiguration",
    ),
    "GetBucketLifecycleConfiguration": ("Lifecycle", "", "NoSuchLifecycleConfiguration"),
    "GetObjectLockConfiguration": (
        "Lock",
        "ObjectLockConfiguration",
        "ObjectLockConfigurationNotFoundError",
    ),
    "GetBucketTagging": ("Tags", "", "NoSuchTagSet"),
}
_DELETES: Mapping[str, str] = {
    "DeleteBucketPolicy": "Policy",
    "DeletePublicAccessBlock": "Block",
    "DeleteBucketLifecycle": "Lifecycle",
    "DeleteBucketTagging": "Tags",
}
