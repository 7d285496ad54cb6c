"""`lint` says what is wrong with documents, at their lines: 0, 3 at --fail-on, 1 where a file is no JSON."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from policy_documents import DATA, bad, deny, reference, written
from terminal import Desk

UNKNOWN = "rds:RestoreDBClusterFromDBSnapshot"


def findings(desk: Desk, *arguments: str, code: int = 0) -> list[dict[str, Any]]:
    ran = desk.run("lint", *arguments, "--format", "json")
    assert ran.code == code, ran.said
    found: list[dict[str, Any]] = json.loads(ran.out)["findings"]
    return found


def test_a_document_without_faults_exits_0(bare: Desk) -> None:
    written(bare.folder / "a.json", deny("s3:DeleteBucket"))
    ran = bare.run("lint", "a.json")
    assert (ran.code, ran.out, ran.err) == (0, "lint: no findings.\n", "")


def test_a_finding_has_its_place_its_message_and_what_to_do(bare: Desk) -> None:
    written(bare.folder / "a.json", deny(["rds:CreateDBCluster", UNKNOWN]))
    ran = bare.run("lint", "a.json")
    assert ran.code == 0
    assert ran.out.startswith(f"a.json:8:9  warning GK220  {UNKNOWN} is no action that AWS has")
    assert "Is rds:RestoreDBClusterFromSnapshot meant?" in ran.out
    assert bare.run("lint", "a.json", "--fail-on", "warning").code == 3
    assert bare.run("lint", "a.json", "--fail-on", "nothing").code == 64


def test_what_aws_refuses_exits_3(bare: Desk) -> None:
    written(bare.folder / "a.json", {"Effect": "deny", "Action": "s3:*", "Resource": "*"})
    (found,) = findings(bare, "a.json", code=3)
    assert (found["code"], found["severity"]) == ("GK210", "error")
    assert found["origin"] == {"file": "a.json", "line": 5, "column": 17}


def test_a_condition_is_told_at_its_key(bare: Desk) -> None:
    written(bare.folder / "a.json", deny("s3:*", Condition={"Bool": {"s3locationconstraint": "x"}}))
    found = {one["code"]: one["origin"] for one in findings(bare, "a.json", code=3)}
    assert found["GK250"] == {"file": "a.json", "line": 10, "column": 11}


def test_every_file_that_is_no_json_is_told_with_its_place_and_exits_1(bare: Desk) -> None:
    for name, place, words in bad(bare.folder):
        ran = bare.run("lint", name)
        assert ran.code == 1
        assert ran.out.startswith(f"{place.removesuffix(': ')}  error GK211"), name
        assert words in ran.out
        assert "Traceback" not in ran.said


def test_a_broken_file_does_not_hide_the_others(bare: Desk) -> None:
    written(bare.folder / "a.json", deny(UNKNOWN))
    (bare.folder / "b.json").write_text('{"Statement": [] // one day\n}')
    found = findings(bare, ".", code=1)
    assert [one["code"] for one in found] == ["GK220", "GK211"]


def test_a_folder_is_judged_together_and_other_json_is_passed_over(bare: Desk) -> None:
    written(bare.folder / "scps" / "a.json", deny("s3:*"))
    written(bare.folder / "scps" / "b.json", deny("s3:DeleteBucket"))
    (bare.folder / "scps" / "list.json").write_text("[]")
    ran = bare.run("lint", "scps", "--format", "json")
    (found,) = json.loads(ran.out)["findings"]
    assert (found["code"], found["subject"]) == ("GK277", "scps/b.json")
    assert ran.err == "scps/list.json is no policy document, and passed over.\n"
    assert findings(bare, "scps/a.json", "scps/b.json") == []


def test_folders_below_are_targets_of_their_own(bare: Desk) -> None:
    written(bare.folder / "all" / "a.json", deny("s3:*"))
    written(bare.folder / "all" / "below" / "b.json", deny("s3:DeleteBucket"))
    written(bare.folder / "all" / "below" / "c.json", deny(UNKNOWN))
    written(bare.folder / "all" / ".hidden" / "d.json", deny(UNKNOWN))
    (bare.folder / "all" / "again").symlink_to("below")
    found = findings(bare, "all")
    assert [(one["code"], one["subject"]) for one in found] == [("GK220", "all/below/c.json")]


@pytest.mark.parametrize(
    ("document", "arguments", "codes"),
    [
        ({"Version": "2012-10-17", "Statement": deny("s3:*", Principal="*")}, [], set()),
        ({"Version": "2012-10-17", "Statement": deny("s3:*", Principal="*")}, ["scp"], {"GK210"}),
        ({"Version": "2012-10-17", "Statement": deny("s3:*")}, ["SERVICE_CONTROL_POLICY"], set()),
        ({"Version": "2012-10-17", "Statement": deny("s3:*")}, ["rcp"], {"GK210"}),
        (
            {"Version": "2012-10-17", "Statement": {**deny("s3:*"), "Effect": 3}},
            ["iam"],
            {"GK210"},
        ),
        ({"tags": {"cost": {"tag_key": {"@@assign": "Cost"}}}}, [], set()),
        ({"tags": {"cost": {"tag_key": {"@@assign": "Price"}}}}, [], {"GK210"}),
        ({"nothing": {}}, [], {"GK210", "GK213"}),
    ],
)
def test_the_type_is_told_or_guessed(
    bare: Desk, document: Any, arguments: list[str], codes: set[str]
) -> None:
    (bare.folder / "a.json").write_text(json.dumps(document))
    kind = ["--type", *arguments] if arguments else []
    found = findings(bare, "a.json", *kind, code=3 if codes else 0)
    assert {one["code"] for one in found} == codes


def test_wrong_usage_exits_64(bare: Desk) -> None:
    written(bare.folder / "a.json", deny("s3:*"))
    (bare.folder / "empty").mkdir()
    for arguments in (["a.json", "--type", "x"], ["absent.json"], ["empty"], ["a.json", "-f", "x"]):
        ran = bare.run("lint", *arguments)
        assert (ran.code, ran.out) == (64, "")


def test_a_file_beside_json_documents_keeps_findings_quiet(bare: Desk) -> None:
    written(bare.folder / "a.json", deny(UNKNOWN))
    beside = bare.folder / ".govkit-lint"
    beside.write_text("# why\n\na*.json: allow GK220 until 2026-12-31 by jane because it is new\n")
    assert findings(bare, "a.json") == []
    beside.write_text("b.json: allow GK220 until 2026-12-31 by jane because it is new\n")
    assert [one["code"] for one in findings(bare, "a.json")] == ["GK292", "GK220"]
    beside.write_text("a.json: allow GK220 until 2026-01-31 by jane because it is new\n")
    assert [one["code"] for one in findings(bare, "a.json")] == ["GK290", "GK220"]
    beside.write_text("a.json: please\n")
    assert [one["code"] for one in findings(bare, "a.json")] == ["GK291", "GK220"]


LAYOUT = f"""\
version: 1
layout: main
accounts:
  one: {{id: "111111111111", ou: /}}
guardrails:
  inline:
    policy:
      Version: "2012-10-17"
      Statement:
        - Effect: Deny
          Action:
            - rds:CreateDBCluster
            - {UNKNOWN}
          Resource: "*"
    attach: [/]
  templated:
    template: own.json.j2
    params: {{action: "macie:Disable*"}}
    attach: [/]
"""
TEMPLATE = """\
{#
title: Own
type: scp
severity: low
parameters:
  action: {type: string, description: What to deny}
#}
{
  "Version": "2012-10-17",
  "Statement": [{
    "Effect": "Deny",
    "Action": {{ action | tojson }},
    "Resource": "*"
  }]
}
"""


@pytest.fixture
def layout(bare: Desk) -> Desk:
    (bare.folder / "org_layout.yaml").write_text(LAYOUT)
    (bare.folder / "scp_templates").mkdir()
    (bare.folder / "scp_templates" / "own.json.j2").write_text(TEMPLATE)
    return bare


def places(found: list[dict[str, Any]]) -> list[tuple[str, str, int, int]]:
    return [
        (one["code"], one["origin"]["file"], one["origin"]["line"], one["origin"]["column"])
        for one in found
    ]


def test_without_files_the_layouts_policies_are_linted_at_the_lines_that_say_it(
    layout: Desk,
) -> None:
    assert places(findings(layout)) == [
        ("GK220", "org_layout.yaml", 13, 15),
        ("GK220", "scp_templates/own.json.j2", 12, 15),
    ]
    assert findings(layout, "--type", "rcp") == []
    assert layout.run("lint", "--type", "iam").code == 64


def test_validate_tells_warnings_and_leaves_notes_to_lint(layout: Desk) -> None:
    ran = layout.run("validate", "--format", "json")
    found = json.loads(ran.out)["findings"]
    assert (ran.code, [one["code"] for one in found]) == (0, ["GK220", "GK220"])
    assert layout.run("validate", "--fail-on", "warning").code == 3
    text = LAYOUT.replace(UNKNOWN, "rds:CreateDB*").replace("macie:Disable*", "macie2:Disable*")
    (layout.folder / "org_layout.yaml").write_text(text)
    assert [one["code"] for one in findings(layout)] == ["GK221"]
    assert json.loads(layout.run("validate", "--format", "json").out)["findings"] == []


def test_comments_of_the_layout_and_of_templates_keep_findings_quiet(layout: Desk) -> None:
    said = "# govkit: allow GK220 until 2026-12-31 by jane because it is new"
    (layout.folder / "org_layout.yaml").write_text(LAYOUT.replace("inline:", f"inline:  {said}"))
    template = layout.folder / "scp_templates" / "own.json.j2"
    assert [place[1] for place in places(findings(layout))] == ["scp_templates/own.json.j2"]
    template.write_text(f"{TEMPLATE}{{{said} #}}\n")
    assert findings(layout) == []
    (layout.folder / "org_layout.yaml").write_text(
        LAYOUT.replace("inline:", f"inline:  {said}").replace("templated:", f"templated:  {said}")
    )
    template.write_text(TEMPLATE)
    assert findings(layout) == []


def test_exemptions_that_add_statements_lead_to_the_template_as_a_whole(layout: Desk) -> None:
    (layout.folder / "org_layout.yaml").write_text(
        LAYOUT
        + """\
exemptions:
  way:
    guardrail: templated
    accounts: [one]
    reason: It cannot be otherwise this year
    owner: jane@example.com
    ticket: SEC-1
    granted: 2026-11-01
    expires: 2026-12-01
"""
    )
    assert ("GK220", "scp_templates/own.json.j2", 12, 15) in places(findings(layout))


WAYS = """\
version: 1
layout: main
ous:
  In:
  In/Deep:
  Out:
accounts:
  in: {id: "111111111111", ou: In}
  out: {id: "222222222222", ou: Out}
guardrails:
  one:
    policy: {Version: "2012-10-17", Statement: [{Effect: Deny, Action: "s3:*", Resource: "*"}]}
    attach: [TARGET]
exemptions:
  way:
    guardrail: one
    WHOM
    reason: It cannot be otherwise this year
    owner: jane@example.com
    ticket: SEC-1
    granted: 2026-11-01
    expires: 2026-12-01
"""


@pytest.mark.parametrize(
    ("target", "whom", "idle"),
    [
        ("In", "accounts: [in]", ""),
        ("/", "accounts: [in, out]", ""),
        ("In", "accounts: [in, out]", "account out"),
        ("In", "ous: [In/Deep]", ""),
        ("In/Deep", "ous: [In]", ""),
        ("In", "ous: [In, Out]", "OU /Out"),
        ('"account:in"', "ous: [In]", ""),
        ('"account:in"', "ous: [In/Deep]", "OU /In/Deep"),
    ],
)
def test_an_exemption_from_what_does_not_hold_there_excuses_nobody(
    bare: Desk, target: str, whom: str, idle: str
) -> None:
    text = WAYS.replace("TARGET", target).replace("WHOM", whom)
    (bare.folder / "org_layout.yaml").write_text(text)
    found = [one for one in findings(bare) if one["code"] == "GK293"]
    assert [one["message"].partition(" excuses ")[2].partition(" from ")[0] for one in found] == (
        [idle] if idle else []
    )
    assert all(one["origin"]["line"] == 15 for one in found)


def test_exemptions_of_a_guardrail_in_preview_are_left_alone(bare: Desk) -> None:
    text = WAYS.replace("TARGET", "In").replace("WHOM", "accounts: [out]")
    text = text.replace("    attach:", "    mode: preview\n    attach:")
    (bare.folder / "org_layout.yaml").write_text(text)
    assert findings(bare) == []


def test_the_library_and_the_starting_layout_are_clean(bare: Desk) -> None:
    bare.does("demo")
    assert findings(bare) == []


def test_sarif_names_rules_and_places(bare: Desk) -> None:
    written(bare.folder / "a b.json", deny([UNKNOWN, "bedrock:Converse"]))
    ran = bare.run("lint", "a b.json", "--format", "sarif", "--write", "text=said.txt")
    log = json.loads(ran.out)
    (run,) = log["runs"]
    assert log["version"] == "2.1.0"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["GK220"]
    first, _ = run["results"]
    assert (first["ruleId"], first["ruleIndex"], first["level"]) == ("GK220", 0, "warning")
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "a%20b.json"
    assert place["region"] == {"startLine": 7, "startColumn": 9}
    assert "GK220" in (bare.folder / "said.txt").read_text()


def test_published_documents_exit_as_their_findings_say(bare: Desk) -> None:
    reference("scps/MANIFEST.json")
    assert bare.run("lint", str(DATA / "scps" / "0266.json")).code == 0
    assert bare.run("lint", str(DATA / "scps" / "0080.json")).code == 3
    assert Path(DATA / "scps" / "0272.json").exists()
    assert "GK250" in bare.run("lint", str(DATA / "scps" / "0272.json")).out


def test_each_finding_says_by_which_rule_and_what_that_rests_on(bare: Desk) -> None:
    written(bare.folder / "a.json", deny(["rds:CreateDBCluster", UNKNOWN]))
    (found,) = findings(bare, "a.json")
    assert (found["rule"], found["confidence"]) == ("unknown-action", "likely")
    assert found["hint"] == "Write the action as AWS's service authorization reference has it."
    ran = bare.run("lint", "a.json", "--format", "sarif")
    (rule,) = json.loads(ran.out)["runs"][0]["tool"]["driver"]["rules"]
    assert rule["id"] == "GK220"
    assert rule["name"] == "unknown-action"
    assert rule["properties"]["confidence"] == "likely"
    assert rule["help"]["text"] == found["hint"]


def test_as_many_findings_as_a_document_holds_are_placed_in_time(bare: Desk) -> None:
    names = [f"s3:*a*b*{number}*" for number in range(600)]
    written(bare.folder / "a.json", deny(names))
    began = time.process_time()
    found = findings(bare, "a.json")
    assert time.process_time() - began < 4
    assert len(found) > len(names)
    assert len({one["origin"]["line"] for one in found}) == len(names)
