"""Times `govkit --version` beside `python -c "import typer"`, and lists what it must not import.

Run it: python benchmarks/bench_start.py [runs]
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

HEAVY = ("boto3", "botocore", "jinja2", "deepdiff", "pydantic", "yaml")
GOVKIT = [str(Path(sys.executable).parent / "govkit"), "--version"]
TYPER = [sys.executable, "-c", "import typer"]
LOADED = (
    "import sys; from govkit.cli.main import main; main(['--version']); "
    f"print([name for name in {HEAVY!r} if name in sys.modules])"
)


def main(runs: int) -> None:
    """Run both commands by turns and print the medians of their wall-clock times."""
    pairs = [(_seconds(GOVKIT), _seconds(TYPER)) for _ in range(runs)]
    ours, typer = (statistics.median(side) for side in zip(*pairs, strict=True))
    print(f"govkit --version: {ours * 1000:.0f} ms; import typer: {typer * 1000:.0f} ms")
    print(f"ratio {ours / typer:.2f} (bound 2)")
    told = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True
    )
    print(f"heavy modules loaded: {told.stdout.splitlines()[-1]}")


def _seconds(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True)
    return time.perf_counter() - began


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
