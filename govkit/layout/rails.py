"""The sections of the layout's own file that become values of the model as they stand."""

from collections.abc import Mapping

from govkit.layout.layout_model import Layout
from govkit.model.wanted import Ignored, Manage, Safety, Spared

CHINA, GOVCLOUD = "cn-", "us-gov-"


def roles(head: Layout) -> Mapping[str, str]:
    """Return which role does what: `read`, `policies`, `structure`, `member.read`, `member.write`."""
    run = head.run
    given = {
        "read": run.read,
        "policies": run.policies,
        "structure": run.structure,
        "member.read": run.member.read,
        "member.write": run.member.write,
    }
    return {task: role for task, role in given.items() if role is not None}


def manage(head: Layout) -> Manage:
    """Return how far the layout's care goes."""
    patterns = [
        Ignored(kind, pattern)
        for one in head.manage.ignore
        for kind, pattern in one.model_dump(exclude_none=True).items()
    ]
    return Manage(
        all_ous=head.manage.ous == "all",
        all_accounts=head.manage.accounts == "all",
        ignore=tuple(patterns),
    )


def safety(head: Layout) -> Safety:
    """Return the rails' figures."""
    given = head.safety
    return Safety(
        max_deletes=given.max_deletes,
        max_moves=given.max_moves,
        max_creates=given.max_creates,
        max_accounts_newly_denied=given.max_accounts_newly_denied,
        max_accounts_newly_allowed=given.max_accounts_newly_allowed,
        exemption_max_days=given.exemption_max_days,
        remove_expired=given.on_expiry == "remove",
        settle_seconds=given.settle,
        never_deny=tuple(Spared(one.principal, tuple(one.actions)) for one in given.never_deny),
    )


def partition(head: Layout) -> str:
    """Return the partition that ARNs are written for: told, or that of the home region."""
    if head.organization.partition:
        return head.organization.partition
    region = head.organization.home_region or ""
    if region.startswith(CHINA):
        return "aws-cn"
    return "aws-us-gov" if region.startswith(GOVCLOUD) else "aws"
