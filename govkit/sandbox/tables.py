"""Rows in memory, with the indexes that keep ten thousand accounts quick, and their text on disk."""

import json
from collections.abc import Iterator, KeysView, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, get_type_hints

from govkit.sandbox.refusals import SandboxError

Row = TypeVar("Row", bound=Mapping[str, Any])
_encode = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class Shape:
    """What a table holds: rows of a TypedDict, found quickly by the fields in `indexed`."""

    row: type
    indexed: tuple[str, ...] = ()


class Table(Generic[Row]):
    """Rows by key. A row is never changed in place: `put` a new one."""

    __slots__ = ("_by", "_indexed", "_lines", "_ordered", "_rows", "changed")

    def __init__(self, rows: dict[str, Row], indexed: tuple[str, ...] = ()) -> None:
        self._rows = rows
        self._indexed = indexed
        self._lines: dict[str, str] = {}
        self._ordered: dict[tuple[str, str], list[str]] = {}
        self._by: dict[str, dict[str, dict[str, None]]] = {name: {} for name in indexed}
        self.changed = False
        for key, row in rows.items():
            self._index(key, row)

    def __contains__(self, key: str) -> bool:
        return key in self._rows

    def __getitem__(self, key: str) -> Row:
        return self._rows[key]

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def get(self, key: str) -> Row | None:
        return self._rows.get(key)

    def rows(self) -> list[Row]:
        return list(self._rows.values())

    def keys(self) -> list[str]:
        """Return all keys, sorted: pages are cut from this."""
        ordered = self._ordered.get(("", ""))
        if ordered is None:
            ordered = self._ordered["", ""] = sorted(self._rows)
        return ordered

    def where(self, name: str, value: str) -> list[str]:
        """Return the keys, sorted, of the rows whose indexed field has the value."""
        ordered = self._ordered.get((name, value))
        if ordered is None:
            ordered = self._ordered[name, value] = sorted(self._by[name].get(value, ()))
        return ordered

    def put(self, key: str, row: Row) -> None:
        old = self._rows.get(key)
        if old is None:
            self._ordered.pop(("", ""), None)
        else:
            self._unindex(key, old)
        self._rows[key] = row
        self._index(key, row)
        self._lines.pop(key, None)
        self.changed = True

    def drop(self, key: str) -> None:
        self._unindex(key, self._rows.pop(key))
        self._ordered.pop(("", ""), None)
        self._lines.pop(key, None)
        self.changed = True

    def text(self) -> str:
        """Say the table as JSON, a row a line, so that versions can be compared by eye."""
        if not self._rows:
            return "{}"
        lines = self._lines
        for key, row in self._rows.items():
            if key not in lines:
                lines[key] = f"{_encode(key)}: {_encode(row)}"
        return "{\n" + ",\n".join([lines[key] for key in self._rows]) + "\n}"

    def adopt(self, lines: list[str]) -> None:
        """Take over the text of unchanged rows, if these are exactly the table's rows in order."""
        starts = [f"{_encode(key)}: {{" for key in self._rows]
        if len(lines) == len(starts) and all(map(str.startswith, lines, starts)):
            self._lines = dict(zip(self._rows, (line.rstrip(",") for line in lines), strict=True))

    def _index(self, key: str, row: Row) -> None:
        for name in self._indexed:
            value = row[name]
            self._by[name].setdefault(value, {})[key] = None
            self._ordered.pop((name, value), None)

    def _unindex(self, key: str, row: Row) -> None:
        for name in self._indexed:
            value = row[name]
            del self._by[name][value][key]
            self._ordered.pop((name, value), None)


@dataclass(frozen=True, slots=True)
class Document:
    """One service's tables, as one file keeps them."""

    name: str
    tables: Mapping[str, Table[Any]]

    @property
    def changed(self) -> bool:
        return any(table.changed for table in self.tables.values())


def document_text(document: Document, head: str) -> str:
    """Write a document; `head` is the members that say what the file is."""
    parts = [f"{_encode(name)}: {table.text()}" for name, table in document.tables.items()]
    return "{\n" + head + ",\n" + ",\n".join(parts) + "\n}\n"


def empty_document(name: str, shapes: Mapping[str, Shape]) -> Document:
    return Document(name, {table: Table({}, shape.indexed) for table, shape in shapes.items()})


def read_document(
    name: str, shapes: Mapping[str, Shape], data: Mapping[str, Any], text: str = ""
) -> Document:
    """Make tables of a file's content; a missing or foreign part is an error that names it.

    The text it was read from saves saying every row anew at the first write.
    """
    for table in data.keys() - shapes.keys() - {"format", "version"}:
        raise _damaged(f'{name}.json has a table "{table}" that is unknown.')
    tables = {}
    for table, shape in shapes.items():
        rows = data.get(table)
        if not isinstance(rows, dict):
            raise _damaged(f'{name}.json lacks its table "{table}".')
        _check_rows(f"{name}.json, {table}", rows, shape.row)
        tables[table] = Table(rows, shape.indexed)
    for table, lines in _sections(text):
        if table in tables:
            tables[table].adopt(lines)
    return Document(name, tables)


def _sections(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each table's name and lines, from a text as `document_text` writes it."""
    for section in text.split("\n},\n") if text else ():
        head, opened, body = section.rpartition('": {\n')
        yield head.rpartition('"')[2], body.removesuffix("\n}\n}\n").split("\n") if opened else []


def _check_rows(where: str, rows: dict[str, Any], row_type: type) -> None:
    types = {name: _plain(hint) for name, hint in get_type_hints(row_type).items()}
    names: KeysView[str] = types.keys()
    required: frozenset[str] = getattr(row_type, "__required_keys__", frozenset(names))
    for key, row in rows.items():
        if not isinstance(row, dict) or not required <= row.keys() <= names:
            raise _damaged(f"{where}, {key}: the row should have {', '.join(names)}.")
        for name, value in row.items():
            if not isinstance(value, types[name]):
                raise _damaged(f"{where}, {key}: {name} cannot be {value!r}.")


def _plain(hint: Any) -> type:
    origin: type = getattr(hint, "__origin__", hint)
    return origin


def _damaged(detail: str) -> SandboxError:
    return SandboxError("The sandbox's files are damaged", detail, "Make a new sandbox.")
