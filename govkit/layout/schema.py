"""The JSON Schema of the layout, made from the models that read it; for editors and `govkit schema`."""

from collections.abc import Sequence
from typing import Any

from govkit.layout.layout_model import layout_model
from govkit.layout.read import all_kinds
from govkit.model.kind import Kind

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(kinds: Sequence[Kind[Any]] | None = None) -> dict[str, Any]:
    """Return the JSON Schema of a layout's own file, with every kind's section in it."""
    shelved = all_kinds() if kinds is None else kinds
    model = layout_model(tuple(kind.section for kind in shelved if kind.section))
    made = model.model_json_schema(by_alias=True, mode="validation")
    made["properties"] = {
        name: part if name in made["required"] else _or_empty(part)
        for name, part in made["properties"].items()
    }
    return {"$schema": DIALECT, **made, "title": "govkit layout"}


def _or_empty(part: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a section whose key may stand without a value (`expect:`)."""
    return {"anyOf": [part, {"type": "null"}]}
