"""What a failed call means."""

from typing import Any

import botocore.exceptions as raised
import pytest
from botocore.parsers import ResponseParserError

from govkit.aws.failures import Nature, as_aws_error, is_read, nature
from govkit.errors import AccessDenied, AwsError, BugError, CredentialsMissing, Exit
from govkit.model.call import organizations

CALL = organizations("AttachPolicy")
URL = {"endpoint_url": "https://organizations.us-east-1.amazonaws.com"}


def refused(code: str, message: str = "", status: int = 400, **more: Any) -> raised.ClientError:
    answer = {"Error": {"Code": code, "Message": message}, **more}
    answer["ResponseMetadata"] = {"HTTPStatusCode": status}
    return raised.ClientError(answer, "AttachPolicy")  # type: ignore[arg-type]  # a fake answer


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (refused("TooManyRequestsException", "You have sent too many requests"), Nature.THROTTLED),
        (
            refused(
                "TooManyRequestsException",
                "AWS Organizations can't complete your request because another request is already "
                "in progress. Try again later.",
            ),
            Nature.BUSY,
        ),
        (refused("Anything", status=429), Nature.THROTTLED),
        (refused("ConcurrentModificationException"), Nature.BUSY),
        (refused("PolicyChangesInProgressException"), Nature.BUSY),
        (refused("FinalizingOrganizationException"), Nature.BUSY),
        (refused("OperationInProgressException", status=409), Nature.BUSY),
        (refused("StaleRequestException", status=409), Nature.BUSY),
        (refused("ConflictException"), Nature.BUSY),
        (refused("ServiceException", status=500), Nature.LOST),
        (refused("ServiceException"), Nature.LOST),
        (refused("Anything", status=503), Nature.LOST),
        (refused("RequestTimeout"), Nature.LOST),
        (refused("RequestTimeoutException"), Nature.LOST),
        (refused("PolicyNotFoundException"), Nature.FINAL),
        (refused("AccessDeniedException"), Nature.FINAL),
        (raised.EndpointConnectionError(**URL), Nature.UNSENT),
        (raised.ConnectTimeoutError(**URL), Nature.UNSENT),
        (raised.ProxyConnectionError(proxy_url="http://proxy.example.com"), Nature.UNSENT),
        (
            raised.SSLError(**URL, error="[SSL: CERTIFICATE_VERIFY_FAILED] self-signed"),
            Nature.FINAL,
        ),
        (raised.SSLError(**URL, error="[SSL: WRONG_VERSION_NUMBER] wrong number"), Nature.FINAL),
        (raised.SSLError(**URL, error="[SSL: UNEXPECTED_EOF_WHILE_READING] EOF"), Nature.LOST),
        (raised.SSLError(**URL, error="[SSL: DECRYPTION_FAILED_OR_BAD_RECORD_MAC]"), Nature.LOST),
        (
            raised.SSLError(endpoint_url="https://hostname.example.com", error="[SSL: BAD_LENGTH]"),
            Nature.LOST,
        ),
        (raised.ReadTimeoutError(**URL), Nature.LOST),
        (raised.ConnectionClosedError(**URL), Nature.LOST),
        (ResponseParserError("half"), Nature.LOST),
        (raised.IncompleteReadError(actual_bytes=1, expected_bytes=2), Nature.LOST),
        (raised.NoCredentialsError(), Nature.FINAL),
    ],
)
def test_a_failure_is_sorted(error: Exception, expected: Nature) -> None:
    assert nature(error, "organizations") is expected


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("SlowDown", 503, Nature.THROTTLED),
        ("ConditionalRequestConflict", 409, Nature.BUSY),
        ("OperationAborted", 409, Nature.BUSY),
        ("InternalError", 500, Nature.LOST),
        ("PreconditionFailed", 412, Nature.FINAL),
        ("NoSuchKey", 404, Nature.FINAL),
    ],
)
def test_what_s3_says_is_sorted(code: str, status: int, expected: Nature) -> None:
    """A conflict of two conditional writes was not decided yet; a failed condition was."""
    assert nature(refused(code, status=status), "s3") is expected


def test_a_conflict_of_another_service_is_final() -> None:
    assert nature(refused("ConflictException"), "accessanalyzer") is Nature.FINAL


@pytest.mark.parametrize(
    "operation", ["ListRoots", "DescribePolicy", "GetTrailStatus", "AssumeRole"]
)
def test_reads_may_be_repeated(operation: str) -> None:
    assert is_read(operation)


@pytest.mark.parametrize(
    "operation", ["AttachPolicy", "CreateAccount", "PutResourcePolicy", "StartLogging"]
)
def test_writes_may_not(operation: str) -> None:
    assert not is_read(operation)


def test_access_denied_names_the_action_and_who_lacks_it() -> None:
    error = as_aws_error(
        refused(
            "AccessDeniedException",
            "User: arn:aws:sts::111111111111:assumed-role/govkit-read/me is not authorized",
        ),
        CALL,
        "organizations",
        "the caller",
    )
    assert isinstance(error, AccessDenied)
    assert error.summary == "Not allowed: organizations:AttachPolicy"
    assert error.hint == (
        "Allow organizations:AttachPolicy for arn:aws:sts::111111111111:assumed-role/govkit-read/me."
    )
    assert error.exit is Exit.NO_CREDENTIALS


def test_access_denied_without_an_arn_names_the_profile() -> None:
    error = as_aws_error(refused("AccessDenied"), CALL, "organizations", "profile audit")
    assert "profile audit" in error.detail


def test_a_role_that_may_not_be_assumed_is_named_as_such() -> None:
    answer = {"Error": {"Code": "AccessDenied", "Message": "no"}}
    error = as_aws_error(
        raised.ClientError(answer, "AssumeRole"),  # type: ignore[arg-type]  # a fake answer
        CALL,
        "organizations",
        "the caller",
    )
    assert error.summary == "Not allowed: sts:AssumeRole"


@pytest.mark.parametrize(
    "error",
    [
        refused("ExpiredTokenException", "expired"),
        refused("UnrecognizedClientException"),
        raised.NoCredentialsError(),
        raised.PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"),
        raised.UnauthorizedSSOTokenError(),
        raised.SSOTokenLoadError(error_msg="gone"),
    ],
)
def test_bad_credentials_are_said_to_be(error: Exception) -> None:
    said = as_aws_error(error, CALL, "organizations", "the caller")
    assert isinstance(said, CredentialsMissing)
    assert "aws sso login" in said.hint


def test_codes_and_reasons_of_aws_are_kept() -> None:
    answer = refused("ConstraintViolationException", "too deep", Reason="OU_DEPTH_LIMIT_EXCEEDED")
    error = as_aws_error(answer, CALL, "organizations", "the caller")
    assert isinstance(error, AwsError)
    assert (error.code, error.reason) == ("ConstraintViolationException", "OU_DEPTH_LIMIT_EXCEEDED")
    assert error.detail == "ConstraintViolationException (OU_DEPTH_LIMIT_EXCEEDED): too deep"
    assert error.operation == "organizations:AttachPolicy"


def test_unknown_codes_are_kept_too() -> None:
    error = as_aws_error(refused("BrandNewException", "surprise"), CALL, "organizations", "me")
    assert isinstance(error, AwsError)
    assert error.code == "BrandNewException"
    assert "surprise" in error.detail


def test_an_unreachable_endpoint_is_said_so() -> None:
    error = as_aws_error(raised.EndpointConnectionError(**URL), CALL, "organizations", "me")
    assert error.summary == "AWS cannot be reached"


def test_what_the_model_refuses_is_our_bug() -> None:
    error = as_aws_error(raised.ParamValidationError(report="bad"), CALL, "organizations", "me")
    assert isinstance(error, BugError)


def test_anything_else_botocore_says_is_passed_on() -> None:
    error = as_aws_error(raised.NoRegionError(), CALL, "organizations", "me")
    assert error.summary == "AWS could not be asked"
