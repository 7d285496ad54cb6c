"""What a trail records of management events, and selectors that record them all again."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

ALL = "all"
_NONE = "none"
_HALVES = {"ReadOnly": "read-only", "WriteOnly": "write-only"}
_MANAGEMENT = {"Field": "eventCategory", "Equals": ["Management"]}
_WHOLE: Mapping[str, Any] = {"ReadWriteType": "All", "IncludeManagementEvents": True}


def recorded(answer: Mapping[str, Any]) -> str:
    """Say which management events GetEventSelectors' answer records: `all` where none is left out."""
    found = [
        *map(_plain, answer.get("EventSelectors") or ()),
        *map(_advanced, answer.get("AdvancedEventSelectors") or ()),
    ]
    said = [one for one in found if one != _NONE]
    if ALL in said or set(_HALVES.values()) <= set(said):
        return ALL
    return " and ".join(sorted(set(said))) or _NONE


def _plain(selector: Mapping[str, Any]) -> str:
    if not selector.get("IncludeManagementEvents", True):
        return _NONE
    half = _HALVES.get(selector.get("ReadWriteType", "All"), ALL)
    left_out = selector.get("ExcludeManagementEventSources") or ()
    return f"{half} except {', '.join(sorted(left_out))}" if left_out else half


def _advanced(selector: Mapping[str, Any]) -> str:
    fields = {one["Field"]: one for one in selector.get("FieldSelectors", ())}
    if "Management" not in fields.pop("eventCategory", {}).get("Equals", ()):
        return _NONE
    read_only = fields.pop("readOnly", None)
    half = ALL if read_only is None else _half(read_only)
    return f"{half} where {', '.join(sorted(fields))} fits" if fields else half


def _half(field: Mapping[str, Any]) -> str:
    return "read-only" if "true" in field.get("Equals", ()) else "write-only"


def kept(answer: Mapping[str, Any]) -> str:
    """Return, as JSON, what a trail records besides management events, to be kept when it is widened."""
    plain = [one for one in answer.get("EventSelectors") or () if one.get("DataResources")]
    advanced = [
        one for one in answer.get("AdvancedEventSelectors") or () if _advanced(one) == _NONE
    ]
    return json.dumps({"plain": plain, "advanced": advanced}, sort_keys=True)


def widened(kept_before: str) -> dict[str, Any]:
    """Return PutEventSelectors' parameters that record all management events, and what was kept."""
    told = json.loads(kept_before or "{}")
    if told.get("advanced"):
        return {"AdvancedEventSelectors": [_everything(), *told["advanced"]]}
    data = [one for selector in told.get("plain", ()) for one in selector["DataResources"]]
    return {"EventSelectors": [{**_WHOLE, "DataResources": _once(data)}]}


def _everything() -> dict[str, Any]:
    return {"Name": "Management events", "FieldSelectors": [dict(_MANAGEMENT)]}


def _once(resources: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    values: dict[str, list[str]] = {}
    for one in resources:
        values.setdefault(one["Type"], []).extend(one.get("Values", ()))
    return [{"Type": kind, "Values": sorted(set(found))} for kind, found in sorted(values.items())]
