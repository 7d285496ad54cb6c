"""Who is calling, told from the credentials of a request, which carry it themselves."""

import base64
import hashlib
import json
import re
from dataclasses import asdict
from typing import Any

from govkit.sandbox.calls import Caller
from govkit.sandbox.refusals import refusal
from govkit.sandbox.settings import Settings

_MARK = "govkit-sandbox."
_ACCOUNT = re.compile(r"\d{12}")
# The key id of pretend credentials; with no session token they are the management account's.
ACCESS_KEY = "AKIASANDBOXSANDBOXSB"
SECRET_KEY = "pretend-secret-of-the-sandbox"  # noqa: S105 - opens nothing: the sandbox checks no signature


def session_caller(
    settings: Settings, account: str, role: str, session: str, *, expires: float = 0.0
) -> Caller:
    """Return the caller that a role's session is, with ids that are the same each time."""
    unique = _digest("role", account, role)
    return Caller(
        account=account,
        arn=f"arn:{settings.partition}:sts::{account}:assumed-role/{role}/{session}",
        user_id=f"AROA{unique}:{session}",
        access_key=f"ASIA{_digest('key', account, role, session, str(expires))}",
        expires=expires,
    )


def management_caller(settings: Settings) -> Caller:
    return session_caller(settings, settings.management_account, settings.caller_role, "sandbox")


def console_caller(settings: Settings, person: str) -> Caller:
    """Return a person in the management account's console, signed in through a permission set."""
    role = "AWSReservedSSO_AdministratorAccess_" + _digest("sso", person).lower()
    caller = session_caller(settings, settings.management_account, role, person)
    return Caller(**{**asdict(caller), "console": True})


def token_of(caller: Caller) -> str:
    """Return the session token that makes later calls this caller's; it opens nothing real."""
    return _MARK + base64.urlsafe_b64encode(json.dumps(asdict(caller)).encode()).decode()


def is_token(token: str) -> bool:
    return token.startswith(_MARK)


def caller_of(settings: Settings, access_key: str, token: str) -> Caller:
    """Recognise the caller of a request.

    A session token of the sandbox names its role session. An access key id of twelve digits is an
    administrator of that account. Any other credentials are the management account's.
    """
    if is_token(token):
        return _from_token(token)
    if _ACCOUNT.fullmatch(access_key):
        return session_caller(settings, access_key, settings.caller_role, "sandbox")
    return management_caller(settings)


def _from_token(token: str) -> Caller:
    try:
        said: dict[str, Any] = json.loads(base64.urlsafe_b64decode(token.removeprefix(_MARK)))
        return Caller(**said)
    except (ValueError, TypeError) as problem:
        raise refusal(
            "UnrecognizedClientException",
            message="The security token included in the request is invalid.",
        ) from problem


def _digest(*parts: str) -> str:
    raw = hashlib.sha256("\0".join(parts).encode()).digest()
    return base64.b32encode(raw).decode()[:16]
