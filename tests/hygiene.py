"""An organization of twelve accounts whose users can be given credentials of any age, past govkit."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from baselines import ROLE, clicks
from terminal import SETTINGS, TODAY, Desk, build

from govkit.sandbox.calls import World
from govkit.sandbox.clock import iso
from govkit.sandbox.iam.rows import keep_user, keys, table, users
from govkit.sandbox.identity import session_caller
from govkit.sandbox.sandbox import Sandbox

MANAGEMENT = "111111111111"
ACCOUNTS = {f"team-{number:02d}": f"{number:02d}" * 6 for number in range(20, 31)}
CREDENTIALS: Mapping[str, Any] = {
    "mfa": "required",
    "root_access_keys": "forbidden",
    "max_key_age_days": 90,
    "max_unused_days": 45,
    "direct_policies": "forbidden",
}
RULES = {
    "minimum_length": 14,
    "require": ["uppercase", "lowercase", "numbers", "symbols"],
    "max_age_days": 90,
    "reuse_prevention": 24,
    "users_may_change": True,
}


def layout(**baseline: Any) -> dict[str, Any]:
    """Return a layout of twelve accounts, with a baseline."""
    accounts = {key: {"id": ident, "ou": "Workloads"} for key, ident in ACCOUNTS.items()}
    return {
        "version": 1,
        "organization": {
            "id": "o-exampleorgid",
            "management_account": MANAGEMENT,
            "home_region": "eu-west-1",
        },
        "ous": {"Workloads": {}},
        "accounts": {"management": {"id": MANAGEMENT, "ou": "/"}, **accounts},
        "baseline": {"regions": ["eu-west-1"], **baseline},
    }


def organization(desk: Desk) -> None:
    """Write the sandbox; every account can be entered, and calls are logged."""
    accounts = {ident: {"name": key, "ou": "/Workloads"} for key, ident in ACCOUNTS.items()}
    live = {"ous": ["/Workloads"], "accounts": accounts}
    build(live, desk.sandbox, replace(SETTINGS, roles=(ROLE,), log_calls=True))


def ago(days: int) -> str:
    """Return a moment so many days before the day of the tests, as the sandbox writes it."""
    day = date.fromisoformat(TODAY) - timedelta(days=days)
    return iso(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp())


@contextmanager
def inside(desk: Desk, account: str) -> Iterator[World]:
    """Give an account's tables of IAM to be changed in a way that AWS would not let."""
    sandbox = Sandbox(desk.sandbox)
    with sandbox.store.turn():
        yield sandbox.world(session_caller(sandbox.settings, account, "Admin", "console"))
        sandbox.store.save()


def user(
    desk: Desk,
    account: str,
    name: str,
    *,
    made: int = 200,
    password: tuple[int, int | None] | None = None,
    mfa: bool = True,
    access_keys: tuple[tuple[int, int | None], ...] = (),
    service: str = "",
    tags: Mapping[str, str] | None = None,
) -> None:
    """Make a user; password and keys are told by their age and last use in days, None for never."""
    told = [{"Key": key, "Value": value} for key, value in (tags or {}).items()]
    clicks(desk, account, "iam", "CreateUser", {"UserName": name, "Tags": told})
    with inside(desk, account) as world:
        row = users(world)[f"{account}/{name}"]
        keep_user(
            world,
            {
                **row,
                "Created": ago(made),
                "Password": ago(password[0]) if password else "",
                "PasswordUsed": ago(password[1]) if password and password[1] is not None else "",
                "Mfa": [f"arn:aws:iam::{account}:mfa/{name}"] if mfa and password else [],
            },
        )
        for number, (age, used) in enumerate(access_keys, 1):
            ident = f"AKIA{number}{name.upper().replace('-', ''):X<12}"
            key(world, f"{account}/{name}", ident, age=age, used=used, service=service)


def key(world: World, owner: str, ident: str, *, age: int, used: int | None, service: str) -> None:
    """Make an access key of a user (account and name), older than AWS would."""
    keys(world).put(
        ident,
        {
            "Owner": owner,
            "Id": ident,
            "Active": True,
            "Created": ago(age),
            "Used": "" if used is None else ago(used),
            "UsedRegion": "" if used is None else "eu-west-1",
            "UsedService": "" if used is None else service,
        },
    )


def root(desk: Desk, account: str, **has: Any) -> None:
    """Give an account's root user a password, MFA, keys, certificates."""
    told = {"Password": False, "Mfa": False, "Keys": [], "Certificates": 0, "Used": "", **has}
    with inside(desk, account) as world:
        table(world, "roots").put(account, told)


def four_hours_pass(desk: Desk) -> None:
    """Let every credential report be older than IAM keeps one."""
    with inside(desk, MANAGEMENT) as world:
        reports = table(world, "reports")
        for account in list(reports):
            reports.put(account, {**reports[account], "Generated": ago(1)})
