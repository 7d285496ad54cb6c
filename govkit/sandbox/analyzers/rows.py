"""What the sandbox remembers of an analyzer, who may have one for the organization, and if it works."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypedDict

from govkit.sandbox.calls import World
from govkit.sandbox.organizations.rows import book
from govkit.sandbox.refusals import RefusalError, refusal
from govkit.sandbox.tables import Shape, Table

SERVICE = "access-analyzer.amazonaws.com"
ORGANIZATION = "ORGANIZATION"
_PAGE = 50


class AnalyzerRow(TypedDict):
    """An analyzer, keyed by account, Region and name.

    `Access` and `Delegation` are since when the service, and the account, had what an organization's
    analyzer lives on: once that ends, it stays disabled. `Failure` is a reason of AWS's, if any.
    """

    Name: str
    Place: str
    Region: str
    Type: str
    Configuration: dict[str, Any]
    Tags: dict[str, str]
    ManagedBy: str
    Created: str
    Access: str
    Delegation: str
    Failure: str


class ArchiveRuleRow(TypedDict):
    """An archive rule, keyed by its analyzer's key and its name."""

    Name: str
    Analyzer: str
    Filter: dict[str, Any]
    Created: str
    Updated: str


class FindingRow(TypedDict):
    """What an analyzer found, keyed by its key and the finding's ID; `Public` is open to everybody."""

    Id: str
    Analyzer: str
    Type: str
    Resource: str
    ResourceType: str
    Owner: str
    Public: bool
    Status: str


SHAPES = {
    "findings": Shape(FindingRow, ("Analyzer",)),
    "analyzers": Shape(AnalyzerRow, ("Place", "Region")),
    "archive_rules": Shape(ArchiveRuleRow, ("Analyzer",)),
}


def analyzers(world: World) -> "Table[AnalyzerRow]":
    return world.documents("accessanalyzer").tables["analyzers"]


def archive_rules(world: World) -> "Table[ArchiveRuleRow]":
    return world.documents("accessanalyzer").tables["archive_rules"]


def findings(world: World) -> "Table[FindingRow]":
    return world.documents("accessanalyzer").tables["findings"]


def place(world: World) -> str:
    return f"{world.caller.account}/{world.region}"


def found(world: World, name: str) -> tuple[str, AnalyzerRow]:
    """Return an analyzer of the caller's, here, with its key."""
    key = f"{place(world)}/{name}"
    row = analyzers(world).get(key)
    if row is None:
        raise missing(f"The analyzer {name} was not found.")
    return key, row


def missing(text: str) -> RefusalError:
    return refusal("ResourceNotFoundException", message=text, status=404)


def invalid(text: str) -> RefusalError:
    return refusal("ValidationException", message=text)


def conflict(text: str) -> RefusalError:
    return refusal("ConflictException", message=text, status=409)


def exceeded(text: str) -> RefusalError:
    return refusal("ServiceQuotaExceededException", message=text, status=402)


def footing(world: World) -> tuple[str, str]:
    """Return since when the service has access, and the caller administers it; empty where not.

    The management account needs no delegation: it has its own word for it.
    """
    entries = book(world)
    service = entries.services.get(SERVICE)
    since = "" if service is None else service["DateEnabled"]
    if (
        len(entries.organization)
        and entries.the_organization["ManagementAccount"] == world.caller.account
    ):
        return since, "management"
    row = entries.delegations.get(f"{SERVICE} {world.caller.account}")
    return since, "" if row is None else row["DelegationEnabledDate"]


def status(world: World, row: AnalyzerRow) -> dict[str, Any]:
    """Return an analyzer's status, with AWS's reason where it does not work."""
    if row["Failure"]:
        return {"status": "FAILED", "statusReason": {"code": row["Failure"]}}
    if row["Type"].startswith(ORGANIZATION):
        access, delegation = footing(world)
        if access != row["Access"]:
            return {"status": "DISABLED", "statusReason": {"code": "AWS_SERVICE_ACCESS_DISABLED"}}
        if delegation != row["Delegation"]:
            code = "DELEGATED_ADMINISTRATOR_DEREGISTERED"
            return {"status": "DISABLED", "statusReason": {"code": code}}
    return {"status": "ACTIVE"}


def paged(
    params: Mapping[str, Any], member: str, keys: Sequence[str], show: Callable[[str], Any]
) -> dict[str, Any]:
    """Return one page of a sorted list; the token is the last key shown."""
    after = params.get("nextToken", "")
    left = [key for key in keys if key > after]
    size = params.get("maxResults") or _PAGE
    answer: dict[str, Any] = {member: [show(key) for key in left[:size]]}
    return answer if len(left) <= size else {**answer, "nextToken": left[size - 1]}
