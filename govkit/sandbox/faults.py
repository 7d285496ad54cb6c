"""Misfortunes planted in a sandbox, in a file, so that the next process meets them too."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from govkit.sandbox.disk import exclusive, read_json, write_json
from govkit.sandbox.refusals import IN_PROGRESS, RefusalError, SandboxError, refusal

NAME = "faults.json"


class Kind(StrEnum):
    """What can go wrong with a call."""

    THROTTLE = "throttle"
    BUSY = "busy"
    CONCURRENT_MODIFICATION = "concurrent-modification"
    POLICY_CHANGES_IN_PROGRESS = "policy-changes-in-progress"
    FINALIZING = "finalizing"
    SERVICE_ERROR = "service-error"
    SERVICE_ERROR_AFTER = "service-error-after"
    CONNECTION_LOST = "connection-lost"
    CONNECTION_LOST_AFTER = "connection-lost-after"
    ACCESS_DENIED = "access-denied"
    EXPIRED_TOKEN = "expired-token"  # noqa: S105 - the name of a fault
    KILL = "kill"
    KILL_AFTER = "kill-after"
    FOREIGN_CHANGE = "foreign-change"
    LAG = "lag"


@dataclass(frozen=True, slots=True)
class Fault:
    """A misfortune of the next calls of an operation (`*`: any; `read`, `write`: of that sort).

    It meets calls made in every account, or in `account` alone. `skip` matching calls pass first,
    `times` calls are met. A foreign change makes the call `change` (operation and parameters) as
    somebody else just before; a lag hides what the met write did from the next `reads` reads.
    """

    kind: Kind
    operation: str = "*"
    skip: int = 0
    times: int = 1
    reads: int = 1
    change: tuple[str, Mapping[str, Any]] | None = None
    account: str = ""


def plant(directory: Path, *faults: Fault) -> None:
    """Add faults to the queue; of those that fit a call, the first is met."""
    with exclusive(directory):
        write_faults(directory, (*planted(directory), *faults))


def clear(directory: Path) -> None:
    with exclusive(directory):
        write_faults(directory, ())


def planted(directory: Path) -> tuple[Fault, ...]:
    """Return the queue as it stands."""
    path = directory / NAME
    if not path.exists():
        return ()
    listed = read_json(path, "faults").get("faults")
    try:
        return tuple(_fault(entry) for entry in listed)  # type: ignore[union-attr]  # a wrong type is caught below
    except (TypeError, ValueError, KeyError) as problem:
        raise SandboxError(
            "The sandbox's files are damaged", f"{path} lists no faults."
        ) from problem


def write_faults(directory: Path, faults: tuple[Fault, ...]) -> None:
    """Replace the queue; who calls this holds the folder's lock."""
    if faults:
        write_json(directory / NAME, "faults", "faults", [asdict(fault) for fault in faults])
    else:
        (directory / NAME).unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Drawn:
    """The fault a call meets, if any, and the queue that is left."""

    fault: Fault | None
    left: tuple[Fault, ...] = field(default=())


def draw(faults: tuple[Fault, ...], operation: str, *, read: bool, account: str = "") -> Drawn:
    """Take the first fault that fits and is due; those not yet due count the call as passed."""
    left: list[Fault] = []
    met: Fault | None = None
    for fault in faults:
        elsewhere = fault.account not in ("", account)
        if elsewhere or met is not None or not _fits(fault, operation, read=read):
            left.append(fault)
        elif fault.skip > 0:
            left.append(replace(fault, skip=fault.skip - 1))
        else:
            met = fault
            if fault.times > 1:
                left.append(replace(fault, times=fault.times - 1))
    return Drawn(met, tuple(left))


def refusal_of(kind: Kind) -> RefusalError | None:
    """Return what the service says, if the fault is one that it says."""
    code = _CODES.get(kind)
    if code is None:
        return None
    status = 500 if code == "ServiceException" else 400
    return refusal(code, message=IN_PROGRESS if kind is Kind.BUSY else "", status=status)


_CODES: Mapping[Kind, str] = {
    Kind.THROTTLE: "TooManyRequestsException",
    Kind.BUSY: "TooManyRequestsException",
    Kind.CONCURRENT_MODIFICATION: "ConcurrentModificationException",
    Kind.POLICY_CHANGES_IN_PROGRESS: "PolicyChangesInProgressException",
    Kind.FINALIZING: "FinalizingOrganizationException",
    Kind.SERVICE_ERROR: "ServiceException",
    Kind.SERVICE_ERROR_AFTER: "ServiceException",
    Kind.ACCESS_DENIED: "AccessDeniedException",
    Kind.EXPIRED_TOKEN: "ExpiredTokenException",
}


def _fits(fault: Fault, operation: str, *, read: bool) -> bool:
    return fault.operation in {"*", operation, "read" if read else "write"}


def _fault(entry: dict[str, Any]) -> Fault:
    change = entry["change"]
    return Fault(
        kind=Kind(entry["kind"]),
        operation=str(entry["operation"]),
        skip=int(entry["skip"]),
        times=int(entry["times"]),
        reads=int(entry["reads"]),
        change=None if change is None else (str(change[0]), dict(change[1])),
        account=str(entry.get("account", "")),
    )
