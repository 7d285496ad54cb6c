"""Runs the fault campaign and prints its table; with --update, writes it into docs/reliability.md.

    PYTHONPATH=tests python -m campaign.run [--update] [--every N] [--only NAME] [--jobs N] [--pairs N]

Every kind of fault strikes at every call of a 40-step apply on the strict sandbox, reads and writes,
and at every line of its journal. After each, the same command runs once more, undisturbed.
`--every N` tries each N-th place only, `--only` the kinds of that name; rows of the page that were
not tried stay. `--pairs N` lets N pairs of applies run at once instead.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from multiprocessing import get_context

from campaign.faults import FAULTS, Case
from campaign.page import PAGE, figures, rows_of, section_of, table, with_section
from campaign.shortcut import shortcut
from campaign.stage import Prepared, prepared
from campaign.two import many
from campaign.verdict import Verdict, tried

_there: list[Prepared] = []
_open = ExitStack()


def _begin() -> None:
    """Prepare one organization per process, cleared away when it ends."""
    _there.append(_open.enter_context(prepared(shortcut)))


def _try(place: tuple[str, str, int]) -> Verdict:
    name, where, index = place
    fault = next(one for one in FAULTS if one.name == name)
    return tried(Case(fault, where, index), _there[0])


def _close(_: int) -> None:
    _open.close()


def campaign(*, every: int, only: Sequence[str], jobs: int) -> Iterator[Verdict]:
    """Yield what became of each fault."""
    with prepared(shortcut) as there:
        places = [
            (case.fault.name, case.where, case.index)
            for fault in FAULTS
            if not only or fault.name in only
            for case in list(fault.cases(there))[::every]
        ]
    with ProcessPoolExecutor(jobs, get_context("fork"), initializer=_begin) as pool:
        yield from pool.map(_try, places, chunksize=4)
        list(pool.map(_close, range(jobs)))


def faults(asked: argparse.Namespace) -> bool:
    """Try the faults, print their table, and tell whether all were survived."""
    verdicts = []
    for verdict in campaign(every=asked.every, only=asked.only, jobs=asked.jobs):
        verdicts.append(verdict)
        if not verdict.survived:
            sys.stderr.write(f"{verdict}\n")
        elif len(verdicts) % 100 == 0:
            sys.stderr.write(f"{len(verdicts)} faults\n")
    counted = figures(verdicts)
    sys.stdout.write(table(counted))
    if asked.update:
        page = PAGE.read_text(encoding="utf-8")
        known = rows_of(section_of(page, "campaign"))
        names = {fault.name for fault in FAULTS}
        merged = {name: row for name, row in {**known, **counted}.items() if name in names}
        PAGE.write_text(with_section(page, "campaign", table(merged)), encoding="utf-8")
    return all(verdict.survived for verdict in verdicts)


def pairs(asked: argparse.Namespace) -> bool:
    """Let pairs of applies run at once, say how they ended, and tell whether all ended well."""
    met = list(many(asked.pairs))
    told = (
        f"Two applies at once, {len(met)} times: in {sum(bool(one.refused) for one in met)} the "
        f"second was refused, in {sum(not one.refused for one in met)} it came when the first was "
        f"done; interleaved: {sum(one.interleaved for one in met)}; not in sync afterwards: "
        f"{sum(not one.in_sync for one in met)}.\n"
    )
    sys.stdout.write(told)
    if asked.update:
        page = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(with_section(page, "two at once", told), encoding="utf-8")
    return all(one.well for one in met)


def main(arguments: Sequence[str]) -> int:
    """Run it; 1 where something was not survived."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--pairs", type=int, default=0)
    asked = parser.parse_args(arguments)
    return int(not (pairs(asked) if asked.pairs else faults(asked)))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
