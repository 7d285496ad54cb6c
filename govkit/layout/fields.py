"""The words of a layout: what a key, a path, an account ID, an e-mail or a date looks like.

Lengths and patterns are those of botocore's model of Organizations, as of 1.44.5.
"""

import re
from datetime import date
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from govkit.layout.forms import Form, wrong
from govkit.layout.scalars import Number
from govkit.model.address import ROOT_PATH, unescaped

OU_NAME_LENGTH = 128
TAGS_PER_TARGET = 50
_TAG_KEY_LENGTH = 128
_SECONDS = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)(ms|s|m|h)")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


class Part(BaseModel):
    """A mapping of the layout with known keys; an unknown one is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)


@lru_cache(maxsize=20_000)
def ou_path(text: str) -> str:
    """Return the path of an OU from the root, with its leading slash; `/` is the root."""
    if text == ROOT_PATH:
        return text
    steps = text.removeprefix("/").split("/")
    for step in steps:
        if fault := _step_fault(step):
            raise wrong(f'In the OU path "{text[:200]}", {fault}')
    return f"/{'/'.join(steps)}"


def _step_fault(step: str) -> str:
    if not step:
        return "a step is empty"
    if step in (".", ".."):
        return f'"{step}" is no step: a path names every OU from the root'
    if "~" in step.replace("~0", "").replace("~1", ""):
        return 'write ~0 for "~" and ~1 for "/" inside a name'
    if len(unescaped(step)) > OU_NAME_LENGTH:
        return f"a name is longer than {OU_NAME_LENGTH} characters"
    return ""


def _day(value: object) -> object:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise wrong("A date is written 2026-12-31")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise wrong(f"There is no {value} in the calendar") from None


def _seconds(value: object) -> object:
    found = _SECONDS.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise wrong("A time is written 5s, 500ms or 2m")
    return float(found[1]) * _UNITS[found[2]]


def _count(value: object) -> object:
    number = value.value if isinstance(value, Number) else value
    if isinstance(number, bool) or not isinstance(number, int):
        raise wrong("A whole number belongs here, such as 3")
    return number


def listed(value: object) -> object:
    """Return a list where a single text is written."""
    return [value] if isinstance(value, str) else value


def nothing_is_empty(value: object) -> object:
    """Return an empty mapping where a key stands without a value (`Infrastructure:`)."""
    return {} if value is None else value


def _tag_key(text: str) -> str:
    if not 1 <= len(text) <= _TAG_KEY_LENGTH:
        raise wrong(f"A tag's key has 1 to {_TAG_KEY_LENGTH} characters")
    if text.casefold().startswith("aws:"):
        raise wrong(f'The tag "{text}" begins with aws:, which only AWS itself may write')
    if text.startswith("govkit:"):
        raise wrong(f'The tag "{text}" begins with govkit:, by which govkit knows its own')
    return text


def _tags(tags: dict[str, str]) -> dict[str, str]:
    if len(tags) > TAGS_PER_TARGET:
        raise wrong(f"{len(tags)} tags are more than the {TAGS_PER_TARGET} that AWS takes")
    return tags


KEY = Form(r"[A-Za-z0-9_-]{1,128}", 'a key: letters, digits, "-" and "_", at most 128')
EMAIL = Form(r"(?=.{6,64}$)[^\s@]+@[^\s@]+\.[^\s@]+", "an e-mail address of 6 to 64 characters")

Key = Annotated[str, KEY]
OuPath = Annotated[str, AfterValidator(ou_path)]
AccountId = Annotated[str, Form("[0-9]{12}", "an account ID: it takes 12 digits", digits=True)]
Email = Annotated[str, EMAIL]
RoleName = Annotated[
    str, Form(r"[\w+=,.@-]{1,64}", "the name of an IAM role (the name alone, without role/)")
]
Flag = Annotated[bool, Field(strict=True)]
Day = Annotated[date, BeforeValidator(_day, json_schema_input_type=date)]
Seconds = Annotated[float, BeforeValidator(_seconds, json_schema_input_type=str)]
Count = Annotated[int, BeforeValidator(_count), Field(ge=0)]
Text = Annotated[str, Field(min_length=1, max_length=4096)]
Texts = Annotated[list[Text], BeforeValidator(listed, json_schema_input_type=str | list[str])]
TagKey = Annotated[str, AfterValidator(_tag_key)]
TagValue = Annotated[
    str,
    Field(max_length=256),
    WithJsonSchema({"type": ["string", "number"], "maxLength": 256}),
]
Tags = Annotated[dict[TagKey, TagValue], AfterValidator(_tags)]
Params = dict[str, Any]
Severity = Literal["low", "medium", "high", "critical"]
