"""What AWS attaches by itself to what is new: FullAWSAccess."""

from govkit.kinds.attachment import FULL_ACCESS, Attachment
from govkit.model.change import Action, Change
from govkit.model.resource import R_co, Resource
from govkit.model.wanted import Wanted


def brought(change: Change[R_co], wanted: Wanted) -> tuple[Resource, ...]:
    """Return the FullAWSAccess attachment of a new OU or account, where the layout governs it."""
    if change.action is not Action.CREATE or change.address not in wanted.full_access:
        return ()
    return (Attachment(FULL_ACCESS, change.address),)
