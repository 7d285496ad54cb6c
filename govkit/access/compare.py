"""Compare the documents of one target, old and new, and say the difference as plain data."""

from collections.abc import Mapping
from typing import Any

from govkit.access.action_index import action_index
from govkit.access.chain import Chain
from govkit.access.condition import Test
from govkit.access.difference import Difference, Effect, difference
from govkit.access.statement import Level, policy
from govkit.access.verdict import Kind, Verdict
from govkit.access.witness import Witness

_SPELLED = {
    name.lower(): name
    for name in (
        "aws:PrincipalAccount",
        "aws:PrincipalArn",
        "aws:PrincipalOrgID",
        "aws:PrincipalOrgPaths",
        "aws:RequestedRegion",
        "aws:ResourceAccount",
        "aws:ResourceOrgID",
        "aws:ResourceOrgPaths",
    )
}
Documents = Mapping[str, Mapping[str, Any]]

FULL_ACCESS: Mapping[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


def compare(old: Documents, new: Documents, kind: Kind) -> dict[str, Any]:
    """Return what the new documents (by name) of a target do to the old ones.

    `verdict` is `equal`, `weakens`, `strengthens`, `both` or `unknown` (then `unknown` says why).
    `newly_denied` and `newly_allowed` list `actions`, `resources`, `conditions` (which all hold)
    and a `witness`; `not_actions` and `not_resources` are exceptions from the former two. `exact`
    is false where other statements decide some of these requests, as before. A side of SCPs that
    allows nothing is read together with FullAWSAccess, and both sides of RCPs with
    RCPFullAWSAccess; `assumed_full_access` names the sides.
    """
    sides = (chain(old, kind), chain(new, kind))
    assumed = [
        name for name, one in zip(("old", "new"), (old, new), strict=True) if lacks(one, kind)
    ]
    return {**described(difference(*sides)), "assumed_full_access": assumed}


def chain(documents: Documents, kind: Kind) -> Chain:
    """Return the chain of one level that documents attached to one target make."""
    found = [policy(name, document) for name, document in documents.items()]
    if lacks(documents, kind):
        found.insert(0, policy("FullAWSAccess", FULL_ACCESS))
    return Chain(kind, (Level("target", tuple(found)),))


def lacks(documents: Documents, kind: Kind) -> bool:
    """Tell documents beside which AWS's own FullAWSAccess has to be assumed."""
    if kind is Kind.RCP:  # it cannot be detached
        return True
    return all(
        statement.deny
        for name, document in documents.items()
        for statement in policy(name, document).statements
    )


def described(found: Difference) -> dict[str, Any]:
    """Return a difference as JSON."""
    return {
        "verdict": found.change.value,
        "newly_denied": [effect(one) for one in found.newly_denied],
        "newly_allowed": [effect(one) for one in found.newly_allowed],
        "unknown": list(found.unknown),
    }


def effect(found: Effect) -> dict[str, Any]:
    """Return an effect as JSON; exceptions only where there are some."""
    exceptions = {"not_actions": found.actions.but, "not_resources": found.resources.but}
    return {
        "actions": list(found.actions.names),
        "resources": list(found.resources.names),
        **{name: list(names) for name, names in exceptions.items() if names},
        "conditions": [_condition(test) for test in found.conditions],
        "witness": _witness(found.witness, {one.key: one.name for one in found.conditions}),
        "exact": found.exact,
    }


def _condition(test: Test) -> dict[str, Any]:
    return {
        "operator": test.spelling,
        "key": test.name or test.key,
        "values": list(test.values),
    }


def _witness(found: Witness, names: Mapping[str, str]) -> dict[str, Any]:
    asked = found.request
    return {
        "action": action_index().spelled(asked.action) or asked.action,
        "resource": asked.resource,
        "context": {
            names.get(key) or _SPELLED.get(key, key): values[0]
            if len(values) == 1
            else list(values)
            for key, values in sorted(asked.context.items())
        },
        "old": _verdict(found.old),
        "new": _verdict(found.new),
    }


def _verdict(found: Verdict) -> dict[str, Any]:
    where = found.statement
    if where is None:
        return {"outcome": found.outcome.value}
    place = {"policy": where.policy, "statement": where.index, "sid": where.sid}
    return {"outcome": found.outcome.value, **place}
