"""How far the baseline reaches: in which accounts and Regions its services must be on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from govkit.model.address import Address

Regions: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the layout says about the reach of the baseline, before AWS was asked.

    `regions` are names, or empty where `enabled` asks for those that each account has enabled.
    Accounts in an OU of `excepted` (paths), or below one, are left out.
    """

    regions: Regions = ()
    enabled: bool = False
    excepted: tuple[str, ...] = ()
    home_region: str | None = None

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


@dataclass(frozen=True, slots=True)
class Scope:
    """The accounts and Regions that a section of the baseline is asked of, all known.

    `own` are the Regions of accounts that differ from `regions`. `home_region` is where what AWS
    has once per organization is kept; `management` is the account that made the organization.
    """

    accounts: tuple[Address, ...]
    regions: Regions
    home_region: str
    management: Address | None = None
    organization: str | None = None
    partition: str = "aws"
    own: Mapping[Address, Regions] = field(default_factory=dict)

    def places(self) -> Iterator[tuple[Address, str]]:
        """Yield every account with each of its Regions."""
        for account in self.accounts:
            for region in self.own.get(account, self.regions):
                yield account, region
