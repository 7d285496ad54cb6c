"""One file of the layout, read: its values, and where in it anything stands."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from govkit.layout.tree import Map, Seq, origin
from govkit.model.finding import Origin

M_co = TypeVar("M_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file's name and its values; `under` is the OU that it may not leave, where one is told.

    Steps that lead nowhere are passed over.
    """

    name: str
    root: Any
    under: str | None = None

    def value_at(self, *steps: str | int) -> Origin:
        """Return where a value begins; where its key stands, if nothing is written for it."""
        return self._find(steps, keys=False)

    def key_at(self, *steps: str | int) -> Origin:
        """Return where a value's key stands; where an item of a list begins."""
        return self._find(steps, keys=True)

    def has(self, *steps: str | int) -> bool:
        """Tell whether the last of the steps stands in the file, where the others lead."""
        inside, here = True, self.root
        for step in steps:
            inside, value, _ = _step(here, step, keys=True)
            here = value if inside else here
        return inside

    def value(self, *steps: str | int) -> Any:
        """Return the value that the steps lead to."""
        here = self.root
        for step in steps:
            inside, value, _ = _step(here, step, keys=True)
            here = value if inside else here
        return here

    def _find(self, steps: tuple[str | int, ...], *, keys: bool) -> Origin:
        here, mark = self.root, None
        for step in steps:
            inside, value, at = _step(here, step, keys=keys)
            if inside:
                here, mark = value, at
        return origin(self.name, mark)


@dataclass(frozen=True, slots=True)
class Entry(Generic[M_co]):
    """One entry of a section, checked, with the sheet that it stands in."""

    key: str
    value: M_co
    sheet: Sheet
    section: str
    name: str | int

    @property
    def where(self) -> Origin:
        """Where its key stands."""
        return self.sheet.key_at(self.section, self.name)

    def at(self, *steps: str | int) -> Origin:
        """Return where something inside it stands; the entry itself where it is not written."""
        return self.sheet.value_at(self.section, self.name, *steps)

    def key_at(self, *steps: str | int) -> Origin:
        """Return where a key inside it stands."""
        return self.sheet.key_at(self.section, self.name, *steps)


def _step(here: Any, step: str | int, *, keys: bool) -> tuple[bool, Any, Any]:
    """Return whether there is such a step here, the value it leads to, and its mark."""
    if isinstance(here, Map) and isinstance(step, str) and step in here:
        value = here[step]
        marks = here.keys_at if keys or value is None else here.values_at
        return True, value, marks[step]
    if isinstance(here, Seq) and isinstance(step, int) and 0 <= step < len(here):
        return True, here[step], here.items_at[step]
    return False, here, None
