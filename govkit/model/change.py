"""One thing that must change: what it is before, and what it is after."""

from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

from govkit.model.address import Address
from govkit.model.resource import Json, Resource, delta, facts

R_co = TypeVar("R_co", bound=Resource, covariant=True)


class Action(Enum):
    """All that can happen to a thing."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Change(Generic[R_co]):
    """A thing before and after; at least one of them is there.

    `brings` is what AWS makes by itself along with it (the FullAWSAccess attachment of a new OU),
    as far as the layout cares for it; `takes` are the addresses of what AWS takes away along with
    it (the attachments of an OU that is deleted).
    """

    before: R_co | None
    after: R_co | None
    brings: tuple[Resource, ...] = ()
    takes: tuple[Address, ...] = ()

    @property
    def subject(self) -> R_co:
        """The thing as it will be, or as it was where it goes away."""
        subject = self.after if self.after is not None else self.before
        if subject is None:
            raise ValueError("a change of nothing")
        return subject

    @property
    def address(self) -> Address:
        """Where the thing stands."""
        return self.subject.address

    @property
    def action(self) -> Action:
        """What happens to it."""
        if self.before is None:
            return Action.CREATE
        return Action.DELETE if self.after is None else Action.UPDATE

    def facts(self) -> tuple[dict[str, Json] | None, dict[str, Json] | None]:
        """Return what is said of it before and after: all facts, for an update the differing ones."""
        if self.before is not None and self.after is not None:
            return delta(self.before, self.after)
        return (
            None if self.before is None else facts(self.before),
            None if self.after is None else facts(self.after),
        )

    def back(self) -> "Change[R_co]":
        """Return the way back."""
        return Change(self.after, self.before)
