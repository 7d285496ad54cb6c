"""What can go wrong with an apply: one row per kind of fault, where it strikes, and how it is made."""

import errno
import io
import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import IO, Any

from campaign.foreign import Change, is_so_by, otherwise, same
from campaign.stage import Ended, Prepared, Stage

from govkit.model.call import Api, ApiCall, Response
from govkit.sandbox.calls import Call
from govkit.sandbox.faults import Fault, Kind, plant, planted
from govkit.sandbox.identity import console_caller
from govkit.sandbox.refusals import RefusalError
from govkit.sandbox.sandbox import Sandbox
from govkit.store.journal import Journal

KILLED = frozenset({-signal.SIGKILL})
PASSES = frozenset({0})
REFUSED = frozenset({6, 7})
STOPS = frozenset({1, 6})
STALE = frozenset({5, 6})


@dataclass(frozen=True)
class Case:
    """One fault: its kind, where it strikes (`plan`, `read`, `write`, `line`, `byte`), and at which."""

    fault: "FaultKind"
    where: str
    index: int

    def __str__(self) -> str:
        return f"{self.fault.name}, {self.where} {self.index}"

    def ends(self, there: Prepared, met: Ended) -> frozenset[int]:
        """Return how an apply may end that meets it.

        Once all is done and read back, a full disk only keeps the journal from saying so. A plan can
        do without some reads. And what is so already, whoever did it, is done.
        """
        last = self.where == "line" and self.index == len(there.journal) - 1
        spared = self.where == "plan" and self.fault.name in DISPENSABLE
        if met.so_anyway:
            return PASSES
        return self.fault.ends | PASSES if spared or (last and self._stops()) else self.fault.ends

    def _stops(self) -> bool:
        return self.fault.ends == STOPS


@dataclass(frozen=True)
class FaultKind:
    """A kind of fault, what it stands for, where it strikes, and how an apply may end that meets it."""

    name: str
    means: str
    strikes: tuple[str, ...]
    ends: frozenset[int]
    meet: Callable[[Stage, Case, Prepared], Ended]
    foreign: bool = False

    def cases(self, there: Prepared) -> Iterator[Case]:
        """Yield every place where it strikes."""
        for where in self.strikes:
            for index in range(places(there)[where]):
                yield Case(self, where, index)


def places(there: Prepared) -> Mapping[str, int]:
    """Return how many places there are of each sort."""
    return {
        "plan": there.plan_reads,
        "read": there.apply_reads,
        "write": len(there.writes),
        "line": len(there.journal),
        "byte": max(end for _, _, end in _torn_lines(there)),
    }


# --- calls -------------------------------------------------------------------------------------


def _planted(kind: Kind, **more: Any) -> Callable[[Stage, Case, Prepared], Ended]:
    def meet(stage: Stage, case: Case, _: Prepared) -> Ended:
        sort = "write" if case.where == "write" else "read"

        def strike() -> None:
            plant(stage.sandbox, Fault(kind, sort, skip=case.index, **more))

        if case.where == "plan":
            strike()
        ended = stage.apply(planned=(lambda: None) if case.where == "plan" else strike)
        return replace(ended, struck=not planted(stage.sandbox))

    return meet


def _killing(kind: Kind) -> Callable[[Stage, Case, Prepared], Ended]:
    meet = _planted(kind)
    return lambda stage, case, there: stage.killed(lambda: meet(stage, case, there))


# --- the journal -------------------------------------------------------------------------------


class _Disk(io.StringIO):
    """A file whose n-th line meets a misfortune after so many of its parts (0 none, 1 half, 2 all)."""

    def __init__(self, real: IO[str], line: int, parts: int, strike: Callable[[], None]) -> None:
        super().__init__()
        self.real, self.line, self.parts, self.strike = real, line, parts, strike
        self.struck = False

    def write(self, text: str) -> int:
        self.line -= 1
        if self.line != -1:
            return self.real.write(text) if self.line >= 0 else self._full()
        self.real.write(text[: len(text) * self.parts // 2])
        self.real.flush()
        self.struck = True
        self.strike()
        return self._full()

    def _full(self) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    def flush(self) -> None:
        self.real.flush()

    def fileno(self) -> int:
        return self.real.fileno()

    def close(self) -> None:
        self.real.close()
        super().close()


def _on_disk(parts: int, strike: Callable[[], None]) -> Callable[[Stage, Case, Prepared], Ended]:
    def meet(stage: Stage, case: Case, _: Prepared) -> Ended:
        disks: list[_Disk] = []

        def journal(real: Journal) -> Journal:
            disks.append(_Disk(real._file, case.index, parts, strike))
            real._file = disks[-1]
            return real

        ended = stage.apply(journals=journal)
        return replace(ended, struck=any(disk.struck for disk in disks))

    return meet


def _dies() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _dying(parts: int) -> Callable[[Stage, Case, Prepared], Ended]:
    meet = _on_disk(parts, _dies)
    return lambda stage, case, there: stage.killed(lambda: meet(stage, case, there))


def _torn(stage: Stage, case: Case, there: Prepared) -> Ended:
    """Leave so many bytes of the last line that a killed run wrote: of a call, then of an answer."""
    line, kept = next(
        (line, case.index - start)
        for line, start, end in _torn_lines(there)
        if start <= case.index < end
    )
    ended = Ended(-signal.SIGKILL)
    if line not in there.killed:
        there.killed[line] = there.folder.with_name(f"{there.folder.name}-killed-{line}")
        ended = _dying(2)(stage, Case(case.fault, "line", line), there)
        shutil.copytree(stage.folder, there.killed[line])
    else:
        shutil.copytree(there.killed[line], stage.folder, dirs_exist_ok=True)
    (path,) = stage.runs.glob("*.jsonl")
    *whole, last = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(whole) + last[:kept])
    return ended


def _torn_lines(there: Prepared) -> Iterator[tuple[int, int, int]]:
    """Yield two lines of the journal in the middle of a run, and which cases cut which of them."""
    start = 0
    entries = [json.loads(line)["entry"] for line in there.journal]
    for entry in ("calling", "answered"):
        line = entries.index(entry, len(entries) // 2)
        end = start + len(there.journal[line])
        yield line, start, end
        start = end


# --- somebody else -----------------------------------------------------------------------------


@dataclass
class _Meddled:
    """A door behind which somebody changes what the n-th write is about, before or after the reads.

    Before them it is tried again at each read: an account in creation cannot be moved yet.
    """

    api: Api
    stage: Stage
    there: Prepared
    index: int
    change: Change
    early: bool
    made: int = 0
    struck: bool = False
    so_anyway: bool = False

    def call(self, call: ApiCall) -> Response:
        if _reads(call):
            self.before_a_read()
            return self.api.call(call)
        if self.made == self.index and not self.early:
            self.meddle()
        self.made += 1
        answer = self.api.call(call)
        self.before_a_read()
        return answer

    def items(self, key: str, call: ApiCall) -> Iterator[Any]:
        self.before_a_read()
        return self.api.items(key, call)

    def before_a_read(self) -> None:
        if self.early and self.made == self.index and not self.struck:
            self.meddle()

    def meddle(self) -> None:
        sandbox = Sandbox(self.stage.sandbox)
        caller = console_caller(sandbox.settings, "somebody@example.com")
        asked = self.there.writes[self.index]
        for operation, params in self.change(asked, self.stage.sandbox):
            with suppress(RefusalError):  # it does not fit any more, and changes nothing
                sandbox.answer(Call("organizations", operation, params, caller))
                self.struck = True
                self.so_anyway |= is_so_by(asked, operation, params, early=self.early)


def _reads(call: ApiCall) -> bool:
    return call.operation.startswith(("List", "Describe"))


def _meddled(change: Change, *, early: bool) -> Callable[[Stage, Case, Prepared], Ended]:
    def meet(stage: Stage, case: Case, there: Prepared) -> Ended:
        doors: list[_Meddled] = []

        def door(api: Api) -> Api:
            doors.append(_Meddled(api, stage, there, case.index, change, early))
            if early and case.index == 0:
                doors[0].meddle()
            return doors[0]

        ended = stage.apply(door=door)
        return replace(ended, struck=doors[0].struck, so_anyway=doors[0].so_anyway)

    return meet


CALLS = ("plan", "read", "write")
DISPENSABLE = frozenset({"AccessDenied"})
FAULTS = (
    FaultKind(
        "throttle",
        "“too many requests”: the call is repeated, more slowly",
        CALLS,
        PASSES,
        _planted(Kind.THROTTLE, times=2),
    ),
    FaultKind(
        "throttle, in progress",
        "“another request is already in progress”: the call is repeated",
        CALLS,
        PASSES,
        _planted(Kind.BUSY, times=2),
    ),
    FaultKind(
        "ConcurrentModification",
        "another change is going on: the write is repeated",
        ("write",),
        PASSES,
        _planted(Kind.CONCURRENT_MODIFICATION, times=2),
    ),
    FaultKind(
        "PolicyChangesInProgress",
        "AWS is still at an earlier change: the write is repeated",
        ("write",),
        PASSES,
        _planted(Kind.POLICY_CHANGES_IN_PROGRESS, times=2),
    ),
    FaultKind(
        "500 before",
        "the service failed and did nothing: read back, then repeated",
        CALLS,
        PASSES,
        _planted(Kind.SERVICE_ERROR),
    ),
    FaultKind(
        "500 after",
        "the service did it and failed to say so: read back, and not repeated",
        CALLS,
        PASSES,
        _planted(Kind.SERVICE_ERROR_AFTER),
    ),
    FaultKind(
        "connection dropped before",
        "the request never arrived: read back, then repeated",
        CALLS,
        PASSES,
        _planted(Kind.CONNECTION_LOST),
    ),
    FaultKind(
        "connection dropped after",
        "the answer never arrived: read back, and not repeated",
        CALLS,
        PASSES,
        _planted(Kind.CONNECTION_LOST_AFTER),
    ),
    FaultKind(
        "SIGKILL before",
        "the process dies before AWS gets the call; the next run finishes",
        CALLS,
        KILLED,
        _killing(Kind.KILL),
    ),
    FaultKind(
        "SIGKILL after",
        "the process dies with the answer on its way; the next run finishes",
        CALLS,
        KILLED,
        _killing(Kind.KILL_AFTER),
    ),
    FaultKind(
        "SIGKILL before a line",
        "the process dies before a line of the journal is written",
        ("line",),
        KILLED,
        _dying(0),
    ),
    FaultKind(
        "SIGKILL within a line",
        "the process dies with half a line of the journal written",
        ("line",),
        KILLED,
        _dying(1),
    ),
    FaultKind(
        "SIGKILL after a line",
        "the process dies right after a line of the journal is written",
        ("line",),
        KILLED,
        _dying(2),
    ),
    FaultKind(
        "torn last line",
        "of the last line that a killed run wrote, any number of bytes is left",
        ("byte",),
        KILLED,
        _torn,
    ),
    FaultKind(
        "disk full",
        "no byte of a line of the journal fits: the call that it announces is not made",
        ("line",),
        STOPS,
        _on_disk(0, lambda: None),
    ),
    FaultKind(
        "disk full within a line",
        "half of a line fits",
        ("line",),
        STOPS,
        _on_disk(1, lambda: None),
    ),
    FaultKind(
        "disk full after a line",
        "the line is written and cannot be made durable",
        ("line",),
        STOPS,
        _on_disk(2, lambda: None),
    ),
    FaultKind(
        "AccessDenied",
        "the caller may not: exit 7 before the first write, 6 after it",
        CALLS,
        REFUSED,
        _planted(Kind.ACCESS_DENIED),
    ),
    FaultKind(
        "expired token",
        "the credentials end: exit 7 before the first write, 6 after it",
        CALLS,
        REFUSED,
        _planted(Kind.EXPIRED_TOKEN),
    ),
    FaultKind(
        "lagging reads",
        "the next reads show the state before the write: waited for",
        ("write",),
        PASSES,
        _planted(Kind.LAG, reads=4),
    ),
    FaultKind(
        "foreign change, between",
        "somebody changes the object of a step after the plan, before its turn: stale, exit 5 or 6",
        ("write",),
        STALE,
        _meddled(otherwise, early=True),
        foreign=True,
    ),
    FaultKind(
        "foreign change, at the call",
        "somebody changes it between the look and the call: AWS refuses, it is found when reading back, or "
        "it is written over",
        ("write",),
        STALE,
        _meddled(otherwise, early=False),
        foreign=True,
    ),
    FaultKind(
        "the same change, between",
        "somebody does after the plan what a step was to do: it is found done",
        ("write",),
        STALE,
        _meddled(same, early=True),
        foreign=True,
    ),
    FaultKind(
        "the same change, at the call",
        "somebody does it between the look and the call: AWS refuses, and it is found done",
        ("write",),
        STALE,
        _meddled(same, early=False),
        foreign=True,
    ),
)
