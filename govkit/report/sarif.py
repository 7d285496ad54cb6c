"""SARIF 2.1.0, for code hosts that show findings at their lines."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from govkit import __version__
from govkit.errors import UsageError
from govkit.report._format import Document, Format, Style

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def told(document: Document, style: Style) -> str:  # noqa: ARG001 - a teller's signature
    """Return the findings of a document as one SARIF run."""
    found = document["findings"]
    rules = {one["code"]: one for one in reversed(found)}
    order = sorted(rules)
    run = {
        "tool": {
            "driver": {
                "name": "govkit",
                "version": __version__,
                "rules": [_rule(code, rules[code]) for code in order],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, order.index(one["code"])) for one in found],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2) + "\n"


def _rule(code: str, finding: Document) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": code, "defaultConfiguration": {"level": finding["severity"]}}
    if finding["hint"]:
        rule["help"] = {"text": finding["hint"]}
    if finding.get("rule"):
        rule["name"] = finding["rule"]
        rule["properties"] = {
            "confidence": finding["confidence"],
            "precision": _PRECISION[finding["confidence"]],
        }
    return rule


# What code hosts know of how sure a rule is.
_PRECISION = {"certain": "very-high", "likely": "high", "possible": "medium"}


def _result(finding: Document, index: int) -> dict[str, Any]:
    return {
        "ruleId": finding["code"],
        "ruleIndex": index,
        "level": finding["severity"],
        "message": {"text": finding["message"]},
        "locations": list(_locations(finding)),
    }


def _locations(finding: Document) -> Iterator[dict[str, Any]]:
    where = finding["origin"]
    location: dict[str, Any] = {"logicalLocations": [{"fullyQualifiedName": finding["subject"]}]}
    if where is not None:
        location["physicalLocation"] = {
            "artifactLocation": {"uri": quote(where["file"].encode(errors="surrogateescape"))},
            "region": {"startLine": where["line"], "startColumn": where["column"]},
        }
    yield location


def _nothing(document: Document, style: Style) -> str:  # noqa: ARG001 - a teller's signature
    raise UsageError(
        "Nothing to say in SARIF", "SARIF tells findings, and this has none.", "--format json"
    )


FORMAT = Format(
    name="sarif",
    plan=told,
    drift=told,
    differences=_nothing,
    findings=told,
    run=_nothing,
    history=_nothing,
)
