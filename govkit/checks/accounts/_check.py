"""What a check of accounts is, and what it looks at."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, TypeAlias, cast

from govkit import shelf
from govkit.kinds._access_analyzer import AccessAnalyzer
from govkit.kinds.alternate_contact import AccountSettings
from govkit.kinds.credential_report import Credential, Credentials, ReportedKey
from govkit.kinds.root_access import Wish
from govkit.model.address import Address
from govkit.model.finding import Severity
from govkit.model.state import State

Facts: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """What is there in the accounts of the baseline, the day (UTC), and what the layout asks.

    `sections` are those of the baseline by key, each of the type that its kind gives it.
    """

    state: State
    today: date
    sections: Mapping[str, Any] = field(default_factory=dict)

    @property
    def credentials(self) -> Credentials:
        """What credentials must be like; nothing is asked where the section is missing."""
        told: Credentials = self.sections.get("credentials", Credentials())
        return told

    @property
    def root_access(self) -> Wish:
        """What is wanted of central root access; nothing where the section is missing."""
        told: Wish = self.sections.get("root_access", Wish())
        return told

    @property
    def account(self) -> AccountSettings:
        """What is asked of the account's own settings; nothing where the section is missing."""
        told: AccountSettings = self.sections.get("account", AccountSettings())
        return told

    @property
    def access_analyzer(self) -> AccessAnalyzer:
        """Which analyzers are asked for; none where the section is missing."""
        told: AccessAnalyzer = self.sections.get(
            "access_analyzer", AccessAnalyzer(external_access=False)
        )
        return told

    def users(self) -> Iterator[Credential]:
        """Yield the lines of the credential reports, the root users' aside."""
        return (one for one in self.state.all(Credential) if not one.is_root)

    def days_since(self, *times: str | None) -> int | None:
        """Return how many days ago the first of the times was that is known; None without any."""
        told = next((one for one in times if one is not None), None)
        if told is None:
            return None
        return (self.today - datetime.fromisoformat(told).astimezone(UTC).date()).days

    def unused_days(self, key: ReportedKey) -> int | None:
        """Return for how many days an access key was not used; since it was made, where never."""
        return self.days_since(key.used, key.rotated)


@dataclass(frozen=True, slots=True)
class Remark:
    """What is remarkable about a resource (an ARN or an address) of an account.

    `user` is set where it is about one, so that it can be exempted by name; `region` where the
    resource is in one.
    """

    account: Address
    resource: str
    message: str
    expected: Facts
    actual: Facts
    user: str = ""
    region: str = ""


def about(one: Credential, message: str, expected: Facts, actual: Facts) -> Remark:
    """Return a remark about a user, or an account's root user."""
    return Remark(one.account, one.arn, message, expected, actual, one.user)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountCheck:
    """One opinion about accounts. `path` leads to the part of the baseline that demands it.

    `fix` says in a sentence what to do; `controls` are those of frameworks that it serves.
    """

    code: str
    name: str
    severity: Severity
    path: tuple[str, ...]
    fix: str
    look: Callable[[Seen], Iterator[Remark]]
    controls: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def account_checks() -> tuple[AccountCheck, ...]:
    """Return every check of accounts, by its code."""
    found = cast("tuple[AccountCheck, ...]", shelf.load("govkit.checks.accounts", "CHECK"))
    return tuple(sorted(found, key=lambda check: check.code))
