"""What the changes of several chains come to."""

from collections.abc import Mapping

from govkit.access.difference import Change


def together(changes: Mapping[str, Change]) -> Change:
    """Return what changes of several chains come to."""
    found = set(changes.values()) - {Change.EQUAL}
    if Change.BOTH in found or {Change.WEAKENS, Change.STRENGTHENS} <= found:
        return Change.BOTH
    if Change.UNKNOWN in found:
        return Change.UNKNOWN
    return found.pop() if found else Change.EQUAL
