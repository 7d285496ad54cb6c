"""Where moto 5.2.5 departs from AWS, as far as our plans meet it: the one place that knows.

- Policies of a target cannot be limited, and the last one can be detached: our rails see to both.
- New OUs and accounts always get FullAWSAccess and RCPFullAWSAccess, whatever is enabled.
- Renaming an OU is refused when any OU anywhere has the new name, and a deleted OU leaves its
  attachments behind, so its policies can never be deleted: `without_departures` does neither.
- Accounts are created and closed at once; there are no Paths, and SUSPENDED comes right away.
- DescribeResourcePolicy does not exist and raises NotImplementedError: `Door` says so as AWS would.
- Only SCP, RCP, TAG and AISERVICES_OPT_OUT policies can be made.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from govkit.errors import AwsError
from govkit.model.call import Api, ApiCall, Response


@dataclass(frozen=True)
class Door:
    """The door to moto: what moto does not have is refused as AWS refuses the unknown."""

    door: Api

    def call(self, call: ApiCall) -> Response:
        try:
            return self.door.call(call)
        except NotImplementedError as error:
            raise AwsError(
                "Not offered", code="UnknownOperationException", operation=call.operation
            ) from error

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
