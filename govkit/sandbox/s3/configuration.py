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

    def put(name: str, member: str, check: Callable[[World, str, Any], Any]) -> Handler:
        def handle(world: World, params: Params) -> Answer:
            bucket = owned(world, params)
            keep(world, bucket, name, check(world, bucket, params[member]))
            return {}

        return handle

    def get(name: str, shown: Callable[[Any], Answer], refused: RefusalError | None) -> Handler:
        def handle(world: World, params: Params) -> Answer:
            row = configurations(world).get(f"{owned(world, params)}/{name}")
            if row is None and refused is not None:
                raise refused
            return shown(row["Value"]) if row is not None else {}

        return handle

    def delete(name: str) -> Handler:
        def handle(world: World, params: Params) -> Answer:
            key = f"{owned(world, params)}/{name}"
            if key in configurations(world):
                configurations(world).drop(key)
            return {}

        return handle

    def encryption(world: World, params: Params) -> Answer:
        owned(world, params)
        return {"ServerSideEncryptionConfiguration": _ENCRYPTED}

    return {
        "PutBucketPolicy": put("Policy", "Policy", _policy),
        "GetBucketPolicy": get("Policy", _under("Policy"), _missing("NoSuchBucketPolicy")),
        "DeleteBucketPolicy": delete("Policy"),
        "PutBucketVersioning": put("Versioning", "VersioningConfiguration", _versioning),
        "GetBucketVersioning": get("Versioning", dict, None),
        "PutPublicAccessBlock": put("Block", "PublicAccessBlockConfiguration", _as_told),
        "GetPublicAccessBlock": get(
            "Block",
            _under("PublicAccessBlockConfiguration"),
            _missing("NoSuchPublicAccessBlockConfiguration"),
        ),
        "DeletePublicAccessBlock": delete("Block"),
        "PutBucketLifecycleConfiguration": put("Lifecycle", "LifecycleConfiguration", _lifecycle),
        "GetBucketLifecycleConfiguration": get(
            "Lifecycle", dict, _missing("NoSuchLifecycleConfiguration")
        ),
        "DeleteBucketLifecycle": delete("Lifecycle"),
        "PutObjectLockConfiguration": put("Lock", "ObjectLockConfiguration", _lock),
        "GetObjectLockConfiguration": get(
            "Lock",
            _under("ObjectLockConfiguration"),
            _missing("ObjectLockConfigurationNotFoundError"),
        ),
        "PutBucketTagging": put("Tags", "Tagging", _as_told),
        "GetBucketTagging": get("Tags", dict, _missing("NoSuchTagSet")),
        "DeleteBucketTagging": delete("Tags"),
        "GetBucketEncryption": encryption,
    }


def _under(name: str) -> Callable[[Any], Answer]:
    return lambda value: {name: value}


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


def _missing(code: str) -> RefusalError:
    return refusal(code, message="There is none on this bucket.", status=404)


def _state(text: str) -> RefusalError:
    return refusal("InvalidBucketState", message=text, status=409)
