"""The password policy of each account's IAM users."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from govkit.errors import AwsError, GovkitError
from govkit.kinds._keepers import Keeper, kept_by
from govkit.kinds._places import Spot, accounts, looked, place
from govkit.model.address import Address
from govkit.model.call import Api, ApiCall, Ids, Look, Place, Response
from govkit.model.change import Action, Change
from govkit.model.kind import Asked, Authority, Kind, Section
from govkit.model.resource import Found
from govkit.model.scope import Scope

_CLASSES: dict[str, str] = {
    "uppercase": "RequireUppercaseCharacters",
    "lowercase": "RequireLowercaseCharacters",
    "numbers": "RequireNumbers",
    "symbols": "RequireSymbols",
}
# What AWS takes (botocore's model of IAM): length, days and passwords remembered.
_BOUNDS = {
    "minimum_length": (6, 128),
    "max_age_days": (1, 1095),
    "reuse_prevention": (1, 24),
}


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """An account's password policy, whole: what is not said is what AWS takes for it.

    `require` are classes of characters, sorted. `max_age_days` and `reuse_prevention` are None where
    passwords never expire, and may be used again.
    """

    account: Address
    minimum_length: int = 6
    require: tuple[str, ...] = ()
    max_age_days: int | None = None
    reuse_prevention: int | None = None
    users_may_change: bool = False
    hard_expiry: bool = False

    @property
    def address(self) -> Address:
        """Where it stands: `password_policy:payments-prod`; there is one per account."""
        return Address("password_policy", self.account.path)

    @property
    def needs(self) -> tuple[Address, ...]:
        """The account."""
        return (self.account,)


@dataclass(frozen=True, slots=True)
class Rules:
    """The layout's section `baseline: {password_policy: …}`."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    managed_by: Keeper = "govkit"
    minimum_length: int = 14
    require: list[Literal["uppercase", "lowercase", "numbers", "symbols"]] = field(
        default_factory=list
    )
    max_age_days: int | None = None
    reuse_prevention: int | None = None
    users_may_change: bool = False
    hard_expiry: bool = False


def _asked(rules: Rules, scope: Scope) -> Iterator[Asked]:
    for name, (least, most) in _BOUNDS.items():
        value = getattr(rules, name)
        if value is not None and not least <= value <= most:
            raise GovkitError("Out of bounds", f"{name} is {value}; IAM takes {least} to {most}.")
    return kept_by(rules.managed_by, (Asked((), _wanted(rules, one)) for one in scope.accounts))


def _wanted(rules: Rules, account: Address) -> PasswordPolicy:
    return PasswordPolicy(
        account,
        rules.minimum_length,
        tuple(sorted(set(rules.require))),
        rules.max_age_days,
        rules.reuse_prevention,
        rules.users_may_change,
        rules.hard_expiry,
    )


def _read(look: Look) -> Iterator[Found[PasswordPolicy]]:
    yield from looked(look, accounts(look), lambda spot: _there(look, spot))


def _there(api: Api | Look, spot: Spot) -> Iterator[Found[PasswordPolicy]]:
    call = ApiCall("iam", "GetAccountPasswordPolicy", {}, spot.place)
    try:
        answer = api.call(call)["PasswordPolicy"]
    except AwsError as error:
        if error.code == "NoSuchEntity":
            return
        raise
    yield Found(_policy(spot.account, answer))


def _policy(account: Address, answer: Response) -> PasswordPolicy:
    return PasswordPolicy(
        account,
        answer.get("MinimumPasswordLength", 6),
        tuple(sorted(name for name, theirs in _CLASSES.items() if answer.get(theirs))),
        answer.get("MaxPasswordAge") if answer.get("ExpirePasswords") else None,
        answer.get("PasswordReusePrevention"),
        bool(answer.get("AllowUsersToChangePassword")),
        bool(answer.get("HardExpiry")),
    )


def _glance(policy: PasswordPolicy, api: Api, ids: Ids) -> Found[PasswordPolicy] | None:
    spot = Spot(policy.account, place(policy.account, ids))
    return next(_there(api, spot), None)


def _lower(change: Change[PasswordPolicy], ids: Ids) -> Iterator[ApiCall]:
    """UpdateAccountPasswordPolicy takes what it is not told as its default: all is told."""
    where: Place = place(change.subject.account, ids)
    wanted = change.after
    if change.action is Action.DELETE or wanted is None:
        yield ApiCall("iam", "DeleteAccountPasswordPolicy", {}, where)
        return
    told: dict[str, Any] = {
        "MinimumPasswordLength": wanted.minimum_length,
        **{theirs: name in wanted.require for name, theirs in _CLASSES.items()},
        "AllowUsersToChangePassword": wanted.users_may_change,
        "HardExpiry": wanted.hard_expiry,
    }
    if wanted.max_age_days is not None:
        told["MaxPasswordAge"] = wanted.max_age_days
    if wanted.reuse_prevention is not None:
        told["PasswordReusePrevention"] = wanted.reuse_prevention
    yield ApiCall("iam", "UpdateAccountPasswordPolicy", told, where)


KIND = Kind(
    name="password_policy",
    noun="password policy",
    resource=PasswordPolicy,
    read=_read,
    glance=_glance,
    lower=_lower,
    authority=Authority.MEMBER,
    section=Section("baseline", "password_policy", Rules, _asked),
    beyond=True,
    reads=("iam:GetAccountPasswordPolicy",),
    writes=lambda _: ("iam:DeleteAccountPasswordPolicy", "iam:UpdateAccountPasswordPolicy"),
)
