"""Conformance packs of AWS Config: rules of a template, in every account of the organization."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, ClassVar

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

_MULTIACCOUNT = SERVICES[1]
_TEMPLATE = "govkit:template"  # the tag by which the template is known: AWS does not show it again
_LONGEST = 51_200  # characters of a template that is sent along


@dataclass(frozen=True, slots=True)
class ConformancePack:
    """A pack in one Region, put by the account that administers AWS Config.

    `template` is the hash of its text, `body` the text; `parameters` are pairs. `excluded`, `failed`,
    `delegated` and `after` are as for a rule. `arn` is that of a live one.
    """

    account: Address
    region: str
    name: str
    template: str
    parameters: tuple[tuple[str, str], ...] = ()
    excluded: tuple[Address, ...] = ()
    failed: str | None = None
    delegated: bool = field(default=False, compare=False)
    layout: str | None = field(default=None, compare=False)
    body: str = field(default="", compare=False, metadata=SILENT)
    after: tuple[Address, ...] = field(default=(), compare=False, metadata=SILENT)
    arn: str = field(default="", compare=False, metadata=SILENT)

    @property
    def address(self) -> Address:
        """Where it stands: `conformance_pack:audit/eu-west-1/iam-best-practices`."""
        return Address("conformance_pack", f"{self.account.path}/{self.region}/{self.name}")

    @property
    def needs(self) -> tuple[Address, ...]:
        """The account, that the organization lets it put packs, and that all accounts record."""
        access = TrustedAccess(_MULTIACCOUNT).address
        charge = DelegatedAdministrator(_MULTIACCOUNT, self.account).address
        return (self.account, access, *((charge,) if self.delegated else ()), *self.after)


@dataclass(frozen=True, slots=True)
class Pack:
    """`conformance_packs: {iam: {template: packs/iam.yaml, parameters: {…}}}`."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    template: str
    parameters: dict[str, str] = field(default_factory=dict)


def packed(
    packs: Mapping[str, Pack],
    by: str | None,
    recordings: Mapping[str, list[Address]],
    scope: Scope,
) -> Iterator[Asked]:
    """Yield the packs for each Region of the account `by` (a key) that administers AWS Config.

    `recordings` are what must run in each Region before. Raises `GovkitError` where nobody puts them,
    or a template is not there or too long.
    """
    if not packs:
        return
    if by is None:
        raise GovkitError(
            "Nobody puts the packs",
            "Packs for all accounts are put by the account that administers AWS Config.",
            "Name it: aggregator: {account: …}.",
        )
    account = account_address(by)
    for name, pack in packs.items():
        text = scope.file(pack.template)
        if len(text) > _LONGEST:
            raise GovkitError(
                "A template that is too long",
                f"{pack.template} has more than {_LONGEST} characters.",
            )
        for region in scope.own.get(account, scope.regions):
            asked = ConformancePack(
                account,
                region,
                name,
                _hash(text),
                tuple(sorted(pack.parameters.items())),
                tuple(sorted(scope.outside)),
                delegated=account != scope.management,
                body=text,
                after=tuple(recordings.get(region, ())),
            )
            yield Asked((name,), asked)


def _hash(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _read(look: Look) -> Iterator[Found[ConformancePack]]:
    for one, spot in named(look, "conformance_pack"):
        yield from looked(look, [spot], partial(_there, look, one.name))


def _there(api: Look | Api, name: str, spot: Spot) -> Iterator[Found[ConformancePack]]:
    def listed(what: str, operation: str) -> Mapping[str, Any] | None:
        found = api.items(what, ApiCall("config", operation, {}, spot.place))
        return next((one for one in found if one["OrganizationConformancePackName"] == name), None)

    told = listed("OrganizationConformancePacks", "DescribeOrganizationConformancePacks")
    if told is None:
        return
    status = listed(
        "OrganizationConformancePackStatuses", "DescribeOrganizationConformancePackStatuses"
    )
    arn = told["OrganizationConformancePackArn"]
    asked = ApiCall("config", "ListTagsForResource", {"ResourceArn": arn}, spot.place)
    tags = {tag["Key"]: tag.get("Value", "") for tag in api.items("Tags", asked)}
    given = told.get("ConformancePackInputParameters") or ()
    excluded = (account_address(one) for one in told.get("ExcludedAccounts") or ())
    pack = ConformancePack(
        spot.account,
        spot.region,
        name,
        tags.get(_TEMPLATE, ""),
        tuple(sorted((one["ParameterName"], one["ParameterValue"]) for one in given)),
        tuple(sorted(excluded)),
        _failure(status or {}),
        layout=tags.get(LAYOUT),
        arn=arn,
    )
    yield Found(pack)


def _failure(status: Mapping[str, Any]) -> str | None:
    word = str(status.get("Status", ""))
    return str(status.get("ErrorCode") or word) if word.endswith("_FAILED") else None


def _glance(pack: ConformancePack, api: Api, ids: Ids) -> Found[ConformancePack] | None:
    spot = Spot(pack.account, place(pack.account, ids, pack.region))
    found = next(_there(api, pack.name, spot), None)
    if found is None:
        return None
    names = tuple(sorted(ids.address(one.path) or one for one in found.resource.excluded))
    return Found(replace(found.resource, excluded=names))


def _lower(change: Change[ConformancePack], ids: Ids) -> Iterator[ApiCall]:
    """Put the pack; of one that is there, the template's tag comes last: what fails is put again."""
    subject, after = change.subject, change.after
    where = place(subject.account, ids, subject.region)
    told: dict[str, Any] = {"OrganizationConformancePackName": subject.name}
    if after is None:
        yield ApiCall("config", "DeleteOrganizationConformancePack", told, where)
        return
    told["TemplateBody"] = after.body
    told["ConformancePackInputParameters"] = [
        {"ParameterName": key, "ParameterValue": value} for key, value in after.parameters
    ]
    told["ExcludedAccounts"] = [ids.or_unknown(one) for one in after.excluded]
    tags = as_list({_TEMPLATE: after.template})
    if change.before is None:
        told["Tags"] = [*as_list({LAYOUT: after.layout}), *tags]
    yield ApiCall("config", "PutOrganizationConformancePack", told, where)
    if change.before is not None and change.before.template != after.template:
        named = {"ResourceArn": change.before.arn, "Tags": tags}
        yield ApiCall("config", "TagResource", named, where)


def _follow(change: Change[ConformancePack], answer: Response) -> Follow | None:
    """Wait until the pack is in all accounts, where the answer says which one it is."""
    arn = answer.get("OrganizationConformancePackArn")
    if change.after is None or arn is None:
        return None
    _, _, _, region, account, _ = arn.split(":", 5)
    told = {"OrganizationConformancePackNames": [change.after.name]}
    where = Place(account, region)
    return Follow(
        ApiCall("config", "DescribeOrganizationConformancePackStatuses", told, where), _settled
    )


def _settled(answer: Response) -> Response | None:
    (status,) = answer["OrganizationConformancePackStatuses"]
    word = status["Status"]
    if word.endswith("_FAILED"):
        raise AwsError(
            "The pack did not get into all accounts",
            f"{status['OrganizationConformancePackName']}: {status.get('ErrorMessage') or word}.",
            code=str(status.get("ErrorCode") or word),
            operation="config:PutOrganizationConformancePack",
        )
    return answer if word.endswith("_SUCCESSFUL") else None


KIND = Kind(
    name="conformance_pack",
    noun="conformance pack",
    resource=ConformancePack,
    read=_read,
    glance=_glance,
    lower=_lower,
    follow=_follow,
    authority=Authority.MEMBER,
    beyond=True,
    by_name=True,
    reads=(
        "config:DescribeOrganizationConformancePackStatuses",
        "config:DescribeOrganizationConformancePacks",
        "config:ListTagsForResource",
    ),
    writes=lambda _: (
        "config:DeleteOrganizationConformancePack",
        "config:PutOrganizationConformancePack",
        "config:TagResource",
    ),
    serves=("config",),
)
