"""Further files: which ones a layout includes, and what they may say."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from govkit.layout import files
from govkit.layout.faults import Faults
from govkit.layout.files import Text, UnreadableError
from govkit.layout.layout_model import SHARED, Include
from govkit.layout.sheet import Sheet
from govkit.layout.tree import Map, read_text
from govkit.model.finding import Origin
from govkit.model.suggest import did_you_mean


@dataclass(frozen=True, slots=True)
class Book:
    """All files of a layout, and the texts that they were read from.

    `whole` is False where some file could not be found, read or parsed. `instead` are texts, by
    the names of files, that are read instead of what the files hold.
    """

    path: Path
    main: Sheet
    texts: tuple[Text, ...]
    included: tuple[Sheet, ...] = ()
    whole: bool = True
    instead: Mapping[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """The folder from which includes and templates are found."""
        return self.path.parent


_BEGIN = "Name the layout by -l FILE, or try one in a pretend organization: govkit demo"


def open_book(path: Path, faults: Faults, instead: Mapping[str, str] | None = None) -> Book:
    """Return the layout's own file, read. Raises `LayoutError` where it cannot be."""
    name = files.shown(path)
    others = instead or {}
    if name not in others and not (path.exists() or path.is_symlink()):
        faults.add(Origin(name, 1, 1), "There is no such file", _BEGIN)
        faults.give_up()
    text = _read(path, name, files.MAX_BYTES, faults, others)
    root = None if text is None else read_text(name, text.text, faults)
    if text is None or not isinstance(root, Map):
        if not faults:
            what = "This layout is empty" if root is None else "This is no mapping"
            faults.add(
                Origin(name, 1, 1), what, "A layout is a mapping; it begins with version: 1."
            )
        faults.give_up()
    return Book(path, Sheet(name, root), (text,), instead=others)


def with_includes(book: Book, includes: list[Include], faults: Faults) -> Book:
    """Return the book with every included file, sorted by name; faults go to the collector."""
    before = len(faults)
    reach = files.fence(book.folder)
    own = files.real(book.path)
    taken: dict[Path, tuple[int, Path]] = {}
    for index, include in enumerate(includes):
        where = book.main.value_at("include", index, "files")
        for path, real in _named(book.folder, include.files, reach, where, faults):
            if real == own:
                faults.add(where, "The layout includes itself", "Choose a narrower pattern.")
            elif real in taken and _bounds(includes[taken[real][0]]) != _bounds(include):
                first = book.main.value_at("include", taken[real][0])
                faults.add(where, f"{path.name} is already included, with other bounds, at {first}")
            else:
                taken.setdefault(real, (index, path))
    texts, sheets = list(book.texts), []
    for index, path in sorted(taken.values(), key=lambda pair: pair[1]):
        left = files.MAX_BYTES - sum(text.size for text in texts)
        text = _read(path, _name(book, path), left, faults, book.instead)
        if text is not None:
            texts.append(text)
            root = read_text(text.name, text.text, faults)
            sheets.append((Sheet(text.name, root, includes[index].under), includes[index]))
    whole = len(faults) == before
    bounded = tuple(_bounded(sheet, include, faults) for sheet, include in sheets)
    return replace(book, texts=tuple(texts), included=bounded, whole=whole)


def _bounds(include: Include) -> tuple[frozenset[str], str | None]:
    return frozenset(include.keys or SHARED), include.under


def _named(
    folder: Path, pattern: str, reach: Path, where: Origin, faults: Faults
) -> Iterator[tuple[Path, Path]]:
    """Yield the files that a pattern names and where they really are, if that is inside the fence."""
    if Path(pattern).is_absolute():
        faults.add(
            where, "An include is relative to the layout's folder", "Drop the leading slash."
        )
        return
    found = files.matching(folder, pattern)
    if not found:
        faults.add(where, f'No file matches "{pattern}"', _near(folder, pattern))
    if len(found) > files.MAX_FILES:
        faults.add(where, f'"{pattern}" matches more than {files.MAX_FILES:,} files')
        return
    for path in found:
        try:
            real = files.real(path)
        except OSError as error:
            faults.add(where, f"{path.name} cannot be followed: {error.strerror}")
            continue
        if real.is_relative_to(reach):
            yield path, real
        else:
            faults.add(
                where,
                f'"{pattern}" leads out of the repository, to {path.name}',
                "Includes stay below the nearest .git, or else in the layout's folder.",
            )


def _near(folder: Path, pattern: str) -> str:
    if any(letter in pattern for letter in "*?["):
        return ""
    beside = files.matching(folder, str(Path(pattern).parent / "*"))
    return did_you_mean(pattern, [str(path.relative_to(folder)) for path in beside])


def _name(book: Book, path: Path) -> str:
    inside = path.relative_to(book.folder).as_posix()
    beside = Path(book.main.name).parent / inside
    return beside.as_posix()


def _read(
    path: Path, name: str, most: int, faults: Faults, instead: Mapping[str, str]
) -> Text | None:
    try:
        text = files.read_file(path, name, most)
    except UnreadableError as error:
        faults.add(Origin(name, error.line, error.column), str(error), error.hint)
        return None
    if name in instead:
        text = replace(text, text=instead[name], size=len(instead[name].encode()))
    faults.learn(name, text.text)
    return text


def _bounded(sheet: Sheet, include: Include, faults: Faults) -> Sheet:
    """Return the sheet with only what an included file may hold."""
    if sheet.root is None:
        return Sheet(sheet.name, Map(), sheet.under)
    if not isinstance(sheet.root, Map):
        faults.add(
            Origin(sheet.name, 1, 1), f"An included file is a mapping of {', '.join(SHARED)}"
        )
        return Sheet(sheet.name, Map(), sheet.under)
    allowed = tuple(include.keys or SHARED)
    for key in [key for key in sheet.root if key not in allowed]:
        faults.add(sheet.key_at(key), *_refused(key, allowed))
        del sheet.root[key]
    return sheet


def _refused(key: str, allowed: tuple[str, ...]) -> tuple[str, str]:
    if key == "include":
        return "An included file includes no others", "List every file in the layout itself."
    listed = ", ".join(allowed)
    hint = did_you_mean(key, allowed) or "Everything else stands in the layout itself."
    return f'The key "{key}" may not stand in this included file, only {listed}', hint
