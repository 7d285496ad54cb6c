"""What AWS's service authorization reference says of an action: read per service, when asked for."""

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from govkit.access.action_index import DATA


@dataclass(frozen=True, slots=True)
class ResourceType:
    """`arn` is a template such as `arn:${Partition}:s3:::${BucketName}`."""

    name: str
    arn: str
    required: bool


@dataclass(frozen=True, slots=True)
class ActionFacts:
    """`level` is AWS's access level: Read, List, Write, Tagging or Permissions management.

    `keys` are the condition keys of the service that a request for this action, or for one of its
    resource types, may carry, `aws:` ones with tags among them; global keys are not listed.
    """

    level: str
    resources: tuple[ResourceType, ...]
    keys: tuple[str, ...]


def action_facts(action: str) -> ActionFacts | None:
    """Return what is known of an action in any case, or None where AWS's list does not have it."""
    service, _, name = action.lower().partition(":")
    about = _service(service)
    found = about["actions"].get(name)
    if found is None:
        return None
    level, kinds, keys = found
    resources = [
        (ResourceType(kind, about["resources"][kind][0], required), about["resources"][kind][1])
        for kind, required in kinds.items()
        if kind in about["resources"]
    ]
    every = {*keys, *(key for _, of_kind in resources for key in of_kind)}
    return ActionFacts(level, tuple(kind for kind, _ in resources), tuple(sorted(every)))


def condition_keys(service: str) -> Mapping[str, str]:
    """Return the condition keys of a service with their types: String, ArrayOfString, ARN and the like."""
    keys: Mapping[str, str] = _service(service.lower())["keys"]
    return keys


@lru_cache(maxsize=512)
def _service(service: str) -> dict[str, Any]:
    with zipfile.ZipFile(DATA / "details.zip") as archive:
        try:
            text = archive.read(service)
        except KeyError:
            return {"actions": {}, "resources": {}, "keys": {}}
    found: dict[str, Any] = json.loads(text)
    return found
