"""What differs between two versions of a thing: property by property, policies by statement."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from govkit.model.change import Action, Change
from govkit.model.resource import Json, Resource
from govkit.report._format import Document
from govkit.report._statements import Comparison, compared, is_iam

FORMAT_VERSION = "1.0"


def differences(changes: Iterable[Change[Resource]], source: str, target: str) -> dict[str, Json]:
    """Return what differs from one state to another as JSON (`govkit schema differences`).

    `source` and `target` name the two states; the changes lead from the first to the second.
    """
    found = [difference(change) for change in changes]
    actions = [each["action"] for each in found]
    return {
        "format_version": FORMAT_VERSION,
        "from": source,
        "to": target,
        "equal": not found,
        "summary": {action.value: actions.count(action.value) for action in Action},
        "differences": list(found),
    }


def difference(change: Change[Resource]) -> dict[str, Json]:
    """Return how one thing differs, as `differences` has it."""
    before, after = change.facts()
    return between(str(change.address), before, after)


def between(address: str, before: Document | None, after: Document | None) -> dict[str, Json]:
    """Return how two versions of a thing differ, from their facts as JSON; None is not there."""
    old, new = dict(before or {}), dict(after or {})
    iam = is_iam(old.get("document")) or is_iam(new.get("document"))
    said = Comparison((), (), ())
    if iam:
        said = compared(old.pop("document", None), new.pop("document", None))
    return {
        "address": address,
        "action": _action(before, after).value,
        "properties": [
            {"path": path(steps), "before": was, "after": becomes}
            for steps, was, becomes in _properties(old, new)
        ],
        "statements": {
            "added": [each.value for each in said.added],
            "removed": [each.value for each in said.removed],
            "changed": [
                {"before": was.value, "after": becomes.value} for was, becomes in said.changed
            ],
        },
    }


def path(steps: Iterable[str | int]) -> str:
    """Return the path of a property as it is written in most languages: `a.b[0]["c d"]`."""
    text = ""
    for step in steps:
        if isinstance(step, str) and step.isidentifier():
            text += f".{step}" if text else step
        elif isinstance(step, str):
            quoted = step.replace("\\", "\\\\").replace('"', '\\"')
            text += f'["{quoted}"]'
        else:
            text += f"[{step}]"
    return text


_Property = tuple[tuple[str | int, ...], Json, Json]


def _action(before: Document | None, after: Document | None) -> Action:
    if before is None:
        return Action.CREATE
    return Action.DELETE if after is None else Action.UPDATE


def _properties(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[_Property]:
    for name in dict.fromkeys((*before, *after)):
        was, becomes = _keyed(before.get(name), after.get(name))
        if was == becomes and type(was) is type(becomes):
            continue
        if isinstance(was, dict | list) and isinstance(becomes, dict | list):
            for steps, inner_was, inner_becomes in _inside(was, becomes):
                yield (name, *steps), inner_was, inner_becomes
        else:
            yield (name,), was, becomes


def _keyed(before: Any, after: Any) -> tuple[Any, Any]:
    """Return two lists of (key, value) pairs, such as tags, as the mappings that they stand for."""
    given = [side for side in (before, after) if side is not None]
    if any(given) and all(map(_are_pairs, given)):
        return (
            None if before is None else dict(before),
            None if after is None else dict(after),
        )
    return before, after


def _are_pairs(value: Any) -> bool:
    if not isinstance(value, list):
        return False
    if not all(isinstance(pair, list) and len(pair) == 2 for pair in value):  # noqa: PLR2004 - a pair
        return False
    keys = [key for key, _ in value]
    return all(isinstance(key, str) for key in keys) and len({*keys}) == len(keys)


def _inside(before: Any, after: Any) -> list[_Property]:
    from deepdiff import DeepDiff
    from deepdiff.helper import NotPresent

    def there(value: Any) -> Json:
        return None if isinstance(value, NotPresent) else value

    tree = DeepDiff(before, after, view="tree", ignore_private_variables=False)
    found: list[_Property] = [
        (tuple(level.path(output_format="list")), there(level.t1), there(level.t2))
        for levels in tree.values()
        for level in levels
    ]
    return sorted(found, key=lambda each: tuple((isinstance(s, str), s) for s in each[0]))
