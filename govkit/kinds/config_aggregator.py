"""AWS Config's aggregator: what is recorded in all accounts and Regions, seen from one account."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

from govkit.errors import GovkitError
from govkit.kinds._administrators import registered
from govkit.kinds._named import named
from govkit.kinds._places import Spot, looked, place
from govkit.kinds._tags import LAYOUT, as_list
from govkit.kinds.delegated_administrator import DelegatedAdministrator
from govkit.kinds.root import partition
from govkit.kinds.service_role import ServiceRole, taken_by
from govkit.kinds.trusted_access import TrustedAccess
from govkit.model.address import Address
from govkit.model.address import account as account_address
from govkit.model.call import Api, ApiCall, IdOf, Ids, Look, Place
from govkit.model.change import Change
from govkit.model.kind import Asked, Authority, Kind
from govkit.model.resource import Found
from govkit.model.scope import Scope

# Both, else PutConfigurationAggregator refuses a delegated administrator.
SERVICES = ("config.amazonaws.com", "config-multiaccountsetup.amazonaws.com")
ROLE = "govkit-config-aggregator"
_SEES_ACCOUNTS = "service-role/AWSConfigRoleForOrganizations"


@dataclass(frozen=True, slots=True)
class ConfigAggregator:
    """An aggregator, which sees all Regions and the whole organization, or only what it names.

    `role` is the path and name of the role by which it learns the organization's accounts;
    `accounts` are those of one that does not look at the organization. `delegated` says that the
    account is delegated administrator; `layout` is the owner's tag.
    """

    account: Address
    region: str
    name: str
    role: str = ROLE
    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ("all",)
    delegated: bool = field(default=False, compare=False)
    layout: str | None = field(default=None, compare=False)

    @property
    def address(self) -> Address:
        """Where it stands: `config_aggregator:audit/eu-west-1/org`."""
        return Address("config_aggregator", f"{self.account.path}/{self.region}/{self.name}")

    @property
    def needs(self) -> tuple[Address, ...]:
        """The account, its role where it is ours, and that the organization lets it look."""
        own = (Address("service_role", f"{self.account.path}/{ROLE}"),) if self.role == ROLE else ()
        access = tuple(TrustedAccess(one).address for one in SERVICES)
        charge = (DelegatedAdministrator(one, self.account).address for one in SERVICES)
        return (self.account, *own, *access, *(charge if self.delegated else ()))


@dataclass(frozen=True, slots=True)
class Aggregator:
    """`aggregator: {name: org, account: audit}`: who sees what all accounts record.

    `absent: true` takes it away; the account goes on administering AWS Config.
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    account: str
    name: str = "org"
    role: str | None = None
    absent: bool = False


def in_charge(account: Address, scope: Scope) -> Iterator[Asked]:
    """Yield what lets an account administer AWS Config for the organization.

    The management account may without being made administrator, and cannot be made one.
    """
    for service in SERVICES:
        yield Asked((), TrustedAccess(service))
        if account != scope.management:
            yield Asked((), DelegatedAdministrator(service, account))


def aggregated(told: Aggregator, scope: Scope) -> Iterator[Asked]:
    """Yield the aggregator and all that it takes; `GovkitError` where it has no Region."""
    if not scope.home_region:
        raise GovkitError(
            "No home Region", "An aggregator stands in one: organization: {home_region: …}."
        )
    account = account_address(told.account)
    yield from in_charge(account, scope)
    if told.role is None and not told.absent:
        sees = f"arn:{scope.partition}:iam::aws:policy/{_SEES_ACCOUNTS}"
        yield Asked((), ServiceRole(account, ROLE, taken_by(SERVICES[0]), (sees,)))
    role = told.role.removeprefix("role/") if told.role else ROLE
    delegated = account != scope.management
    yield Asked(
        (),
        ConfigAggregator(account, scope.home_region, told.name, role, delegated=delegated),
        present=not told.absent,
    )


def _read(look: Look) -> Iterator[Found[ConfigAggregator]]:
    """Yield those of the account that the layout names, and of delegated administrators: orphans, perhaps."""
    spots = {spot.place: spot for _, spot in named(look, "config_aggregator")}
    reach = look.interest.coverage
    home = None if reach is None else reach.home_region
    for account in registered(look, SERVICES[0]) if home is not None else ():
        spots.setdefault(Place(account.path, home), Spot(account, Place(account.path, home)))
    yield from looked(look, spots.values(), partial(_there, look))


def _there(api: Look | Api, spot: Spot) -> Iterator[Found[ConfigAggregator]]:
    call = ApiCall("config", "DescribeConfigurationAggregators", {}, spot.place)
    for one in api.items("ConfigurationAggregators", call):
        tags = {"ResourceArn": one["ConfigurationAggregatorArn"]}
        listed = api.items("Tags", ApiCall("config", "ListTagsForResource", tags, spot.place))
        own = {tag["Key"]: tag.get("Value") for tag in listed}
        yield Found(_aggregator(spot, one, own.get(LAYOUT)))


def _aggregator(spot: Spot, told: Mapping[str, Any], layout: str | None) -> ConfigAggregator:
    whole = told.get("OrganizationAggregationSource") or {}
    parts = told.get("AccountAggregationSources") or ()
    sources = [whole] if whole else parts
    every = any(one.get("AllAwsRegions") for one in sources)
    regions = {region for one in sources for region in one.get("AwsRegions") or ()}
    return ConfigAggregator(
        spot.account,
        spot.region,
        told["ConfigurationAggregatorName"],
        str(whole.get("RoleArn") or "").partition(":role/")[2],
        tuple(sorted(given for one in parts for given in one.get("AccountIds") or ())),
        ("all",) if every else tuple(sorted(regions)),
        layout=layout,
    )


def _glance(aggregator: ConfigAggregator, api: Api, ids: Ids) -> Found[ConfigAggregator] | None:
    spot = Spot(aggregator.account, place(aggregator.account, ids, aggregator.region))
    return next((one for one in _there(api, spot) if one.resource.name == aggregator.name), None)


def _lower(change: Change[ConfigAggregator], ids: Ids) -> Iterator[ApiCall]:
    subject, after = change.subject, change.after
    where = place(subject.account, ids, subject.region)
    told: dict[str, Any] = {"ConfigurationAggregatorName": subject.name}
    if after is None:
        yield ApiCall("config", "DeleteConfigurationAggregator", told, where)
        return
    regions = (
        {"AllAwsRegions": True} if after.regions == ("all",) else {"AwsRegions": [*after.regions]}
    )
    told["OrganizationAggregationSource"] = {"RoleArn": _role_arn(after, ids), **regions}
    if change.before is None:  # tags are taken when it is made, and never again
        told["Tags"] = as_list({LAYOUT: after.layout})
    yield ApiCall("config", "PutConfigurationAggregator", told, where)


def _role_arn(aggregator: ConfigAggregator, ids: Ids) -> str | IdOf:
    given = ids.get(aggregator.account)
    if given is None:
        return IdOf(Address("service_role", f"{aggregator.account.path}/{aggregator.role}"))
    return f"arn:{partition(ids)}:iam::{given}:role/{aggregator.role}"


KIND = Kind(
    name="config_aggregator",
    noun="Config aggregator",
    resource=ConfigAggregator,
    read=_read,
    glance=_glance,
    lower=_lower,
    authority=Authority.MEMBER,
    beyond=True,
    by_name=True,
    reads=("config:DescribeConfigurationAggregators", "config:ListTagsForResource"),
    writes=lambda _: (
        "config:DeleteConfigurationAggregator",
        "config:PutConfigurationAggregator",
        "config:TagResource",
        "iam:PassRole",
    ),
    serves=("config",),
)
