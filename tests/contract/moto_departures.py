"""Where moto 5.2.5 departs from AWS, as far as our plans meet it: the one place that knows.

- Policies of a target cannot be limited, and the last one can be detached: our rails see to both.
- New OUs and accounts always get FullAWSAccess and RCPFullAWSAccess, whatever is enabled.
- Renaming an OU is refused when any OU anywhere has the new name, and a deleted OU leaves its
  attachments behind, so its policies can never be deleted: `without_departures` does neither.
- Accounts are created and closed at once; there are no Paths, and SUSPENDED comes right away.
- DescribeResourcePolicy does not exist and raises NotImplementedError: `Door` says so as AWS would.
- A trail that was told nothing records management events, and GetEventSelectors does not say so: `Door` does.
  That it has insights is not shown with it.
- Organization conformance packs are told by name only and bear no tags, organization rules, Access Analyzer,
  central root access, defaults of instance metadata and service-managed StackSets do not exist: the sandbox
  alone witnesses those.
- An alias, a bucket's policy or a topic is not looked at when a trail or a channel is made.
- Only SCP, RCP, TAG and AISERVICES_OPT_OUT policies can be made.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from govkit.errors import AwsError
from govkit.model.call import Api, ApiCall, Response

_DEFAULT = {"ReadWriteType": "All", "IncludeManagementEvents": True}


@dataclass(frozen=True)
class Door:
    """The door to moto: what moto does not have is refused as AWS refuses the unknown."""

    door: Api

    def call(self, call: ApiCall) -> Response:
        try:
            answer = self.door.call(call)
        except NotImplementedError as error:
            raise AwsError(
                "Not offered", code="UnknownOperationException", operation=call.operation
            ) from error
        told_nothing = call.operation == "GetEventSelectors" and not answer.get("EventSelectors")
        return {**answer, "EventSelectors": [_DEFAULT]} if told_nothing else answer

    def items(self, key: str, call: ApiCall) -> Iterator[Any]:
        try:
            yield from self.door.items(key, call)
        except NotImplementedError as error:
            raise AwsError(
                "Not offered", code="UnknownOperationException", operation=call.operation
            ) from error


def without_departures(layout: Mapping[str, Any]) -> dict[str, Any]:
    """Return the layout as moto can have it: nothing renamed, and no OU deleted."""
    ous = {path: dict(told) for path, told in layout["ous"].items() if not told.get("absent")}
    for told in ous.values():
        told.pop("was", None)
    return {**layout, "ous": ous}
