"""The story of a plan, and of drift, which is the same walk read backwards."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from govkit.errors import GovkitError, LayoutError, PlanRefused, StalePlan
from govkit.flow.compare import Bank, Compared, Question, compared, kinds
from govkit.flow.tagged import looking_at_tags
from govkit.flow.unseen import not_seen, unseen
from govkit.kinds._ownership import ADOPT
from govkit.kinds.account import Account
from govkit.kinds.attachment import attachment_at
from govkit.kinds.policy import Policy
from govkit.kinds.root import Root
from govkit.layout.read import read
from govkit.layout.revision import at_revision
from govkit.live.snapshot import resource_from
from govkit.model.address import ROOT, Address
from govkit.model.call import Api, Ids
from govkit.model.evidence import Reviewed
from govkit.model.finding import Finding, Severity
from govkit.model.plan import Plan, Step
from govkit.model.state import State
from govkit.model.wanted import Wanted
from govkit.plan.document import plan_fingerprint
from govkit.plan.drift import Drift, drift
from govkit.plan.judge import guards, judged, overridable, refused
from govkit.plan.make import make
from govkit.plan.only import Keep, chosen, differing, left_behind, with_left_overs
from govkit.plan.pins import kept_off, respected
from govkit.plan.releases import honoured, let_out
from govkit.plan.reparent import RAIL as REPARENT
from govkit.plan.undo import StepDone, undoing
from govkit.store.history import Run, last_known
from govkit.store.local import LocalStore
from govkit.store.places import folder_of, in_s3
from govkit.store.s3 import S3Store

Known = Callable[[], Mapping[str, str]]


def plan(question: Question, bank: Bank) -> tuple[Plan, Compared]:
    """Return what AWS must be told to become what the layout wants, judged by the rails."""
    both = compared(question, bank)
    stop_for(both)
    meeting = honoured(respected(both.meeting, question.moment), question.moment)
    both = replace(both, meeting=meeting)
    made = make(both.wanted, both.meeting, kinds(), left_in(question, both), question.only)
    made = replace(made, findings=(*made.findings, *unseen(made, both)), asked=question.asked)
    return judged(made, both.wanted, question.allow or {}), both


def drifted(question: Question, bank: Bank, store_api: Callable[[], Api] | None) -> Drift:
    """Return what in AWS is not as the layout wants it.

    A store in S3 is asked through `store_api`; where that is None, nothing is remembered.
    """
    both = compared(question, bank)
    return drift_between(question, both, lambda: _remembered(question, both.wanted, store_api))


def drift_between(question: Question, both: Compared, known: Known) -> Drift:
    """Return what in AWS is not as the layout wants it, where both were read already.

    `known` tells the digests of ignored policies at the last apply.
    """
    elsewhere = _elsewhere(both)
    if elsewhere is not None:
        raise elsewhere
    return drift(
        both.wanted,
        both.meeting,
        kinds(),
        both.live.incomplete,
        known(),
        keep=left_in(question, both),
        pinned=kept_off(both.meeting, question.moment),
        released=dict(let_out(both.meeting, question.moment)),
    )


def _remembered(
    question: Question, wanted: Wanted, api: Callable[[], Api] | None
) -> Mapping[str, str]:
    if not in_s3(wanted.store):
        return last_known(LocalStore(folder_of(wanted.store, question.layout)))
    return {} if api is None else last_known(S3Store(str(wanted.store), api()))


def left_in(question: Question, both: Compared) -> Keep:
    """Return what decides whether a change is left in by `--only`."""
    keep = _asked_for(question, both)
    return with_left_overs(keep, question.only, both.wanted.layout, both.meeting.live)


def _asked_for(question: Question, both: Compared) -> Keep:
    """Return what decides whether a change is about what `--only` names."""

    def since(revision: str) -> frozenset[Address]:
        with at_revision(question.layout, revision) as older:
            then = read(older, today=question.today)
        return differing(then.state, both.wanted.state)

    beyond = [kind.name for kind in kinds() if kind.beyond]
    return chosen(question.only, both.wanted, both.meeting.desired, since, beyond)


def _elsewhere(both: Compared) -> PlanRefused | None:
    """Return what to raise where the credentials reach another organization than the layout's."""
    root, wanted = both.meeting.live.get(ROOT), both.wanted.organization
    if not isinstance(root, Root) or wanted in {None, root.organization}:
        return None
    return PlanRefused(
        "Another organization",
        f"{both.wanted.path} describes organization {wanted}, and these credentials reach "
        f"{root.organization}.",
        "Choose the profile of the right organization: --profile",
    )


def stop_for(both: Compared) -> None:
    """Raise LayoutError where the layout does not fit the organization."""
    errors = [
        found
        for found in both.meeting.findings
        if found.severity is Severity.ERROR and found.rail is None
    ]
    if errors:
        raise _elsewhere(both) or LayoutError(
            "The layout does not fit the organization",
            "\n".join(
                f"  {found.where or found.subject}  {found.message}"
                + (f"\n    {found.hint}" if found.hint else "")
                for found in errors
            ),
        )


def refusal(made: Plan, both: Compared, *, writes_to_aws: bool) -> PlanRefused | None:
    """Return why the plan must not be applied, or None."""
    if writes_to_aws and both.wanted.organization is None:
        return PlanRefused(
            "Refused without an organization ID",
            f"{both.wanted.path} does not say which organization it describes.",
            f"Write it into the layout: organization: {{id: {made.organization}}}",
        )
    return refused(made)


def way_back(question: Question, bank: Bank, past: Run) -> tuple[Plan, Compared]:
    """Return the plan that leads back to how things were before a run, judged by the same rails."""
    _trust(past)
    both = compared(_as_far_as(question, past), looking_at_tags(past, bank))
    stop_for(both)
    _same_organization(past, both)
    undone = undoing(_steps_done(past), both.meeting, kinds())
    part = (f"rollback {past.id}", *question.only)
    # What a killed rollback of the same run made for a while is this one's to clear away.
    left = left_behind(part, both.wanted.layout, both.meeting.live)
    ours = State([*undone.ours, *left])
    meeting = replace(both.meeting, desired=undone.desired, ours=ours)
    meeting = honoured(respected(meeting, question.moment), question.moment)
    keep = _asked_for(question, both)
    made = make(both.wanted, meeting, kinds(), lambda one: one.subject in left or keep(one), part)
    # Whatever the layout names or does not: the way back is about what the run touched.
    steps = tuple(_going_back(step, past) for step in made.steps)
    made = replace(made, steps=steps, orphans=(), strangers=(), asked=question.asked)
    told = (*made.findings, *undone.findings, *_unsure(past, made), *not_seen(both))
    made = replace(made, findings=told)
    return judged(made, both.wanted, question.allow or {}), replace(both, meeting=meeting)


def _going_back(step: Step, past: Run) -> Step:
    """Return a step as a rollback tells it: no line of the layout asks for it."""
    if step.temporary:
        return step
    return replace(step, reason=f"as before run {past.id}", origin=None)


def _as_far_as(question: Question, past: Run) -> Question:
    """Return the question about all that a run touched: also in accounts, where it went there."""
    beyond = {kind.name for kind in kinds() if kind.beyond}
    told = (*past.finished_steps(), *past.steps_in_doubt())
    touched = {Address.parse(one["address"]).kind for one in told}
    return replace(question, baseline=question.baseline or bool(touched & beyond))


def _trust(past: Run) -> None:
    """Raise GovkitError where a journal is damaged, or says nothing."""
    if past.broken is not None:
        raise GovkitError(
            "The journal does not hang together",
            f"{past.broken} does not fit the line before it: one of the two was changed, or one "
            "between them was cut out.",
            "Change the layout to what is wanted instead, and plan: govkit plan",
        )
    if not past.organization:
        raise GovkitError(
            "Nothing to go back from",
            f"The journal of run {past.id} does not say what the run was about: nothing is in it.",
            "Change the layout to what is wanted instead, and plan: govkit plan",
        )
    if not all(told.keys() >= _TOLD for told in past.finished_steps()):
        raise GovkitError(
            "The journal is damaged",
            f"Of a step that run {past.id} did it does not tell all that there is to tell.",
            "Change the layout to what is wanted instead, and plan: govkit plan",
        )


_TOLD = frozenset({"step", "address", "before", "after", "ids"})


def _same_organization(past: Run, both: Compared) -> None:
    """Raise PlanRefused where a journal tells of another organization."""
    root = both.meeting.live.get(ROOT)
    reached = root.organization if isinstance(root, Root) else ""
    if past.organization != reached:
        raise PlanRefused(
            "A run of another organization",
            f"Run {past.id} changed organization {past.organization}, and these "
            f"credentials reach {reached}.",
        )


def _steps_done(past: Run) -> Iterator[StepDone]:
    """Yield what a run did, and what it may have done: what is there by now, a look at AWS tells."""
    in_doubt = (told for told in past.steps_in_doubt() if told.keys() >= _TOLD - {"ids"})
    for told in (*past.finished_steps(), *in_doubt):
        yield StepDone(
            Address.parse(told["address"]),
            resource_from(told["before"], kinds()),
            resource_from(told["after"], kinds()),
            {Address.parse(name): str(given) for name, given in told.get("ids", {}).items()},
        )
        for taken in map(Address.parse, told.get("takes", ())):
            yield StepDone(taken, attachment_at(taken), None)


def _unsure(past: Run, made: Plan) -> Iterator[Finding]:
    """Yield what a run had begun when it was killed, where the way back rests on a look at AWS, or leaves it out.

    The journal of an older govkit does not say what it was to be.
    """
    going = {str(step.address) for step in made.steps}
    for told in past.steps_in_doubt():
        address = str(told["address"])
        begun = f"Run {past.id} ended while it was at {address}: whether that took, its journal does not tell"
        if "after" not in told:
            rest = ", and the way back leaves it out."
        elif address in going:
            rest = ". By now it is not as before the run, and the way back takes that away."
        else:
            continue
        yield Finding(
            "GK323", Severity.WARNING, address, begun + rest, "See what is there: govkit drift"
        )


def rails() -> tuple[str, ...]:
    """Return the names of the rails that `--allow` knows."""
    return overridable()


def firm() -> tuple[str, ...]:
    """Return the names of the rails that nothing lets pass: their refusals say what else to do."""
    return (ADOPT, REPARENT, *(guard.rail for guard in guards() if not guard.override))


def expected(fingerprint: str, found: Plan | Reviewed) -> None:
    """Raise StalePlan unless the plan made anew, or the plan file, has the fingerprint."""
    actual = found.fingerprint if isinstance(found, Reviewed) else plan_fingerprint(found)
    if actual.removeprefix("sha256:") != fingerprint.removeprefix("sha256:"):
        raise StalePlan(
            "The plan is stale",
            f"Expected the plan {fingerprint}, found {actual}. Nothing was written.",
            "Review a new plan: govkit plan",
        )


def names(live: State, ids: Ids) -> dict[str, str]:
    """Return how accounts and foreign policies are called, by ID.

    An account by the layout's key, or by its name in AWS where the layout does not list it.
    """
    accounts = {
        given: account.address.path if account.address.path != given else account.name or given
        for account in live.all(Account)
        if (given := ids.get(account.address))
    }
    policies = {
        given: policy.name
        for policy in live.all(Policy)
        if (given := ids.get(policy.address)) and policy.guardrail is None
    }
    return {**accounts, **policies}
