"""Trusted access: services that may act across the organization."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from govkit.model.address import ROOT, Address
from govkit.model.call import Api, ApiCall, Ids, Look, organizations
from govkit.model.change import Action, Change
from govkit.model.kind import Asked, Kind, Section
from govkit.model.resource import Found
from govkit.model.scope import Scope


@dataclass(frozen=True, slots=True)
class TrustedAccess:
    """Trusted access of a service principal (`config.amazonaws.com`)."""

    service: str

    @property
    def address(self) -> Address:
        """Where it stands: `trusted_access:config.amazonaws.com`."""
        return Address("trusted_access", self.service)

    @property
    def needs(self) -> tuple[Address, ...]:
        """The organization's root."""
        return (ROOT,)


@dataclass(frozen=True, slots=True)
class Entry:
    """A service principal that may be wanted away: `{service: …, absent: true}`."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    service: str
    absent: bool = False


def _asked(value: list[str | Entry], _: Scope) -> Iterator[Asked]:
    for index, one in enumerate(value):
        entry = Entry(one) if isinstance(one, str) else one
        yield Asked((index,), TrustedAccess(entry.service), present=not entry.absent)


_CALL = organizations("ListAWSServiceAccessForOrganization")


def _read(look: Look) -> Iterator[Found[TrustedAccess]]:
    for one in look.items("EnabledServicePrincipals", _CALL):
        yield Found(TrustedAccess(one["ServicePrincipal"]))


def _glance(access: TrustedAccess, api: Api, _: Ids) -> Found[TrustedAccess] | None:
    enabled = {one["ServicePrincipal"] for one in api.items("EnabledServicePrincipals", _CALL)}
    return Found(access) if access.service in enabled else None


def _lower(change: Change[TrustedAccess], _: Ids) -> Iterator[ApiCall]:
    verb = "Disable" if change.action is Action.DELETE else "Enable"
    yield organizations(f"{verb}AWSServiceAccess", ServicePrincipal=change.subject.service)


def _verb(change: Change[TrustedAccess]) -> str:
    return "disable" if change.action is Action.DELETE else "enable"


_READS = ("organizations:ListAWSServiceAccessForOrganization",)
_WRITES = (
    "organizations:EnableAWSServiceAccess",
    "organizations:DisableAWSServiceAccess",
)

KIND = Kind(
    name="trusted_access",
    noun="trusted access",
    resource=TrustedAccess,
    read=_read,
    glance=_glance,
    lower=_lower,
    verb=_verb,
    section=Section("services", "trusted_access", list[str | Entry], _asked),
    reads=_READS,
    writes=lambda _: _WRITES,
)
