"""Adds, extends and removes exemptions in a layout's text, changing nothing else of it."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from govkit.errors import GovkitError, UsageError
from govkit.layout.faults import Faults
from govkit.layout.tree import LOADER, read_text

_SECTION = "exemptions"
_BOM = "\ufeff"
_PLAIN = re.compile(r"[A-Za-z](?:[\w./@+-]| (?=[\w.(]))*(?<! )")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

Written = Mapping[str, str | Sequence[str] | Mapping[str, str]]
Edit = tuple[int, int, str]


def is_value(text: str) -> bool:
    """Tell whether a text is one value in YAML, which can stand among others on a line."""
    import yaml

    try:
        node = yaml.compose(f"[{text}]", Loader=LOADER)
    except yaml.YAMLError:
        return False
    return isinstance(node, yaml.SequenceNode) and [one.end_mark.index for one in node.value] == [
        len(text) + 1
    ]


def with_exemption(text: str, key: str, entry: Written) -> str:
    """Return the text with an exemption more: texts, lists of texts, and `params` as YAML.

    Raises `UsageError` where the text has one of this key, `GovkitError` where it cannot be edited.
    """

    def add(page: "_Page") -> Edit:
        if page.entry(key) is not None:
            raise UsageError("It is there already", f"Exemption {key} is in this file.")
        return page.added(key, entry)

    return _edited(text, key, lambda page: [add(page)])


def without_exemption(text: str, key: str) -> str:
    """Return the text without an exemption; comments above it stay.

    With the last one goes the section, unless somebody commented it.
    """
    return _edited(text, key, lambda page: [page.removed(key)], there=False)


def with_facts(text: str, key: str, facts: Mapping[str, str]) -> str:
    """Return the text with other facts on an exemption: `expires`, `granted`, `ticket`."""
    return _edited(text, key, lambda page: page.changed(key, facts), facts)


def _edited(
    text: str,
    key: str,
    edits: Callable[["_Page"], Sequence[Edit]],
    facts: Mapping[str, object] | None = None,
    *,
    there: bool = True,
) -> str:
    """Return an edited text, in which one exemption alone has changed, and as was meant."""
    mark = _BOM if text.startswith(_BOM) else ""
    body = written = text.removeprefix(_BOM)
    for start, end, piece in sorted(edits(_page(body)), reverse=True):
        written = f"{written[:start]}{piece}{written[end:]}"
    before = _read(body, "this file cannot be read")
    after = _read(written, "it could not be read afterwards")
    ways = after.pop(_SECTION)
    others = {name: one for name, one in before.pop(_SECTION).items() if name != key}
    if before != after or others != {name: one for name, one in ways.items() if name != key}:
        raise _cannot(f"something else than {key} would change, too")
    meant = facts.items() if facts else ()
    if (key in ways) is not there or any(ways[key].get(name) != told for name, told in meant):
        raise _cannot(f"{key} is written in a way that is not understood here")
    return f"{mark}{written}"


def _read(text: str, otherwise: str) -> dict[str, Any]:
    """Return what a text says, its exemptions as a mapping, be there any or not."""
    faults = Faults()
    root = read_text("layout", text, faults)
    if len(faults) or not isinstance(root, dict):
        raise _cannot(otherwise)
    return {**root, _SECTION: dict(root.get(_SECTION) or {})}


def _cannot(why: str) -> GovkitError:
    return GovkitError(
        "The layout cannot be edited here", f"{why[:1].upper()}{why[1:]}.", "Edit it by hand."
    )


@dataclass(frozen=True, slots=True)
class _Page:
    """A text with its nodes: the top, and the section of exemptions (its key and value)."""

    text: str
    top: Any
    section: tuple[Any, Any] | None

    @property
    def newline(self) -> str:
        return "\r\n" if "\r\n" in self.text else "\n"

    def entry(self, key: str) -> tuple[Any, Any] | None:
        """Return the nodes of an exemption's key and value."""
        return next((pair for pair in self._entries() if pair[0].value == key), None)

    def _entries(self) -> list[tuple[Any, Any]]:
        if self.section is None or not isinstance(self.section[1].value, list):
            return []
        return list(self.section[1].value)

    def added(self, key: str, entry: Written) -> Edit:
        entries = self._entries()
        if self.section is None:
            at = len(self.text)
            gap = "" if self.text.endswith("\n") else self.newline
            body = f"{gap}{self.newline}{_SECTION}:{self.newline}"
            return at, at, body + self._block(key, entry, 2)
        name, value = self.section
        if entries and value.flow_style:
            at = _end(entries[-1][1])  # before a comma that may end the last one
            return at, at, f", {key}: {_flow(entry)}"
        if self.text[value.start_mark.index : value.end_mark.index].strip() and not entries:
            return value.start_mark.index, value.end_mark.index, f"{{{key}: {_flow(entry)}}}"
        indent = entries[0][0].start_mark.column if entries else name.start_mark.column + 2
        at, gap = self._next_line(
            _end(entries[-1][1], entries[-1][0]) if entries else name.end_mark.index
        )
        return at, at, gap + self._block(key, entry, indent)

    def removed(self, key: str) -> Edit:
        name, value = self._found(key)
        if self.section is not None and self.section[1].flow_style:
            return self._without_flow(key)
        start, end = self._line(name), self._next_line(_end(value, name))[0]
        if self.text[start : name.start_mark.index].strip():
            raise _cannot(f"{key} does not begin a line")
        first = self._whole_section(start, end)
        return (*self._with_gap(start if first is None else first, end), "")

    def _whole_section(self, start: int, end: int) -> int | None:
        """Return where the section begins, if its only entry is here and nothing is said beside it.

        None, too, where the file has nothing else: an empty file is no layout.
        """
        if self.section is None or len(self._entries()) > 1 or len(self.top.value) == 1:
            return None
        first = self._line(self.section[0])
        head = self.text[self.section[0].end_mark.index : start].strip()
        rest = next((line for line in self.text[end:].splitlines() if line.strip()), "")
        return first if head == ":" and not rest[:1].isspace() else None

    def _with_gap(self, start: int, end: int) -> tuple[int, int]:
        """Return a span with one of the two blank lines, or ends, that would meet where it goes."""
        before = self.text[:start].splitlines(keepends=True)
        after = self.text[end:].splitlines(keepends=True)
        opens = not before or not before[-1].strip() or self._is_first_of_several(start)
        if opens and after and not after[0].strip():
            return start, end + len(after[0])
        if before and not before[-1].strip() and not after:
            return start - len(before[-1]), end
        return start, end

    def _is_first_of_several(self, start: int) -> bool:
        """Tell whether the line before is that of the section's key, and others follow."""
        if self.section is None or len(self._entries()) < 2:  # noqa: PLR2004 -- several
            return False
        return start == self._next_line(self.section[0].end_mark.index)[0]

    def _line(self, node: Any) -> int:
        return int(node.start_mark.index - node.start_mark.column)

    def _without_flow(self, key: str) -> Edit:
        entries = self._entries()
        at = next(index for index, (name, _) in enumerate(entries) if name.value == key)
        name, value = entries[at]
        if at + 1 < len(entries):
            return name.start_mark.index, entries[at + 1][0].start_mark.index, ""
        start = _end(entries[at - 1][1]) if at else name.start_mark.index
        return start, _end(value), ""

    def changed(self, key: str, facts: Mapping[str, str]) -> list[Edit]:
        name, value = self._found(key)
        if not isinstance(value.value, list) or value.start_mark.index < name.start_mark.index:
            raise _cannot(f"{key} is not written as a mapping")
        known = {one.value: node for one, node in value.value}
        edits = [
            (known[fact].start_mark.index, _end(known[fact]), _scalar(told))
            for fact, told in facts.items()
            if fact in known
        ]
        more = [f"{fact}: {_scalar(told)}" for fact, told in facts.items() if fact not in known]
        return [*edits, self._appended(value, more)] if more else edits

    def _appended(self, mapping: Any, facts: Sequence[str]) -> Edit:
        last_name, last = mapping.value[-1]
        if mapping.flow_style:
            return _end(last), _end(last), "".join(f", {one}" for one in facts)
        at, gap = self._next_line(_end(last, last_name))
        indent = " " * last_name.start_mark.column
        return at, at, gap + "".join(f"{indent}{one}{self.newline}" for one in facts)

    def _found(self, key: str) -> tuple[Any, Any]:
        found = self.entry(key)
        if found is None:
            raise GovkitError("No such exemption", f"Exemption {key} is not in this file.")
        return found

    def _next_line(self, after: int) -> tuple[int, str]:
        """Return where the next line begins, and the line break that is missing at the very end."""
        if self.text[after - 1 : after] == "\n":  # behind a block of text, which ends with its line
            return after, ""
        at = self.text.find("\n", after)
        return (len(self.text), self.newline) if at < 0 else (at + 1, "")

    def _block(self, key: str, entry: Written, indent: int) -> str:
        lines = [f"{' ' * indent}{key}:"]
        lines += [f"{' ' * (indent + 2)}{name}: {_value(told)}" for name, told in entry.items()]
        return "".join(f"{line}{self.newline}" for line in lines)


def _page(text: str) -> _Page:
    import yaml

    try:
        top = yaml.compose(text, Loader=LOADER)
    except yaml.YAMLError as error:
        raise _cannot(f"this file is not YAML: {error}") from None
    pairs = top.value if isinstance(top, yaml.MappingNode) else None
    if pairs is None or getattr(top, "flow_style", False):
        raise _cannot("this file is no block of keys")
    section = next((pair for pair in pairs if pair[0].value == _SECTION), None)
    return _Page(text, top, section)


def _end(node: Any, name: Any = None) -> int:
    """Return where the text of a node ends; a block ends with the last thing in it.

    An alias is its anchor's node, which stands before the key's `name`: it is on the key's line.
    """
    if name is not None and node.start_mark.index < name.start_mark.index:
        return int(name.end_mark.index)
    if isinstance(node.value, list) and node.value and not node.flow_style:
        last = node.value[-1]
        return _end(last[1], last[0]) if isinstance(last, tuple) else _end(last)
    return int(node.end_mark.index)


def _flow(entry: Written) -> str:
    return "{" + ", ".join(f"{name}: {_value(told)}" for name, told in entry.items()) + "}"


def _value(told: str | Sequence[str] | Mapping[str, str]) -> str:
    match told:
        case str():
            return _scalar(told)
        case Mapping():
            return "{" + ", ".join(f"{name}: {value}" for name, value in told.items()) + "}"
        case _:
            return f"[{', '.join(map(_scalar, told))}]"


def _scalar(text: str) -> str:
    """Return a text as YAML, quoted where it could be taken for something else."""
    plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS
    return text if plain or _DAY.fullmatch(text) else json.dumps(text, ensure_ascii=False)
