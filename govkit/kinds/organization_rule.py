"""Rules of AWS Config that AWS manages, for every account of the organization at once."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, ClassVar, Literal

from govkit.errors import AwsError, GovkitError
from govkit.kinds._named import named
from govkit.kinds._places import Spot, looked, place
from govkit.kinds._tags import LAYOUT, as_list
from govkit.kinds.config_aggregator import SERVICES
from govkit.kinds.delegated_administrator import DelegatedAdministrator
from govkit.kinds.trusted_access import TrustedAccess
from govkit.model.address import Address
from govkit.model.address import account as account_address
from govkit.model.call import Api, ApiCall, Ids, Look, Place, Response
from govkit.model.change import Change
from govkit.model.kind import Asked, Authority, Follow, Kind
from govkit.model.resource import SILENT, Found
from govkit.model.scope import Scope
from govkit.policies.canonical import dense

_MULTIACCOUNT = SERVICES[1]


@dataclass(frozen=True, slots=True)
class OrganizationRule:
    """A rule in one Region, put by the account that administers AWS Config.

    `parameters` is JSON; `excluded` are accounts in which it is not. `failed` is AWS's word for why
    it did not get everywhere; `delegated` says that the account is delegated administrator; `after`
    are the recordings without which it fails.
    """

    account: Address
    region: str
    name: str
    identifier: str
    parameters: str = "{}"
    frequency: str | None = None
    types: tuple[str, ...] = ()
    excluded: tuple[Address, ...] = ()
    failed: str | None = None
    delegated: bool = field(default=False, compare=False)
    layout: str | None = field(default=None, compare=False)
    after: tuple[Address, ...] = field(default=(), compare=False, metadata=SILENT)

    @property
    def address(self) -> Address:
        """Where it stands: `organization_rule:audit/eu-west-1/root-mfa`."""
        return Address("organization_rule", f"{self.account.path}/{self.region}/{self.name}")

    @property
    def needs(self) -> tuple[Address, ...]:
        """The account, and that the organization lets it put rules."""
        access = TrustedAccess(_MULTIACCOUNT).address
        charge = DelegatedAdministrator(_MULTIACCOUNT, self.account).address
        return (self.account, access, *((charge,) if self.delegated else ()), *self.after)


@dataclass(frozen=True, slots=True)
class ManagedRule:
    """`rules: {root-mfa: {managed: ROOT_ACCOUNT_MFA_ENABLED}}`."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    managed: str
    parameters: dict[str, str] = field(default_factory=dict)
    frequency: (
        Literal["One_Hour", "Three_Hours", "Six_Hours", "Twelve_Hours", "TwentyFour_Hours"] | None
    ) = None
    types: list[str] = field(default_factory=list)


def ruled(
    rules: Mapping[str, ManagedRule],
    by: str | None,
    recordings: Mapping[str, list[Address]],
    scope: Scope,
) -> Iterator[Asked]:
    """Yield the rules for each Region of the account `by` (a key) that administers AWS Config.

    `recordings` are what must run in each Region before.
    """
    if not rules:
        return
    if by is None:
        raise GovkitError(
            "Nobody puts the rules",
            "Rules for all accounts are put by the account that administers AWS Config.",
            "Name it: aggregator: {account: …}.",
        )
    account = account_address(by)
    for name, rule in rules.items():
        for region in scope.own.get(account, scope.regions):
            asked = OrganizationRule(
                account,
                region,
                name,
                rule.managed,
                dense(rule.parameters),
                rule.frequency,
                tuple(sorted(rule.types)),
                tuple(sorted(scope.outside)),
                delegated=account != scope.management,
                after=tuple(recordings.get(region, ())),
            )
            yield Asked((name,), asked)


def _read(look: Look) -> Iterator[Found[OrganizationRule]]:
    for one, spot in named(look, "organization_rule"):
        yield from looked(look, [spot], partial(_there, look, one.name))


def _there(api: Look | Api, name: str, spot: Spot) -> Iterator[Found[OrganizationRule]]:
    def ask(operation: str, **told: Any) -> ApiCall:
        return ApiCall("config", operation, told, spot.place)

    rules = api.items("OrganizationConfigRules", ask("DescribeOrganizationConfigRules"))
    told = next((one for one in rules if one["OrganizationConfigRuleName"] == name), None)
    if told is None:
        return
    statuses = ask("DescribeOrganizationConfigRuleStatuses")
    status: Mapping[str, Any] = next(
        (
            one
            for one in api.items("OrganizationConfigRuleStatuses", statuses)
            if one["OrganizationConfigRuleName"] == name
        ),
        {},
    )
    arn = told["OrganizationConfigRuleArn"]
    tags = api.items("Tags", ask("ListTagsForResource", ResourceArn=arn))
    own = {tag["Key"]: tag.get("Value") for tag in tags}
    yield Found(_rule(spot, told, status, own.get(LAYOUT)))


def _rule(
    spot: Spot, told: Mapping[str, Any], status: Mapping[str, Any], layout: str | None
) -> OrganizationRule:
    managed = told.get("OrganizationManagedRuleMetadata") or {}
    excluded = (account_address(one) for one in told.get("ExcludedAccounts") or ())
    return OrganizationRule(
        spot.account,
        spot.region,
        told["OrganizationConfigRuleName"],
        managed.get("RuleIdentifier", ""),
        dense(json.loads(managed.get("InputParameters") or "{}")),
        managed.get("MaximumExecutionFrequency"),
        tuple(sorted(managed.get("ResourceTypesScope") or ())),
        tuple(sorted(excluded)),
        _failure(status),
        layout=layout,
    )


def _failure(status: Mapping[str, Any]) -> str | None:
    word = str(status.get("OrganizationRuleStatus", ""))
    return str(status.get("ErrorCode") or word) if word.endswith("_FAILED") else None


def _glance(rule: OrganizationRule, api: Api, ids: Ids) -> Found[OrganizationRule] | None:
    spot = Spot(rule.account, place(rule.account, ids, rule.region))
    found = next(_there(api, rule.name, spot), None)
    if found is None:
        return None
    names = tuple(sorted(ids.address(one.path) or one for one in found.resource.excluded))
    return Found(replace(found.resource, excluded=names))


def _lower(change: Change[OrganizationRule], ids: Ids) -> Iterator[ApiCall]:
    subject, after = change.subject, change.after
    where = place(subject.account, ids, subject.region)
    told: dict[str, Any] = {"OrganizationConfigRuleName": subject.name}
    if after is None:
        yield ApiCall("config", "DeleteOrganizationConfigRule", told, where)
        return
    optional = {
        "MaximumExecutionFrequency": after.frequency,
        "ResourceTypesScope": list(after.types) or None,
        "InputParameters": after.parameters if after.parameters != "{}" else None,
    }
    told["OrganizationManagedRuleMetadata"] = {
        "RuleIdentifier": after.identifier,
        **{name: value for name, value in optional.items() if value is not None},
    }
    told["ExcludedAccounts"] = [ids.or_unknown(one) for one in after.excluded]
    if change.before is None:  # tags are taken when it is made, and never again
        told["Tags"] = as_list({LAYOUT: after.layout})
    yield ApiCall("config", "PutOrganizationConfigRule", told, where)


def _follow(change: Change[OrganizationRule], answer: Response) -> Follow | None:
    """Wait until the rule is in all accounts: AWS puts it there in its own time."""
    if change.after is None:
        return None
    _, _, _, region, account, _ = answer["OrganizationConfigRuleArn"].split(":", 5)
    told = {"OrganizationConfigRuleNames": [change.after.name]}
    where = Place(account, region)
    call = ApiCall("config", "DescribeOrganizationConfigRuleStatuses", told, where)
    return Follow(call, _settled)


def _settled(answer: Response) -> Response | None:
    (status,) = answer["OrganizationConfigRuleStatuses"]
    word = status["OrganizationRuleStatus"]
    if word.endswith("_FAILED"):
        raise AwsError(
            "The rule did not get into all accounts",
            f"{status['OrganizationConfigRuleName']}: {status.get('ErrorMessage') or word}.",
            code=str(status.get("ErrorCode") or word),
            operation="config:PutOrganizationConfigRule",
        )
    return answer if word.endswith("_SUCCESSFUL") else None


KIND = Kind(
    name="organization_rule",
    noun="Config rule",
    resource=OrganizationRule,
    read=_read,
    glance=_glance,
    lower=_lower,
    follow=_follow,
    authority=Authority.MEMBER,
    beyond=True,
    by_name=True,
    reads=(
        "config:DescribeOrganizationConfigRuleStatuses",
        "config:DescribeOrganizationConfigRules",
        "config:ListTagsForResource",
    ),
    writes=lambda _: (
        "config:DeleteOrganizationConfigRule",
        "config:PutOrganizationConfigRule",
        "config:TagResource",
    ),
    serves=("config",),
)
