"""Whatever a layout's file holds, reading it gives what it wants, or a LayoutError: nothing else."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from govkit.errors import LayoutError
from govkit.layout import tree
from govkit.layout.read import read

TODAY = date(2026, 11, 23)
TEMPLATES = Path(__file__).parent / "whole" / "scp_templates"
WHOLE = (Path(__file__).parent / "whole" / "org_layout.yaml").read_text()
ALONE = re.sub(r"include:\n(  - .*\n)+", "", WHOLE)
SECTIONS = [
    "version",
    "layout",
    "include",
    "organization",
    "run",
    "store",
    "manage",
    "defaults",
    "ous",
    "accounts",
    "guardrails",
    "exemptions",
    "expect",
    "services",
    "baseline",
    "safety",
    "limits",
]
WORDS = [
    *SECTIONS,
    *[
        "A",
        "A/B",
        "/",
        "Prod",
        "id",
        "ou",
        "tags",
        "protect",
        "absent",
        "was",
        "create",
        "close",
        "email",
        "name",
        "attach",
        "to",
        "as",
        "params",
    ],
    *[
        "policy",
        "template",
        "type",
        "mode",
        "guardrail",
        "principals",
        "owner",
        "granted",
        "expires",
        "deny",
        "allow",
        "in",
    ],
    *[
        "scp",
        "rcp",
        "tag",
        "enforce",
        "preview",
        "role/X",
        "arn:aws:iam::111111111111:role/X",
        "2026-11-01",
    ],
    *["111111111111", "012345670123", "o-exampleorgid", "ou-exam-11111111", "a@example.com"],
    *[
        "true",
        "false",
        "yes",
        "no",
        "null",
        "~",
        "1",
        "-1",
        "1.5",
        "0x1F",
        "1e999",
        "<<",
        "*a",
        "&a",
        "!!int",
        "trusted_access",
        "scp.x",
    ],
]
calm = settings(
    deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def test_the_good_layout_is_good(tmp_path: Path) -> None:
    path = tmp_path / "org_layout.yaml"
    path.write_text(ALONE)
    assert read(path, today=TODAY, templates=TEMPLATES).layout == "main"


def survives(folder: Path, content: bytes) -> None:
    path = folder / "org_layout.yaml"
    path.write_bytes(content)
    refusal: LayoutError | None = None
    try:
        read(path, today=TODAY, templates=TEMPLATES)
    except LayoutError as error:
        refusal = error
    assert refusal is None or (refusal.faults and str(refusal))


words = st.sampled_from(WORDS) | st.text(max_size=8)
scalars = words | st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False)
values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)


@calm
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path: Path, content: bytes) -> None:
    survives(tmp_path, content)


@calm
@given(st.lists(st.sampled_from([*WORDS, *"{}[]:,-#|>&*!'\"%@`?\n\t ", "\n  ", ": "]), max_size=60))
def test_any_heap_of_yaml_is_read_or_refused(tmp_path: Path, pieces: list[str]) -> None:
    survives(tmp_path, ("version: 1\n" + "".join(pieces)).encode())


@calm
@given(st.dictionaries(st.sampled_from(SECTIONS), values, max_size=6))
def test_any_structure_is_read_or_refused(tmp_path: Path, layout: dict[str, Any]) -> None:
    survives(tmp_path, json.dumps({"version": 1, **layout}).encode("utf-8", "replace"))


@calm
@given(
    st.sampled_from(
        ["ous", "accounts", "guardrails", "exemptions", "safety", "services", "limits"]
    ),
    st.dictionaries(words, st.dictionaries(words, values, max_size=5), max_size=3),
)
def test_any_section_is_read_or_refused(tmp_path: Path, section: str, entries: Any) -> None:
    text = json.dumps({"version": 1, "ous": {"A": {}, "A/B": {}}} | {section: entries})
    survives(tmp_path, text.encode("utf-8", "replace"))


@calm
@given(st.data())
def test_a_good_layout_with_a_few_letters_changed_is_read_or_refused(
    tmp_path: Path, data: st.DataObject
) -> None:
    text = list(ALONE)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text) - 1))
        text[at] = data.draw(st.sampled_from([*"{}[]:,-#&*!'\"\n\t a1", ""]) | st.characters())
    survives(tmp_path, "".join(text).encode("utf-8", "surrogatepass"))


def test_the_slow_reader_serves_where_the_fast_one_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import yaml

    monkeypatch.setattr(tree, "LOADER", yaml.SafeLoader)
    survives(tmp_path, WHOLE.encode())
    survives(tmp_path, b'version: 1\nstore: "never closed\nous: {A: }\n')
    survives(tmp_path, b"version: 1\nous:\n\tA:\n")
    survives(tmp_path, b"[" * 5_000)
