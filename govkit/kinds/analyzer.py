"""The organization's analyzers of IAM Access Analyzer: who outside has access, and what nobody uses."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from govkit.kinds import _access_analyzer as section
from govkit.kinds._access_analyzer import (
    EXTERNAL,
    INTERNAL,
    NAMES,
    SERVICE,
    UNUSED,
    AccessAnalyzer,
)
from govkit.kinds._administrators import spots
from govkit.kinds._keepers import kept_by
from govkit.kinds._places import Spot, looked, place
from govkit.kinds._tags import LAYOUT
from govkit.kinds.archive_rule import ArchiveRule
from govkit.kinds.delegated_administrator import DelegatedAdministrator
from govkit.kinds.trusted_access import TrustedAccess
from govkit.model.address import Address
from govkit.model.address import account as account_address
from govkit.model.call import Api, ApiCall, Ids, Look
from govkit.model.change import Change
from govkit.model.finding import Finding, Severity
from govkit.model.kind import Asked, Authority, Kind, Recognition, Section
from govkit.model.resource import Found, Resource
from govkit.model.scope import Scope
from govkit.model.state import State
from govkit.model.wanted import Wanted

WORKS = "ACTIVE"
_MEMBERS = {UNUSED: "unusedAccess", INTERNAL: "internalAccess"}


@dataclass(frozen=True, slots=True)
class Analyzer:
    """An analyzer; `type` is AWS's word. `days` is after how long an access counts as unused.

    `narrowed` are rules that leave something out of the analysis, as JSON. `status` is AWS's, with
    its reason where it does not work. `layout` is the owner's tag.
    """

    account: Address
    region: str
    name: str
    type: str = EXTERNAL
    days: int | None = None
    narrowed: tuple[str, ...] = ()
    status: str = WORKS
    layout: str | None = field(default=None, compare=False)

    @property
    def address(self) -> Address:
        """Where it stands: `analyzer:audit/eu-west-1/govkit-external-access`."""
        return Address("analyzer", f"{self.account.path}/{self.region}/{self.name}")

    @property
    def seat(self) -> Address | None:
        """What only one can have: an organization has one analyzer of internal access per Region."""
        taken = self.type == INTERNAL
        return Address("analyzer", f"{INTERNAL}/{self.region}") if taken else None

    @property
    def needs(self) -> tuple[Address, ...]:
        """Its account, the service's access to the organization, and the account's charge of it."""
        administrator = DelegatedAdministrator(SERVICE, self.account).address
        return (self.account, Address("trusted_access", SERVICE), administrator)


def _asked(told: AccessAnalyzer, scope: Scope) -> Iterator[Asked]:
    section.check(told, scope)
    return kept_by(told.managed_by, _wanted(told, scope))


def _wanted(told: AccessAnalyzer, scope: Scope) -> Iterator[Asked]:
    """Yield access first, then who is in charge, then the analyzers there, and their rules."""
    key = told.delegated_administrator
    home = scope.management if key is None else account_address(key)
    if home is None:
        return
    yield Asked((), TrustedAccess(SERVICE))
    if key is not None:
        yield Asked(("delegated_administrator",), DelegatedAdministrator(SERVICE, home))
    for part, analyzer in _analyzers(told, scope, home):
        yield Asked((part,), analyzer)
        for name, rule in (told.archive_rules or {}).items():
            if part in rule.analyzers:
                where = ("archive_rules", name)
                tests = section.tests(rule.filter)
                yield Asked(where, ArchiveRule(home, analyzer.region, analyzer.name, name, tests))


def _analyzers(told: AccessAnalyzer, scope: Scope, home: Address) -> Iterator[tuple[str, Analyzer]]:
    regions = scope.own.get(home, scope.regions)
    for region in regions:
        if told.external_access:
            yield "external_access", Analyzer(home, region, NAMES[EXTERNAL], EXTERNAL)
        if told.internal_access:
            yield "internal_access", Analyzer(home, region, NAMES[INTERNAL], INTERNAL)
    unused = told.unused_access
    if unused is not None and regions:
        region = unused.region or scope.home_region
        yield "unused_access", Analyzer(home, region, NAMES[UNUSED], UNUSED, unused.days)


def _read(look: Look) -> Iterator[Found[Analyzer]]:
    places = list(spots(look, SERVICE, section.KEY))
    yield from looked(look, places, lambda spot: _there(look, spot))


def _there(api: Api | Look, spot: Spot) -> Iterator[Found[Analyzer]]:
    """Yield the customer's analyzers; those that another service keeps are left alone."""
    for one in api.items("analyzers", ApiCall("accessanalyzer", "ListAnalyzers", {}, spot.place)):
        if not one.get("managedBy"):
            yield Found(_analyzer(api, spot, one), one["arn"])


def _analyzer(api: Api | Look, spot: Spot, told: Mapping[str, Any]) -> Analyzer:
    found = _configuration(api, spot, told)
    rule = found.get("analysisRule") or {}
    narrowing = [*rule.get("exclusions", ()), *rule.get("inclusions", ())]
    return Analyzer(
        spot.account,
        spot.region,
        told["name"],
        told["type"],
        found.get("unusedAccessAge"),
        tuple(sorted(json.dumps(one, sort_keys=True) for one in narrowing)),
        _status(told),
        (told.get("tags") or {}).get(LAYOUT),
    )


def _configuration(api: Api | Look, spot: Spot, told: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what an analyzer is told; ListAnalyzers does not say, and some are told nothing."""
    member = _MEMBERS.get(told["type"])
    if member is None:
        return {}
    call = ApiCall("accessanalyzer", "GetAnalyzer", {"analyzerName": told["name"]}, spot.place)
    found: Mapping[str, Any] = api.call(call)["analyzer"].get("configuration") or {}
    return found.get(member) or {}


def _status(told: Mapping[str, Any]) -> str:
    """Return the status; one that is only being made will work."""
    status = told["status"]
    if status in {WORKS, "CREATING"}:
        return WORKS
    return f"{status}: {(told.get('statusReason') or {}).get('code', 'no reason given')}"


def _glance(analyzer: Analyzer, api: Api, ids: Ids) -> Found[Analyzer] | None:
    spot = Spot(analyzer.account, place(analyzer.account, ids, analyzer.region))
    return next((one for one in _there(api, spot) if one.resource.name == analyzer.name), None)


def _split(change: Change[Analyzer]) -> tuple[Change[Analyzer], ...]:
    """AWS mends no analyzer that stopped, and changes no type: ours makes way for a new one."""
    before, after = change.before, change.after
    if before is None or after is None or before.layout != after.layout:
        return (change,)
    if before.status == after.status and before.type == after.type:
        return (change,)
    return (Change(before, None), Change(None, after))


def _lower(change: Change[Analyzer], ids: Ids) -> Iterator[ApiCall]:
    subject, before, after = change.subject, change.before, change.after
    told: dict[str, Any] = {"analyzerName": subject.name}
    if after is None:
        verb = "DeleteAnalyzer"
    elif before is None:
        verb = "CreateAnalyzer"
        tags = {"tags": {LAYOUT: after.layout}} if after.layout else {}
        told |= {"type": after.type, **_configured(after, whole=False), **tags}
    else:
        verb = "UpdateAnalyzer"
        told |= _configured(after, whole=True)
    where = place(subject.account, ids, subject.region)
    yield ApiCall("accessanalyzer", verb, told, where)


def _configured(analyzer: Analyzer, *, whole: bool) -> dict[str, Any]:
    """Return the type's configuration; `whole` says aloud that nothing is left out, too."""
    rules = {UNUSED: "exclusions", INTERNAL: "inclusions"}
    member = _MEMBERS.get(analyzer.type)
    if member is None:
        return {}
    told: dict[str, Any] = {"unusedAccessAge": analyzer.days} if analyzer.days else {}
    if whole:
        told["analysisRule"] = {rules[analyzer.type]: []}
    return {"configuration": {member: told}} if told else {}


def _cares(resource: Resource, wanted: Wanted) -> bool:
    """Ours are those that the layout asks for, and those with its tag, wherever they are left.

    Where another tool keeps the section, nothing is taken away.
    """
    if resource.address in wanted.state or resource.address in wanted.absent:
        return True
    owner = getattr(resource, "layout", None)
    return owner == wanted.layout and not any(one.kind == "analyzer" for one in wanted.observed)


def _recognise(wanted: Wanted, live: State, _: Ids) -> Recognition:
    """Warn of a new delegated administrator: it disables the analyzers of the one before."""
    asked = [
        one
        for one in wanted.state.all(DelegatedAdministrator)
        if one.service == SERVICE and one.address not in wanted.observed
    ]
    there = [one for one in live.all(DelegatedAdministrator) if one.service == SERVICE]
    return Recognition(
        findings=tuple(
            Finding(
                "GK306",
                Severity.WARNING,
                str(old.address),
                f"Access Analyzer's delegated administrator changes from {old.account.path} to "
                f"{new.account.path}: AWS disables the analyzers of {old.account.path} and hides "
                "their findings.",
                "Save the findings that you need first; the new analyzers start from nothing.",
                wanted.origin(new.address),
            )
            for new in asked
            for old in there
            if new.account != old.account
        )
    )


KIND = Kind(
    name="analyzer",
    noun="analyzer",
    resource=Analyzer,
    read=_read,
    glance=_glance,
    lower=_lower,
    split=_split,
    recognise=_recognise,
    cares=_cares,
    authority=Authority.MEMBER,
    section=Section("baseline", section.KEY, AccessAnalyzer, _asked),
    beyond=True,
    reads=("access-analyzer:GetAnalyzer", "access-analyzer:ListAnalyzers"),
    writes=lambda _: (
        "access-analyzer:CreateAnalyzer",
        "access-analyzer:DeleteAnalyzer",
        "access-analyzer:TagResource",
        "access-analyzer:UpdateAnalyzer",
        "iam:CreateServiceLinkedRole",
    ),
)
