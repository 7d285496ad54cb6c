"""A plan: ordered steps with all that a reader, a rail or an apply must know of them; a value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from govkit.model.address import Address
from govkit.model.call import ApiCall, Ids
from govkit.model.change import Action, Change
from govkit.model.finding import Finding, Origin
from govkit.model.resource import Json, Resource, stated
from govkit.model.state import State


@dataclass(frozen=True, slots=True)
class Premise:
    """Something beside its own thing that a step relies on: how another one is, in these facts."""

    resource: Resource
    names: tuple[str, ...]

    def to_json(self) -> dict[str, Json]:
        """Return the form in which a plan shows it."""
        return {"address": str(self.resource.address), "is": stated(self.resource, self.names)}


@dataclass(frozen=True, slots=True)
class Step:
    """One change of one verb. `calls` show what AWS will be told; apply makes them anew.

    `needs` are the steps that it waits for; those of them in `tied` for the sake of the laws (no
    gap, no outage) or of room alone, as AWS itself would take it before them.
    A `temporary` one is of the order's own making, or clears away what such a one left behind.
    """

    id: str
    change: Change[Resource]
    verb: str
    reason: str
    authority: str
    calls: tuple[ApiCall, ...]
    needs: tuple[str, ...] = ()
    origin: Origin | None = None
    accounts: int = 0
    destructive: bool = False
    meaning: str = "unknown"
    relies: tuple[Premise, ...] = ()
    temporary: bool = False
    tied: tuple[str, ...] = ()

    @property
    def address(self) -> Address:
        """Where the changed thing stands."""
        return self.change.address

    def precondition(self) -> dict[str, Json]:
        """Return what the step relies on, and nothing else.

        How its own thing is when its turn comes (null where it must not be), in the facts that it
        changes; and how others are, without which it would not mean what it meant to the reviewer.
        """
        before, _ = self.change.facts()
        others: list[Json] = [premise.to_json() for premise in self.relies]
        return {"address": str(self.address), "is": before, "relies": others}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the SCPs and RCPs of accounts newly deny and allow, as `govkit compare` tells it.

    `verdict` is equal, weakens, strengthens, both or unknown; `unknown` says what was not decided.
    """

    verdict: str = "equal"
    newly_denied: tuple[Mapping[str, Json], ...] = ()
    newly_allowed: tuple[Mapping[str, Json], ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Effect:
    """What a group of accounts gains and loses: policies in force, by address.

    `ou` is the path of the OU that they are all accounts of, where they are exactly those.
    """

    accounts: tuple[str, ...]
    gains: tuple[str, ...]
    loses: tuple[str, ...]
    changes: tuple[str, ...] = ()
    ou: str | None = None
    answer: Answer = field(default_factory=Answer)


@dataclass(frozen=True, slots=True)
class LayoutRef:
    """Which layout a plan is made from; the hash covers includes and templates."""

    name: str
    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of all that there is to do a plan is of, as the options of the command say."""

    only: tuple[str, ...] = ()
    baseline: bool = False
    expired: bool = False

    def to_json(self) -> dict[str, Json]:
        """Return the form in which plans and journals keep it; the order of selectors does not count."""
        return {"only": [*sorted(self.only)], "baseline": self.baseline, "expired": self.expired}


@dataclass(frozen=True, slots=True)
class Plan:
    """What AWS must be told so that `ours` becomes what the layout wants, and what that means.

    `unseen` are the kinds that nobody could look at: what there is of them is not known.
    `by_rails` are those of the findings that rails have on exactly these steps.
    """

    organization: str
    as_of: date
    layout: LayoutRef
    ours: State
    live: State
    ids: Ids
    steps: tuple[Step, ...] = ()
    effects: tuple[Effect, ...] = ()
    orphans: tuple[Resource, ...] = ()
    strangers: tuple[Resource, ...] = ()
    findings: tuple[Finding, ...] = ()
    by_rails: tuple[Finding, ...] = ()
    left_out: int = 0
    budget: tuple[Mapping[str, Json], ...] = ()
    allowances: Mapping[str, int] = field(default_factory=dict)
    asked: Asked = field(default_factory=Asked)
    unseen: frozenset[str] = frozenset()

    def summary(self) -> dict[str, int]:
        """Return how many steps of each sort there are, and how many accounts they affect."""
        verbs = ("create", "update", "delete", "move", "attach", "detach")
        counts = dict.fromkeys(verbs, 0)
        for step in self.steps:
            counts[step.verb if step.verb in counts else _SORT[step.change.action]] += 1
        affected = {account for effect in self.effects for account in effect.accounts}
        entered = (step for step in self.steps if step.authority == "member")
        places = (getattr(step.change.subject, "account", None) for step in entered)
        closed = (step.address for step in self.steps if step.verb == "close")
        touched = (at for at in (*places, *closed) if isinstance(at, Address))
        affected |= {self.ids.get(at) or str(at) for at in touched}
        return {**counts, "accounts_affected": len(affected)}


_SORT: Mapping[Action, str] = {
    Action.CREATE: "create",
    Action.UPDATE: "update",
    Action.DELETE: "delete",
}

PlanJson = Mapping[str, Any]
