"""Bucket policies: whether one is well formed, and whether it lets a service of AWS do something."""

import json
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from govkit.sandbox.calls import World
from govkit.sandbox.refusals import RefusalError, refusal
from govkit.sandbox.tables import Table

Context = Mapping[str, str]
_PARTS = frozenset(
    ("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource")
) | {"NotResource", "Condition"}


def checked(text: str, bucket: str) -> str:
    """Return the policy's text; MalformedPolicy where S3 would not take it."""
    try:
        policy = json.loads(text)
    except ValueError as problem:
        raise _malformed("Policies must be valid JSON and the first byte must be '{'") from problem
    if not isinstance(policy, dict) or not _listed(policy.get("Statement")):
        raise _malformed("Missing required field Statement")
    for one in _listed(policy["Statement"]):
        _check_statement(one, bucket)
    return text


def _check_statement(one: Any, bucket: str) -> None:
    if not isinstance(one, dict) or one.keys() - _PARTS:
        raise _malformed("Unknown field in a statement")
    if one.get("Effect") not in ("Allow", "Deny"):
        raise _malformed("Invalid effect")
    for name in ("Principal", "Action", "Resource"):
        if not one.get(name) and not one.get(f"Not{name}"):
            raise _malformed(f"Missing required field {name}")
    for resource in _listed(one.get("Resource") or ()):
        where = str(resource).partition(":::")[2].partition("/")[0]
        if not fnmatchcase(bucket, where):
            raise _malformed("Policy has invalid resource")


def is_public(text: str) -> bool:
    """Tell whether the policy lets everybody in, as BlockPublicPolicy understands it."""
    return any(
        one["Effect"] == "Allow"
        and one.get("Principal") in ("*", {"AWS": "*"})
        and not one.get("Condition")
        for one in _listed(json.loads(text)["Statement"])
    )


def lets(world: World, service: str, action: str, arn: str, context: Context) -> bool:
    """Tell whether the policy of the bucket in an ARN lets a service do this; a Deny wins."""
    bucket = arn.partition(":::")[2].partition("/")[0]
    row = configurations(world).get(f"{bucket}/Policy")
    return row is not None and allows(row["Value"], service, action, arn, context)


def allows(text: str, service: str, action: str, arn: str, context: Context) -> bool:
    """Tell whether a resource's policy lets a service do this; a Deny wins."""
    told = {"aws:SecureTransport": "true", **context}
    effects = {
        one["Effect"]
        for one in _listed(json.loads(text)["Statement"])
        if _is_about(one, service, action, arn) and _holds(one.get("Condition") or {}, told)
    }
    return effects == {"Allow"}


def is_there(world: World, bucket: str) -> bool:
    """Tell whether anybody has a bucket of this name."""
    return bucket in world.documents("s3").tables["buckets"]


def configurations(world: World) -> "Table[Any]":
    return world.documents("s3").tables["configurations"]


def _is_about(one: Mapping[str, Any], service: str, action: str, arn: str) -> bool:
    return (
        _names(one.get("Principal"), service)
        and _any(one.get("Action"), action.lower(), lower=True)
        and _any(one.get("Resource"), arn, lower=False)
    )


def _names(principal: Any, service: str) -> bool:
    if isinstance(principal, dict):
        return service in _listed(principal.get("Service", ()))
    return bool(principal == "*")


def _any(patterns: Any, value: str, *, lower: bool) -> bool:
    return any(
        _matches(str(one).lower() if lower else str(one), value) for one in _listed(patterns or ())
    )


def _matches(pattern: str, value: str) -> bool:
    return fnmatchcase(value, pattern.replace("[", "[[]"))


def _holds(condition: Mapping[str, Mapping[str, Any]], context: Context) -> bool:
    """Tell whether all of a condition holds; an operator that is not known here never does."""
    lowered = {key.lower(): value for key, value in context.items()}
    return all(
        _test(operator, _listed(values), lowered.get(key.lower()))
        for operator, keys in condition.items()
        for key, values in keys.items()
    )


def _test(operator: str, values: list[Any], given: str | None) -> bool:
    if given is None:
        return operator.startswith("StringNot")
    match operator:
        case "StringEquals" | "Bool":
            return given in map(str, values)
        case "StringNotEquals":
            return given not in map(str, values)
        case "StringLike" | "ArnLike" | "ArnEquals":
            return any(_matches(str(one), given) for one in values)
        case _:
            return False


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [] if value is None else [value]


def _malformed(text: str) -> RefusalError:
    return refusal("MalformedPolicy", message=text)
