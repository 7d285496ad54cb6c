"""How full things are while steps are taken, and steps tried out that may be undone."""

from collections import Counter
from typing import TypeAlias

from govkit.kinds.attachment import Attachment
from govkit.kinds.policy import Policy
from govkit.model.change import Action, Change
from govkit.model.resource import Resource
from govkit.plan.room import GUARDING, Place, Room, least, place_of
from govkit.plan.watch import LAWS, Watch

AnyChange: TypeAlias = Change[Resource]


class Hold:
    """Counts the guarding policies that targets and the organization hold, step by step."""

    def __init__(self, room: Room, watch: Watch) -> None:
        self._room = room
        self._watch = watch
        self._held = room.held()
        self._policies = Counter(one.type for one in room.live.all(Policy) if not one.aws_managed)

    def fits(self, change: AnyChange) -> bool:
        """Tell whether AWS's limits let a step pass now: never over the most, nor under the least."""
        match change.before, change.after:
            case None, Attachment() as come if _guards(place_of(come)):
                place = place_of(come)
                return self._held[place] + self._given(place) < self._room.allowed(place[1])
            case Attachment() as gone, None if _guards(place_of(gone)):
                place = place_of(gone)
                return self._held[place] + self._unseen(place) > least(place[1])
            case None, Policy(type=kind) if kind in GUARDING:
                return self._policies[kind] < self._room.policies(kind)
            case _:
                return True

    def _unseen(self, place: Place) -> int:
        """Count the FullAWSAccess that AWS attaches out of the plan's sight."""
        enabled = self._watch.ground.enabled
        return self._given(place) if enabled else int(place[1] == "scp")

    def _given(self, place: Place) -> int:
        ground = self._watch.ground
        return int(place[1] == "scp" and ground.enabled and ground.given(place[0]))

    def take(self, change: AnyChange, times: int = 1) -> None:
        """Count a step; `times=-1` takes it back."""
        if change.action is Action.UPDATE:
            return
        sign = times if change.action is Action.CREATE else -times
        match change.subject:
            case Attachment() as attachment:
                self._held[place_of(attachment)] += sign
            case Policy(type=kind):
                self._policies[kind] += sign
            case _:
                pass
        for brought in change.brings:
            if isinstance(brought, Attachment):
                self._held[place_of(brought)] += sign


def _guards(place: Place) -> bool:
    return place[1] in GUARDING


class Trial:
    """Takes steps as long as they break no law and fit, and takes them back on demand.

    `laws` are those that it minds: both, unless a gap can be avoided by an outage alone.
    """

    def __init__(self, watch: Watch, hold: Hold) -> None:
        self.watch = watch
        self.hold = hold
        self.taken: list[AnyChange] = []
        self.laws = LAWS

    def go(self, change: AnyChange) -> bool:
        """Take a step if it may be taken now, and tell whether it was."""
        if not self.hold.fits(change) or self.watch.passed(change, laws=self.laws) is not None:
            return False
        self.hold.take(change)
        self.taken.append(change)
        return True

    def undo(self, to: int = 0) -> None:
        """Take back all steps but the first ones."""
        while len(self.taken) > to:
            change = self.taken.pop()
            self.watch.ground.take_back(change)
            self.hold.take(change, -1)
