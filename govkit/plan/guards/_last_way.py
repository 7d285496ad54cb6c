"""Who could undo an SCP, as far as a layout names them, and the step from which on none of them can.

AWS always leaves one way: the management account, which no SCP and no RCP binds. A layout that has
its policies changed from a member account (`run.policies`) says that it does not want to need that.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from govkit.access.action import action_pattern
from govkit.access.verdict import Kind, Verdict
from govkit.kinds._chains import Chains
from govkit.kinds.resource_policy import ADDRESS, ResourcePolicy
from govkit.kinds.root import Root
from govkit.model.address import ROOT
from govkit.model.plan import Plan, Step
from govkit.model.state import State
from govkit.model.wanted import Wanted
from govkit.plan.guards._callers import ANYBODY, ENTERING, Caller, account_of, regions
from govkit.plan.guards._watched import Place, Watched
from govkit.policies.canonical import dense
from govkit.policies.document import statements

UNDOING = ("organizations:DetachPolicy", "organizations:UpdatePolicy")
# How people enter a break-glass role, besides; govkit assumes its roles by `ENTERING` alone.
_PEOPLES = ("sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity")
_ID = re.compile(r"\b[0-9]{12}\b")


@dataclass(frozen=True, slots=True)
class Closed:
    """A way that does not lead on: who cannot go it, for want of which action, and by what."""

    caller: Caller
    action: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Lost:
    """The step after which no way is left, and what closes each."""

    step: Step
    ways: tuple[Closed, ...]


def ways_back(plan: Plan, wanted: Wanted) -> tuple[Caller, ...]:
    """Return who may undo an SCP: `run.policies`, and break-glass roles where policies are managed.

    That is in the account of `run.policies`, in those to which the organization's resource policy
    delegates it (where it was read), and in the management account. Nobody, where the layout does
    not say who changes policies: then it is the credentials at hand, of which nothing is known.
    """
    first = wanted.run.get("policies")
    if first is None or account_of(first, plan) is None:
        return ()
    home = first.split(":")[4]
    managing = {home, *_delegated(plan.live), *_management(plan.live)}
    glass = (arn for arn in wanted.safety.break_glass if _owner(arn, home) in managing)
    others = dict.fromkeys(_in(arn, _owner(arn, home)) for arn in glass)
    others.pop(first, None)
    return (Caller(first, UNDOING, "policies"), *(Caller(arn, UNDOING) for arn in others))


def _owner(arn: str, home: str) -> str:
    """Return whose a break-glass role is; of one in every account, the one where policies are managed."""
    owner = arn.split(":")[4]
    return home if owner == "*" else owner


def _in(arn: str, account: str) -> str:
    parts = arn.split(":", 5)
    return ":".join([*parts[:4], account, parts[5]])


def _management(live: State) -> Iterator[str]:
    root = live.get(ROOT)
    if isinstance(root, Root):
        yield root.management_account


def _delegated(live: State) -> Iterator[str]:
    """Yield the accounts that the organization's resource policy lets undo an SCP."""
    held = live.get(ADDRESS)
    found = statements(held.document) if isinstance(held, ResourcePolicy) else ()
    for one in (statement.value for statement in found):
        said = one.get("Action", ())
        patterns = [said] if isinstance(said, str) else said
        undoes = any(
            action_pattern(name.lower())(act.lower()) for name in patterns for act in UNDOING
        )
        if one.get("Effect") == "Allow" and undoes:
            yield from _ID.findall(dense(one.get("Principal", "")))


class LostWays:
    """Watches, step by step, whether one of the ways is left; says once that none is."""

    def __init__(self, watched: Watched, ways: tuple[Caller, ...], wanted: Wanted) -> None:
        self._watched, self._ways, self._wanted = watched, ways, wanted
        self._told = not ways or self._closed(watched.before) is not None

    def after(self, step: Step) -> Iterator[Lost]:
        """Yield what is lost by a step that has just been taken."""
        closed = None if self._told else self._closed(self._watched.now)
        if closed is not None:
            self._told = True
            yield Lost(step, closed)

    def _closed(self, chains: Chains) -> tuple[Closed, ...] | None:
        """Return what closes each way, or None where one is open; one that depends is open."""
        found = [self._stop(chains, one) for one in self._ways]
        closed = tuple(one for one in found if one is not None)
        return closed if len(closed) == len(found) else None

    def _stop(self, chains: Chains, way: Caller) -> Closed | None:
        account = account_of(way.principal, self._watched.plan)
        if account is None:
            return None
        owner = way.principal.split(":")[4]
        there = Place(account, owner, str(way.arn(owner)))
        doors = (ENTERING,) if way.own else (ENTERING, *_PEOPLES)
        outside = there.entered(ANYBODY)
        entering = [self._denied(chains, Kind.RCP, one, way, outside) for one in doors]
        undoing = [self._denied(chains, Kind.SCP, one, way, there) for one in UNDOING]
        if None not in entering:
            return entering[0]
        return None if None in undoing else undoing[0]

    def _denied(
        self, chains: Chains, kind: Kind, action: str, way: Caller, at: Place
    ) -> Closed | None:
        (where,) = regions(action, way, self._wanted)
        asked = Place(at.account, at.given, at.principal, at.resource, where)
        found = self._watched.verdict(chains, kind, action, asked)
        if found is None or found.outcome.permits is not False:
            return None
        return Closed(way, action, found)
