"""Pins: a policy that somebody took off a target in an emergency, and until when that is left so."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from govkit.kinds import _brake
from govkit.kinds._refusals import unless_gone
from govkit.kinds._tags import tags_of
from govkit.model.address import ROOT, Address, account
from govkit.model.call import Api, Ids, Look
from govkit.model.kind import Authority, Kind
from govkit.model.resource import Found
from govkit.model.state import State

PREFIX = "govkit:pin:"
LONGEST = timedelta(hours=24)
_FORM = "%Y-%m-%dT%H:%M:%SZ"
_VALUE = 256  # characters that AWS lets a tag's value have
_WHO = 100
_FOREIGN = re.compile(r"[^\w.:/=+@-]+")  # what AWS lets no tag's value have, and spaces
_ACCOUNT = re.compile(r"\d{12}")


@dataclass(frozen=True, slots=True)
class Pin:
    """A policy is to stay off a target until then. `held` is AWS's ID of the target.

    One tag of the policy, so that it needs no store, and holds for whoever plans. The target's
    address is that of its ID where the target is gone.
    """

    policy: Address
    target: Address
    held: str
    until: str
    who: str = ""
    reason: str = ""

    @property
    def address(self) -> Address:
        """Where it stands: `pin:scp/deny-regions@ou:/Workloads`."""
        return Address("pin", f"{self.policy.path}@{self.target}")

    @property
    def needs(self) -> tuple[Address, ...]:
        """The policy, which carries the tag."""
        return (self.policy,)

    @property
    def attachment(self) -> Address:
        """What it keeps off."""
        return Address("attachment", f"{self.policy.path}@{self.target}")

    @property
    def tag(self) -> str:
        """The key of the policy's tag that says so."""
        return PREFIX + self.held

    @property
    def text(self) -> str:
        """The value of that tag."""
        return f"{self.until} {self.who} {self.reason}".strip()

    @property
    def ends(self) -> datetime | None:
        """When it ends; None where the tag says nothing that can be read."""
        try:
            return datetime.strptime(self.until, _FORM).replace(tzinfo=UTC)
        except ValueError:
            return None

    def holds(self, now: datetime) -> bool:
        """Tell whether it is in force: not over, and no further ahead than a pin can reach.

        A tag that says otherwise was not written by govkit, and keeps nothing off.
        """
        return self.ends is not None and now < self.ends <= now + LONGEST


def pinned(
    policy: Address, target: Address, held: str, *, until: datetime, who: str, reason: str
) -> Pin:
    """Return the pin as its tag can hold it: what AWS lets no tag have is left out, and what is too long."""
    ends, by = until.strftime(_FORM), _plain(who).replace(" ", "_")[:_WHO] or "nobody"
    return Pin(policy, target, held, ends, by, _plain(reason)[: _VALUE - len(ends) - len(by) - 2])


def written(policy: Address, target: Address, held: str, text: str) -> Pin:
    """Return the pin that a tag's value tells of."""
    until, _, rest = text.partition(" ")
    who, _, reason = rest.partition(" ")
    return Pin(policy, target, held, until, who, reason)


def pins(state: State, now: datetime) -> tuple[Pin, ...]:
    """Return the pins that are in force, by address."""
    found = (pin for pin in state.all(Pin) if pin.holds(now))
    return tuple(sorted(found, key=lambda pin: pin.address))


def _plain(text: str) -> str:
    return _FOREIGN.sub(" ", text).strip()


def _of_tags(policy: Address, tags: Mapping[str, str], places: Mapping[str, Address]) -> list[Pin]:
    found = []
    for key, text in tags.items():
        if key.startswith(PREFIX):
            held = key.removeprefix(PREFIX)
            found.append(written(policy, _place(held, places), held, text))
    return found


def _place(held: str, places: Mapping[str, Address]) -> Address:
    if held.startswith("r-"):
        return ROOT
    return account(held) if _ACCOUNT.fullmatch(held) else places.get(held, Address("ou", held))


def _read(look: Look) -> Iterator[Found[Pin]]:
    """Yield what the policies' tags say, which their own kind reads anyway."""
    places = {one.id: one.resource.address for one in look.found("ou") if one.id is not None}
    customer = [one for one in look.found("policy") if not one.resource.aws_managed]
    for one in customer:
        if one.id is not None:
            for pin in _of_tags(one.resource.address, tags_of(look, one.id), places):
                yield Found(pin)


def _glance(pin: Pin, api: Api, ids: Ids) -> Found[Pin] | None:
    given = ids.get(pin.policy)
    tags = None if given is None else unless_gone(lambda: tags_of(api, given))
    there = _of_tags(pin.policy, tags or {}, {pin.held: pin.target})
    return next((Found(one) for one in there if one.held == pin.held), None)


KIND: Kind[Any] = Kind(
    name="pin",
    noun="pin",
    resource=Pin,
    read=_read,
    glance=_glance,
    lower=_brake.lower,
    verb=_brake.verb,
    meet=_brake.meet,
    cares=_brake.cares,
    authority=Authority.DELEGATED,
    reads=_brake.READS,
    writes=lambda _: _brake.WRITES,
)
