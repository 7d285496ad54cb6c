"""Conformance packs of AWS Config: rules of a template, in every account of the organization."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

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

SORT = Sort("OrganizationConformancePack", "Status", "pack")
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
        """The account, and that the organization lets it put packs."""
        return needs(self)


@dataclass(frozen=True, slots=True)
class Pack:
    """`conformance_packs: {iam: {template: packs/iam.yaml, parameters: {…}}}`, or `{absent: true}`."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    template: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    absent: bool = False


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
    account, regions = put_by(by, SORT, scope)
    for name, pack in packs.items():
        text = _template(name, pack, scope)
        for region in regions:
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
            yield Asked((name,), asked, present=not pack.absent)


def _template(name: str, pack: Pack, scope: Scope) -> str:
    if pack.absent == bool(pack.template):
        raise GovkitError(
            "Which pack?", f"{name} names its template (template:), or says absent: true."
        )
    text = "" if pack.absent else scope.file(pack.template)
    if len(text) > _LONGEST:
        raise GovkitError(
            "A template that is too long", f"{pack.template} has more than {_LONGEST} characters."
        )
    return text


def _hash(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _read(look: Look) -> Iterator[Found[ConformancePack]]:
    yield from everywhere(look, "conformance_pack", partial(_there, look))


def _there(api: Look | Api, spot: Spot) -> Iterator[Found[ConformancePack]]:
    for one in shown(api, SORT, spot):
        yield Found(_pack(one))


def _pack(one: Shown) -> ConformancePack:
    given = one.told.get("ConformancePackInputParameters") or ()
    return ConformancePack(
        one.spot.account,
        one.spot.region,
        one.name,
        one.tags.get(_TEMPLATE, ""),
        tuple(sorted((each["ParameterName"], each["ParameterValue"]) for each in given)),
        one.excluded,
        one.failed,
        layout=one.tags.get(LAYOUT),
        arn=one.arn,
    )


def _glance(pack: ConformancePack, api: Api, ids: Ids) -> Found[ConformancePack] | None:
    found = glanced(pack, SORT, api, ids)
    return None if found is None else Found(_pack(found))


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
    return None if change.after is None else follow(change.after, SORT, answer)


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
