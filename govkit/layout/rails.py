"""The sections of the layout's own file that become values of the model as they stand."""

from collections.abc import Mapping

from govkit.layout.draft import Draft
from govkit.layout.layout_model import Layout
from govkit.model.finding import Finding, Severity
from govkit.model.wanted import Ignored, Manage, Safety

CHINA, GOVCLOUD = "cn-", "us-gov-"
NOT_ACTED_ON = "GK009"
_UNUSED = (("safety", "never_deny"),)


def remark_unused(draft: Draft) -> None:
    """Remark what is well-formed and not acted on by this version, so that nobody relies on it."""
    head = draft.sections.head
    given = (head.safety.never_deny,)
    for steps, value in zip(_UNUSED, given, strict=True):
        if value:
            draft.findings.append(
                Finding(
                    NOT_ACTED_ON,
                    Severity.WARNING,
                    ".".join(steps),
                    f"{'.'.join(steps)}: is well-formed, and not acted on by this version of govkit.",
                    "",
                    draft.sections.book.main.key_at(*steps),
                )
            )


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
    )


def partition(head: Layout) -> str:
    """Return the partition that ARNs are written for: told, or that of the home region."""
    if head.organization.partition:
        return head.organization.partition
    region = head.organization.home_region or ""
    if region.startswith(CHINA):
        return "aws-cn"
    return "aws-us-gov" if region.startswith(GOVCLOUD) else "aws"
