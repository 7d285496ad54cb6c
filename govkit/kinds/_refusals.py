"""Answers that say how things are (gone, there already, in use), told from real errors."""

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
# What AWS says where a write's premise does not hold: its thing is not there, or already so.
OVERTAKEN = _GONE | frozenset(
    {
        "AccountAlreadyClosedException",
        "AccountAlreadyRegisteredException",
        "DestinationParentNotFoundException",
        "DuplicateAccountException",
        "DuplicateOrganizationalUnitException",
        "DuplicatePolicyAttachmentException",
        "DuplicatePolicyException",
        "PolicyNotAttachedException",
        "PolicyTypeAlreadyEnabledException",
        "PolicyTypeNotEnabledException",
        "RootNotFoundException",
        "SourceParentNotFoundException",
    }
)
# … or something still needs it, which a look at the thing alone does not show.
IN_USE = frozenset({"OrganizationalUnitNotEmptyException", "PolicyInUseException"})
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
