"""Times the full read of a pretend organization over HTTP: calls and seconds against their bounds.

    python benchmarks/bench_read.py            # M, paced and unpaced: about half a minute
    python benchmarks/bench_read.py --large    # L as well: about two minutes more

The endpoint enforces AWS's documented rates when paced, and answers after 50 ms a call. The bounds
are those of the project's issue 2: 1.15 times the longest bucket when paced, and for L unpaced 6 s.
"""

import argparse
import json
import multiprocessing
import os
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from govkit import shelf
from govkit.aws.door import door
from govkit.aws.rates import RATES
from govkit.aws.session import session
from govkit.kinds.account import Account
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.live.discover import Live, discover
from govkit.model.call import Interest
from govkit.model.kind import Kind
from govkit.sandbox.making import new
from govkit.sandbox.random_organization import LARGE, MEDIUM, Size
from govkit.sandbox.server import COUNTS_PATH, serving
from govkit.sandbox.settings import Settings

LATENCY = 0.05
SLACK = 1.15
UNPACED_SECONDS = {"M": 6.0, "L": 6.0}
KINDS = tuple(kind for kind in shelf.load("govkit.kinds", "KIND") if isinstance(kind, Kind))


@dataclass(frozen=True, slots=True)
class Run:
    """One reading: what was asked, what was rejected, how long it took."""

    calls: Mapping[str, int]
    rejected: int
    seconds: float
    live: Live

    def longest_bucket(self) -> tuple[float, str]:
        """Return the seconds that AWS's rates demand, and the operation that demands them."""
        return max(
            (count / RATES["organizations", name].per_second, name)
            for name, count in self.calls.items()
            if ("organizations", name) in RATES
        )


@contextmanager
def endpoint(size: Size, *, paced: bool) -> Iterator[str]:
    """Serve a new organization from a process of its own."""
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder) / "sandbox"
        choice = Settings(
            latency_seconds=LATENCY, rate_scale=1.0 if paced else 0.0, log_calls=False
        )
        new(at, size, settings=choice)
        said = context.Queue()
        server = context.Process(target=_serve, args=(at, said), daemon=True)
        server.start()
        try:
            yield said.get(timeout=60)
        finally:
            server.terminate()
            server.join()


def _serve(at: Path, said: Any) -> None:
    with serving(at) as server:
        said.put(server.url)
        while True:
            time.sleep(3600)


def read(url: str, interest: Interest, *, paced: bool) -> Run:
    """Read everything once and count."""
    os.environ["AWS_ENDPOINT_URL_ORGANIZATIONS"] = url
    api = door(session(region="us-east-1"), pace=100.0 if paced else None)
    before = _counts(url)
    began = time.perf_counter()
    live = discover(api, KINDS, interest, walk=not paced)
    took = time.perf_counter() - began
    after = _counts(url)
    calls = {name: count - before["calls"].get(name, 0) for name, count in after["calls"].items()}
    rejected = sum(after["throttled"].values()) - sum(before["throttled"].values())
    return Run(calls, rejected, took, live)


def _counts(url: str) -> dict[str, dict[str, int]]:
    with urllib.request.urlopen(url + COUNTS_PATH, timeout=10) as answer:  # noqa: S310 - 127.0.0.1
        counts: dict[str, dict[str, int]] = json.load(answer)
    return counts


def everything_listed(live: Live) -> Interest:
    """Return the interest of a layout that names all there is, as a full read is meant to be."""
    return Interest(
        frozenset(one.address.path for one in live.state.all(OrganizationalUnit)),
        frozenset(one.address.path for one in live.state.all(Account)),
    )


def measure(name: str, size: Size) -> bool:
    """Print one line for each pace; tell whether all bounds were kept."""
    with endpoint(size, paced=False) as url:
        free = read(url, Interest(), paced=False)
        free = read(url, everything_listed(free.live), paced=False)
    with endpoint(size, paced=True) as url:
        kept = read(url, everything_listed(free.live), paced=True)
    bound, busiest = kept.longest_bucket()
    lines = [
        (f"{name} --pace 100", kept, bound * SLACK, f"1.15 x {bound:.1f} s of {busiest}"),
        (f"{name} --pace off", free, UNPACED_SECONDS[name], "at 50 ms a call"),
    ]
    for label, run, limit, why in lines:
        kept_to = run.seconds <= limit and not run.rejected
        print(
            f"{label:15} {sum(run.calls.values()):5} calls {run.rejected:3} rejected "
            f"{run.seconds:6.1f} s  (at most {limit:.1f} s: {why}) {'ok' if kept_to else 'TOO SLOW'}"
        )
    if kept.live.state != free.live.state:
        print(f"{name}: the two ways of reading disagree")
        return False
    return all(run.seconds <= limit and not run.rejected for _, run, limit, _ in lines)


def main() -> int:
    """Measure and say whether the bounds were kept."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--large", action="store_true", help="measure L too")
    os.environ.setdefault("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "pretend")
    sizes = {"M": MEDIUM} | ({"L": LARGE} if asked.parse_args().large else {})
    results = [measure(name, size) for name, size in sizes.items()]
    return 0 if all(results) else 1


if __name__ == "__main__":
    raise SystemExit(main())
