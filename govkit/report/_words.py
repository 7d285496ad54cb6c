"""The words of reports: things by their addresses, counts, short lists, the command to run next."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from govkit.model.address import ROOT_PATH
from govkit.report._format import Document, Style

SHOWN = 10
_IDS = re.compile(r"\bp-[0-9a-zA-Z_]{8,128}\b")
_LONGEST_VALUE = 120

MEANINGS = {
    "weakens": "weakens",
    "strengthens": "strengthens",
    "both": "weakens and strengthens",
    "equivalent": "means the same",
    "unknown": "meaning unknown",
}

_TYPES = {"scp": "SCP", "rcp": "RCP"}
_NOUNS = {
    "ou": "OU",
    "account": "account",
    "policy_type": "policy type",
    "trusted_access": "trusted access of",
}
_PLURALS = {"policy": "policies", "ou": "OUs", "account": "accounts"}


def thing(address: str) -> str:
    """Return what stands at an address in words: `SCP deny-regions`, `OU /Workloads/Prod`."""
    kind, _, path = address.partition(":")
    told = _TOLD.get(kind)
    if told is not None:
        return told(path)
    noun = _NOUNS.get(kind, kind.replace("_", " "))
    return f"{noun} {path}" if path else noun


def policy(path: str) -> str:
    """Return a policy in words, from its type's key and its name: `SCP deny-regions`."""
    kind, slash, name = path.partition("/")
    if not slash:
        return f"policy {path}"
    noun = _TYPES.get(kind) or f"{kind.replace('_', ' ')} policy"
    return f"{noun} {name}"


def value(given: Any) -> str:
    """Return a fact in words: an address as its thing, text in quotes, the rest as JSON, shortened."""
    if isinstance(given, str):
        kind, _, path = given.partition(":")
        if kind in {"ou", "root"} and path.startswith(ROOT_PATH):
            return thing(given)
        if kind in {"account", "policy"} and path:
            return thing(given)
    if given is None:
        return "nothing"
    return shortened(json.dumps(given, ensure_ascii=False))


def shortened(text: str, longest: int = _LONGEST_VALUE) -> str:
    """Return the text, cut where it is very long, with the number of characters left out."""
    if len(text) <= longest:
        return text
    return f"{text[:longest]}… ({len(text) - longest} more characters)"


def count(number: int, noun: str, plural: str = "") -> str:
    """Return `1 account`, `14 accounts`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def listed(names: Sequence[str], shown: int = SHOWN) -> str:
    """Return names with commas, the first few and how many more."""
    more = len(names) - shown
    head = ", ".join(names[:shown])
    return f"{head} and {more} more" if more > 0 else head


def account(given: str, style: Style) -> str:
    """Return an account of an effect: by name and ID where the name is known."""
    if given.startswith("account:"):
        return given.removeprefix("account:")
    name = style.names.get(given)
    return f"{name} ({given})" if name else given


def accounts(given: Sequence[str], style: Style) -> str:
    """Return a group of accounts: how many, and the first of them."""
    names = [account(each, style) for each in given]
    return f"{count(len(names), 'account')}: {listed(names)}"


def outsiders(entries: Iterable[Document]) -> list[str]:
    """Return orphans or strangers, one line per kind: how many, and the first of them."""
    by_kind: dict[str, list[str]] = {}
    for entry in entries:
        by_kind.setdefault(str(entry.get("kind", "thing")), []).append(_outsider(entry))
    return [
        f"{count(len(names), _NOUNS.get(kind, kind.replace('_', ' ')), _PLURALS.get(kind, ''))}: {listed(names)}"
        for kind, names in by_kind.items()
    ]


def origin(where: Document | None) -> str:
    """Return `org_layout.yaml:42:7`, or nothing."""
    return "" if where is None else f"{where['file']}:{where['line']}:{where['column']}"


def called(address: str, style: Style) -> str:
    """Return an address in which IDs stand beside the names that the style knows for them."""
    return _IDS.sub(
        lambda found: (
            f"{style.names[found[0]]} ({found[0]})" if found[0] in style.names else found[0]
        ),
        address,
    )


def following(style: Style, command: str) -> str:
    """Return the end of a summary that names the next command."""
    return f"Next: {style.program} {command}"


def written_by(style: Style, command: str) -> str:
    """Return the same of a command that writes, which no snapshot can be given to."""
    return f"Next: {style.writer or style.program} {command}"


def _attachment(path: str) -> str:
    attached, _, target = path.partition("@")
    return f"{policy(attached)} on {thing(target)}"


def _delegated(path: str) -> str:
    service, _, key = path.partition("/")
    return f"account {key} as delegated administrator of {service}"


_TOLD: Mapping[str, Callable[[str], str]] = {
    "root": lambda _: "the root",
    "policy": policy,
    "attachment": _attachment,
    "pin": lambda path: f"pin of {_attachment(path)}",
    "tags": lambda path: f"tags of {thing(path)}",
    "delegated_administrator": _delegated,
    "resource_policy": lambda _: "the organization's resource policy",
}


def _outsider(entry: Document) -> str:
    path = str(entry["address"]).partition(":")[2]
    name, given = entry.get("name"), entry.get("id")
    if entry.get("kind") == "ou":
        return path
    shown = str(name) if name else path.rpartition("/")[2]
    return f"{shown} ({given})" if given and given != shown else shown
