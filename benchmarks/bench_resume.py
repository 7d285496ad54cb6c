"""Kills an apply of 500 steps at its 250th write, and measures what finishing it costs.

Calls are paced as for AWS, on a clock that counts what is waited for and waits not. Prints the
calls and the seconds that the second run needs, against those of the writes that were left alone.
Run it: PYTHONPATH=tests python benchmarks/bench_resume.py [STEPS]
"""

import sys

from resuming import resumed

BOUND = 1.1


def main(steps: int) -> int:
    """Measure, print, and return 1 where the bound is not kept."""
    killed_at = steps // 2
    found = resumed(steps, killed_at=killed_at)
    print(f"{steps} steps, killed at write {killed_at}; the same command again:")
    print(f"  one read: {found.plan_calls} calls")
    print(
        f"  writes left: {found.left}; made: {found.writes}, with {found.looks} looks before them"
    )
    print(
        f"  the steps took {found.stepping:.0f} paced seconds, their writes alone {found.alone:.0f}"
    )
    print(f"  ratio: {found.ratio:.3f} (bound {BOUND})")
    print(f"  reading back: {found.read_back} calls, {found.reading:.0f} paced seconds")
    return int(found.writes != found.left or found.ratio > BOUND)


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 500))
