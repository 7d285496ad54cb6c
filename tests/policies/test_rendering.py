"""Rendering: strict, safe against parameters, and bounded whatever a template does."""

import json
import resource
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govkit.policies import bounded
from govkit.policies.bounded import Bounds, Job, Rendering, render_all
from govkit.policies.render import renderer
from govkit.policies.template import Template, TemplateError, parse
from govkit.policies.trace import traced

NAME = "{#\ntitle: T\nparameters:\n  name: {type: string, default: x}\n  items: {type: 'list[string]', default: []}\n#}\n"
QUICK = Bounds(cpu=1, memory=150_000_000, output=5_000, silence=10)


def made(body: str, name: str = "t.j2", head: str = NAME) -> Template:
    return parse(name, f"folder/{name}", head + body)


def render(body: str, folder: Path = Path("none"), **values: Any) -> str:
    return renderer([folder])(made(body), {"name": "x", "items": []} | values)


def refused(body: str, folder: Path = Path("none"), **values: Any) -> str:
    with pytest.raises(TemplateError) as caught:
        render(body, folder, **values)
    return str(caught.value.faults[0])


# --- what is printed ---------------------------------------------------------------------------


@settings(max_examples=200, deadline=None)
@given(st.text(), st.lists(st.text(), max_size=3))
def test_no_parameter_breaks_out_of_its_string(name: str, items: list[str]) -> None:
    body = '{"a": "<{{ name }}>", "b": {{ items | tojson }}, "c": {{ items }}, "d": {{ name | tojson }}}'
    written = json.loads(render(body, name=name, items=items))
    assert written == {"a": f"<{name}>", "b": items, "c": items, "d": name}


def test_macros_blocks_and_loops_print_what_they_mean(tmp_path: Path) -> None:
    (tmp_path / "_part.j2").write_text(
        '{% macro pair(x) %}"k": {{ x | tojson }}{% endmacro %}{% set known = {"a": none} %}'
    )
    body = (
        '{% from "_part.j2" import pair, known %}'
        "{% set text %}<&{{ name }}>{% endset %}"
        '{ {{ pair(name) }}, "n": {{ 3 }}, "t": {{ true }}, "o": {{ known }}, "s": "{{ text }}",'
        '"m": {{ items | map("upper") | tojson }}, "l": {{ range(2) | list }},'
        '"d": {{ name | default("y") | tojson }}, "z": {{ known.items() | list }} }'
    )
    assert json.loads(render(body, tmp_path, name='<"&', items=["a"])) == {
        "k": '<"&',
        "n": 3,
        "t": True,
        "o": {"a": None},
        "s": '<&<"&>',
        "m": ["A"],
        "l": [0, 1],
        "d": '<"&',
        "z": [["a", None]],
    }


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ('{\n "a": 1,\n "b": {{ name }}\n}', "folder/t.j2:9:7: what is printed here is no policy"),
        ('{\n "a": 1\n "b": 2}', "folder/t.j2:9:2: what is printed here"),
        ('{% if name %}\n{"a": {{ 1 }} "b"}{% endif %}', "folder/t.j2:8:15: "),
        ('{"a": 1, "a": 2}', 'folder/t.j2:7:10: what is printed here is no policy: the key "a"'),
        ("[1]", "a JSON object"),
        ("", "expecting value"),
        ('{"a":\n "{{ nope }}"}', "folder/t.j2:8:1: 'nope' is undefined"),
        ('{"a": {{ nope | tojson }}}', "'nope' is undefined"),
        ('{"a": {{ name.nope }}}', "has no attribute 'nope'"),
        ('{"a": {{ 1 / 0 }}}', "division by zero"),
        ('{"a": {{ range }}}', "cannot be written as JSON"),
        ('{"a": {{ 1e999 }}}', "'inf' is not defined"),
        ("{% for %}", "folder/t.j2:7:1: Expected an expression"),
        ('{"a": {{ name | nofilter }}}', "No filter named 'nofilter'"),
        ('{"a": {{ name | safe }}}', "No filter named 'safe'"),
        ('{% include "/etc/passwd" %}', 'there is no template "/etc/passwd"'),
        ('{% include "../../etc/passwd" %}', "there is no template"),
        ('{% include "none.j2" %}', 'folder/t.j2:7:1: there is no template "none.j2"'),
        ('{"a": "{{ "".__class__ }}"}', "is unsafe"),
        ('{"a": "{{ items.append(1) }}"}', "is unsafe"),
        ('{"a": {{ range(10**9) | list }}}', "Range too big"),
        ('{% macro f() %}{{ f() }}{% endmacro %}{"a": "{{ f() }}"}', "calls itself without end"),
        ('{"a": "{{ "x" * 2000000 }}"}', "prints more than 1,000,000 characters"),
        ('{"a": {{ name + 1 }}}', "str"),
    ],
)
def test_a_template_that_fails_says_where(body: str, says: str) -> None:
    assert says in refused(body)


def test_a_fault_in_an_included_part_is_named_there(tmp_path: Path) -> None:
    (tmp_path / "_part.j2").write_text("\n\n{{ nope }}")
    (tmp_path / "_bad.j2").write_text('"a": 1\n"b"')
    (tmp_path / "_broken.j2").write_text("\n{% if %}")
    assert refused('{% include "_part.j2" %}', tmp_path).startswith(f"{tmp_path}/_part.j2:3:1:")
    assert refused('{ {% include "_bad.j2" %} }', tmp_path).startswith(f"{tmp_path}/_bad.j2:2:1:")
    assert refused('{% include "_broken.j2" %}', tmp_path).startswith(f"{tmp_path}/_broken.j2:2:1:")
    (tmp_path / "_bytes.j2").write_bytes(b"\xff")
    assert "not UTF-8" in refused('{% include "_bytes.j2" %}', tmp_path)


def test_a_place_in_the_text_leads_back_to_the_template() -> None:
    template = made('{\n  "a": "b{{ name }}c",\n  "d": 1}')
    values = {"name": "xyz", "items": []}
    trace = traced(template, values, [])
    assert json.loads(trace.text) == json.loads(renderer([])(template, values))

    def at(offset: int) -> tuple[int, int] | None:
        found = trace.place(offset)
        return found and found[1:]

    assert at(trace.text.index("{")) == (7, 1)
    assert at(trace.text.index('"a"')) == (8, 3)
    assert at(trace.text.index("y")) == (8, 10)
    assert at(trace.text.index("c")) == (8, 20)
    assert at(trace.text.index('"d"')) == (9, 3)
    assert traced(made("{{ name }}"), values, []).place(1) == ("folder/t.j2", 7, 1)
    assert traced(made(""), values, []).place(0) is None


# --- the bounded run ---------------------------------------------------------------------------


def outcomes(bodies: dict[str, str], bounds: Bounds = QUICK) -> dict[str, Rendering]:
    jobs = [Job(made(body, name)) for name, body in bodies.items()]
    run = render_all(jobs, [Path("none")], bounds=bounds)
    return dict(zip(bodies, run.renderings, strict=True))


GOOD = '{"Version": "2012-10-17", "Statement": []}'


def test_hostile_templates_are_named_and_the_others_come_through() -> None:
    found = outcomes(
        {
            "first.j2": GOOD,
            "loops.j2": "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}{}",
            "between.j2": GOOD,
            "huge.j2": '{"a": "{{ "a" * 10**10 }}"}',
            "power.j2": '{"a": {{ 7 ** (10**9) }}}',
            "double.j2": '{% set n = namespace(x="a") %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}{}',
            "long.j2": "{% for i in range(99999) %}aaaaaaaaaa{% endfor %}",
            "deep.j2": "{{ " + "(" * 5_000 + ")" * 5_000 + " }}",
            "nested.j2": "{% if 1 %}" * 500 + GOOD + "{% endif %}" * 500,
            "last.j2": GOOD,
        }
    )
    assert [name for name, one in found.items() if one.document] == [
        "first.j2",
        "between.j2",
        "last.j2",
    ]
    for name in ("loops.j2", "power.j2"):
        assert "takes more than 1 seconds or 150 MB" in str(found[name].faults[0])
    for name in ("huge.j2", "double.j2"):
        assert "too much memory" in str(found[name].faults[0])
    assert "more than 5,000 characters" in str(found["long.j2"].faults[0])
    assert all(str(one.faults[0]).startswith("folder/") for one in found.values() if one.faults)


def test_one_guilty_template_is_tried_once_and_after_some_deaths_nothing_more() -> None:
    spin = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}{}"
    spinning = made(spin, "spin.j2")
    begun = time.monotonic()
    run = render_all(
        [Job(spinning), Job(made(GOOD)), Job(spinning), Job(spinning)], [], bounds=QUICK
    )
    assert time.monotonic() - begun < 8
    assert [one.document is not None for one in run.renderings] == [False, True, False, False]
    strict = Bounds(cpu=1, memory=150_000_000, deaths=1)
    run = render_all([Job(spinning), Job(made(GOOD))], [], bounds=strict)
    assert "was not tried" in str(run.renderings[1].faults[0])


def test_a_child_that_falls_silent_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "_answering", lambda *_: lambda _job: time.sleep(60))
    begun = time.monotonic()
    run = render_all([Job(made(GOOD))], [], bounds=Bounds(silence=1))
    assert time.monotonic() - begun < 10
    assert run.renderings[0].faults


def test_parameters_types_and_files_come_back_from_the_child(tmp_path: Path) -> None:
    (tmp_path / "_part.j2").write_text('"tags": {}')
    including = made('{ {% include "_part.j2" %} }')
    jobs = [
        Job(made(GOOD), {"nam": 1}),
        Job(including, {"items": ["a"]}, "tag"),
        Job(made('{"a": "{{ name }}"}'), {"name": "ü" * 3_000}),
    ]
    run = render_all(jobs, [tmp_path])
    assert run.renderings[0].faults[0].path == ("params", "nam")  # type: ignore[union-attr]  # it is one
    assert run.renderings[1].document is not None
    assert run.renderings[1].document.grammar.name == "TREE_OF_SETS"
    assert run.renderings[2].document is not None
    assert run.files == (tmp_path / "_part.j2",)


def test_a_run_of_300_renders_them_all() -> None:
    template = made('{"Statement": [{"Action": {{ items | tojson }}, "Sid": "{{ name }}"}]}')
    items = [f"service{index}:Action{index}" for index in range(60)]
    jobs = [Job(template, {"items": items, "name": f"n{index}"}) for index in range(300)]
    run = render_all(jobs, [])
    assert len(run.renderings) == 300
    assert all(one.document for one in run.renderings)


def test_nothing_is_asked_of_a_child_where_there_is_nothing_to_do() -> None:
    assert render_all([], []).renderings == ()


def test_limits_of_the_system_are_kept_and_its_silence_borne(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[int, tuple[int, int]]] = []
    monkeypatch.setattr(resource, "setrlimit", lambda what, limits: asked.append((what, limits)))
    monkeypatch.setattr(resource, "getrlimit", lambda _what: (1, 1_000_000))
    bounded._under_roof(2_000_000)
    bounded._more_time(5_000_000)
    assert asked[1:] == [
        (resource.RLIMIT_AS, (1_000_000, 1_000_000)),
        (resource.RLIMIT_CPU, (1_000_000, 1_000_000)),
    ]
    monkeypatch.setattr(Path, "read_text", _no_file)
    asked.clear()
    bounded._under_roof(2_000_000)
    assert [what for what, _ in asked] == [resource.RLIMIT_CORE]


def _no_file(*_: object, **__: object) -> str:
    raise FileNotFoundError
