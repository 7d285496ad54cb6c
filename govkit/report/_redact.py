"""Hides account IDs and e-mail addresses in whatever is about to be said (`--redact`)."""

import json
import re
from collections.abc import Mapping
from typing import Any

# Colours, and escapes of JSON: what stands beside them is looked at without them.
_APART = re.compile(r"(\x1b\[[0-9;]*m|\\(?:u[0-9a-fA-F]{4}|[bfnrt\"\\/])(?!@|%40))")

_AT = re.compile(r"(?:@|%40)[\w-]+(?:\.[\w-]+)*\.[^\W\d_][\w-]+")
_ENDS = frozenset('@<>()[],;:/\\"`|*')  # of an e-mail address, looked at from its @
_NUMBER = re.compile(
    r"(?P<uuid>(?<![0-9A-Za-z])[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}(?![0-9A-Za-z]))"
    r"|(?P<hash>(?<![0-9A-Za-z])[0-9a-fA-F]{32,}(?![0-9A-Za-z]))"
    r"|(?P<id>(?:(?<![0-9])|(?<=%[0-9A-Fa-f]{2}))(?:[0-9]{12}|[0-9]{4}-[0-9]{4}-[0-9]{4})(?![0-9]))"
)
_JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*')
_PERHAPS = re.compile(r"[0-9]{4}-?[0-9]{4}-?[0-9]{4}|@|%40|\\u00")
_ACCOUNT_ID = re.compile("[0-9]{12}")


class Redactor:
    """Gives account IDs and e-mail addresses aliases; the same one for the same thing.

    One redactor serves a whole run: stdout, stderr and every file. It must see whole lines: an ID
    that is cut in two is not recognised. It hides rather too much: every number of exactly 12
    digits is taken for an account ID (also as `1111-1111-1111`), inside UUIDs and hashes of 32 and
    more hexadecimal digits aside. An e-mail address ends at `/` and `:`, as in ARNs.
    """

    __slots__ = ("_aliases",)

    def __init__(self) -> None:
        self._aliases: dict[str, dict[str, str]] = {"account": {}, "email": {}}

    def text(self, text: str) -> str:
        """Return the text with aliases; JSON stays JSON."""
        if text.lstrip()[:1] in {"{", "["} and _is_json(text):
            return _JSON_TOKEN.sub(self._token, text)
        pieces = _APART.split(text)
        pieces[::2] = map(self._piece, pieces[::2])
        return "".join(pieces)

    def value(self, value: Any) -> Any:
        """Return a JSON value with aliases, in keys too; a number that is an ID becomes text."""
        match value:
            case bool():
                return value
            case str():
                return self.text(value)
            case int() if _ACCOUNT_ID.fullmatch(str(value)):
                return self._alias("account", str(value))
            case Mapping():
                return {self.text(str(key)): self.value(item) for key, item in value.items()}
            case list() | tuple():
                return [self.value(item) for item in value]
            case _:
                return value

    def _token(self, found: re.Match[str]) -> str:
        token = found[0]
        if not _PERHAPS.search(token):
            return token
        given = json.loads(token)
        hidden = self.value(given)
        if hidden == given:
            return token
        escaped = token.isascii() or "\\u" in token
        return json.dumps(hidden, ensure_ascii=escaped).replace("<", "\\u003c")

    def _piece(self, text: str) -> str:
        """Return a piece of text, without escapes in it, with aliases."""
        parts: list[str] = []
        end = 0
        for found in _AT.finditer(text):
            start = _local_start(text, end, found.start())
            if start < found.start():
                email = text[start : found.end()].lower().replace("%40", "@")
                parts += self._numbers(text[end:start]), self._alias("email", email)
                end = found.end()
        return "".join((*parts, self._numbers(text[end:])))

    def _numbers(self, text: str) -> str:
        return _NUMBER.sub(self._number, text)

    def _number(self, found: re.Match[str]) -> str:
        if found.lastgroup != "id":
            return found[0]
        return self._alias("account", found[0].replace("-", ""))

    def _alias(self, sort: str, secret: str) -> str:
        known = self._aliases[sort]
        return known.setdefault(secret, f"{sort}-{len(known) + 1}")


def _local_start(text: str, earliest: int, at: int) -> int:
    """Return where the part of an address before its @ begins; `at` where there is none."""
    start = at
    while start > earliest and text[start - 1] not in _ENDS and not text[start - 1].isspace():
        start -= 1
    while start < at and text[start] == "'":
        start += 1
    return start


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
