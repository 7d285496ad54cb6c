"""A Region guardrail also denies services that have their one home in another Region.

## Why it matters

IAM, CloudFront, Route 53, billing and support answer in one Region, mostly us-east-1, wherever the
caller works. A guardrail on `aws:RequestedRegion` leaves them alone by a list in NotAction, and such
lists rot: AWS adds services of this kind without asking.

## What to do

Add the services to NotAction. The library's `deny_regions.json.j2` keeps the list in one place,
with a date. If people should not use a service, deny it openly.
"""

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from govkit.access.action_index import action_index
from govkit.access.condition import Quantifier
from govkit.access.operators import Family, operator
from govkit.checks._actions import about_everything, reached
from govkit.checks._check import Check, Confidence, Remark, statements
from govkit.checks._paper import Asked, Written
from govkit.checks._patterns import meet
from govkit.checks._regions import REGIONS
from govkit.model.finding import Severity

_KEY = "aws:requestedregion"
_OTHER_PARTITIONS = ("us-gov-", "cn-", "us-iso", "eu-iso", "eusc-")


def _look(statement: Written) -> Iterator[Remark]:
    asked = next((one for one in statement.tests if _allows_regions(one)), None)
    if not all(map(_excuses, statement.tests)):
        return  # about something else, such as requests from a VPC
    mask = reached(statement.meaning.actions)
    if not statement.deny or asked is None or not about_everything(mask):
        return
    regions = [one for one in REGIONS if any(meet(item.text, one) for item in asked.operands)]
    if not regions or all(region.startswith(_OTHER_PARTITIONS) for region in regions):
        return  # placeholders, or a partition with homes of its own
    missing = [one for one, home in _homes() if home not in regions and _wholly(mask, one)]
    if missing:
        place = "NotAction" if "NotAction" in statement.value else "Action"
        told = f"It denies services that live in another Region: {', '.join(missing)} ({_list()['as_of']})."
        yield Remark(statement.at(place), told)


def _allows_regions(asked: Asked) -> bool:
    found = operator(asked.test.operator)
    return asked.name == _KEY and found.negated and asked.test.quantifier is Quantifier.ONE


def _excuses(asked: Asked) -> bool:
    """Tell a test that only takes some requests out of a Deny."""
    found = operator(asked.test.operator)
    return found.negated or found.family in (Family.BOOL, Family.NULL)


def _wholly(mask: int, service: str) -> bool:
    """Tell whether all actions of a service are among some."""
    every = action_index().mask(f"{service}:*")
    return every != 0 and mask & every == every


def _homes() -> Iterator[tuple[str, str]]:
    yield from _list()["homes"].items()


@cache
def _list() -> dict[str, Any]:
    text = files("govkit.checks").joinpath("data", "global_services.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


CHECK = Check(
    code="GK275",
    name="stale-global-services",
    severity=Severity.WARNING,
    confidence=Confidence.LIKELY,
    fix="Add the services to NotAction, or deny them openly.",
    look=statements(_look),
)
