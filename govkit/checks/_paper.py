"""A policy document as a check reads it: what is written where, malformed parts left out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from govkit.access.condition import Test, named
from govkit.access.statement import POLICY_VARIABLES, Statement, policy, texts
from govkit.policies.positions import Path, Position

SCP, RCP, IAM = "scp", "rcp", "iam"


@dataclass(frozen=True, slots=True)
class Item:
    """A text of a list, or one that stands alone, and where it stands."""

    path: Path
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One test of a condition as it is written: its operator, its key, its operands."""

    path: Path
    spelling: str
    key: str
    test: Test
    operands: tuple[Item, ...]

    @property
    def name(self) -> str:
        """The key in lower case, by which AWS knows it."""
        return self.key.lower()


@dataclass(frozen=True, slots=True)
class Written:
    """One statement as it is written. `meaning` is what it says to the engine."""

    path: Path
    value: Mapping[str, Any]
    meaning: Statement
    variables: bool
    actions: tuple[Item, ...]
    resources: tuple[Item, ...]
    tests: tuple[Asked, ...]

    @property
    def deny(self) -> bool:
        return self.meaning.deny

    def at(self, *steps: str | int) -> Path:
        """Return the path of something in this statement."""
        return (*self.path, *steps)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a text is no JSON, and where."""

    message: str
    at: Position


@dataclass(frozen=True, slots=True)
class Paper:
    """A document to be judged. `type` is a policy type's key, or `iam` for any other IAM policy.

    `value` is its JSON, None where it is `unreadable`. `length` is what AWS counts, None where
    grammar and limits are judged elsewhere.
    """

    name: str
    type: str
    value: Any = field(repr=False)
    statements: tuple[Written, ...] = field(default=(), repr=False)
    length: int | None = None
    unreadable: Unreadable | None = None


def paper(name: str, kind: str, value: Any, length: int | None = None) -> Paper:
    """Return a document ready to be judged."""
    found = tuple(_statements(name, value)) if kind in (SCP, RCP, IAM) else ()
    return Paper(name, kind, value, found, length)


def listed(value: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    """Yield the statements of an IAM document, whatever they are, with their paths."""
    given = value.get("Statement")
    if isinstance(given, list):
        yield from ((("Statement", index), one) for index, one in enumerate(given))
    elif given is not None:
        yield ("Statement",), given


def _statements(name: str, value: Any) -> Iterator[Written]:
    if not isinstance(value, Mapping):
        return
    meanings = {one.index: one for one in policy(name, value).statements}
    variables = value.get("Version") == POLICY_VARIABLES
    for index, (path, given) in enumerate(listed(value)):
        if index in meanings:
            yield Written(
                path,
                given,
                meanings[index],
                variables,
                tuple(_items(given, path, ("Action", "NotAction"))),
                tuple(_items(given, path, ("Resource", "NotResource"))),
                tuple(_tests(given.get("Condition"), (*path, "Condition"), variables=variables)),
            )


def _items(given: Mapping[str, Any], path: Path, names: tuple[str, ...]) -> Iterator[Item]:
    for name in names:
        if name in given:
            yield from _texts(given[name], (*path, name))


def _texts(given: Any, path: Path) -> Iterator[Item]:
    if isinstance(given, list):
        for index, one in enumerate(given):
            yield from (Item((*path, index), text) for text in texts(one))
    else:
        yield from (Item(path, text) for text in texts(given))


def _tests(condition: Any, path: Path, *, variables: bool) -> Iterator[Asked]:
    if not isinstance(condition, Mapping):
        return
    for spelling, block in condition.items():
        name, quantifier, if_exists = named(spelling)
        for key, given in block.items() if isinstance(block, Mapping) else ():
            at = (*path, spelling, key)
            operands = tuple(_texts(given, at))
            values = tuple(one.text for one in operands)
            counts = variables and any("${" in value for value in values)
            test = Test(name, quantifier, if_exists, key.lower(), values, counts, key)
            yield Asked(at, spelling, key, test, operands)
