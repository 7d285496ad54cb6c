"""How often AWS lets one account call each operation: rate per second and burst, as data.

Sources, as of 2026: AWS Organizations, "Throttling limits"; AWS Account Management, "Quotas"; CloudTrail's
guide, "Quotas"; IAM's guide, "IAM and AWS STS quotas". The last two tell no burst, and the rate is taken
for it; they count by account and Region. What AWS publishes no rate for (Config, IAM, Access Analyzer) is not paced beforehand: a call
that is throttled is repeated later.
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

_CLOUDTRAIL: Mapping[Rate, tuple[str, ...]] = {
    Rate(10, 10): (
        "DescribeTrails",
        "GetEventSelectors",
        "GetInsightSelectors",
        "GetTrail",
        "GetTrailStatus",
        "ListTags",
        "ListTrails",
    ),
    Rate(2, 2): ("LookupEvents",),
    Rate(1, 1): (
        "AddTags",
        "CreateTrail",
        "DeleteTrail",
        "PutEventSelectors",
        "PutInsightSelectors",
        "RemoveTags",
        "StartLogging",
        "StopLogging",
        "UpdateTrail",
    ),
}
_STS: Mapping[Rate, tuple[str, ...]] = {Rate(600, 600): ("AssumeRole",)}
_ACCOUNT: Mapping[Rate, tuple[str, ...]] = {
    Rate(10, 15): ("GetAlternateContact",),
    Rate(5, 8): ("PutAlternateContact",),
    Rate(5, 5): ("ListRegions",),
    Rate(1, 6): ("DeleteAlternateContact",),
}
_TABLES = {
    "account": _ACCOUNT,
    "cloudtrail": _CLOUDTRAIL,
    "organizations": _ORGANIZATIONS,
    "sts": _STS,
}

RATES: Mapping[tuple[str, str], Rate] = {
    (service, operation): rate
    for service, table in _TABLES.items()
    for rate, operations in table.items()
    for operation in operations
}
