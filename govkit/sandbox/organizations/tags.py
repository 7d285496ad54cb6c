"""Tags on the root, OUs, accounts, policies and the delegation policy."""

from collections.abc import Iterable, Mapping
from typing import Any

from govkit.sandbox.calls import Handler, World
from govkit.sandbox.organizations.limits import limit
from govkit.sandbox.organizations.pages import page
from govkit.sandbox.organizations.rows import Book, book
from govkit.sandbox.refusals import constraint, invalid, refusal

Params = Mapping[str, Any]


def checked(
    world: World, present: Mapping[str, str], given: Iterable[Mapping[str, str]]
) -> dict[str, str]:
    """Return the tags after `given` is added, or refuse: system keys, repeated keys, too many."""
    pairs = [(tag["Key"], tag["Value"]) for tag in given]
    if any(key.lower().startswith("aws:") for key, _ in pairs):
        raise invalid("INVALID_SYSTEM_TAGS_PARAMETER")
    if len({key for key, _ in pairs}) < len(pairs):
        raise invalid("DUPLICATE_TAG_KEY")
    result = {**present, **dict(pairs)}
    if len(result) > limit(world.settings, "tags"):
        raise constraint("MAX_TAG_LIMIT_EXCEEDED")
    return result


def of(entries: Book, resource: str) -> dict[str, str]:
    row = entries.tags.get(resource)
    return dict(row["Tags"]) if row else {}


def write(entries: Book, resource: str, tags: Mapping[str, str]) -> None:
    """Make these the resource's tags; none at all leaves no row."""
    if tags:
        entries.tags.put(resource, {"Tags": dict(tags)})
    elif resource in entries.tags:
        entries.tags.drop(resource)


def tag_resource(world: World, params: Params) -> dict[str, Any]:
    entries = book(world)
    resource = _require_resource(entries, params["ResourceId"])
    write(entries, resource, checked(world, of(entries, resource), params["Tags"]))
    return {}


def untag_resource(world: World, params: Params) -> dict[str, Any]:
    entries = book(world)
    resource = _require_resource(entries, params["ResourceId"])
    if any(key.lower().startswith("aws:") for key in params["TagKeys"]):
        raise invalid("INVALID_SYSTEM_TAGS_PARAMETER")
    kept = {
        key: value for key, value in of(entries, resource).items() if key not in params["TagKeys"]
    }
    write(entries, resource, kept)
    return {}


def list_tags(world: World, params: Params) -> dict[str, Any]:
    entries = book(world)
    found = of(entries, _require_resource(entries, params["ResourceId"]))
    return page(world, params, "Tags", sorted(found), lambda key: {"Key": key, "Value": found[key]})


def _require_resource(entries: Book, ident: str) -> str:
    tables = (entries.accounts, entries.ous, entries.policies, entries.resource_policy)
    if ident != entries.root and not any(ident in table for table in tables):
        raise refusal("TargetNotFoundException")
    policy = entries.policies.get(ident)
    if policy is not None and policy["AwsManaged"]:
        raise invalid("IMMUTABLE_POLICY")
    return ident


HANDLERS: Mapping[str, Handler] = {
    "TagResource": tag_resource,
    "UntagResource": untag_resource,
    "ListTagsForResource": list_tags,
}
