"""Write docs/checks.md, and the table of checks in docs/findings.md, from the checks' own docstrings."""

import argparse
import importlib
import inspect
import re
from pathlib import Path

from govkit.checks._check import Check
from govkit.checks._judge import checks

DOCS = Path(__file__).parent.parent / "docs"
_HEAD = """# Checks of policy documents

What `govkit lint` and `govkit validate` say of policies, one page per check; `validate` leaves the
notes to `lint`. Written from the checks' own docstrings by `scripts/build_checks_page.py`.

*Confidence* says what a remark rests on: **certain** follows from AWS's rules alone, **likely** from
dated lists of what AWS has, **possible** from what people usually mean. *AWS* names the checks of IAM
Access Analyzer that it covers, offline.

A finding that is right and shall stay quiet for a while is allowed where it stands, with a last day
(UTC), a reason, and a name if it is not yours:

    # govkit: allow GK220 until 2027-01-31 by jane because AWS renames the action in January

In the layout the comment holds for the entry at which it stands, and below it; in a template, as
`{# govkit: allow … #}` or in its header, for all that is printed. JSON has no comments: there it is a
line in a file `.govkit-lint` beside the documents, `deny-*.json: allow GK220 until …`. What ended,
hides nothing or is not understood is a finding itself.
"""
_BEGIN, _END = "<!-- checks: begin -->\n", "<!-- checks: end -->"


def page() -> str:
    """Return what docs/checks.md says."""
    return "\n".join([_HEAD, *(_section(check) for check in checks())]).rstrip() + "\n"


def table() -> str:
    """Return the rows of docs/findings.md."""
    rows = [
        f"| {check.code} | {check.severity.word} | {_summary(check)} | {check.fix} |"
        for check in checks()
    ]
    return "\n".join(["| code | severity | means | do |", "|---|---|---|---|", *rows]) + "\n"


def renewed(findings: str) -> str:
    """Return docs/findings.md with the table of checks as it should be."""
    begin, end = findings.index(_BEGIN) + len(_BEGIN), findings.index(_END)
    return findings[:begin] + table() + findings[end:]


def _section(check: Check) -> str:
    told = re.sub(r"^## ", "**", _doc(check), flags=re.MULTILINE)
    told = re.sub(r"^(\*\*.+)$", r"\1**", told, flags=re.MULTILINE)
    facts = f"{check.severity.word}, {check.confidence.value}"
    covers = f" AWS: {', '.join(f'`{one}`' for one in check.aws)}." if check.aws else ""
    return f"## {check.code} {check.name}\n\n*{facts}.*{covers}\n\n{told}\n"


def _summary(check: Check) -> str:
    return _doc(check).split("\n", maxsplit=1)[0].rstrip(".").replace("|", "\\|")


def _doc(check: Check) -> str:
    module = importlib.import_module(f"govkit.checks.{check.name.replace('-', '_')}")
    return inspect.getdoc(module) or ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.parse_args()
    (DOCS / "checks.md").write_text(page(), encoding="utf-8")
    findings = DOCS / "findings.md"
    findings.write_text(renewed(findings.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
