"""Temporary means: what lets a step pass that would break a law, and is cleared away afterwards.

A statement that would be lost is held meanwhile by a temporary policy where it is lost, or on the
accounts that lose it; where a target has no place for one, by a policy that stays there. A content
that changes goes by way of the union of both, or of what both share; where they share nothing, it
changes while it is not attached.
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
from govkit.model.state import State
from govkit.plan.ground import is_deny
from govkit.plan.hold import AnyChange, Trial
from govkit.plan.joined import meetings, temporaries, with_more
from govkit.plan.room import GUARDING, Room, policy_type
from govkit.plan.watch import Breach
from govkit.policies.document import Document, Statement, statements


@dataclass(frozen=True, slots=True)
class Aside:
    """A temporary step, and why it is taken."""

    change: AnyChange
    why: str


@dataclass(frozen=True, slots=True)
class Help:
    """Steps taken so that a step could pass, what it became, and what follows in its time."""

    first: tuple[Aside, ...]
    step: AnyChange
    later: tuple[Aside, ...] = ()


@dataclass(slots=True)
class _Open:
    """A means in force: an attachment, or statements that a host says; for the sake of a step."""

    attachment: Attachment | None = None
    host: Address | None = None
    statements: tuple[Statement, ...] = ()
    step: AnyChange | None = None


@dataclass(slots=True)
class _Place:
    """A target at which statements would be lost, and for which groups of accounts.

    `instead` are those of after that would serve as well.
    """

    statements: set[Statement] = field(default_factory=set)
    instead: set[Statement] = field(default_factory=set)
    accounts: set[Address] = field(default_factory=set)


class Means:
    """Finds the means for one step at a time; what it finds has been taken when it is returned."""

    def __init__(self, trial: Trial, room: Room, owner: str, wanted: State) -> None:
        self._trial = trial
        self._watch = trial.watch
        self._room = room
        self._owner = owner
        self._hosts: dict[Address, Policy] = {
            one.address: one
            for one in wanted.all(Policy)
            if one.layout == owner and one.type in GUARDING
        } | {one.address: one for one in room.live.all(Policy) if is_temporary(one.address)}
        self.pending: Counter[Address] = Counter()
        self._spent: set[AnyChange] = set()
        self._returning: set[AnyChange] = set()
        self._first: list[Aside] = []
        self._open: list[_Open] = []

    def help(self, change: AnyChange) -> Help | None:
        """Return what let a step pass, or None where nothing does; nothing was taken then."""
        for way in (self._rewritten, self._guarded, self._let_go):
            self._trial.taken.clear()
            self._first, open_ = [], len(self._open)
            found = way(change)
            if found is not None:
                return self._settled(found, open_)
            self._undone(open_)
        return None

    def _settled(self, found: Help, open_: int) -> Help:
        for one in self._open[open_:]:
            one.step = found.step
        return found

    def _undone(self, open_: int) -> None:
        self._trial.undo()
        del self._open[open_:]

    def in_use(self, policy: Address) -> bool:
        """Tell whether a temporary policy is attached by these means, or says more than it did."""
        return any(
            one.host == policy or (one.attachment and one.attachment.policy == policy)
            for one in self._open
        )

    def clear(self) -> tuple[Aside, AnyChange | None] | None:
        """Clear one of the means away that nothing depends on now; return for what step it was."""
        for one in self._open:
            for change in self._ways_to_clear(one):
                self._trial.taken.clear()
                if self._trial.go(change):
                    return self._closed(one, change)
        return None

    def clear_by_force(self) -> tuple[Aside, AnyChange | None] | None:
        """Clear one of the means away, come what may; None where there is none."""
        for one in self._open:
            for change in self._ways_to_clear(one):
                self._watch.taken(change)
                self._trial.hold.take(change)
                return self._closed(one, change)
        return None

    def _ways_to_clear(self, one: _Open) -> Iterator[AnyChange]:
        if one.attachment is not None:
            yield Change(one.attachment, None)
        elif one.host is not None:
            host = self._hosts[one.host]
            here = replace(host, document=self._watch.ground.documents[one.host])
            yield Change(here, host)
            yield Change(here, replace(host, document=self._hosting(host, leaving_out=one)))

    def _closed(self, one: _Open, change: AnyChange) -> tuple[Aside, AnyChange | None]:
        self._spent.add(change)
        if one.host is not None and change.after == self._hosts[one.host]:
            self._open = [other for other in self._open if other.host != one.host]
        else:
            self._open = [other for other in self._open if other is not one]
        return Aside(change, "temporary, and not needed any more"), one.step

    def _hosting(
        self, host: Policy, *more: Statement, leaving_out: _Open | None = None
    ) -> Document:
        guests = [
            said
            for one in self._open
            if one.host == host.address and one is not leaving_out
            for said in one.statements
        ]
        said = [one for one in (*guests, *more) if one not in statements(host.document)]
        return with_more(host.document, said)

    def _rewritten(self, change: AnyChange) -> Help | None:
        """Change a content by way of another one that breaks no law."""
        before, after = change.before, change.after
        if not isinstance(before, Policy) or not isinstance(after, Policy):
            return None
        if before.type not in GUARDING:
            return None
        for document in meetings(before.document, after.document):
            between = replace(after, document=document)
            if self._room.fits(document, after.type) and self._go(Change(before, between)):
                rest = Aside(
                    Change(between, after), "the wanted content takes the temporary one's place"
                )
                return self._done(Change(before, between), rest)
        return None

    def _go(self, change: AnyChange) -> bool:
        return change not in self._spent and self._trial.go(change)

    def _done(self, step: AnyChange, *later: Aside) -> Help:
        self._spent.update(one.change for one in self._first)
        self._spent.add(step)
        return Help(tuple(self._first), step, later)

    def _guarded(self, change: AnyChange) -> Help | None:
        """Hold for a while what the step would take away."""
        if not self._held_up(change):
            return None
        return self._done(change) if self._trial.go(change) else self._rewritten(change)

    def _held_up(self, change: AnyChange) -> bool:
        places = self._places(change, self._watch.harm(change))
        return bool(places) and all(
            self._put(target, place, change) for target, place in sorted(places.items())
        )

    def _places(self, change: AnyChange, breaches: Iterable[Breach]) -> Mapping[Address, _Place]:
        """Return where which statements must be held, empty where that cannot be said."""
        found: dict[Address, _Place] = {}
        for breach in breaches:
            if breach.law == "outage" and not breach.allowing:
                continue
            for target in self._where(change, breach):
                place = found.setdefault(target, _Place())
                place.statements.update(breach.statements)
                place.instead.update(breach.instead)
                place.accounts.add(breach.accounts[0])
        return found

    def _where(self, change: AnyChange, breach: Breach) -> Iterator[Address]:
        account = breach.accounts[0]
        if self._watch.moves(account) and not breach.allowing:
            yield account
            return
        match change.subject:
            case Attachment(target=target):
                yield target
            case Policy(address=policy):
                yield from self._holders(policy, account)
            case Account(parent=parent):
                yield parent if breach.allowing else account
            case _:
                return

    def _holders(self, policy: Address, account: Address) -> list[Address]:
        ground = self._watch.ground
        return [at for at in ground.chain(account) if policy in ground.attached.get(at, ())]

    def _put(self, target: Address, place: _Place, change: AnyChange) -> bool:
        """Hold statements at a target, in a policy that stays there, or on each account."""
        contents = [place.statements, place.instead]
        options = [partial(self._by_a_policy, target, said, change) for said in contents]
        options += [partial(self._by_a_host, target, said, change) for said in contents]
        options += [partial(self._above, target, said, change) for said in contents]
        if target.kind != "account":
            options += [partial(self._on_accounts, place, said, change) for said in contents]
        for option in options:
            mark, first, open_ = len(self._trial.taken), len(self._first), len(self._open)
            if option():
                return True
            self._trial.undo(mark)
            del self._first[first:], self._open[open_:]
        return False

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
        if policy.address not in ground.documents and not self._aside(
            Change(None, policy), f"temporary: holds statements while {_happening(change)}"
        ):
            return False
        self._hosts.setdefault(policy.address, policy)
        if policy.address in ground.attached.get(target, ()):
            return True
        self._watch.hold(policy.address, target)
        attachment = Attachment(policy.address, target)
        why = f"temporary: keeps what would be lost while {_happening(change)}"
        if not self._aside(Change(None, attachment), why):
            return False
        self._open.append(_Open(attachment))
        return True

    def _aside(self, change: AnyChange, why: str) -> bool:
        if not self._go(change):
            return False
        self._first.append(Aside(change, why))
        return True

    def _by_a_host(self, target: Address, said: set[Statement], change: AnyChange) -> bool:
        """Join the statements for a while to a policy of ours that stays at the target."""
        ground, ordered = self._watch.ground, tuple(sorted(said, key=str))
        soon = self._watch.soon.attached.get(target, set())
        there = ground.attached.get(target, ())
        staying = {one for one in there if one in soon or is_temporary(one)}
        why = f"temporary: says what would be lost while {_happening(change)}"
        for address in sorted(staying & self._hosts.keys()):
            host = self._hosts[address]
            busy = self.pending[address] and not is_temporary(address)
            if busy or {_kind(one) for one in said} != {host.type}:
                continue
            here = replace(host, document=ground.documents[address])
            joined = replace(host, document=self._hosting(host, *ordered))
            if not self._room.fits(joined.document, host.type):
                continue
            if self._aside(Change(here, joined), why):
                self._open.append(_Open(host=address, statements=ordered))
                return True
        return False

    def _above(self, target: Address, said: set[Statement], change: AnyChange) -> bool:
        """Hold Denies above a target, where everybody below is denied that, too."""
        above = reversed(self._watch.ground.above(target))
        return all(map(is_deny, said)) and any(
            self._by_a_policy(one, said, change) or self._by_a_host(one, said, change)
            for one in above
        )

    def _on_accounts(self, place: _Place, said: set[Statement], change: AnyChange) -> bool:
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

    def make_room(self, change: AnyChange) -> Help | None:
        """Let a full target go of ours that stay there, until what is to go has gone."""
        come = change.after
        if not isinstance(come, Attachment) or change in self._returning:
            return None
        for policy in self._staying(come):
            attachment = Attachment(policy, come.target)
            self._trial.taken.clear()
            self._first, open_ = [], len(self._open)
            why = f"temporary: makes room for {come.policy.path.partition('/')[2]}"
            if self._parted(attachment, why) and self._trial.go(change):
                back: AnyChange = Change(None, attachment)
                self._returning.add(back)
                return self._settled(self._done(change, Aside(back, "attached again")), open_)
            self._undone(open_)
        return None

    def _staying(self, come: Attachment) -> list[Address]:
        """Return the layout's policies that stay where one comes; none where all cannot be there."""
        kind = policy_type(come.policy)
        here = self._watch.ground.attached.get(come.target, set())
        soon = self._watch.soon.attached.get(come.target, set())
        if sum(policy_type(one) == kind for one in soon) > self._room.allowed(kind):
            return []
        return [
            one
            for one in sorted(here & soon & self._hosts.keys())
            if policy_type(one) == kind and not self.pending[Attachment(one, come.target).address]
        ]

    def _parted(self, attachment: Attachment, why: str) -> bool:
        """Detach for a while, with what would be lost held elsewhere."""
        away: AnyChange = Change(attachment, None)
        return self._aside(away, why) or (self._held_up(away) and self._aside(away, why))

    def _let_go(self, change: AnyChange) -> Help | None:
        """Take a step that would bring a strange Deny while what says it is not attached.

        A content changes where it is not attached; an account moves to where nothing strange is.
        """
        strange = [
            breach
            for breach in self._watch.harm(change)
            if breach.law == "outage" and not breach.allowing
        ]
        later = []
        for attachment in sorted(self._offending(change, strange), key=_by_address):
            if attachment.policy not in self._watch.soon.attached.get(attachment.target, ()):
                return None
            why = f"temporary: lets go while {_happening(change)}"
            if not self._parted(attachment, why):
                return None
            later.append(Aside(Change(None, attachment), "attached again"))
        if later and (self._trial.go(change) or (self._held_up(change) and self._trial.go(change))):
            return self._done(change, *later)
        return None

    def _offending(self, change: AnyChange, strange: Iterable[Breach]) -> set[Attachment]:
        """Return the attachments of ours by which a step would bring what is of neither end."""
        match change.before, change.after:
            case Policy(), Policy(address=policy):
                return {
                    Attachment(policy, target)
                    for breach in strange
                    for target in self._holders(policy, breach.accounts[0])
                }
            case Account(), Account(parent=home):
                said = {one for breach in strange for one in breach.statements}
                return {
                    Attachment(policy, target)
                    for target in (*self._watch.ground.above(home), home)
                    for policy in self._watch.ground.attached.get(target, set())
                    & self._hosts.keys()
                    if said & set(statements(self._watch.ground.documents[policy]))
                }
            case _:
                return set()

    def spare(self, change: AnyChange) -> Help | None:
        """Take a step that nothing makes lawful without a gap, at least: an outage is less bad."""
        self._trial.taken.clear()
        self._first, open_ = [], len(self._open)
        if (
            self._held_up(change)
            and self._trial.hold.fits(change)
            and not any(breach.law == "gap" for breach in self._watch.harm(change))
        ):
            self._watch.taken(change)
            self._trial.hold.take(change)
            return self._settled(self._done(change), open_)
        self._undone(open_)
        return None


def _by_address(attachment: Attachment) -> Address:
    return attachment.address


def _happening(change: AnyChange) -> str:
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


def _kind(statement: Statement) -> str:
    """Return the type of policy that a statement is of: only RCPs name principals."""
    return "rcp" if "Principal" in statement.value else "scp"
