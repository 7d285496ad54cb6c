"""What an unquoted YAML scalar stands for: the core schema of YAML 1.2, with the raw text kept."""

import re
from typing import Any

WORDS: dict[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_NUMBER_STARTS = frozenset("0123456789+-.")
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,299})|0o[0-7]{1,100}|0x[0-9a-fA-F]{1,100}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,3})?")
_LONGEST = 300
ACCOUNT_DIGITS = 12


class Number(str):
    """The text of an unquoted number, where a text is expected; `value` where a number is.

    `012345670123` is none: the leading zero says that it is a name made of digits.
    """

    __slots__ = ()

    @property
    def value(self) -> int | float:
        """Return the number."""
        if _INTEGER.fullmatch(self):
            return int(self, 0) if self[:2] in ("0o", "0x") else int(self)
        return float(self)


def plain(text: str) -> str | bool | None:
    """Return what an unquoted scalar stands for; numbers as `Number`, everything else as text.

    What has the form of an account ID stays text, with and without a leading zero, so that it can
    stand in an inline policy. So do infinities and not-a-number, which JSON does not have.
    """
    if text in WORDS:
        return WORDS[text]
    if (
        text[0] in _NUMBER_STARTS
        and len(text) <= _LONGEST
        and _is_number(text)
        and not _is_account(text)
    ):
        return Number(text)
    return text


def _is_account(text: str) -> bool:
    return len(text) == ACCOUNT_DIGITS and text.isdigit()


def _is_number(text: str) -> bool:
    if _INTEGER.fullmatch(text):
        return True
    return _FLOAT.fullmatch(text) is not None and abs(float(text)) != float("inf")


def numbers(value: Any) -> Any:
    """Return the value with every `Number` in it, however deep, as the number that it is."""
    match value:
        case Number():
            return value.value
        case dict():
            return {key: numbers(item) for key, item in value.items()}
        case list():
            return [numbers(item) for item in value]
        case tuple():
            return tuple(numbers(item) for item in value)
        case _:
            return value
