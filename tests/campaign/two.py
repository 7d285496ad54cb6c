"""Two applies at once: one waits or is refused, and their calls are never interleaved.

Every command runs in a process of its own, and this one calls nobody: threads and TLS, once used here,
would leave locks behind in what is forked later.
"""

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

import boto3  # noqa: F401 - so that not every process imports it anew
from journey import LAYOUT, LIVE
from terminal import SETTINGS, Desk, build, desk

from govkit.sandbox import changes
from govkit.sandbox.console import Console
from govkit.sandbox.log import events

_RUN = re.compile(r"app/govkit-([\w.-]+)")


@dataclass(frozen=True)
class Met:
    """How two runs at once ended, and which run made each write, in the order of the calls."""

    codes: tuple[int, int]
    refused: int
    writers: tuple[str, ...]
    in_sync: bool

    @property
    def interleaved(self) -> bool:
        """Tell whether a run wrote, then the other, then the first again."""
        turns = [run for run, _ in groupby(self.writers)]
        return len(turns) > len(set(turns))

    @property
    def well(self) -> bool:
        """Tell whether it went as promised."""
        done, other = sorted(self.codes)
        refused = (0, 1)[
            bool(self.refused)
        ]  # who fails must have been refused, and for no other reason
        return not self.interleaved and (done, other) == (0, refused) and self.in_sync


@contextmanager
def template(store: str | None = None) -> Iterator[Desk]:
    """Make the organization and the layout once, with the store in a folder or in S3."""
    with desk() as found:
        build(LIVE, found.sandbox, replace(SETTINGS, log_calls=True))
        changes.create_bucket(Console(found.sandbox), "acme-govkit")
        found.layout(LAYOUT if store is None else {**LAYOUT, "store": store})
        found.does("validate")  # calls nobody, and what it imports no process imports anew
        yield found


def many(pairs: int) -> Iterator[Met]:
    """Let pairs of applies meet: with the store in a folder and in S3 by turns.

    Half of them begin at the same moment. In the others the second begins after so many writes of
    the first, from one to all, and after its end.
    """
    with template() as folder, template("s3://acme-govkit/main") as s3:
        for number in range(pairs):
            later = (WRITES + 2) * number // pairs if number % 4 > 1 else 0
            yield at_once((folder, s3)[number % 2], later=later)


WRITES = 21


def at_once(of: Desk, *, later: int = 0) -> Met:
    """Let two processes run `govkit apply --yes`, the second after so many writes of the first."""
    with desk() as table:
        shutil.copytree(of.folder, table.folder, dirs_exist_ok=True)
        ready, go = os.pipe()
        children = [
            _child(table, ready, go, name, wait) for name, wait in (("one", 0), ("two", later))
        ]
        os.close(ready)
        os.close(go)  # both wait for the end of this pipe
        codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        said = [(table.folder / name).read_text() for name in ("one", "two")]
        return Met(
            codes=(codes[0], codes[1]),
            refused=sum("Somebody else is applying" in one for one in said),
            writers=tuple(_writers(table.sandbox)),
            in_sync=table.dies("plan", "--detailed-exitcode") == 0,
        )


def _child(table: Desk, ready: int, go: int, name: str, later: int) -> int:
    child = os.fork()
    if child:
        return child
    code = 70
    try:
        os.close(go)
        os.read(ready, 1)
        while later and not (table.folder / "one").exists() and _written(table.sandbox) < later:
            time.sleep(0.005)
        ran = table.run("apply", "--yes")
        (table.folder / name).write_text(ran.said)
        code = ran.code
    finally:
        os._exit(code)


def _written(sandbox: Path) -> int:
    """Return how many writes the log tells of, the store's own aside; its last line may be half there."""
    log = sandbox / "calls.jsonl"
    lines = log.read_text().replace(" ", "").splitlines() if log.exists() else []
    writes = [line for line in lines if '"read_only":false' in line]
    return sum('"service":"s3"' not in line for line in writes)


def _writers(sandbox: Path) -> Iterator[str]:
    for event in events(sandbox):
        if not event["read_only"] and event["service"] != "s3":  # the store's own
            named = _RUN.search(event["user_agent"])
            yield named[1] if named else "nobody"
