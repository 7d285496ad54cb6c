"""`simulate` answers case after case, one line of JSON each, and stops at what is no case."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from policy_documents import bad, deny, reference
from terminal import Desk

from govkit.access import simulate as engine

ALLOW = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def case(ident: Any, *statements: Any, action: str = "s3:GetObject") -> dict[str, Any]:
    scp = {"Version": "2012-10-17", "Statement": [ALLOW, *statements]}
    asked = {"action": action, "resource": "*", "context": {}}
    return {"id": ident, "hierarchy": [{"id": "r-exam", "scps": [scp]}], "request": asked}


def given(desk: Desk, cases: Any) -> str:
    (desk.folder / "cases.json").write_text(json.dumps(cases, indent=1))
    return "cases.json"


def test_every_case_is_one_line_in_its_order(bare: Desk) -> None:
    name = given(bare, [case("a"), case("b", deny("s3:*", Sid="No")), {"id": 3, "request": None}])
    lines = [json.loads(line) for line in bare.does("simulate", name).out.splitlines()]
    assert [(one["id"], one["scp"], one["rcp"]) for one in lines] == [
        ("a", "Allowed", "NotApplicable"),
        ("b", "ExplicitlyDenied", "NotApplicable"),
        (3, None, None),
    ]
    assert any(why.get("sid") == "No" and why["level"] == "r-exam" for why in lines[1]["why"])


def test_a_file_gets_the_same_lines_and_is_for_its_owner_alone(bare: Desk) -> None:
    name = given(bare, [case("ü\ud800"), case("b")])
    shown = bare.does("simulate", name)
    filed = bare.does("simulate", name, "-o", "out.jsonl")
    path = bare.folder / "out.jsonl"
    assert (path.read_text(), filed.out) == (shown.out, "")
    assert (path.stat().st_mode & 0o777, filed.err) == (0o600, "Wrote out.jsonl.\n")


def test_lines_come_out_as_they_are_done(bare: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the second case is looked at, the line of the first is in the file."""
    seen: list[str] = []

    def watched(cases: list[Any]) -> Iterator[dict[str, Any]]:
        for number, _ in enumerate(cases):
            seen.append((bare.folder / "out.jsonl").read_text())
            yield {"id": number}

    monkeypatch.setattr(engine, "simulate", watched)
    bare.does("simulate", given(bare, [1, 2, 3]), "-o", "out.jsonl")
    assert seen == ["", '{"id": 0}\n', '{"id": 0}\n{"id": 1}\n']


def test_what_is_no_case_is_said_with_its_place_and_the_lines_before_it_stand(bare: Desk) -> None:
    name = given(bare, [case("a"), {"id": "b", "request": {"action": 3}}])
    line = (bare.folder / name).read_text().split("\n").index('  "id": "b",')
    ran = bare.run("simulate", name)
    assert ran.code == 64
    assert [json.loads(one)["id"] for one in ran.out.splitlines()] == ["a"]
    assert f"cases.json:{line}:2: Case 1: the action and the resource" in ran.err


@pytest.mark.parametrize("cases", [{}, "cases", 3, None])
def test_what_is_no_list_is_refused(bare: Desk, cases: Any) -> None:
    ran = bare.run("simulate", given(bare, cases))
    assert (ran.code, ran.out) == (64, "")
    assert "cases.json:1:1: the file is not a JSON list" in ran.err


def test_bad_input_is_refused_with_its_place_and_nothing_is_written(bare: Desk) -> None:
    for name, place, words in bad(bare.folder):
        ran = bare.run("simulate", name, "-o", "out.jsonl")
        assert (ran.code, ran.out) == (1, ""), ran.said
        assert place in ran.err, name
        assert words in ran.err
        assert not (bare.folder / "out.jsonl").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["missing.json"], 64, "missing.json: No such file"),
        (["."], 64, "Is a directory"),
        (["cases.json", "-o", "cases.json"], 64, "would overwrite the cases"),
        (["cases.json", "-o", "nowhere/out.jsonl"], 1, "nowhere/out.jsonl: No such file"),
        ([], 64, "CASES"),
    ],
)
def test_what_cannot_be_read_or_written_is_said(
    bare: Desk, arguments: list[str], code: int, said: str
) -> None:
    given(bare, [case("a")])
    ran = bare.run("simulate", *arguments)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err
    assert json.loads((bare.folder / "cases.json").read_text())[0]["id"] == "a"


def test_the_reference_cases_agree(bare: Desk) -> None:
    path = reference("cases/policy_evaluation.json")
    out = bare.does("simulate", str(path)).out
    wrong = [
        (asked["id"], layer)
        for asked, line in zip(json.loads(path.read_text("utf-8")), out.splitlines(), strict=True)
        for layer in ("scp", "rcp")
        if asked["status"] == "ok" and layer in asked["expected"]["checks"]
        if json.loads(line)[layer] != asked["expected"][layer]
    ]
    assert wrong == []
