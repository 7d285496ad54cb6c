"""What `govkit check` found as OCSF events of class 2003, Compliance Finding, for security lakes."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from govkit import __version__
from govkit.report._format import Document, Style
from govkit.report.json import told as json_text

_VERSION = "1.3.0"  # of OCSF's schema
_CLASS, _CATEGORY, _CREATE = 2003, 2, 1
# OCSF's severity_id; a note tells, a warning is medium, an error is high.
_SEVERITIES: Mapping[str, tuple[int, str]] = {
    "note": (1, "Informational"),
    "warning": (3, "Medium"),
    "error": (4, "High"),
}
_AWS_ACCOUNT = 10  # account.type_id
_FAIL, _WARNING = (3, "Fail"), (2, "Warning")
_NEW, _SUPPRESSED = (1, "New"), (3, "Suppressed")


def check_ocsf(document: Document, style: Style) -> str:
    """Return a JSON array of events: one for each finding, the suppressed ones marked as such."""
    events = [_event(one, document, _NEW) for one in document["findings"]]
    events += [_event(one, document, _SUPPRESSED) for one in document["suppressed"]]
    text = json_text({"events": events}, style)
    return json.dumps(json.loads(text)["events"], indent=2) + "\n"


def _event(one: Document, document: Document, status: tuple[int, str]) -> dict[str, Any]:
    severity_id, severity = _SEVERITIES[one["severity"]]
    moment = datetime.combine(date.fromisoformat(document["as_of"]), time(), UTC)
    milliseconds = int(moment.timestamp()) * 1_000
    return {
        "activity_id": _CREATE,
        "activity_name": "Create",
        "category_uid": _CATEGORY,
        "category_name": "Findings",
        "class_uid": _CLASS,
        "class_name": "Compliance Finding",
        "type_uid": _CLASS * 100 + _CREATE,
        "type_name": "Compliance Finding: Create",
        "time": milliseconds,
        "severity_id": severity_id,
        "severity": severity,
        "status_id": status[0],
        "status": status[1],
        "message": one["message"],
        "metadata": {
            "version": _VERSION,
            "profiles": ["cloud"],
            "product": {"name": "govkit", "vendor_name": "govkit", "version": __version__},
            "event_code": one["code"],
        },
        "cloud": _cloud(one, document),
        "compliance": _compliance(one),
        "finding_info": {
            "uid": _uid(one),
            "title": one["message"],
            "desc": one["message"],
            "types": [one["code"]],
            "created_time": milliseconds,
        },
        "resources": [_resource(one)],
        "remediation": {"desc": one["fix"]},
        "unmapped": _rest(one),
    }


def _cloud(one: Document, document: Document) -> dict[str, Any]:
    account = {"uid": one["account"], "name": one["account_key"]}
    return {
        "provider": "AWS",
        "org": {"uid": document["organization"]},
        **({"region": one["region"]} if one["region"] else {}),
        **(
            {"account": {**account, "type_id": _AWS_ACCOUNT, "type": "AWS Account"}}
            if one["account"]
            else {}
        ),
    }


def _compliance(one: Document) -> dict[str, Any]:
    ident, word = _FAIL if one["severity"] == "error" else _WARNING
    return {
        "control": one["code"],
        "standards": sorted(one["controls"]) or ["govkit"],
        "requirements": [
            f"{name} {each}" for name, given in one["controls"].items() for each in given
        ],
        "status_id": ident,
        "status": word,
    }


def _resource(one: Document) -> dict[str, Any]:
    return {
        "uid": one["resource"],
        "cloud_partition": _partition(one["resource"]),
        **({"region": one["region"]} if one["region"] else {}),
    }


def _partition(resource: str) -> str:
    return resource.split(":")[1] if resource.startswith("arn:") else "aws"


def _rest(one: Document) -> dict[str, Any]:
    kept = ("expected", "actual", "origin", "owner", "reason", "expires")
    return {name: one[name] for name in kept if one.get(name) is not None}


def _uid(one: Document) -> str:
    """Return what stays the same from run to run for one and the same finding."""
    what = [
        one["code"],
        one["account"],
        one["region"],
        one["resource"],
        sorted(one["actual"] or {}),
    ]
    return hashlib.sha256(json.dumps(what).encode()).hexdigest()[:32]
