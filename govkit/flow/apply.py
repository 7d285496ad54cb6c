"""The story of an apply: each event is in the journal before the next thing happens."""

import json
import secrets
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from govkit.apply.entries import entry
from govkit.apply.events import Done, Event
from govkit.apply.execute import Crossing
from govkit.apply.lately import Lately
from govkit.apply.partly import partly
from govkit.apply.patience import Patience
from govkit.apply.select import Selection, select
from govkit.apply.still import require_still_so as still_so
from govkit.apply.verify import unverified
from govkit.errors import ApplyStopped, AwsError, GovkitError
from govkit.flow.compare import Compared, Question, kinds
from govkit.kinds.policy import Policy
from govkit.kinds.resource_policy import ResourcePolicy
from govkit.layout.read import read
from govkit.layout.revision import commit_of
from govkit.live.snapshot import resource_from, resource_json
from govkit.model.address import Address
from govkit.model.call import Api, Ids, Response
from govkit.model.change import Change
from govkit.model.evidence import Reviewed, mark
from govkit.model.kind import Kind
from govkit.model.plan import Asked, Plan, Premise, Step
from govkit.model.resource import Json, Resource
from govkit.plan.document import plan_fingerprint
from govkit.plan.drift import ignored_policies
from govkit.plan.meet import org_paths, tokenized
from govkit.store.history import covers, last
from govkit.store.lately import Written, begun, written
from govkit.store.links import follows
from govkit.store.places import store_at
from govkit.store.store import Store, run_id, user

_SHOWN = 10  # steps: as many as one reads


def asked_of(question: Question | None, task: str | None) -> dict[str, Json]:
    """Return which part of all there is to do was asked for, as a journal keeps it."""
    return {**(question.asked if question is not None else Asked()).to_json(), "authority": task}


@dataclass(frozen=True, slots=True)
class Job:
    """What an apply sets out to do: a judged plan, and the evidence that it was reviewed.

    `expect` is the fingerprint that the command line gave in the place of a plan file. `command` is
    what is typed to do it, `after` what to run once it is done. `begun` and `lately` are what earlier
    runs left; `asked` says which part of all there is the plan is of.
    """

    made: Plan
    both: Compared
    evidence: Reviewed | None = None
    command: str = "apply"
    after: str = "drift"
    ticket: str = ""
    expect: str | None = None
    caller: str = ""
    begun: Mapping[str, Response] = field(default_factory=dict)
    lately: tuple[Lately, ...] = ()
    asked: Mapping[str, Json] = field(default_factory=lambda: asked_of(None, None))


def remembered(job: Job, store: Store) -> Job:
    """Return the job with what the store knows: who asks, and what earlier runs left going on.

    Older journals are read only where AWS may be at something in its own time (accounts in creation).
    """
    job = replace(job, caller=store.caller())
    if not job.made.steps:
        return job
    slow = {kind.resource for kind in kinds() if kind.at_once > 1}
    waits = any(type(step.change.subject) in slow for step in job.made.steps)
    where, moment = job.made.organization, now()
    lately = tuple(
        Lately(
            Address.parse(one.address),
            one.verb,
            _before(one),
            one.unanswered,
        )
        for one in written(store, where, moment)
    )
    return replace(job, lately=lately, begun=begun(store, where, moment) if waits else {})


def _before(one: Written) -> Resource | None:
    """Return how a thing was; of one that a damaged journal tells, that reads may not show it yet."""
    try:
        return resource_from(one.before, kinds())
    except GovkitError:
        return None


def carried_out(
    job: Job,
    steps: Sequence[Step],
    *,
    api: Api,
    store: Store,
    run_name: str,
    patience: Patience,
    stop: Callable[[], bool],
    whole: Callable[[], Sequence[str]] = lambda: (),
) -> Generator[Event, None, None]:
    """Do the steps; each event is in the journal before the next thing happens.

    What was touched is read back at the end, and what `whole` reads back besides: it returns the
    addresses that differ. Raises what stopped it: as it is before the first write, as `ApplyStopped` after it.
    """
    crossing = _crossing(job, api, patience, stop)
    begin = {**_beginning(job, steps, run_name), "follows": follows(store)}
    journal = store.journal(run_name)
    done: list[Step] = []
    outcome = "stopped"
    try:
        journal.write(begin)
        for event in crossing.execute(steps):
            journal.write(entry(event, _time(), lambda one: resource_json(one, kinds())))
            if isinstance(event, Done):
                done.append(event.step)
            yield event
        complete = not (stop() or crossing.failed)
        touched = map(str, unverified(done, crossing.sight, stop) if complete else ())
        # A thing may be both touched and named by the layout: it is told once.
        lagging = tuple(dict.fromkeys((*touched, *(whole() if complete and not stop() else ()))))
        if crossing.failed and not stop():
            raise partly(crossing.failed.values())
        if lagging and not stop():
            raise _NotAsLeft(lagging)
        outcome = "interrupted" if stop() else "done"
    except GovkitError as error:
        raise _stopped(error, steps, done, run_name, touched=crossing.touched) from error
    except (KeyboardInterrupt, GeneratorExit):  # here, or where the events are listened to
        outcome = "interrupted"
        raise
    finally:
        with suppress(GovkitError):  # a full disk: the run then reads as killed, which is resumed
            journal.write({"entry": "end", "time": _time(), "outcome": outcome, "done": len(done)})
        journal.close()


def require_still_so(job: Job, steps: Sequence[Step], *, api: Api, patience: Patience) -> None:
    """Look once more, narrowly, where the plan has waited for a person; StalePlan where it is stale."""
    relying = [replace(step, relies=(*step.relies, *_reviewed(job, step))) for step in steps]
    file = job.evidence.source if job.evidence is not None else None
    still_so(relying, _crossing(job, api, patience, lambda: False).sight, file)


def _reviewed(job: Job, step: Step) -> Iterator[Premise]:
    """Yield what the reviewed step relied on beside what the step relies on today."""
    reviewed = job.evidence.premises.get(mark(step), ()) if job.evidence is not None else ()
    for one in reviewed:
        there = job.made.live.get(Address.parse(one.address))
        if there is not None:
            known = (name for name in json.loads(one.facts) if hasattr(there, name))
            yield Premise(there, tuple(known))


def _crossing(job: Job, api: Api, patience: Patience, stop: Callable[[], bool]) -> Crossing:
    made, told = job.made, dict(job.begun)
    after = made.live.after(step.change for step in made.steps)

    def named(resource: Resource, ids: Ids) -> Resource:
        # The paths of a thousand OUs are worth working out only for what may name them.
        has_document = isinstance(resource, Policy | ResourcePolicy)
        return tokenized(resource, org_paths(after, ids)) if has_document else resource

    return Crossing(
        kinds={kind.resource: _reminded(kind, told) for kind in kinds()},
        api=api,
        ids=made.ids,
        patience=patience,
        named=named,
        stop=stop,
        lately=job.lately,
    )


def _reminded(kind: Kind[Any], told: dict[str, Response]) -> Kind[Any]:
    """Let a kind know AWS by the request that a journal names; once, then it looks for itself."""

    def underway(change: Change[Any], api: Api) -> Response | None:
        return told.pop(str(change.address), None) or kind.underway(change, api)

    return replace(kind, underway=underway) if kind.at_once > 1 else kind


def nothing_left(job: Job, store: Store, run_name: str) -> str | None:
    """Write down that nothing is left of the last run, where it did not come to its end; return its name."""
    past, begin = last(store), _beginning(job, (), run_name)
    if past is None or past.outcome == "done" or not covers(begin, past.begin):
        return None
    begin["follows"] = follows(store)
    journal = store.journal(run_name)
    try:
        journal.write(begin)
        journal.write({"entry": "end", "time": _time(), "outcome": "done", "done": 0})
    finally:
        journal.close()
    return past.id


class _NotAsLeft(GovkitError):
    """All is done, and reading back shows something else: somebody's change, or a read that lags."""

    def __init__(self, addresses: Sequence[str]) -> None:
        super().__init__(
            "Not as it was left",
            f"Read back after the last step and still different: {', '.join(addresses)}.",
            "Somebody may have changed it meanwhile. Look first: govkit drift",
        )


def _stopped(
    error: GovkitError, steps: Sequence[Step], done: Sequence[Step], run_id: str, *, touched: bool
) -> GovkitError:
    if not touched:
        return error
    finished = {step.id for step in done}
    left = [f"{step.verb} {step.address}" for step in steps if step.id not in finished]
    shown = "; ".join(left[:_SHOWN]) + ("; …" if len(left) > _SHOWN else "")
    rest = f"left: {shown}" if left else "left: to read back what they touched"
    rest = "" if isinstance(error, _NotAsLeft) else f"; {rest}"
    return ApplyStopped(
        "Stopped after the first write",
        f"{error.summary}. {error.detail}\n"
        f"Done: {len(done)} of {len(steps)} steps{rest}. Run {run_id}.",
        _finish(error),
    )


def _finish(error: GovkitError) -> str:
    """Return how to come to the end: what AWS asks for first, where that is known."""
    again = "Run the same command again to finish."
    tells = isinstance(error, AwsError | _NotAsLeft) and "same command" not in error.hint
    first = error.hint if tells else ""
    return f"{first}\n{again}" if first else again


def _beginning(job: Job, steps: Sequence[Step], run_id: str) -> dict[str, Any]:
    made = job.made
    return {
        "entry": "begin",
        "time": _time(),
        "run": run_id,
        "command": job.command,
        "caller": job.caller or user(),
        "ticket": job.ticket,
        "organization": made.organization,
        "layout": made.layout.name,
        "sha256": made.layout.sha256,
        "commit": commit_of(Path(made.layout.path)),
        "fingerprint": plan_fingerprint(made),
        **_reviewed_steps(job),
        "overrides": dict(made.allowances),
        "ignored": ignored_policies(job.both.wanted, job.both.meeting),
        "asked": dict(job.asked),
        "not_done": len(made.steps) - len(steps),
        "steps": len(steps),
    }


def _reviewed_steps(job: Job) -> dict[str, Any]:
    """Return the steps behind a fingerprint: what is left after a stop has another one."""
    fingerprint = job.expect or (job.evidence.fingerprint if job.evidence is not None else None)
    if fingerprint is None:
        return {}
    marks = job.evidence.marks if job.evidence is not None else map(mark, job.made.steps)
    told = [[one.address, one.action, one.before, one.after] for one in marks]
    return {"expected": f"sha256:{fingerprint.removeprefix('sha256:')}", "reviewed": told}


def selected(made: Plan, reviewed: Reviewed | None) -> Selection:
    """Return the steps to do: all, or exactly the reviewed ones."""
    return select(made, reviewed)


def is_severe(step: Step) -> bool:
    """Tell whether a person must type what the step is about: the root, a deletion, a closure."""
    if step.verb == "attach":
        return step.address.path.endswith("@root:/")
    return step.verb == "close" or (step.verb == "delete" and step.address.kind == "ou")


def severe_path(step: Step) -> str:
    """Return what must be typed."""
    return "/" if step.verb == "attach" else step.address.path


def store_of(question: Question, api: Callable[[], Api]) -> Store:
    """Return the store that the layout names; `api` is opened only for one in S3."""
    wanted = read(question.layout, today=question.today)
    return store_at(wanted.store, question.layout, api)


def new_run() -> str:
    """Return the name of a new run."""
    return run_id(now(), secrets.token_bytes(4))


def now() -> datetime:
    """Return the moment, in UTC."""
    return datetime.now(UTC)


def _time() -> str:
    return now().isoformat(timespec="milliseconds")
