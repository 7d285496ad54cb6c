"""The tree of what can stop a command: each class knows its exit code (see `docs/exit-codes.md`)."""

from collections.abc import Mapping, Sequence
from enum import IntEnum


class Exit(IntEnum):
    """What a command's exit status says."""

    DONE = 0
    FAILED = 1
    DIFFERS = 2
    NOT_UNDERSTOOD = 3
    REFUSED = 4
    STALE = 5
    STOPPED = 6
    NO_CREDENTIALS = 7
    USAGE = 64
    BUG = 70
    INTERRUPTED = 130


class GovkitError(Exception):
    """Something stopped the command: a summary that never varies, a detail in sentences, a hint to copy."""

    exit: Exit = Exit.FAILED

    def __init__(self, summary: str, detail: str = "", hint: str = "") -> None:
        super().__init__(summary)
        self.summary = summary
        self.detail = detail
        self.hint = hint

    def __str__(self) -> str:
        return "\n".join(part for part in (self.summary, self.detail, self.hint) if part)


class Woken(KeyboardInterrupt):
    """Ctrl-C came while a call waited for its turn: nothing of it was on its way to AWS."""


class UsageError(GovkitError):
    """The command line asks for something that cannot be."""

    exit = Exit.USAGE


class LayoutError(GovkitError):
    """The layout or a template cannot be understood; carries every fault that was found."""

    exit = Exit.NOT_UNDERSTOOD

    def __init__(
        self, summary: str, detail: str = "", hint: str = "", *, faults: Sequence[object] = ()
    ) -> None:
        super().__init__(summary, detail, hint)
        self.faults = tuple(faults)


class PlanRefused(GovkitError):
    """The plan is understood and judged unsafe; names the rails and their overrides."""

    exit = Exit.REFUSED


class StalePlan(GovkitError):
    """The organization moved on since the plan was made; nothing was written."""

    exit = Exit.STALE


class ApplyStopped(GovkitError):
    """Stopped after the first write; carries what is done, what is left, and how to resume."""

    exit = Exit.STOPPED


class AwsError(GovkitError):
    """AWS said no. `code` and `reason` are AWS's own words, `operation` is `service:Operation`."""

    def __init__(
        self,
        summary: str,
        detail: str = "",
        hint: str = "",
        *,
        code: str = "",
        reason: str = "",
        operation: str = "",
        response: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(summary, detail, hint)
        self.code = code
        self.reason = reason
        self.operation = operation
        self.response = dict(response or {})


class AccessDenied(AwsError):
    """The caller may not do this; names the IAM action and the caller that lacks it."""

    exit = Exit.NO_CREDENTIALS


class CredentialsMissing(AwsError):
    """No credentials, or expired ones."""

    exit = Exit.NO_CREDENTIALS


class Throttled(AwsError):
    """AWS kept asking for less until patience ran out."""


class Conflict(AwsError):
    """Another change was in progress until patience ran out."""


class AnswerLost(AwsError):
    """The connection broke or the service failed: the call may or may not have taken."""


class GaveUp(AwsError):
    """AWS took it on, worked at it, and says itself that it failed: nothing was made."""


class BugError(GovkitError):
    """This is a bug in govkit: an invariant did not hold."""

    exit = Exit.BUG


__all__ = [
    "AccessDenied",
    "AnswerLost",
    "ApplyStopped",
    "AwsError",
    "BugError",
    "Conflict",
    "CredentialsMissing",
    "Exit",
    "GaveUp",
    "GovkitError",
    "LayoutError",
    "PlanRefused",
    "StalePlan",
    "Throttled",
    "UsageError",
]
