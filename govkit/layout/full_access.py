"""FullAWSAccess on a target: attached or not only where the layout says so."""

from govkit.kinds.attachment import FULL_ACCESS, Attachment
from govkit.layout.draft import Draft
from govkit.model.address import Address
from govkit.model.finding import Origin


def governed(draft: Draft, target: Address, attached: bool, where: Origin) -> None:  # noqa: FBT001 - the layout's own word
    """Want FullAWSAccess on the target, or want it away."""
    draft.full_access[target] = attached
    attachment = Attachment(FULL_ACCESS, target)
    if attached:
        draft.want(attachment, where)
    else:
        draft.refuse(attachment.address, where)
