"""How often AWS lets one account call each operation: rate per second and burst, as data.

Source: the service's quota page as stored in 2026 (AWS Organizations, "Throttling limits").
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """A token bucket: so many calls per second, and so many at once after a pause."""

    per_second: float
    burst: float


_ORGANIZATIONS: Mapping[Rate, tuple[str, ...]] = {
    Rate(8, 12): ("ListAccounts",),
    Rate(6, 10): ("ListChildren",),
    Rate(5, 8): (
        "ListParents",
        "ListAccountsForParent",
        "ListOrganizationalUnitsForParent",
        "ListPolicies",
        "ListPoliciesForTarget",
        "ListTargetsForPolicy",
        "ListCreateAccountStatus",
        "ListDelegatedAdministrators",
    ),
    Rate(2, 2): ("DescribePolicy", "DescribeOrganizationalUnit", "DescribeCreateAccountStatus"),
    Rate(10, 15): ("ListTagsForResource",),
    Rate(20, 30): ("DescribeAccount",),
    Rate(1, 2): (
        "ListRoots",
        "DescribeOrganization",
        "CreateOrganizationalUnit",
        "EnableAWSServiceAccess",
        "DisableAWSServiceAccess",
        "RegisterDelegatedAdministrator",
        "DeregisterDelegatedAdministrator",
    ),
    Rate(2, 3): (
        "CreatePolicy",
        "UpdatePolicy",
        "DeletePolicy",
        "AttachPolicy",
        "DetachPolicy",
        "MoveAccount",
        "UpdateOrganizationalUnit",
        "DeleteOrganizationalUnit",
        "RemoveAccountFromOrganization",
    ),
    Rate(4, 6): ("TagResource", "UntagResource"),
    Rate(1, 1): ("EnablePolicyType", "DisablePolicyType"),
    Rate(0.1, 3): ("CreateAccount",),
    Rate(0.05, 1): ("CloseAccount",),
    Rate(1, 3): ("ListAWSServiceAccessForOrganization", "ListDelegatedServicesForAccount"),
}

RATES: Mapping[tuple[str, str], Rate] = {
    ("organizations", operation): rate
    for rate, operations in _ORGANIZATIONS.items()
    for operation in operations
}
