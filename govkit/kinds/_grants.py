"""What IAM's list of users and groups says of the policies that each of them has."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from govkit.kinds._places import Spot
from govkit.model.call import ApiCall, Look


def listed(look: Look, spot: Spot, sort: str) -> Iterator[Mapping[str, Any]]:
    """Yield the users (`User`) or groups (`Group`) of an account with their policies, page by page."""
    call = ApiCall("iam", "GetAccountAuthorizationDetails", {"Filter": [sort]}, spot.place)
    yield from look.items(f"{sort}DetailList", call)


def attached(told: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the ARNs of the managed policies that are attached, sorted."""
    return tuple(sorted(one["PolicyArn"] for one in told.get("AttachedManagedPolicies", ())))


def inline(policies: Iterable[Mapping[str, Any]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of inline policies, sorted, and of those that let do everything with anything."""
    told = sorted(policies, key=lambda one: str(one["PolicyName"]))
    return (
        tuple(one["PolicyName"] for one in told),
        tuple(one["PolicyName"] for one in told if is_administrator(one.get("PolicyDocument"))),
    )


def is_administrator(document: Any) -> bool:
    """Tell whether a policy has a statement that allows every action on everything, with no condition."""
    statements = document.get("Statement", ()) if isinstance(document, Mapping) else ()
    for one in _listed(statements):
        everything = {"*", "*:*"} & set(_listed(one.get("Action", ())))
        anywhere = "*" in _listed(one.get("Resource", ()))
        if one.get("Effect") == "Allow" and everything and anywhere and not one.get("Condition"):
            return True
    return False


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]
