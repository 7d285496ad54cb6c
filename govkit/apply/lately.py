"""What an earlier run wrote a short while ago: reads may lag behind it, and it may not have settled."""

from dataclasses import dataclass

from govkit.model.address import Address
from govkit.model.resource import Resource


@dataclass(frozen=True, slots=True)
class Lately:
    """A thing that was written to, by a step of this verb, and how it was until then.

    `unanswered` says that the run died with the call on its way: it may have taken, or not.
    """

    address: Address
    verb: str
    before: Resource | None
    unanswered: bool = False
