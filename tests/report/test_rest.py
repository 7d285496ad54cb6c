"""Errors, findings, runs and history in words; formats by name."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from govkit.errors import GovkitError, PlanRefused, UsageError
from govkit.model.finding import Finding, Origin, Severity
from govkit.model.plan import Step
from govkit.report import (
    PLAIN,
    Style,
    error_text,
    findings,
    format_named,
    formats,
    history,
    run,
    schema,
    step_line,
    waiting_line,
)
from govkit.report._check import check_text
from govkit.report._words import outsiders, thing, value

Make = Callable[..., Any]


def test_an_error_has_a_summary_a_detail_and_a_hint_to_copy() -> None:
    error = GovkitError(
        "Not allowed: organizations:AttachPolicy",
        "AWS refused to let role govkit-apply attach policy deny-leave to the root.",
        "Print the permissions this plan needs: govkit plan --permissions",
    )
    assert error_text(error, Style(program="govkit --profile x")) == (
        "Not allowed: organizations:AttachPolicy\n"
        "  AWS refused to let role govkit-apply attach policy deny-leave to the root.\n"
        "  Print the permissions this plan needs:\n"
        "      govkit --profile x plan --permissions\n"
    )


def test_an_errors_lines_keep_their_shape() -> None:
    error = PlanRefused("Refused by rail max_deletes", "  one\n  two\n    more", "--allow a=1")
    assert error_text(error, PLAIN) == (
        "Refused by rail max_deletes\n  one\n  two\n    more\n      --allow a=1\n"
    )


def test_an_error_may_be_short_and_its_hint_a_sentence() -> None:
    assert error_text(GovkitError("Stopped"), PLAIN) == "Stopped\n"
    assert error_text(GovkitError("Stopped", hint="Wait a while."), PLAIN) == (
        "Stopped\n  Wait a while.\n"
    )


def test_an_error_does_not_act_upon_the_terminal() -> None:
    text = error_text(GovkitError("a\x1b[2J", "b\x07", "c\x9b"), Style(color=True))
    assert text == "\x1b[1;31ma\\x1b[2J\x1b[0m\n  b\\x07\n  c\\x9b\n"


def test_findings_are_told_with_place_and_hint() -> None:
    found = findings(
        "validate",
        [
            Finding("GK2", Severity.WARNING, "b", "Unused.", where=Origin("o.yaml", 9, 1)),
            Finding("GK1", Severity.ERROR, "a", "Wrong.", "Mend it.", Origin("o.yaml", 4, 7)),
        ],
    )
    assert formats()["text"].findings(found, PLAIN) == (
        "o.yaml:4:7  error GK1  Wrong.\n"
        "    Mend it.\n"
        "\n"
        "o.yaml:9:1  warning GK2  Unused.\n"
        "\n"
        "validate: 1 error, 1 warning. Next: govkit validate\n"
    )


@pytest.mark.parametrize(
    ("command", "last"),
    [
        ("validate", "validate: no findings. Next: govkit plan\n"),
        ("check", "check: no findings. Next: govkit drift\n"),
    ],
)
def test_no_findings_are_said_plainly(command: str, last: str) -> None:
    assert formats()["text"].findings(findings(command, []), PLAIN) == last


def test_steps_under_way_have_a_line_each(some_steps: tuple[Step, ...]) -> None:
    assert step_line(3, 12, some_steps[3], "done", PLAIN) == (
        "[ 3/12] + attach SCP deny-leave to the root  done"
    )
    assert step_line(1, 2, some_steps[6], "", PLAIN) == ("[1/2] - detach SCP old from OU /Sandbox")
    assert "\x1b[32mdone\x1b[0m" in step_line(1, 2, some_steps[0], "done", Style(color=True))
    assert waiting_line("AWS is at it\x07", PLAIN) == "    AWS is at it\\x07"


def test_a_finished_run_says_so() -> None:
    told = formats()["text"].run
    assert told(run("done", "r1", done=8), PLAIN) == (
        "Applied: 8 of 8 steps done. Run r1. Next: govkit drift\n"
    )
    assert told(run("done", "r1", done=8, already=2), PLAIN) == (
        "Applied: 8 of 8 steps done, 2 of them were so already. Run r1. Next: govkit drift\n"
    )
    assert told(run("done", None, done=0), PLAIN) == "Nothing to do. Next: govkit drift\n"


def test_a_stopped_run_says_what_is_left(some_steps: tuple[Step, ...]) -> None:
    more: Any = {"left": some_steps * 2, "unplanned": some_steps[:1], "following": "apply"}
    document = run("stopped", "r1", done=2, **more)
    text = formats()["text"].run(document, PLAIN)
    assert text.startswith(
        "Left to do\n  create SCP deny-leave\n  update SCP deny-regions\n  tag OU /Workloads/Prod\n"
    )
    assert "\n  and 6 more\n" in text
    assert "Not in the reviewed plan, and not done\n  create SCP deny-leave\n" in text
    assert text.endswith(
        "Stopped: 2 of 18 steps done, 16 left. Run r1. "
        "Next: govkit apply (what is done is not done twice)\n"
    )


def ran(**other: Any) -> SimpleNamespace:
    facts = {
        "id": "r1",
        "command": "apply",
        "began": "2026-11-23T10:00:00Z",
        "ended": None,
        "who": "jane",
        "fingerprint": "sha256:0",
        "steps": 8,
        "done": 8,
        "outcome": "done",
        "broken": None,
        "finished_by": None,
        "entries": (),
    }
    return SimpleNamespace(**{**facts, **other})


def test_history_is_a_table_with_the_newest_last() -> None:
    document = history([ran(), ran(id="run-2", done=1, outcome="killed", broken="r.jsonl:3")])
    assert formats()["text"].history(document, PLAIN) == (
        "RUN    BEGAN                 COMMAND  OUTCOME                                STEPS  WHO\n"
        "r1     2026-11-23T10:00:00Z  apply    done                                   8/8    jane\n"
        "run-2  2026-11-23T10:00:00Z  apply    unknown (journal broken at r.jsonl:3)  1/8    jane\n"
        "\n"
        "2 runs. Next: govkit history verify run-2\n"
    )
    done = [ran(outcome="killed", finished_by="run-2"), ran(id="run-2", done=0, steps=0)]
    told = formats()["text"].history(history(done), PLAIN)
    assert "killed, finished by run-2  8/8" in told
    assert told.endswith("2 runs. Next: govkit rollback r1\n")
    unsure = formats()["text"].history(
        history([ran(outcome="killed", command="rollback r0")]), PLAIN
    )
    assert "killed, all done, not verified  8/8" in unsure
    assert unsure.endswith("1 run. Next: govkit rollback r0\n")
    going = formats()["text"].history(history([ran(outcome="running")]), PLAIN)
    assert going.endswith("1 run. Next: govkit unlock\n")
    assert formats()["text"].history(history([]), PLAIN) == "No runs yet. Next: govkit plan\n"
    nowhere = history([], "there/.govkit", exists=False)
    assert formats()["text"].history(nowhere, PLAIN) == (
        "No runs yet. There is no store at there/.govkit yet. Next: govkit plan\n"
    )


def test_after_a_run_whose_journal_does_not_say_what_it_was_a_plan_is_next() -> None:
    empty = history([ran(outcome="killed", command="?", done=0)])
    assert formats()["text"].history(empty, PLAIN).endswith("Next: govkit plan\n")


def test_history_keeps_its_schema() -> None:
    Draft202012Validator(schema("history")).validate(history([ran()]))


def test_formats_are_found_by_name() -> None:
    assert list(formats()) == ["json", "markdown", "sarif", "text"]
    assert format_named("json").name == "json"
    with pytest.raises(UsageError, match="json, markdown, sarif, text"):
        format_named("yaml")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("root:/", "the root"),
        ("ou:/A/B", "OU /A/B"),
        ("policy:rcp/x", "RCP x"),
        ("policy:declarative_ec2/x", "declarative ec2 policy x"),
        ("policy:odd", "policy odd"),
        ("attachment:scp/x@account:audit", "SCP x on account audit"),
        ("tags:account:audit", "tags of account audit"),
        ("policy_type:scp", "policy type scp"),
        ("trusted_access:config.amazonaws.com", "trusted access of config.amazonaws.com"),
        (
            "delegated_administrator:config.amazonaws.com/audit",
            "account audit as delegated administrator of config.amazonaws.com",
        ),
        ("resource_policy:organization", "the organization's resource policy"),
        ("config_recorder:1/eu-west-1", "config recorder 1/eu-west-1"),
        ("odd", "odd"),
    ],
)
def test_addresses_are_put_into_words(address: str, words: str) -> None:
    assert thing(address) == words


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("ou:/A", "OU /A"),
        ("account:audit", "account audit"),
        ("ou:x", '"ou:x"'),
        ("text", '"text"'),
        (None, "nothing"),
        ([1, {"a": "\u00e4"}], '[1, {"a": "\u00e4"}]'),
        ("x" * 200, '"' + "x" * 119 + "\u2026 (82 more characters)"),
    ],
)
def test_facts_are_put_into_words(given: Any, words: str) -> None:
    assert value(given) == words


def test_outsiders_are_counted_by_kind_and_cut() -> None:
    entries = [
        {"address": f"policy:scp/p-{n}", "kind": "policy", "id": f"p-{n}", "name": f"n{n}"}
        for n in range(12)
    ]
    entries.append({"address": "thing:a/b", "kind": "thing", "id": None, "name": None})
    assert outsiders(entries)[0].startswith("12 policies: n0 (p-0), n1 (p-1), ")
    assert outsiders(entries)[0].endswith(", n9 (p-9) and 2 more")
    assert outsiders(entries)[1] == "1 thing: b"


def test_findings_in_accounts_lead_to_a_plan_that_enters_them() -> None:
    lapse = {
        "severity": "error",
        "code": "GK501",
        "region": "",
        "message": "Off.",
        "resource": "x",
        "expected": None,
        "actual": None,
        "fix": "Turn it on.",
        "origin": None,
        "account": "111111111111",
        "account_key": "audit",
    }
    found = {"findings": [lapse], "incomplete": [], "summary": {"accounts": 1, "suppressed": 0}}
    assert check_text(found, PLAIN).endswith("Next: govkit plan --baseline\n")
    entered = Style(program="govkit --baseline")
    assert check_text(found, entered).endswith("Next: govkit --baseline plan\n")
