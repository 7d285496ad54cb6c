"""S3 in the sandbox: objects, conditions, pages and refusals, through real boto3 clients."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from govkit.errors import GovkitError
from govkit.sandbox import changes
from govkit.sandbox.calls import Call
from govkit.sandbox.console import Console
from govkit.sandbox.faults import Fault, Kind, plant
from govkit.sandbox.identity import session_caller
from govkit.sandbox.making import Story, configure, new
from govkit.sandbox.mount import mount
from govkit.sandbox.refusals import RefusalError
from govkit.sandbox.rest_xml import Sent, read
from govkit.sandbox.sandbox import Sandbox
from govkit.sandbox.server import serving
from govkit.sandbox.settings import Settings

BUCKET = "acme-govkit"


@dataclass
class Box:
    """A client of a sandbox's bucket."""

    folder: Path
    client: Any

    def put(self, key: str, body: bytes = b"body", **more: Any) -> Any:
        return self.client.put_object(Bucket=BUCKET, Key=key, Body=body, **more)

    def get(self, key: str, **more: Any) -> Any:
        return self.client.get_object(Bucket=BUCKET, Key=key, **more)


@pytest.fixture
def box(tmp_path: Path) -> Box:
    folder = tmp_path / "sandbox"
    new(folder, Story.EMPTY)
    session = boto3.Session()
    mount(session, folder)
    client = session.client("s3")
    client.create_bucket(Bucket=BUCKET)
    return Box(folder, client)


def refused(code: str, status: int, ask: Any) -> None:
    with pytest.raises(ClientError) as caught:
        ask()
    response: Any = caught.value.response
    assert response["Error"]["Code"] == code
    assert response["ResponseMetadata"]["HTTPStatusCode"] == status


@pytest.mark.parametrize("body", [b"", b"text\n", "Umläute".encode(), bytes(range(256)) * 40])
@pytest.mark.parametrize("key", ["a", "main/a b+c/ü&<>.json", "a//b/", "100%"])
def test_what_is_put_is_got_back(box: Box, key: str, body: bytes) -> None:
    put = box.put(key, body, ContentType="text/plain", Metadata={"run": "one"})
    got = box.get(key)
    assert got["Body"].read() == body
    assert got["ETag"] == put["ETag"] == f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
    assert (got["ContentType"], got["Metadata"]) == ("text/plain", {"run": "one"})
    head = box.client.head_object(Bucket=BUCKET, Key=key)
    assert (head["ContentLength"], head["ETag"]) == (len(body), got["ETag"])
    assert head["LastModified"] == got["LastModified"]


def test_it_is_there_for_the_next_process_and_for_eyes(box: Box) -> None:
    box.put("lock", b"mine")
    kept = json.loads((box.folder / "s3.json").read_text())
    assert kept["objects"][f"{BUCKET}/lock"]["Body"] == "mine"
    again = Sandbox(box.folder).call("GetObject", {"Bucket": BUCKET, "Key": "lock"}, service="s3")
    assert again["Body"] == b"mine"
    log = (box.folder / "calls.jsonl").read_text()
    assert '"PutObject"' in log
    assert "mine" not in log


def test_a_write_where_none_may_be_is_refused_where_one_is(box: Box) -> None:
    box.put("lock", b"1", IfNoneMatch="*")
    refused("PreconditionFailed", 412, lambda: box.put("lock", b"2", IfNoneMatch="*"))
    assert box.get("lock")["Body"].read() == b"1"
    refused("NotImplemented", 501, lambda: box.put("lock", b"2", IfNoneMatch='"etag"'))


def test_a_write_over_one_is_refused_over_another(box: Box) -> None:
    first = box.put("lock", b"1")["ETag"]
    second = box.put("lock", b"2", IfMatch=first)["ETag"]
    refused("PreconditionFailed", 412, lambda: box.put("lock", b"3", IfMatch=first))
    box.put("lock", b"3", IfMatch=second.strip('"'))
    refused("NoSuchKey", 404, lambda: box.put("none", b"3", IfMatch=second))
    assert box.get("lock")["Body"].read() == b"3"


def test_reads_may_be_conditional_too(box: Box) -> None:
    etag = box.put("a")["ETag"]
    assert box.get("a", IfMatch=etag)["ETag"] == etag
    refused("PreconditionFailed", 412, lambda: box.get("a", IfMatch='"other"'))
    refused("304", 304, lambda: box.get("a", IfNoneMatch=etag))
    assert box.get("a", IfNoneMatch='"other"')["ETag"] == etag


def test_what_is_not_there_is_said_so(box: Box) -> None:
    refused("NoSuchKey", 404, lambda: box.get("none"))
    refused("404", 404, lambda: box.client.head_object(Bucket=BUCKET, Key="none"))
    refused("NoSuchBucket", 404, lambda: box.client.get_object(Bucket="nothing-here", Key="a"))
    refused("404", 404, lambda: box.client.head_bucket(Bucket="nothing-here"))
    refused("NotImplemented", 501, lambda: box.client.get_bucket_website(Bucket=BUCKET))


def test_what_is_deleted_is_gone_and_may_be_deleted_again(box: Box) -> None:
    etag = box.put("a")["ETag"]
    wrong = {"Bucket": BUCKET, "Key": "a", "IfMatch": '"other"'}
    refused("PreconditionFailed", 412, lambda: box.client.delete_object(**wrong))
    box.client.delete_object(Bucket=BUCKET, Key="a", IfMatch=etag)
    box.client.delete_object(Bucket=BUCKET, Key="a")
    refused("NoSuchKey", 404, lambda: box.get("a"))


def test_keys_are_listed_in_order_and_in_pages(box: Box) -> None:
    for number in range(7):
        box.put(f"runs/{number}.jsonl")
        box.put(f"runs/{number}/0 ü.json")
    box.put("other")
    pages = box.client.get_paginator("list_objects_v2").paginate(
        Bucket=BUCKET, Prefix="runs/", PaginationConfig={"PageSize": 3}
    )
    keys = [one["Key"] for page in pages for one in page.get("Contents", ())]
    assert keys == sorted(keys)
    assert len(keys) == 14
    assert "runs/3/0 ü.json" in keys
    after = box.client.list_objects_v2(Bucket=BUCKET, StartAfter="runs/6.jsonl")
    assert [one["Key"] for one in after["Contents"]] == ["runs/6/0 ü.json"]


def test_a_delimiter_makes_folders_each_told_once(box: Box) -> None:
    for number in range(5):
        box.put(f"runs/{number}.jsonl")
        for line in range(3):
            box.put(f"runs/{number}/{line}.json")
    pages = box.client.get_paginator("list_objects_v2").paginate(
        Bucket=BUCKET, Prefix="runs/", Delimiter="/", PaginationConfig={"PageSize": 3}
    )
    found = list(pages)
    folders = [one["Prefix"] for page in found for one in page.get("CommonPrefixes", ())]
    assert folders == [f"runs/{number}/" for number in range(5)]
    assert sum(len(page.get("Contents", ())) for page in found) == 5
    token = {"Bucket": BUCKET, "ContinuationToken": "ü"}
    refused("InvalidArgument", 400, lambda: box.client.list_objects_v2(**token))


def test_buckets_are_made_listed_and_taken_away_when_empty(box: Box) -> None:
    refused("BucketAlreadyOwnedByYou", 409, lambda: box.client.create_bucket(Bucket=BUCKET))
    far = {"LocationConstraint": "eu-west-1"}
    box.client.create_bucket(Bucket="acme-far", CreateBucketConfiguration=far)
    assert box.client.head_bucket(Bucket="acme-far")["BucketRegion"] == "eu-west-1"
    names = [one["Name"] for one in box.client.list_buckets()["Buckets"]]
    assert names == ["acme-far", BUCKET]
    box.put("a")
    refused("BucketNotEmpty", 409, lambda: box.client.delete_bucket(Bucket=BUCKET))
    box.client.delete_bucket(Bucket="acme-far")
    refused("404", 404, lambda: box.client.head_bucket(Bucket="acme-far"))


@pytest.mark.parametrize("name", ["a", "Upper", "under_score", "1.2.3.4", "a..b", "-a", "xn--a"])
def test_names_that_s3_does_not_take(box: Box, name: str) -> None:
    with pytest.raises(RefusalError) as caught:
        Sandbox(box.folder).call("CreateBucket", {"Bucket": name}, service="s3")
    assert caught.value.code == "InvalidBucketName"


def test_another_accounts_bucket_is_closed_and_its_name_taken(box: Box) -> None:
    sandbox = Sandbox(box.folder)
    other = session_caller(sandbox.settings, "222222222222", "admin", "jane")
    for operation, code in (
        ("ListObjectsV2", "AccessDenied"),
        ("CreateBucket", "BucketAlreadyExists"),
    ):
        with pytest.raises(RefusalError) as caught:
            sandbox.answer(Call("s3", operation, {"Bucket": BUCKET}, other))
        assert caught.value.code == code
    theirs = {"Bucket": BUCKET, "Key": "a", "ExpectedBucketOwner": "222222222222"}
    refused("AccessDenied", 403, lambda: box.client.get_object(**theirs))


def test_what_the_model_requires_must_be_there(box: Box) -> None:
    with pytest.raises(RefusalError) as caught:
        Sandbox(box.folder).call("PutObject", {"Bucket": BUCKET}, service="s3")
    assert caught.value.code == "InvalidRequest"
    refused("KeyTooLongError", 400, lambda: box.put("x" * 1025))


def test_objects_never_lag(box: Box) -> None:
    """S3 is consistent since 2020; only Organizations lets its readers wait."""
    configure(box.folder, Settings(read_lag=5))
    for body in (b"1", b"2", b"3"):
        box.put("a", body)
        assert box.get("a")["Body"].read() == body


@pytest.mark.parametrize(
    ("kind", "code", "status"),
    [
        (Kind.THROTTLE, "SlowDown", 503),
        (Kind.SERVICE_ERROR, "InternalError", 500),
        (Kind.ACCESS_DENIED, "AccessDenied", 403),
        (Kind.EXPIRED_TOKEN, "ExpiredToken", 400),
        (Kind.CONCURRENT_MODIFICATION, "OperationAborted", 409),
    ],
)
def test_misfortunes_come_in_s3s_own_words(box: Box, kind: Kind, code: str, status: int) -> None:
    plant(box.folder, Fault(kind, "PutObject", times=9))
    refused(code, status, lambda: box.put("a"))


def test_over_http_buckets_stand_in_the_path(box: Box) -> None:
    with serving(box.folder) as server:
        client = boto3.client(
            "s3",
            endpoint_url=server.url,
            aws_access_key_id="x",
            aws_secret_access_key="y",
            region_name="us-east-1",
        )
        client.put_object(Bucket=BUCKET, Key="a/ü", Body=b"abc")
        assert client.get_object(Bucket=BUCKET, Key="a/ü")["Body"].read() == b"abc"
        assert client.head_object(Bucket=BUCKET, Key="a/ü")["ContentLength"] == 3
        assert client.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 1
        client.delete_object(Bucket=BUCKET, Key="a/ü")
        refused("NoSuchKey", 404, lambda: client.get_object(Bucket=BUCKET, Key="a/ü"))
        client.close()


def test_a_person_makes_a_bucket_in_the_console(box: Box) -> None:
    assert (
        changes.create_bucket(Console(box.folder), "acme-more").sentence
        == "created bucket acme-more"
    )
    with pytest.raises(GovkitError, match="s3:CreateBucket"):
        changes.create_bucket(Console(box.folder), "acme-more")


# --- bytes that no client of ours sends --------------------------------------------------------


def _sent(method: str, url: str, body: bytes = b"", **headers: str) -> Sent:
    return Sent(method, url, {name.replace("_", "-"): told for name, told in headers.items()}, body)


@pytest.mark.parametrize(
    ("method", "url", "operation"),
    [
        ("GET", "/", "ListBuckets"),
        ("GET", "/b", "ListObjects"),
        ("GET", "/b?list-type=2", "ListObjectsV2"),
        ("GET", "/b?policy", "GetBucketPolicy"),
        ("PUT", "/b?versioning", "PutBucketVersioning"),
        ("PUT", "/b/k?partNumber=1&uploadId=x", "UploadPart"),
        ("POST", "/b?delete", "DeleteObjects"),
        ("GET", "https://b-1.s3.eu-west-1.amazonaws.com/k?tagging", "GetObjectTagging"),
    ],
)
def test_the_operation_is_told_from_method_path_and_query(
    method: str, url: str, operation: str
) -> None:
    assert read("s3", _sent(method, url))[0] == operation


def test_a_copy_is_told_from_its_header() -> None:
    operation, params = read("s3", _sent("PUT", "/b/k", x_amz_copy_source="b/other"))
    assert (operation, params["CopySource"]) == ("CopyObject", "b/other")


def test_a_body_in_xml_is_read_by_the_model() -> None:
    body = b"<Delete><Object><Key>a</Key></Object><Object><Key>b</Key></Object><Quiet>true</Quiet></Delete>"
    _, params = read("s3", _sent("POST", "/b?delete", body))
    assert params["Delete"] == {"Objects": [{"Key": "a"}, {"Key": "b"}], "Quiet": True}
    rules = (
        b'<CORSConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><CORSRule>'
        b"<AllowedMethod>GET</AllowedMethod><MaxAgeSeconds>30</MaxAgeSeconds>"
        b"</CORSRule></CORSConfiguration>"
    )
    _, params = read("s3", _sent("PUT", "/b?cors", rules))
    (rule,) = params["CORSConfiguration"]["CORSRules"]
    assert rule == {"AllowedMethods": ["GET"], "MaxAgeSeconds": 30}
    _, params = read("s3", _sent("PUT", "/b?policy", b'{"Version": "2012-10-17"}'))
    assert params["Policy"] == '{"Version": "2012-10-17"}'


@pytest.mark.parametrize("body", [b"<Delete>", b"<!DOCTYPE x><Delete/>", b"no XML"])
def test_a_body_that_is_no_xml_is_refused(body: bytes) -> None:
    with pytest.raises(RefusalError) as caught:
        read("s3", _sent("POST", "/b?delete", body))
    assert caught.value.code == "MalformedXML"


def test_a_method_that_means_nothing_is_refused() -> None:
    with pytest.raises(RefusalError) as caught:
        read("s3", _sent("PATCH", "/b"))
    assert caught.value.code == "MethodNotAllowed"


def test_a_body_that_does_not_fit_its_sum_is_refused() -> None:
    with pytest.raises(RefusalError) as caught:
        read("s3", _sent("PUT", "/b/k", b"body", x_amz_checksum_crc32="AAAAAA=="))
    assert caught.value.code == "BadDigest"


def test_a_body_in_chunks_is_put_together() -> None:
    body = b"4;chunk-signature=x\r\nbody\r\n3\r\nand\r\n0\r\nx-amz-meta-more:told\r\n\r\n"
    _, params = read("s3", _sent("PUT", "/b/k", body, content_encoding="aws-chunked"))
    assert (params["Body"], params["Metadata"]) == (b"bodyand", {"more": "told"})
