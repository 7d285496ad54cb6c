"""The credential report: made on request, kept for four hours, with the root user's row first."""

import csv
import io
from collections.abc import Iterator, Mapping

from govkit.sandbox.calls import World
from govkit.sandbox.clock import iso, seconds
from govkit.sandbox.iam.rows import (
    Answer,
    KeyRow,
    Params,
    ReportRow,
    UserRow,
    arn,
    keys_of,
    root_of,
    table,
    users,
)
from govkit.sandbox.organizations.rows import book
from govkit.sandbox.refusals import refusal

FRESH_SECONDS = 4 * 3600.0
COLUMNS = (
    "user",
    "arn",
    "user_creation_time",
    "password_enabled",
    "password_last_used",
    "password_last_changed",
    "password_next_rotation",
    "mfa_active",
    *(
        f"access_key_{number}_{what}"
        for number in (1, 2)
        for what in (
            "active",
            "last_rotated",
            "last_used_date",
            "last_used_region",
            "last_used_service",
        )
    ),
    *(f"cert_{number}_{what}" for number in (1, 2) for what in ("active", "last_rotated")),
)
_NONE, _UNKNOWN, _UNSUPPORTED = "N/A", "no_information", "not_supported"
_DAY = 86_400.0


def generate_credential_report(world: World, _: Params) -> Answer:
    """Begin one, say that the one begun is done, or answer with the one that is young enough."""
    found = _report(world)
    if found is None or (found["Done"] and _age(world, found) >= FRESH_SECONDS):
        row = ReportRow(Done=False, Generated=iso(world.now), Content=_content(world))
        table(world, "reports").put(world.caller.account, row)
        return {"State": "STARTED", "Description": "No report exists. Starting a new report"}
    if not found["Done"]:
        table(world, "reports").put(world.caller.account, {**found, "Done": True})
    return {"State": "COMPLETE"}


def get_credential_report(world: World, _: Params) -> Answer:
    found = _report(world)
    if found is None:
        raise refusal("ReportNotPresent", message="No report exists.", status=410)
    if not found["Done"]:
        raise refusal("ReportInProgress", message="Report is in progress.", status=404)
    if _age(world, found) >= FRESH_SECONDS:
        raise refusal("ReportExpired", message="Report is expired.", status=410)
    return {
        "Content": found["Content"].encode(),
        "ReportFormat": "text/csv",
        "GeneratedTime": found["Generated"],
    }


def _report(world: World) -> ReportRow | None:
    found: ReportRow | None = table(world, "reports").get(world.caller.account)
    return found


def _age(world: World, report: ReportRow) -> float:
    return world.now - seconds(report["Generated"])


def _content(world: World) -> str:
    said = io.StringIO()
    lines = csv.DictWriter(said, COLUMNS, lineterminator="\n")
    lines.writeheader()
    lines.writerow(_root_line(world))
    for one in users(world).where("Account", world.caller.account):
        lines.writerow(_user_line(world, users(world)[one]))
    return said.getvalue()


def _root_line(world: World) -> Mapping[str, str]:
    account = world.caller.account
    root, member = root_of(world, account), book(world).accounts.get(account)
    found = [
        KeyRow(Owner="", Id="", Active=True, Created=made, Used="", UsedRegion="", UsedService="")
        for made in root["Keys"]
    ]
    return {
        "user": "<root_account>",
        "arn": arn(world, account, "root"),
        "user_creation_time": _time("" if member is None else member["JoinedTimestamp"]),
        "password_enabled": _UNSUPPORTED,
        "password_last_used": _time(root["Used"]) if root["Used"] else _UNKNOWN,
        "password_last_changed": _UNSUPPORTED,
        "password_next_rotation": _UNSUPPORTED,
        "mfa_active": _truth(root["Mfa"]),
        **dict(_keys(found)),
        **dict(_certificates(root["Certificates"])),
    }


def _user_line(world: World, user: UserRow) -> Mapping[str, str]:
    password = user["Password"]
    used = _time(user["PasswordUsed"]) if user["PasswordUsed"] else _UNKNOWN
    return {
        "user": user["Name"],
        "arn": arn(world, user["Account"], f"user{user['Path']}{user['Name']}"),
        "user_creation_time": _time(user["Created"]),
        "password_enabled": _truth(password),
        "password_last_used": used if password else _NONE,
        "password_last_changed": _time(password),
        "password_next_rotation": _next_rotation(world, password),
        "mfa_active": _truth(user["Mfa"]),
        **dict(_keys(keys_of(world, user))),
        **dict(_certificates(0)),
    }


def _next_rotation(world: World, password: str) -> str:
    policy = table(world, "password_policies").get(world.caller.account)
    if not password or policy is None or "MaxPasswordAge" not in policy:
        return _NONE
    return _time(iso(seconds(password) + policy["MaxPasswordAge"] * _DAY))


def _keys(found: list[KeyRow]) -> Iterator[tuple[str, str]]:
    for number in (1, 2):
        key = found[number - 1] if len(found) >= number else None
        told = {
            "active": _truth(key and key["Active"]),
            "last_rotated": _time(key["Created"] if key else ""),
            "last_used_date": _time(key["Used"] if key else ""),
            "last_used_region": (key["UsedRegion"] if key else "") or _NONE,
            "last_used_service": (key["UsedService"] if key else "") or _NONE,
        }
        for what, value in told.items():
            yield f"access_key_{number}_{what}", value


def _certificates(count: int) -> Iterator[tuple[str, str]]:
    for number in (1, 2):
        yield f"cert_{number}_active", _truth(count >= number)
        yield f"cert_{number}_last_rotated", _NONE


def _time(text: str) -> str:
    """Say a time as the report does: `2026-11-23T22:00:00+00:00`, or that there is none."""
    return f"{text[:19]}+00:00" if text else _NONE


def _truth(value: object) -> str:
    return "true" if value else "false"


HANDLERS = {
    "GenerateCredentialReport": generate_credential_report,
    "GetCredentialReport": get_credential_report,
}
