"""That CloudFormation's StackSets may reach into the accounts of the organization."""

from collections.abc import Iterator
from dataclasses import dataclass

from govkit.errors import AwsError
from govkit.kinds._places import Spot, looked, management, place
from govkit.kinds.stack_set import SERVICE
from govkit.kinds.trusted_access import TrustedAccess
from govkit.model.address import Address
from govkit.model.call import Api, ApiCall, Ids, Look
from govkit.model.change import Action, Change
from govkit.model.kind import Kind
from govkit.model.resource import Found

# CloudFormation's answers where it never had anything to do with Organizations.
_NOT_YET = frozenset({"InvalidOperationException", "OperationNotFoundException"})


@dataclass(frozen=True, slots=True)
class StacksAccess:
    """CloudFormation's own half of trusted access: it makes the roles by which stacks are made."""

    account: Address
    region: str

    @property
    def address(self) -> Address:
        """Where it stands: `stacks_access:management`."""
        return Address("stacks_access", self.account.path)

    @property
    def needs(self) -> tuple[Address, ...]:
        """The management account, and the organization's half."""
        return (self.account, TrustedAccess(SERVICE).address)


def _read(look: Look) -> Iterator[Found[StacksAccess]]:
    yield from looked(look, management(look), lambda spot: _there(look, spot))


def _there(api: Look | Api, spot: Spot) -> Iterator[Found[StacksAccess]]:
    call = ApiCall("cloudformation", "DescribeOrganizationsAccess", {}, spot.place)
    try:
        status = api.call(call).get("Status")
    except AwsError as error:
        if error.code in _NOT_YET:
            return
        raise
    if status == "ENABLED":
        yield Found(StacksAccess(spot.account, spot.region))


def _glance(access: StacksAccess, api: Api, ids: Ids) -> Found[StacksAccess] | None:
    spot = Spot(access.account, place(access.account, ids, access.region))
    return next(_there(api, spot), None)


def _lower(change: Change[StacksAccess], ids: Ids) -> Iterator[ApiCall]:
    verb = "Deactivate" if change.action is Action.DELETE else "Activate"
    access = change.subject
    where = place(access.account, ids, access.region)
    yield ApiCall("cloudformation", f"{verb}OrganizationsAccess", {}, where)


def _verb(change: Change[StacksAccess]) -> str:
    return "disable" if change.action is Action.DELETE else "enable"


KIND = Kind(
    name="stacks_access",
    noun="StackSets' access",
    resource=StacksAccess,
    read=_read,
    glance=_glance,
    lower=_lower,
    verb=_verb,
    beyond=True,
    reads=("cloudformation:DescribeOrganizationsAccess",),
    writes=lambda _: (
        "cloudformation:ActivateOrganizationsAccess",
        "cloudformation:DeactivateOrganizationsAccess",
        "iam:CreateServiceLinkedRole",
        "organizations:EnableAWSServiceAccess",
    ),
    serves=("config.stackset",),
)
