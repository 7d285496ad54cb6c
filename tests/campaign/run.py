"""Runs the fault campaign and prints its table; with --update, writes it into docs/reliability.md.

    PYTHONPATH=tests python -m campaign.run [--update] [--every N] [--only NAME] [--jobs N]

Every kind of fault strikes at every call of a 40-step apply on the strict sandbox, reads and writes,
and at every line of its journal. After each, the same command runs once more, undisturbed.
`--every N` tries each N-th place only, `--only` the kinds whose name contains the text.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from multiprocessing import get_context

from campaign.faults import FAULTS, Case
from campaign.page import PAGE, table, updated
from campaign.stage import Prepared, prepared
from campaign.verdict import Verdict, tried

_there: list[Prepared] = []
_open = ExitStack()


def _begin() -> None:
    """Prepare one organization per process, cleared away when it ends."""
    _there.append(_open.enter_context(prepared()))


def _try(place: tuple[str, str, int]) -> Verdict:
    name, where, index = place
    fault = next(one for one in FAULTS if one.name == name)
    return tried(Case(fault, where, index), _there[0])


def _close(_: int) -> None:
    _open.close()


def campaign(*, every: int, only: str, jobs: int) -> Iterator[Verdict]:
    """Yield what became of each fault."""
    with prepared() as there:
        places = [
            (case.fault.name, case.where, case.index)
            for fault in FAULTS
            if only in fault.name
            for case in list(fault.cases(there))[::every]
        ]
    with ProcessPoolExecutor(jobs, get_context("fork"), initializer=_begin) as pool:
        yield from pool.map(_try, places, chunksize=8)
        list(pool.map(_close, range(jobs)))


def main(arguments: Sequence[str]) -> int:
    """Run it; 1 where a fault was not survived."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--only", default="")
    parser.add_argument("--jobs", type=int, default=1)
    asked = parser.parse_args(arguments)
    verdicts = []
    for verdict in campaign(every=asked.every, only=asked.only, jobs=asked.jobs):
        verdicts.append(verdict)
        if not verdict.survived:
            sys.stderr.write(f"{verdict}\n")
        elif len(verdicts) % 100 == 0:
            sys.stderr.write(f"{len(verdicts)} faults\n")
    told = table(verdicts)
    sys.stdout.write(told)
    if asked.update:
        PAGE.write_text(updated(PAGE.read_text(encoding="utf-8"), "campaign", told))
    return int(not all(verdict.survived for verdict in verdicts))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
