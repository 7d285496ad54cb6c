"""Stand-ins: what holds for a while the statements that would be lost, and is cleared away again.

A temporary policy where they are lost, or on the accounts that lose them; where a target has no
place for one, a policy of ours that stays there and says more for a while, or one above it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.policy import Policy, is_temporary
from govkit.model.address import Address
from govkit.model.change import Change
from govkit.model.evidence import canonical
from govkit.model.state import State
from govkit.plan.ground import is_deny
from govkit.plan.hold import AnyChange, Trial
from govkit.plan.joined import overlaps, temporaries
from govkit.plan.opened import Aside, Open, Opened
from govkit.plan.room import Room, policy_type
from govkit.policies.document import Document, Statement, statements


@dataclass(slots=True)
class Place:
    """A target at which statements would be lost, and for which groups of accounts.

    `instead` are those of after that would serve as well.
    """

    statements: set[Statement] = field(default_factory=set)
    instead: set[Statement] = field(default_factory=set)
    accounts: set[Address] = field(default_factory=set)


def _as_written(*states: State) -> Mapping[Statement, Statement]:
    """Return each statement as it is written; of several wordings of one, always the same.

    Statements are equal by meaning: what is remembered of one may have another's wording.
    """
    found: dict[Statement, Statement] = {}
    for policy in (one for state in states for one in state.all(Policy)):
        for said in statements(policy.document):
            found[said] = min(said, found.get(said, said), key=lambda one: canonical(one.value))
    return found


class StandIns:
    """Puts stand-ins up by trial; `first` are the steps taken for one help."""

    def __init__(self, trial: Trial, room: Room, owner: str, wanted: State) -> None:
        self._trial = trial
        self._watch = trial.watch
        self._room = room
        self._owner = owner
        self._written = _as_written(wanted, room.live)
        self.opened = Opened(trial, owner, room)
        self.first: list[Aside] = []
        self._began = 0
        self._helped: Address | None = None

    def begin(self, change: AnyChange) -> None:
        """Begin to help a step: what it changes says nothing for others meanwhile."""
        self._trial.taken.clear()
        self._helped = change.address
        self.first, self._began = [], len(self.opened.all)

    def settle(self, step: AnyChange) -> None:
        """Keep what was put up since the beginning, for the sake of the step."""
        self.opened.spent.update(one.change for one in self.first)
        self.opened.spent.add(step)
        for one in self.opened.all[self._began :]:
            one.step = step

    def undo(self) -> None:
        """Take everything back since the beginning."""
        self._trial.undo()
        del self.opened.all[self._began :]

    def go(self, change: AnyChange) -> bool:
        return change not in self.opened.spent and self._trial.go(change)

    def aside(self, change: AnyChange, why: str) -> bool:
        if not self.go(change):
            return False
        self.first.append(Aside(change, why))
        return True

    def put(self, target: Address, place: Place, change: AnyChange) -> bool:
        """Hold statements at a target, in a policy that stays there, or on each account."""
        options = [
            partial(self._by_a_policy, target, said, change) for said in self._contents(place)
        ]
        return self._one_of(options) or self.elsewhere(target, place, change)

    def elsewhere(
        self, target: Address, place: Place, change: AnyChange, but: Address | None = None
    ) -> bool:
        """Hold statements without a place more at the target, and without one of the policies there."""
        contents = self._contents(place)
        options = [partial(self._by_a_host, target, said, change, but) for said in contents]
        options += [partial(self._above, target, said, change) for said in contents]
        if target.kind != "account":
            options += [partial(self._on_accounts, place, said, change) for said in contents]
        options += [partial(self._in_a_place_of_ours, target, said, change) for said in contents]
        return self._one_of(options)

    def _contents(self, place: Place) -> list[set[Statement]]:
        """Return what would serve: what was said, what will be, each as it is written, or what both say.

        Others below may bear the last alone.
        """
        both: set[Statement] = set()
        if all(map(is_deny, (*place.statements, *place.instead))):
            both = overlaps(place.statements, place.instead)
        said_by = [place.statements, place.instead]
        said_by += [both] if both not in said_by else []
        return [{self._written.get(one, one) for one in said} for said in said_by if said]

    def _one_of(self, options: Iterable[Callable[[], bool]]) -> bool:
        for option in options:
            mark, first, open_ = len(self._trial.taken), len(self.first), len(self.opened.all)
            if option():
                return True
            self._trial.undo(mark)
            del self.first[first:], self.opened.all[open_:]
        return False

    def _by_a_policy(self, target: Address, said: set[Statement], change: AnyChange) -> bool:
        kinds = {_kind(one) for one in said}
        return all(
            self._attached(policy, target, change)
            for kind in sorted(kinds)
            for policy in temporaries(
                (one for one in said if _kind(one) == kind),
                kind,
                self._owner,
                self._fits(kind),
                self._room.part,
            )
            or (None,)
        )

    def _fits(self, kind: str) -> Callable[[Document], bool]:
        return lambda document: self._room.fits(document, kind)

    def _attached(self, policy: Policy | None, target: Address, change: AnyChange) -> bool:
        if policy is None:
            return False
        ground = self._watch.ground
        if policy.address not in ground.documents and not self.aside(
            Change(None, policy), f"temporary: holds statements while {happening(change)}"
        ):
            return False
        self.opened.hosts.setdefault(policy.address, policy)
        if policy.address in ground.attached.get(target, ()):
            return True
        self._watch.hold(policy.address, target)
        attachment = Attachment(policy.address, target)
        why = f"temporary: keeps what would be lost while {happening(change)}"
        if not self.aside(Change(None, attachment), why):
            return False
        self.opened.all.append(Open(attachment))
        return True

    def _by_a_host(
        self,
        target: Address,
        said: set[Statement],
        change: AnyChange,
        but: Address | None = None,
    ) -> bool:
        """Join the statements for a while to a policy of ours at the target, best to one that stays."""
        ground, ordered = self._watch.ground, tuple(sorted(said, key=str))
        soon = self._watch.soon.attached.get(target, set())
        there = ground.attached.get(target, set()) & self.opened.hosts.keys() - {but, self._helped}
        staying = {one for one in there if one in soon or is_temporary(one)}
        why = f"temporary: says what would be lost while {happening(change)}"
        ranked = (*sorted(staying), *sorted(there - staying - {_gone(change)}))
        for address in sorted(ranked, key=self._is_busy):
            host = self.opened.hosts[address]
            if {_kind(one) for one in said} != {host.type}:
                continue
            here = self.opened.here(address)
            joined = replace(host, document=self.opened.hosting(host, *ordered))
            if not self._room.fits(joined.document, host.type):
                continue
            if joined == here or self.aside(Change(here, joined), why):
                self.opened.all.append(Open(host=address, statements=ordered))
                return True
        return False

    def _is_busy(self, policy: Address) -> bool:
        return bool(self.opened.pending[policy]) and not is_temporary(policy)

    def _above(self, target: Address, said: set[Statement], change: AnyChange) -> bool:
        """Hold Denies above a target, where everybody below is denied that, too."""
        above = reversed(self._watch.ground.above(target))
        return all(map(is_deny, said)) and self._one_of(
            partial(by, one, said, change)
            for one in above
            for by in (self._by_a_policy, self._by_a_host)
        )

    def _on_accounts(self, place: Place, said: set[Statement], change: AnyChange) -> bool:
        """Hold Denies on each account; an Allow there would not serve the level above."""
        if not all(map(is_deny, said)):
            return False
        everyone = [one for group in sorted(place.accounts) for one in self._watch.apart(group)]
        ways = (self._by_a_policy, self._by_a_host, self._above, self._in_a_place_of_ours)
        return all(self._one_of(partial(by, one, said, change) for by in ways) for one in everyone)

    def _in_a_place_of_ours(self, target: Address, said: set[Statement], change: AnyChange) -> bool:
        """Let a full target go of ours that something else holds meanwhile, and hold statements there."""
        why = f"temporary: makes room while {happening(change)}"
        return self._one_of(
            partial(self._in_the_place_of, Attachment(policy, target), said, change, why)
            for kind in sorted({_kind(one) for one in said})
            for policy in self.staying(target, kind, self.opened.hosts)
        )

    def _in_the_place_of(
        self, ours: Attachment, said: set[Statement], change: AnyChange, why: str
    ) -> bool:
        full = not self._trial.hold.fits(Change(None, ours))
        if not full or not self.aside(Change(ours, None), why):
            return False
        held = self._by_a_policy(ours.target, said, change)
        self.opened.all.append(Open(parted=ours))
        return held

    def staying(self, target: Address, kind: str, candidates: Iterable[Address]) -> list[Address]:
        """Return the policies at a target that are there now and in the end, no step in between.

        Without those that the next plan would not attach again, were the run killed.
        """
        here = self._watch.ground.attached.get(target, set())
        soon = self._watch.soon.attached.get(target, set())
        return [
            one
            for one in sorted(here & soon & {*candidates})
            if policy_type(one) == kind and self._may_part(Attachment(one, target).address)
        ]

    def _may_part(self, attachment: Address) -> bool:
        return self._room.cared(attachment) and not self.opened.pending[attachment]


def happening(change: AnyChange) -> str:
    """Return what a step does, as a reason tells it."""
    name = change.address.path.partition("/")[2] or change.address.path
    match change.subject:
        case Attachment(policy=policy, target=target):
            verb = "comes to" if change.before is None else "leaves"
            return f"{policy.path.partition('/')[2]} {verb} {target.path}"
        case Account():
            return f"account {change.address.path} moves"
        case _:
            return f"{name} changes"


def _gone(change: AnyChange) -> Address | None:
    """Return the policy that a step takes off a target."""
    gone = change.before
    return gone.policy if isinstance(gone, Attachment) and change.after is None else None


def _kind(statement: Statement) -> str:
    """Return the type of policy that a statement is of: only RCPs name principals."""
    return "rcp" if "Principal" in statement.value else "scp"
