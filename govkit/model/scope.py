"""How far the baseline reaches: in which accounts and Regions its services must be on."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from govkit.errors import GovkitError
from govkit.model.address import Address

Regions: TypeAlias = tuple[str, ...]


DEFAULT_ROLE = "OrganizationAccountAccessRole"  # which CreateAccount makes where it is told none


@dataclass(frozen=True, slots=True)
class Entry:
    """How accounts are entered: by which role, and what its session is told.

    `read` and `write` are the names of roles that every account has; without them the account's
    own is taken (`roles`, by account ID), else `default`. `read_policies` are ARNs of policies that
    narrow what a reading session may do; `tags` are those of the session.
    """

    default: str = DEFAULT_ROLE
    read: str | None = None
    write: str | None = None
    roles: Mapping[str, str] = field(default_factory=dict)
    external_id: str | None = None
    source_identity: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    read_policies: tuple[str, ...] = ()

    def role(self, account: str, *, read: bool) -> str:
        """Return the name of the role that enters an account, to read or to write."""
        told = self.read if read else self.write
        return told or self.roles.get(account, self.default)


@dataclass(frozen=True, slots=True)
class Named:
    """A thing of the baseline that is looked for by name, in one account and perhaps one Region.

    `account` are the names by which AWS may know the account: its ID and e-mail address (in lower
    case), else its key, by which govkit made it.
    """

    kind: str
    name: str
    account: frozenset[str]
    region: str | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the layout says about the reach of the baseline, before AWS was asked.

    `regions` are names, or empty where `enabled` asks for those that each account has enabled.
    Accounts in an OU of `excepted` (paths), or below one, are left out. `sections` are the keys of
    the parts that the layout asks for, with those below (`account`, `account.imds`). `named` are the
    things that are looked for by name. `administrators` are the names (ID, e-mail in lower case) of
    the account that a part is delegated to.
    """

    regions: Regions = ()
    enabled: bool = False
    excepted: tuple[str, ...] = ()
    home_region: str | None = None
    sections: frozenset[str] = frozenset()
    entry: Entry = field(default_factory=Entry)
    named: tuple[Named, ...] = ()
    administrators: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def reaches(self, ou: str) -> bool:
        """Tell whether accounts in an OU, by its path, are covered."""
        return not any(
            top in ("/", ou) or ou.startswith(f"{top.rstrip('/')}/") for top in self.excepted
        )


@dataclass(frozen=True, slots=True)
class Unreached:
    """A kind could not look into an account (by ID), or into one of its Regions; `why` says why.

    `region` is None where the whole account was out of reach.
    """

    kind: str
    account: str
    region: str | None
    why: str


def _no_file(name: str) -> str:
    raise GovkitError("No such file", f"{name} cannot be read here.")


@dataclass(frozen=True, slots=True)
class Scope:
    """The accounts and Regions that a section of the baseline is asked of, all known.

    `own` are the Regions of accounts that differ from `regions`. `home_region` is where what AWS
    has once per organization is kept; `management` is the account that made the organization.
    `outside` are active accounts that are left out. `file` returns the text of a file beside the
    layout, and raises `GovkitError` where there is none.
    """

    accounts: tuple[Address, ...]
    regions: Regions
    home_region: str
    management: Address | None = None
    organization: str | None = None
    partition: str = "aws"
    own: Mapping[Address, Regions] = field(default_factory=dict)
    outside: tuple[Address, ...] = ()
    file: Callable[[str], str] = field(default=_no_file, compare=False, repr=False)

    def places(self) -> Iterator[tuple[Address, str]]:
        """Yield every account with each of its Regions."""
        for account in self.accounts:
            for region in self.own.get(account, self.regions):
                yield account, region
