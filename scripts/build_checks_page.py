"""Write docs/checks.md, and the tables of checks in docs/findings.md, from the checks' own docstrings."""

import argparse
import importlib
import inspect
import re
from collections.abc import Sequence
from pathlib import Path

from govkit.checks._check import Check
from govkit.checks._judge import checks
from govkit.checks.accounts._check import AccountCheck, account_checks

DOCS = Path(__file__).parent.parent / "docs"
_HEAD = """# Checks

## Of policy documents

What `govkit lint` and `govkit validate` say of policies, one page per check; `validate` leaves the
notes to `lint`. Written from the checks' own docstrings by `scripts/build_checks_page.py`.

*Confidence* says what a remark rests on: **certain** follows from AWS's rules alone, **likely** from
dated lists of what AWS has, **possible** from what people usually mean. *AWS* names the checks of IAM
Access Analyzer that it covers, offline.

A finding that is right and shall stay quiet for a while is allowed where it stands, with a last day
(UTC), who answers for it, and a reason:

    # govkit: allow GK220 until 2027-01-31 by jane because AWS renames the action in January

In the layout the comment holds for the entry at which it stands, and below it; in a template, as
`{# govkit: allow … #}` or in its header, for all that is printed. JSON has no comments: there it is a
line in a file `.govkit-lint` beside the documents, `deny-*.json: allow GK220 until …`. What ended,
hides nothing, is nobody's or is not understood is a finding itself.
"""
_ACCOUNTS = """## Of accounts

What `govkit check` says of what is there in the accounts of the [baseline](baseline.md); each is
asked for by a key of the layout. Who is let out of one, by whom and until when, stands in the layout,
too: `credentials: {exempt: …}` and `suppress:`.
"""
_BEGIN, _END = "<!-- checks: begin -->\n", "<!-- checks: end -->"
_ACCOUNTS_BEGIN, _ACCOUNTS_END = "<!-- account checks: begin -->\n", "<!-- account checks: end -->"


def page() -> str:
    """Return what docs/checks.md says."""
    documents = [_HEAD, *(_section(check) for check in checks())]
    accounts = [_ACCOUNTS, *(_account_section(check) for check in account_checks())]
    return "\n".join([*documents, *accounts]).rstrip() + "\n"


def table(shelf: Sequence[Check] | Sequence[AccountCheck]) -> str:
    """Return the rows of docs/findings.md."""
    rows = [
        f"| {check.code} | {check.severity.word} | {_summary(check)} | {check.fix} |"
        for check in shelf
    ]
    return "\n".join(["| code | severity | means | do |", "|---|---|---|---|", *rows]) + "\n"


def renewed(findings: str) -> str:
    """Return docs/findings.md with the tables of checks as they should be."""
    findings = _between(findings, _BEGIN, _END, table(checks()))
    return _between(findings, _ACCOUNTS_BEGIN, _ACCOUNTS_END, table(account_checks()))


def _between(text: str, begin: str, end: str, rows: str) -> str:
    return text[: text.index(begin) + len(begin)] + rows + text[text.index(end) :]


def _account_section(check: AccountCheck) -> str:
    asked = f"baseline: {{{': {'.join(check.path)}: …{'}' * len(check.path)}"
    controls = "; ".join(f"{name} {', '.join(one)}" for name, one in check.controls.items())
    facts = f"*{check.severity.word}.* Asked for by `{asked}`. Controls: {controls}."
    return f"### {check.code} {check.name}\n\n{facts}\n\n{_told(check)}\n"


def _told(check: Check | AccountCheck) -> str:
    told = re.sub(r"^## ", "**", _doc(check), flags=re.MULTILINE)
    return re.sub(r"^(\*\*.+)$", r"\1**", told, flags=re.MULTILINE)


def _section(check: Check) -> str:
    facts = f"{check.severity.word}, {check.confidence.value}"
    covers = f" AWS: {', '.join(f'`{one}`' for one in check.aws)}." if check.aws else ""
    return f"### {check.code} {check.name}\n\n*{facts}.*{covers}\n\n{_told(check)}\n"


def _summary(check: Check | AccountCheck) -> str:
    return _doc(check).split("\n", maxsplit=1)[0].rstrip(".").replace("|", "\\|")


def _doc(check: Check | AccountCheck) -> str:
    shelf = "govkit.checks.accounts" if isinstance(check, AccountCheck) else "govkit.checks"
    module = importlib.import_module(f"{shelf}.{check.name.replace('-', '_')}")
    return inspect.getdoc(module) or ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.parse_args()
    (DOCS / "checks.md").write_text(page(), encoding="utf-8")
    findings = DOCS / "findings.md"
    findings.write_text(renewed(findings.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
