"""How far the baseline reaches: in which accounts and Regions its services must be on."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from govkit.errors import GovkitError
from govkit.model.address import Address
from govkit.model.address import ou as ou_address

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
    the account that a part is delegated to. `stacked` are the OUs whose accounts get AWS Config from
    a StackSet, and are not entered for it; `everybody` says that unlisted accounts are covered, too.
    """

    regions: Regions = ()
    enabled: bool = False
    excepted: tuple[str, ...] = ()
    home_region: str | None = None
    sections: frozenset[str] = frozenset()
    entry: Entry = field(default_factory=Entry)
    named: tuple[Named, ...] = ()
    administrators: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    stacked: tuple[str, ...] = ()
    everybody: bool = False

    def reaches(self, ou: str) -> bool:
        """Tell whether accounts in an OU, by its path, are covered."""
        return not any(is_within(ou, top) for top in self.excepted)

    def whole(self, ous: Iterable[str]) -> tuple[str, ...]:
        """Return the topmost of these OUs (paths) that are covered with all that is below them."""
        found: list[str] = []
        for path in sorted(ous):
            holed = any(is_within(top, path) for top in self.excepted)
            if self.reaches(path) and not holed and not any(is_within(path, one) for one in found):
                found.append(path)
        return tuple(found)


def is_within(ou: str, top: str) -> bool:
    """Tell whether an OU, by its path, is another one or below it."""
    return top in ("/", ou) or ou.startswith(f"{top.rstrip('/')}/")


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
    `outside` are active accounts that are left out. `units` are the topmost OUs that are covered with
    all that is below them; accounts in none of them are `apart`. `file` returns the text of a file beside the layout, and
    raises `GovkitError` where there is none.
    """

    accounts: tuple[Address, ...]
    regions: Regions
    home_region: str
    management: Address | None = None
    organization: str | None = None
    partition: str = "aws"
    own: Mapping[Address, Regions] = field(default_factory=dict)
    outside: tuple[Address, ...] = ()
    units: tuple["Unit", ...] = ()
    file: Callable[[str], str] = field(default=_no_file, compare=False, repr=False)

    @property
    def apart(self) -> tuple[Address, ...]:
        """The accounts that are in none of the units."""
        inside = {account for unit in self.units for account in unit.accounts}
        return tuple(account for account in self.accounts if account not in inside)

    def places(self) -> Iterator[tuple[Address, str]]:
        """Yield every account with each of its Regions."""
        for account in self.accounts:
            for region in self.own.get(account, self.regions):
                yield account, region


@dataclass(frozen=True, slots=True)
class Unit:
    """An OU that a StackSet can go into, and the accounts there; those `spared` keep what they have.

    Those `astray` belong there, and are somewhere else for now, where no StackSet gets to. The
    management account is in none: no StackSet gets there either.
    """

    ou: Address
    accounts: tuple[Address, ...]
    spared: tuple[Address, ...] = ()
    astray: tuple[Address, ...] = ()


def by_unit(
    reach: Coverage,
    ous: Iterable[str],
    homes: Mapping[Address, str],
    aside: Collection[Address | None],
    *,
    spared: Collection[Address] = (),
    astray: Collection[Address] = (),
) -> tuple[Unit, ...]:
    """Return the topmost OUs that are covered wholly, with the accounts that live there (`homes`).

    Those `aside` are in none of them.
    """
    found = []
    for path in reach.whole(ous):
        inside = [one for one, home in sorted(homes.items()) if is_within(home, path)]
        here = [one for one in inside if one not in aside]
        found.append(
            Unit(
                ou_address(path),
                tuple(one for one in here if one not in spared),
                tuple(one for one in here if one in spared),
                tuple(one for one in here if one in astray and one not in spared),
            )
        )
    return tuple(found)
