"""Stand-ins: what holds for a while the statements that would be lost, and is cleared away again.

A temporary policy where they are lost, or on the accounts that lose them; where a target has no
place for one, a policy of ours that stays there and says more for a while, or one above it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
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
from govkit.plan.joined import overlaps, temporaries, with_more
from govkit.plan.room import GUARDING, Room
from govkit.policies.document import Document, Statement, statements


@dataclass(frozen=True, slots=True)
class Aside:
    """A temporary step, and why it is taken."""

    change: AnyChange
    why: str


@dataclass(slots=True)
class Open:
    """A stand-in in force: an attachment, or statements that a host says; for the sake of a step."""

    attachment: Attachment | None = None
    host: Address | None = None
    statements: tuple[Statement, ...] = ()
    step: AnyChange | None = None


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
    """Puts stand-ins up by trial, and clears them away; `first` are the steps taken for one help.

    `pending` counts the planned steps of each thing that are yet to be taken.
    """

    def __init__(self, trial: Trial, room: Room, owner: str, wanted: State) -> None:
        self._trial = trial
        self._watch = trial.watch
        self._room = room
        self._owner = owner
        self.hosts: dict[Address, Policy] = {
            one.address: one
            for one in wanted.all(Policy)
            if one.layout == owner and one.type in GUARDING
        } | {one.address: one for one in room.live.all(Policy) if is_temporary(one.address)}
        self._written = _as_written(wanted, room.live)
        self.pending: Counter[Address] = Counter()
        self.first: list[Aside] = []
        self.open: list[Open] = []
        self._spent: set[AnyChange] = set()
        self._began = 0

    def begin(self) -> None:
        """Begin to help a step."""
        self._trial.taken.clear()
        self.first, self._began = [], len(self.open)

    def settle(self, step: AnyChange) -> None:
        """Keep what was put up since the beginning, for the sake of the step."""
        self._spent.update(one.change for one in self.first)
        self._spent.add(step)
        for one in self.open[self._began :]:
            one.step = step

    def undo(self) -> None:
        """Take everything back since the beginning."""
        self._trial.undo()
        del self.open[self._began :]

    def go(self, change: AnyChange) -> bool:
        return change not in self._spent and self._trial.go(change)

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
        return self._one_of(options) or self._elsewhere(target, place, change)

    def give_way(self, leaving: Attachment, place: Place, change: AnyChange, why: str) -> bool:
        """Let a temporary policy leave a target, with what it holds there held by something else."""
        held = self._elsewhere(leaving.target, place, change, leaving.policy)
        return held and self.aside(Change(leaving, None), why)

    def _elsewhere(
        self, target: Address, place: Place, change: AnyChange, but: Address | None = None
    ) -> bool:
        contents = self._contents(place)
        options = [partial(self._by_a_host, target, said, change, but) for said in contents]
        options += [partial(self._above, target, said, change) for said in contents]
        if target.kind != "account":
            options += [partial(self._on_accounts, place, said, change) for said in contents]
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
            mark, first, open_ = len(self._trial.taken), len(self.first), len(self.open)
            if option():
                return True
            self._trial.undo(mark)
            del self.first[first:], self.open[open_:]
        return False

    def standing_at(self, target: Address) -> list[Open]:
        """Return the temporary policies in force at a target."""
        return [
            one
            for one in self.open
            if one.attachment is not None and one.attachment.target == target
        ]

    def _by_a_policy(self, target: Address, said: set[Statement], change: AnyChange) -> bool:
        kinds = {_kind(one) for one in said}
        return all(
            self._attached(policy, target, change)
            for kind in sorted(kinds)
            for policy in temporaries(
                (one for one in said if _kind(one) == kind), kind, self._owner, self._fits(kind)
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
        self.hosts.setdefault(policy.address, policy)
        if policy.address in ground.attached.get(target, ()):
            return True
        self._watch.hold(policy.address, target)
        attachment = Attachment(policy.address, target)
        why = f"temporary: keeps what would be lost while {happening(change)}"
        if not self.aside(Change(None, attachment), why):
            return False
        self.open.append(Open(attachment))
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
        there = ground.attached.get(target, set()) & self.hosts.keys() - {but}
        staying = {one for one in there if one in soon or is_temporary(one)}
        why = f"temporary: says what would be lost while {happening(change)}"
        for address in (*sorted(staying), *sorted(there - staying - {_gone(change)})):
            host = self.hosts[address]
            busy = self.pending[address] and not is_temporary(address)
            if busy or {_kind(one) for one in said} != {host.type}:
                continue
            here = replace(host, document=ground.documents[address])
            joined = replace(host, document=self._hosting(host, *ordered))
            if not self._room.fits(joined.document, host.type):
                continue
            if self.aside(Change(here, joined), why):
                self.open.append(Open(host=address, statements=ordered))
                return True
        return False

    def _hosting(self, host: Policy, *more: Statement, leaving_out: Open | None = None) -> Document:
        guests = [
            said
            for one in self.open
            if one.host == host.address and one is not leaving_out
            for said in one.statements
        ]
        said = [one for one in (*guests, *more) if one not in statements(host.document)]
        return with_more(host.document, said)

    def _above(self, target: Address, said: set[Statement], change: AnyChange) -> bool:
        """Hold Denies above a target, where everybody below is denied that, too."""
        above = reversed(self._watch.ground.above(target))
        return all(map(is_deny, said)) and any(
            self._by_a_policy(one, said, change) or self._by_a_host(one, said, change)
            for one in above
        )

    def _on_accounts(self, place: Place, said: set[Statement], change: AnyChange) -> bool:
        """Hold Denies on each account; an Allow there would not serve the level above."""
        if not all(map(is_deny, said)):
            return False
        everyone = [one for group in sorted(place.accounts) for one in self._watch.apart(group)]
        return all(
            self._by_a_policy(one, said, change)
            or self._by_a_host(one, said, change)
            or self._above(one, said, change)
            for one in everyone
        )

    def in_use(self, policy: Address) -> bool:
        """Tell whether a temporary policy is attached by these means, or says more than it did."""
        return any(
            one.host == policy or (one.attachment and one.attachment.policy == policy)
            for one in self.open
        )

    def clear(self) -> tuple[Aside, AnyChange | None] | None:
        """Clear one of the means away that nothing depends on now; return for what step it was."""
        for one in self.open:
            for change in self._ways_to_clear(one):
                self._trial.taken.clear()
                if self._trial.go(change):
                    return self._closed(one, change)
        return None

    def clear_by_force(self) -> tuple[Aside, AnyChange | None] | None:
        """Clear one of the means away, come what may; None where there is none."""
        for one in self.open:
            for change in self._ways_to_clear(one):
                self._watch.taken(change)
                self._trial.hold.take(change)
                return self._closed(one, change)
        return None

    def _ways_to_clear(self, one: Open) -> Iterator[AnyChange]:
        if one.attachment is not None:
            yield Change(one.attachment, None)
        elif one.host is not None:
            host = self.hosts[one.host]
            here = replace(host, document=self._watch.ground.documents[one.host])
            yield Change(here, host)
            yield Change(here, replace(host, document=self._hosting(host, leaving_out=one)))

    def _closed(self, one: Open, change: AnyChange) -> tuple[Aside, AnyChange | None]:
        self._spent.add(change)
        if one.host is not None and change.after == self.hosts[one.host]:
            self.open = [other for other in self.open if other.host != one.host]
        else:
            self.open = [other for other in self.open if other is not one]
        return Aside(change, "temporary, and not needed any more"), one.step


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
