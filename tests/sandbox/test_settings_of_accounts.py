"""EC2, S3 Control and Account Management in the sandbox, and the protocols that they speak."""

import http.client
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from govkit.sandbox import ec2_query, rest_control, rest_json
from govkit.sandbox.calls import Call
from govkit.sandbox.refusals import RefusalError
from govkit.sandbox.rest_xml import Sent
from govkit.sandbox.sandbox import Sandbox
from govkit.sandbox.server import serving

CONFIG = Config(retries={"total_max_attempts": 1, "mode": "standard"})
MANAGEMENT = "111111111111"
CONTACT = {
    "AlternateContactType": "SECURITY",
    "Name": "Größe & Söhne",
    "Title": "On call",
    "EmailAddress": "security@example.com",
    "PhoneNumber": "+15550100",
}
FLAGS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def client(play: Any, service: str) -> Any:
    return play.session.client(service, region_name="eu-west-1", config=CONFIG)


def refused(call: Callable[..., Any], **params: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**params)
    return str(caught.value.response["Error"]["Code"])


def test_encryption_by_default_is_off_until_somebody_enables_it_here(play: Any) -> None:
    here = client(play, "ec2")
    there = play.session.client("ec2", region_name="us-east-1", config=CONFIG)
    assert not here.get_ebs_encryption_by_default()["EbsEncryptionByDefault"]
    assert here.enable_ebs_encryption_by_default()["EbsEncryptionByDefault"]
    assert here.get_ebs_encryption_by_default()["EbsEncryptionByDefault"]
    assert not there.get_ebs_encryption_by_default()["EbsEncryptionByDefault"]
    assert not here.disable_ebs_encryption_by_default()["EbsEncryptionByDefault"]


def test_metadata_defaults_keep_what_they_are_not_told_and_forget_preferences(play: Any) -> None:
    ec2 = client(play, "ec2")
    assert ec2.get_instance_metadata_defaults()["AccountLevel"] == {"ManagedBy": "account"}
    assert ec2.modify_instance_metadata_defaults(HttpTokens="required")["Return"]
    ec2.modify_instance_metadata_defaults(HttpPutResponseHopLimit=2)
    assert ec2.get_instance_metadata_defaults()["AccountLevel"] == {
        "HttpTokens": "required",
        "HttpPutResponseHopLimit": 2,
        "ManagedBy": "account",
    }
    ec2.modify_instance_metadata_defaults(HttpTokens="no-preference", HttpPutResponseHopLimit=-1)
    assert ec2.get_instance_metadata_defaults()["AccountLevel"] == {"ManagedBy": "account"}
    assert refused(ec2.modify_instance_metadata_defaults, HttpTokens="maybe") == (
        "InvalidParameterValue"
    )


def test_regions_are_told_alike_by_ec2_and_by_account_management(play: Any) -> None:
    ec2, account = client(play, "ec2"), client(play, "account")
    assert len(ec2.describe_regions()["Regions"]) == 17
    account.enable_region(RegionName="eu-south-1")
    assert len(ec2.describe_regions()["Regions"]) == 18
    (found,) = ec2.describe_regions(RegionNames=["eu-south-1"])["Regions"]
    assert found["OptInStatus"] == "opted-in"
    listed = account.list_regions(RegionOptStatusContains=["ENABLED"])["Regions"]
    assert listed == [{"RegionName": "eu-south-1", "RegionOptStatus": "ENABLED"}]
    account.disable_region(RegionName="eu-south-1")
    account.disable_region(RegionName="eu-south-1")
    assert len(ec2.describe_regions()["Regions"]) == 17
    every = ec2.describe_regions(AllRegions=True)["Regions"]
    pages = account.get_paginator("list_regions").paginate(PaginationConfig={"PageSize": 7})
    names = [one["RegionName"] for page in pages for one in page["Regions"]]
    assert sorted(one["RegionName"] for one in every) == names
    assert refused(ec2.describe_regions, RegionNames=["mars-1"]) == "InvalidParameterValue"
    assert refused(account.disable_region, RegionName="eu-west-1") == "ValidationException"
    assert refused(account.enable_region, RegionName="mars-1") == "ValidationException"


def test_instances_are_shown_where_they_are_in_pages(play: Any) -> None:
    sandbox = Sandbox(play.directory, clock=play.clock.clock())
    with sandbox.store.turn():
        rows = sandbox.store.document("ec2").tables["instances"]
        for number in range(7):
            row = {
                "Id": f"i-{number}",
                "Place": f"{MANAGEMENT}/eu-west-1",
                "State": "running",
                "Profile": "web" if number else "",
                "HttpTokens": "optional",
                "HttpEndpoint": "enabled",
            }
            rows.put(f"{MANAGEMENT}/eu-west-1/i-{number}", row)
        sandbox.store.save()
    ec2 = client(play, "ec2")
    pages = ec2.get_paginator("describe_instances").paginate(PaginationConfig={"PageSize": 5})
    found = [one for page in pages for each in page["Reservations"] for one in each["Instances"]]
    assert [one["InstanceId"] for one in found] == [f"i-{number}" for number in range(7)]
    assert "IamInstanceProfile" not in found[0]
    arn = f"arn:aws:iam::{MANAGEMENT}:instance-profile/web"
    assert found[1]["IamInstanceProfile"]["Arn"] == arn
    assert refused(ec2.describe_instances, InstanceIds=["i-1"]) == "UnsupportedOperation"


def test_a_block_of_public_access_is_put_whole_and_by_its_own_account(play: Any) -> None:
    control, own = client(play, "s3control"), {"AccountId": MANAGEMENT}
    assert refused(control.get_public_access_block, **own) == "NoSuchPublicAccessBlockConfiguration"
    for flags in (dict.fromkeys(FLAGS, True), {"BlockPublicAcls": True}):
        control.put_public_access_block(**own, PublicAccessBlockConfiguration=flags)
        found = control.get_public_access_block(**own)["PublicAccessBlockConfiguration"]
        assert found == {**dict.fromkeys(FLAGS, False), **flags}
    control.delete_public_access_block(**own)
    control.delete_public_access_block(**own)
    assert refused(control.get_public_access_block, **own) == "NoSuchPublicAccessBlockConfiguration"
    member = {"AccountId": play.account("shop")}
    assert refused(control.get_public_access_block, **member) == "AccessDenied"


def test_contacts_of_members_are_told_by_their_ids_once_there_is_access(play: Any) -> None:
    account, member = client(play, "account"), play.account("shop")
    there = {"AlternateContactType": "SECURITY", "AccountId": member}
    assert refused(account.get_alternate_contact, **there) == "AccessDeniedException"
    play.client.enable_aws_service_access(ServicePrincipal="account.amazonaws.com")
    assert refused(account.get_alternate_contact, **there) == "ResourceNotFoundException"
    account.put_alternate_contact(**CONTACT, AccountId=member)
    assert account.get_alternate_contact(**there)["AlternateContact"] == CONTACT
    account.delete_alternate_contact(**there)
    assert refused(account.delete_alternate_contact, **there) == "ResourceNotFoundException"
    named = {**there, "AccountId": MANAGEMENT}
    assert refused(account.get_alternate_contact, **named) == "ValidationException"
    stranger = {**there, "AccountId": "999999999999"}
    assert refused(account.get_alternate_contact, **stranger) == "AccessDeniedException"


def test_a_member_speaks_for_itself_alone(play: Any) -> None:
    play.client.enable_aws_service_access(ServicePrincipal="account.amazonaws.com")
    member, other = play.account("shop"), play.account("other")
    own = play.session.client(
        "account",
        region_name="us-east-1",
        config=CONFIG,
        aws_access_key_id=member,
        aws_secret_access_key="-",
    )
    own.put_alternate_contact(**CONTACT)
    told = {"AlternateContactType": "SECURITY"}
    assert own.get_alternate_contact(**told)["AlternateContact"] == CONTACT
    assert refused(own.get_alternate_contact, **told, AccountId=other) == "AccessDeniedException"


@pytest.mark.parametrize(
    ("service", "code"),
    [
        ("account", "UnknownOperationException"),
        ("ec2", "InvalidAction"),
        ("s3control", "MethodNotAllowed"),
    ],
)
def test_an_operation_that_nobody_knows_is_refused(play: Any, service: str, code: str) -> None:
    with pytest.raises(RefusalError) as caught:
        Sandbox(play.directory).answer(Call(service, "MakeCoffee", {}))
    assert caught.value.code == code


def test_nonsense_is_refused_in_each_service(play: Any) -> None:
    account = client(play, "account")
    told = {**CONTACT, "PhoneNumber": "1" * 26}
    assert refused(account.put_alternate_contact, **told) == "ValidationException"
    with pytest.raises(RefusalError) as caught:
        Sandbox(play.directory).answer(Call("s3control", "GetPublicAccessBlock", {}))
    assert caught.value.code == "InvalidRequest"


def sent(body: bytes, method: str = "POST", url: str = "/") -> Sent:
    return Sent(method, url, {"x-amz-account-id": MANAGEMENT}, body)


@pytest.mark.parametrize(
    ("read", "code"),
    [
        (lambda: rest_json.read("account", sent(b"{", url="/listRegions")), "ValidationException"),
        (lambda: rest_json.read("account", sent(b"[]", url="/listRegions")), "ValidationException"),
        (lambda: rest_json.read("account", sent(b"", url="/coffee")), "UnknownOperationException"),
        (lambda: ec2_query.read("ec2", sent(b"\xff")), "MalformedInput"),
        (lambda: ec2_query.read("ec2", sent(b"Action=MakeCoffee")), "InvalidAction"),
        (lambda: rest_control.read("s3control", put(b"<a>")), "MalformedXML"),
        (lambda: rest_control.read("s3control", put(b"<!DOCTYPE a><a/>")), "MalformedXML"),
    ],
)
def test_what_cannot_be_read_is_refused(read: Callable[[], Any], code: str) -> None:
    with pytest.raises(RefusalError) as caught:
        read()
    assert caught.value.code == code


def put(body: bytes) -> Sent:
    return sent(body, "PUT", "/v20180820/configuration/publicAccessBlock")


def test_a_body_that_is_about_something_else_says_nothing() -> None:
    _, params = rest_control.read("s3control", put(b"<Other/>"))
    assert params == {"AccountId": MANAGEMENT}
    _, params = rest_json.read("account", sent(b'{"Coffee": 1}', url="/listRegions"))
    assert params == {}


def test_lists_and_figures_arrive_as_they_were_sent() -> None:
    body = b"Action=DescribeInstances&Filter.1.Name=a&Filter.1.Value.1=b&Filter.1.Value.2=c&MaxResults=7"
    operation, params = ec2_query.read("ec2", sent(body))
    assert operation == "DescribeInstances"
    assert params == {"Filters": [{"Name": "a", "Values": ["b", "c"]}], "MaxResults": 7}
    url = "/analyzer?type=ACCOUNT&maxResults=3"
    _, params = rest_json.read("accessanalyzer", sent(b"", "GET", url))
    assert params == {"type": "ACCOUNT", "maxResults": 3}


def test_all_of_them_answer_over_http(play: Any) -> None:
    with serving(play.directory) as server:
        session = boto3.Session("AKIA", "secret", region_name="eu-west-1")

        def there(service: str) -> Any:
            return session.client(service, endpoint_url=server.url)

        assert there("ec2").describe_regions()["Regions"]
        assert there("account").list_regions()["Regions"]
        assert there("accessanalyzer").list_analyzers()["analyzers"] == []


def test_s3_control_is_known_over_http_by_the_account_that_it_names(play: Any) -> None:
    scope = "Credential=AKIA/20261125/eu-west-1/s3/aws4_request"
    headers = {"x-amz-account-id": MANAGEMENT, "Authorization": f"AWS4-HMAC-SHA256 {scope}"}
    with serving(play.directory) as server:
        asked = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
        asked.request("GET", "/v20180820/configuration/publicAccessBlock", headers=headers)
        answer = asked.getresponse()
        assert answer.status == 404
        assert b"NoSuchPublicAccessBlockConfiguration" in answer.read()
        asked.close()
