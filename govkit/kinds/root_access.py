"""Central root access: what IAM lets the management account do about the members' root users."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from govkit.errors import AwsError
from govkit.kinds._keepers import Keeper, kept_by
from govkit.kinds._places import Spot, looked, management, place
from govkit.kinds.trusted_access import TrustedAccess
from govkit.model.address import Address
from govkit.model.call import Api, ApiCall, Ids, Look
from govkit.model.change import Action, Change
from govkit.model.kind import Asked, Kind, Section
from govkit.model.resource import Found
from govkit.model.scope import Scope

SERVICE = "iam.amazonaws.com"
CREDENTIALS, SESSIONS = "RootCredentialsManagement", "RootSessions"
# Before there is trusted access for IAM, no feature is on.
_NOT_TRUSTED = "ServiceAccessNotEnabledException"


@dataclass(frozen=True, slots=True)
class RootAccess:
    """A root feature of the organization that is on, by IAM's name of it."""

    account: Address
    feature: str

    @property
    def address(self) -> Address:
        """Where it stands: `root_access:management/RootSessions`."""
        return Address("root_access", f"{self.account.path}/{self.feature}")

    @property
    def needs(self) -> tuple[Address, ...]:
        """The management account, and trusted access for IAM."""
        return (self.account, Address("trusted_access", SERVICE))


@dataclass(frozen=True, slots=True)
class Wish:
    """The layout's section `baseline: {root_access: …}`; `false` turns a feature off."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    managed_by: Keeper = "govkit"
    credentials_management: bool | None = None
    root_sessions: bool | None = None


def _asked(told: Wish, scope: Scope) -> Iterator[Asked]:
    return kept_by(told.managed_by, _wanted(told, scope))


def _wanted(told: Wish, scope: Scope) -> Iterator[Asked]:
    if scope.management is None:
        return
    wishes = {
        ("credentials_management", CREDENTIALS): told.credentials_management,
        ("root_sessions", SESSIONS): told.root_sessions,
    }
    if any(wishes.values()):
        yield Asked((), TrustedAccess(SERVICE))
    for (key, feature), wanted in wishes.items():
        if wanted is not None:
            yield Asked((key,), RootAccess(scope.management, feature), present=wanted)


def _read(look: Look) -> Iterator[Found[RootAccess]]:
    yield from looked(look, management(look), lambda spot: _features(look, spot))


def _features(api: Api | Look, spot: Spot) -> Iterator[Found[RootAccess]]:
    try:
        told = api.call(ApiCall("iam", "ListOrganizationsFeatures", {}, spot.place))
    except AwsError as error:
        if error.code == _NOT_TRUSTED:
            return
        raise
    for feature in told.get("EnabledFeatures", ()):
        yield Found(RootAccess(spot.account, feature))


def _glance(wanted: RootAccess, api: Api, ids: Ids) -> Found[RootAccess] | None:
    spot = Spot(wanted.account, place(wanted.account, ids))
    found = _features(api, spot)
    return next((one for one in found if one.resource.feature == wanted.feature), None)


def _lower(change: Change[RootAccess], ids: Ids) -> Iterator[ApiCall]:
    verb = "Disable" if change.action is Action.DELETE else "Enable"
    subject = change.subject
    operation = f"{verb}Organizations{subject.feature}"
    yield ApiCall("iam", operation, {}, place(subject.account, ids))


def _verb(change: Change[RootAccess]) -> str:
    return "disable" if change.action is Action.DELETE else "enable"


KIND = Kind(
    name="root_access",
    noun="root access",
    resource=RootAccess,
    read=_read,
    glance=_glance,
    lower=_lower,
    verb=_verb,
    section=Section("baseline", "root_access", Wish, _asked),
    beyond=True,
    reads=("iam:ListOrganizationsFeatures",),
    writes=lambda _: tuple(
        f"iam:{verb}Organizations{feature}"
        for verb in ("Enable", "Disable")
        for feature in (CREDENTIALS, SESSIONS)
    ),
)
