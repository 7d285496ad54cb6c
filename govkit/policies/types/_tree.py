"""Checks management policies: their fixed keys, and the operators by which they are inherited.

Source: AWS Organizations user guide, Policy syntax and inheritance for management (since 2026:
declarative) policy types (orgs_manage_policies_inheritance_mgmt).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from govkit.policies.document import Document
from govkit.policies.policy_type import Fault
from govkit.policies.positions import Path

CONTROL = "@@operators_allowed_for_child_policies"
SETTERS = ("@@assign", "@@append", "@@remove")
CONTROLS = ("@@all", "@@none", *SETTERS)


@dataclass(frozen=True, slots=True)
class Setting:
    """A leaf: operators that set one value, or a list of values, perhaps out of a few."""

    many: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Branch:
    """An inner node: the keys that AWS knows, and what stands below a key that people name.

    `closed` says that AWS documents the keys as complete; an open branch takes what AWS may have
    added since. `required` keys must be there, in every policy, for AWS to take it.
    """

    keys: Mapping[str, "Branch | Setting"] = field(default_factory=dict)
    named: "Branch | Setting | None" = None
    required: tuple[str, ...] = ()
    closed: bool = False


Node = Branch | Setting

REGION_LISTS = Branch(
    keys={"enable_in_regions": Setting(many=True), "disable_in_regions": Setting(many=True)},
    required=("enable_in_regions", "disable_in_regions"),
)


def tree(top: str, below: Node) -> Callable[[Document], tuple[Fault, ...]]:
    """Return the check of a type whose documents are one object under a fixed key."""

    def faults(document: Document) -> tuple[Fault, ...]:
        shape = Branch(keys={top: below}, required=(top,), closed=True)
        return (*_branch(document.value, shape, ()), *operator_faults(document))

    return faults


def operator_faults(document: Document) -> tuple[Fault, ...]:
    """Return what is wrong with the inheritance operators, in a management policy of any type."""
    return tuple(_operators(document.value, ()))


def _node(value: Any, node: Node, path: Path) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield Fault(path, f"expected an object, found {_kind(value)}")
    elif isinstance(node, Branch):
        yield from _branch(value, node, path)
    else:
        yield from _setting(value, node, path)


def _branch(value: dict[str, Any], branch: Branch, path: Path) -> Iterator[Fault]:
    for key in branch.required:
        if key not in value:
            yield Fault(path, f'"{key}" is missing')
    for key, part in value.items():
        below = branch.keys.get(key, branch.named)
        if key.startswith("@@"):
            if key in SETTERS:
                yield Fault((*path, key), f"{key} sets a value, and there is none to set here")
        elif below is not None:
            yield from _node(part, below, (*path, key))
        elif branch.closed:
            yield Fault((*path, key), f'unknown key "{key}"{_nearest(key, branch.keys)}')


def _setting(value: dict[str, Any], setting: Setting, path: Path) -> Iterator[Fault]:
    if not value:
        yield Fault(path, f"expected an operator such as {SETTERS[0]}")
    for key, part in value.items():
        if not key.startswith("@@"):
            yield Fault((*path, key), f'expected an operator such as {SETTERS[0]}, found "{key}"')
        elif key in SETTERS:
            yield from _set_value(key, part, setting, (*path, key))


def _set_value(operator: str, part: Any, setting: Setting, path: Path) -> Iterator[Fault]:
    if setting.many:
        items = part if isinstance(part, list) else [part]
    elif operator != "@@assign":
        yield Fault(path, f"{operator} is for lists, and this is a single value")
        return
    else:
        items = [part]
    for index, item in enumerate(items):
        at = (*path, index) if isinstance(part, list) else path
        if isinstance(item, (dict, list)) or item is None:
            yield Fault(at, f"expected a text, found {_kind(item)}")
        elif setting.choices and item not in setting.choices:
            yield Fault(at, f"expected {' or '.join(setting.choices)}, found {item!r}")


def _operators(value: Any, path: Path) -> Iterator[Fault]:
    match value:
        case dict():
            for key, part in value.items():
                if key == CONTROL:
                    yield from _controls(part, (*path, key))
                elif key.startswith("@@") and key not in SETTERS:
                    nearest = _nearest(key, (*SETTERS, CONTROL))
                    yield Fault((*path, key), f"unknown operator {key}{nearest}")
                yield from _operators(part, (*path, key))
        case list():
            for index, part in enumerate(value):
                yield from _operators(part, (*path, index))
        case _:
            pass


def _controls(part: Any, path: Path) -> Iterator[Fault]:
    for item in part if isinstance(part, list) else [part]:
        if item not in CONTROLS:
            yield Fault(path, f"expected some of {', '.join(CONTROLS)}, found {item!r}")


def _nearest(key: str, known: Mapping[str, Any] | tuple[str, ...]) -> str:
    near = get_close_matches(key, list(known), n=1)
    return f'; did you mean "{near[0]}"?' if near else ""


def _kind(value: Any) -> str:
    match value:
        case dict():
            return "an object"
        case list():
            return "a list"
        case None:
            return "null"
        case _:
            return repr(value)
