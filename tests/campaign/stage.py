"""Where a fault is tried: a fresh copy of one prepared organization, and an apply that may be killed."""

import json
import os
import re
import shutil
import signal
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from campaign.scenario import LAYOUT, LIVE
from terminal import SETTINGS, build, desk
from walk import PATIENT, Walk, sandbox_api

from govkit.cli.tree import sandbox_tree
from govkit.errors import GovkitError
from govkit.flow.apply import Job, carried_out, new_run, now, remembered
from govkit.flow.plan import refusal
from govkit.model.call import Api
from govkit.sandbox.log import events
from govkit.sandbox.show import show
from govkit.store.journal import Journal, Reading, read
from govkit.store.links import proofs
from govkit.store.local import LocalStore

Journals = Callable[[Journal], Journal]
KILLED = -signal.SIGKILL


@dataclass(frozen=True)
class Ended:
    """How an apply ended: its exit status (negative: the signal), and what it said.

    `struck` tells whether the fault was met at all, `so_anyway` whether what somebody else did leaves
    the step's thing as the step was to leave it.
    """

    code: int
    said: str = ""
    struck: bool = True
    so_anyway: bool = False


@dataclass
class Prepared:
    """The organization before, what an undisturbed apply calls, and what it leaves behind."""

    folder: Path
    content: bytes
    writes: list[Mapping[str, Any]] = field(default_factory=list)
    plan_reads: int = 0
    apply_reads: int = 0
    journal: list[bytes] = field(default_factory=list)
    goal: str = ""
    opened: Callable[[Path], Api] = sandbox_api
    killed: dict[int, Path] = field(default_factory=dict)


@dataclass
class Stage:
    """One copy of the organization, and the applies that are run on it."""

    folder: Path
    opened: Callable[[Path], Api]
    walk: Walk = field(init=False)

    def __post_init__(self) -> None:
        self.walk = _Walk(self.opened(self.sandbox), self.folder)

    @property
    def sandbox(self) -> Path:
        return self.folder / "sandbox"

    @property
    def runs(self) -> Path:
        return self.folder / "store" / "runs"

    def apply(
        self,
        *,
        planned: Callable[[], None] = lambda: None,
        door: Callable[[Api], Api] = lambda api: api,
        journals: Journals = lambda journal: journal,
    ) -> Ended:
        """Do what `govkit apply --yes` does; `planned` is called between plan and first write."""
        store = _Store(self.folder / "store", journals)
        try:
            with store.locked("govkit apply", now()):
                made, both = self.walk.plan(LAYOUT)
                refused = refusal(made, both, writes_to_aws=False)
                if refused is not None:
                    raise refused
                planned()
                for _ in carried_out(
                    remembered(Job(made, both), store),
                    made.steps,
                    api=door(self.walk.api),
                    store=store,
                    run_name=new_run(),
                    patience=PATIENT,
                    stop=lambda: False,
                ):
                    pass
        except GovkitError as error:
            return Ended(int(error.exit), str(error))
        return Ended(0)

    def killed(self, do: Callable[[], Ended]) -> Ended:
        """Do it in a process of its own, which something kills."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # threads that are done already
            child = os.fork()
        if child == 0:
            code = 70
            try:
                code = do().code
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        return Ended(os.waitstatus_to_exitcode(status))

    def steps_left(self) -> int:
        """Return how many steps a plan made now has."""
        return len(self.walk.plan(LAYOUT)[0].steps)

    def shape(self) -> str:
        """Return the organization without IDs: those of accounts depend on who was created first."""
        return re.sub(r"\b\d{12}\b", "ID", sandbox_tree(show(self.sandbox)))

    def calls(self) -> list[Mapping[str, Any]]:
        """Return every call so far, as the pretend AWS logged it."""
        return list(events(self.sandbox))

    def writes(self) -> list[Mapping[str, Any]]:
        """Return the calls so far that changed something, somebody else's among them."""
        return [one for one in self.calls() if not one["read_only"] and one["error"] is None]

    def journaled(self) -> list[str]:
        """Return every call that some run's journal says it was about to make."""
        return [
            called(one["operation"], one["parameters"])
            for told in self.journals().values()
            for one in told.entries
            if one["entry"] == "calling"
        ]

    def severed(self) -> list[str]:
        """Return the runs that are not linked to the one before them as it is."""
        linked = proofs(LocalStore(self.runs.parent))
        return [one.run.id for one in linked if one.broken or (one.run.begin and not one.linked)]

    def journals(self) -> Mapping[str, Reading]:
        """Return what each run's journal says."""
        return {path.name: read(path) for path in sorted(self.runs.glob("*.jsonl"))}


def called(operation: str, params: Mapping[str, Any]) -> str:
    """Return what tells one call from another."""
    return json.dumps([operation, params], sort_keys=True)


class _Walk(Walk):
    """A walk whose layout is on disk already."""

    def write(self, layout: Mapping[str, Any]) -> Path:
        path = self.folder / "org_layout.yaml"
        return path if path.exists() else super().write(layout)


class _Store(LocalStore):
    """A store whose journals are written as the test likes."""

    def __init__(self, folder: Path, journals: Journals) -> None:
        super().__init__(folder)
        self._journals = journals

    def journal(self, run: str) -> Journal:
        return self._journals(super().journal(run))


@contextmanager
def prepared(opened: Callable[[Path], Api] = sandbox_api) -> Iterator[Prepared]:
    """Make the organization once, and see what an apply does that nobody disturbs.

    `opened` is the door through which it, and every copy of it, is reached.
    """
    with desk() as made:
        build(LIVE, made.sandbox, replace(SETTINGS, log_calls=True))
        made.layout(LAYOUT)
        found = Prepared(made.folder, made.content(), opened=opened)
        with stage(found) as undisturbed:
            calls: list[int] = []
            ended = undisturbed.apply(planned=lambda: calls.append(len(undisturbed.calls())))
            assert ended.code == 0, ended.said
            done = undisturbed.calls()
            found.plan_reads = calls[0]
            found.apply_reads = sum(one["read_only"] for one in done[calls[0] :])
            found.writes = undisturbed.writes()
            (path,) = undisturbed.runs.glob("*.jsonl")
            found.journal = path.read_bytes().splitlines(keepends=True)
            found.goal = undisturbed.shape()
        try:
            yield found
        finally:
            for folder in found.killed.values():
                shutil.rmtree(folder)


@contextmanager
def stage(of: Prepared) -> Iterator[Stage]:
    """Give a fresh copy, in memory where there is some, and clear it away."""
    with desk() as table:
        shutil.copytree(of.folder, table.folder, dirs_exist_ok=True)
        yield Stage(table.folder, of.opened)
