"""Delegated administrators: member accounts that administer a service for the organization."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from govkit.kinds._refusals import unless_gone
from govkit.kinds.trusted_access import Entry
from govkit.model.address import Address
from govkit.model.address import account as account_address
from govkit.model.call import Api, ApiCall, Ids, Look, organizations
from govkit.model.change import Action, Change
from govkit.model.kind import Asked, Kind, Section
from govkit.model.resource import Found, Resource
from govkit.model.scope import Scope
from govkit.model.wanted import Wanted

# Services of which AWS lets one account alone be in charge.
ALONE = frozenset({"access-analyzer.amazonaws.com"})


@dataclass(frozen=True, slots=True)
class DelegatedAdministrator:
    """An account that is delegated administrator of a service principal."""

    service: str
    account: Address

    @property
    def address(self) -> Address:
        """Where it stands: `delegated_administrator:config.amazonaws.com/audit`."""
        return Address("delegated_administrator", f"{self.service}/{self.account.path}")

    @property
    def needs(self) -> tuple[Address, ...]:
        """The account, and trusted access of the service, without which AWS refuses."""
        return (self.account, Address("trusted_access", self.service))


def _asked(value: Mapping[str, list[str | Entry]], _: Scope) -> Iterator[Asked]:
    for key, services in value.items():
        for index, one in enumerate(services):
            entry = Entry(one) if isinstance(one, str) else one
            resource = DelegatedAdministrator(entry.service, account_address(key))
            yield Asked((key, index), resource, present=not entry.absent)


def _services(given: str) -> ApiCall:
    return organizations("ListDelegatedServicesForAccount", AccountId=given)


def _read(look: Look) -> Iterator[Found[DelegatedAdministrator]]:
    admins = [
        admin["Id"]
        for admin in look.items(
            "DelegatedAdministrators", organizations("ListDelegatedAdministrators")
        )
    ]
    services = look.each(lambda given: look.items("DelegatedServices", _services(given)), admins)
    for given, theirs in zip(admins, services, strict=True):
        for one in theirs:
            yield Found(DelegatedAdministrator(one["ServicePrincipal"], account_address(given)))


def _glance(
    admin: DelegatedAdministrator, api: Api, ids: Ids
) -> Found[DelegatedAdministrator] | None:
    given = ids.get(admin.account)
    if given is None:
        return None
    theirs = unless_gone(lambda: list(api.items("DelegatedServices", _services(given)))) or []
    delegated = admin.service in {one["ServicePrincipal"] for one in theirs}
    return Found(admin) if delegated else None


def _lower(change: Change[DelegatedAdministrator], ids: Ids) -> Iterator[ApiCall]:
    admin = change.subject
    verb = "Deregister" if change.action is Action.DELETE else "Register"
    yield organizations(
        f"{verb}DelegatedAdministrator",
        AccountId=ids.or_unknown(admin.account),
        ServicePrincipal=admin.service,
    )


def _verb(change: Change[DelegatedAdministrator]) -> str:
    return "deregister" if change.action is Action.DELETE else "register"


def _cares(resource: Resource, wanted: Wanted) -> bool:
    """Ours are those that the layout names, and who is in the way of one of them."""
    if resource.address in wanted.state or resource.address in wanted.absent:
        return True
    if not isinstance(resource, DelegatedAdministrator) or resource.service not in ALONE:
        return False
    return any(
        one.service == resource.service and one.address not in wanted.observed
        for one in wanted.state.all(DelegatedAdministrator)
    )


_READS = (
    "organizations:ListDelegatedAdministrators",
    "organizations:ListDelegatedServicesForAccount",
)
_WRITES = (
    "organizations:RegisterDelegatedAdministrator",
    "organizations:DeregisterDelegatedAdministrator",
)

KIND = Kind(
    name="delegated_administrator",
    noun="delegated administrator",
    resource=DelegatedAdministrator,
    read=_read,
    glance=_glance,
    lower=_lower,
    verb=_verb,
    cares=_cares,
    section=Section("services", "delegated_administrators", dict[str, list[str | Entry]], _asked),
    reads=_READS,
    writes=lambda _: _WRITES,
)
