"""why, explain and effective: one request, or all that holds, from one chain."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from terminal import Desk, build, desk
from walk import TODAY, sandbox_api

from govkit.flow.chains import from_aws
from govkit.flow.compare import Question
from govkit.flow.why import Asked, why
from govkit.model.call import ApiCall

PRINCIPAL = {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/BreakGlass"}}
LIVE: dict[str, Any] = {
    "enabled": ["scp", "rcp"],
    "ous": ["Workloads", "Workloads/Prod", "Data"],
    "accounts": {
        "333333333333": {"name": "audit"},
        "555555555555": {"name": "payments-prod", "ou": "Workloads/Prod"},
        "666666666666": {"name": "Data Lake", "email": "lake@example.com", "ou": "Data"},
    },
    "policies": {
        "org-only": {
            "type": "rcp",
            "says": {
                "Version": "2012-10-17",
                "Statement": {
                    "Sid": "OrgOnly",
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "s3:*",
                    "Resource": "*",
                    "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-other"}},
                },
            },
            "attach": ["Data"],
        },
    },
}
TEMPLATE = """\
{#
title: Only in some regions
description: Only in these regions.
type: scp
parameters:
  regions: {type: "list[region]", description: Where}
#}
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "OnlyHere",
      "Effect": "Deny",
      "NotAction": ["iam:*", "sts:*"],
      "Resource": "*",
      "Condition": {
        "StringNotEquals": {"aws:RequestedRegion": {{ regions | tojson }}},
        "ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/BreakGlass"}
      }
    }
  ]
}
"""
LAYOUT: dict[str, Any] = {
    "version": 1,
    "layout": "main",
    "organization": {"id": "o-exampleorgid"},
    "ous": {"Workloads": None, "Workloads/Prod": None, "Data": None},
    "accounts": {
        "payments": {"id": "555555555555", "ou": "Workloads/Prod"},
        "lake": {"email": "lake@example.com", "ou": "Data"},
    },
    "guardrails": {
        "regions": {
            "template": "regions.json.j2",
            "params": {"regions": ["eu-west-1"]},
            "attach": ["Workloads"],
        },
        "leave": {
            "policy": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "Stay",
                        "Effect": "Deny",
                        "Action": "organizations:LeaveOrganization",
                        "Resource": "*",
                    }
                ],
            },
            "attach": ["/"],
        },
    },
    "exemptions": {
        "us": {
            "guardrail": "regions",
            "ous": ["Data"],
            "reason": "because it is so",
            "owner": "jane@example.com",
            "granted": "2026-11-01",
            "expires": "2027-01-15",
        }
    },
}
DENIED = (
    "An error occurred (UnauthorizedOperation) when calling the RunInstances operation: User: "
    "arn:aws:sts::555555555555:assumed-role/Admin/jane is not authorized to perform: "
    "ec2:RunInstances on resource: arn:aws:ec2:ap-south-1:555555555555:instance/* with an explicit "
    "deny in a service control policy"
)


@pytest.fixture(scope="module")
def table() -> Iterator[Desk]:
    with desk() as found:
        build(LIVE, found.sandbox)
        folder = found.folder / "scp_templates"
        folder.mkdir()
        (folder / "regions.json.j2").write_text(TEMPLATE)
        found.layout(LAYOUT)
        found.does("apply", "--yes")
        yield found


def _why(table: Desk, *arguments: str) -> Any:
    return json.loads(table.does("why", *arguments, "--format", "json").out)


def test_a_deny_is_told_down_to_template_line_and_owner(table: Desk) -> None:
    told = _why(
        table, "payments", "ec2:RunInstances", "--region", "ap-south-1", "--principal", "role/Any"
    )
    assert told["verdict"] == "denied"
    assert told["scp"]["outcome"] == "ExplicitlyDenied"
    found = told["scp"]["statement"]
    assert (found["level"], found["policy"], found["sid"]) == ("/Workloads", "regions", "OnlyHere")
    assert found["guardrail"] == "regions"
    assert found["origin"]["file"] == "org_layout.yaml"
    assert found["template"]["file"] == "scp_templates/regions.json.j2"
    line = (table.folder / found["template"]["file"]).read_text().splitlines()
    assert line[found["template"]["line"] - 1].strip() == "{"
    assert [one["owner"] for one in found["exemptions"]] == ["jane@example.com"]
    assert told["rcp"] is None


@pytest.mark.parametrize(
    "named", ["payments", "555555555555", "payments-prod", "aws+payments-prod@example.com"]
)
def test_an_account_goes_by_key_id_name_or_email(table: Desk, named: str) -> None:
    assert _why(table, named, "iam:GetUser")["account"] == {
        "id": "555555555555",
        "name": "payments-prod",
        "key": "payments",
    }


def test_what_is_not_told_is_named(table: Desk) -> None:
    told = _why(table, "payments", "ec2:RunInstances")
    assert told["verdict"] == "undecided"
    assert told["scp"]["keys"] == ["aws:PrincipalArn", "aws:RequestedRegion"]
    assert [one["sid"] for one in told["scp"]["undecided"]] == ["OnlyHere"]
    said = table.does("why", "payments", "ec2:RunInstances").out
    assert "--principal role/NAME --region REGION" in said


def test_context_decides(table: Desk) -> None:
    told = _why(table, "payments", "ec2:RunInstances", "--context", "aws:RequestedRegion=eu-west-1")
    assert told["verdict"] == "allowed"
    told = _why(table, "payments", "ec2:RunInstances", "--principal", "role/BreakGlass")
    assert told["verdict"] == "allowed"


def test_nothing_binds_the_management_account(table: Desk) -> None:
    told = _why(table, "111111111111", "ec2:RunInstances")
    assert told["scp"]["outcome"] == "NotApplicable"
    assert "management account" in told["scp"]["why"]


def test_the_owner_of_a_resource_brings_its_rcps(table: Desk) -> None:
    told = _why(
        table, "payments", "s3:GetObject", "--region", "eu-west-1", "--resource-account", "lake"
    )
    assert told["scp"]["outcome"] == "Allowed"
    assert told["rcp"]["outcome"] == "ExplicitlyDenied"
    assert told["rcp"]["statement"]["policy"] == "org-only"
    assert told["rcp"]["statement"]["guardrail"] is None
    own = _why(table, "lake", "s3:GetObject", "--resource-account", "666666666666")
    assert own["rcp"]["outcome"] == "ExplicitlyDenied"


def test_the_layout_alone_can_answer(table: Desk) -> None:
    told = _why(table, "payments", "organizations:LeaveOrganization", "--offline")
    assert (told["verdict"], told["calls"]) == ("denied", 0)
    where = told["scp"]["statement"]
    assert where["template"]["file"] == "org_layout.yaml"
    said = (table.folder / "org_layout.yaml").read_text().splitlines()
    assert "Sid: Stay" in "".join(said[where["template"]["line"] - 1 :][:4])
    assert (
        _why(table, "payments", "s3:GetObject", "--offline", "--region", "eu-west-1")["verdict"]
        == "allowed"
    )


def test_a_snapshot_answers_too(table: Desk) -> None:
    (table.folder / "live.json").write_text(table.does("snapshot").out)
    told = _why(table, "--snapshot", "live.json", "payments", "organizations:LeaveOrganization")
    assert (told["verdict"], told["calls"]) == ("denied", 0)
    assert told["scp"]["statement"]["guardrail"] == "leave"
    assert _why(table, "--snapshot", "live.json", "audit", "s3:GetObject")["verdict"] == "allowed"


def test_an_unknown_action_is_said(table: Desk) -> None:
    (note,) = _why(table, "payments", "iam:GetUsr")["notes"]
    assert "no action iam:getusr" in note
    assert "note: " in table.does("why", "payments", "iam:GetUsr").out


@pytest.mark.parametrize(
    "arguments",
    [
        ("payments", "RunInstances"),
        ("payments", "ec2:Run*"),
        ("nobody", "ec2:RunInstances"),
        ("payments", "ec2:RunInstances", "--context", "x"),
        ("payments", "ec2:RunInstances", "--principal", "Admin"),
        ("payments", "ec2:RunInstances", "--format", "yaml"),
        ("nobody", "ec2:RunInstances", "--offline"),
        ("777777777777", "ec2:RunInstances", "--offline"),
        ("777777777777", "ec2:RunInstances"),
        ("payments", "ec2:RunInstances", "--resource-account", "777777777777"),
        ("", "ec2:RunInstances"),
    ],
)
def test_wrong_usage_is_64(table: Desk, arguments: tuple[str, ...]) -> None:
    assert table.run("why", *arguments).code == 64


def test_one_chain_is_read_and_no_more(table: Desk) -> None:
    asked: list[str] = []

    class Counted:
        def __init__(self) -> None:
            self._api = sandbox_api(table.sandbox)

        def call(self, call: ApiCall) -> Any:
            asked.append(call.operation)
            return self._api.call(call)

        def items(self, key: str, call: ApiCall) -> Any:
            asked.append(call.operation)
            return self._api.items(key, call)

    question = Question(table.folder / "org_layout.yaml", TODAY)
    told = why(
        question,
        Asked("555555555555", "ec2:RunInstances", region="x"),
        from_aws(question, Counted()),
    )
    assert told["calls"] == len(asked)
    assert not [one for one in asked if one.startswith("ListAccounts") or one == "ListPolicies"]
    assert asked.count("ListPoliciesForTarget") == 4
    assert asked.count("DescribePolicy") == 2
    assert len(asked) <= 16


def test_a_pasted_message_is_explained(table: Desk) -> None:
    told = json.loads(table.does("explain", DENIED, "--format", "json").out)
    assert told["verdict"] == "denied"
    assert told["request"]["principal"] == "arn:aws:iam::555555555555:role/Admin"
    assert [one["sid"] for one in told["deciding"]] == ["OnlyHere"]
    assert told["message"]["layer"] == "scp"
    assert table.run("explain", "-", stdin=DENIED).out == table.does("explain", DENIED).out


def test_a_message_may_name_its_policy(table: Desk) -> None:
    told = _why(table, "payments", "ec2:RunInstances", "--region", "x", "--principal", "role/Any")
    mine = told["scp"]["statement"]["policy_id"]
    arn = "arn:aws:organizations::111111111111:policy/o-exampleorgid/service_control_policy"
    told = json.loads(table.does("explain", f"{DENIED}: {arn}/{mine}", "--format", "json").out)
    assert told["message"]["policy_id"] == mine
    assert told["notes"] == []
    told = json.loads(table.does("explain", f"{DENIED}: {arn}/p-00000000", "--format", "json").out)
    assert any("p-00000000" in note for note in told["notes"])


def test_other_messages_are_told_apart(table: Desk) -> None:
    who = "User: arn:aws:iam::555555555555:user/bob is not authorized to perform: iam:GetUser"
    identity = json.loads(
        table.does(
            "explain", f"{who} with an explicit deny in an identity-based policy", "-f", "json"
        ).out
    )
    assert "identity-based" in identity["notes"][0]
    plain = json.loads(table.does("explain", who, "-f", "json").out)
    assert "which type" in plain["notes"][0]
    implicit = f"{who} because no service control policy allows the iam:GetUser action"
    told = json.loads(table.does("explain", implicit, "-f", "json").out)
    assert told["message"]["implicit"]
    assert "no longer" in told["notes"][0]
    rcp = "User: arn:aws:iam::555555555555:user/bob is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::b/k with an explicit deny in a resource control policy"
    told = json.loads(table.does("explain", rcp, "-f", "json").out)
    assert "--resource-account" in told["notes"][0]
    told = json.loads(table.does("explain", rcp, "--resource-account", "lake", "-f", "json").out)
    assert [one["policy"] for one in told["deciding"]] == ["org-only"]


RCP = (
    "User: {} is not authorized to perform: s3:GetObject on resource: {} "
    "with an explicit deny in a resource control policy"
)


def test_an_rcp_that_denies_a_stranger_is_found_by_the_resources_owner(table: Desk) -> None:
    stranger = "arn:aws:sts::909090909090:assumed-role/Partner/jo"
    text = RCP.format(stranger, "arn:aws:s3express:eu-west-1:666666666666:bucket/b")
    told = json.loads(table.does("explain", text, "-f", "json").out)
    assert (told["account"], told["scp"]) == (None, None)
    assert told["request"]["context"]["aws:principalaccount"] == ["909090909090"]
    assert [one["policy"] for one in told["deciding"]] == ["org-only"]
    said = table.does("explain", text).out
    assert "from outside of the organization as role/Partner" in said
    assert "govkit explain … --context aws:PrincipalOrgID=…\n" in said
    nobody = RCP.format("anonymous", '"arn:aws:s3:::b/k"')
    assert table.run("explain", nobody).code == 64
    told = json.loads(table.does("explain", nobody, "--resource-account", "lake", "-f", "json").out)
    assert told["account"] is None
    assert told["request"]["resource"] == "arn:aws:s3:::b/k"
    assert [one["policy"] for one in told["deciding"]] == ["org-only"]


@pytest.mark.parametrize("bank", ["layout", "snapshot"])
def test_an_rcp_holds_below_a_root_that_has_none_where_aws_is_not_asked(
    table: Desk, tmp_path: Path, bank: str
) -> None:
    if bank == "layout":
        said = LIVE["policies"]["org-only"]["says"]
        own = {"type": "rcp", "policy": said, "attach": ["Data"]}
        layout = {**LAYOUT, "guardrails": {"mine": own}, "exemptions": {}}
        ids = {"lake": {"id": "666666666666", "ou": "Data"}}
        layout["accounts"] = {**LAYOUT["accounts"], **ids}
        (table.folder / "rcp.yaml").write_text(json.dumps(layout))
        how = ("--layout", "rcp.yaml", "--offline")
    else:
        table.does("snapshot", "-o", str(tmp_path / "live.json"))
        how = ("--snapshot", str(tmp_path / "live.json"))
    told = _why(table, "666666666666", "s3:GetObject", "--resource-account", "666666666666", *how)
    assert told["rcp"]["outcome"] == "ExplicitlyDenied"
    told = _why(table, "555555555555", "s3:GetObject", "--resource-account", "555555555555", *how)
    assert told["rcp"]["outcome"] == "NotApplicable"
    assert told["rcp"]["why"] == "No RCP is attached to the account or above it."


def test_a_principal_of_another_account_is_none_of_this_one(table: Desk) -> None:
    other = "arn:aws:iam::666666666666:role/Admin"
    ran = table.run("why", "payments", "s3:GetObject", "--principal", other)
    assert ran.code == 64
    assert "555555555555" in ran.err


ENCODED = (
    "An error occurred (UnauthorizedOperation) when calling the RunInstances operation: You are not "
    "authorized to perform this operation. Encoded authorization failure message: "
    "4vaXBdWfZ9nGx1rAbCdEfGhIjKlMnOpQ"
)


def test_an_encoded_message_says_what_decodes_it(table: Desk) -> None:
    ran = table.run("explain", ENCODED)
    assert ran.code == 64
    assert "sts:DecodeAuthorizationMessage" in ran.err
    told = json.loads(table.does("explain", ENCODED, "--account", "payments", "-f", "json").out)
    assert told["request"]["action"] == "ec2:RunInstances"
    assert "sts:DecodeAuthorizationMessage" in told["notes"][0]


@pytest.mark.parametrize("text", ["", "hello", "AccessDenied", "Access denied by explicit deny"])
def test_what_is_no_such_message_is_64(table: Desk, text: str) -> None:
    ran = table.run("explain", text)
    assert ran.code == 64
    assert "Traceback" not in ran.said


def test_what_holds_is_folded(table: Desk) -> None:
    told = json.loads(table.does("effective", "--account", "payments", "-f", "json").out)
    denied = told["scp"]["denied"]
    assert [one["actions"] for one in denied] == [["organizations:LeaveOrganization"], ["*"]]
    assert denied[1]["not_actions"] == ["iam:*", "sts:*"]
    assert [one["key"] for one in denied[1]["conditions"]] == [
        "aws:RequestedRegion",
        "aws:PrincipalArn",
        "aws:PrincipalOrgPaths",
    ]
    assert denied[1]["from"][0]["level"] == "/Workloads"
    assert all(one["everything"] for one in told["scp"]["allowed"])
    assert [one["level"] for one in told["scp"]["levels"]][:3] == [
        "/",
        "/Workloads",
        "/Workloads/Prod",
    ]
    said = table.does("effective", "--account", "payments").out
    assert "everything except iam:*, sts:* outside eu-west-1 unless role/BreakGlass" in said


@pytest.mark.parametrize("more", [(), ("--offline",), ("--snapshot", "live.json")])
def test_what_holds_in_an_ou(table: Desk, more: tuple[str, ...]) -> None:
    (table.folder / "live.json").write_text(table.does("snapshot").out)
    told = json.loads(
        table.does("effective", "--account", "Workloads/Prod", "-f", "json", *more).out
    )
    assert (told["account"], told["ou"]) == (None, "/Workloads/Prod")
    assert len(told["scp"]["denied"]) == 2
    assert table.run("effective", "--account", "No/Such", *more).code == 64
    assert "OU /" in table.does("effective", "--account", "/", *more).out


def test_what_holds_for_the_management_account(table: Desk) -> None:
    told = json.loads(table.does("effective", "--account", "111111111111", "-f", "json").out)
    assert (told["bound"], told["scp"]) == (False, None)
    assert "binds" in table.does("effective", "--account", "111111111111").out


def test_a_level_that_allows_little_says_what() -> None:
    some = {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": ["s3:*", "s3:Get*"], "Resource": "*"},
    }
    other = {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::a"},
    }
    live = {"ous": ["A"], "accounts": {"333333333333": {"name": "audit", "ou": "A"}}}
    with desk() as found:
        build(live, found.sandbox)
        found.layout(
            {
                "version": 1,
                "organization": {"id": "o-exampleorgid"},
                "ous": {"A": {"full_access": False}},
                "accounts": {"audit": {"id": "333333333333", "ou": "A"}},
                "guardrails": {
                    "some": {"policy": some, "attach": ["A"]},
                    "other": {"policy": other, "attach": ["A"]},
                },
            }
        )
        for more in (("--offline",), ()):
            if not more:
                found.does("apply", "--yes")
            told = json.loads(
                found.does("effective", "--account", "audit", "-f", "json", *more).out
            )
            (narrow,) = [one for one in told["scp"]["allowed"] if not one["everything"]]
            assert narrow["level"] == "/A"
            assert len(narrow["statements"]) == 2
            assert "Allowed by SCPs" in found.does("effective", "--account", "audit", *more).out
        denied = _why(found, "audit", "iam:GetUser")
        assert denied["scp"]["outcome"] == "ImplicitlyDenied"
        assert denied["scp"]["level"] == "/A"
        assert Path(found.folder).exists()


def test_the_limits_are_told_with_who_uses_them(table: Desk) -> None:
    told = json.loads(table.does("show", "limits", "--live", "--format", "json").out)["limits"]
    (work,) = [one for one in told if one["target"] == "ou:/Workloads"]
    assert (work["attached"], work["attachments"]) == (2, 10)
    assert {one["name"]: one["owner"] for one in work["policies"]} == {
        "FullAWSAccess": "aws",
        "regions": "guardrail regions",
    }
    (data,) = [one for one in told if (one["target"], one["type"]) == ("ou:/Data", "rcp")]
    assert {one["owner"] for one in data["policies"]} == {"aws", "foreign"}
    assert "OU /Data  rcp: 2 of " in table.does("show", "limits", "--live").out
    assert table.run("show", "limits", "--format", "yaml").code == 64
