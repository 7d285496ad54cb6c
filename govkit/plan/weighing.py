"""Whether changes can matter to SCPs and RCPs at all; only then is the engine asked, and imported."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy
from govkit.model.call import Ids
from govkit.model.change import Change
from govkit.model.resource import Resource
from govkit.model.state import State
from govkit.model.wanted import Wanted
from govkit.plan.room import GUARDING, policy_type

if TYPE_CHECKING:
    from govkit.plan.places import Weights

# What else of an organization SCPs and RCPs hang on; of tags, trust and the baseline they know nothing.
_JUDGED = frozenset({"root", "ou", "account", "policy_type", "pin", "release"})


def weighing(
    changes: Iterable[Change[Resource]], live: State, ids: Ids, wanted: Wanted
) -> "Weights | None":
    """Return what to weigh changes with, or None where none of them can matter to an SCP or RCP."""
    if not any(_matters(change) for change in changes):
        return None
    from govkit.plan.places import Weights

    return Weights(live, ids, wanted)


def meanings(
    changes: Sequence[Change[Resource]], live: State, weights: "Weights | None"
) -> list[str]:
    """Return what each of some changes means when it is made after those before it."""
    if weights is None:
        return ["unknown" if beyond(change) else "equivalent" for change in changes]
    from govkit.plan.meaning import meaning
    from govkit.plan.places import Places

    places = Places(live, weights)
    return [meaning(places, (change,)) for change in changes]


def beyond(change: Change[Resource]) -> bool:
    """Tell a change whose meaning is not one of SCPs and RCPs, so that the engine cannot know it."""
    match change.subject:
        case Attachment(policy=policy):
            return policy_type(policy) not in GUARDING
        case Policy(type=layer):
            return layer not in GUARDING
        case other:
            return other.address.kind not in _JUDGED


def _matters(change: Change[Resource]) -> bool:
    match change.before, change.after:
        case Account() as before, Account() as after:
            return before.parent != after.parent
        case _:
            subject = change.subject
            known = Account | OrganizationalUnit | Policy | Attachment
            return isinstance(subject, known) and not beyond(change)
