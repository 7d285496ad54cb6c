"""What somebody else does to the object of a call that govkit is about to make."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from journey import deny

Written = tuple[str, Mapping[str, Any]]
Change = Callable[[Mapping[str, Any], Path], Iterable[Written]]
THEIRS = "sns:DeleteTopic"  # what only somebody else's statement denies
ELSEWHERE = json.dumps(deny("Elsewhere", THEIRS))


# What is made or switched on is the same, whoever does it and however it is tagged.
_ANYBODYS = frozenset({"CreateAccount", "CreateOrganizationalUnit"})
# AWS takes no condition along with these: whoever comes last has written.
_WRITTEN_OVER = frozenset({"TagResource", "UpdateOrganizationalUnit", "UpdatePolicy"})


def is_so_by(
    asked: Mapping[str, Any], operation: str, params: Mapping[str, Any], *, early: bool
) -> bool:
    """Tell whether a call leaves things as `asked` says although somebody did this before it."""
    if not early and asked["operation"] in _WRITTEN_OVER:
        return True
    alike = operation in _ANYBODYS or params == asked["params"]
    return operation == asked["operation"] and alike


def same(call: Mapping[str, Any], sandbox: Path) -> Iterable[Written]:
    """Do what the call would do."""
    return [(call["operation"], call["params"])]


def otherwise(call: Mapping[str, Any], sandbox: Path) -> Iterator[Written]:
    """Do something else to the object of the call, so that its premise does not hold any more."""
    told = call["params"]
    match call["operation"]:
        case "DetachPolicy":
            # What should stay in its place is taken away first.
            yield from _without_guards(told["TargetId"], told["PolicyId"], sandbox)
        case "MoveAccount":
            yield "MoveAccount", {**told, "DestinationParentId": _lab(sandbox)}
        case "TagResource":
            tags = [{**tag, "Value": "theirs"} for tag in told["Tags"]]
            yield "TagResource", {**told, "Tags": tags}
        case "CreateAccount":
            yield "CreateAccount", {key: told[key] for key in ("Email", "AccountName")}
        case operation if "OrganizationalUnit" in operation:
            yield _another_unit(operation, told)
        case operation if "Policy" in operation and "PolicyType" not in operation:
            yield _another_policy(operation, told, sandbox)
        case operation:
            yield operation, told  # what is on or off can only be as it is, or as it shall be


def _another_unit(operation: str, told: Mapping[str, Any]) -> Written:
    match operation:
        case "CreateOrganizationalUnit":
            return operation, {"ParentId": told["ParentId"], "Name": told["Name"]}
        case "UpdateOrganizationalUnit":
            return operation, {**told, "Name": "Elsewhere"}
        case _:
            inside = {"ParentId": told["OrganizationalUnitId"], "Name": "Theirs"}
            return "CreateOrganizationalUnit", inside


def _another_policy(operation: str, told: Mapping[str, Any], sandbox: Path) -> Written:
    match operation:
        case "CreatePolicy":
            content = told["Content"] if "tags" in told["Content"] else ELSEWHERE
            return operation, {**told, "Content": content, "Tags": []}
        case "DeletePolicy":
            return "AttachPolicy", {"PolicyId": told["PolicyId"], "TargetId": _lab(sandbox)}
        case _:
            given = told["PolicyId"]
            content = ELSEWHERE if _is_scp(given, sandbox) else json.dumps({"tags": {}})
            return "UpdatePolicy", {"PolicyId": given, "Content": content}


def _rows(sandbox: Path, table: str) -> Mapping[str, Any]:
    rows: Mapping[str, Any] = json.loads((sandbox / "organizations.json").read_text())[table]
    return rows


def _is_scp(policy: str, sandbox: Path) -> bool:
    row = _rows(sandbox, "policies").get(policy)
    return row is not None and row["Type"] == "SERVICE_CONTROL_POLICY"


def _lab(sandbox: Path) -> str:
    return next(given for given, row in _rows(sandbox, "ous").items() if row["Name"] == "Lab")


def _without_guards(target: str, policy: str, sandbox: Path) -> Iterator[Written]:
    parents = {
        given: row["Parent"]
        for table in ("ous", "accounts")
        for given, row in _rows(sandbox, table).items()
    }
    above = [parents[target]]
    while above[-1] in parents:
        above.append(parents[above[-1]])
    for row in _rows(sandbox, "attachments").values():
        if row["Target"] in above and row["Policy"] not in {policy, "p-FullAWSAccess"}:
            yield "DetachPolicy", {"PolicyId": row["Policy"], "TargetId": row["Target"]}
