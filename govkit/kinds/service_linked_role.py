"""Service-linked roles: the role by which an AWS service acts in an account, made by IAM alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from govkit.errors import AwsError, BugError
from govkit.kinds._places import Spot, accounts, entered, looked, place
from govkit.model.address import Address
from govkit.model.call import Api, ApiCall, Ids, Look
from govkit.model.change import Change
from govkit.model.kind import Authority, Kind
from govkit.model.resource import Found

# IAM chooses the name (AWS Config's guide, "Using service-linked roles").
_NAMES: Mapping[str, str] = {"config.amazonaws.com": "AWSServiceRoleForConfig"}


@dataclass(frozen=True, slots=True)
class ServiceLinkedRole:
    """A service's own role in an account; other accounts' services need it before they start."""

    account: Address
    service: str

    @property
    def address(self) -> Address:
        """Where it stands: `service_linked_role:payments-prod/config.amazonaws.com`."""
        return Address("service_linked_role", f"{self.account.path}/{self.service}")

    @property
    def needs(self) -> tuple[Address, ...]:
        """The account."""
        return (self.account,)


def path_of(service: str) -> str:
    """Return the path and name that IAM gives a service's role."""
    return f"aws-service-role/{service}/{_NAMES[service]}"


def _read(look: Look) -> Iterator[Found[ServiceLinkedRole]]:
    for service in _NAMES:
        yield from looked(look, entered(look, accounts(look)), partial(_there, look, service))


def _there(api: Api | Look, service: str, spot: Spot) -> Iterator[Found[ServiceLinkedRole]]:
    call = ApiCall("iam", "GetRole", {"RoleName": _NAMES[service]}, spot.place)
    try:
        api.call(call)
    except AwsError as error:
        if error.code == "NoSuchEntity":
            return
        raise
    yield Found(ServiceLinkedRole(spot.account, service))


def _glance(role: ServiceLinkedRole, api: Api, ids: Ids) -> Found[ServiceLinkedRole] | None:
    spot = Spot(role.account, place(role.account, ids))
    return next(_there(api, role.service, spot), None)


def _lower(change: Change[ServiceLinkedRole], ids: Ids) -> Iterator[ApiCall]:
    role = change.after
    if role is None:
        raise BugError("This is a bug in govkit: a service's role was to go", str(change.address))
    told = {"AWSServiceName": role.service}
    yield ApiCall("iam", "CreateServiceLinkedRole", told, place(role.account, ids))


KIND = Kind(
    name="service_linked_role",
    noun="service-linked role",
    resource=ServiceLinkedRole,
    read=_read,
    glance=_glance,
    lower=_lower,
    authority=Authority.MEMBER,
    beyond=True,
    reads=("iam:GetRole",),
    writes=lambda _: ("iam:CreateServiceLinkedRole",),
    serves=("config",),
)
