"""Writes account IDs into a layout's text, changing nothing else."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from govkit.errors import BugError
from govkit.layout.faults import Faults
from govkit.layout.tree import Map, origin, read_text

_FLOW = re.compile(r"(?:[&!]\S*\s+)*\{[ \t]*")
_EMPTY_ID = re.compile(r"""(?:"id"|'id'|id)[ \t]*:""")
_BOM = "\ufeff"


def with_account_ids(text: str, ids: Mapping[str, str], name: str = "layout") -> str:
    """Return the text with `id:` on each of these accounts (by key) that it lists without one.

    Accounts that the text does not list are not its business. Raises `LayoutError`, with the
    line, where the text cannot be read, or where an account has another ID or is an alias.
    """
    mark = _BOM if text.startswith(_BOM) else ""
    body = text.removeprefix(_BOM)
    faults = Faults()
    faults.learn(name, body)
    root = read_text(name, body, faults)
    faults.stop()
    accounts = root.get("accounts") if isinstance(root, Map) else None
    if not isinstance(accounts, Map):
        return text
    edits = list(_edits(name, body, accounts, ids, faults))
    faults.stop()
    written = body
    for at, piece in sorted(edits, reverse=True):
        written = f"{written[:at]}{piece}{written[at:]}"
    _prove(name, written, root, {key: ids[key] for key in ids if key in accounts})
    return f"{mark}{written}"


def _edits(
    name: str, text: str, accounts: Map, ids: Mapping[str, str], faults: Faults
) -> Iterator[tuple[int, str]]:
    """Yield what is to be inserted, and where."""
    for key, given in ids.items():
        account = accounts.get(key)
        if not isinstance(account, Map):
            continue
        where = accounts.values_at[key]
        if account.get("id") == given:
            continue
        if account.get("id") is not None:
            message = f"Account {key} has the id {account['id']} already, not {given}"
            faults.add(origin(name, account.values_at["id"]), message)
        elif text[where.index] == "*":
            message = f"Account {key} is an alias, which cannot have an id of its own"
            faults.add(origin(name, where), message, "Write the account out.")
        elif others := [other for other in accounts if other != key and accounts[other] is account]:
            message = f"Account {key} is repeated by {others[0]}, which would get its id, too"
            faults.add(origin(name, where), message, "Write the accounts out.")
        else:
            yield _edit(text, account, where.index, given)


def _edit(text: str, account: Map, start: int, given: str) -> tuple[int, str]:
    if "id" in account:  # written, without a value
        empty = _EMPTY_ID.search(text, account.keys_at["id"].index)
        return (empty.end() if empty else start), f' "{given}"'
    if flow := _FLOW.match(text, start):
        return flow.end(), f'id: "{given}", ' if account else f'id: "{given}"'
    first = min(account.keys_at.values(), key=lambda mark: int(mark.index))
    line = first.index - first.column
    newline = "\r\n" if "\r\n" in text[first.index :] else "\n"
    return line, f'{" " * first.column}id: "{given}"{newline}'


def _prove(name: str, written: str, before: Map, ids: Mapping[str, str]) -> None:
    """Read the text again: it must say what it said, and the IDs."""
    faults = Faults()
    after: Any = read_text(name, written, faults)
    expected = dict(before)
    expected["accounts"] = {
        key: {**value, "id": ids[key]} if key in ids and isinstance(value, dict) else value
        for key, value in before["accounts"].items()
    }
    if len(faults) or after != expected:
        raise BugError(
            "This is a bug in govkit: an edited layout does not read as it should",
            f"{name} was left as it is.",
        )
