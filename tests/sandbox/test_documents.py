"""The grammar of policy documents, against documents whose validity others judged."""

import json
from pathlib import Path
from typing import Any

import pytest

from govkit.sandbox.organizations.documents import require_document
from govkit.sandbox.organizations.rows import RCP, SCP
from govkit.sandbox.refusals import RefusalError

CASES = Path(__file__).parents[3] / "shared" / "data" / "cases" / "policy_documents.json"
SCPS = Path(__file__).parents[3] / "shared" / "data" / "scps"


def valid(kind: str, content: str) -> bool:
    try:
        require_document(kind, content)
    except RefusalError:
        return False
    return True


def cases() -> list[Any]:
    listed = json.loads(CASES.read_text()) if CASES.exists() else []
    found = listed if isinstance(listed, list) else listed["cases"]
    return [case for case in found if case["policy_type"] in {"scp", "rcp"}]


@pytest.mark.skipif(
    not CASES.exists(), reason="the reference documents are not beside the checkout"
)
def test_reference_documents_are_judged_as_others_judge_them() -> None:
    for case in cases():
        kind = SCP if case["policy_type"] == "scp" else RCP
        judged = valid(kind, json.dumps(case["policy"]))
        assert judged == case["expected_valid"], case["id"]


@pytest.mark.skipif(not SCPS.exists(), reason="the published policies are not beside the checkout")
def test_published_policies_are_well_formed_but_for_those_with_a_known_fault() -> None:
    refused = set()
    for path in sorted(SCPS.glob("*.json")):
        content = path.read_text()
        if path.name != "MANIFEST.json" and not valid(SCP, content) and not valid(RCP, content):
            refused.add(path.stem)
    assert refused == {
        "0061",  # a template of a resource's own policy: denies every action
        "0062",  # the same
        "0080",  # an RCP with an Allow in it
        "0162",  # AWS's own RCPFullAWSAccess, which no customer could create
        "0183",  # the same
    }


@pytest.mark.parametrize("kind", ["S3_POLICY", "SECURITYHUB_POLICY"])
def test_types_whose_members_are_unknown_need_an_object_with_something_in_it(kind: str) -> None:
    assert valid(kind, '{"anything": 1}')
    assert not valid(kind, "{}")


def test_a_tag_policy_may_control_its_children_at_the_top() -> None:
    assert valid("TAG_POLICY", '{"tags": {}, "@@operators_allowed_for_child_policies": []}')


def test_an_rcp_may_name_everybody_in_two_ways() -> None:
    for principal in ("*", {"AWS": "*"}):
        statement = {"Effect": "Deny", "Principal": principal, "Action": ["s3:*"], "Resource": "*"}
        assert valid(RCP, json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
