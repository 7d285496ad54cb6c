"""Kills an apply of 500 steps at its 250th write, and measures what finishing it costs.

Calls are paced as for AWS, on a clock that counts what is waited for and waits not. Prints the
calls and the seconds that the second run needs, against those of the writes that were left alone.
Run it: PYTHONPATH=tests python benchmarks/bench_resume.py [STEPS] [--update]
"""

import sys
from collections.abc import Sequence

from campaign.page import PAGE, with_section
from resuming import resumed

BOUND = 1.1


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and return 1 where the bound is not kept."""
    numbers = [int(one) for one in arguments if one.isdecimal()]
    steps = numbers[0] if numbers else 500
    found = resumed(steps, killed_at=steps // 2)
    told = (
        f"{steps} steps, killed at write {steps // 2}, the same command again: one read of "
        f"{found.plan_calls} calls; {found.writes} writes, where {found.left} were left, with "
        f"{found.looks} looks before them. The steps took {found.stepping:.0f} paced seconds, their "
        f"writes alone {found.alone:.0f}: {found.ratio:.3f} times as long. Reading back took "
        f"{found.read_back} calls and {found.reading:.0f} seconds more: {found.whole:.3f} times as "
        f"long in all (bound {BOUND}).\n"
    )
    sys.stdout.write(told)
    if "--update" in arguments:
        page = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(with_section(page, "resume", told), encoding="utf-8")
    return int(found.writes != found.left or found.whole > BOUND)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
