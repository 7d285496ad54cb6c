"""What a sandbox holds, as one value: the tree with its accounts and policies, types, trust."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from govkit.sandbox.calls import World
from govkit.sandbox.clock import REAL_CLOCK, Clock
from govkit.sandbox.console import ou_paths
from govkit.sandbox.identity import management_caller
from govkit.sandbox.organizations import tags
from govkit.sandbox.organizations.rows import AccountRow, Book, book
from govkit.sandbox.organizations.shown import account_state, type_statuses
from govkit.sandbox.refusals import SandboxError
from govkit.sandbox.sandbox import Sandbox
from govkit.sandbox.settings import Settings


@dataclass(frozen=True, slots=True)
class ShownAccount:
    """A member account; `policies` are the names attached to it itself."""

    id: str
    name: str
    email: str
    state: str
    policies: tuple[str, ...]
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ShownOu:
    """The root (path `/`) or an OU, with what is in it, by name."""

    id: str
    path: str
    name: str
    policies: tuple[str, ...]
    tags: Mapping[str, str]
    accounts: tuple[ShownAccount, ...]
    ous: tuple["ShownOu", ...]


@dataclass(frozen=True, slots=True)
class ShownPolicy:
    """A policy, and to how many targets it is attached."""

    id: str
    name: str
    type: str
    aws_managed: bool
    characters: int
    targets: int


@dataclass(frozen=True, slots=True)
class ShownSandbox:
    """A whole sandbox; `root` is None where there is no organization yet."""

    directory: Path
    settings: Settings
    organization: str
    features: str
    management_account: str
    root: ShownOu | None
    policy_types: Mapping[str, str]
    policies: tuple[ShownPolicy, ...]
    trusted_services: tuple[str, ...]
    administrators: tuple[tuple[str, str], ...]
    creating: tuple[str, ...]


def show(directory: Path, *, clock: Clock = REAL_CLOCK) -> ShownSandbox:
    """Look at a sandbox without calling anything: nothing is logged, no fault is met."""
    sandbox = Sandbox(directory, clock=clock)
    with sandbox.store.turn():
        world = sandbox.world(management_caller(sandbox.settings))
        entries = book(world)
        if not len(entries.organization):
            return _nothing(directory, world.settings)
        organization = entries.the_organization
        return ShownSandbox(
            directory=directory,
            settings=world.settings,
            organization=organization["Id"],
            features=organization["FeatureSet"],
            management_account=organization["ManagementAccount"],
            root=_ou(world, entries, ou_paths(entries), entries.root),
            policy_types=type_statuses(world, entries),
            policies=_policies(entries),
            trusted_services=tuple(entries.services.keys()),
            administrators=tuple(
                sorted(
                    (row["Account"], row["ServicePrincipal"]) for row in entries.delegations.rows()
                )
            ),
            creating=tuple(
                entries.creations[ident]["AccountName"]
                for ident in entries.creations.where("State", "IN_PROGRESS")
            ),
        )


def find(shown: ShownSandbox, path: str) -> ShownOu:
    """Return the root or OU with a path."""
    wanted = "/" + path.strip("/")
    found = [ou for ou in walk(shown) if ou.path == wanted]
    if not found:
        raise SandboxError("Unknown OU", f'The sandbox has no OU "{path}".')
    return found[0]


def walk(shown: ShownSandbox) -> tuple[ShownOu, ...]:
    """Return the root and all OUs, parents before children, siblings by name."""

    def below(ou: ShownOu) -> list[ShownOu]:
        return [ou, *(found for child in ou.ous for found in below(child))]

    return tuple(below(shown.root)) if shown.root else ()


def _nothing(directory: Path, settings: Settings) -> ShownSandbox:
    account = settings.management_account
    return ShownSandbox(directory, settings, "", "", account, None, {}, (), (), (), ())


def _ou(world: World, entries: Book, paths: Mapping[str, str], ident: str) -> ShownOu:
    children = sorted(
        entries.ous.where("Parent", ident), key=lambda child: entries.ous[child]["Name"]
    )
    accounts = [entries.accounts[child] for child in entries.accounts.where("Parent", ident)]
    return ShownOu(
        id=ident,
        path=paths[ident],
        name=entries.ous[ident]["Name"] if ident in entries.ous else "Root",
        policies=_attached(entries, ident),
        tags=tags.of(entries, ident),
        accounts=tuple(
            _account(world, entries, row) for row in sorted(accounts, key=lambda row: row["Name"])
        ),
        ous=tuple(_ou(world, entries, paths, child) for child in children),
    )


def _account(world: World, entries: Book, row: AccountRow) -> ShownAccount:
    return ShownAccount(
        id=row["Id"],
        name=row["Name"],
        email=row["Email"],
        state=account_state(world, row),
        policies=_attached(entries, row["Id"]),
        tags=tags.of(entries, row["Id"]),
    )


def _attached(entries: Book, target: str) -> tuple[str, ...]:
    keys = entries.attachments.where("Target", target)
    return tuple(
        sorted(entries.policies[entries.attachments[key]["Policy"]]["Name"] for key in keys)
    )


def _policies(entries: Book) -> tuple[ShownPolicy, ...]:
    rows = sorted(entries.policies.rows(), key=lambda row: (row["Type"], row["Name"]))
    return tuple(
        ShownPolicy(
            id=row["Id"],
            name=row["Name"],
            type=row["Type"],
            aws_managed=row["AwsManaged"],
            characters=len(row["Content"]),
            targets=len(entries.attachments.where("Policy", row["Id"])),
        )
        for row in rows
    )
