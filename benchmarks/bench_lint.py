"""Lints policy documents, each alone and then as one target, and prints the seconds of CPU.

Run it: python benchmarks/bench_lint.py FOLDER…
"""

import json
import os
import sys
from pathlib import Path

from govkit.checks._judge import judged
from govkit.checks._paper import Paper, paper

MOST = 3.0


def main(folders: list[str]) -> int:
    """Print both; 1 where linting each alone takes more than `MOST` seconds."""
    papers = [_paper(path) for folder in folders for path in sorted(Path(folder).glob("*.json"))]
    documents = [one for one in papers if one is not None]
    alone = _seconds(documents, [(place,) for place in range(len(documents))])
    _seconds(documents, [tuple(range(len(documents)))])
    return int(alone > MOST)


def _paper(path: Path) -> Paper | None:
    text = path.read_text("utf-8-sig")
    value = json.loads(text)
    if not isinstance(value, dict):
        return None
    kind = "rcp" if '"Principal"' in text else "scp"
    return paper(path.name, kind, value, len(json.dumps(value, separators=(",", ":"))))


def _seconds(documents: list[Paper], targets: list[tuple[int, ...]]) -> float:
    before = os.times()
    found = len(list(judged(documents, targets)))
    after = os.times()
    seconds = after.user - before.user
    print(
        f"{len(documents)} documents, {len(targets)} targets: {found} findings in {seconds:.2f} s of CPU"
    )
    return seconds


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
