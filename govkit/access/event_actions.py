"""Which IAM actions an event of CloudTrail was a use of: by its own name, or by a dated table."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from govkit.access.action_index import DATA, action_index
from govkit.access.event import Event

# A few services put the version of their API behind the name: CreateFunction20150331v2.
_VERSION = re.compile(r"20\d\d_?\d\d_?\d\d(?:v\d+)?$")
_VERSION_ASKED = ("versionId", "x-amz-version-id")


@dataclass(frozen=True, slots=True)
class Table:
    """Where CloudTrail and IAM do not use the same names, and what event parameters tell of ARNs."""

    date: str
    services: Mapping[str, str]
    global_services: frozenset[str]
    actions: Mapping[str, tuple[str, ...]]
    verbs: Mapping[str, Mapping[str, str]]
    of_a_version: Mapping[str, str]
    parameters: Mapping[str, Mapping[str, str]]
    blurring: tuple[str, ...]


@lru_cache(maxsize=1)
def table() -> Table:
    """Return the table that came with this release."""
    found: dict[str, Any] = json.loads((DATA / "cloudtrail.json").read_text(encoding="utf-8"))
    return Table(
        found["date"],
        found["services"],
        frozenset(found["global_services"]),
        {name: tuple(actions) for name, actions in found["actions"].items()},
        found["verbs"],
        found["of_a_version"],
        found["parameters"],
        tuple(found["blurring"]),
    )


def actions(event: Event) -> tuple[str, ...]:
    """Return the actions as AWS spells them; none where neither the index nor the table has them."""
    found = _actions(event.source, event.name)
    if any(event.parameters.get(one) for one in _VERSION_ASKED):
        return tuple(table().of_a_version.get(one, one) for one in found)
    return found


@lru_cache(maxsize=20_000)
def _actions(source: str, name: str) -> tuple[str, ...]:
    known = table()
    service = known.services.get(source, source.partition(".")[0])
    for one in dict.fromkeys((name, _VERSION.sub("", name))):
        told = known.actions.get(f"{service}:{one}")
        if told is not None:
            return told
        spelled = action_index().spelled(f"{service}:{one}")
        if spelled is not None:
            return (spelled,)
    # API Gateway has an action for each verb of HTTP, and events named for the operation.
    verbs = known.verbs.get(service, {})
    return tuple(f"{service}:{verb}" for start, verb in verbs.items() if name.startswith(start))
