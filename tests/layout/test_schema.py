"""The JSON Schema of the layout agrees with what the reader takes and refuses."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from govkit.layout.schema import schema

HERE = Path(__file__).parent
VALIDATOR = jsonschema.Draft202012Validator(schema())


class Plain(yaml.SafeLoader):
    """Reads as editors do: dates stay text, and so do yes and no."""


Plain.yaml_implicit_resolvers = {
    letter: [(tag, form) for tag, form in found if not tag.endswith((":timestamp", ":bool"))]
    for letter, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Plain.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("true|false"), ["t", "f"])


def said(path: Path) -> list[str]:
    value = yaml.load(path.read_text(), Loader=Plain)  # noqa: S506 - a SafeLoader
    return [error.message for error in VALIDATOR.iter_errors(value)]


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("name", ["whole/org_layout.yaml", "../../org_layout.yaml"])
def test_good_layouts_fit_the_schema(name: str) -> None:
    assert said(HERE / name) == []


@pytest.mark.parametrize(
    "name",
    [
        "unknown_section",
        "unknown_key_of_account",
        "unknown_key_of_trusted_access",
        "unknown_section_of_services",
        "missing_ou_of_account",
        "version_missing",
        "version_of_the_future",
        "bad_choice",
        "bad_organization_id",
        "account_bad_email",
        "flag_in_quotes",
    ],
)
def test_bad_layouts_do_not(name: str) -> None:
    assert said(HERE / "faults" / f"{name}.yaml")


def test_every_kind_with_a_section_stands_in_it() -> None:
    def names(part: Any) -> Iterator[str]:
        if isinstance(part, dict):
            yield from part.get("properties", {})
            for below in part.values():
                yield from names(below)

    assert {"trusted_access", "delegated_administrators", "resource_policy"} <= set(names(schema()))


def test_parts_are_described() -> None:
    described = schema()["$defs"]
    assert described["Exemption"]["description"].startswith("A way out of guardrails")
