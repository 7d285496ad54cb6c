"""What needs no AWS: validate, render, show, schema; and a sandbox's own commands."""

import json
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from terminal import Desk, desk

from govkit.policies.document import parse
from govkit.report import schema
from govkit.sandbox import changes
from govkit.sandbox.console import Console

HAND = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Sid": "ByHand", "Effect": "Deny", "Action": "sqs:*", "Resource": "*"}],
    }
)


@pytest.fixture
def nowhere(template: Desk) -> Any:
    """The layout alone: no sandbox, no credentials."""
    with desk() as found:
        found.environment["GOVKIT_SANDBOX"] = ""
        text = (template.folder / "org_layout.yaml").read_text()
        (found.folder / "org_layout.yaml").write_text(text)
        yield found


def test_validate_is_offline_and_quiet_when_all_is_well(nowhere: Desk) -> None:
    ran = nowhere.does("validate")
    assert ran.out.startswith("What targets hold\n  account audit  scp: 2 of 10 attached")
    assert ran.out.endswith("\n\nvalidate: no findings. Next: govkit plan\n")
    assert ran.err == ""


def test_findings_fail_from_the_severity_that_is_asked_for(nowhere: Desk) -> None:
    layout = yaml.safe_load((nowhere.folder / "org_layout.yaml").read_text())
    layout["exemptions"] = {
        "over": {
            "guardrail": "keep-keys",
            "accounts": ["payments-prod"],
            "reason": "it was needed",
            "owner": "jane@example.com",
            "granted": "2026-10-01",
            "expires": "2026-10-31",
        }
    }
    nowhere.layout(layout)
    assert nowhere.run("validate").code == 0
    ran = nowhere.run("validate", "--fail-on", "warning")
    assert ran.code == 3
    assert "GK001" in ran.out
    told = json.loads(nowhere.run("validate", "--format", "json").out)
    assert [one["code"] for one in told["findings"]] == ["GK001"]


def test_every_fault_at_once_with_its_line(nowhere: Desk) -> None:
    layout = yaml.safe_load((nowhere.folder / "org_layout.yaml").read_text())
    layout["accounts"]["audit"]["ou"] = "Wrkloads"
    layout["guardrails"]["keep-keys"]["attach"] = ["Workloads/Prd", "account:adit"]
    layout["guardrails"]["keep-buckets"]["polcy"] = {}
    nowhere.layout(layout)
    ran = nowhere.run("validate")
    assert ran.code == 3
    for words in ('"Workloads"', '"polic', "audit"):
        assert words in ran.err
    assert ran.err.count("org_layout.yaml:") >= 3


KEEP = {"Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*"}


def test_rendered_policies_are_as_they_would_be_sent(nowhere: Desk) -> None:
    one = nowhere.does("render", "keep-keys").out
    assert json.loads(one.partition("\n")[2])["Statement"][0]["Sid"] == "KeepKeys"
    every = nowhere.does("render", "--minified").out.splitlines()
    assert len(every) == 6
    told = nowhere.does("render", "--out", "rendered", "--minified").err
    assert told.endswith("3 policies rendered into rendered. Next: govkit plan\n")
    files = {path.name: path.read_text() for path in (nowhere.folder / "rendered").iterdir()}
    assert set(files) == {"keep-buckets.json", "keep-keys.json", "cost-tags.json"}
    assert files["keep-keys.json"].rstrip("\n") in every
    assert parse(files["keep-keys.json"]) == parse(one.partition("\n")[2])
    (nowhere.folder / "a-file").touch()
    assert nowhere.run("render", "--out", "a-file").code == 64


def test_policies_of_one_name_and_odd_names_are_rendered_apart(bare: Desk) -> None:
    document = {"Version": "2012-10-17", "Statement": [dict(KEEP, Principal="*")]}
    guardrails = {
        "one": {"name": "../Same", "policy": {**document, "Statement": [KEEP]}, "attach": ["/"]},
        "two": {"name": "../Same", "type": "rcp", "policy": document, "attach": ["/"]},
    }
    bare.layout({"version": 1, "guardrails": guardrails})
    bare.does("render", "--out", "rendered")
    files = sorted((bare.folder / "rendered").iterdir())
    assert [path.name for path in files] == ["one.json", "two.json"]
    assert ["Principal" in path.read_text() for path in files] == [False, True]
    assert bare.does("render").out.count("Principal") == 1


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("tree", ["/  o-exampleorgid", "search-prod no ID yet", "[keep-keys]"]),
        ("limits", ["/Workloads/Prod  scp: 2 of 10 attached", "of 10,240 characters"]),
        ("exemptions", ["No exemptions."]),
        ("payments-prod", ['"address": "account:payments-prod"', '"layout"']),
        ("555555555555", ['"account:payments-prod"']),
        ("search@example.com", ['"account:search-prod"']),
        ("Workloads/Prod", ['"ou:/Workloads/Prod"', "keep-keys"]),
        ("/Workloads/Prod", ['"ou:/Workloads/Prod"']),
        ("keep-keys", ['"policy:scp/keep-keys"', "targets", '"mode": "enforce"']),
        ("guardrail:keep-keys", ['"policy:scp/keep-keys"']),
        ("Search@Example.com", ['"account:search-prod"', '"inherited"']),
        ("arn:aws:iam::555555555555:role/Admin", ['"account:payments-prod"']),
        (
            "arn:aws:organizations::111111111111:account/o-exampleorgid/555555555555",
            ['"account:payments-prod"'],
        ),
        ("/", ['"root:/"', '"organization": "o-exampleorgid"', '"residents"']),
        ("o-exampleorgid", ['"root:/"']),
    ],
)
def test_show_finds_a_thing_by_any_of_its_names(nowhere: Desk, what: str, words: list[str]) -> None:
    shown = nowhere.does("show", what).out
    for word in words:
        assert word in shown


def test_show_asks_aws_where_it_is_told_to(done: Desk) -> None:
    policies = [json.loads(done.does("show", "keep-keys", "--live").out)]
    assert policies[0]["id"].startswith("p-")
    again = json.loads(done.does("show", policies[0]["id"], "--live").out)
    assert again == policies[0]
    arn = f"arn:aws:organizations::111111111111:policy/o-x/service_control_policy/{again['id']}"
    assert json.loads(done.does("show", arn, "--live").out) == again
    assert "no ID yet" not in done.does("show", "--live").out
    assert "FullAWSAccess" in done.does("show", "limits", "--live").out
    assert done.run("show", policies[0]["id"]).code == 64


def test_show_tells_what_is_to_be_absent_what_is_protected_and_what_is_unknown(
    bare: Desk,
) -> None:
    bare.layout({"version": 1, "ous": {"Old": {"absent": True}, "Kept": {"protect": True}}})
    gone = json.loads(bare.does("show", "old").out)
    assert gone == {"address": "ou:/Old", "absent": True, "origin": "org_layout.yaml:3:3"}
    assert json.loads(bare.does("show", "Kept").out)["protect"] is True
    unknown = bare.run("show", "p-12345678")
    assert unknown.code == 64
    assert "govkit show p-12345678 --live" in unknown.err


@pytest.mark.parametrize("name", ["layout", "plan", "drift", "differences"])
def test_schemas_are_printed_and_are_schemas(nowhere: Desk, name: str) -> None:
    Draft202012Validator.check_schema(json.loads(nowhere.does("schema", name).out))


def test_the_layout_keeps_its_own_schema(nowhere: Desk) -> None:
    schema = json.loads(nowhere.does("schema").out)
    layout = yaml.safe_load((nowhere.folder / "org_layout.yaml").read_text())
    Draft202012Validator(schema).validate(layout)
    assert not Draft202012Validator(schema).is_valid({**layout, "guardrials": {}})


# --- sandboxes ---------------------------------------------------------------------------------


def test_the_demo_says_what_to_try_and_each_of_it_works(nowhere: Desk) -> None:
    (nowhere.folder / "org_layout.yaml").unlink()
    nowhere.environment.clear()
    story = nowhere.does("demo").out
    told = [line.split() for line in story.splitlines() if line.startswith("  govkit")]
    assert len(told) >= 7
    for line in told:
        words = [word for word in line[1:] if not word.startswith("  ")]
        command = words[: _words(line)]
        if "apply" in command:
            command.append("--yes")
        ran = nowhere.run(*command)
        assert ran.code == (2 if "drift" in command and "move" in story and ran.code == 2 else 0), (
            command,
            ran.said,
        )
    assert nowhere.run("demo").code == 64
    assert nowhere.run("demo", "--fresh").code == 0


def _words(line: list[str]) -> int:
    """Return how many words belong to the command, and not to what is said of it."""
    commands = ("validate", "plan", "apply", "drift")
    for index, word in enumerate(line[1:], start=1):
        if word in commands:
            return index
    return len(line) - 1


def test_sandboxes_are_made_shown_and_changed(nowhere: Desk) -> None:
    nowhere.environment.clear()
    nowhere.does("sandbox", "new")
    assert nowhere.run("sandbox", "new").code != 0
    nowhere.does("sandbox", "new", "--fresh", "--size", "4,6,3", "--seed", "7")
    first = nowhere.does("sandbox", "show").out
    nowhere.does("sandbox", "new", "--fresh", "--size", "4,6,3", "--seed", "7")
    assert nowhere.does("sandbox", "show").out == first
    nowhere.does("sandbox", "new", "--fresh")
    document = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Deny", "Action": ["s3:*", "ec2:*"], "Resource": "*"}],
        }
    )
    (nowhere.folder / "p.json").write_text(document)
    for line in (
        "create-ou A",
        "create-ou A/B",
        "rename-ou A/B C",
        "create-account jane jane@example.com",
        "move jane A/C",
        "create-policy Deny p.json",
        "attach Deny A/C",
        "edit Deny",
        "edit Deny --name Denied",
        "edit Denied --content p.json",
        "detach Denied A/C",
        "delete-policy Denied",
        "tag A/C tier=x owner=y",
        "untag A/C tier",
        "enable-type tag",
        "disable-type tag",
        "trust config.amazonaws.com",
        "delegate jane config.amazonaws.com",
        "undelegate jane config.amazonaws.com",
        "distrust config.amazonaws.com",
        "move jane /",
        "delete-ou A/C",
        "close-account jane",
    ):
        assert nowhere.does("sandbox", "change", *line.split()).err.startswith("Somebody ")
    shown = nowhere.does("sandbox", "show").out
    assert "A/" in shown
    assert "C/" not in shown
    assert "jane" in shown


@pytest.mark.parametrize(
    "line",
    [
        "new --story none",
        "new --size huge",
        "new --size 1,2",
        "change move nobody A",
        "change tag / broken",
        "change create-policy X none.json",
        "change attach Nothing /",
    ],
)
def test_a_sandbox_says_what_is_wrong(nowhere: Desk, line: str) -> None:
    nowhere.environment.clear()
    nowhere.does("sandbox", "new")
    ran = nowhere.run("sandbox", *line.split())
    assert ran.code in {1, 64}
    assert ran.err
    assert "bug" not in ran.err


def test_validate_says_what_targets_hold_and_by_whom(done: Desk) -> None:
    """Foreign policies count, where a snapshot knows of them."""
    changes.create_policy(Console(done.sandbox), "by-hand", HAND)
    changes.attach(Console(done.sandbox), "by-hand", "audit")
    ran = done.does("validate")
    assert "What targets hold\n" in ran.out
    assert "1 foreign" not in ran.out
    done.does("snapshot", "-o", "now.json")
    ran = done.does("--snapshot", "now.json", "validate")
    assert "account audit  scp: 3 of 10 attached (1 AWS's own, 1 foreign, 1 ours)" in ran.out
    told = json.loads(done.does("--snapshot", "now.json", "validate", "--format", "json").out)
    Draft202012Validator(schema("findings")).validate(told)
    (held,) = [one for one in told["budget"] if one["target"] == "account:audit"]
    owners = sorted(one["owner"].partition(" ")[0] for one in held["policies"])
    assert owners == ["aws", "foreign", "guardrail"]
