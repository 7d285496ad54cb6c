"""`govkit sandbox change user|root|iam|hours`: credentials as years make them, in a sandbox."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from govkit.cli.globals import Globals
from govkit.cli.say import note
from govkit.errors import UsageError

AccountName = Annotated[str, typer.Argument(help="An account's name, e-mail or ID.")]


def user(
    context: typer.Context,
    account: AccountName,
    name: Annotated[str, typer.Argument(help="The user's name.")],
    *,
    made: Annotated[int, typer.Option(metavar="DAYS", min=0, help="The user's age.")] = 0,
    password: Annotated[
        int | None, typer.Option(metavar="DAYS", min=0, help="The password's age.")
    ] = None,
    signed_in: Annotated[
        int | None, typer.Option(metavar="DAYS", min=0, help="How long ago it was last used.")
    ] = None,
    mfa: Annotated[bool, typer.Option("--mfa", help="With an MFA device.")] = False,
    key: Annotated[
        list[int] | None, typer.Option(metavar="DAYS", min=0, help="A key's age; up to two.")
    ] = None,
    key_used: Annotated[
        int | None, typer.Option(metavar="DAYS", min=0, help="How long ago keys were last used.")
    ] = None,
    service: Annotated[str, typer.Option(help="Which service they called.")] = "s3",
) -> None:
    """Give an account a user with credentials of some age; what is not told it does not have."""
    from govkit.sandbox.planting import Aged, plant_user

    aged = Aged(made, password, signed_in, mfa, tuple(key or ()), key_used, service)
    _plant(context, lambda console: plant_user(console, account, name, aged))


def root(
    context: typer.Context,
    account: AccountName,
    *,
    password: Annotated[bool, typer.Option("--password", help="With a password.")] = False,
    mfa: Annotated[bool, typer.Option("--mfa", help="With an MFA device.")] = False,
    keys: Annotated[int, typer.Option(min=0, max=2, help="How many access keys.")] = 0,
) -> None:
    """Give an account's root user these credentials, and no others."""
    from govkit.sandbox.planting import plant_root

    _plant(
        context,
        lambda console: plant_root(console, account, password=password, mfa=mfa, keys=keys),
    )


def iam(
    context: typer.Context,
    account: AccountName,
    operation: Annotated[str, typer.Argument(help="Such as AttachUserPolicy.")],
    params: Annotated[str, typer.Argument(help="Its parameters as JSON.")] = "{}",
) -> None:
    """Make a call of IAM in an account, as its administrator."""
    from govkit.sandbox.planting import click

    try:
        told = json.loads(params)
    except ValueError as error:
        raise UsageError("Wrong usage", f"{params} is not JSON: {error}.") from error
    if not isinstance(told, dict):
        raise UsageError("Wrong usage", f"{params}: use an object of parameters.")
    _plant(context, lambda console: click(console, account, operation, **told))


def hours(context: typer.Context) -> None:
    """Let four hours pass for credential reports: the next one is made anew."""
    from govkit.sandbox.planting import forget_reports

    _plant(context, forget_reports)


def _plant(context: typer.Context, do: Callable[[Any], Any]) -> None:
    from govkit.sandbox.console import Console

    options: Globals = context.obj
    done = do(Console(options.sandbox or Path(".sandbox")))
    note(f"Somebody {done.sentence}.")


COMMANDS = (user, root, iam, hours)
