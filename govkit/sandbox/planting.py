"""Credentials as they come to be in years, put into a sandbox at once: old, unused, without MFA."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from govkit.sandbox.calls import Call, Caller, World
from govkit.sandbox.clock import iso
from govkit.sandbox.console import Console, Done, find_account
from govkit.sandbox.iam import users as iam_users
from govkit.sandbox.iam.rows import KeyRow, RootRow, keep_user, keys, keys_of, table, users
from govkit.sandbox.identity import session_caller
from govkit.sandbox.refusals import RefusalError, SandboxError

_DAY = 86_400.0
_MOST_KEYS = 2


@dataclass(frozen=True, slots=True)
class Aged:
    """A user's credentials, each told by its age in days, and when it was last used; None: not at all.

    `keys` are ages of access keys; all were last used `key_used` days ago, by `service`.
    """

    made: int = 0
    password: int | None = None
    signed_in: int | None = None
    mfa: bool = False
    keys: tuple[int, ...] = ()
    key_used: int | None = None
    service: str = "s3"


def plant_user(console: Console, account: str, name: str, aged: Aged) -> Done:
    """Give an account a user with such credentials; one that is there gets them instead of its own."""
    if len(aged.keys) > _MOST_KEYS:
        raise SandboxError("Too many keys", "IAM lets a user have two access keys.")
    with _inside(console, account) as world:
        key = f"{world.caller.account}/{name}"
        if key not in users(world):
            iam_users.create_user(world, {"UserName": name})
        _age(world, key, name, aged)
    return Done(f"gave {account} the user {name}", "CreateUser", {"UserName": name}, {})


def _age(world: World, key: str, name: str, aged: Aged) -> None:
    ago = _ago(world)
    row = users(world)[key]
    device = f"arn:{world.settings.partition}:iam::{world.caller.account}:mfa/{name}"
    keep_user(
        world,
        {
            **row,
            "Created": ago(aged.made),
            "Password": ago(aged.password),
            "PasswordUsed": ago(aged.signed_in) if aged.password is not None else "",
            "Mfa": [device] if aged.mfa else [],
        },
    )
    for old in keys_of(world, row):
        keys(world).drop(old["Id"])
    for number, age in enumerate(aged.keys):
        used = aged.key_used is not None
        ident = f"AKIA{len(keys(world)) + number:04d}{world.caller.account}"
        keys(world).put(
            ident,
            KeyRow(
                Owner=key,
                Id=ident,
                Active=True,
                Created=ago(age),
                Used=ago(aged.key_used),
                UsedRegion="us-east-1" if used else "",
                UsedService=aged.service if used else "",
            ),
        )


def plant_root(console: Console, account: str, *, password: bool, mfa: bool, keys: int) -> Done:
    """Give an account's root user these credentials and no others."""
    with _inside(console, account) as world:
        made = [iso(world.now)] * keys
        row = RootRow(Password=password, Mfa=mfa, Keys=made, Certificates=0, Used="")
        table(world, "roots").put(world.caller.account, row)
    return Done(f"changed the root user of {account}", "UpdateAccessKey", {}, {})


def forget_reports(console: Console) -> Done:
    """Let every credential report be too old, as four hours do."""
    with _inside(console, console.sandbox.settings.management_account) as world:
        reports = table(world, "reports")
        for account in list(reports):
            reports.drop(account)
    return Done("waited for four hours", "GenerateCredentialReport", {}, {})


def click(console: Console, account: str, operation: str, **params: object) -> Done:
    """Make a call of IAM in an account; AWS's refusal comes as an error in a person's words."""
    caller = _caller(console, find_account(console.book(), account))
    try:
        answer = console.sandbox.answer(Call("iam", operation, params, caller))
    except RefusalError as refused:
        raise SandboxError(
            f"Refused: iam:{operation}", f"{refused.code}: {refused.message}"
        ) from refused
    return Done(f"called {operation} in {account}", operation, params, answer)


@contextmanager
def _inside(console: Console, account: str) -> Iterator[World]:
    """Give an account's tables, to be changed as time does and no call could."""
    ident = find_account(console.book(), account)
    store = console.sandbox.store
    with store.turn():
        yield console.sandbox.world(_caller(console, ident))
        store.save()


def _caller(console: Console, account: str) -> Caller:
    return session_caller(console.sandbox.settings, account, "Admin", console.person)


def _ago(world: World) -> Callable[[int | None], str]:
    def ago(days: int | None) -> str:
        return "" if days is None else iso(world.now - days * _DAY)

    return ago
