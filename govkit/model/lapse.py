"""Where an account is not as the baseline demands, and who answers for it meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from typing import Any

from govkit.model.finding import Origin, Severity
from govkit.model.resource import Json


@dataclass(frozen=True, slots=True)
class Lapse:
    """One finding of `govkit check`.

    `account` is an ID and `name` the layout's key for it; both and `region` are empty where the
    organization is meant. `resource` is an ARN, or an address where AWS gives none. `user` is set
    where it is about one; `controls` are by framework.
    """

    code: str
    severity: Severity
    account: str
    name: str
    region: str
    resource: str
    message: str
    expected: Mapping[str, Any] | None
    actual: Mapping[str, Any] | None
    fix: str
    where: Origin | None = None
    controls: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    user: str = ""

    def to_json(self) -> dict[str, Json]:
        """Return it as reports carry it."""
        return {
            "code": self.code,
            "severity": self.severity.word,
            "account": self.account,
            "account_key": self.name,
            "region": self.region,
            "resource": self.resource,
            "message": self.message,
            "expected": None if self.expected is None else dict(self.expected),
            "actual": None if self.actual is None else dict(self.actual),
            "fix": self.fix,
            "origin": None if self.where is None else self.where.to_json(),
            "controls": {name: list(given) for name, given in sorted(self.controls.items())},
        }


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Lapses that somebody answers for, through the day `expires` (UTC).

    Patterns are shell wildcards, None for any; `codes` are findings' codes, none for all.
    """

    owner: str
    reason: str
    expires: date
    where: Origin
    codes: tuple[str, ...] = ()
    account: str | None = None
    region: str | None = None
    resource: str | None = None
    user: str | None = None

    def covers(self, lapse: Lapse) -> bool:
        """Tell whether a lapse is meant. The root user is meant only where it is named in full."""
        return (
            (not self.codes or lapse.code in self.codes)
            and (_fits(self.account, lapse.account) or _fits(self.account, lapse.name))
            and _fits(self.region, lapse.region)
            and _fits(self.resource, lapse.resource)
            and self._names(lapse.user)
        )

    def _names(self, user: str) -> bool:
        if self.user is None or user.startswith("<"):
            return self.user in (None, user)
        return bool(user) and fnmatchcase(user, self.user)


def _fits(pattern: str | None, value: str) -> bool:
    return pattern is None or fnmatchcase(value, pattern)
