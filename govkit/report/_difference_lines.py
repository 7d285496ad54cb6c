"""The lines that say how one thing differs: a property or a statement each, with its sign."""

import re
from collections.abc import Iterator
from typing import Any

from govkit.report._differences import between
from govkit.report._format import Document, Style
from govkit.report._ink import paint
from govkit.report._statements import change_words, words
from govkit.report._words import value

_INKS = {"+": "green", "-": "red", "~": "yellow", ">": "cyan"}
_OURS = frozenset({"layout", "state"})  # said on every thing that govkit makes


def sign(before: object, after: object) -> str:
    """Return `+` for what comes, `-` for what goes, `~` for what changes."""
    if before is None:
        return "+"
    return "-" if after is None else "~"


def signed(mark: str, text: str, style: Style) -> str:
    """Return a line that begins with a sign, in the sign's colour."""
    return paint(f"{mark} {text}", _INKS[mark], style)


def lines(
    address: str, before: Document | None, after: Document | None, style: Style
) -> Iterator[str]:
    """Yield how a thing's facts differ; of what comes or goes, what its address does not say."""
    yield from told(between(address, before, after), style)


def told(difference: Document, style: Style) -> Iterator[str]:
    """Yield one line per property and statement of a difference."""
    whole = difference["action"] != "update"
    for each in difference["properties"]:
        if not (whole and _implied(each, difference["address"])):
            yield _property(each, style)
    statements = difference["statements"]
    for changed in statements["changed"]:
        yield signed("~", f"statement {change_words(changed['before'], changed['after'])}", style)
    for added in statements["added"]:
        yield signed("+", f"statement {words(added)}", style)
    for removed in statements["removed"]:
        yield signed("-", f"statement {words(removed)}", style)


def _property(each: Document, style: Style) -> str:
    before, after = each["before"], each["after"]
    match sign(before, after):
        case "+":
            return signed("+", f"{each['path']}: {value(after)}", style)
        case "-":
            return signed("-", f"{each['path']}: {value(before)}", style)
        case mark:
            return signed(mark, f"{each['path']}: {value(before)} -> {value(after)}", style)


def _implied(each: Document, address: str) -> bool:
    given: Any = each["after"] if each["after"] is not None else each["before"]
    if not given or each["path"] in _OURS:
        return True
    if not isinstance(given, str):
        return False
    path = given.partition(":")[2].strip("/") if ":" in given else given
    return re.search(rf"[:/@]{re.escape(path)}(?:[@/.]|$)", address) is not None
