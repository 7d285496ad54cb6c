"""An apply that is killed halfway, and what the next one costs: counted by the sandbox's own log."""

import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from journey import deny
from terminal import SETTINGS, build, desk
from walk import Walk

from govkit.apply.events import Done
from govkit.apply.patience import Patience
from govkit.aws.door import door
from govkit.aws.pacing import Pacer
from govkit.aws.session import session
from govkit.flow.apply import Job, carried_out, new_run
from govkit.sandbox.clock import Clock
from govkit.sandbox.faults import Fault, Kind, clear, plant
from govkit.sandbox.log import events
from govkit.sandbox.mount import mount
from govkit.store.local import LocalStore

GUARDRAILS = 5
PACE = 80.0


@dataclass
class Time:
    """A clock that only moves when somebody waits."""

    seconds: float = 1_800_000_000.0

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass(frozen=True)
class Resumed:
    """What the second run called, and how long it took on a clock that counts what is waited for.

    `stepping` is the time from its first step to the end of its last, `alone` the time that its
    writes would take at the same pace if nothing else was asked; `reading` is the reading back.
    """

    left: int
    writes: int
    plan_calls: int
    looks: int
    read_back: int
    stepping: float
    reading: float
    alone: float

    @property
    def ratio(self) -> float:
        """Return how much longer the steps took than their writes alone."""
        return self.stepping / self.alone if self.alone else 1.0

    @property
    def whole(self) -> float:
        """Return the same with the reading back at the end."""
        return (self.stepping + self.reading) / self.alone if self.alone else 1.0


def organization(steps: int) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return an organization and a layout that asks for so many steps, most of them attachments."""
    units = [f"Unit{number:03d}" for number in range((steps - GUARDRAILS) // GUARDRAILS)]
    rest = steps - GUARDRAILS - GUARDRAILS * len(units)
    names = [f"keep-{number}" for number in range(GUARDRAILS)]
    layout = {
        "version": 1,
        "organization": {"id": SETTINGS.organization},
        "ous": {unit: {} for unit in units} | {f"More{number}": {} for number in range(rest)},
        "guardrails": {
            name: {"policy": deny(f"Keep{index}", f"s3:Action{index}"), "attach": units}
            for index, name in enumerate(names)
        },
    }
    return {"ous": units}, layout


def resumed(steps: int, *, killed_at: int) -> Resumed:
    """Kill an apply at a write, finish it with another one, and return what that one cost."""
    live, layout = organization(steps)
    with desk() as table:
        build(live, table.sandbox, replace(SETTINGS, log_calls=True))
        plant(table.sandbox, Fault(Kind.KILL, "write", skip=killed_at))
        time = Time()
        walk = Walk(_paced(table.sandbox, time), table.folder)
        _dies(lambda: walk.apply(layout))
        clear(table.sandbox)
        before = list(events(table.sandbox))
        return _finished(walk, layout, time, len(before), steps - killed_at)


def _finished(walk: Walk, layout: Mapping[str, Any], time: Time, before: int, left: int) -> Resumed:
    made, both = walk.plan(layout)
    planned = len(list(events(walk.folder / "sandbox")))
    began = stepped = time.now()
    calls = 0
    for event in carried_out(
        Job(made, both),
        made.steps,
        api=walk.api,
        store=LocalStore(walk.folder / "store"),
        run_name=new_run(),
        patience=Patience(sleep=time.sleep),
        stop=lambda: False,
    ):
        if isinstance(event, Done):
            stepped = time.now()
            calls = (
                len(list(events(walk.folder / "sandbox"))) if event.step is made.steps[-1] else 0
            )
    log = list(events(walk.folder / "sandbox"))
    stepping = log[planned:calls]
    writes = [one["operation"] for one in stepping if not one["read_only"]]
    return Resumed(
        left=left,
        writes=len(writes),
        plan_calls=planned - before,
        looks=len(stepping) - len(writes),
        read_back=len(log) - calls,
        stepping=stepped - began,
        reading=time.now() - stepped,
        alone=_alone(writes),
    )


def _alone(operations: list[str]) -> float:
    """Return how long these writes take at AWS's pace, one after the other and nothing between."""
    time = Time()
    pacer = Pacer(PACE, clock=time.now, sleep=time.sleep)
    began = time.now()
    for operation in operations:
        pacer.wait(None, "organizations", operation)
    return time.now() - began


def _paced(folder: Any, time: Time) -> Any:
    def stand_on(core: Any) -> None:
        mount(core, folder, clock=Clock(time.now, time.sleep))

    return door(session(mount=stand_on), pace=PACE, clock=time.now, sleep=time.sleep)


def _dies(do: Any) -> None:
    """Do it in a process of its own, which something kills."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads that are done already
        child = os.fork()
    if child == 0:
        try:
            do()
        finally:
            os._exit(70)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status):
        raise RuntimeError("the first run was not killed")
