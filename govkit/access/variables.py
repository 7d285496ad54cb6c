"""Policy variables: `${key}` and `${key, 'default'}` in an operand, filled from a request."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from govkit.access.glob import Token, Wild, tokens

Values = tuple[str, ...]
Context = Mapping[str, Values]
COMPLETE = True  # what a check is told when every key that is not in the context is absent

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
_VARIABLE = re.compile(r"\$\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Variable:
    """A context key whose value stands here; `default` where the request carries none."""

    key: str
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Unresolved:
    """What stands in the way of a value: a key that is absent, or one that is not known."""

    key: str
    known: bool


Template = tuple[Token | Variable, ...]


def template(text: str, *, wildcards: bool, variables: bool) -> Template:
    """Return an operand with its wildcards and variables told from its literal text.

    `${*}`, `${?}` and `${$}` stand for those characters. Without `variables` (policy versions
    before 2012-10-17) everything is taken as it is written.
    """
    literal: Callable[[str], Template] = tokens if wildcards else _plain
    if not variables or "${" not in text:
        return literal(text)
    parts: list[Token | Variable] = []
    position = 0
    for found in _VARIABLE.finditer(text):
        parts.extend(literal(text[position : found.start()]))
        parts.append(_variable(found[1]))
        position = found.end()
    parts.extend(literal(text[position:]))
    return tuple(parts)


def keys(parts: Template) -> frozenset[str]:
    """Return the context keys that an operand needs."""
    return frozenset(part.key for part in parts if isinstance(part, Variable))


def resolve(parts: Template, context: Context, *, complete: bool) -> tuple[Token, ...] | Unresolved:
    """Fill in the variables. What a request brings in is literal text: its `*` is no wildcard.

    A key with several values has no one value to fill in, and counts as absent.
    """
    found: list[Token] = []
    for part in parts:
        if not isinstance(part, Variable):
            found.append(part)
            continue
        values = context.get(part.key)
        if values is None and not complete:
            return Unresolved(part.key, known=False)
        if values is not None and len(values) == 1:
            found.append(values[0])
        elif part.default is not None and not values:
            found.append(part.default)
        else:
            return Unresolved(part.key, known=True)
    return tuple(token for token in found if token != "")


def text_of(parts: tuple[Token, ...]) -> str:
    """Return a resolved operand as text, its wildcards as they were written."""
    return "".join(part.value if isinstance(part, Wild) else part for part in parts)


def _plain(text: str) -> tuple[Token, ...]:
    return (text,) if text else ()


def _variable(inside: str) -> str | Variable:
    if inside in ("*", "?", "$"):
        return inside
    key, comma, rest = inside.partition(",")
    quoted = rest.strip()
    if comma and len(quoted) > 1 and quoted[0] == quoted[-1] == "'":
        return Variable(key.strip().lower(), quoted[1:-1])
    return Variable(inside.strip().lower())
