"""YAML text becomes values that know their lines: event by event, bounded, never executed."""

import re
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from govkit.layout.faults import Faults
from govkit.layout.scalars import Number, plain
from govkit.model.finding import Origin

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C one where libyaml is there
DEPTH = 60
REPEATED = 500_000
_TEXT_TAGS = frozenset({"!", "tag:yaml.org,2002:str"})
_CORE_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float"))
_SHAPE_TAGS = frozenset({None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"})
_FORBIDDEN = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|\ufeff"
)


class Map(dict[str, Any]):
    """A mapping that knows where its keys and values stand (the marks count from 0)."""

    __slots__ = ("keys_at", "values_at")

    def __init__(self) -> None:
        super().__init__()
        self.keys_at: dict[str, Any] = {}
        self.values_at: dict[str, Any] = {}


class Seq(list[Any]):
    """A list that knows where its items stand."""

    __slots__ = ("items_at",)

    def __init__(self) -> None:
        super().__init__()
        self.items_at: list[Any] = []


def read_text(name: str, text: str, faults: Faults) -> Any:
    """Return the value of the one document in the text; faults go to the collector.

    Mappings are `Map`, lists `Seq`, scalars text, bool, None or `Number`. What cannot be read at
    all gives None and a fault; so does what is nested deeper than `DEPTH` or repeats more than
    `REPEATED` values by aliases.
    """
    if found := _FORBIDDEN.search(text):
        faults.add(
            _place(name, text, found.start()),
            f"The character U+{ord(found.group()):04X} cannot stand in a layout",
            "A layout is UTF-8 text without control characters.",
        )
        return None
    try:
        return _Reader(name, faults).document(LOADER(text))
    except yaml.MarkedYAMLError as error:
        faults.add(_where(name, error, text), _words(error), _advice(error, text))
    except _Unreadable as unreadable:
        faults.add(origin(name, unreadable.mark), str(unreadable), unreadable.hint)
    return None


def origin(name: str, mark: Any) -> Origin:
    """Return where in a file a mark stands, counted from 1."""
    return Origin(name, 1, 1) if mark is None else Origin(name, mark.line + 1, mark.column + 1)


class _Unreadable(Exception):
    """Reading this file goes no further."""

    def __init__(self, mark: Any, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.mark = mark
        self.hint = hint


class _Reader:
    """Builds the values of one file with a stack of its own, so that depth costs no recursion."""

    __slots__ = (
        "_anchors",
        "_documents",
        "_faults",
        "_holder",
        "_key",
        "_name",
        "_repeated",
        "_seen",
        "_stack",
        "_top",
    )

    def __init__(self, name: str, faults: Faults) -> None:
        self._name = name
        self._faults = faults
        self._top = Seq()
        self._holder: Map | Seq = self._top
        self._key: str | None = None
        self._stack: list[tuple[Map | Seq, str | None, int]] = []
        self._anchors: dict[str, tuple[Any, int]] = {}  # 0 marks one that is still being read
        self._documents = self._repeated = self._seen = 0

    def document(self, loader: Any) -> Any:
        """Return the value of the only document; None for an empty file."""
        acts = {
            ScalarEvent: self._scalar,
            MappingStartEvent: self._open,
            SequenceStartEvent: self._open,
            MappingEndEvent: self._close,
            SequenceEndEvent: self._close,
            AliasEvent: self._repeat,
            DocumentStartEvent: self._begin,
        }
        while type(event := loader.get_event()) is not StreamEndEvent:
            act = acts.get(type(event))
            if act is not None:
                act(event)
        return self._top[0] if self._top else None

    def _begin(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            raise _Unreadable(event.start_mark, "A layout file holds one YAML document")

    def _scalar(self, event: Any) -> None:
        self._seen += 1
        if self._awaits_key():
            value: Any = event.value
            self._name_value(event.start_mark, value, merges=event.implicit[0])
        else:
            if event.tag is not None:
                value = self._tagged(event)
            else:
                value = plain(event.value) if event.implicit[0] else event.value
            self._put(event.start_mark, value)
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, 1)

    def _open(self, event: Any) -> None:
        self._seen += 1
        if self._awaits_key():
            raise _Unreadable(event.start_mark, "A key must be a text, not a mapping or a list")
        if event.tag not in _SHAPE_TAGS:
            raise _Unreadable(event.start_mark, f"The tag {event.tag} is not known here")
        value: Map | Seq = Map() if type(event) is MappingStartEvent else Seq()
        self._put(event.start_mark, value)
        self._stack.append((self._holder, event.anchor, self._seen))
        if len(self._stack) > DEPTH:
            raise _Unreadable(event.start_mark, f"This is nested deeper than {DEPTH} levels")
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, 0)
        self._holder = value

    def _close(self, _: Any) -> None:
        value = self._holder
        self._holder, anchor, seen = self._stack.pop()
        if anchor is not None and self._anchors[anchor][0] is value:
            self._anchors[anchor] = (value, self._seen - seen + 1)

    def _repeat(self, event: Any) -> None:
        value, size = self._anchors.get(event.anchor, (None, -1))
        if size < 0:
            raise _Unreadable(event.start_mark, f"There is no anchor &{event.anchor} before this")
        if size == 0:
            raise _Unreadable(event.start_mark, f"The value of &{event.anchor} contains itself")
        self._seen += size
        self._repeated += size
        if self._repeated > REPEATED:
            raise _Unreadable(
                event.start_mark, f"Aliases repeat more than {REPEATED:,} values in this file"
            )
        if not self._awaits_key():
            self._put(event.start_mark, value)
        elif isinstance(value, str):
            self._name_value(event.start_mark, value)
        else:
            raise _Unreadable(event.start_mark, "A key must be a text")

    def _awaits_key(self) -> bool:
        return self._key is None and type(self._holder) is Map

    def _name_value(self, mark: Any, key: str, *, merges: bool = False) -> None:
        holder: Any = self._holder
        if key in holder:
            self._faults.add(
                origin(self._name, mark),
                f'The key "{key}" is given twice, first in line {holder.keys_at[key].line + 1}',
                "Keep one of them: the later would silently replace the earlier.",
            )
        elif merges and key == "<<":
            raise _Unreadable(
                mark,
                "The merge key << is not part of YAML 1.2",
                "Write the keys out, or repeat a whole value by an alias.",
            )
        holder.keys_at[key] = mark
        self._key = key

    def _put(self, mark: Any, value: Any) -> None:
        holder: Any = self._holder
        if self._key is None:
            holder.append(value)
            holder.items_at.append(mark)
        else:
            holder[self._key] = value
            holder.values_at[self._key] = mark
            self._key = None

    def _tagged(self, event: Any) -> Any:
        if event.tag in _TEXT_TAGS:
            return event.value
        value = plain(event.value)
        if event.tag in _CORE_TAGS and (value is None or isinstance(value, bool | Number)):
            return value
        raise _Unreadable(
            event.start_mark, f"The tag {event.tag} is not known or does not fit here"
        )


def _place(name: str, text: str, offset: int) -> Origin:
    line = text.count("\n", 0, offset)
    return Origin(name, line + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1)


def _where(name: str, error: yaml.MarkedYAMLError, text: str) -> Origin:
    """Return where to look: at the opening of what never ends, else at the trouble itself."""
    problem, context = error.problem_mark, error.context_mark
    end = len(text.rstrip())
    if problem is None or (context is not None and "quoted scalar" in (error.context or "")):
        return origin(name, context)
    if problem.index < end:
        return origin(name, problem)
    if context is not None and context.index < end:
        return origin(name, context)
    return _place(name, text, max(end - 1, 0))


def _words(error: yaml.MarkedYAMLError) -> str:
    context, problem = error.context or "", error.problem or "it cannot be parsed"
    if "quoted scalar" in context and "end of stream" in problem:
        return "This is not YAML: the quote that opens here is never closed"
    if (
        "nesting depth" in problem
    ):  # libyaml reads ahead, and since 0.2.6 stops at a depth of its own
        return f"This is nested deeper than {DEPTH} levels"
    problem = problem.replace("\t", "\\t")
    return f"This is not YAML: {problem}" + (f", {context}" if context else "")


def _advice(error: yaml.MarkedYAMLError, text: str) -> str:
    problem, mark = error.problem or "", error.problem_mark
    if "cannot start any token" in problem and mark is not None:
        if text[mark.index : mark.index + 1] == "\t":
            return "Indent with spaces: YAML takes no tabs there."
        return "Quote a text that begins with this character."
    if "mapping values are not allowed" in problem:
        return 'Quote a text that contains ": ", and look at the indentation.'
    if "expected ',' or" in problem or "node content" in problem:
        return "A bracket or brace that is opened must be closed, with commas between the items."
    return ""
