"""Rules of AWS Config that AWS manages, for every account of the organization at once."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar, Literal

from govkit.errors import GovkitError
from govkit.kinds._for_all import Shown, Sort, everywhere, follow, glanced, needs, put_by, shown
from govkit.kinds._places import Spot, place
from govkit.kinds._tags import LAYOUT, as_list
from govkit.model.address import Address
from govkit.model.call import Api, ApiCall, Ids, Look, Response
from govkit.model.change import Change
from govkit.model.kind import Asked, Authority, Follow, Kind
from govkit.model.resource import SILENT, Found
from govkit.model.scope import Scope
from govkit.policies.canonical import dense

SORT = Sort("OrganizationConfigRule", "OrganizationRuleStatus", "rule")


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
        return needs(self)


@dataclass(frozen=True, slots=True)
class ManagedRule:
    """`rules: {root-mfa: {managed: ROOT_ACCOUNT_MFA_ENABLED}}`, or `{absent: true}` to take it away."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    managed: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    frequency: (
        Literal["One_Hour", "Three_Hours", "Six_Hours", "Twelve_Hours", "TwentyFour_Hours"] | None
    ) = None
    types: list[str] = field(default_factory=list)
    absent: bool = False


def ruled(
    rules: Mapping[str, ManagedRule],
    by: str | None,
    recordings: Mapping[str, list[Address]],
    scope: Scope,
) -> Iterator[Asked]:
    """Yield the rules for each Region of the account `by` (a key) that administers AWS Config.

    `recordings` are what must run in each Region before. Raises `GovkitError` where nobody puts them,
    or one is neither named nor absent.
    """
    if not rules:
        return
    account, regions = put_by(by, SORT, scope)
    for name, rule in rules.items():
        if rule.absent == bool(rule.managed):
            raise GovkitError(
                "Which rule?",
                f"{name} names the rule that AWS manages (managed:), or says absent: true.",
            )
        for region in regions:
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
            yield Asked((name,), asked, present=not rule.absent)


def _read(look: Look) -> Iterator[Found[OrganizationRule]]:
    yield from everywhere(look, "organization_rule", partial(_there, look))


def _there(api: Look | Api, spot: Spot) -> Iterator[Found[OrganizationRule]]:
    for one in shown(api, SORT, spot):
        yield Found(_rule(one))


def _rule(one: Shown) -> OrganizationRule:
    managed = one.told.get("OrganizationManagedRuleMetadata") or {}
    return OrganizationRule(
        one.spot.account,
        one.spot.region,
        one.name,
        managed.get("RuleIdentifier", ""),
        dense(json.loads(managed.get("InputParameters") or "{}")),
        managed.get("MaximumExecutionFrequency"),
        tuple(sorted(managed.get("ResourceTypesScope") or ())),
        one.excluded,
        one.failed,
        layout=one.tags.get(LAYOUT),
    )


def _glance(rule: OrganizationRule, api: Api, ids: Ids) -> Found[OrganizationRule] | None:
    found = glanced(rule, SORT, api, ids)
    return None if found is None else Found(_rule(found))


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
    return None if change.after is None else follow(change.after, SORT, answer)


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
