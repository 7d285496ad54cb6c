"""`govkit sandbox change`: what somebody does by hand in the console of a sandbox."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from govkit.cli import sandbox_iam
from govkit.cli.globals import Globals
from govkit.cli.say import note
from govkit.errors import UsageError

app = typer.Typer(
    help="Console-style changes: things are named by name, path, e-mail or ID.",
    no_args_is_help=True,
)
Policy = Annotated[str, typer.Argument(help="A policy's name or ID.")]
Target = Annotated[str, typer.Argument(help="/, an OU's path, or an account's name, e-mail or ID.")]
AccountName = Annotated[str, typer.Argument(help="An account's name, e-mail or ID.")]
Ou = Annotated[str, typer.Argument(help="An OU's path.")]


@app.callback()
def change() -> None:
    """Hold the changes."""


@app.command()
def attach(context: typer.Context, policy: Policy, target: Target) -> None:
    """Attach a policy to a target."""
    _click(context, lambda by, at: by.attach(at, policy, target))


@app.command()
def detach(context: typer.Context, policy: Policy, target: Target) -> None:
    """Detach a policy from a target."""
    _click(context, lambda by, at: by.detach(at, policy, target))


@app.command()
def edit(
    context: typer.Context,
    policy: Policy,
    *,
    content: Annotated[Path | None, typer.Option(help="A file with the new document.")] = None,
    name: Annotated[str | None, typer.Option(help="The new name.")] = None,
) -> None:
    """Edit a policy: its document, its name; or, with neither, drop its last statement or action."""
    if content is None and name is None:
        _click(context, lambda by, at: by.weaken_policy(at, policy))
        return
    text = None if content is None else _text(content)
    _click(context, lambda by, at: by.edit_policy(at, policy, content=text, name=name))


@app.command("create-policy")
def create_policy(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The new policy's name.")],
    content: Annotated[Path, typer.Argument(help="A file with its document.")],
    *,
    type_: Annotated[str, typer.Option("--type", help="scp, rcp, tag, backup, …")] = "scp",
) -> None:
    """Create a policy."""
    text = _text(content)
    _click(context, lambda by, at: by.create_policy(at, name, text, policy_type=type_))


@app.command("delete-policy")
def delete_policy(context: typer.Context, policy: Policy) -> None:
    """Delete a policy that is attached nowhere."""
    _click(context, lambda by, at: by.delete_policy(at, policy))


@app.command()
def move(context: typer.Context, account: AccountName, ou: Ou) -> None:
    """Move an account to an OU."""
    _click(context, lambda by, at: by.move_account(at, account, ou))


@app.command("create-account")
def create_account(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The account's name.")],
    email: Annotated[str, typer.Argument(help="Its e-mail address.")],
) -> None:
    """Create an account; it lands under the root."""
    _click(context, lambda by, at: by.create_account(at, name, email))


@app.command("close-account")
def close_account(context: typer.Context, account: AccountName) -> None:
    """Close an account."""
    _click(context, lambda by, at: by.close_account(at, account))


@app.command("create-ou")
def create_ou(context: typer.Context, ou: Ou) -> None:
    """Create an OU."""
    _click(context, lambda by, at: by.create_ou(at, ou))


@app.command("rename-ou")
def rename_ou(
    context: typer.Context, ou: Ou, name: Annotated[str, typer.Argument(help="Its new name.")]
) -> None:
    """Rename an OU."""
    _click(context, lambda by, at: by.rename_ou(at, ou, name))


@app.command("delete-ou")
def delete_ou(context: typer.Context, ou: Ou) -> None:
    """Delete an empty OU."""
    _click(context, lambda by, at: by.delete_ou(at, ou))


@app.command("create-bucket")
def create_bucket(
    context: typer.Context, name: Annotated[str, typer.Argument(help="The bucket's name.")]
) -> None:
    """Create an S3 bucket in the management account, for a store."""
    _click(context, lambda by, at: by.create_bucket(at, name))


@app.command("enable-type")
def enable_type(context: typer.Context, policy_type: str) -> None:
    """Enable a policy type."""
    _click(context, lambda by, at: by.enable_type(at, policy_type))


@app.command("disable-type")
def disable_type(context: typer.Context, policy_type: str) -> None:
    """Disable a policy type: AWS detaches every policy of it."""
    _click(context, lambda by, at: by.disable_type(at, policy_type))


@app.command()
def tag(
    context: typer.Context,
    resource: Target,
    tags: Annotated[list[str], typer.Argument(help="KEY=VALUE, one or more.")],
) -> None:
    """Tag the root, an OU, an account or a policy."""
    pairs = dict(_pair(text) for text in tags)
    _click(context, lambda by, at: by.tag(at, resource, pairs))


@app.command()
def untag(
    context: typer.Context,
    resource: Target,
    keys: Annotated[list[str], typer.Argument(help="Tag keys.")],
) -> None:
    """Remove tags."""
    _click(context, lambda by, at: by.untag(at, resource, *keys))


@app.command()
def trust(context: typer.Context, service: str) -> None:
    """Enable trusted access of a service principal."""
    _click(context, lambda by, at: by.trust(at, service))


@app.command()
def distrust(context: typer.Context, service: str) -> None:
    """Disable trusted access of a service principal."""
    _click(context, lambda by, at: by.distrust(at, service))


@app.command()
def delegate(context: typer.Context, account: AccountName, service: str) -> None:
    """Make an account delegated administrator of a service."""
    _click(context, lambda by, at: by.delegate(at, account, service))


@app.command()
def undelegate(context: typer.Context, account: AccountName, service: str) -> None:
    """Make an account no longer delegated administrator of a service."""
    _click(context, lambda by, at: by.undelegate(at, account, service))


for planted in sandbox_iam.COMMANDS:
    app.command()(planted)


def _click(context: typer.Context, do: Callable[[Any, Any], Any]) -> None:
    from govkit.sandbox import changes
    from govkit.sandbox.console import Console

    options: Globals = context.obj
    done = do(changes, Console(options.sandbox or Path(".sandbox")))
    note(f"Somebody {done.sentence}.")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError("The file cannot be read", f"{path}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UsageError("The file cannot be read", f"{path}: this is not UTF-8.") from error


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not key or not equals:
        raise UsageError("Wrong usage", f"{text}: use KEY=VALUE.")
    return key, value
