"""The shelf of policy types: complete, and right about what AWS refuses."""

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.session import get_session

from govkit.policies.document import of, parse
from govkit.policies.limits import NAMES, ORGANIZATION, organization_limits
from govkit.policies.types import known, policy_type, policy_types

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "scps"


def faults(key: str, value: dict[str, Any]) -> list[str]:
    return [str(fault) for fault in policy_type(key).faults(of(value, policy_type(key).grammar))]


def deny(**elements: Any) -> dict[str, Any]:
    statement = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"} | elements
    present = {name: part for name, part in statement.items() if part is not None}
    return {"Version": "2012-10-17", "Statement": [present]}


# --- the shelf ---------------------------------------------------------------------------------


def test_the_shelf_has_every_type_that_botocore_knows() -> None:
    model = get_session().get_service_model("organizations")
    assert {kind.name for kind in policy_types()} == set(model.shape_for("PolicyType").enum)


def test_a_type_is_found_by_its_key_and_by_its_name() -> None:
    for kind in policy_types():
        assert policy_type(kind.key) is policy_type(kind.name) is known(kind.key) is kind
    assert known("spc") is None


def test_a_type_that_aws_adds_tomorrow_is_representable() -> None:
    kind = policy_type("QUANTUM_POLICY")
    assert (kind.key, kind.name, kind.exemptible) == ("quantum_policy", "QUANTUM_POLICY", False)
    assert policy_type(kind.key).name == kind.name
    assert kind.limits.characters == 10_000
    assert faults(kind.key, {"a": {"@@assgn": 1, "b": [{"@@assign": "x"}]}}) == [
        'a.@@assgn: unknown operator @@assgn; did you mean "@@assign"?'
    ]


def test_limits_are_those_of_2026_and_a_layout_may_override_them() -> None:
    scp = policy_type("scp")
    assert (scp.limits.characters, scp.limits.attachments, scp.limits.minimum) == (10_240, 10, 1)
    assert policy_type("rcp").limits.characters == 5_120
    assert policy_type("rcp").limits.attachments == 5
    assert policy_type("ai_opt_out").limits.characters == 2_500
    assert policy_type("chat").limits.attachments == 5
    told = scp.limits_in("aws-us-gov", {"characters": 5_120, "odd": 1})
    assert (told.characters, told.attachments) == (5_120, 10)
    assert organization_limits()["ous"] == 2_000
    assert organization_limits({"accounts": 500, "odd": 1})["accounts"] == 500
    assert "odd" not in organization_limits({"odd": 1})


def test_every_limit_says_when_and_where_it_was_read() -> None:
    every = [getattr(kind.facts, name) for kind in policy_types() for name in NAMES]
    for limit in (*every, *ORGANIZATION.values()):
        assert limit.as_of.startswith("2026-")
        assert limit.source
        assert limit.at("aws") == limit.figure


def test_a_partition_may_have_a_figure_of_its_own() -> None:
    limit = type(ORGANIZATION["ous"])(5, "2026-01-01", "a test", {"aws-cn": 3})
    assert (limit.at("aws"), limit.at("aws-cn")) == (5, 3)


def test_only_types_with_conditions_can_be_exempted() -> None:
    assert [kind.key for kind in policy_types() if kind.exemptible] == ["rcp", "scp"]
    assert policy_type("scp").default == type(policy_type("rcp").default)(
        "p-FullAWSAccess", "FullAWSAccess", detachable=True
    )
    assert policy_type("inspector").needs_access == ("inspector2.amazonaws.com",)


# --- SCPs and RCPs -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({}, "Version"),
        ({"Version": "2012-10-17"}, "there is no statement"),
        ({"Version": "2012-10-17", "Statement": []}, "there is no statement"),
        ({"Version": "2012-10-17", "Statement": [3]}, "Statement[0]: a statement is an object"),
        ({"Version": "2008-10-17", "Statement": deny()["Statement"]}, "Version: "),
        (deny() | {"Statment": []}, 'did you mean "Statement"?'),
        (deny(Effect="deny"), "Statement[0].Effect"),
        (deny(Effect=None), "Effect"),
        (deny(Principal="*"), 'an SCP has no "Principal"'),
        (deny(NotPrincipal="*"), "aws:PrincipalArn"),
        (deny(Action=None), 'either "Action" or "NotAction"; this has neither'),
        (deny(NotAction="iam:*"), "this has both"),
        (deny(Resource=None), 'either "Resource" or "NotResource"'),
        (deny(Action=[]), "the list is empty"),
        (deny(Action=["s3:*", 3]), "Statement[0].Action[1]: expected a text, found 3"),
        (deny(Action="s3"), '"s3" is not an action'),
        (deny(Action="s3:Get Object"), "is not an action"),
        (deny(Resource="bucket"), '"bucket" is not a resource'),
        (deny(Sid=3), "a Sid is a text"),
        (deny(Conditions={}), 'unknown element "Conditions"; did you mean "Condition"?'),
        (deny(Condition=[]), "a condition is an object of operators"),
        (deny(Condition={"StringEqual": {"a": "b"}}), 'unknown condition operator "StringEqual"'),
        (deny(Condition={"Bool": "x"}), "holds an object of condition keys"),
        (deny(Condition={"Bool": {"aws:x": None}}), "a text, a number or a boolean"),
        (deny(Condition={"Bool": {"aws:x": ["a", {}]}}), "Bool.aws:x[1]"),
    ],
)
def test_an_scp_is_refused_as_aws_refuses_it(value: dict[str, Any], says: str) -> None:
    assert says in " | ".join(faults("scp", value))


@pytest.mark.parametrize(
    "value",
    [
        deny(),
        deny(Effect="Allow", Condition={"Bool": {"aws:x": True}}, Resource=["arn:aws:s3:::x"]),
        deny(Effect="Allow", Action=None, NotAction=["iam:*", "*"]),
        deny(Resource=None, NotResource="arn:aws:s3:::x*", Sid="A"),
        deny(Action=["s3:*Object", "s3:G?t*", "execute-api:Invoke"]),
        deny(
            Condition={"ForAllValues:stringnotlikeIfExists": {"aws:x": ["a"]}, "null": {"k:x": 1}}
        ),
        {"Version": "2012-10-17", "Statement": deny()["Statement"][0], "Id": "x"},
    ],
)
def test_an_scp_in_the_full_language_passes(value: dict[str, Any]) -> None:
    assert faults("scp", value) == []


def test_a_lone_statement_is_named_without_an_index() -> None:
    value = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": 1}}
    assert "Statement.Action: expected a text, found 1" in faults("scp", value)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (deny(), '"Principal" must be there and "*"'),
        (deny(Principal={"AWS": "*"}), "Statement[0].Principal"),
        (deny(Principal="*", Effect="Allow"), "RCPFullAWSAccess alone"),
        (deny(Principal="*", Action=None, NotAction="s3:*"), 'no "NotAction"'),
        (deny(NotPrincipal="*"), 'no "NotPrincipal"'),
        (deny(Principal="*", Action="*"), "Statement[0].Action: an RCP's actions name a service"),
        (deny(Principal="*", Action=["s3:*", "*"]), "Statement[0].Action[1]: an RCP's actions"),
    ],
)
def test_an_rcp_is_refused_as_aws_refuses_it(value: dict[str, Any], says: str) -> None:
    assert says in " | ".join(faults("rcp", value))
    assert faults("rcp", deny(Principal="*")) == []


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"published policies are not at {SHARED}")
def test_published_scps_have_no_fault_that_aws_would_not_find() -> None:
    manifest = json.loads((SHARED / "MANIFEST.json").read_text())
    found = {
        entry["file"]
        for entry in manifest
        if policy_type(entry["type"]).faults(parse((SHARED / entry["file"]).read_text()))
    }
    # 0066: a filled-in placeholder stands where an ARN should. 0061 and 0062 are templates of a
    # resource's own policy, whose action is a bare "*"; the others are RCPs that allow.
    rcps = {"0061.json", "0062.json", "0080.json", "0162.json", "0183.json"}
    assert found == {"0066.json"} | rcps


# --- management policies -----------------------------------------------------------------------

LISTS = {"enable_in_regions": {"@@assign": ["eu-west-1"]}, "disable_in_regions": {"@@append": []}}
GOOD = {
    "tag": {"tags": {"cost": {"tag_key": {"@@assign": "Cost"}, "tag_value": {"@@append": "a*"}}}},
    "backup": {
        "plans": {
            "daily": {
                "regions": {"@@assign": ["eu-west-1"]},
                "rules": {
                    "r": {"lifecycle": {"delete_after_days": {"@@assign": "14"}}, "new": {"x": {}}}
                },
            }
        }
    },
    "ai_opt_out": {
        "services": {
            "@@operators_allowed_for_child_policies": ["@@none"],
            "default": {"opt_out_policy": {"@@assign": "optOut"}},
        }
    },
    "chat": {
        "chatbot": {
            "platforms": {
                "slack": {"client": {"@@assign": "enabled"}, "workspaces": {"@@assign": ["T1"]}},
                "microsoft_teams": {"tenants": {"t": {"@@assign": ["team"]}}},
            },
            "default": {"client": {"@@assign": "disabled"}},
        }
    },
    "declarative_ec2": {
        "ec2_attributes": {
            "serial_console_access": {"status": {"@@assign": "disabled"}},
            "tomorrow": {"what": {"@@assign": "x"}},
        }
    },
    "securityhub": {"securityhub": {**LISTS, "features": {"f": LISTS}}},
    "securityhub_cspm": {"any": {"cspm_enablement": LISTS}},
    "inspector": {"inspector": {"enablement": {"ec2_scanning": LISTS}}},
    "upgrade_rollout": {
        "upgrade_rollout": {
            "default": {"patch_order": {"@@assign": "last"}},
            "tags": {"dev": {"tag_values": {"a": {"patch_order": {"@@assign": "first"}}}}},
        }
    },
    "bedrock": {
        "bedrock": {
            "guardrail_inference": {
                "us-east-1": {
                    "config_1": {
                        "identifier": {"@@assign": "arn:aws:bedrock:us-east-1:1:guardrail/x:1"},
                        "input_tags": {"@@assign": "honor"},
                    }
                }
            }
        }
    },
    "s3": {"s3_attributes": {"public_access_block_configuration": {"@@assign": "all"}}},
    "network_security_director": {
        "network_security_director": {"enablement": {"network_security_scan": LISTS}}
    },
    "guardduty": {"guardduty": {"default": {"x": {"@@assign": "y"}}}},
}


@pytest.mark.parametrize("key", sorted(GOOD))
def test_a_management_policy_as_aws_documents_it_passes(key: str) -> None:
    assert faults(key, GOOD[key]) == []
    assert key in {"securityhub_cspm", "guardduty"} or faults(key, {"other": {}})


def test_every_management_type_has_an_example() -> None:
    assert {kind.key for kind in policy_types()} == {*GOOD, "scp", "rcp"}


SETTING = "ai_opt_out"


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("tag", {"tags": {"a": {"tag_key": {"@@assign": "B"}}}}, 'must be the policy key "a"'),
        ("tag", {"tags": {"a": {"tag_value": {"@@assign": ["*x*"]}}}}, "more than one wildcard"),
        ("tag", {"tags": {"@@none": {}}}, "unknown operator @@none"),
        ("tag", {"tags": {"@@assign": "x"}}, "there is none to set here"),
        ("tag", {"tags": []}, "tags: expected an object, found a list"),
        ("tag", {"tags": {"a": {"tag_key": {"@@append": "B"}}}}, "@@append is for lists"),
        ("tag", {"tags": {"a": {"tag_key": {"@@assign": ["B"]}}}}, "expected a text, found a list"),
        ("tag", {"tags": {"a": {"tag_value": {"@@assign": [{}]}}}}, "@@assign[0]: expected a text"),
        ("tag", {"tags": {"a": {"tag_value": {"@@assign": None}}}}, "found null"),
        ("tag", {"tag": {}}, '"tags" is missing'),
        ("tag", {"tag": {}}, 'did you mean "tags"?'),
        (SETTING, {"services": {"lex": {"opt_out_policy": {}}}}, "expected an operator"),
        (SETTING, {"services": {"lex": {"opt_out_policy": {"x": 1}}}}, 'found "x"'),
        (SETTING, {"services": {"lex": {"opt_out_policy": "optOut"}}}, "found 'optOut'"),
        (
            SETTING,
            {"services": {"lex": {"opt_out_policy": {"@@assign": "optout"}}}},
            "optOut or optIn",
        ),
        (SETTING, {"services": {"lex": {"opt_out": {}}}}, 'did you mean "opt_out_policy"?'),
        (
            SETTING,
            {"services": {"@@operators_allowed_for_child_policies": "@@some"}},
            "found '@@some'",
        ),
        ("securityhub", {"securityhub": {}}, '"enable_in_regions" is missing'),
        ("securityhub_cspm", {"a": {"cspm_enablement": {}}}, '"disable_in_regions" is missing'),
        ("guardduty", {"guardduty": {}}, "neither a default block"),
        ("guardduty", {"guardduty": 1}, "neither a default block"),
        (
            "bedrock",
            {"bedrock": {"guardrail_inference": {"r": {"c": {}}}}},
            '"identifier" is missing',
        ),
        (
            "s3",
            {"s3_attributes": {"public_access_block_configuration": {"@@assign": "some"}}},
            "all or none",
        ),
        ("inspector", {"inspector": {}}, '"enablement" is missing'),
    ],
)
def test_a_management_policy_with_a_slip_says_where(
    key: str, value: dict[str, Any], says: str
) -> None:
    assert says in " | ".join(faults(key, value))
