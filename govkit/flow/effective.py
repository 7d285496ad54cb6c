"""The story of `govkit effective`: what holds for an account, folded over all levels above it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from govkit.access.action import action_pattern
from govkit.access.rules import Rule, allows_all, plain
from govkit.access.statement import Statement, policy, texts
from govkit.flow.chains import Source
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.live.one_chain import Ladder, Rung
from govkit.model.address import ou
from govkit.model.resource import Json

FORMAT_VERSION = "1.0"
_LAYERS = ("scp", "rcp")


@dataclass(frozen=True, slots=True)
class _Said:
    """A statement, and where it stands."""

    statement: Statement
    where: dict[str, Json]
    spelling: Mapping[str, str]

    @property
    def actions(self) -> list[str]:
        """Its patterns of actions, as they are written."""
        return [self.spelling.get(one, one) for one in self.statement.actions.patterns]


def effective(source: Source, named: str) -> dict[str, Json]:
    """Return what SCPs and RCPs hold for an account, or for whoever is in an OU that is named by its path.

    Denies with the same resources and conditions are one, wherever they stand. A level that allows
    everything says so; a request must be allowed on every level.
    """
    place = _place(source, named)
    account: dict[str, Json] | None = None
    if place is None:
        given = source.account(named, _units(source))
        ladder = source.ladder(given, _LAYERS)
        account = {"id": given, "name": ladder.name, "key": source.key(given)}
        bound = given != source.organization.management_account
    else:
        ladder, bound = source.unit(place, _LAYERS), True
    return {
        "format_version": FORMAT_VERSION,
        "account": account,
        "ou": place,
        "bound": bound,
        **{layer: _layer(ladder, layer) if bound else None for layer in _LAYERS},
        "calls": source.calls(),
    }


def _place(source: Source, named: str) -> str | None:
    """Return the OU's path where an OU is named: with a slash, or as the layout has it."""
    listed = source.wanted is not None and ou(named) in source.wanted.state
    return ou(named).path if "/" in named or listed else None


def _units(source: Source) -> set[str]:
    """Return the OUs that the layout lists, as they are called here."""
    wanted = source.wanted
    return {one.address.path for one in wanted.state.all(OrganizationalUnit)} if wanted else set()


def _layer(ladder: Ladder, layer: str) -> Json:
    rungs = ladder.layers[layer]
    said = [one for rung in rungs for one in _statements(rung)]
    return {
        "denied": list(_denied([one for one in said if one.statement.deny])),
        "allowed": [_allowed(rung, layer) for rung in rungs] if ladder.binds(layer) else [],
        "levels": [
            {"level": rung.name, "target": rung.id, "policies": [one.name for one in rung.policies]}
            for rung in rungs
        ],
    }


def _statements(rung: Rung) -> Iterator[_Said]:
    for held in rung.policies:
        spelling = _spelling(held.document)
        for one in policy(held.name, held.document).statements:
            where: dict[str, Json] = {
                "level": rung.name,
                "policy": held.name,
                "policy_id": held.id,
                "statement": one.index,
                "sid": one.sid,
            }
            if one.anyone:
                yield _Said(one, where, spelling)


def _spelling(document: Mapping[str, Any]) -> Mapping[str, str]:
    """Return a document's patterns of actions as they are written, by lower case."""
    given = document.get("Statement")
    listed = given if isinstance(given, list) else [given]
    found = [
        text
        for one in listed
        if isinstance(one, dict)
        for key in ("Action", "NotAction")
        for text in texts(one.get(key))
    ]
    return {text.lower(): text for text in sorted(found, reverse=True)}


def _denied(said: Sequence[_Said]) -> Iterator[dict[str, Json]]:
    """Yield what is denied, one entry for all statements that differ in their actions alone."""
    groups: defaultdict[tuple[Rule, object], list[_Said]] = defaultdict(list)
    for one in said:
        found = one.statement
        rule = Rule(found.resources, frozenset(map(plain, found.tests)))
        groups[rule, found.actions if found.actions.negated else None].append(one)
    for (_, negated), together in groups.items():
        model = together[0].statement
        names: list[Json] = list(_folded(together))
        yield {
            **_but("not_actions" if negated else "actions", names),
            **_of_statement(model),
            "from": [one.where for one in together],
        }


def _folded(said: Sequence[_Said]) -> list[str]:
    """Return patterns of actions, without those that another one swallows."""
    patterns = {one.lower(): one for said_here in said for one in sorted(said_here.actions)}
    # The `*` of a narrow pattern is a letter to a wide one, which a `?` would take for just one.
    wide = [one for one in patterns if "*" in one and "?" not in one]
    swallowed = {one for one in patterns for two in wide if one != two and action_pattern(two)(one)}
    return sorted(patterns[one] for one in patterns.keys() - swallowed)


def _but(key: str, names: list[Json]) -> Mapping[str, Json]:
    return {"actions": ["*"], "not_actions": names} if key == "not_actions" else {key: names}


def _of_statement(found: Statement) -> dict[str, Json]:
    places: list[Json] = list(found.resources.patterns)
    conditions: list[Json] = [
        {"operator": test.spelling, "key": test.name or test.key, "values": list(test.values)}
        for test in found.tests
    ]
    where: dict[str, Any] = {"resources": places}
    if found.resources.negated:
        where = {"resources": ["*"], "not_resources": places}
    return {**where, "conditions": conditions}


def _allowed(rung: Rung, layer: str) -> Json:
    """Return what a level allows; RCPFullAWSAccess is on all of them, whatever else is."""
    allows = [one for one in _statements(rung) if not one.statement.deny]
    everything = layer == "rcp" or any(allows_all(one.statement) for one in allows)
    return {
        "level": rung.name,
        "everything": everything,
        "statements": []
        if everything
        else [
            {
                **_but(
                    "not_actions" if one.statement.actions.negated else "actions",
                    list(one.actions),
                ),
                **_of_statement(one.statement),
                "from": [one.where],
            }
            for one in allows
        ],
    }
