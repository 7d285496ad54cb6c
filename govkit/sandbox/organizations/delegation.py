"""The organization's resource policy: what it must be, and what it lets a member account do."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from govkit.sandbox.calls import Handler, World
from govkit.sandbox.model import enum
from govkit.sandbox.organizations import tags
from govkit.sandbox.organizations.documents import parse_strictly
from govkit.sandbox.organizations.ids import new_id
from govkit.sandbox.organizations.rows import Book, ResourcePolicyRow, book
from govkit.sandbox.organizations.shown import arn
from govkit.sandbox.refusals import invalid, refusal

Params = Mapping[str, Any]
_SERVICE = "organizations:"
_TYPE_KEYS = {"organizations:policytype"}
# What may be delegated: reading, policies, and tags; the tree, accounts and trust may not.
DELEGABLE = re.compile(
    r"(Describe|List)\w+|(Create|Update|Delete|Attach|Detach)Policy|(Enable|Disable)PolicyType"
    r"|(Tag|Untag)Resource"
)
_TRIED = ("CreatePolicy", "DescribePolicy", "ListPolicies", "TagResource", "EnablePolicyType")


@dataclass(frozen=True, slots=True)
class Asked:
    """An operation as the resource policy sees it: the ARNs it touches, the policy type it is about."""

    operation: str
    account: str
    arn: str
    resources: tuple[str, ...]
    policy_type: str


def put_resource_policy(world: World, params: Params) -> dict[str, Any]:
    entries = book(world)
    for statement in _statements(params["Content"]):
        _check(statement)
    given = tags.checked(world, {}, params.get("Tags") or ())
    present = entries.resource_policy.keys()
    ident = present[0] if present else new_id(entries, world.settings.seed, "rp-", 10)
    if present and given:
        raise refusal(
            "InvalidInputException", "CALLER_REQUIRED_FIELD_MISSING", message="Use TagResource."
        )
    row: ResourcePolicyRow = {"Id": ident, "Content": params["Content"]}
    entries.resource_policy.put(ident, row)
    if given:
        tags.write(entries, ident, given)
    return {"ResourcePolicy": _show(world, entries, row)}


def describe_resource_policy(world: World, _: Params) -> dict[str, Any]:
    entries = book(world)
    return {"ResourcePolicy": _show(world, entries, _require(entries))}


def delete_resource_policy(world: World, _: Params) -> dict[str, Any]:
    entries = book(world)
    ident = _require(entries)["Id"]
    entries.resource_policy.drop(ident)
    tags.write(entries, ident, {})
    return {}


def allows(entries: Book, asked: Asked) -> bool:
    """Say whether the resource policy lets a member do this: allowed for each ARN, denied for none."""
    rows = entries.resource_policy.rows()
    if not rows or not DELEGABLE.fullmatch(asked.operation):
        return False
    matching = [
        statement for statement in _statements(rows[0]["Content"]) if _speaks_of(statement, asked)
    ]
    for resource in asked.resources:
        effects = {
            statement["Effect"]
            for statement in matching
            if _matches(_listed(statement.get("Resource", "*")), resource)
        }
        if effects != {"Allow"}:
            return False
    return True


def _speaks_of(statement: Mapping[str, Any], asked: Asked) -> bool:
    principal = statement["Principal"]
    named = _listed(principal["AWS"]) if isinstance(principal, dict) else [principal]
    who = {"*", asked.account, asked.arn, f":{asked.account}:root"}
    return (
        any(name in who or name.endswith(f":{asked.account}:root") for name in named)
        and _matches(_listed(statement["Action"]), _SERVICE + asked.operation, fold=True)
        and _holds(statement.get("Condition", {}), asked)
    )


def _holds(conditions: Mapping[str, Mapping[str, Any]], asked: Asked) -> bool:
    """Evaluate the conditions AWS documents here; one that is unknown does not hold."""
    for operator, keys in conditions.items():
        plain = operator.removesuffix("IfExists")
        for key, values in keys.items():
            if key.lower() not in _TYPE_KEYS or plain not in {"StringEquals", "StringLike"}:
                return False
            if not asked.policy_type:
                if plain == operator:
                    return False
            elif not _matches(_listed(values), asked.policy_type):
                return False
    return True


def _statements(content: str) -> Iterator[Mapping[str, Any]]:
    try:
        document = parse_strictly(content)
    except (ValueError, RecursionError) as problem:
        raise invalid("INVALID_RESOURCE_POLICY_JSON") from problem
    statements = document.get("Statement")
    for statement in statements if isinstance(statements, list) else [statements]:
        if not isinstance(statement, dict):
            raise invalid("INVALID_RESOURCE_POLICY_JSON")
        yield statement


def _check(statement: Mapping[str, Any]) -> None:
    if statement.get("Effect") not in ("Allow", "Deny"):
        raise invalid("INVALID_RESOURCE_POLICY_JSON")
    principal = statement.get("Principal")
    named = _listed(principal.get("AWS")) if isinstance(principal, dict) else [principal]
    if not named or not all(_is_principal(name) for name in named):
        raise invalid("INVALID_PRINCIPAL")
    actions = _listed(statement.get("Action"))
    if not actions or not all(isinstance(one, str) and _is_delegable(one) for one in actions):
        raise invalid("UNSUPPORTED_ACTION_IN_RESOURCE_POLICY")
    resources = _listed(statement.get("Resource", "*"))
    if not all(isinstance(one, str) and _is_resource(one) for one in resources):
        raise invalid("UNSUPPORTED_RESOURCE_IN_RESOURCE_POLICY")
    _check_types(statement.get("Condition", {}))


def _check_types(conditions: Any) -> None:
    if not isinstance(conditions, dict):
        raise invalid("INVALID_RESOURCE_POLICY_JSON")
    for keys in conditions.values():
        if not isinstance(keys, dict):
            raise invalid("INVALID_RESOURCE_POLICY_JSON")
        for key, values in keys.items():
            known = enum("organizations", "PolicyType")
            if key.lower() in _TYPE_KEYS and not all(
                any(_matches([str(one)], name) for name in known) for one in _listed(values)
            ):
                raise invalid("UNSUPPORTED_POLICY_TYPE_IN_RESOURCE_POLICY")


def _is_principal(name: Any) -> bool:
    pattern = r"\*|\d{12}|arn:[\w-]+:iam::\d{12}:(root|(user|role)/.+)"
    return isinstance(name, str) and re.fullmatch(pattern, name) is not None


def _is_delegable(action: str) -> bool:
    """Say whether an action, or what a pattern is meant for, can be delegated."""
    service, _, operation = action.partition(":")
    if service.lower() != "organizations" or not operation:
        return False
    if "*" in operation:
        return any(_matches([operation], name) for name in _TRIED)
    return DELEGABLE.fullmatch(operation) is not None


def _is_resource(name: str) -> bool:
    return name == "*" or re.match(r"arn:[\w*-]+:organizations::", name) is not None


def _matches(patterns: Iterable[str], text: str, *, fold: bool = False) -> bool:
    """Match as IAM does: `*` is any text, `?` one character; `fold` ignores case."""
    for pattern in patterns:
        glob = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
        if re.fullmatch(glob, text, re.IGNORECASE if fold else 0):
            return True
    return False


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _require(entries: Book) -> ResourcePolicyRow:
    rows = entries.resource_policy.rows()
    if not rows:
        raise refusal("ResourcePolicyNotFoundException")
    return rows[0]


def _show(world: World, entries: Book, row: ResourcePolicyRow) -> dict[str, Any]:
    summary = {"Id": row["Id"], "Arn": arn(entries, world.settings, "resourcepolicy", row["Id"])}
    return {"ResourcePolicySummary": summary, "Content": row["Content"]}


HANDLERS: Mapping[str, Handler] = {
    "PutResourcePolicy": put_resource_policy,
    "DescribeResourcePolicy": describe_resource_policy,
    "DeleteResourcePolicy": delete_resource_policy,
}
