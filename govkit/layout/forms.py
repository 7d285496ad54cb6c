"""Texts of a fixed form: checked and complained about in our words, and known to the JSON Schema."""

import re
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

SHOWN = 80


def wrong(message: str) -> PydanticCustomError:
    """Return the complaint about a value, in the layout's words."""
    return PydanticCustomError("layout", "{message}", {"message": message})


@dataclass(frozen=True, slots=True)
class Form:
    """What a text must look like. `what` ends the sentence `"x" is not …`.

    `digits` says that it may be written without quotes, so that editors take it for a number.
    """

    pattern: str
    what: str
    digits: bool = False

    def check(self, text: str) -> str:
        """Return the text, or complain."""
        if not re.fullmatch(self.pattern, text, re.ASCII):
            raise wrong(f'"{text[:SHOWN]}" is not {self.what}')
        return text

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        types = {"type": ["string", "integer"]} if self.digits else {}
        return handler(schema) | {"pattern": f"^(?:{self.pattern})$"} | types
