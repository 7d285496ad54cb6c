"""Answers that mean "there is no such thing", told from real errors."""

from collections.abc import Callable
from typing import TypeVar

from govkit.errors import AwsError

T = TypeVar("T")

_GONE = frozenset(
    {
        "AccountNotFoundException",
        "AccountNotRegisteredException",
        "ChildNotFoundException",
        "OrganizationalUnitNotFoundException",
        "ParentNotFoundException",
        "PolicyNotFoundException",
        "ResourcePolicyNotFoundException",
        "TargetNotFoundException",
    }
)
NOT_OFFERED = frozenset(
    {
        "NotImplemented",
        "NotImplementedException",
        "UnknownOperationException",
        "UnsupportedOperationException",
        "UnsupportedAPIEndpointException",
        "InvalidAction",
    }
)


def unless_gone(ask: Callable[[], T]) -> T | None:
    """Return the answer, or None where AWS says that there is no such thing."""
    try:
        return ask()
    except AwsError as error:
        if error.code in _GONE:
            return None
        raise
