"""Archive rules: findings that nobody is to be shown, by criteria; a hundred to an analyzer."""

from collections.abc import Mapping
from typing import Any

from govkit.sandbox.analyzers.rows import (
    ArchiveRuleRow,
    archive_rules,
    conflict,
    exceeded,
    found,
    invalid,
    missing,
    paged,
)
from govkit.sandbox.calls import Handler, World
from govkit.sandbox.clock import iso

Params = Mapping[str, Any]
Answer = dict[str, Any]
_RULES = 100
_VALUES = 20


def checked_filter(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return a filter, or refuse one without criteria, or with too many values."""
    if not told:
        raise invalid("A filter needs a criterion.")
    for criterion, tests in told.items():
        if not tests:
            raise invalid(f"{criterion} needs eq, neq, contains or exists.")
        for values in (one for one in tests.values() if isinstance(one, list)):
            if not 1 <= len(values) <= _VALUES:
                raise invalid(f"{criterion} takes 1 to {_VALUES} values.")
    return {criterion: dict(tests) for criterion, tests in told.items()}


def put_rule(world: World, analyzer: str, name: str, told: Mapping[str, Any]) -> None:
    key = f"{analyzer}/{name}"
    old = archive_rules(world).get(key)
    if old is None and len(archive_rules(world).where("Analyzer", analyzer)) >= _RULES:
        raise exceeded(f"An analyzer can have {_RULES} archive rules.")
    row = ArchiveRuleRow(
        Name=name,
        Analyzer=analyzer,
        Filter=dict(told),
        Created=iso(world.now) if old is None else old["Created"],
        Updated=iso(world.now),
    )
    archive_rules(world).put(key, row)


def create_archive_rule(world: World, params: Params) -> Answer:
    analyzer, _ = found(world, params["analyzerName"])
    if f"{analyzer}/{params['ruleName']}" in archive_rules(world):
        raise conflict(f"An archive rule of the name {params['ruleName']} exists already.")
    put_rule(world, analyzer, params["ruleName"], checked_filter(params["filter"]))
    return {}


def update_archive_rule(world: World, params: Params) -> Answer:
    analyzer = _found_rule(world, params)
    put_rule(world, analyzer, params["ruleName"], checked_filter(params["filter"]))
    return {}


def delete_archive_rule(world: World, params: Params) -> Answer:
    analyzer = _found_rule(world, params)
    archive_rules(world).drop(f"{analyzer}/{params['ruleName']}")
    return {}


def _found_rule(world: World, params: Params) -> str:
    analyzer, _ = found(world, params["analyzerName"])
    if f"{analyzer}/{params['ruleName']}" not in archive_rules(world):
        raise missing(f"The archive rule {params['ruleName']} was not found.")
    return analyzer


def list_archive_rules(world: World, params: Params) -> Answer:
    analyzer, _ = found(world, params["analyzerName"])
    rows = archive_rules(world)
    return paged(
        params, "archiveRules", rows.where("Analyzer", analyzer), lambda key: _shown(rows[key])
    )


def _shown(row: ArchiveRuleRow) -> Answer:
    return {
        "ruleName": row["Name"],
        "filter": row["Filter"],
        "createdAt": row["Created"],
        "updatedAt": row["Updated"],
    }


HANDLERS: Mapping[str, Handler] = {
    "CreateArchiveRule": create_archive_rule,
    "UpdateArchiveRule": update_archive_rule,
    "DeleteArchiveRule": delete_archive_rule,
    "ListArchiveRules": list_archive_rules,
}
