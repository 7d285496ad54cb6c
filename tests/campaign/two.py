"""Two applies at once: one waits or is refused, and their calls are never interleaved."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from journey import LAYOUT, LIVE
from terminal import SETTINGS, Desk, build, desk

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
        return not self.interleaved and done == 0 and other in {0, 1} and self.in_sync


@contextmanager
def template() -> Iterator[Desk]:
    """Make the organization and the layout once."""
    with desk() as found:
        build(LIVE, found.sandbox, replace(SETTINGS, log_calls=True))
        found.layout(LAYOUT)
        yield found


def at_once(of: Desk) -> Met:
    """Let two processes run `govkit apply --yes` on one organization, begun at the same moment."""
    with desk() as table:
        shutil.copytree(of.folder, table.folder, dirs_exist_ok=True)
        ready, go = os.pipe()
        children = [_child(table, ready, go, name) for name in ("one", "two")]
        os.close(ready)
        os.close(go)  # both wait for the end of this pipe
        codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        said = [(table.folder / name).read_text() for name in ("one", "two")]
        return Met(
            codes=(codes[0], codes[1]),
            refused=sum("Somebody else is applying" in one for one in said),
            writers=tuple(_writers(table.sandbox)),
            in_sync=table.run("plan", "--detailed-exitcode").code == 0,
        )


def _child(table: Desk, ready: int, go: int, name: str) -> int:
    child = os.fork()
    if child:
        return child
    code = 70
    try:
        os.close(go)
        os.read(ready, 1)
        ran = table.run("apply", "--yes")
        (table.folder / name).write_text(ran.said)
        code = ran.code
    finally:
        os._exit(code)


def _writers(sandbox: Path) -> Iterator[str]:
    for event in events(sandbox):
        if not event["read_only"]:
            named = _RUN.search(event["user_agent"])
            yield named[1] if named else "nobody"
