"""What AWS's list says of an action that an expectation names and AWS does not have, as far as we know."""

from govkit.access.action_index import action_index
from govkit.model.suggest import nearest


def unknown(pattern: str) -> str:
    """Return what is odd about an action, or a pattern of actions; nothing where AWS has such.

    The list has a date, and AWS adds actions every day: this is a remark, and no verdict.
    """
    index = action_index()
    if index.mask(pattern):
        return ""
    service, _, name = pattern.partition(":")
    if service.lower() not in index.services:
        near = nearest(service, index.services)
        return f"AWS had no service {service} on {index.date}{_meant(near)}"
    bare = name.replace("*", "").replace("?", "")
    near = [f"{service.lower()}:{one}" for one in nearest(bare, index.names(service.lower()))]
    what = f"action like {pattern}" if bare != name else f"action {pattern}"
    return f"AWS had no {what} on {index.date}{_meant(near)}"


def _meant(near: list[str]) -> str:
    return f"; the nearest is {near[0]}" if near else ""
