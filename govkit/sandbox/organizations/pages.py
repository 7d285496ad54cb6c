"""Lists in pages: at most twenty, with tokens that survive the process and changes in between."""

import base64
import hashlib
import json
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from govkit.sandbox.calls import World
from govkit.sandbox.organizations.limits import limit
from govkit.sandbox.refusals import invalid

T = TypeVar("T")


def page(
    world: World,
    params: Mapping[str, Any],
    member: str,
    keys: Sequence[str],
    show: Callable[[str], T],
) -> dict[str, Any]:
    """Return one page of a list under the name `member`; `keys` are sorted.

    The token says after which key to go on, so an item that stays is neither shown twice nor lost.
    """
    about = _about(member, params)
    token = params.get("NextToken")
    if token is None and world.settings.empty_first_page and keys:
        return {member: [], "NextToken": _token(about, "")}
    most = limit(world.settings, "page")
    size = min(params.get("MaxResults") or most, most)
    start = 0 if token is None else bisect_right(keys, _after(token, about))
    shown = keys[start : start + size]
    answer: dict[str, Any] = {member: [show(key) for key in shown]}
    if start + size < len(keys):
        answer["NextToken"] = _token(about, shown[-1])
    return answer


def _about(member: str, params: Mapping[str, Any]) -> str:
    asked = {
        name: params[name] for name in sorted(params) if name not in {"NextToken", "MaxResults"}
    }
    return hashlib.sha256(json.dumps([member, asked]).encode()).hexdigest()[:12]


def _token(about: str, after: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([about, after]).encode()).decode()


def _after(token: str, about: str) -> str:
    try:
        said, after = json.loads(base64.urlsafe_b64decode(token))
    except (ValueError, TypeError) as problem:
        raise invalid("INVALID_NEXT_TOKEN") from problem
    if said != about or not isinstance(after, str):
        raise invalid("INVALID_NEXT_TOKEN")
    return after
