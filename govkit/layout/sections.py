"""The checked sections of a layout, put together from all its files, each entry with its lines."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from govkit.layout.complaints import complain
from govkit.layout.faults import Faults
from govkit.layout.fields import KEY, Part, ou_path
from govkit.layout.guardrail_model import Exemption, Expectation, Guardrail
from govkit.layout.includes import Book, open_book, with_includes
from govkit.layout.layout_model import Layout, Shared, layout_model
from govkit.layout.sheet import Entry, Sheet
from govkit.layout.structure_model import Account, Ou
from govkit.model.kind import Section

P = TypeVar("P", bound=Part)
_KEYED = ("ous", "accounts", "guardrails", "exemptions")


@dataclass(frozen=True, slots=True)
class Sections:
    """A layout whose every value has the right form; what refers to what is not yet looked at.

    `head` is what stands in the layout's own file alone. OUs are keyed by their path. `written`
    are the names that stand in each section, those with faults too; None where the section itself
    could not be read, so that nothing can be said about a name.
    """

    book: Book
    head: Layout
    ous: Mapping[str, Entry[Ou]]
    accounts: Mapping[str, Entry[Account]]
    guardrails: Mapping[str, Entry[Guardrail]]
    exemptions: Mapping[str, Entry[Exemption]]
    expect: tuple[Entry[Expectation], ...]
    written: Mapping[str, frozenset[str] | None]

    def lacks(self, section: str, name: str) -> bool:
        """Tell whether a name certainly does not stand in a section."""
        names = self.written[section]
        return names is not None and name not in names


def read_sections(
    path: Path,
    sections: Iterable[Section],
    faults: Faults,
    instead: Mapping[str, str] | None = None,
) -> Sections:
    """Return the sections of a layout and its includes; faults go to the collector.

    `instead` are texts, by the names of files, to be read instead of what the files hold.

    Raises `LayoutError` at once where a file is missing or cannot be parsed at all.
    """
    book = open_book(path, faults, instead)
    head = _checked(layout_model(tuple(sections)), book.main, faults)
    book = with_includes(book, head.include, faults)
    if not book.whole or not _is_listed(book.main.root.get("include")):
        faults.stop()
    checked: list[tuple[Sheet, Shared]] = [(book.main, head)]
    checked += [(sheet, _checked(Shared, sheet, faults)) for sheet in book.included]
    return Sections(
        book=book,
        head=head,
        ous=_merged(checked, "ous", ou_path, faults),
        accounts=_merged(checked, "accounts", KEY.check, faults),
        guardrails=_merged(checked, "guardrails", KEY.check, faults),
        exemptions=_merged(checked, "exemptions", KEY.check, faults),
        expect=tuple(_expectations(checked)),
        written={section: _written(checked, section) for section in _KEYED},
    )


def _is_listed(include: Any) -> bool:
    return include is None or isinstance(include, list)


def _checked(model: type[P], sheet: Sheet, faults: Faults) -> P:
    """Return what the model makes of a sheet; entries with faults are left out, and told of."""
    names = model.model_fields
    root = {
        key: value for key, value in sheet.root.items() if value is not None or key not in names
    }
    while True:
        try:
            return model.model_validate(root)
        except ValidationError as error:
            complain(error, model, sheet, faults)
            root = _without(root, error)


def _without(root: Mapping[str, Any], error: ValidationError) -> dict[str, Any]:
    """Return the values without the entries, or else the sections, that have a fault."""
    bad: defaultdict[str, set[Any]] = defaultdict(set)
    whole: set[str] = set()
    for detail in error.errors(include_url=False, include_context=False, include_input=False):
        section, *steps = detail["loc"] or ("",)
        if section in _KEYED and steps:
            bad[str(section)].add(steps[0])
        else:
            whole.add(str(section))
    kept = {
        key: {name: item for name, item in value.items() if name not in bad[key]}
        if key in bad
        else value
        for key, value in root.items()
        if key not in whole
    }
    return kept | ({"version": "1"} if "version" in whole else {})


def _merged(
    checked: Iterable[tuple[Sheet, Shared]],
    section: str,
    name: Callable[[str], str],
    faults: Faults,
) -> dict[str, Entry[Any]]:
    """Return a section's entries from all files, sorted by name; one name twice is a fault."""
    entries: dict[str, Entry[Any]] = {}
    for sheet, part in checked:
        for key, value in getattr(part, section).items():
            try:
                entry = Entry(name(key), value, sheet, section, key)
            except PydanticCustomError as error:
                faults.add(sheet.key_at(section, key), error.message())
                continue
            first = entries.setdefault(entry.key, entry)
            if first is not entry:
                faults.add(
                    entry.where,
                    f'"{key}" is already in {section}, at {first.where}',
                    "Keep one of them.",
                )
    return dict(sorted(entries.items()))


def _expectations(checked: Iterable[tuple[Sheet, Shared]]) -> Iterator[Entry[Expectation]]:
    for sheet, part in checked:
        for index, value in enumerate(part.expect):
            yield Entry(f"expect[{index}]", value, sheet, "expect", index)


def _written(checked: Iterable[tuple[Sheet, Shared]], section: str) -> frozenset[str] | None:
    names: set[str] = set()
    for sheet, _ in checked:
        given = sheet.root.get(section, {})
        if not isinstance(given, dict | None):
            return None
        names |= set(given or {})
    if section == "ous":
        return frozenset(f"/{name.removeprefix('/')}" for name in names) | {"/"}
    return frozenset(names)
