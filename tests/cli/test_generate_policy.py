"""`govkit generate-policy`: from every shape of log to a policy, and to what the log cannot show."""

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from botocore.session import Session
from botocore.validate import ParamValidator
from hypothesis import given, settings
from hypothesis import strategies as st
from terminal import Desk, desk

from govkit.errors import GovkitError
from govkit.flow.event_files import records
from govkit.flow.generate import examined
from govkit.model.call import ApiCall, Response

USER = "arn:aws:iam::111111111111:user/ada"
SHARED = Path(__file__).parents[3] / "shared" / "data" / "cloudtrail"


def record(name: str, parameters: Any = None, **told: Any) -> dict[str, Any]:
    source, _, operation = name.partition(":")
    return {
        "eventType": "AwsApiCall",
        "eventSource": f"{source}.amazonaws.com",
        "eventName": operation,
        "eventTime": "2026-11-01T10:00:00Z",
        "awsRegion": "eu-west-1",
        "userIdentity": {"type": "IAMUser", "arn": USER, "accountId": "111111111111"},
        "requestParameters": parameters,
        **told,
    }


EVENTS = [
    record("s3:ListObjects", {"bucketName": "logs"}),
    record("s3:HeadBucket", {"bucketName": "logs"}, eventTime="2026-11-20T10:00:00Z"),
    record("sqs:ListQueues"),
    record("iam:ListUsers", errorCode="AccessDenied"),
    record("s3:ListBuckets", errorCode="InternalError"),
    record("s3:SomethingOfTheConsole"),
    record(
        "config:PutConfigRule", eventType="AwsServiceEvent", userIdentity={"type": "AWSService"}
    ),
    record(
        "lambda:CreateFunction20150331",
        {"functionName": "f", "role": "arn:aws:iam::111111111111:role/f"},
    ),
]


@pytest.fixture
def table() -> Iterator[Desk]:
    with desk() as found:
        yield found


def log(table: Desk, events: list[dict[str, Any]], name: str = "log.jsonl") -> Path:
    path = table.folder / name
    path.write_text("".join(f"{json.dumps(one)}\n" for one in events))
    return path


def test_the_policy_is_on_stdout_and_all_else_beside_it(table: Desk) -> None:
    log(table, EVENTS)
    ran = table.does("generate-policy", "--from", "log.jsonl", "--principal", USER)
    told = json.loads(ran.out)
    assert [(one["Action"], one["Resource"]) for one in told["Statement"]] == [
        (["lambda:CreateFunction"], ["arn:aws:lambda:eu-west-1:111111111111:function:f"]),
        (["s3:ListBucket"], ["arn:aws:s3:::logs"]),
        (["sqs:ListQueues"], ["*"]),
    ]
    for said in (
        "Denied requests are left out (1 events)",
        "iam:ListUsers (1)",
        "failed otherwise are left out (1 events): s3:ListBuckets (1)",
        "No IAM action is known for s3:SomethingOfTheConsole (1)",
        "no data events",
        "iam:PassRole leaves no event",
        "handed over: arn:aws:iam::111111111111:role/f",
        "2026-11-01T10:00:00 to 2026-11-20T10:00:00",
        f"Drafted for {USER}: 3 actions, from 4 of 8 events, all of them allowed by it.",
    ):
        assert said in ran.err, said


def test_as_json_it_tells_the_evidence_and_the_file_holds_the_policy(table: Desk) -> None:
    log(table, EVENTS)
    ran = table.does("generate-policy", "--from", "log.jsonl", "-o", "policy.json", "-f", "json")
    told = json.loads(ran.out)
    assert told["principal"] == USER
    assert told["events"] == {
        "read": 8,
        "allowed": 4,
        "denied": 1,
        "failed": 1,
        "without_request": 0,
        "of_others": 1,
        "not_events": 0,
    }
    assert told["denied"] == [{"event": "iam:ListUsers", "events": 1}]
    assert told["period"] == {"first": "2026-11-01T10:00:00", "last": "2026-11-20T10:00:00"}
    assert told["validation"] is None
    assert told["actions"][1] == {
        "action": "s3:ListBucket",
        "events": 2,
        "resources": ["arn:aws:s3:::logs"],
        "widened": False,
        "regions": ["eu-west-1"],
        "not_shown": [],
        "perhaps_not_shown": [],
    }
    assert json.loads((table.folder / "policy.json").read_text()) == told["policy"]
    quiet = table.does("generate-policy", "--from", "log.jsonl", "-o", "policy.json")
    assert quiet.out == ""


def test_several_principals_are_drafted_together_and_said(table: Desk) -> None:
    bob = {"type": "IAMUser", "arn": "arn:aws:iam::111111111111:user/bob"}
    linked = "arn:aws:iam::111111111111:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
    theirs = {"type": "AssumedRole", "sessionContext": {"sessionIssuer": {"arn": linked}}}
    more = [
        record("iam:ListRoles", userIdentity=bob),
        record("iam:ListGroups", userIdentity=theirs),
    ]
    log(table, [*EVENTS, *more])
    both = table.does("generate-policy", "--from", "log.jsonl")
    assert "The log has 2 principals" in both.err
    assert "iam:ListRoles" in both.out
    assert "iam:ListGroups" not in both.out
    alone = table.does("generate-policy", "--from", "log.jsonl", "--principal", bob["arn"])
    (statement,) = json.loads(alone.out)["Statement"]
    assert statement["Action"] == ["iam:ListRoles"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--principal", f"{USER}m"], 1, f'Did you mean "{USER}"?'),
        (["--principal", "ada"], 64, "give the ARN"),
        (["--from", "nothing.jsonl"], 64, "neither a file nor a folder"),
        (["--from", "empty"], 64, "holds no file"),
        (["--from", "empty.jsonl"], 1, "has 0 records"),
        (["--from", "others.jsonl", "--principal", USER], 1, "names no principal at all"),
        (["--from", "broken.jsonl"], 1, "broken.jsonl:2: "),
        (["--from", "text.jsonl"], 1, "text.jsonl:1: "),
        (["--from", "torn.json"], 1, "the list does not end"),
        (["--from", "numbers.json"], 1, "an event is a JSON object"),
        (["--from", "torn.json.gz"], 1, "cannot be read"),
        (["--from", "latin.jsonl"], 1, "cannot be read"),
        (["--format", "yaml"], 64, "none of"),
    ],
)
def test_what_cannot_be_drafted_says_why(
    table: Desk, arguments: list[str], code: int, said: str
) -> None:
    log(table, EVENTS)
    files = {
        "empty.jsonl": b"",
        "others.jsonl": b'{"a": 1}',
        "broken.jsonl": b'{"a": 1}\n{"a": }\n',
        "text.jsonl": b"hello",
        "torn.json": b'{"Records": [{"a": 1}, ',
        "numbers.json": b"[1, 2]",
        "torn.json.gz": gzip.compress(b'{"Records": []}' * 100)[:20],
        "latin.jsonl": b'{"a": "\xff"}',
    }
    for name, content in files.items():
        (table.folder / name).write_bytes(content)
    (table.folder / "empty").mkdir()
    given_from = [] if "--from" in arguments else ["--from", "log.jsonl"]
    ran = table.run("generate-policy", *given_from, *arguments)
    assert (ran.code, said in ran.err) == (code, True), ran.err


def test_a_folder_is_read_with_what_is_packed_and_without_digests(table: Desk) -> None:
    day = table.folder / "AWSLogs" / "111111111111" / "CloudTrail" / "eu-west-1"
    digest = table.folder / "AWSLogs" / "111111111111" / "CloudTrail-Digest"
    day.mkdir(parents=True)
    digest.mkdir()
    packed = gzip.compress(json.dumps({"Records": EVENTS[:3]}).encode())
    (day / "a.json.gz").write_bytes(packed)
    (digest / "d.json.gz").write_bytes(b"no gzip")
    ran = table.does("generate-policy", "--from", "AWSLogs", "-f", "json")
    assert json.loads(ran.out)["events"]["read"] == 3


@pytest.mark.parametrize("pack", [lambda text: text, gzip.compress], ids=["plain", "gzip"])
def test_a_log_may_come_by_stdin(table: Desk, pack: Callable[[bytes], bytes]) -> None:
    given_ = pack(json.dumps({"Records": EVENTS[:3]}).encode())
    ran = table.run("generate-policy", "--from", "-", "-f", "json", stdin=given_)
    assert (ran.code, json.loads(ran.out)["events"]["read"]) == (0, 3)
    broken = table.run("generate-policy", "--from", "-", stdin="{")
    assert broken.code == 1
    assert "Not a log of events" in broken.err
    assert "stdin:1: " in broken.err
    assert "govkit-" not in broken.err  # no path of a file that is gone already


def test_what_is_on_everything_says_why(table: Desk) -> None:
    told = [
        record("sqs:ListQueues"),
        record("ec2:RunInstances", {"subnetId": "subnet-1"}),
        record("dynamodb:Query", {"tableName": "orders"}),
        record("s3:PutObject", {"accessPointName": "x"}),
    ]
    log(table, told)
    ran = table.does("generate-policy", "--from", "log.jsonl", "-f", "json")
    found = {one["action"]: one for one in json.loads(ran.out)["actions"]}
    assert found["dynamodb:Query"]["perhaps_not_shown"] == ["index"]
    assert found["dynamodb:Query"]["not_shown"] == []
    assert "instance" in found["ec2:RunInstances"]["not_shown"]
    assert "subnet" not in found["ec2:RunInstances"]["not_shown"]
    notes = "\n".join(json.loads(ran.out)["notes"])
    assert 'On "*", for IAM knows no resource of them: sqs:ListQueues.' in notes
    assert "dynamodb:Query (perhaps index)" in notes
    assert "s3:PutObject (perhaps accesspointobject or object)" in notes
    assert "security-group, perhaps one of 13 types)" in notes


WAYS: dict[str, Callable[[list[dict[str, Any]]], str]] = {
    "lines": lambda found: "\n".join(map(json.dumps, found)),
    "list": json.dumps,
    "records": lambda found: json.dumps({"Records": found}),
    "indented": lambda found: json.dumps({"Records": found}, indent=4),
    "answer": lambda found: json.dumps({"NextToken": "x", "Events": found}),
    "looked up": lambda found: json.dumps(
        {"Events": [{"CloudTrailEvent": json.dumps(one)} for one in found], "NextToken": "[}"}
    ),
    "in turn": lambda found: "".join(json.dumps({"Records": [one]}) for one in found),
}


@given(
    st.sampled_from(sorted(WAYS)),
    st.lists(st.dictionaries(st.text(max_size=3), st.text(max_size=5), min_size=1), min_size=1),
    st.booleans(),
    st.integers(1, 2_000),
)
@settings(max_examples=120, deadline=None)
def test_every_shape_of_a_log_holds_the_same_events(
    tmp_path_factory: Any, shape: str, given_: list[dict[str, str]], packed: Any, stretch: int
) -> None:
    found = [{"eventName": "x", **one, "padding": " " * stretch * 40} for one in given_]
    text = WAYS[shape](found).encode()
    path = tmp_path_factory.getbasetemp() / "log.json"
    path.write_bytes(gzip.compress(text) if packed else text)
    assert list(records(path)) == found


def test_an_event_that_is_no_text_of_json_is_no_event(tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    path.write_text('{"Events": [{"CloudTrailEvent": "?"}, {"CloudTrailEvent": "1"}, 3]}')
    with pytest.raises(GovkitError, match="Not a log"):
        list(records(path))
    path.write_text('{"X": 1, "Events": [{"CloudTrailEvent": "?"}, {"CloudTrailEvent": "1"}, 3]}')
    assert list(records(path)) == [{}, {}]


class Analyzer:
    """An Access Analyzer that finds what it is told to, and keeps what it was asked."""

    def __init__(self, *found: Mapping[str, Any]) -> None:
        self.found = found
        self.asked: list[ApiCall] = []

    def call(self, call: ApiCall) -> Response:
        raise AssertionError(call)

    def items(self, key: str, call: ApiCall) -> Iterator[Any]:
        assert key == "findings"
        self.asked.append(call)
        yield from self.found


def test_access_analyzer_is_asked_in_its_own_words() -> None:
    api = Analyzer({"findingType": "ERROR", "issueCode": "X", "findingDetails": "d"})
    found = examined({"Version": "2012-10-17", "Statement": []}, api)
    assert found == ({"type": "ERROR", "code": "X", "details": "d", "link": ""},)
    (asked,) = api.asked
    model = Session().get_service_model("accessanalyzer").operation_model(asked.operation)
    report = ParamValidator().validate(dict(asked.params), model.input_shape)
    assert not report.has_errors(), report.generate_report()
    assert json.loads(asked.params["policyDocument"])["Statement"] == []


def test_a_log_without_times_and_a_policy_that_is_too_long_are_said(table: Desk) -> None:
    buckets = [
        record(f"{service}:{name}", {"bucketName": f"b{number}"}, eventTime="")
        for number in range(200)
        for service, name in (("s3", "ListObjects"), ("s3", "GetBucketAcl"))
        if number % 8 == 0
    ]
    topics = [
        record("sns:Publish", {"topicArn": f"arn:aws:sns:eu-west-1:111111111111:{'t' * 200}{one}"})
        for one in range(30)
    ]
    log(table, [*buckets, *({**one, "eventTime": "?"} for one in topics)])
    ran = table.does("generate-policy", "--from", "log.jsonl", "--principal", USER)
    assert "No event tells its time" in ran.err
    assert "a managed policy takes 6,144" in ran.err


@contextmanager
def analyzer(*found: Mapping[str, Any]) -> Iterator[str]:
    """Serve ValidatePolicy's answer on loopback, and yield where."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            body = json.dumps({"findings": list(found)}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Stay silent."""

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(("sort", "code"), [("ERROR", 3), ("WARNING", 0)])
def test_what_access_analyzer_finds_is_told(table: Desk, sort: str, code: int) -> None:
    log(table, EVENTS)
    finding = {"findingType": sort, "issueCode": "PASS_ROLE", "findingDetails": "Too much."}
    with analyzer(finding) as url:
        table.environment |= {
            "GOVKIT_SANDBOX": "",
            "AWS_ENDPOINT_URL_ACCESSANALYZER": url,
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "pretend",
            "AWS_DEFAULT_REGION": "eu-west-1",
        }
        text = table.run("generate-policy", "--from", "log.jsonl", "--validate")
        told = table.run("generate-policy", "--from", "log.jsonl", "--validate", "-f", "json")
    assert (text.code, told.code) == (code, code)
    assert f"Access Analyzer: {sort} PASS_ROLE: Too much." in text.err
    assert json.loads(told.out)["validation"][0]["code"] == "PASS_ROLE"
    assert json.loads(text.out)["Statement"]


@pytest.mark.parametrize("file", sorted(SHARED.glob("*.jsonl")) or [None], ids=str)
def test_each_shared_log_gives_a_policy(table: Desk, file: Path | None) -> None:
    if file is None:
        pytest.skip("the shared logs are not here")
    told = json.loads(table.does("generate-policy", "--from", str(file), "-f", "json").out)
    shown = {one["action"] for one in told["actions"]}
    granted = {one for each in told["policy"]["Statement"] for one in each["Action"]}
    assert granted == shown
    assert told["events"]["allowed"] > 0
