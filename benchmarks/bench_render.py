"""Renders 300 templates as a large layout does, in one bounded child, and prints the CPU seconds.

Run it: python benchmarks/bench_render.py [renderings]
"""

import os
import sys

from govkit.policies.bounded import Job, render_all
from govkit.policies.library import library
from govkit.policies.template import load


def main(count: int) -> None:
    """Render the region guardrail with as many different parameters."""
    folders = [library()]
    template = load("deny_regions.json.j2", folders)
    jobs = [Job(template, {"regions": [f"eu-west-{number}"]}) for number in range(count)]
    before = os.times()
    run = render_all(jobs, folders)
    after = os.times()
    done = sum(one.document is not None for one in run.renderings)
    print(f"{done} of {count} rendered: {sum(after[:4]) - sum(before[:4]):.2f} s of CPU")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
