"""How a rail speaks: one finding for one rail, naming the objects."""

from collections.abc import Sequence

from govkit.model.finding import Finding, Severity

_SHOWN = 10


def remark(rail: str, code: str, subject: str, message: str, count: int = 1) -> Finding:
    """Return a refusal of the rail that uses up `count` of its allowance."""
    return Finding(
        code,
        Severity.ERROR,
        subject,
        message,
        f"--allow {rail}={count}",
        rail=rail,
        count=count,
    )


def too_many(rail: str, code: str, what: str, things: Sequence[str], limit: int) -> list[Finding]:
    """Return one refusal when there are more things than the rail lets pass."""
    if len(things) <= limit:
        return []
    names = ", ".join(things[:_SHOWN])
    more = f" and {len(things) - _SHOWN} more" if len(things) > _SHOWN else ""
    message = f"{what}: {len(things)}, and {rail} is {limit}: {names}{more}."
    return [remark(rail, code, "plan", message, len(things))]
