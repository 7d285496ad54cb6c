"""Templates: their headers, and their parameters checked before anything is rendered."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govkit.policies import library as shipped
from govkit.policies.parameters import Parameter, arguments, value_faults, widened
from govkit.policies.template import MAX_TEMPLATE, TemplateError, find, load, names, parse, text

HEADER = """\
{#
title: A lock
description: >
  Reasons.
type: rcp
severity: high
controls: {nist-800-53: [AC-2, 3], cis: "1.7"}
break_glass: false
parameters:
  regions: {type: "list[region]", description: Where, min: 1, max: 2}
  name: {type: string, default: x, pattern: '[a-z]+', max: 5}
  mode: {type: string, default: null, choices: [on, off]}
  many: {type: integer, default: 3, min: 1, max: 9}
-#}
{}
"""


def wrong(source: str) -> list[str]:
    with pytest.raises(TemplateError) as caught:
        parse("t.j2", "t.j2", source)
    return [str(fault) for fault in caught.value.faults]


# --- headers -----------------------------------------------------------------------------------


def test_a_header_says_what_a_template_is() -> None:
    template = parse("lock.json.j2", "there/lock.json.j2", HEADER)
    assert (template.title, template.description) == ("A lock", "Reasons.")
    assert (template.type, template.severity, template.break_glass) == ("rcp", "high", False)
    assert template.controls == {"nist-800-53": ("AC-2", "3"), "cis": ("1.7",)}
    regions, name, mode, many = template.parameters
    assert (regions.written, regions.required, regions.min, regions.max) == (
        "list[region]",
        True,
        1,
        2,
    )
    assert (name.default, name.pattern, name.required) == ("x", "[a-z]+", False)
    assert (mode.default, mode.choices) == (None, ("on", "off"))
    assert many.default == 3


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("{}", "t.j2:1:1: the header is missing"),
        ("{# #}", "t.j2:1:3: the header is not a map"),
        ("{# - x #}", "the header is not a map"),
        ("{# description: x #}", 't.j2:1:4: "title" must be a text'),
        ("{#\ntitle: 3\n#}", 't.j2:2:1: "title" must be a text'),
        ("{#\ntitle: x\ntitel: y\n#}", 't.j2:3:1: unknown key "titel"; did you mean "title"?'),
        ("{#\ntitle: x\ntitle: y\n#}", 't.j2:3:1: the key "title" is given twice'),
        ("{#\ntitle: x\nseverity: bad\n#}", "low or medium or high or critical"),
        ("{#\ntitle: x\nbreak_glass: maybe\n#}", "must be true or false"),
        ("{#\ntitle: x\nparameters: []\n#}", "x"),
        ("{#\ntitle: x\nparameters: [a]\n#}", '"parameters" must be a map'),
        ("{#\ntitle: x\ncontrols: {a: {}}\n#}", "controls are lists of texts"),
        ("{#\ntitle: x\nparameters: {a: 1}\n#}", "t.j2:3:14: a parameter is a map with a type"),
        ("{#\ntitle: x\nparameters: {a: {}}\n#}", "the type must be one of"),
        ("{#\ntitle: x\nparameters: {a: {type: list}}\n#}", "t.j2:3:18: the type must be one of"),
        ("{#\ntitle: x\nparameters: {a-b: {type: string}}\n#}", "is no name"),
        ("{#\ntitle: x\nparameters: {a: {type: string, mni: 1}}\n#}", 'did you mean "min"?'),
        ("{#\ntitle: x\nparameters: {a: {type: string, min: x}}\n#}", "a whole number"),
        (
            "{#\ntitle: x\nparameters: {a: {type: string, choices: x}}\n#}",
            '"choices" must be a list',
        ),
        ("{#\ntitle: x\nparameters: {a: {type: string, pattern: '['}}\n#}", "regular expression"),
        ("{#\ntitle: x\nparameters: {a: {type: string, pattern: 3}}\n#}", "regular expression"),
        (
            '{#\ntitle: x\nparameters: {a: {type: "list[region]", default: [eu-west-1, x]}}\n#}',
            "t.j2:3:61: Expected a Region",
        ),
        ("{#\ntitle: x: y\n#}", "not YAML"),
        ("{#\ntitle: &a x\n#}", "anchors and aliases"),
        ("{#\ntitle: *a\n#}", "anchors and aliases"),
        ("{#\ntitle: !!python/object x\n#}", "the tag"),
        ("{#\n? [a]\n: x\n#}", "a key is a text"),
        ("{#\ntitle: \x00\n#}", "not YAML"),
        ("{# " + "x" * 30_000 + " #}", "more than 20000 characters"),
        ("{#\ntitle: " + "[" * 500 + "\n#}", "more than 8 levels deep"),
        ("{#\ntitle: " + "[" * 5_000 + "\n#}", "t.j2:2:"),  # libyaml may stop before we do
    ],
)
def test_a_wrong_header_is_named_at_its_line(source: str, says: str) -> None:
    if says == "x":
        assert parse("t.j2", "t.j2", source).parameters == ()
        return
    assert says in " | ".join(wrong(source))


def test_all_faults_of_a_header_come_at_once() -> None:
    assert len(wrong("{#\ntitle: 3\nbreak_glass: 3\nodd: 3\n#}")) == 3


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="{}[]#:,-&*!|>'\"ab \n?%", max_size=40))
def test_nothing_but_a_template_error_comes_out_of_a_header(inside: str) -> None:
    with suppress(TemplateError):
        parse("t.j2", "t.j2", "{#\ntitle: x\n" + inside + "\n#}")


# --- files -------------------------------------------------------------------------------------


def test_the_first_folder_wins_and_nothing_outside_is_found(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for folder in (ours, theirs):
        (folder / "deep").mkdir(parents=True)
    (ours / "a.j2").write_text("{# title: Ours #}{}")
    (theirs / "a.j2").write_text("{# title: Theirs #}{}")
    (theirs / "deep" / "b.j2").write_text("{# title: Deep #}{}")
    (theirs / "_part.j2").write_text("")
    (tmp_path / "secret.j2").write_text("{# title: Secret #}{}")
    (theirs / "link.j2").symlink_to(tmp_path / "secret.j2")
    folders = (ours, theirs)
    assert load("a.j2", folders).title == "Ours"
    assert load("deep/b.j2", folders).title == "Deep"
    assert names(folders) == ("a.j2", "deep/b.j2", "link.j2")
    for name in ("../secret.j2", "link.j2", "/etc/passwd", "deep\\b.j2", "", "deep//b.j2", "none"):
        assert find(name, folders) is None
    with pytest.raises(TemplateError) as caught:
        load("deep/bb.j2", folders)
    assert caught.value.hint == 'Did you mean "deep/b.j2"?'
    with pytest.raises(TemplateError, match="no such template"):
        load("zzz", folders)


def test_files_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.j2"
    path.write_bytes(b"{# title: x #}\n\xff")
    with pytest.raises(TemplateError, match=r"a\.j2:2:1: this is not UTF-8"):
        text(path)
    path.write_bytes(b" " * (MAX_TEMPLATE + 1))
    with pytest.raises(TemplateError, match="more than 256000 bytes"):
        text(path)
    with pytest.raises(TemplateError, match="cannot be read"):
        text(tmp_path / "none.j2")


def test_templates_come_from_the_checkout_or_the_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (shipped.library() / "deny_regions.json.j2").is_file()
    assert shipped.starter_layout().is_file()
    packed = tmp_path / "scp_templates"
    packed.mkdir()
    monkeypatch.setattr(shipped, "_STARTER", tmp_path)
    assert shipped.library() == packed
    assert os.fspath(shipped.starter_layout()).endswith("org_layout.yaml")


# --- parameters --------------------------------------------------------------------------------

PARAMETERS = parse("lock.json.j2", "lock.json.j2", HEADER).parameters
ACCOUNTS = {"payments-prod": "555555555555", "search-prod": "666666666666"}


def test_defaults_are_filled_in() -> None:
    assert arguments(PARAMETERS, {"regions": ["eu-west-1"]}).values == {
        "regions": ["eu-west-1"],
        "name": "x",
        "mode": None,
        "many": 3,
    }


@pytest.mark.parametrize(
    ("given_", "path", "says"),
    [
        ({}, ("params",), 'the parameter "regions", list[region]: Where, found nothing'),
        ({"regions": []}, ("params", "regions"), "at least 1 entries, found 0 entries"),
        ({"regions": ["eu-b-1"] * 3}, ("params", "regions"), "at most 2 entries"),
        ({"regions": ["eu-b-1", "eu west"]}, ("params", "regions", 1), 'found "eu west"'),
        ({"regions": "eu-west-1"}, ("params", "regions"), "a list (list[region])"),
        ({"regions": ["eu-b-1"], "nmae": 1}, ("params", "nmae"), 'Did you mean "name"?'),
        ({"regions": ["eu-b-1"], "name": 3}, ("params", "name"), "Expected a text, found 3"),
        ({"regions": ["eu-b-1"], "name": "A"}, ("params", "name"), "a text like [a-z]+"),
        ({"regions": ["eu-b-1"], "name": "aaaaaa"}, ("params", "name"), "at most 5 characters"),
        ({"regions": ["eu-b-1"], "name": "a" * 5_000}, ("params", "name"), "at most 4096"),
        ({"regions": ["eu-b-1"], "mode": "of"}, ("params", "mode"), 'Did you mean "off"?'),
        ({"regions": ["eu-b-1"], "mode": "zz"}, ("params", "mode"), "one of on, off"),
        ({"regions": ["eu-b-1"], "many": True}, ("params", "many"), "whole number, found true"),
        ({"regions": ["eu-b-1"], "many": 10}, ("params", "many"), "at most 9, found 10"),
        ({"regions": ["eu-b-1"], "many": 0}, ("params", "many"), "at least 1, found 0"),
    ],
)
def test_a_wrong_parameter_is_named_by_its_path(
    given_: dict[str, Any], path: tuple[str | int, ...], says: str
) -> None:
    found = arguments(PARAMETERS, given_)
    assert not found.values
    assert next(fault.path for fault in found.faults) == path
    assert says in str(found.faults[0])


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("string", ["", "a"], [1, None, []]),
        ("integer", [0, -3], ["1", True, 1.5]),
        ("boolean", [True, False], ["true", 1, None]),
        ("account", ["555555555555", 555555555555, "payments-prod"], ["55", 5, "none", True, None]),
        ("arn", ["arn:aws:iam::*:role/X", "arn:*:iam::1:root"], ["arn:aws:s3", "role/X", 3]),
        ("region", ["eu-west-1", "us-gov-west-1", "cn-north-1"], ["eu", "EU-WEST-1", "eu-west", 1]),
        ("ou", ["Workloads/Prod", "/"], [1, None]),
        ("map", [{}, {"a": 1}], [{1: 2}, [], "x"]),
    ],
)
def test_each_type_takes_what_it_should(kind: str, good: list[Any], bad: list[Any]) -> None:
    parameter = Parameter(name="it", type=kind)
    for value in good:
        assert not list(value_faults((parameter,), {"it": value}, ACCOUNTS)), value
    for value in bad:
        assert list(value_faults((parameter,), {"it": value}, ACCOUNTS)), value


def test_what_is_found_is_shown_in_the_layouts_words() -> None:
    parameter = Parameter(name="it", type="string")
    shown = [
        next(value_faults((parameter,), {"it": value})).found
        for value in (None, False, True, [1], {}, 3)
    ]
    assert shown == ["nothing", "false", "true", "a list", "a map", "3"]


def test_accounts_and_ous_take_their_final_form() -> None:
    parameters = (
        Parameter(name="who", type="account", many=True),
        Parameter(name="where", type="ou"),
        Parameter(name="none", type="account", many=True, required=False),
    )
    found = arguments(
        parameters, {"who": ["payments-prod", 111111111111], "where": "Workloads"}, ACCOUNTS
    )
    assert found.values == {
        "who": ["555555555555", "111111111111"],
        "where": "${govkit:path:/Workloads}",
        "none": None,
    }
    (fault,) = arguments(parameters[:1], {"who": ["paymentsprod"]}, ACCOUNTS).faults
    assert fault.nearest == "payments-prod"


def test_an_exemption_adds_to_lists_and_replaces_the_rest() -> None:
    base = {"regions": ["eu-west-1"], "name": "a"}
    wider = widened(PARAMETERS, base, {"regions": ["us-west-2", "eu-west-1"], "name": "b"})
    assert wider == {"regions": ["eu-west-1", "us-west-2"], "name": "b"}
    assert base["regions"] == ["eu-west-1"]
    listed = (Parameter(name="more", many=True, required=False, default=["x"]),)
    assert widened(listed, {}, {"more": ["y"]}) == {"more": ["x", "y"]}
    assert widened(listed, {}, {"more": "y", "odd": 1}) == {"more": "y", "odd": 1}
