"""Statements of SCPs and RCPs as values, read from the JSON of a policy document."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from govkit.access.action import Actions
from govkit.access.condition import Test, named
from govkit.access.resource import Resources

POLICY_VARIABLES = "2012-10-17"  # the version from which `${…}` is more than text


@dataclass(frozen=True, slots=True)
class Statement:
    """Statements that mean the same are equal; `index` and `sid` say where one was written.

    `anyone` is False where an RCP names a Principal other than `*`, which AWS does not accept:
    such a statement matches no request.
    """

    deny: bool
    actions: Actions
    resources: Resources
    tests: tuple[Test, ...]
    anyone: bool = True
    index: int = field(default=0, compare=False)
    sid: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy as a level holds it. Its name is for people and does not count in comparisons.

    Its hash is made once: an organization has thousands of chains, of few policies.
    """

    name: str = field(compare=False)
    statements: tuple[Statement, ...]
    hashed: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "hashed", hash(self.statements))

    def __hash__(self) -> int:
        return self.hashed


@dataclass(frozen=True, slots=True)
class Level:
    """The root, an OU or an account, with the policies attached to it."""

    name: str = field(compare=False)
    policies: tuple[Policy, ...]


def policy(name: str, document: Mapping[str, Any]) -> Policy:
    """Read a document. What is not of the grammar matches nothing; `validity` says what it is."""
    variables = document.get("Version") == POLICY_VARIABLES
    found = _listed(document.get("Statement"))
    return Policy(
        name,
        tuple(
            _statement(given, index, variables=variables)
            for index, given in enumerate(found)
            if isinstance(given, Mapping) and given.get("Effect") in ("Allow", "Deny")
        ),
    )


def level(name: str, documents: Mapping[str, Mapping[str, Any]]) -> Level:
    """Return a level from its documents by name."""
    return Level(name, tuple(policy(key, document) for key, document in documents.items()))


def texts(given: Any) -> tuple[str, ...]:
    """Return a string, number or boolean of JSON, or a list of them, as IAM's strings."""
    return tuple(_text(value) for value in _listed(given) if isinstance(value, str | int | float))


def _listed(given: Any) -> list[Any]:
    if given is None:
        return []
    return given if isinstance(given, list) else [given]


def _text(value: str | float) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _statement(given: Mapping[str, Any], index: int, *, variables: bool) -> Statement:
    sid = given.get("Sid", "")
    return Statement(
        given["Effect"] == "Deny",
        _actions(given),
        _resources(given, variables=variables),
        tuple(sorted(set(_tests(given.get("Condition"), variables=variables)), key=_cost)),
        anyone=_anyone(given),
        index=index,
        sid=sid if isinstance(sid, str) else "",
    )


def _actions(given: Mapping[str, Any]) -> Actions:
    negated = "NotAction" in given
    found = (
        texts(given["NotAction" if negated else "Action"]) if negated or "Action" in given else ()
    )
    return Actions(tuple(sorted({text.lower() for text in found})), negated)


def _resources(given: Mapping[str, Any], *, variables: bool) -> Resources:
    negated = "NotResource" in given
    found = texts(given.get("NotResource" if negated else "Resource"))
    counts = variables and any("${" in text for text in found)
    return Resources(tuple(sorted(set(found))), negated, counts)


def _tests(condition: Any, *, variables: bool) -> Iterator[Test]:
    if not isinstance(condition, Mapping):
        return
    for spelling, block in condition.items():
        name, quantifier, if_exists = named(spelling)
        for key, given in block.items() if isinstance(block, Mapping) else ():
            values = tuple(sorted(set(texts(given))))
            counts = variables and any("${" in value for value in values)
            yield Test(name, quantifier, if_exists, key.lower(), values, counts, key)


def _cost(test: Test) -> tuple[bool, bool, int, str]:
    """Put the cheap and telling tests first; the rest of the key only makes the order firm."""
    return test.variables, "Like" in test.operator, len(test.values), str(test)


def _anyone(given: Mapping[str, Any]) -> bool:
    if "NotPrincipal" in given:
        return False
    principal = given.get("Principal", "*")
    if isinstance(principal, Mapping):
        principal = principal.get("AWS", ())
    return "*" in texts(principal)
