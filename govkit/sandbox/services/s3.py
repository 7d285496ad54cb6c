"""AWS S3, as far as a store needs it: buckets, objects, conditional reads and writes, listing."""

import base64
import hashlib
import re
from collections.abc import Mapping
from typing import Any, TypedDict
from urllib.parse import quote

from govkit.sandbox.calls import Call, Handler, Service, World
from govkit.sandbox.clock import iso
from govkit.sandbox.model import service_model
from govkit.sandbox.refusals import RefusalError, refusal
from govkit.sandbox.s3 import configuration
from govkit.sandbox.tables import Shape, Table

Params = Mapping[str, Any]
_NAME = re.compile(
    r"(?!xn--|sthree-|.*\.\.|.*-s3alias$|(\d+\.){3}\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
)
_MOST_KEYS = 1_000
_LONGEST_KEY = 1_024
_FIRST_REGION = "us-east-1"


class Bucket(TypedDict):
    """A bucket; `Owner` is an account."""

    Name: str
    Owner: str
    Region: str
    Created: str


class Object(TypedDict):
    """An object; its body is text where it can be read as such, else base64."""

    Bucket: str
    Key: str
    Encoding: str
    Body: str
    ETag: str
    LastModified: str
    ContentType: str
    Metadata: dict[str, str]


SHAPES = {
    "buckets": Shape(Bucket),
    "objects": Shape(Object, ("Bucket",)),
    "configurations": configuration.SHAPE,
}


def create_bucket(world: World, params: Params) -> dict[str, Any]:
    name = str(params["Bucket"])
    if not _NAME.fullmatch(name):
        raise _no(400, "InvalidBucketName", "The specified bucket is not valid.")
    told = params.get("CreateBucketConfiguration", {})
    asked = told.get("LocationConstraint", _FIRST_REGION)
    there: Bucket | None = _buckets(world).get(name)
    if there is not None:
        mine = there["Owner"] == world.caller.account
        code = "BucketAlreadyOwnedByYou" if mine else "BucketAlreadyExists"
        raise _no(409, code, "The requested bucket name is not available.")
    row = Bucket(Name=name, Owner=world.caller.account, Region=asked, Created=iso(world.now))
    _buckets(world).put(name, row)
    configuration.keep(world, name, "Block", configuration.BLOCKED)  # as on every new bucket
    if told.get("Tags"):
        configuration.keep(world, name, "Tags", {"TagSet": told["Tags"]})
    return {"Location": f"/{name}"}


def delete_bucket(world: World, params: Params) -> dict[str, Any]:
    name = _mine(world, params)
    if _objects(world).where("Bucket", name):
        raise _no(409, "BucketNotEmpty", "The bucket you tried to delete is not empty.")
    _buckets(world).drop(name)
    configuration.forget_all(world, name)
    return {}


def head_bucket(world: World, params: Params) -> dict[str, Any]:
    return {"BucketRegion": _buckets(world)[_mine(world, params)]["Region"]}


def list_buckets(world: World, params: Params) -> dict[str, Any]:
    owner = world.caller.account
    prefix = params.get("Prefix", "")
    mine = [
        row
        for row in _buckets(world).rows()
        if row["Owner"] == owner and row["Name"].startswith(prefix)
    ]
    return {
        "Buckets": [
            {"Name": row["Name"], "CreationDate": row["Created"], "BucketRegion": row["Region"]}
            for row in sorted(mine, key=lambda row: row["Name"])
        ],
        "Owner": {"ID": hashlib.sha256(owner.encode()).hexdigest()},
    }


def put_object(world: World, params: Params) -> dict[str, Any]:
    """Write an object whole: only where none is (`If-None-Match: *`) or where this one is (`If-Match`)."""
    bucket, key = _mine(world, params), str(params["Key"])
    if len(key.encode()) > _LONGEST_KEY:
        raise _no(400, "KeyTooLongError", "Your key is too long")
    there = _objects(world).get(f"{bucket}/{key}")
    _check_write(there, params)
    body = params.get("Body", b"")
    raw = body.encode() if isinstance(body, str) else bytes(body)
    etag = f'"{hashlib.md5(raw, usedforsecurity=False).hexdigest()}"'
    row = Object(
        Bucket=bucket,
        Key=key,
        **_kept(raw),
        ETag=etag,
        LastModified=iso(world.now),
        ContentType=str(params.get("ContentType", "binary/octet-stream")),
        Metadata=dict(params.get("Metadata", {})),
    )
    _objects(world).put(f"{bucket}/{key}", row)
    return {"ETag": etag}


def get_object(world: World, params: Params) -> dict[str, Any]:
    row = _found(world, params)
    return {**_facts(row), "Body": _raw(row)}


def head_object(world: World, params: Params) -> dict[str, Any]:
    return _facts(_found(world, params))


def delete_object(world: World, params: Params) -> dict[str, Any]:
    """Take an object away; one that is not there is gone as well."""
    place = f"{_mine(world, params)}/{params['Key']}"
    there = _objects(world).get(place)
    if "IfMatch" in params:
        _check_write(there, params)
    if there is not None:
        _objects(world).drop(place)
    return {}


def list_objects(world: World, params: Params) -> dict[str, Any]:
    """List keys in order, a page at a time; what a delimiter ends is told once."""
    bucket = _mine(world, params)
    prefix, delimiter = params.get("Prefix", ""), params.get("Delimiter", "")
    most = min(int(params.get("MaxKeys", _MOST_KEYS)), _MOST_KEYS)
    after = _token(params["ContinuationToken"]) if "ContinuationToken" in params else ""
    after = max(after, params.get("StartAfter", ""))
    coded = params.get("EncodingType") == "url"
    found: dict[str, Any] = {}
    for place in _objects(world).where("Bucket", bucket):
        key = place.partition("/")[2]
        head, cut, _ = key.removeprefix(prefix).partition(delimiter) if delimiter else (key, "", "")
        name = prefix + head + cut if cut else key
        if key.startswith(prefix) and name > after and not (cut and key <= after):
            found.setdefault(name, None if cut else _objects(world)[place])
    page = sorted(found)[:most]
    more = len(found) > len(page)
    shown = [(quote(name) if coded else name, found[name]) for name in page]
    answer: dict[str, Any] = {
        "Name": bucket,
        "Prefix": quote(prefix) if coded else prefix,
        "KeyCount": len(page),
        "MaxKeys": most,
        "IsTruncated": more,
        "Contents": [_listed(name, row) for name, row in shown if row is not None],
        "CommonPrefixes": [{"Prefix": name} for name, row in shown if row is None],
    }
    if more and page:
        answer["NextContinuationToken"] = base64.urlsafe_b64encode(page[-1].encode()).decode()
    return answer | ({"EncodingType": "url"} if coded else {})


def _listed(name: str, row: Object) -> dict[str, Any]:
    return {
        "Key": name,
        "LastModified": row["LastModified"],
        "ETag": row["ETag"],
        "Size": len(_raw(row)),
        "StorageClass": "STANDARD",
    }


def _token(text: str) -> str:
    try:
        return base64.urlsafe_b64decode(text).decode()
    except ValueError as problem:
        told = "The continuation token provided is incorrect"
        raise _no(400, "InvalidArgument", told) from problem


def _check_write(there: Object | None, params: Params) -> None:
    """Refuse a conditional write whose condition does not hold, as S3 does since 2024."""
    match params.get("IfNoneMatch"):
        case None:
            pass
        case "*" if there is not None:
            raise _failed("If-None-Match")
        case "*":
            pass
        case _:
            text = "A header you provided implies functionality that is not implemented."
            raise _no(501, "NotImplemented", text)
    wanted = params.get("IfMatch")
    if wanted is None:
        return
    if there is None:
        raise _no(404, "NoSuchKey", "The specified key does not exist.")
    if wanted.strip('"') != there["ETag"].strip('"'):
        raise _failed("If-Match")


def _found(world: World, params: Params) -> Object:
    row: Object | None = _objects(world).get(f"{_mine(world, params)}/{params['Key']}")
    if row is None:
        raise _no(404, "NoSuchKey", "The specified key does not exist.")
    etag = row["ETag"].strip('"')
    if params.get("IfMatch", etag).strip('"') != etag:
        raise _failed("If-Match")
    if params.get("IfNoneMatch", "").strip('"') in {etag, "*"}:
        raise _no(304, "NotModified", "Not Modified")
    return row


def _mine(world: World, params: Params) -> str:
    """Return the name of the bucket that is asked for; other accounts' buckets are closed."""
    name = str(params["Bucket"])
    row: Bucket | None = _buckets(world).get(name)
    if row is None:
        raise _no(404, "NoSuchBucket", "The specified bucket does not exist")
    owner = params.get("ExpectedBucketOwner", row["Owner"])
    if world.caller.account != row["Owner"] or owner != row["Owner"]:
        raise _no(403, "AccessDenied", "Access Denied")
    return name


def _facts(row: Object) -> dict[str, Any]:
    return {
        "AcceptRanges": "bytes",
        "ContentLength": len(_raw(row)),
        "ContentType": row["ContentType"],
        "ETag": row["ETag"],
        "LastModified": row["LastModified"],
        "Metadata": row["Metadata"],
    }


class _Kept(TypedDict):
    Encoding: str
    Body: str


def _kept(raw: bytes) -> _Kept:
    try:
        return {"Encoding": "utf-8", "Body": raw.decode()}
    except UnicodeDecodeError:
        return {"Encoding": "base64", "Body": base64.b64encode(raw).decode()}


def _raw(row: Object) -> bytes:
    body = row["Body"]
    return base64.b64decode(body) if row["Encoding"] == "base64" else body.encode()


def _buckets(world: World) -> Table[Bucket]:
    return world.documents("s3").tables["buckets"]


def _objects(world: World) -> Table[Object]:
    return world.documents("s3").tables["objects"]


def _failed(condition: str) -> RefusalError:
    text = f"At least one of the pre-conditions you specified did not hold ({condition})"
    return _no(412, "PreconditionFailed", text)


def _no(status: int, code: str, message: str) -> RefusalError:
    return refusal(code, message=message, status=status)


def _admit(_: World, call: Call) -> None:
    """Refuse what lacks a member that the model requires."""
    shape: Any = service_model("s3").operation_model(call.operation).input_shape
    missing = [name for name in shape.required_members if name not in call.params] if shape else []
    if missing:
        raise _no(400, "InvalidRequest", f"Missing required parameter: {', '.join(missing)}")


_HANDLERS: Mapping[str, Handler] = {
    "CreateBucket": create_bucket,
    "DeleteBucket": delete_bucket,
    "HeadBucket": head_bucket,
    "ListBuckets": list_buckets,
    "PutObject": put_object,
    "GetObject": get_object,
    "HeadObject": head_object,
    "DeleteObject": delete_object,
    "ListObjectsV2": list_objects,
    **configuration.handlers(_mine),
}

SERVICE = Service("s3", "s3", _HANDLERS, SHAPES, _admit, consistent=True)
