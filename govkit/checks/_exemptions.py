"""The ways out of a Deny: negated tests on who asks, each with the principals that it excuses."""

from collections.abc import Iterator
from dataclasses import dataclass

from govkit.access.condition import Quantifier
from govkit.access.operators import operator
from govkit.checks._paper import Asked, Item, Written

PRINCIPAL = "aws:principalarn"
TAG = "aws:principaltag/"


@dataclass(frozen=True, slots=True)
class Exemption:
    """One value of a negated test: who matches it is not denied."""

    asked: Asked
    item: Item


def exemptions(statement: Written, key: str) -> Iterator[Exemption]:
    """Yield what a Deny excuses by a key (or by keys that begin like this, for a tag's)."""
    if not statement.deny:
        return
    for asked in statement.tests:
        negated = operator(asked.test.operator).negated
        if asked.name.startswith(key) and negated and asked.test.quantifier is Quantifier.ONE:
            yield from (Exemption(asked, item) for item in asked.operands)


def role(text: str) -> str | None:
    """Return what follows `role/` in a principal's ARN or pattern, None where it names no role."""
    resource = text.split(":", 5)[-1] if text.startswith("arn:") else ""
    kind, slash, name = resource.partition("/")
    return name if slash and kind == "role" else None
