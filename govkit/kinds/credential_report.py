"""Credential reports: what each user of an account, and its root, signs in with; looked at alone."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, Literal

from govkit.errors import AwsError, GovkitError
from govkit.kinds._keepers import Keeper
from govkit.kinds._observed import no_change, no_glance
from govkit.kinds._places import Spot, accounts, looked
from govkit.model.address import Address
from govkit.model.call import ApiCall, Look, Response
from govkit.model.kind import Asked, Authority, Kind, Section
from govkit.model.resource import Found
from govkit.model.scope import Scope

ROOT_USER = "<root_account>"
# IAM's error codes for a report that is not there, older than four hours, or being made.
_TO_BE_MADE = ("ReportNotPresent", "ReportExpired", "ReportInProgress")
_NOTHING = ("", "N/A", "no_information", "not_supported")


@dataclass(frozen=True, slots=True)
class Credential:
    """One line of an account's credential report, its 22 columns by their names.

    Times are as IAM writes them (ISO 8601), None where there is none or IAM does not know; the root
    user's `password_enabled` is None, as IAM does not say it. `reported` is how old the line is.
    """

    account: Address
    user: str
    arn: str
    user_creation_time: str | None = None
    password_enabled: bool | None = None
    password_last_used: str | None = None
    password_last_changed: str | None = None
    password_next_rotation: str | None = None
    mfa_active: bool = False
    access_key_1_active: bool = False
    access_key_1_last_rotated: str | None = None
    access_key_1_last_used_date: str | None = None
    access_key_1_last_used_region: str | None = None
    access_key_1_last_used_service: str | None = None
    access_key_2_active: bool = False
    access_key_2_last_rotated: str | None = None
    access_key_2_last_used_date: str | None = None
    access_key_2_last_used_region: str | None = None
    access_key_2_last_used_service: str | None = None
    cert_1_active: bool = False
    cert_1_last_rotated: str | None = None
    cert_2_active: bool = False
    cert_2_last_rotated: str | None = None
    reported: str | None = field(default=None, compare=False)

    @property
    def address(self) -> Address:
        """Where it stands: `credential:payments-prod/jane`."""
        return Address("credential", f"{self.account.path}/{self.user}")

    @property
    def needs(self) -> tuple[Address, ...]:
        """The account."""
        return (self.account,)

    @property
    def is_root(self) -> bool:
        """Whether it is the root user's line."""
        return self.user == ROOT_USER

    def active_keys(self) -> Iterator["ReportedKey"]:
        """Yield the active access keys."""
        for number in (1, 2):
            if getattr(self, f"access_key_{number}_active"):
                yield ReportedKey(
                    number,
                    getattr(self, f"access_key_{number}_last_rotated"),
                    getattr(self, f"access_key_{number}_last_used_date"),
                    getattr(self, f"access_key_{number}_last_used_service"),
                )


@dataclass(frozen=True, slots=True)
class ReportedKey:
    """An active access key as a report has it: its number, when it was made and last used, and where."""

    number: int
    rotated: str | None
    used: str | None
    service: str | None


@dataclass(frozen=True, slots=True)
class Exempt:
    """Users (a name with wildcards) that somebody answers for, until a last day."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    user: str
    owner: str
    reason: str
    expires: date
    account: str | None = None
    codes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Credentials:
    """The layout's section `baseline: {credentials: …}`; what it leaves out is not asked for."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    managed_by: Keeper = "govkit"
    mfa: Literal["required"] | None = None
    root_access_keys: Literal["forbidden"] | None = None
    max_key_age_days: int | None = None
    max_unused_days: int | None = None
    direct_policies: Literal["forbidden"] | None = None
    wait_days: int = 14
    exempt: list[Exempt] = field(default_factory=list)


def _asked(told: Credentials, _: Scope) -> Iterator[Asked]:
    """Yield nothing: credentials are checked, and made by nobody."""
    for name in ("max_key_age_days", "max_unused_days", "wait_days"):
        value = getattr(told, name)
        if value is not None and value < 1:
            raise GovkitError("Out of bounds", f"{name} is {value}; the least is 1 day.")
    for one in told.exempt:
        if not (one.owner.strip() and one.reason.strip()):
            raise GovkitError(
                "Nobody answers for it", f"The exemption of {one.user} needs an owner and a reason."
            )
    return iter(())


def _read(look: Look) -> Iterator[Found[Credential]]:
    yield from looked(look, accounts(look), lambda spot: _reported(look, spot))


def _reported(look: Look, spot: Spot) -> Iterator[Found[Credential]]:
    answer = _report(look, spot)
    text = answer["Content"].decode("utf-8")
    made: datetime | None = answer.get("GeneratedTime")
    reported = None if made is None else made.isoformat()
    for line in csv.DictReader(io.StringIO(text)):
        yield Found(_credential(spot.account, line, reported))


def _report(look: Look, spot: Spot) -> Response:
    """Return the report; IAM makes a new one only where there is none of the last four hours."""
    fetch = ApiCall("iam", "GetCredentialReport", {}, spot.place)
    try:
        return look.until(fetch, lambda _: True)
    except AwsError as error:
        if error.code not in _TO_BE_MADE:
            raise
    make = ApiCall("iam", "GenerateCredentialReport", {}, spot.place)
    look.until(make, lambda answer: answer.get("State") == "COMPLETE")
    return look.until(fetch, lambda _: True)


def _credential(account: Address, line: Mapping[str, str], reported: str | None) -> Credential:
    """Return a line by the names of its columns: AWS may add some, and order them anew."""
    told: dict[str, Any] = {
        name: _value(name, line[name])
        for name in Credential.__dataclass_fields__
        if name in line and name not in ("user", "arn")
    }
    return Credential(account, line["user"], line["arn"], **told, reported=reported)


def _value(column: str, text: str) -> str | bool | None:
    if column == "password_enabled" and text in _NOTHING:
        return None
    if column.endswith(("_active", "_enabled")):
        return text.lower() == "true"
    return None if text in _NOTHING else text


KIND = Kind(
    name="credential",
    noun="credential",
    resource=Credential,
    read=_read,
    glance=no_glance,
    lower=no_change,
    authority=Authority.MEMBER,
    section=Section("baseline", "credentials", Credentials, _asked),
    reads=("iam:GenerateCredentialReport", "iam:GetCredentialReport"),
    beyond=True,
    watched=True,
)
