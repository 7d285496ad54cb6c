"""Stand-ins that are in force, what policies of ours say for others meanwhile, and how all that is cleared away."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from govkit.kinds.attachment import Attachment
from govkit.kinds.policy import Policy, is_temporary
from govkit.model.address import Address
from govkit.model.change import Change
from govkit.plan.hold import AnyChange, Trial
from govkit.plan.joined import with_more
from govkit.plan.room import GUARDING, Room
from govkit.policies.document import Document, Statement, statements


@dataclass(frozen=True, slots=True)
class Aside:
    """A temporary step, and why it is taken."""

    change: AnyChange
    why: str


@dataclass(slots=True)
class Open:
    """A stand-in in force: an attachment, or statements that a host says; for the sake of a step.

    `parted` is what it stands in the place of: it comes back as soon as there is room.
    """

    attachment: Attachment | None = None
    parted: Attachment | None = None
    host: Address | None = None
    statements: tuple[Statement, ...] = ()
    step: AnyChange | None = None


class Opened:
    """The stand-ins in force, oldest first.

    `hosts` are the policies of ours that are there, each as it is by itself now; `pending` counts
    the planned steps of each thing that are yet to be taken, and `spent` are those that are not to
    be taken twice.
    """

    def __init__(self, trial: Trial, owner: str, room: Room) -> None:
        self._trial = trial
        self._watch = trial.watch
        self._owner, self._room = owner, room
        self.hosts = {one.address: one for one in room.live.all(Policy) if self._may_host(one)}
        self.pending: Counter[Address] = Counter()
        self.spent: set[AnyChange] = set()
        self.all: list[Open] = []

    def took(self, planned: AnyChange, taken: AnyChange) -> None:
        """Learn that a planned step was taken, and as what: who is not spoken for any more is no guest."""
        self.pending[planned.address] -= 1
        host = planned.after
        if isinstance(host, Policy) and self._may_host(host):
            self.hosts[host.address] = host
        if isinstance(taken.before, Policy):
            said = statements(taken.after.document) if isinstance(taken.after, Policy) else ()
            self.all = [
                one
                for one in self.all
                if one.host != planned.address or {*one.statements} <= {*said}
            ]

    def _may_host(self, policy: Policy) -> bool:
        """Tell a policy of ours that the next plan would bring in order.

        More that an orphan said would stay for good, were the run killed; one that is not adopted
        yet would be refused then.
        """
        ours = policy.layout == self._owner or is_temporary(policy.address)
        return policy.type in GUARDING and ours and self._room.cared(policy.address)

    def in_use(self, policy: Address) -> bool:
        """Tell whether a temporary policy is attached by these means."""
        return any(one.attachment and one.attachment.policy == policy for one in self.all)

    def drop(self, gone: Open) -> None:
        """Forget a stand-in that is cleared away."""
        self.all = [one for one in self.all if one is not gone]

    def at(self, target: Address) -> list[Open]:
        """Return the temporary policies in force at a target."""
        return [
            one
            for one in self.all
            if one.attachment is not None and one.attachment.target == target
        ]

    def here(self, policy: Address) -> Policy:
        """Return a policy of ours as it is now, with what it says for others."""
        return replace(self.hosts[policy], document=self._watch.ground.documents[policy])

    def hosting(self, host: Policy, *more: Statement, leaving_out: Open | None = None) -> Document:
        """Return what a policy says by itself, for others, and more."""
        guests = [
            said
            for one in self.all
            if one.host == host.address and one is not leaving_out
            for said in one.statements
        ]
        said = [one for one in (*guests, *more) if one not in statements(host.document)]
        return with_more(host.document, said)

    def with_guests(self, change: AnyChange) -> AnyChange:
        """Return a planned step as it is now, with what a policy says for others before and after.

        Where it is attached nowhere, that is of no use any more; where it does not fit, the step is
        as planned, and waits as long as somebody depends on what it would take away.
        """
        before, after = change.before, change.after
        said = self._watch.ground.documents.get(change.address)
        if not isinstance(before, Policy) or said is None:
            return change
        here = replace(before, document=said)
        if after is None:
            return change if here == before else replace(change, before=here)
        hosting = any(one.host == change.address for one in self.all)
        if not hosting or not isinstance(after, Policy):
            return change
        said_for_all = self.hosting(after)
        useful = self._is_attached(change.address) and self._room.fits(said_for_all, after.type)
        return Change(here, replace(after, document=said_for_all) if useful else after)

    def clear(self) -> tuple[Aside, AnyChange | None] | None:
        """Clear one of the means away that nothing depends on now; return for what step it was."""
        for one in self.all:
            if self._is_idle(one):
                self.drop(one)
        for one in self.all:
            for change in self._ways_to_clear(one):
                self._trial.taken.clear()
                if self._trial.go(change):
                    return self._closed(one, change)
        return None

    def clear_by_force(self) -> tuple[Aside, AnyChange | None] | None:
        """Clear one of the means away, come what may; None where there is none."""
        for one in self.all:
            for change in self._ways_to_clear(one):
                self._watch.taken(change)
                self._trial.hold.take(change)
                return self._closed(one, change)
        return None

    def _is_idle(self, one: Open) -> bool:
        """Tell whether nothing is to be done: a host says that by itself, or goes and is attached nowhere."""
        if one.host is None:
            return False
        said = self.hosting(self.hosts[one.host], leaving_out=one)
        goes = is_temporary(one.host) and not self._is_attached(one.host)
        return goes or said == self._watch.ground.documents[one.host]

    def _is_attached(self, policy: Address) -> bool:
        return any(policy in held for held in self._watch.ground.attached.values())

    def _ways_to_clear(self, one: Open) -> Iterator[AnyChange]:
        if one.attachment is not None:
            yield Change(one.attachment, None)
        elif one.parted is not None:
            yield Change(None, one.parted)
        elif one.host is not None:
            host, here = self.hosts[one.host], self.here(one.host)
            yield Change(here, host)
            yield Change(here, replace(host, document=self.hosting(host, leaving_out=one)))

    def _closed(self, one: Open, change: AnyChange) -> tuple[Aside, AnyChange | None]:
        self.spent.add(change)
        if one.host is not None and change.after == self.hosts[one.host]:
            self.all = [other for other in self.all if other.host != one.host]
        else:
            self.drop(one)
        return Aside(change, "temporary, and not needed any more"), one.step
