"""What a trail records: event selectors, insights; and its tags."""

from collections.abc import Mapping
from typing import Any

from govkit.sandbox.calls import Handler, World
from govkit.sandbox.cloudtrail.rows import arn, at_home, found, key, seen, trails
from govkit.sandbox.refusals import refusal

Params = Mapping[str, Any]
Answer = dict[str, Any]


def get_event_selectors(world: World, params: Params) -> Answer:
    row = found(world, params["TrailName"])
    kind = "AdvancedEventSelectors" if row["AdvancedEventSelectors"] else "EventSelectors"
    return {"TrailARN": arn(world, row), kind: row[kind]}  # type: ignore[literal-required]  # one of two


def put_event_selectors(world: World, params: Params) -> Answer:
    """Replace what is recorded; plain and advanced selectors exclude each other."""
    plain, advanced = params.get("EventSelectors"), params.get("AdvancedEventSelectors")
    if bool(plain) == bool(advanced):
        raise refusal(
            "InvalidEventSelectorsException",
            message="Either event selectors or advanced event selectors must be told.",
        )
    row: Any = {
        **at_home(world, params["TrailName"]),
        "EventSelectors": [_whole(one) for one in plain or ()],
        "AdvancedEventSelectors": list(advanced or ()),
    }
    trails(world).put(key(row), row)
    return get_event_selectors(world, params)


def _whole(selector: Mapping[str, Any]) -> Answer:
    return {
        "ReadWriteType": selector.get("ReadWriteType", "All"),
        "IncludeManagementEvents": selector.get("IncludeManagementEvents", True),
        "DataResources": list(selector.get("DataResources", ())),
        "ExcludeManagementEventSources": list(selector.get("ExcludeManagementEventSources", ())),
    }


def get_insight_selectors(world: World, params: Params) -> Answer:
    row = found(world, params["TrailName"])
    if not row["InsightSelectors"]:
        raise refusal("InsightNotEnabledException")
    return {"TrailARN": arn(world, row), "InsightSelectors": row["InsightSelectors"]}


def put_insight_selectors(world: World, params: Params) -> Answer:
    chosen = [dict(one) for one in params["InsightSelectors"]]
    row: Any = {**at_home(world, params["TrailName"]), "InsightSelectors": chosen}
    trails(world).put(key(row), row)
    return {"TrailARN": arn(world, row), "InsightSelectors": chosen}


def list_tags(world: World, params: Params) -> Answer:
    rows = {arn(world, row): row for row in seen(world)}
    unknown = [one for one in params["ResourceIdList"] if one not in rows]
    if unknown:
        raise refusal("ResourceNotFoundException", message=f"{unknown[0]} is not here.")
    return {
        "ResourceTagList": [
            {
                "ResourceId": one,
                "TagsList": [
                    {"Key": name, "Value": value} for name, value in rows[one]["Tags"].items()
                ],
            }
            for one in params["ResourceIdList"]
        ]
    }


def add_tags(world: World, params: Params) -> Answer:
    old = at_home(world, params["ResourceId"])
    more = {one["Key"]: one.get("Value", "") for one in params["TagsList"]}
    row: Any = {**old, "Tags": {**old["Tags"], **more}}
    trails(world).put(key(row), row)
    return {}


HANDLERS: Mapping[str, Handler] = {
    "GetEventSelectors": get_event_selectors,
    "PutEventSelectors": put_event_selectors,
    "GetInsightSelectors": get_insight_selectors,
    "PutInsightSelectors": put_insight_selectors,
    "ListTags": list_tags,
    "AddTags": add_tags,
}
