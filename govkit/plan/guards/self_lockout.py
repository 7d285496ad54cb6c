"""A plan may not lock out govkit's own roles, those that are never to be denied, or the last who could undo it.

The management account is bound by no SCP and no RCP, so that a role in it is never locked out, and
an SCP can always be undone from there. A role in a delegated administrator's account is bound: once
`organizations:DetachPolicy` or `UpdatePolicy` is denied to it, govkit itself could not undo that.
RCPs stop a role from the other side: who may not assume it, cannot use it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from govkit.access.chain import Chain
from govkit.access.verdict import Kind, Verdict
from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.policy import Policy
from govkit.model.address import Address
from govkit.model.finding import Finding, Severity
from govkit.model.plan import Plan, Step
from govkit.model.wanted import Wanted
from govkit.plan.guards._callers import Caller, callers, regions, told, told_apart
from govkit.plan.guards._last_way import Lost, LostWays, ways_back
from govkit.plan.guards._remark import remark
from govkit.plan.guards._watched import Place, Watched
from govkit.plan.judge import Guard

RAIL = "self_lockout"
_UNDOING = (
    "organizations:DetachPolicy",
    "organizations:UpdatePolicy",
    "organizations:DeletePolicy",
)
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class _Lock:
    """An action that a step takes away from a principal, or makes depend on what we do not know."""

    caller: Caller
    account: Address
    action: str
    verdict: Verdict
    step: Step

    @property
    def sure(self) -> bool:
        """Whether it is denied whatever we do not know."""
        return self.verdict.outcome.permits is False


def _look(plan: Plan, wanted: Wanted) -> Iterable[Finding]:
    if not any(isinstance(step.change.subject, _TELLING) for step in plan.steps):
        return ()
    asked, ways = callers(plan, wanted), ways_back(plan, wanted)
    found = list(_found(plan, wanted, asked, ways)) if asked else []
    locks = [one for one in found if isinstance(one, _Lock)]
    lost = [_last(one) for one in found if isinstance(one, Lost)]
    return (*_said(locks), *lost)


_TELLING = (Attachment, Policy, Account)


def _found(
    plan: Plan, wanted: Wanted, asked: tuple[Caller, ...], ways: tuple[Caller, ...]
) -> Iterator[_Lock | Lost]:
    """Yield what each step takes away that was there before the plan; each once."""
    watched = Watched(plan, (*asked, *ways))
    undoing = LostWays(watched, ways, wanted)
    known: set[tuple[str, str | None, Address, str, bool]] = set()
    for step in plan.steps:
        concerned = set(watched.concerned(step.change))
        watched.now.take(step.change)
        yield from undoing.after(step)
        gained = _gained(watched, asked, step)
        for first in sorted(concerned | set(watched.concerned(step.change))):
            for lock in _of_step(watched, wanted, gained, first, step):
                key = (lock.caller.principal, lock.caller.entered_by, first, lock.action, lock.sure)
                if key not in known:
                    known.add(key)
                    yield from (_for(lock, one) for one in watched.of[first])


def _for(lock: _Lock, account: Address) -> _Lock:
    return _Lock(lock.caller, account, lock.action, lock.verdict, lock.step)


@dataclass(frozen=True, slots=True)
class _Gained:
    """What a step adds to chains, if that is a document and nothing else, and who is to be asked.

    `speaks` are a caller's actions as the document tells them apart.
    """

    kind: Kind
    chain: Chain | None
    speaks: Mapping[Caller, tuple[str, ...]]


def _gained(watched: Watched, asked: tuple[Caller, ...], step: Step) -> tuple[_Gained, ...]:
    """Return what a step adds, by layer; all that is asked where it does anything else."""
    found = []
    for kind in Kind:
        chain = watched.gained(step.change, kind)
        chains = () if chain is None else (chain,)
        speaks = {one: told_apart(one, chains) if chains else () for one in asked}
        found.append(_Gained(kind, chain, speaks))
    return tuple(found)


def _of_step(
    watched: Watched, wanted: Wanted, gains: tuple[_Gained, ...], first: Address, step: Step
) -> Iterator[_Lock]:
    given = watched.plan.ids.get(first) or "000000000000"
    for gained in gains:
        kind = gained.kind
        chains = watched.before.of(first, kind), watched.now.of(first, kind)
        if chains[0] == chains[1] and watched.before.home(first) == watched.now.home(first):
            continue
        for caller in gained.speaks:
            principal = caller.arn(given)
            if principal is None or not _is_asked(caller, kind, watched.now.home(first), wanted):
                continue
            at_home = Place(first, given, principal)
            if not _concerns(watched, gained, caller, at_home, wanted):
                continue
            for action in told_apart(caller, chains):
                places = _places(caller, action, at_home, wanted)
                lost = [_lost(watched, kind, action, where) for where in places]
                found = [one for one in lost if one is not None]
                if found:
                    worst = min(found, key=lambda one: one.outcome.permits is not False)
                    yield _Lock(caller, first, action, worst, step)


def _concerns(
    watched: Watched, gained: _Gained, caller: Caller, at_home: Place, wanted: Wanted
) -> bool:
    """Tell whether what is gained would by itself keep a caller from anything: else nothing is lost.

    Much cheaper than the whole chain, which is of each OU, and asked for few of the steps.
    """
    chain = gained.chain
    if chain is None:
        return True
    doubtful = (False,) if caller.own is None else (False, None)  # what is told of whom
    answers = (
        watched.answer(watched.now, chain, action, where)
        for action in gained.speaks[caller]
        for where in _places(caller, action, at_home, wanted)
    )
    return any(one is not None and one.outcome.permits in doubtful for one in answers)


def _permits(verdict: Verdict | None) -> bool:
    return verdict is None or verdict.outcome.permits is True


def _lost(watched: Watched, kind: Kind, action: str, where: Place) -> Verdict | None:
    """Return the answer to a question that was answered better before the plan, or None."""
    now = watched.verdict(watched.now, kind, action, where)
    if now is None or _permits(now):
        return None
    before = watched.verdict(watched.before, kind, action, where)
    was = True if before is None else before.outcome.permits
    worse = was is not False if now.outcome.permits is False else was is True
    return now if worse else None


def _is_asked(caller: Caller, kind: Kind, home: Address | None, wanted: Wanted) -> bool:
    """Tell whether a question is one of this layer, and of accounts in this OU.

    Who may assume a role, RCPs decide here; SCPs decide it for who asks. Accounts that are out of
    the baseline are entered by nobody.
    """
    if kind is Kind.SCP and caller.entered_by is not None:
        return False
    inside = caller.own is not None and caller.own.startswith("member.")
    return not inside or home is None or wanted.coverage.reaches(home.path)


def _places(caller: Caller, action: str, at_home: Place, wanted: Wanted) -> Iterator[Place]:
    """Yield where something is asked for: in each Region, by the caller or by who assumes it."""
    asked = replace(at_home, told=told(caller))
    if caller.entered_by is not None:
        asked = asked.entered(caller.entered_by)
    return (replace(asked, region=one) for one in regions(action, caller, wanted))


def _said(locks: Iterable[_Lock]) -> Iterator[Finding]:
    together: defaultdict[tuple[Caller, str, bool], list[_Lock]] = defaultdict(list)
    for lock in locks:
        if lock.sure or lock.caller.own:
            together[lock.caller, _by(lock.verdict), lock.sure].append(lock)
    for (caller, by, sure), found in together.items():
        accounts = sorted({lock.account for lock in found})
        actions = list(dict.fromkeys(lock.action for lock in found))
        where = f" in {_listed([one.path for one in accounts])}" if caller.everywhere else ""
        told = f"{_taken(caller, actions)}{where}"
        step = found[0].step
        if sure:
            message = (
                f"From step {step.id} ({step.verb} {step.address}) on, {told}: "
                f"{by}.{_no_way_back(caller, actions)}{_remedy(found[0])}"
            )
            yield remark(RAIL, "GK430", str(step.address), message, len(accounts))
        else:
            yield _unsure(told, by, step)


def _taken(caller: Caller, actions: list[str]) -> str:
    who = f"{caller.principal} (run.{caller.own})" if caller.own else caller.principal
    if caller.entered_by is None:
        return f"{who} is denied {_listed(actions)}"
    return f"{caller.entered_by or 'whoever runs govkit'} is denied {_listed(actions)} on {who}"


def _last(lost: Lost) -> Finding:
    """Return the refusal where nobody is left who could undo an SCP."""
    step = lost.step
    ways = "; ".join(
        f"{one.caller.principal} is denied {one.action}: {_by(one.verdict)}" for one in lost.ways
    )
    message = (
        f"From step {step.id} ({step.verb} {step.address}) on, nobody whom the layout names can "
        f"undo an SCP. {ways}. Only the management account could, which no SCP binds."
    )
    return remark(RAIL, "GK432", str(step.address), message)


def _unsure(what: str, by: str, step: Step) -> Finding:
    return Finding(
        "GK431",
        Severity.WARNING,
        str(step.address),
        f"From step {step.id} ({step.verb} {step.address}) on it depends whether {what}: {by}.",
        "Excuse the role in the guardrail, if it is meant to go on.",
    )


def _by(verdict: Verdict) -> str:
    if verdict.statement is not None:
        return f"by {verdict.statement}"
    return (
        f"on {', '.join(verdict.keys)}" if verdict.keys else f"nothing at {verdict.level} allows it"
    )


def _no_way_back(caller: Caller, actions: Iterable[str]) -> str:
    if caller.own and not set(_UNDOING).isdisjoint(actions):
        return " govkit could not undo that; only the management account could, which no SCP binds."
    return ""


def _remedy(lock: _Lock) -> str:
    """Say what keeps a principal working besides letting it be locked out."""
    if lock.verdict.statement is None:
        return ""
    if not (lock.caller.own or "").startswith("member."):
        return " Excuse it there: exempt_principals, or a condition."
    return (
        " Excuse it there (exempt_principals, or a condition), or have accounts entered by a role "
        "that is excused: run: {member: {read: …, write: …}}."
    )


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{', '.join(names[:_SHOWN])}{more}"


GUARD = Guard(RAIL, _look)
