"""AWS STS: who am I, and becoming a role in another account."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from govkit.sandbox.calls import Call, Caller, Handler, Service, World
from govkit.sandbox.clock import iso
from govkit.sandbox.identity import SECRET_KEY, session_caller, token_of
from govkit.sandbox.model import check_input
from govkit.sandbox.organizations.rows import book
from govkit.sandbox.refusals import RefusalError, refusal

Params = Mapping[str, Any]
_ROLE = re.compile(r"arn:[\w-]+:iam::(\d{12}):role/(?:.+/)?([\w+=,.@-]{1,64})")
_HOUR = 3_600


def get_caller_identity(world: World, _: Params) -> dict[str, Any]:
    caller = world.caller
    return {"UserId": caller.user_id, "Account": caller.account, "Arn": caller.arn}


def assume_role(world: World, params: Params) -> dict[str, Any]:
    """Become a role that exists and trusts the caller, in an account that is active.

    Roles: the one made with a created member (trusts the management account), and those of the
    settings (every account has them; they trust the whole organization).
    """
    found = _ROLE.fullmatch(params["RoleArn"])
    if found is None:
        raise _invalid(f"{params['RoleArn']} is invalid")
    account, role = found.groups()
    if not _may_assume(world, account, role):
        raise _denied(world, params["RoleArn"])
    duration = _duration(world, params)
    expires = float(int(world.now) + duration)
    session = session_caller(
        world.settings, account, role, params["RoleSessionName"], expires=expires
    )
    chosen = params.get("SourceIdentity") or world.caller.source_identity
    caller = replace(session, chained=True, source_identity=chosen)
    answer = {
        "Credentials": {
            "AccessKeyId": caller.access_key,
            "SecretAccessKey": SECRET_KEY,
            "SessionToken": token_of(caller),
            "Expiration": iso(expires),
        },
        "AssumedRoleUser": {"AssumedRoleId": caller.user_id, "Arn": caller.arn},
    }
    return {**answer, "SourceIdentity": chosen} if chosen else answer


def _may_assume(world: World, account: str, role: str) -> bool:
    entries = book(world)
    row = entries.accounts.get(account)
    caller: Caller = world.caller
    if row is None:
        # Before there is an organization, the only account is the caller's own.
        return account == caller.account and role in world.settings.roles
    if row["State"] != "ACTIVE" or caller.account not in entries.accounts:
        return False
    if role in world.settings.roles:
        return True
    management = entries.the_organization["ManagementAccount"]
    return role == row["Role"] and caller.account == management


def _duration(world: World, params: Params) -> int:
    """A session lasts an hour unless asked otherwise; one assumed from a session no longer."""
    duration = int(params.get("DurationSeconds") or _HOUR)
    if duration > _HOUR and world.caller.chained:
        raise _invalid(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
        )
    if duration > _HOUR:
        raise _invalid(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        )
    return duration


def _denied(world: World, role: str) -> RefusalError:
    text = (
        f"User: {world.caller.arn} is not authorized to perform: sts:AssumeRole on resource: {role}"
    )
    return refusal("AccessDenied", message=text, status=403)


def _invalid(text: str) -> RefusalError:
    return refusal("ValidationError", message=text)


def _admit(_: World, call: Call) -> None:
    try:
        check_input(call.service, call.operation, call.params)
    except RefusalError as refused:
        raise _invalid(f"1 validation error detected: {refused.message}") from refused


_HANDLERS: Mapping[str, Handler] = {
    "GetCallerIdentity": get_caller_identity,
    "AssumeRole": assume_role,
}

SERVICE = Service("sts", "sts", _HANDLERS, {}, _admit)
