"""What may be chosen about a sandbox, above all the points on which AWS's behaviour is unverified."""

from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from typing import Any

from govkit.sandbox.refusals import SandboxError


@dataclass(frozen=True, slots=True)
class Settings:
    """Every choice of one sandbox; the defaults are what AWS most likely does, and hurry up a little.

    `management_account` calls when nobody else is named. `limits` overrides figures of the
    limits' table by their keys. All spans are seconds.
    """

    partition: str = "aws"
    management_account: str = "111111111111"
    management_email: str = "aws+management@example.com"
    caller_role: str = "administrator"
    # Roles that every account has, trusting the whole organization (member accounts that were
    # created in the organization have their own `RoleName` besides, trusting the management account).
    roles: tuple[str, ...] = ()
    seed: str = "govkit"
    # The IDs of the organization and its root; made from the seed where they are empty.
    organization: str = ""
    root: str = ""

    # Unverified: documentation and users disagree on all of these.
    service_control_policies_on_create: bool = False
    wrong_source_code: str = "AccountNotFoundException"
    policy_names_unique_across_types: bool = False

    # `Status` of accounts was retired on 2026-09-09; older emulators lack `State` and paths.
    account_status: bool = False
    account_state: bool = True
    paths: bool = True
    empty_first_page: bool = False

    # A creation ends after that many polls or that time, whichever is first.
    create_account_polls: int = 2
    create_account_seconds: float = 30.0
    close_account_seconds: float = 60.0
    policy_type_seconds: float = 0.0
    finalizing_seconds: float = 0.0

    read_lag: int = 0
    latency_seconds: float = 0.0
    # 0 is no limit; 1 is AWS's documented rates, 2 twice as much.
    rate_scale: float = 0.0
    log_calls: bool = True
    limits: Mapping[str, int] = field(default_factory=dict)


def settings_to_json(settings: Settings) -> dict[str, Any]:
    return asdict(settings)


def settings_from_json(data: object) -> Settings:
    """Read settings; what is not written has its default, and what is unknown is an error."""
    if not isinstance(data, dict):
        raise SandboxError("Settings of the sandbox cannot be read", "They must be an object.")
    known = {entry.name: entry for entry in fields(Settings)}
    for name, value in data.items():
        if name not in known:
            raise SandboxError("Unknown setting of the sandbox", f'There is no setting "{name}".')
        _check(name, value, _default(name))
    values = dict(data)
    if "roles" in values:
        values["roles"] = tuple(values["roles"])
    return Settings(**values)


def _default(name: str) -> object:
    entry = next(entry for entry in fields(Settings) if entry.name == name)
    return {} if entry.default is MISSING else entry.default


def _check(name: str, value: object, default: object) -> None:
    match default:
        case bool():
            fits = isinstance(value, bool)
        case int() | float():
            fits = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
        case tuple():
            fits = isinstance(value, list | tuple) and all(isinstance(one, str) for one in value)
        case dict():
            fits = isinstance(value, dict) and all(isinstance(one, int) for one in value.values())
        case _:
            fits = isinstance(value, str)
    if not fits:
        raise SandboxError("Wrong setting of the sandbox", f'"{name}" cannot be {value!r}.')
