"""What holds for a group of accounts at one time, as far as statements tell."""

from dataclasses import dataclass
from typing import TypeAlias

from govkit.policies.document import Statement

Statements: TypeAlias = frozenset[Statement]
NOTHING: Statements = frozenset()


@dataclass(frozen=True, slots=True)
class Bank:
    """Every Deny above some accounts, and what each level allows, the root's first."""

    denies: Statements
    levels: tuple[Statements, ...]
