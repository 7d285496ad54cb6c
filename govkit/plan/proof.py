"""Proves the order of a plan, state by state, and says where a law could not be kept."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from govkit.model.address import Address
from govkit.model.change import Change
from govkit.model.finding import Finding, Severity
from govkit.model.resource import Resource
from govkit.model.state import State
from govkit.plan.ground import is_allow
from govkit.plan.watch import Breach, Watch
from govkit.policies.document import Statement

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Lapse:
    """A law that is broken from after one step until another one (positions, from 0)."""

    law: str
    begins: int
    ends: int
    accounts: tuple[Address, ...]
    statements: tuple[Statement, ...]


def lapses(before: State, changes: Sequence[Change[Resource]]) -> tuple[Lapse, ...]:
    """Return every breach of the laws on the way, each with the steps between which it lasts."""
    return proved(Watch(before, changes), changes)


def proved(watch: Watch, changes: Sequence[Change[Resource]]) -> tuple[Lapse, ...]:
    """Return what `lapses` does, by a watch that was made for these changes, in any order."""
    watch.begin()
    open_: dict[tuple[str, Address], tuple[int, Breach]] = {}
    found: list[Lapse] = []
    for index, change in enumerate(changes):
        broken = {(one.law, one.accounts[0]): one for one in watch.taken(change)}
        for account in watch.concerned(change):
            for key in (("gap", account), ("outage", account)):
                begun = open_.get(key)
                if begun is not None and key not in broken:
                    found.append(_lapse(*open_.pop(key), index))
                elif begun is None and key in broken:
                    open_[key] = (index, broken[key])
    found += [_lapse(*begun, len(changes)) for begun in open_.values()]
    return tuple(sorted(_joined(found), key=lambda one: (one.begins, one.law, one.accounts)))


def _lapse(begins: int, breach: Breach, ends: int) -> Lapse:
    return Lapse(breach.law, begins, ends, breach.accounts, breach.statements)


def _joined(found: Sequence[Lapse]) -> Iterator[Lapse]:
    """Tell what happens to several groups of accounts between the same steps once."""
    together: defaultdict[tuple[str, int, int, tuple[Statement, ...]], list[Address]] = defaultdict(
        list
    )
    for one in found:
        together[one.law, one.begins, one.ends, one.statements].extend(one.accounts)
    for (law, begins, ends, said), accounts in together.items():
        yield Lapse(law, begins, ends, tuple(sorted(accounts)), said)


def remarks(found: Sequence[Lapse], changes: Sequence[Change[Resource]]) -> tuple[Finding, ...]:
    """Return the findings that say who is less guarded, or shut out, and between which steps."""
    return tuple(_remark(one, changes) for one in found)


def _remark(one: Lapse, changes: Sequence[Change[Resource]]) -> Finding:
    names = ", ".join(account.path for account in one.accounts[:_SHOWN])
    more = f" and {len(one.accounts) - _SHOWN} more" if len(one.accounts) > _SHOWN else ""
    said = ", ".join(_name(statement) for statement in one.statements[:_SHOWN])
    lacking = one.law == "gap" or all(map(is_allow, one.statements))
    what = f"{'without' if lacking else 'under'} {said}"
    what += "" if one.law == "gap" else ", unlike before and after"
    until = f"step s{one.ends + 1}" if one.ends < len(changes) else "the end"
    return Finding(
        "GK310" if one.law == "gap" else "GK311",
        Severity.WARNING,
        str(changes[one.begins].address),
        f"From step s{one.begins + 1} until {until}, {_count(one)} {what}: {names}{more}.",
        "Apply the plan in two parts (--only), or make room on the targets first.",
    )


def _count(one: Lapse) -> str:
    return "1 account is" if len(one.accounts) == 1 else f"{len(one.accounts)} accounts are"


def _name(statement: Statement) -> str:
    return statement.sid or str(statement)
