"""Tells an entry of a journal from what only looks like one: its facts are such that readers may rely on them."""

from collections.abc import Callable, Mapping
from typing import Any, TypeGuard

from govkit.model.address import Address


def is_entry(told: object) -> TypeGuard[Mapping[str, Any]]:
    """Tell whether every fact that is there has the form that such a fact has; none needs to be there."""
    if not isinstance(told, dict):
        return False
    return all(fits(told[name]) for name, fits in _FORMS.items() if name in told)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_told(value: object) -> bool:
    return isinstance(value, dict)


def _is_told_or_nothing(value: object) -> bool:
    return value is None or isinstance(value, dict)


def _is_address(value: object) -> bool:
    try:
        Address.parse(str(value))
    except ValueError:
        return False
    return isinstance(value, str)


def _are_addresses(value: object) -> bool:
    return isinstance(value, list | dict) and all(map(_is_address, value))


def _is_link_or_nothing(value: object) -> bool:
    """Tell what a run knew of the one before it: its name, its lines, and the hash of the last."""
    if not isinstance(value, dict):
        return value is None
    told = all(_is_text(value.get(name)) for name in ("run", "hash"))
    return told and _is_count(value.get("lines")) and value["lines"] >= 0


def _is_part(value: object) -> bool:
    parts = {"only", "baseline", "expired"}
    return value is None or (isinstance(value, dict) and parts <= value.keys())


def _are_marks(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_mark, value))


def _is_mark(value: object) -> bool:
    facts = 4  # address, action, before, after
    return isinstance(value, list) and len(value) == facts and all(map(_is_text, value))


_FORMS: Mapping[str, Callable[[object], bool]] = {
    **dict.fromkeys(("entry", "prev", "run", "command", "caller", "organization"), _is_text),
    **dict.fromkeys(("fingerprint", "time", "step", "verb", "operation"), _is_text),
    **dict.fromkeys(("n", "steps", "not_done"), _is_count),
    **dict.fromkeys(("before", "after"), _is_told_or_nothing),
    **dict.fromkeys(("ids", "takes"), _are_addresses),
    "address": _is_address,
    "answer": _is_told,
    "outcome": lambda value: value in ("done", "stopped", "interrupted"),
    "asked": _is_part,
    "follows": _is_link_or_nothing,
    "reviewed": _are_marks,
}
