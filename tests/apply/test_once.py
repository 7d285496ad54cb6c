"""One look asks each thing once: of each account and Region, and not of one for all."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from govkit.apply.once import Once
from govkit.model.call import ApiCall, Place, Response


@dataclass
class Places:
    """A door whose answers are the places that were asked."""

    asked: list[Place] = field(default_factory=list)

    def call(self, call: ApiCall) -> Response:
        self.asked.append(call.place)
        return {"where": call.place.account}

    def items(self, key: str, call: ApiCall) -> Iterator[Any]:
        yield self.call(call)[key]


def test_what_one_account_answers_is_not_taken_for_anothers() -> None:
    door = Places()
    once = Once(door)
    for account in ("111111111111", "222222222222", "111111111111"):
        call = ApiCall("iam", "GetAccountPasswordPolicy", {}, Place(account))
        assert once.call(call) == {"where": account}
        assert list(once.items("where", call)) == [account]
    assert len(door.asked) == 2 * 2


def test_regions_are_told_apart_too() -> None:
    once = Once(Places())
    for region in ("eu-west-1", "us-east-1"):
        once.call(ApiCall("config", "DescribeDeliveryChannels", {}, Place("1", region)))
    door: Any = once.api
    assert [one.region for one in door.asked] == ["eu-west-1", "us-east-1"]
