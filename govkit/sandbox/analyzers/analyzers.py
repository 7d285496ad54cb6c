"""Making, changing and showing analyzers: who may have which, and how many."""

from collections.abc import Mapping
from typing import Any

from govkit.sandbox.analyzers.archive_rules import checked_filter, put_rule
from govkit.sandbox.analyzers.rows import (
    ORGANIZATION,
    AnalyzerRow,
    analyzers,
    archive_rules,
    conflict,
    exceeded,
    findings,
    footing,
    found,
    invalid,
    paged,
    place,
    status,
)
from govkit.sandbox.calls import Handler, World
from govkit.sandbox.clock import iso
from govkit.sandbox.organizations.rows import book
from govkit.sandbox.refusals import refusal

Params = Mapping[str, Any]
Answer = dict[str, Any]
_UNUSED, _INTERNAL = "_UNUSED_ACCESS", "_INTERNAL_ACCESS"
_OF_AN_ACCOUNT = 1  # analyzers of each type, per account and Region
_OF_AN_ORGANIZATION = 5
_MEMBERS = {_UNUSED: "unusedAccess", _INTERNAL: "internalAccess"}
_DEFAULT_AGE = 90


def create_analyzer(world: World, params: Params) -> Answer:
    name, kind = params["analyzerName"], params["type"]
    key = f"{place(world)}/{name}"
    configuration = _configuration(kind, params.get("configuration") or {})
    access, delegation = _footing(world, kind)
    if key in analyzers(world):
        raise conflict(f"An analyzer of the name {name} exists already.")
    _check_quota(world, kind)
    row = AnalyzerRow(
        Name=name,
        Place=place(world),
        Region=world.region,
        Type=kind,
        Configuration=configuration,
        Tags=dict(params.get("tags") or {}),
        ManagedBy="",
        Created=iso(world.now),
        Access=access,
        Delegation=delegation,
        Failure="",
    )
    analyzers(world).put(key, row)
    for rule in params.get("archiveRules") or ():
        put_rule(world, key, rule["ruleName"], checked_filter(rule["filter"]))
    return {"arn": _arn(world, row)}


def _footing(world: World, kind: str) -> tuple[str, str]:
    """Return what an organization's analyzer stands on, or refuse one that would stand on nothing."""
    if not kind.startswith(ORGANIZATION):
        return "", ""
    entries = book(world)
    access, delegation = footing(world)
    if world.caller.account not in entries.accounts or not delegation:
        text = "Only the management account, or the delegated administrator, can do that."
        raise refusal("AccessDeniedException", message=text, status=403)
    if not access:
        raise invalid("Access Analyzer has no trusted access to the organization.")
    return access, delegation


def _check_quota(world: World, kind: str) -> None:
    """Refuse one too many; of those for internal access an organization has one per Region."""
    if kind == ORGANIZATION + _INTERNAL:
        rivals = analyzers(world).where("Region", world.region)
        most = 1
    else:
        rivals = analyzers(world).where("Place", place(world))
        most = _OF_AN_ORGANIZATION if kind.startswith(ORGANIZATION) else _OF_AN_ACCOUNT
    present = [one for one in rivals if analyzers(world)[one]["Type"] == kind]
    if len(present) >= most:
        raise exceeded(f"There can be {most} of type {kind} in {world.region}.")


def _configuration(kind: str, told: Mapping[str, Any]) -> Answer:
    """Return a configuration whole, or refuse one that is not the type's."""
    mine = next((member for end, member in _MEMBERS.items() if kind.endswith(end)), None)
    others = [name for name in told if name != mine]
    if others:
        raise invalid(f"An analyzer of type {kind} has no {others[0]}.")
    given = dict(told.get(mine) or {}) if mine else {}
    if mine == "unusedAccess":
        given.setdefault("unusedAccessAge", _DEFAULT_AGE)
        if not 1 <= given["unusedAccessAge"] <= 365:  # noqa: PLR2004 - days, by botocore's model
            raise invalid("unusedAccessAge must be 1 to 365.")
    return {mine: given} if mine else {}


def update_analyzer(world: World, params: Params) -> Answer:
    key, row = found(world, params["analyzerName"])
    if not row["Configuration"]:
        raise invalid("An analyzer for external access cannot be updated.")
    told = params.get("configuration") or {}
    new = _configuration(row["Type"], {**row["Configuration"], **told})
    analyzers(world).put(key, {**row, "Configuration": new})
    return {"configuration": new}


def delete_analyzer(world: World, params: Params) -> Answer:
    key, row = found(world, params["analyzerName"])
    if row["ManagedBy"]:
        text = f"{row['Name']} is managed by {row['ManagedBy']}."
        raise refusal("AccessDeniedException", message=text, status=403)
    analyzers(world).drop(key)
    for table in (archive_rules(world), findings(world)):
        for one in list(table.where("Analyzer", key)):
            table.drop(one)
    return {}


def get_analyzer(world: World, params: Params) -> Answer:
    _, row = found(world, params["analyzerName"])
    configuration = {"configuration": row["Configuration"]} if row["Configuration"] else {}
    return {"analyzer": {**_summary(world, row), **configuration}}


def list_analyzers(world: World, params: Params) -> Answer:
    """Show the analyzers here, without what they are told: only GetAnalyzer has that."""
    rows, wanted = analyzers(world), params.get("type")
    keys = [
        key
        for key in rows.where("Place", place(world))
        if wanted is None or rows[key]["Type"] == wanted
    ]
    return paged(params, "analyzers", keys, lambda key: _summary(world, rows[key]))


def _summary(world: World, row: AnalyzerRow) -> Answer:
    managed = {"managedBy": row["ManagedBy"]} if row["ManagedBy"] else {}
    return {
        "arn": _arn(world, row),
        "name": row["Name"],
        "type": row["Type"],
        "createdAt": row["Created"],
        "tags": row["Tags"],
        **status(world, row),
        **managed,
    }


def _arn(world: World, row: AnalyzerRow) -> str:
    account, _, region = row["Place"].partition("/")
    place = f"{world.settings.partition}:access-analyzer:{region}:{account}"
    return f"arn:{place}:analyzer/{row['Name']}"


HANDLERS: Mapping[str, Handler] = {
    "CreateAnalyzer": create_analyzer,
    "UpdateAnalyzer": update_analyzer,
    "DeleteAnalyzer": delete_analyzer,
    "GetAnalyzer": get_analyzer,
    "ListAnalyzers": list_analyzers,
}
