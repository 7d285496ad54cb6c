"""Archive rules: findings of an analyzer that are archived as soon as they are made."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from govkit.kinds import _access_analyzer as section
from govkit.kinds._access_analyzer import NAMES, SERVICE
from govkit.kinds._administrators import spots
from govkit.kinds._places import Spot, looked, place
from govkit.model.address import Address
from govkit.model.call import Api, ApiCall, Ids, Look
from govkit.model.change import Change
from govkit.model.kind import Authority, Kind
from govkit.model.resource import Found, Resource
from govkit.model.wanted import Wanted

_IN_FORCE = ("ACTIVE", "CREATING")


@dataclass(frozen=True, slots=True)
class ArchiveRule:
    """A rule of an analyzer. `filter` are lines such as `principal.AWS eq 444444444444`, sorted."""

    account: Address
    region: str
    analyzer: str
    name: str
    filter: tuple[str, ...] = ()

    @property
    def address(self) -> Address:
        """Where it stands: `archive_rule:audit/eu-west-1/govkit-external-access/known-partner`."""
        return Address("archive_rule", f"{self.of.path}/{self.name}")

    @property
    def of(self) -> Address:
        """The analyzer that it belongs to."""
        return Address("analyzer", f"{self.account.path}/{self.region}/{self.analyzer}")

    @property
    def needs(self) -> tuple[Address, ...]:
        """The analyzer."""
        return (self.of,)


def _read(look: Look) -> Iterator[Found[ArchiveRule]]:
    places = list(spots(look, SERVICE, section.KEY))
    yield from looked(look, places, lambda spot: _there(look, spot))


def _there(api: Api | Look, spot: Spot) -> Iterator[Found[ArchiveRule]]:
    """Yield the rules of analyzers by govkit's names; those of one that stopped are in no force."""
    for one in api.items("analyzers", ApiCall("accessanalyzer", "ListAnalyzers", {}, spot.place)):
        if NAMES.get(one["type"]) == one["name"] and one["status"] in _IN_FORCE:
            told = {"analyzerName": one["name"]}
            call = ApiCall("accessanalyzer", "ListArchiveRules", told, spot.place)
            for rule in api.items("archiveRules", call):
                tests = _tests(rule["filter"])
                yield Found(
                    ArchiveRule(spot.account, spot.region, one["name"], rule["ruleName"], tests)
                )


def _tests(told: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    found = []
    for criterion, tests in told.items():
        for test, value in tests.items():
            values = value if isinstance(value, list) else [str(value).lower()]
            found += [f"{criterion} {test} {one}" for one in values]
    return tuple(sorted(found))


def _glance(rule: ArchiveRule, api: Api, ids: Ids) -> Found[ArchiveRule] | None:
    spot = Spot(rule.account, place(rule.account, ids, rule.region))
    for one in _there(api, spot):
        if (one.resource.analyzer, one.resource.name) == (rule.analyzer, rule.name):
            return one
    return None


def _lower(change: Change[ArchiveRule], ids: Ids) -> Iterator[ApiCall]:
    rule, after = change.subject, change.after
    told: dict[str, Any] = {"analyzerName": rule.analyzer, "ruleName": rule.name}
    if after is None:
        verb = "Delete"
    else:
        verb = "Create" if change.before is None else "Update"
        told["filter"] = _filter(after.filter)
    where = place(rule.account, ids, rule.region)
    yield ApiCall("accessanalyzer", f"{verb}ArchiveRule", told, where)


def _filter(lines: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Return a filter as AWS takes it."""
    found: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for line in lines:
        criterion, test, value = line.split(" ", 2)
        if test == "exists":
            found[criterion][test] = value == "true"
        else:
            found[criterion].setdefault(test, []).append(value)
    return dict(found)


def _cares(resource: Resource, wanted: Wanted) -> bool:
    """All rules are ours of an analyzer for which the layout has rules: one more hides findings.

    AWS takes no tag for one. An empty list of rules, `{}`, is of all the layout's analyzers.
    """
    if resource.address in wanted.state or resource.address in wanted.absent:
        return True
    if not isinstance(resource, ArchiveRule):
        return False
    mine = [one for one in wanted.state.all(ArchiveRule) if one.of == resource.of]
    told = wanted.baseline.get(section.KEY)
    emptied = told is not None and told.value.archive_rules == {} and resource.of in wanted.state
    ours = mine[0].address if mine else resource.of
    return (bool(mine) or emptied) and ours not in wanted.observed


KIND = Kind(
    name="archive_rule",
    noun="archive rule",
    resource=ArchiveRule,
    read=_read,
    glance=_glance,
    lower=_lower,
    cares=_cares,
    authority=Authority.MEMBER,
    beyond=True,
    reads=("access-analyzer:ListAnalyzers", "access-analyzer:ListArchiveRules"),
    writes=lambda _: (
        "access-analyzer:CreateArchiveRule",
        "access-analyzer:DeleteArchiveRule",
        "access-analyzer:UpdateArchiveRule",
    ),
    serves=(f"{section.KEY}.archive_rules",),
)
