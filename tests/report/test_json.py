"""JSON for programs, and the schemas that it keeps."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError

from govkit.errors import BugError
from govkit.model.change import Change
from govkit.model.finding import Finding, Origin, Severity
from govkit.model.plan import Step
from govkit.report import PLAIN, SCHEMAS, Style, differences, findings, formats, run, schema

Make = Callable[..., Any]


def told(document: Any) -> str:
    return formats()["json"].plan(document, PLAIN)


def valid(name: str, document: Any) -> None:
    Draft202012Validator(schema(name), format_checker=Draft202012Validator.FORMAT_CHECKER).validate(
        document
    )


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))


def test_there_are_no_other_schemas() -> None:
    with pytest.raises(KeyError):
        schema("../schemas/plan")


def test_plans_keep_their_schema(make_plan: Make, make_refusal: Make) -> None:
    valid("plan", make_plan())
    valid("plan", make_plan(findings=(make_refusal(),), steps=(), left_out=1))


def test_drift_keeps_its_schema(make_drift: Make) -> None:
    valid("drift", make_drift())
    valid("drift", make_drift(incomplete=["x"], drift=[]))


@pytest.mark.parametrize(
    ("field", "value"),
    [("fingerprint", "md5:1"), ("as_of", "today"), ("steps", {}), ("extra", 1), ("summary", {})],
)
def test_a_plan_that_is_none_is_found_out(make_plan: Make, field: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        valid("plan", {**make_plan(), field: value})


def test_the_other_documents_keep_their_schemas(some_steps: tuple[Step, ...]) -> None:
    changes: list[Change[Any]] = [step.change for step in some_steps]
    valid("differences", differences(changes, "a", "b"))
    valid("findings", findings("validate", [Finding("GK1", Severity.NOTE, "x", "y")]))
    lint = Finding("GK1", Severity.NOTE, "x", "y", rule="a-rule", confidence="certain")
    valid("findings", findings("lint", [lint]))
    valid("run", run("stopped", "r1", done=1, left=some_steps, unplanned=some_steps[:1]))


def test_findings_are_sorted_by_place_then_by_severity() -> None:
    def at(line: int | None, severity: Severity, code: str) -> Finding:
        where = None if line is None else Origin("a.yaml", line, 1)
        return Finding(code, severity, "x", "y", where=where)

    found = findings(
        "check",
        [
            at(None, Severity.NOTE, "4"),
            at(None, Severity.ERROR, "3"),
            at(9, Severity.NOTE, "2"),
            at(1, Severity.NOTE, "1"),
        ],
    )
    assert [each["code"] for each in found["findings"]] == ["1", "2", "3", "4"]


def test_keys_stay_in_the_documents_order_and_the_text_ends_with_a_newline() -> None:
    assert told({"b": 1, "a": "\u00e4"}) == '{\n  "b": 1,\n  "a": "\u00e4"\n}\n'


def test_a_schema_bound_document_needs_no_style(make_plan: Make) -> None:
    style = Style(color=True, width=20)
    assert json.loads(formats()["json"].plan(make_plan(), style)) == make_plan()


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), {1, 2}, object()])
def test_what_json_does_not_have_is_a_bug(odd: object) -> None:
    with pytest.raises(BugError):
        told({"x": odd})


def test_terminals_and_html_find_nothing_to_act_upon() -> None:
    text = told({"x": "</script>\x1b[2J\x9b2J\x7f\u202e\u2028\ud800\U000e0041"})
    for acted_upon in "<\x1b\x9b\x7f\u202e\u2028\ud800\U000e0041":
        assert acted_upon not in text
    assert json.loads(text) == {"x": "</script>\x1b[2J\x9b2J\x7f\u202e\u2028\ud800\U000e0041"}


@given(st.recursive(st.none() | st.text() | st.integers(), lambda x: st.dictionaries(st.text(), x)))
def test_json_comes_back_as_it_went(value: Any) -> None:
    text = told(value)
    text.encode()
    assert json.loads(text) == value
