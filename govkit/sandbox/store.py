"""A sandbox's folder: settings and documents, read again only when another process changed them."""

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from govkit.sandbox.disk import (
    Stamp,
    exclusive,
    head,
    read_json,
    read_text,
    stamp,
    write_json,
    write_whole,
)
from govkit.sandbox.settings import Settings, settings_from_json, settings_to_json
from govkit.sandbox.tables import Document, Shape, document_text, empty_document, read_document

Shapes = Mapping[str, Shape]
_SETTINGS = "sandbox.json"


class Store:
    """One folder. Inside `turn()` nobody else reads or writes it, in this process or another."""

    def __init__(self, directory: Path, shapes: Mapping[str, Shapes]) -> None:
        self.directory = directory
        self._shapes = shapes
        self._thread = threading.RLock()
        self._depth = 0
        self._documents: dict[str, tuple[Stamp | None, Document]] = {}
        self._settings: tuple[Stamp | None, Settings] | None = None
        # What was looked at in this turn: nobody else can have changed it since.
        self._fresh: set[str] = set()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Take the folder's lock; a turn within a turn is the same turn."""
        with self._thread:
            self._depth += 1
            try:
                if self._depth > 1:
                    yield
                else:
                    with exclusive(self.directory):
                        self._fresh.clear()
                        yield
            finally:
                self._depth -= 1
                if self._depth == 0:
                    self._fresh.clear()

    def settings(self) -> Settings:
        if self._settings is not None and _SETTINGS in self._fresh:
            return self._settings[1]
        path = self.directory / _SETTINGS
        now = stamp(path)
        if self._settings is None or self._settings[0] != now or now is None:
            self._settings = now, settings_from_json(read_json(path, "settings").get("settings"))
        self._look(_SETTINGS)
        return self._settings[1]

    def document(self, name: str) -> Document:
        """Return a service's tables as the disk has them now; a missing file is an empty document."""
        known = self._documents.get(name)
        if known is not None and name in self._fresh:
            return known[1]
        path = self.path(name)
        now = stamp(path)
        if known is None or known[0] != now:
            known = self._documents[name] = now, self.read(name, path)
        self._look(name)
        return known[1]

    def read(self, name: str, path: Path) -> Document:
        if not path.exists():
            return empty_document(name, self._shapes[name])
        return read_document(name, self._shapes[name], *read_text(path, name))

    def changed(self) -> list[Document]:
        return [document for _, document in self._documents.values() if document.changed]

    def save(self) -> None:
        """Write every changed document, each as a whole."""
        for document in self.changed():
            path = self.path(document.name)
            write_whole(path, document_text(document, head(document.name)))
            for table in document.tables.values():
                table.changed = False
            self._documents[document.name] = stamp(path), document

    def forget(self) -> None:
        """Drop unsaved changes: the next look reads the disk."""
        for document in self.changed():
            del self._documents[document.name]

    def keep(self, name: str, label: str) -> None:
        """Keep the present file of a document under another name, for readers that lag behind."""
        os.link(self.path(name), self.directory / label)

    def path(self, name: str) -> Path:
        return self.directory / f"{name}.json"

    def _look(self, name: str) -> None:
        if self._depth:
            self._fresh.add(name)


def write_settings(directory: Path, settings: Settings) -> None:
    write_json(directory / _SETTINGS, "settings", "settings", settings_to_json(settings))
