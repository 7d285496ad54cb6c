"""What analyzers found, counted: the statistics by which AWS sums it up."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from govkit.sandbox.analyzers.rows import FindingRow, analyzers, findings, found, place
from govkit.sandbox.calls import Handler, World
from govkit.sandbox.refusals import refusal

Params = Mapping[str, Any]
Answer = dict[str, Any]
_UNUSED, _INTERNAL = "_UNUSED_ACCESS", "_INTERNAL_ACCESS"
_TOP = 10  # accounts that are named in statistics of unused access


def get_findings_statistics(world: World, params: Params) -> Answer:
    """Count the findings of an analyzer of the caller's, here, by status and sort."""
    key, row = found(world, _name(world, params["analyzerArn"]))
    rows = [findings(world)[one] for one in findings(world).where("Analyzer", key)]
    states = Counter(one["Status"] for one in rows)
    totals = {
        "totalActiveFindings": states["ACTIVE"],
        "totalArchivedFindings": states["ARCHIVED"],
        "totalResolvedFindings": states["RESOLVED"],
    }
    active = [one for one in rows if one["Status"] == "ACTIVE"]
    return {
        "findingsStatistics": [_statistics(row["Type"], totals, active)],
        "lastUpdatedAt": analyzers(world)[key]["Created"],
    }


def _name(world: World, arn: str) -> str:
    """Return the name in an analyzer's ARN, which must be one of the caller's, here."""
    account, _, region = place(world).partition("/")
    parts = arn.split(":", 5)
    if len(parts) != 6 or parts[3:5] != [region, account]:  # noqa: PLR2004 - the parts of an ARN
        raise refusal("AccessDeniedException", message=f"{arn} is not here.", status=403)
    return parts[5].removeprefix("analyzer/")


def _statistics(kind: str, totals: Answer, active: Iterable[FindingRow]) -> Answer:
    if kind.endswith(_UNUSED):
        sorts = Counter(one["Type"] for one in active)
        owners = Counter(one["Owner"] for one in active)
        by_sort = [{"unusedAccessType": one, "total": count} for one, count in sorts.items()]
        top = [
            {"account": one, "numberOfActiveFindings": count}
            for one, count in owners.most_common(_TOP)
        ]
        more = {"unusedAccessTypeStatistics": by_sort, "topAccounts": top}
        return {"unusedAccessFindingsStatistics": {**totals, **more}}
    if kind.endswith(_INTERNAL):
        counted = Counter(one["ResourceType"] for one in active)
        types = {one: {"totalActiveFindings": count} for one, count in counted.items()}
        told = {**totals, "resourceTypeStatistics": types}
        return {"internalAccessFindingsStatistics": told}
    told = {**totals, "resourceTypeStatistics": _by_reach(active)}
    return {"externalAccessFindingsStatistics": told}


def _by_reach(active: Iterable[FindingRow]) -> dict[str, dict[str, int]]:
    """Return the active findings by type of resource, and by who may reach it."""
    types: dict[str, dict[str, int]] = {}
    for one in active:
        counts = types.setdefault(
            one["ResourceType"], {"totalActivePublic": 0, "totalActiveCrossAccount": 0}
        )
        counts["totalActivePublic" if one["Public"] else "totalActiveCrossAccount"] += 1
    return types


HANDLERS: Mapping[str, Handler] = {"GetFindingsStatistics": get_findings_statistics}
