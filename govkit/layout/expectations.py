"""The expectations of a layout, checked for what they name."""

from govkit.layout.draft import Draft
from govkit.layout.list_of_accounts import check_account
from govkit.layout.tree_of_ous import check_ou
from govkit.model.finding import Finding, Severity

NOT_EVALUATED = "GK003"


def check_expectations(draft: Draft) -> None:
    """Check what expectations name, and remark that this version does not evaluate them."""
    listed = draft.sections.expect
    for entry in listed:
        if entry.value.account is not None:
            check_account(draft, entry.value.account, entry.at("account"))
        if entry.value.ou is not None:
            check_ou(draft, entry.value.ou, entry.at("in"), "This expectation")
    if listed:
        count = "1 expectation is" if len(listed) == 1 else f"{len(listed)} expectations are"
        draft.findings.append(
            Finding(
                NOT_EVALUATED,
                Severity.WARNING,
                "expect",
                f"{count} well-formed, and not evaluated by this version of govkit.",
                "",
                min(entry.where for entry in listed),
            )
        )
