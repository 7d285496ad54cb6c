"""How often AWS lets an account call each Organizations operation, and the buckets that count it.

Source: the quotas page of AWS Organizations as of 2026 (throttling, per account).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Rate:
    """`per_second` calls trickle in, at most `burst` wait unspent."""

    per_second: float
    burst: float


def _table() -> dict[str, Rate]:
    groups = {
        ("ListAccounts",): Rate(8, 12),
        ("ListChildren",): Rate(6, 10),
        ("ListParents", "ListAccountsForParent", "ListOrganizationalUnitsForParent"): Rate(5, 8),
        ("ListPolicies", "ListPoliciesForTarget", "ListTargetsForPolicy"): Rate(5, 8),
        ("DescribePolicy", "DescribeOrganizationalUnit"): Rate(2, 2),
        ("ListTagsForResource",): Rate(10, 15),
        ("DescribeAccount",): Rate(20, 30),
        ("ListRoots", "DescribeOrganization", "CreateOrganizationalUnit"): Rate(1, 2),
        ("CreatePolicy", "UpdatePolicy", "DeletePolicy", "AttachPolicy", "DetachPolicy"): Rate(
            2, 3
        ),
        ("MoveAccount", "UpdateOrganizationalUnit", "DeleteOrganizationalUnit"): Rate(2, 3),
        ("RemoveAccountFromOrganization",): Rate(2, 3),
        ("TagResource", "UntagResource"): Rate(4, 6),
        ("EnablePolicyType", "DisablePolicyType"): Rate(1, 1),
        ("CreateAccount",): Rate(0.1, 3),
        ("CloseAccount",): Rate(0.05, 1),
        ("DescribeCreateAccountStatus",): Rate(2, 2),
        ("ListCreateAccountStatus", "ListDelegatedAdministrators"): Rate(5, 8),
        ("ListAWSServiceAccessForOrganization", "ListDelegatedServicesForAccount"): Rate(1, 3),
        ("EnableAWSServiceAccess", "DisableAWSServiceAccess"): Rate(1, 2),
        ("RegisterDelegatedAdministrator", "DeregisterDelegatedAdministrator"): Rate(1, 2),
    }
    return {operation: rate for operations, rate in groups.items() for operation in operations}


RATES: Mapping[str, Rate] = _table()


@dataclass(slots=True)
class Buckets:
    """Token buckets per account and operation, of this process; full when first asked."""

    left: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)

    def take(self, account: str, operation: str, now: float, scale: float) -> bool:
        """Spend a token, or say that there is none. Operations without a documented rate are free."""
        rate = RATES.get(operation)
        if rate is None or scale <= 0:
            return True
        tokens, since = self.left.get((account, operation), (rate.burst * scale, now))
        tokens = min(rate.burst * scale, tokens + max(0.0, now - since) * rate.per_second * scale)
        allowed = tokens >= 1 - 1e-9
        self.left[account, operation] = (tokens - 1 if allowed else tokens), now
        return allowed
