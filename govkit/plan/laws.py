"""The two laws, as far as statements tell: what a state in between may not take away or bring.

Everything that denies is a blocker: a Deny statement, or a level that does not allow. A request
that is denied before and after a plan stays denied as long as, of a blocker of before and one of
after that could both concern it, one is in force. A request that is allowed before and after stays
allowed as long as every Deny in force is one of before or of after, and every level allows what
some level allowed before as well as what one will allow after.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import NamedTuple, TypeAlias

from govkit.plan.atoms import broken_laws
from govkit.plan.bank import Bank, Statements
from govkit.plan.covers import all_but, allowed_by, everything, may_meet, within
from govkit.plan.opposite import opposite
from govkit.policies.document import Statement


@dataclass(frozen=True, slots=True)
class Want:
    """A level that denies what it does not allow; equal wherever it stands."""

    allows: Statements


Blocker: TypeAlias = Statement | Want
Sides: TypeAlias = tuple[tuple[Statement, ...], tuple[Statement, ...]]


class Broken(NamedTuple):
    """A law that a state breaks, and by which statements.

    Of a gap, those of before whose force was lost (a level's want of an Allow as the Deny that
    says the same). Of an outage, the Denies that are of neither end, or what a level allowed
    before and does not now; then it is `allowing`. `instead` would serve as well, from after.
    """

    law: str
    statements: tuple[Statement, ...]
    allowing: bool = False
    instead: tuple[Statement, ...] = ()


@lru_cache(maxsize=1 << 16)
def broken(then: Bank, now: Bank, soon: Bank) -> tuple[Broken, ...]:
    """Return what a bank in between breaks, none of it where it is as before or as after.

    What the wording leaves in doubt is decided action by action, where that can be done. What is
    asked of an account's resources from elsewhere meets none of its SCPs, so that its RCPs are
    looked at by themselves, too.
    """
    if now in (then, soon):
        return ()
    found = _broken(then, now, soon)
    alone = [_of_rcps(bank) for bank in (then, now, soon)]
    if not any(bank.denies for bank in alone) or alone[1] in (alone[0], alone[2]):
        return found
    return tuple(dict.fromkeys((*found, *_broken(*alone))))


def _of_rcps(bank: Bank) -> Bank:
    return Bank(frozenset(one for one in bank.denies if "Principal" in one.value), ())


def _broken(then: Bank, now: Bank, soon: Bank) -> tuple[Broken, ...]:
    doubted = _by_wording(then, now, soon)
    laws = broken_laws(then, now, soon) if doubted else None
    return doubted if laws is None else tuple(one for one in doubted if one.law in laws)


def _by_wording(then: Bank, now: Bank, soon: Bank) -> tuple[Broken, ...]:
    found = []
    lost, awaited = _gap(then, now, soon)
    if lost:
        found.append(Broken("gap", lost, instead=awaited))
    if strange := _strange(then, now, soon):
        found.append(Broken("outage", strange))
    missing, coming = _missing(then, now, soon)
    if missing:
        found.append(Broken("outage", missing, allowing=True, instead=coming))
    return tuple(found)


def _gap(then: Bank, now: Bank, soon: Bank) -> Sides:
    lost, awaited = _lost(then, now), _lost(soon, now)
    pairs = [
        (one, other)
        for one, other in product(lost, awaited)
        if _both(one, other) and not _held_together(one, other, now)
    ]
    return (
        _sorted(said for one, _ in pairs for said in _said(one)),
        _sorted(said for _, other in pairs for said in _said(other)),
    )


def _lost(end: Bank, now: Bank) -> list[Blocker]:
    """Return the blockers of an end that are not in force now."""
    away: list[Blocker] = [one for one in end.denies - now.denies if not _denied(one, now)]
    if end.levels != now.levels:
        away += {Want(allows) for allows in end.levels if not _wanted(allows, now)}
    return away


def _denied(one: Statement, now: Bank) -> bool:
    """Tell whether what a Deny says is denied: by another one, or as no level's allowing."""
    return within(one, now.denies) or _unallowed(one, now)


def _unallowed(one: Statement, bank: Bank) -> bool:
    return any(not any(may_meet(one, allow) for allow in allows) for allows in bank.levels)


def _wanted(allows: Statements, now: Bank) -> bool:
    """Tell whether what a level did not allow is denied now, too."""
    return (
        everything(allows)
        or any(_less(level, allows) for level in now.levels)
        or any(all_but(one, allows) for one in now.denies)
    )


def _less(level: Statements, allows: Statements) -> bool:
    return level <= allows or all(within(one, allows) for one in level)


def _both(one: Blocker, other: Blocker) -> bool:
    """Tell whether two blockers could deny the same request."""
    match one, other:
        case Statement(), Statement():
            return may_meet(one, other)
        case (Statement() as deny, Want(allows)) | (Want(allows), Statement() as deny):
            return not allowed_by(deny, allows)
        case _:
            return True


def _held_together(one: Blocker, other: Blocker, now: Bank) -> bool:
    """Tell whether what two levels' want denies together is denied: a level allows less than both."""
    match one, other:
        case Want(first), Want(second):
            return _wanted(first | second, now)
        case _:
            return False


def _said(one: Blocker) -> Iterator[Statement]:
    match one:
        case Statement():
            yield one
        case Want(allows):
            yield from opposite(allows) or allows


def _strange(then: Bank, now: Bank, soon: Bank) -> tuple[Statement, ...]:
    """Return the Denies in force that deny what some request was allowed, and will be."""
    known = then.denies | soon.denies
    return _sorted(
        one
        for one in now.denies - known
        if not (within(one, known) or _unallowed(one, then) or _unallowed(one, soon))
    )


def _missing(then: Bank, now: Bank, soon: Bank) -> Sides:
    """Return what some level does not allow now, and was allowed and will be."""
    known = {*then.levels, *soon.levels}
    lapsed: list[Statement] = []
    coming: list[Statement] = []
    for place, level in enumerate(now.levels):
        if level in known or any(_less(other, level) for other in known):
            continue
        places = product(range(len(then.levels)), range(len(soon.levels)))
        # First what the level itself allowed, and will, where the account stays as deep as it is.
        nearest = sorted(places, key=lambda pair: (pair[0] != place, pair[1] != place))
        wanting = [_wanting(then.levels[one], soon.levels[two], level) for one, two in nearest]
        if all(map(any, wanting)):
            lapsed += wanting[0][0]
            coming += wanting[0][1]
    return _sorted(lapsed), _sorted(coming)


def _wanting(before: Statements, after: Statements, level: Statements) -> Sides:
    """Return what was allowed and could also be what will be, and is not on this level."""
    away = [one for one in before if not within(one, level)]
    awaited = [one for one in after if not within(one, level)]
    pairs = [(one, other) for one, other in product(away, awaited) if may_meet(one, other)]
    return _sorted(one for one, _ in pairs), _sorted(other for _, other in pairs)


def _sorted(found: Iterable[Statement]) -> tuple[Statement, ...]:
    return tuple(sorted(set(found), key=str))
