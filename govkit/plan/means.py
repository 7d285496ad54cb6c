"""Temporary means: what lets a step pass that would break a law, and is cleared away afterwards.

A statement that would be lost is held meanwhile by a stand-in. A content that changes goes by way
of the union of both, or of what both share; where they share nothing, it changes while it is not
attached. A full target lets go for a while of what others hold for it.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from govkit.kinds.account import Account
from govkit.kinds.attachment import FULL_ACCESS, Attachment
from govkit.kinds.policy import Policy
from govkit.model.address import Address
from govkit.model.change import Change
from govkit.plan.ground import is_deny
from govkit.plan.hold import AnyChange, Trial
from govkit.plan.joined import meetings
from govkit.plan.opened import Aside
from govkit.plan.room import GUARDING, Room, policy_type
from govkit.plan.stand_ins import Place, StandIns, happening
from govkit.plan.watch import LAWS, Breach
from govkit.policies.document import Statement, statements

Putting: TypeAlias = Callable[[Address, Place, AnyChange], bool]


@dataclass(frozen=True, slots=True)
class Help:
    """Steps taken so that a step could pass, what it became, and what follows in its time."""

    first: tuple[Aside, ...]
    step: AnyChange
    later: tuple[Aside, ...] = ()


class Means:
    """Finds the means for one step at a time; what it finds has been taken when it is returned."""

    def __init__(self, trial: Trial, room: Room, stand_ins: StandIns) -> None:
        self._trial = trial
        self._watch = trial.watch
        self._room = room
        self._by = stand_ins
        self._returning: set[AnyChange] = set()

    def help(self, change: AnyChange) -> Help | None:
        """Return what let a step pass, or None where nothing does; nothing was taken then."""
        for way in (self._rewritten, self._guarded, self._let_go):
            self._by.begin(change)
            found = way(change)
            if found is not None:
                return found
            self._by.undo()
        return None

    def _done(self, step: AnyChange, *later: Aside) -> Help:
        self._by.settle(step)
        return Help(tuple(self._by.first), step, later)

    def _rewritten(self, change: AnyChange) -> Help | None:
        """Change a content by way of another one that breaks no law."""
        before, after = change.before, change.after
        if not isinstance(before, Policy) or not isinstance(after, Policy):
            return None
        if before.type not in GUARDING:
            return None
        for document in meetings(before.document, after.document):
            between = replace(after, document=document)
            if self._room.fits(document, after.type) and self._by.go(Change(before, between)):
                rest = Aside(
                    Change(between, after), "the wanted content takes the temporary one's place"
                )
                return self._done(Change(before, between), rest)
        return None

    def _guarded(self, change: AnyChange) -> Help | None:
        """Hold for a while what the step would take away, and not in the place that it needs itself."""
        if not self._held_up(change):
            return None
        if not self._trial.hold.fits(change):
            self._by.undo()
            self._by.begin(change)
            if not self._held_up(change, self._by.elsewhere):
                return None
        return self._done(change) if self._trial.go(change) else self._rewritten(change)

    def _held_up(self, change: AnyChange, by: Putting | None = None) -> bool:
        places = self._places(change, self._watch.harm(change))
        return bool(places) and all(
            (by or self._by.put)(target, place, change) for target, place in sorted(places.items())
        )

    def _places(self, change: AnyChange, breaches: Iterable[Breach]) -> Mapping[Address, Place]:
        """Return where which statements must be held, empty where that cannot be said."""
        found: dict[Address, Place] = {}
        for breach in breaches:
            if breach.law == "outage" and not breach.allowing:
                continue
            serving = _serving(breach)
            if not serving:
                return {}
            for target in self._where(change, breach):
                place = found.setdefault(target, Place())
                place.statements.update(serving[0])
                place.instead.update(serving[-1])
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

    def make_room(self, change: AnyChange) -> Help | None:
        """Let a full target go of ours that stay there, until what is to go has gone."""
        come = change.after
        if not isinstance(come, Attachment) or change in self._returning:
            return None
        return (
            self._parting(change, come, self._staying(come))
            or self._given_way(change, come)
            or self._parting(change, come, self._staying(come, [FULL_ACCESS]))
        )

    def _parting(
        self, change: AnyChange, come: Attachment, staying: Iterable[Address]
    ) -> Help | None:
        for policy in staying:
            attachment = Attachment(policy, come.target)
            self._by.begin(change)
            why = f"temporary: makes room for {come.policy.path.partition('/')[2]}"
            if self._parted(attachment, why) and self._trial.go(change):
                back: AnyChange = Change(None, attachment)
                self._returning.add(back)
                return self._done(change, Aside(back, "attached again"))
            self._by.undo()
        return None

    def _given_way(self, change: AnyChange, come: Attachment) -> Help | None:
        """Let a temporary policy leave a full target, where something else can hold what it holds."""
        why = f"temporary: makes room for {come.policy.path.partition('/')[2]}"
        for one in self._by.opened.at(come.target):
            leaving = one.attachment
            if leaving is None or policy_type(leaving.policy) != policy_type(come.policy):
                continue
            away: AnyChange = Change(leaving, None)
            places = self._places(away, self._watch.harm(away))
            self._by.begin(change)
            held = bool(places) and all(
                self._by.elsewhere(target, place, away, leaving.policy)
                for target, place in sorted(places.items())
            )
            if held and self._by.aside(away, why) and self._trial.go(change):
                found = self._done(change)
                self._by.opened.drop(one)
                return found
            self._by.undo()
        return None

    def _parted(self, attachment: Attachment, why: str) -> bool:
        """Detach for a while, with what would be lost held elsewhere."""
        away: AnyChange = Change(attachment, None)
        return self._by.aside(away, why) or (self._held_up(away) and self._by.aside(away, why))

    def _staying(
        self, come: Attachment, candidates: Collection[Address] | None = None
    ) -> list[Address]:
        """Return the layout's policies, or the candidates, that stay where one comes.

        None where all of them cannot be there.
        """
        kind = policy_type(come.policy)
        soon = self._watch.soon.attached.get(come.target, set())
        if sum(policy_type(one) == kind for one in soon) > self._room.allowed(kind):
            return []
        among = self._by.opened.hosts if candidates is None else candidates
        return self._by.staying(come.target, kind, among)

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
            if not self._comes_back(attachment):
                return None
            why = f"temporary: lets go while {happening(change)}"
            if not self._parted(attachment, why):
                return None
            later.append(Aside(Change(None, attachment), "attached again"))
        if later and (self._trial.go(change) or (self._held_up(change) and self._trial.go(change))):
            return self._done(change, *later)
        return None

    def _comes_back(self, attachment: Attachment) -> bool:
        """Tell whether something is attached in the end, by the next plan where this one dies."""
        soon = self._watch.soon.attached.get(attachment.target, ())
        return attachment.policy in soon and self._room.cared(attachment.address)

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
                    & self._by.opened.hosts.keys()
                    if said & set(statements(self._watch.ground.documents[policy]))
                }
            case _:
                return set()

    def spare(self, change: AnyChange) -> Help | None:
        """Take a step that nothing makes lawful without a gap, at least: an outage is less bad.

        First without an outage by what stands in for what it takes away, then with one.
        """
        for laws in (LAWS, LAWS - {"outage"}):
            self._by.begin(change)
            self._trial.laws = laws
            held = self._held_up(change)
            self._trial.laws = LAWS
            if held and self._trial.hold.fits(change) and not self._opens_a_gap(change):
                self._watch.taken(change)
                self._trial.hold.take(change)
                return self._done(change)
            self._by.undo()
        return None

    def _opens_a_gap(self, change: AnyChange) -> bool:
        return any(breach.law == "gap" for breach in self._watch.harm(change))


def _serving(breach: Breach) -> list[tuple[Statement, ...]]:
    """Return which statements would serve: those of before, those of after, or both.

    A want of an Allow is held by a Deny of all else, where one statement can say that.
    """
    both = (breach.statements, breach.instead)
    return [said for said in both if said and (breach.allowing or all(map(is_deny, said)))]


def _by_address(attachment: Attachment) -> Address:
    return attachment.address
