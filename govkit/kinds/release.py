"""Releases: who is let out of a live policy in an emergency, and until when that is left so."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from govkit.kinds import _brake
from govkit.kinds._refusals import unless_gone
from govkit.kinds._tags import tags_of
from govkit.kinds.pin import Pin, pinned, written
from govkit.model.address import Address, account
from govkit.model.call import Api, Ids, Look
from govkit.model.kind import Authority, Kind
from govkit.model.resource import Found
from govkit.model.state import State
from govkit.policies.subjects import Exemption, role_arns

PREFIX = "govkit:release:"


@dataclass(frozen=True, slots=True)
class Release:
    """An account (by ID), or one principal of it (`role/NAME`), is out of a policy until then.

    One tag of the policy, as a pin is: it needs no store, and holds for whoever plans. The policy's
    document says the same in each of its Denies.
    """

    policy: Address
    account: str
    principal: str
    until: str
    who: str = ""
    reason: str = ""

    @property
    def held(self) -> str:
        """What the tag's key names: the account, or the principal in it."""
        return f"{self.account}:{self.principal}" if self.principal else self.account

    @property
    def address(self) -> Address:
        """Where it stands: `release:scp/deny-regions@555555555555:role/Deployer`."""
        return Address("release", f"{self.policy.path}@{self.held}")

    @property
    def needs(self) -> tuple[Address, ...]:
        """The policy, which carries the tag."""
        return (self.policy,)

    @property
    def tag(self) -> str:
        """The key of the policy's tag that says so."""
        return PREFIX + self.held

    @property
    def text(self) -> str:
        """The value of that tag."""
        return self.pin.text

    @property
    def pin(self) -> Pin:
        """The same as a pin: who, why, and until when."""
        return Pin(self.policy, account(self.account), self.held, self.until, self.who, self.reason)

    def exemption(self, partition: str) -> Exemption:
        """Return whom it lets out, as a document says it."""
        if not self.principal:
            return Exemption(accounts=(self.account,))
        return Exemption(principals=role_arns([self.account], [self.principal], partition))


def released(
    policy: Address, given: str, principal: str, *, until: datetime, who: str, reason: str
) -> Release:
    """Return the release as its tag can hold it."""
    pin = pinned(policy, account(given), given, until=until, who=who, reason=reason)
    return Release(policy, given, principal, pin.until, pin.who, pin.reason)


def releases(state: State, now: datetime) -> tuple[Release, ...]:
    """Return the releases that are in force, by address."""
    found = (one for one in state.all(Release) if one.pin.holds(now))
    return tuple(sorted(found, key=lambda one: one.address))


def of_tags(policy: Address, tags: Mapping[str, str]) -> Iterator[Release]:
    """Yield the releases that a policy's tags tell of."""
    for key, text in tags.items():
        if key.startswith(PREFIX):
            given, _, principal = key.removeprefix(PREFIX).partition(":")
            pin = written(policy, account(given), given, text)
            yield Release(policy, given, principal, pin.until, pin.who, pin.reason)


def _read(look: Look) -> Iterator[Found[Release]]:
    """Yield what the policies' tags say, which their own kind reads anyway."""
    customer = [one for one in look.found("policy") if not one.resource.aws_managed]
    for one in customer:
        if one.id is not None:
            for release in of_tags(one.resource.address, tags_of(look, one.id)):
                yield Found(release)


def _glance(release: Release, api: Api, ids: Ids) -> Found[Release] | None:
    given = ids.get(release.policy)
    tags = None if given is None else unless_gone(lambda: tags_of(api, given))
    there = of_tags(release.policy, tags or {})
    return next((Found(one) for one in there if one.held == release.held), None)


KIND: Kind[Any] = Kind(
    name="release",
    noun="release",
    resource=Release,
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
