"""Carries a plan out at the terminal: shows it, asks, does it, and says how it ended."""

import os
import signal
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from govkit.apply.events import Done, Event
from govkit.apply.patience import Patience
from govkit.cli.again import again
from govkit.cli.ask import confirmed, typed
from govkit.cli.reach import Reach
from govkit.cli.say import note, program, progress, show, step_line, told_once
from govkit.cli.wake import wake, woken
from govkit.errors import Exit, GovkitError, UsageError, Woken
from govkit.flow.apply import (
    Job,
    carried_out,
    is_severe,
    nothing_left,
    require_still_so,
    selected,
    severe_path,
)
from govkit.flow.authority import TASKS, ByTurns, by_turns
from govkit.flow.compare import Question
from govkit.flow.plan import names
from govkit.flow.plan import refusal as refusal_of
from govkit.flow.read_back import differing
from govkit.model.evidence import Reviewed
from govkit.model.plan import Plan, Step
from govkit.model.resource import Json
from govkit.plan.document import document, reviewed
from govkit.plan.judge import narrowed
from govkit.plan.share import Share, shared
from govkit.report import done_already, run, step_words
from govkit.store.store import Store

_STDERR = 2
_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)


def carry_out(
    job: Job,
    reach: Reach,
    store: Store,
    *,
    yes: bool,
    dry_run: bool = False,
    task: str | None = None,
    verify: Question | None = None,
) -> int:
    """Show the plan, ask, and do it; the last line says how it ended.

    With a task (`policies`, `structure`, `member`) that role's share is done and the rest is listed. At the
    end what was touched is read back, and everything where `verify` says what that is.
    """
    selection = selected(job.made, job.evidence)
    made = job.made
    share = shared(made.live, selection.steps, TASKS[task] if task else None)
    if job.evidence is not None or task is not None:
        made = narrowed(made, share.steps, job.both.wanted)
    refusal = refusal_of(made, job.both, writes_to_aws=reach.options.sandbox is None)
    elsewhere = (*share.left, *selection.appeared)
    _shown(made, job, share, len(elsewhere))
    if refusal is not None:
        raise told_once(refusal)
    for mark in selection.done:
        note(done_already(mark))
    if not (share.steps or elsewhere) or dry_run:
        if not share.steps:
            note("Nothing to do.")
        if not dry_run:
            _close_past(job, reach, store)
        return Exit.DONE
    if share.steps and not yes:
        if not _agreed(share.steps):
            note("Nothing was done.")
            return Exit.FAILED
        with progress("Looking whether all is still so"):  # who was asked may have taken their time
            require_still_so(job, share.steps, api=_api(job, reach), patience=_patience(job, reach))
    return _done(job, share, selection.appeared, reach, store, verify=verify)


def _shown(made: Plan, job: Job, share: Share, left: int) -> None:
    """Show what is to be done; `left` is how many steps of the whole plan are not."""
    show(
        "plan",
        document(made),
        "text",
        None,
        allowed=made.allowances,
        names=names(made.live, made.ids),
        command=None if job.command == "apply" else job.command,
        again=again(),
        after=_after(share, job, left=left),
        left=left,
    )


def _close_past(job: Job, reach: Reach, store: Store) -> None:
    """Write down that nothing is left of a run that did not come to its end; a snapshot proves nothing."""
    if reach.options.snapshot is None and (past := nothing_left(job, store, reach.run_id)):
        note(f"Nothing is left of run {past} either, which did not come to its end.")


def _api(job: Job, reach: Reach) -> ByTurns:
    return ByTurns(reach.door, job.both.wanted.run)


def _patience(job: Job, reach: Reach) -> Patience:
    return reach.patience(job.both.wanted.safety.settle_seconds)


def _agreed(steps: tuple[Step, ...]) -> bool:
    severe: dict[str, list[str]] = {}
    for step in filter(is_severe, steps):
        severe.setdefault(severe_path(step), []).append(step_words(step))
    for path, words in severe.items():
        verb = "is" if len(words) == 1 else "are"
        if not typed(f"{', '.join(words)} {verb} severe.", path, "apply"):
            return False
    these = "this step" if len(steps) == 1 else f"these {len(steps)} steps"
    return bool(severe) or confirmed(f"Do {these}?", "apply")


def _done(
    job: Job,
    share: Share,
    appeared: Sequence[Step],
    reach: Reach,
    store: Store,
    *,
    verify: Question | None,
) -> int:
    steps = share.steps
    if not steps:
        return _nothing_done(job, share, appeared, reach, store)
    patience = _patience(job, reach)

    note(f"Run {reach.run_id} begins: {len(steps)} {'step' if len(steps) == 1 else 'steps'}.")
    with _interruptible(reach.run_id, job.command) as stop:

        def whole() -> Sequence[str]:
            known = (*appeared, *share.left)
            return () if verify is None else differing(verify, reach.live, known, patience, stop)

        api = _api(job, reach)
        events = carried_out(
            job,
            steps,
            api=api,
            store=store,
            run_name=reach.run_id,
            patience=patience,
            stop=stop,
            whole=whole,
        )
        finished = _heard(events, steps, api)
    done = {event.step.id for event in finished}
    if not stop():
        note(_verified(len(finished), everything=verify is not None))
    _ended(
        run(
            "interrupted" if stop() else "done",
            reach.run_id,
            done=len(done),
            already=sum(event.already for event in finished),
            left=[*(step for step in steps if step.id not in done), *share.left],
            unplanned=appeared,
            following=job.command if stop() else _next(share, job),
        )
    )
    return Exit.INTERRUPTED if stop() else Exit.DONE


def _nothing_done(
    job: Job, share: Share, appeared: Sequence[Step], reach: Reach, store: Store
) -> int:
    """Say what is left where nothing of it is for this command."""
    if not share.left:
        _close_past(job, reach, store)
    after = _after(share, job, left=len(appeared))
    _ended(run("done", None, done=0, left=share.left, unplanned=appeared, following=after))
    return Exit.DONE


def _heard(events: Generator[Event, None, None], steps: Sequence[Step], api: ByTurns) -> list[Done]:
    """Say what happens and return what was done; whoever stops listening, the journal is ended at once."""
    finished: list[Done] = []
    with closing(events), suppress(Woken):  # how far it came is told as of any run that was stopped
        told = map(_said(steps), by_turns(events, api))
        finished.extend(event for event in told if isinstance(event, Done))
    return finished


def _verified(touched: int, *, everything: bool) -> str:
    told = f"Verified: what {touched} {'step' if touched == 1 else 'steps'} touched was read back"
    if everything:
        return f"{told}, and all that the layout names; nothing differs."
    return f"{told}; it is as they left it."


def _ended(told: Mapping[str, Json]) -> None:
    try:
        show("run", told, "text", None)
    except BrokenPipeError:
        return  # it is done, whether or not anybody reads so
    except GovkitError as error:
        note(f"{error.summary}: {error.detail}")


def _after(share: Share, job: Job, *, left: int) -> str:
    """Return what to run where nothing is to be done: for what is left, or for what nobody reviewed."""
    if share.left:
        return _next(share, job)
    return "plan" if left else job.after


def _next(share: Share, job: Job) -> str:
    """Return what to run next: the first step that is left says whose turn it is."""
    whose = next((task for task, one in TASKS.items() if one == share.turn), None)
    if whose is not None:
        return f"{job.command} --authority {whose}"
    return job.command if share.left else job.after


def _said(steps: Sequence[Step]) -> Callable[[Event], Event]:
    def say(event: Event) -> Event:
        step_line(event, steps)
        return event

    return say


@contextmanager
def _interruptible(run_name: str, command: str) -> Iterator[Callable[[], bool]]:
    """Let the first Ctrl-C finish the call in flight and end all waiting, and the second one stop."""
    asked: list[int] = []

    def ask(signum: int, frame: object) -> None:  # noqa: ARG001 - a handler's signature
        if asked:
            raise KeyboardInterrupt
        asked.append(signum)
        wake()
        # Not through sys.stderr: it may be in the middle of a line, and lets nobody in between.
        with suppress(OSError):  # the terminal may be what went away
            os.write(_STDERR, b"Finishing the call in flight; once more to stop at once.\n")

    heeded = (one for one in _STOPPING if signal.getsignal(one) is not signal.SIG_IGN)
    before = {one: signal.signal(one, ask) for one in heeded}
    try:
        yield woken  # also by one that came just before, and that a destructor swallowed
    except KeyboardInterrupt:
        note(f"Run {run_name} is not finished. Next: {program()} {command}")
        raise
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def evidence(path: Path | None) -> Reviewed | None:
    if path is None:
        return None
    try:
        return reviewed(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise UsageError("The plan file cannot be read", f"{path}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise GovkitError("The plan file cannot be read", f"{path} is not UTF-8 text.") from error
