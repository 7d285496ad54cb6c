"""Changes to policy documents whose meaning is known."""

import copy
import random
from collections.abc import Callable
from typing import Any

Document = dict[str, Any]
_EXEMPTING = ("StringNotEquals", "StringNotLike", "ArnNotLike", "NotIpAddress")


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements(document: Document) -> list[dict[str, Any]]:
    return copy.deepcopy(listed(document["Statement"]))


def shuffled(document: Document, pick: random.Random) -> Document:
    found = statements(document)
    pick.shuffle(found)
    for one in found:
        for key in ("Action", "NotAction", "Resource", "NotResource"):
            if isinstance(one.get(key), list):
                pick.shuffle(one[key])
        for block in one.get("Condition", {}).values():
            for values in block.values():
                if isinstance(values, list):
                    pick.shuffle(values)
    return {**document, "Statement": found}


def split(document: Document, _pick: random.Random) -> Document:
    found = []
    for one in statements(document):
        actions = one.get("Action")
        found += (
            [{**one, "Action": each} for each in actions] if isinstance(actions, list) else [one]
        )
    return {**document, "Statement": found}


def if_exists_added(document: Document, _pick: random.Random) -> Document | None:
    found, changed = statements(document), False
    for one in found:
        for name in list(one.get("Condition", {})):
            if name in _EXEMPTING and f"{name}IfExists" not in one["Condition"]:
                one["Condition"][f"{name}IfExists"] = one["Condition"].pop(name)
                changed = True
    return {**document, "Statement": found} if changed else None


def action_dropped(document: Document, pick: random.Random) -> Document | None:
    found = statements(document)
    several = [
        one for one in found if one["Effect"] == "Deny" and len(listed(one.get("Action"))) > 1
    ]
    if not several:
        return None
    actions = pick.choice(several)["Action"]
    actions.pop(pick.randrange(len(actions)))
    return {**document, "Statement": found}


def exemption_added(document: Document, pick: random.Random) -> Document | None:
    found = statements(document)
    places = [
        (block, name, key)
        for one in found
        if one["Effect"] == "Deny"
        for name, block in one.get("Condition", {}).items()
        if name.removesuffix("IfExists") in _EXEMPTING
        for key in block
    ]
    if not places:
        return None
    block, name, key = pick.choice(places)
    value = "brand-new-value"
    if "Arn" in name:
        value = "arn:aws:iam::123456789012:role/brand-new"
    block[key] = [*listed(block[key]), "203.0.113.0/24" if "Ip" in name else value]
    return {**document, "Statement": found}


def condition_dropped(document: Document, pick: random.Random) -> Document | None:
    found = statements(document)
    places = [
        (one["Condition"], name)
        for one in found
        if one["Effect"] == "Deny"
        for name in one.get("Condition", {})
    ]
    if not places:
        return None
    conditions, name = pick.choice(places)
    del conditions[name]
    return {**document, "Statement": found}


def resource_widened(document: Document, pick: random.Random) -> Document | None:
    found = statements(document)
    narrow = [
        one
        for one in found
        if one["Effect"] == "Deny" and "Resource" in one and "*" not in listed(one["Resource"])
    ]
    if not narrow:
        return None
    pick.choice(narrow)["Resource"] = "*"
    return {**document, "Statement": found}


Mutation = Callable[[Document, random.Random], Document | None]
SAME: tuple[Mutation, ...] = (shuffled, split, if_exists_added)
LOOSER: tuple[Mutation, ...] = (action_dropped, exemption_added)
TIGHTER: tuple[Mutation, ...] = (condition_dropped, resource_widened)
