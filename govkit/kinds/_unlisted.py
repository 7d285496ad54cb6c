"""Things that are looked at one by one, where a stage of `govkit credentials` is about them."""

from govkit.model.call import Look


def nobody_lists(_: Look) -> tuple[()]:
    """Return nothing: to list them all would take calls for each user of each account."""
    return ()
