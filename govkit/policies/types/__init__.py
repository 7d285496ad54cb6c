"""SHELF. The policy types that AWS has: one file per type, each exporting `POLICY_TYPE`."""

from functools import cache
from typing import cast

from govkit import shelf
from govkit.policies.canonical import Grammar
from govkit.policies.limits import management_facts
from govkit.policies.policy_type import PolicyType


@cache
def policy_types() -> tuple[PolicyType, ...]:
    """Return every type on the shelf, by the layout's keys."""
    found = cast("tuple[PolicyType, ...]", shelf.load(__name__, "POLICY_TYPE"))
    return tuple(sorted(found, key=lambda kind: kind.key))


def known(word: str) -> PolicyType | None:
    """Return the type with this key (`scp`) or AWS name (`SERVICE_CONTROL_POLICY`), or None."""
    return _by_word().get(word)


def policy_type(word: str) -> PolicyType:
    """Return the type with this key or AWS name; a generic one where the shelf has none.

    AWS adds types every few months. A generic type's key is its AWS name in lower case, so that
    either word leads back to it; only what all management policies share is checked.
    """
    return known(word) or _generic(word)


@cache
def _by_word() -> dict[str, PolicyType]:
    by_key = {kind.key: kind for kind in policy_types()}
    return by_key | {kind.name: kind for kind in policy_types()}


def _generic(word: str) -> PolicyType:
    from govkit.policies.types._tree import operator_faults  # which is imported by way of us

    return PolicyType(
        key=word.lower(),
        name=word.upper(),
        noun=word.lower().replace("_", " "),
        grammar=Grammar.TREE,
        facts=management_facts(),
        faults=operator_faults,
    )
