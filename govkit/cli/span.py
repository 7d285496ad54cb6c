"""How long an emergency may last, as people write it."""

import re
from datetime import timedelta

from govkit.errors import UsageError

_SPAN = re.compile(r"(\d{1,5})([smh])")
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_HOURS = 24


def span(option: str, told: str) -> timedelta:
    """Return the span that an option tells; UsageError where it is none, or longer than a day."""
    found = _SPAN.fullmatch(told)
    length = timedelta(seconds=int(found[1]) * _SECONDS[found[2]]) if found else timedelta()
    if not timedelta() < length <= timedelta(hours=_HOURS):
        raise UsageError(
            "No such span", f"{option} {told}: use 30m or 4h, at most 24h.", "Leave it out for 4h."
        )
    return length
