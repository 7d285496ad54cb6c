"""What a failed call means: whether it may have taken, whether to wait, and which error it is."""

import re
from collections.abc import Mapping
from enum import Enum, auto
from typing import Any

from govkit.errors import AccessDenied, AwsError, BugError, CredentialsMissing, GovkitError
from govkit.model.call import ApiCall

THROTTLES = frozenset(
    {
        "TooManyRequestsException",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestLimitExceeded",
        "BandwidthLimitExceeded",
        "SlowDown",
        "EC2ThrottledException",
    }
)
BUSY = frozenset(
    {
        "ConcurrentModificationException",
        "PolicyChangesInProgressException",
        "FinalizingOrganizationException",
        "TransactionInProgressException",
        "PriorRequestNotComplete",
        "ConditionalRequestConflict",
        "OperationAborted",
        "OperationInProgressException",
        "StaleRequestException",
    }
)
# ConflictException means "busy" here; in other services it means "there already is one".
CONFLICT_IS_BUSY = frozenset({"organizations", "cloudtrail", "s3"})
IN_PROGRESS_TEXT = "another request is already in progress"

_BROKEN = frozenset(
    {"ServiceException", "InternalFailure", "InternalError", "InternalServerError"}
    | {"ServiceUnavailable", "ServiceUnavailableException", "InternalServiceException"}
    | {"RequestTimeout", "RequestTimeoutException"}  # with status 400: a connection too slow
)
_DENIED = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "UnauthorizedOperation",
        "Client.UnauthorizedOperation",
    }
    | {"AccessDeniedForDependencyException", "AuthorizationErrorException"}
)
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
_BAD_CREDENTIALS = (
    _EXPIRED
    | {"InvalidClientTokenId"}
    | {"UnrecognizedClientException", "AuthFailure", "InvalidAccessKeyId"}
    | {"SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature"}
    | {"MissingAuthenticationToken", "MissingAuthenticationTokenException"}
)
_TOO_MANY_REQUESTS = 429
_SERVER_ERROR = 500
# TLS that was never agreed upon carried no call; one that broke later may have.
_DISTRUSTED = re.compile(
    r"CERTIFICATE|WRONG_VERSION|HANDSHAKE|PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_CIPHERS"
    r"|UNKNOWN_CA|UNRECOGNIZED_NAME|hostname",
    re.IGNORECASE,
)
_ARN = re.compile(r"arn:aws[\w-]*:(?:iam|sts)::\d{12}:[\w+=,.@/-]+")
_READS = ("List", "Describe", "Get", "Head", "Lookup", "Select", "Search", "Simulate")
_BATCHES = ("BatchGet", "BatchDescribe")
_HARMLESS = ("Validate", "Check", "Generate", "Assume", "Preview", "Test")


class Nature(Enum):
    """What to do about a failed call."""

    FINAL = auto()
    THROTTLED = auto()
    BUSY = auto()
    UNSENT = auto()
    LOST = auto()


def is_read(operation: str) -> bool:
    """Tell whether the operation changes nothing, so that it may be repeated blindly."""
    return operation.startswith((*_READS, *_BATCHES, *_HARMLESS))


def nature(error: Exception, service: str) -> Nature:
    """Sort a botocore error: repeat it, wait, or give up."""
    import botocore.exceptions as raised
    from botocore.parsers import ResponseParserError

    match error:
        case raised.ClientError():
            return _nature_of_answer(error.response, service)
        case raised.SSLError():
            # Not the whole message: that names the endpoint, which may be called anything.
            why = str(error.kwargs.get("error", ""))
            return Nature.FINAL if _DISTRUSTED.search(why) else Nature.LOST
        case (
            raised.EndpointConnectionError()
            | raised.ConnectTimeoutError()
            | raised.ProxyConnectionError()
        ):
            return Nature.UNSENT
        case (
            raised.HTTPClientError()
            | raised.ConnectionError()
            | raised.IncompleteReadError()
            | ResponseParserError()
        ):
            return Nature.LOST
        case _:
            return Nature.FINAL


def _nature_of_answer(response: Mapping[str, Any], service: str) -> Nature:
    code, message = _code(response), _message(response)
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if IN_PROGRESS_TEXT in message or code in BUSY:
        return Nature.BUSY
    if code == "ConflictException" and service in CONFLICT_IS_BUSY:
        return Nature.BUSY
    if code in THROTTLES or status == _TOO_MANY_REQUESTS:
        return Nature.THROTTLED
    if code in _BROKEN or status >= _SERVER_ERROR:
        return Nature.LOST
    return Nature.FINAL


def is_expired(error: Exception) -> bool:
    """Tell whether AWS refused a call because its credentials are over: then it did nothing."""
    import botocore.exceptions as raised

    return isinstance(error, raised.ClientError) and _code(error.response) in _EXPIRED


def as_aws_error(error: Exception, call: ApiCall, prefix: str, caller: str) -> GovkitError:
    """Return our error for botocore's; `prefix` is the IAM prefix of the service, `caller` who asks.

    AWS's code, reason and message are kept whatever they are.
    """
    import botocore.exceptions as raised

    match error:
        case raised.ClientError():
            asked = error.operation_name
            action = f"{prefix}:{asked}" if asked == call.operation else f"sts:{asked}"
            return _from_answer(error.response, action, caller, call)
        case raised.ParamValidationError():
            return BugError(
                "This is a bug in govkit: a call that AWS's own model does not accept",
                f"{prefix}:{call.operation}: {error}",
            )
        case (
            raised.NoCredentialsError()
            | raised.PartialCredentialsError()
            | raised.CredentialRetrievalError()
            | raised.TokenRetrievalError()
            | raised.SSOError()
            | raised.NoAuthTokenError()
            | raised.LoginError()
        ):
            return no_credentials(str(error))
        case raised.HTTPClientError() | raised.ConnectionError():
            return AwsError(
                "AWS cannot be reached",
                f"{prefix}:{call.operation}: {error}",
                "Check the network, the proxy, and AWS_ENDPOINT_URL where it is set.",
                operation=f"{prefix}:{call.operation}",
            )
        case _:
            return AwsError(
                "AWS could not be asked",
                f"{prefix}:{call.operation}: {error}",
                operation=f"{prefix}:{call.operation}",
            )


def no_credentials(detail: str) -> CredentialsMissing:
    """Return the error for credentials that are missing or cannot be fetched."""
    return CredentialsMissing(
        "No AWS credentials", detail, "Log in (aws sso login), or choose a profile with --profile."
    )


def _from_answer(response: Mapping[str, Any], action: str, caller: str, call: ApiCall) -> AwsError:
    code, message = _code(response), _message(response)
    if code in _DENIED:
        named = _ARN.search(message)
        who = named.group() if named else caller
        return AccessDenied(
            f"Not allowed: {action}",
            f"AWS refused to let {who} call {action}. {message}".strip(),
            f"Allow {action} for {who}.",
            code=code,
            operation=action,
            response=response,
        )
    if code in _BAD_CREDENTIALS:
        return CredentialsMissing(
            "AWS does not accept the credentials",
            f"{code}: {message}",
            "Log in again (aws sso login), or choose another profile with --profile.",
            code=code,
            operation=action,
            response=response,
        )
    reason = str(response.get("Reason", ""))
    because = f" ({reason})" if reason else ""
    return AwsError(
        f"AWS said no to {action}",
        f"{code}{because}: {message}",
        _advice(reason, call),
        code=code,
        reason=reason,
        operation=action,
        response=response,
    )


def _advice(reason: str, call: ApiCall) -> str:
    """Return what lets the call pass, where AWS's reason says that."""
    if reason != "SERVICE_ACCESS_NOT_ENABLED":
        return ""
    service = call.params.get("ServicePrincipal", "the service of that policy type")
    enable = "aws organizations enable-aws-service-access --service-principal"
    return (
        f"Let {service} have trusted access first: list it under services: trusted_access: in the "
        "layout, and let the caller see what has it "
        f"(organizations:ListAWSServiceAccessForOrganization). Or by hand: {enable} "
        f"{service if 'ServicePrincipal' in call.params else 'SERVICE'}"
    )


def _code(response: Mapping[str, Any]) -> str:
    return str(response.get("Error", {}).get("Code", ""))


def _message(response: Mapping[str, Any]) -> str:
    error = response.get("Error", {})
    return str(error.get("Message") or response.get("Message") or response.get("message") or "")
