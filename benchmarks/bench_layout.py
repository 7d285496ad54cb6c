"""Reads a layout of 10,000 accounts and 1,000 OUs, against what PyYAML's C parser takes to compose it.

Run: python benchmarks/bench_layout.py [ACCOUNTS [OUS [GUARDRAILS]]]
"""

import gc
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import yaml
from layouts import layout_text

from govkit.layout.read import read

MOST = 3.0
ROUNDS = 3


def main() -> int:
    """Print seconds of CPU, their ratio, and the memory taken; 1 where the ratio is above `MOST`."""
    counts = [int(word) for word in sys.argv[1:]]
    text = layout_text(*counts)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "org_layout.yaml"
        path.write_text(text)
        before = _memory()
        cold = _seconds(lambda: read(path, today=date(2026, 11, 23)))
        grown = _memory() - before
        taken = min(_seconds(lambda: read(path, today=date(2026, 11, 23))) for _ in range(ROUNDS))
    composed = min(
        _seconds(lambda: yaml.compose(text, Loader=yaml.CSafeLoader)) for _ in range(ROUNDS)
    )
    print(f"layout       {len(text):,} characters")
    print(f"compose      {composed:.3f} s CPU (PyYAML's C parser)")
    print(f"read, cold   {cold:.3f} s CPU, imports of the kinds included, +{grown} MB")
    print(f"read         {taken:.3f} s CPU, {taken / composed:.2f} times compose")
    return 0 if taken <= MOST * composed else 1


def _seconds(do: Callable[[], object]) -> float:
    gc.collect()
    start = time.process_time()
    kept = do()
    taken = time.process_time() - start
    del kept
    return taken


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    raise SystemExit(main())
