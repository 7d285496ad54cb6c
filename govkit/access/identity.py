"""What is known of every request of an account: whose it is, and where that account stands.

A chain of SCPs is asked about requests of its own account's principals, and one of RCPs about the
account's own resources; so conditions on the account's ID and place are answered beforehand.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from govkit.access import condition
from govkit.access.condition import Quantifier, Test
from govkit.access.operators import Family, operator
from govkit.access.statement import Statement
from govkit.access.variables import COMPLETE
from govkit.access.verdict import Kind

_ARN = "aws:principalarn"
_KEYS = {
    Kind.SCP: ("aws:principalaccount", "aws:principalorgid", "aws:principalorgpaths"),
    Kind.RCP: ("aws:resourceaccount", "aws:resourceorgid", "aws:resourceorgpaths"),
}
_OWNER = re.compile(r"arn:[^:]*:(?:iam|sts)::([0-9]{12}):")
_TEXTS = (Family.STRING, Family.ARN)


@dataclass(frozen=True, slots=True)
class Identity:
    """An account by its ID (empty where it has none yet), its organization, and its parent's path."""

    kind: Kind
    account: str
    organization: str
    path: str

    def context(self) -> Mapping[str, tuple[str, ...]]:
        """Return the condition keys that say so; keys without a value are not known."""
        values = (self.account, self.organization, f"{self.path}/" if self.path else "")
        return {key: (one,) for key, one in zip(_KEYS[self.kind], values, strict=True) if one}


def asks_who(statement: Statement, kind: Kind) -> bool:
    """Tell whether a statement has a condition on what can be known of an account."""
    return any(
        test.key in _KEYS[kind] or (test.key == _ARN and any(map(_OWNER.match, test.values)))
        for test in statement.tests
    )


def mentions(statement: Statement, kind: Kind) -> Iterator[str]:
    """Yield the account IDs, or patterns of them, by which a statement tells accounts apart."""
    for test in statement.tests:
        if test.key == _KEYS[kind][0]:
            yield from test.values
        elif test.key == _ARN:
            yield from (owner[1] for value in test.values if (owner := _OWNER.match(value)))


def statement_for(statement: Statement, who: Identity) -> Statement | None:
    """Return a statement as an account's requests meet it; None where none of them can match it."""
    left: list[Test] = []
    for test in statement.tests:
        if not _concerned(test, who):
            left.append(test)
            continue
        known = _answer(test, who)
        if known is False:
            return None
        if known is None:
            left.append(_narrowed(test, who))
    return replace(statement, tests=tuple(left))


def _concerned(test: Test, who: Identity) -> bool:
    if test.variables:
        return False
    return test.key in who.context() or (_foreign(test, who) != ())


def _answer(test: Test, who: Identity) -> bool | None:
    """Return what a test says of all requests of an account; None where that still depends."""
    if test.key in who.context():
        return condition.check(test)(who.context(), COMPLETE) is True
    if len(_foreign(test, who)) == len(test.values):  # no principal of this account is any of these
        return operator(test.operator).negated
    return None


def _narrowed(test: Test, who: Identity) -> Test:
    foreign = _foreign(test, who)
    return replace(test, values=tuple(one for one in test.values if one not in foreign))


def _foreign(test: Test, who: Identity) -> tuple[str, ...]:
    """Return the values of a test on principals that are principals of other accounts."""
    plainly = test.quantifier is Quantifier.ONE and operator(test.operator).family in _TEXTS
    if who.kind is not Kind.SCP or not who.account or test.key != _ARN or not plainly:
        return ()
    owners = ((value, _OWNER.match(value)) for value in test.values)
    return tuple(value for value, owner in owners if owner and owner[1] != who.account)
