"""The layout's section `baseline: {access_analyzer: …}`, and what AWS would not take of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, TypeAlias

from govkit.errors import GovkitError
from govkit.kinds._keepers import Keeper
from govkit.model.scope import Scope

KEY = "access_analyzer"
SERVICE = "access-analyzer.amazonaws.com"
EXTERNAL = "ORGANIZATION"
UNUSED = "ORGANIZATION_UNUSED_ACCESS"
INTERNAL = "ORGANIZATION_INTERNAL_ACCESS"
NAMES = {
    EXTERNAL: "govkit-external-access",
    UNUSED: "govkit-unused-access",
    INTERNAL: "govkit-internal-access",
}
# AWS's quotas (IAM's guide, "IAM Access Analyzer quotas"); the first can be raised to 20.
ANALYZERS = 5
_RULES = 100
_VALUES = 20
_DAYS = (1, 365)

Part: TypeAlias = Literal["external_access", "unused_access", "internal_access"]


@dataclass(frozen=True, slots=True)
class UnusedAccess:
    """After how many days an access counts as unused, and the one Region that looks for it."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    days: int = 90
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Criterion:
    """What a finding must be like to be archived; all that is said must hold."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    eq: list[str] = field(default_factory=list)
    neq: list[str] = field(default_factory=list)
    contains: list[str] = field(default_factory=list)
    exists: bool | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """Findings that are archived as soon as they are made, and the analyzers that do so."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    filter: dict[str, Criterion]
    analyzers: list[Part] = field(default_factory=lambda: ["external_access"])


@dataclass(frozen=True, slots=True)
class AccessAnalyzer:
    """The section."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    managed_by: Keeper = "govkit"
    delegated_administrator: str | None = None
    external_access: bool = True
    unused_access: UnusedAccess | None = None
    internal_access: bool = False
    archive_rules: dict[str, Rule] | None = None


def tests(told: Mapping[str, Criterion]) -> tuple[str, ...]:
    """Return a filter as sorted lines: `principal.AWS eq 444444444444`, `isPublic exists false`."""
    found = []
    for name, criterion in told.items():
        for test in ("eq", "neq", "contains"):
            found += [f"{name} {test} {value}" for value in getattr(criterion, test)]
        if criterion.exists is not None:
            found.append(f"{name} exists {str(criterion.exists).lower()}")
    return tuple(sorted(set(found)))


def check(told: AccessAnalyzer, scope: Scope) -> None:
    """Raise GovkitError for what AWS would refuse, and for what nobody could carry out."""
    key, unused = told.delegated_administrator, told.unused_access
    if key is not None and scope.accounts and key not in {one.path for one in scope.accounts}:
        raise GovkitError(
            "Not covered",
            f"The delegated administrator {key} is no account that the baseline covers.",
            "List it under accounts:, outside of the OUs under except:.",
        )
    if unused is not None:
        _check_unused(unused, scope)
    rules = told.archive_rules or {}
    for part in ("external_access", "unused_access", "internal_access"):
        count = sum(part in rule.analyzers for rule in rules.values())
        if count > _RULES:
            raise _too_many(f"{part} has {count} archive rules", _RULES)
        if count and not getattr(told, part):
            raise GovkitError(
                "No analyzer", f"An archive rule is for {part}, which is not asked for."
            )
    for name, rule in rules.items():
        _check_rule(name, rule)


def _check_unused(unused: UnusedAccess, scope: Scope) -> None:
    least, most = _DAYS
    if not least <= unused.days <= most:
        raise GovkitError("Out of bounds", f"days is {unused.days}; AWS takes {least} to {most}.")
    region = unused.region or scope.home_region
    if scope.regions and region not in scope.regions:
        raise GovkitError(
            "Not covered",
            f"unused_access is for {region or 'no Region'}, which the baseline does not cover.",
            f"Choose one of {', '.join(scope.regions)}, or add it to regions:.",
        )


def _check_rule(name: str, rule: Rule) -> None:
    if not rule.filter:
        raise GovkitError("No criterion", f"The archive rule {name} would archive nothing.")
    for criterion, told in rule.filter.items():
        if not criterion or " " in criterion:
            raise GovkitError("No criterion", f'{name}: AWS knows no criterion "{criterion}".')
        lists = {test: getattr(told, test) for test in ("eq", "neq", "contains")}
        if not any(lists.values()) and told.exists is None:
            raise GovkitError("No test", f"{name}: {criterion} needs eq, neq, contains or exists.")
        for test, values in lists.items():
            if len(values) > _VALUES:
                raise _too_many(f"{name}: {criterion} {test} has {len(values)} values", _VALUES)


def _too_many(what: str, most: int) -> GovkitError:
    return GovkitError("Too many", f"{what}; AWS takes {most}.")
