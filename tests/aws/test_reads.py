"""Which operations change nothing is told by their names: tried on all that govkit may call."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from botocore.loaders import Loader

from govkit.aws.failures import is_read

ROOM = Path(__file__).resolve().parents[2] / "govkit"
SERVICES = (
    *("organizations", "account", "sts", "iam", "cloudtrail", "config", "accessanalyzer"),
    *("s3", "s3control", "ec2", "cloudformation"),
)
READING = {"Assume", "Describe", "Generate", "Get", "Head", "List", "Lookup", "Validate"}
WRITING = {
    *(
        "Add",
        "Attach",
        "Close",
        "Create",
        "Deactivate",
        "Delete",
        "Deregister",
        "Detach",
        "Disable",
        "Enable",
    ),
    *("Modify", "Move", "Put", "Register", "Remove", "Start", "Stop", "Tag", "Untag", "Update"),
}


@cache
def _models() -> dict[str, dict[str, object]]:
    """Return the operations of all services, by name; those of one name do alike."""
    found: dict[str, dict[str, object]] = {}
    for service in SERVICES:
        found |= Loader().load_service_model(service, "service-2")["operations"]
    return found


def _written() -> Iterator[str]:
    """Yield every text in govkit that is an operation's name; the sandbox answers, and calls none."""
    for path in ROOM.rglob("*.py"):
        if "sandbox" not in path.relative_to(ROOM).parts:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and node.value in _models():
                    yield str(node.value)


OPERATIONS = sorted(set(_written()))


def _verb(operation: str) -> str:
    found = re.match(r"[A-Z][a-z]+", operation)
    assert found is not None
    return found.group()


def test_many_operations_are_found() -> None:
    assert {"MoveAccount", "ListAccounts", "PutObject", "AssumeRole", "PutAccountName"} <= {
        *OPERATIONS
    }
    assert len(OPERATIONS) > 100


@pytest.mark.parametrize("operation", OPERATIONS)
def test_it_is_known_of_each_operation_whether_it_changes_anything(operation: str) -> None:
    assert _verb(operation) in READING | WRITING
    assert is_read(operation) is (_verb(operation) in READING)


def test_what_aws_itself_marks_as_reading_is_told_apart_alike() -> None:
    marked = [name for name in OPERATIONS if _models()[name].get("readonly")]
    assert len(marked) > 3
    assert all(is_read(name) for name in marked)


@pytest.mark.parametrize(
    ("operation", "reads"),
    [
        ("BatchGetResourceConfig", True),
        ("BatchGetAggregateResourceConfig", True),
        ("BatchDescribeTypeConfigurations", True),
        ("BatchDisassociateScramSecret", False),
        ("BatchWriteItem", False),
        ("BatchDeleteImage", False),
        ("BatchUpdateFindings", False),
        ("Batch", False),
    ],
)
def test_a_batch_reads_where_what_is_batched_does(operation: str, reads: bool) -> None:  # noqa: FBT001 - a table's column
    assert is_read(operation) is reads
