"""YAML as version 1.2's core schema has it, on raw scalars, with positions."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from govkit.errors import LayoutError
from govkit.layout import tree
from govkit.layout.faults import Fault, Faults, understood_not
from govkit.layout.scalars import Number, numbers, plain
from govkit.layout.sheet import Sheet
from govkit.layout.tree import read_text
from govkit.model.finding import Origin
from govkit.model.suggest import Guesses, did_you_mean, nearest


def value(text: str) -> Any:
    faults = Faults()
    found = read_text("x.yaml", text, faults)
    faults.stop()
    return found


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("no", "no"),
        ("Yes", "Yes"),
        ("on", "on"),
        ("true", True),
        ("FALSE", False),
        ("~", None),
        ("", None),
        ("null", None),
        ("12", 12),
        ("-3", -3),
        ("+3", 3),
        ("0", 0),
        ("0o17", 15),
        ("0xFf", 255),
        ("1.50", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("2.", 2.0),
        ("012345670123", "012345670123"),
        ("333333333333", "333333333333"),
        ("017", "017"),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("2012-10-17", "2012-10-17"),
        ("1e999", "1e999"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("-", "-"),
        ("9" * 400, "9" * 400),
        ("0x", "0x"),
    ],
)
def test_a_plain_scalar_is_what_yaml_1_2_says_or_its_text(text: str, meant: object) -> None:
    found = numbers(plain(text))
    assert found == meant
    assert type(found) is type(meant)


def test_quotes_and_tags_make_texts() -> None:
    assert numbers(value("['12', \"true\", !!str 12, ! 12]")) == ["12", "true", "12", "12"]
    assert numbers(value("[!!int 12, !!bool true, !!null ~, !!float 1.5]")) == [12, True, None, 1.5]
    assert value("!!map {a: !!seq [b]}") == {"a": ["b"]}


def test_keys_are_texts_whatever_they_look_like() -> None:
    assert value("012: a\nno: b\n~: c\n1.0: d") == {
        "012": "a",
        "no": "b",
        "~": "c",
        "1.0": "d",
    }


def test_a_number_is_its_text_where_a_text_is_expected() -> None:
    (found,) = value("[1.10]")
    assert isinstance(found, Number)
    assert found == "1.10"
    assert found.value == 1.1
    assert numbers((found, {"a": [found]})) == (1.1, {"a": [1.1]})


def test_everything_knows_where_it_stands() -> None:
    sheet = Sheet("x.yaml", value("a:\n  - b: 1\n    c:\n  - d\n"))
    assert str(sheet.key_at("a", 0, "b")) == "x.yaml:2:5"
    assert str(sheet.value_at("a", 0, "b")) == "x.yaml:2:8"
    assert str(sheet.value_at("a", 0, "c")) == "x.yaml:3:5"  # nothing is written: the key
    assert str(sheet.value_at("a", 1)) == "x.yaml:4:5"
    assert str(sheet.value_at("a", "str", 1)) == "x.yaml:4:5"  # a step that leads nowhere
    assert str(sheet.value_at()) == "x.yaml:1:1"
    assert sheet.value("a", 1) == "d"
    assert not sheet.has("a", 7)


@given(
    st.recursive(
        st.text("ab:#-'\"\\ é\N{GRINNING FACE}", max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.text("ab ", min_size=1, max_size=3), inner, max_size=3)
        ),
        max_leaves=10,
    ).filter(lambda made: made != ""),
    st.booleans(),
)
def test_what_pyyaml_writes_is_read_back(made: Any, flow: bool) -> None:  # noqa: FBT001 - a drawn value
    text = yaml.safe_dump(made, default_flow_style=flow, allow_unicode=True, default_style='"')
    assert value(text) == made


@pytest.mark.parametrize("loader", [tree.LOADER, yaml.SafeLoader])
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [b\nc: d\n", "1:4|2:2"),
        ('a: "b\n', "1:4"),
        ("a: {b: c\n\n\n", "1:4|1:8"),
        ("a: *b\n", "1:4"),
        ("a:\n\tb: c\n", "2:1"),
    ],
)
def test_both_loaders_point_at_the_same_trouble(
    monkeypatch: pytest.MonkeyPatch, loader: Any, text: str, said: str
) -> None:
    monkeypatch.setattr(tree, "LOADER", loader)
    faults = Faults()
    assert read_text("x", text, faults) is None
    with pytest.raises(LayoutError) as caught:
        faults.stop()
    (fault,) = caught.value.faults
    assert isinstance(fault, Fault)
    assert f"{fault.where.line}:{fault.where.column}" in said.split("|")


def test_a_fault_shows_its_line_with_a_caret() -> None:
    error = understood_not(
        [Fault(Origin("a.yaml", 2, 8), "Wrong", "Do better.")], {"a.yaml": "x\nab: \tcd\x1b[1me\n"}
    )
    assert error.detail == (
        "a.yaml:2:8  Wrong\n  2 | ab:  cd\N{MIDDLE DOT}[1me\n    |        ^\n  Do better."
    )


def test_wide_letters_move_the_caret() -> None:
    error = understood_not([Fault(Origin("a", 1, 3), "x")], {"a": "\u4e2d\u6587b\n"})
    assert error.detail.endswith("  1 | \u4e2d\u6587b\n    |     ^")


def test_a_long_line_is_cut_to_a_window() -> None:
    line = "".join(str(number % 10) for number in range(1_000))
    error = understood_not([Fault(Origin("a", 1, 501), "x")], {"a": line})
    shown, caret = error.detail.split("\n")[1:]
    assert len(shown) < 110
    assert shown[caret.index("^")] == "0"


def test_faults_are_sorted_and_shown_up_to_a_hundred() -> None:
    faults = Faults()
    for number in range(150, 0, -1):
        faults.add(Origin("b" if number % 2 else "a", number, 1), "Wrong")
    faults.add(Origin("a", 2, 1), "Wrong")
    with pytest.raises(LayoutError) as caught:
        faults.stop()
    assert len(faults) == len(caught.value.faults) == 150
    lines = str(caught.value).split("\n")
    assert lines[0] == "The layout cannot be understood: 150 faults"
    assert lines[1] == "a:2:1  Wrong"
    assert lines[-1] == "and 50 more"
    Faults().stop()  # nothing was found: nothing is raised


def test_suggestions() -> None:
    assert did_you_mean("protct", ["protect", "tags"]) == 'Did you mean "protect"?'
    assert did_you_mean("prod", ["Workloads/Prod"]) == 'Did you mean "Workloads/Prod"?'
    assert did_you_mean("zzz", ["protect"]) == ""
    assert set(nearest("abc", ["abd", "xbc", "zzz"], 2)) == {"abd", "xbc"}
    guesses = Guesses(budget=3)
    assert guesses("OU", "ab", ["abc", "x"]) == guesses("OU", "ab", ["abc", "x"])
    assert guesses("OU", "abx", ["abc", "x"])
    assert guesses("OU", "aby", ["abc", "x"]) == ""
