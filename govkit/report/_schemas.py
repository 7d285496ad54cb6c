"""The JSON Schemas (draft 2020-12) of the documents that govkit publishes."""

import json
from importlib.resources import files
from typing import cast

from govkit.model.resource import Json

SCHEMAS = ("plan", "drift", "differences", "findings", "run", "history", "check")


def schema(name: str) -> dict[str, Json]:
    """Return the schema of a document by its name; `KeyError` where there is none."""
    if name not in SCHEMAS:
        raise KeyError(name)
    text = files("govkit.report").joinpath("schemas", f"{name}.json").read_text(encoding="utf-8")
    return cast("dict[str, Json]", json.loads(text))
