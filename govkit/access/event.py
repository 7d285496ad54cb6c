"""One CloudTrail event as a value: who did what, where, on what, and whether it was done."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from govkit.access.request import identity

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
_DENIED = re.compile(r"AccessDenied|Unauthorized|NotAuthorized|Forbidden", re.IGNORECASE)
_OF_AN_API = (None, "AwsApiCall")


class Fate(Enum):
    """What became of what an event tells of."""

    DONE = "done"
    DENIED = "denied"
    FAILED = "failed"
    NO_REQUEST = "no request"  # a service's own event, a sign-in: nobody's policy was asked


@dataclass(frozen=True, slots=True)
class Event:
    """What a policy was asked, as far as CloudTrail tells.

    `principal` is the ARN of a user, a role (of a session, its role) or a root user, empty where
    the event does not name one of an account. `arns` are those of its list of resources.
    """

    source: str
    name: str
    fate: Fate
    principal: str
    account: str
    partition: str
    region: str
    time: str
    data: bool
    arns: tuple[str, ...]
    parameters: Mapping[str, Any]

    @property
    def label(self) -> str:
        """The event as messages name it."""
        return f"{self.source}:{self.name}"


def event(given: Mapping[str, Any]) -> Event | None:
    """Read one record of CloudTrail, also as EventBridge wraps it; None where it is none."""
    wrapped = given.get("detail")
    record = wrapped if isinstance(wrapped, Mapping) and "eventName" in wrapped else given
    source, name = record.get("eventSource"), record.get("eventName")
    if not (isinstance(source, str) and isinstance(name, str) and source and name):
        return None
    who = _object(record.get("userIdentity"))
    principal = _principal(who)
    account = who.get("accountId") or record.get("recipientAccountId")
    found = _TIME.match(_text(record.get("eventTime")).replace(" ", "T"))
    return Event(
        source.removesuffix(".amazonaws.com").removesuffix(".amazonaws.com.cn").lower(),
        name,
        _fate(record),
        principal,
        _text(account),
        principal.split(":")[1] if principal else "aws",
        _text(record.get("awsRegion")),
        found[0] if found else "",
        record.get("managementEvent") is False or record.get("eventCategory") == "Data",
        tuple(_arns(record.get("resources"))),
        _object(record.get("requestParameters")),
    )


def folded(arn: str) -> str:
    """Return the ARN of who holds the permissions: of a session of a role, the role."""
    return identity(arn).get("aws:principalarn", arn)


def is_by(event: Event, principal: str) -> bool:
    """Tell whether an event is of a principal, given by the ARN of a user, a role or a session.

    A session's ARN does not tell the path of its role, so a role without one is any of that name.
    """
    asked = folded(principal)
    return asked in (event.principal, _pathless(event.principal))


def _pathless(arn: str) -> str:
    head, found, rest = arn.partition(":role/")
    return f"{head}{found}{rest.rpartition('/')[2]}" if found else arn


def _principal(who: Mapping[str, Any]) -> str:
    issuer = _object(_object(who.get("sessionContext")).get("sessionIssuer"))
    told = _text(who.get("arn"))
    if who.get("type") in {"AssumedRole", "FederatedUser"} and _text(issuer.get("arn")):
        told = _text(issuer.get("arn"))
    return identity(told).get("aws:principalarn", "")


def _fate(record: Mapping[str, Any]) -> Fate:
    if record.get("eventType") not in _OF_AN_API:
        return Fate.NO_REQUEST
    code = _text(record.get("errorCode"))
    if not code:
        return Fate.FAILED if record.get("errorMessage") else Fate.DONE
    return Fate.DENIED if _DENIED.search(code) else Fate.FAILED


def _arns(given: Any) -> Iterator[str]:
    for one in given if isinstance(given, list) else ():
        found = _object(one)
        told = _text(found.get("ARN") or found.get("arn"))
        if told:
            yield told


def _object(given: Any) -> Mapping[str, Any]:
    return given if isinstance(given, Mapping) else {}


def _text(given: Any) -> str:
    return given if isinstance(given, str) else ""
