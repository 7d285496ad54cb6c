"""`pack` writes fewer documents that are proved to mean the same, or nothing at all."""

import json
from dataclasses import replace
from typing import Any

import pytest
from policy_documents import bad, deny, written
from terminal import Desk

from govkit.access import pack as engine
from govkit.access.difference import Change, Difference


def three(desk: Desk) -> list[str]:
    written(desk.folder / "in" / "a.json", deny("s3:Get*", Sid="One"), deny("ec2:*"))
    written(desk.folder / "in" / "b.json", deny("s3:Put*"))
    written(desk.folder / "in" / "c.json", deny("iam:*", Condition={"Bool": {"k": "true"}}))
    return ["in/a.json", "in/b.json", "in/c.json"]


def given(desk: Desk) -> int:
    """Return the characters of the given documents, minified."""
    values = [json.loads(path.read_text()) for path in (desk.folder / "in").iterdir()]
    return sum(len(json.dumps(value, separators=(",", ":"))) for value in values)


def test_the_packed_documents_are_fewer_and_equal(bare: Desk) -> None:
    ran = bare.does("pack", *three(bare), "-o", "out")
    (path,) = (bare.folder / "out").iterdir()
    text = path.read_text()
    assert text == json.dumps(json.loads(text), separators=(",", ":"))
    assert ran.out.splitlines() == [
        f"out/c.json  2 statements  {len(text)} of 10240 characters",
        "",
        f"3 documents of {given(bare)} characters packed into 1 of {len(text)}. Proved equal.",
    ]
    assert bare.run("compare", "in", "out").code == 0


def test_the_report_as_json(bare: Desk) -> None:
    three(bare)
    told = json.loads(bare.does("pack", "in", "-o", "out", "--format", "json").out)
    characters = len((bare.folder / "out" / "c.json").read_text())
    assert told == {
        "verdict": "equal",
        "unknown": [],
        "type": "scp",
        "limit": 10240,
        "before": {"documents": 3, "characters": given(bare)},
        "after": {"documents": 1, "characters": characters},
        "documents": [
            {"name": "c", "characters": characters, "statements": 2, "file": "out/c.json"}
        ],
    }


def test_no_document_is_longer_than_the_limit(bare: Desk) -> None:
    distinct = [deny(f"s{n}:*", Condition={"Bool": {f"k{n}": "true"}}) for n in range(20)]
    written(bare.folder / "packed-1.json", *distinct)
    bare.does("pack", "packed-1.json", "-o", "out", "--limit", "500")
    sizes = [len(path.read_bytes()) for path in (bare.folder / "out").iterdir()]
    assert len(sizes) > 3
    assert max(sizes) <= 500
    assert bare.run("compare", "packed-1.json", "out").code == 0


def test_rcps_have_a_limit_of_their_own(bare: Desk) -> None:
    written(bare.folder / "a.json", deny("s3:*", Principal="*"))
    told = json.loads(bare.does("pack", "a.json", "-o", "out", "-f", "json").out)
    assert (told["type"], told["limit"]) == ("rcp", 5120)
    assert json.loads((bare.folder / "out/a.json").read_text())["Statement"][0]["Principal"] == "*"


def test_too_many_documents_are_refused_and_nothing_is_written(bare: Desk) -> None:
    ran = bare.run("pack", *three(bare), "-o", "out", "--limit", "150", "--max-documents", "1")
    assert ran.code == 1
    assert "there may be 1" in ran.err
    assert not (bare.folder / "out").exists()


def test_a_statement_that_is_too_long_is_named_by_its_place(bare: Desk) -> None:
    files = three(bare)
    written(bare.folder / "in" / "d.json", deny("s3:*"), deny("s3:*", [f"{n}" for n in range(99)]))
    ran = bare.run("pack", *files, "in/d.json", "-o", "out", "--limit", "150")
    assert ran.code == 1
    assert "in/d.json:9:5: " in ran.err
    assert "a document may have 150" in ran.err


def test_a_variable_of_an_older_version_is_named_by_its_place(bare: Desk) -> None:
    statement = deny("s3:*", "arn:aws:s3:::${aws:username}")
    (bare.folder / "old.json").write_text(
        json.dumps({"Version": "2008-10-17", "Statement": statement}, indent=2)
    )
    ran = bare.run("pack", *three(bare), "old.json", "-o", "out")
    assert ran.code == 1
    assert "old.json:3:16: old is of version 2008-10-17" in ran.err


def test_two_documents_of_one_name_are_refused(bare: Desk) -> None:
    three(bare)
    written(bare.folder / "other" / "a.json", deny("s3:*"))
    ran = bare.run("pack", "in/a.json", "other/a.json", "-o", "out")
    assert ran.code == 64
    assert "in/a.json and other/a.json" in ran.err
    assert bare.run("pack", "in/a.json", "in/a.json", "-o", "out").code == 64


def test_what_was_there_before_is_named_and_left_alone(bare: Desk) -> None:
    written(bare.folder / "out" / "z.json", deny("s3:*"))
    before = (bare.folder / "out" / "z.json").read_text()
    ran = bare.does("pack", *three(bare), "-o", "out")
    assert ran.err == "out/z.json was there before, and is none of the packed documents.\n"
    assert (bare.folder / "out" / "z.json").read_text() == before


def test_a_packing_that_is_not_proved_says_so_and_exits_2(
    bare: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, why = engine.pack, ("it would take too long",)

    def unproved(*given: Any, **named: Any) -> engine.Packed:
        return replace(real(*given, **named), proof=Difference(Change.UNKNOWN, unknown=why))

    monkeypatch.setattr(engine, "pack", unproved)
    ran = bare.run("pack", *three(bare), "-o", "out")
    assert ran.code == 2
    assert "Not decided: it would take too long" in ran.out
    assert ran.out.endswith("NOT PROVED EQUAL: not everything could be decided.\n")


def test_bad_input_is_refused_with_its_place_and_nothing_is_written(bare: Desk) -> None:
    files = three(bare)
    for name, place, words in bad(bare.folder):
        ran = bare.run("pack", *files, name, "-o", "out")
        assert (ran.code, ran.out) == (1, ""), ran.said
        assert place in ran.err, name
        assert words in ran.err
    assert not (bare.folder / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["in/a.json"], 64, "--out"),
        (["-o", "out"], 64, "FILE"),
        (["missing.json", "-o", "out"], 64, "missing.json: No such file"),
        (["none", "-o", "out"], 64, "no *.json document"),
        (["in/a.json", "-o", "in/b.json"], 64, "in/b.json is a file"),
        (["in/a.json", "-o", "in/b.json/out"], 1, "Not a directory"),
        (["in/a.json", "-o", "out", "--limit", "0"], 64, "--limit"),
        (["in/a.json", "-o", "out", "--format", "yaml"], 64, "json, text"),
    ],
)
def test_wrong_usage_is_said(bare: Desk, arguments: list[str], code: int, said: str) -> None:
    three(bare)
    (bare.folder / "none").mkdir()
    ran = bare.run("pack", *arguments)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err


def test_wildcards_for_actions_to_come_are_off_until_asked_for_and_listed(bare: Desk) -> None:
    names = ["iam:DetachGroupPolicy", "iam:DetachRolePolicy", "iam:DetachUserPolicy"]
    written(bare.folder / "a.json", deny([*names, "s3:PutObject"]))
    bare.does("pack", "a.json", "-o", "out")
    (statement,) = json.loads((bare.folder / "out/a.json").read_text())["Statement"]
    assert statement["Action"] == [*names, "s3:PutObject"]

    ran = bare.does("pack", "a.json", "-o", "out", "--allow-future-wildcards")
    (statement,) = json.loads((bare.folder / "out/a.json").read_text())["Statement"]
    assert statement["Action"] == ["iam:Det*", "s3:PutObject"]
    assert (
        "Newly denied, once AWS has such actions: iam:Det* except iam:DetachGroupPolicy, "
        "iam:DetachRolePolicy, iam:DetachUserPolicy" in ran.out
    )
    assert "Proved equal but for the actions to come that are listed." in ran.out
    told = json.loads(
        bare.does("pack", "a.json", "-o", "out", "--allow-future-wildcards", "-f", "json").out
    )
    assert (told["verdict"], told["proved"]) == ("strengthens", True)
    assert told["adds"]["newly_allowed"] == []
    assert told["before"]["characters"] > told["after"]["characters"]

    written(bare.folder / "b.json", deny(["s3:PutObject"]))
    ran = bare.does("pack", "b.json", "-o", "other", "--allow-future-wildcards")
    assert ran.out.endswith("Proved equal.\n")
