"""What becomes of accounts when their chains change, by the engine: per group, with witnesses."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from govkit.access import compare
from govkit.access.difference import Change, Effect
from govkit.access.effects import together
from govkit.access.request import Request
from govkit.access.scales import Scales, Weighed
from govkit.access.witness import Witness
from govkit.errors import BugError
from govkit.model.address import Address
from govkit.model.plan import Answer
from govkit.model.resource import Json
from govkit.plan.places import LAYERS, Chains, Places

Shape = tuple[object, ...]
_ARN = "aws:principalarn"
_OWNER = re.compile(r"(arn:[^:]*:(?:iam|sts)::)[0-9]{12}:")


@dataclass(frozen=True, slots=True)
class Fates:
    """What becomes of accounts between two places in time, by layer; equal fates have one shape."""

    before: Places
    after: Places
    edited: frozenset[Address] = field(init=False)
    _homes: dict[Address, bool] = field(default_factory=dict)
    _shapes: dict[tuple[Chains, Chains], Shape] = field(default_factory=dict)

    def __post_init__(self) -> None:
        then, now = self.before.policies, self.after.policies
        changed = (one for one in then.keys() | now.keys() if then.get(one) != now.get(one))
        object.__setattr__(self, "edited", frozenset(changed))

    def weighed(self, account: Address) -> Mapping[str, Weighed]:
        """Return what becomes of an account, by layer."""
        old, new = self.before.chains(account), self.after.chains(account)
        return {layer: self._scales(layer).weigh(old.of(layer), new.of(layer)) for layer in LAYERS}

    def changed(self, account: Address) -> bool:
        """Tell whether an account's chains say something else than before."""
        home = self.before.parents.get(account)
        if home is not None and home == self.after.parents.get(account) and self._same(home):
            old, new = self.before.held(account), self.after.held(account)
            if old == new and self.edited.isdisjoint(old):
                return False
        return self.before.chains(account) != self.after.chains(account)

    def _same(self, home: Address) -> bool:
        """Tell whether nothing changes at and above an OU."""
        found = self._homes.get(home)
        if found is None:
            old, new = (
                [places.number(layer, home) for layer in LAYERS]
                for places in (self.before, self.after)
            )
            found = self._homes[home] = old == new
        return found

    def shape(self, account: Address) -> Shape:
        """Return what is equal for accounts to which the same happens, as far as words tell."""
        pair = self.before.chains(account), self.after.chains(account)
        found = self._shapes.get(pair)
        if found is None:
            found = self._shapes[pair] = tuple(_parts(self.weighed(account)))
        return found

    def answer(self, accounts: Sequence[Address]) -> Answer:
        """Return what becomes of accounts of one shape; witnesses name levels as the first has them."""
        found = self.weighed(accounts[0])
        alike = [self.weighed(one) for one in accounts[1:]]
        told: dict[str, list[dict[str, Json]]] = {"newly_denied": [], "newly_allowed": []}
        for layer, weighed in found.items():
            for key, denied in (("newly_denied", True), ("newly_allowed", False)):
                effects: Sequence[Effect] = getattr(weighed, key)
                others = [getattr(one[layer], key) for one in alike]
                for place, effect in enumerate(effects):
                    exact = effect.exact and all(one[place].exact for one in others)
                    shown = self._shown(layer, accounts[0], effect, denied=denied)
                    said = compare.effect(replace(effect, witness=shown, exact=exact))
                    told[key].append({"type": layer, **said})
        return Answer(
            verdict(found.values()).value,
            tuple(told["newly_denied"]),
            tuple(told["newly_allowed"]),
            tuple(dict.fromkeys(why for one in found.values() for why in one.unknown)),
        )

    def _shown(self, layer: str, account: Address, effect: Effect, *, denied: bool) -> Witness:
        """Return the witness as a request of this account, with what decides it before and after.

        An account that moves asks from another place then, which policies may look at.
        """
        scales, sides = self._scales(layer), (self.before, self.after)
        chains = [places.levels(layer, account) for places in sides]
        made = [_requests(places, layer, account, effect.witness.request) for places in sides]
        for first, second in zip(*made, strict=True):
            old, new = scales.verdict(chains[0], first), scales.verdict(chains[1], second)
            if (old.outcome.permits, new.outcome.permits) == (denied, not denied):
                return Witness(second, old, new)
        raise BugError("This is a bug in govkit: a witness shows nothing", f"{account} {effect}")

    def _scales(self, layer: str) -> Scales:
        return self.after.weights.scales[layer]


def _requests(places: Places, layer: str, account: Address, asked: Request) -> list[Request]:
    """Return a request as this account would make it in its place: most like a real one first."""
    if account not in places.parents:
        return [asked, asked, asked]
    who = places.identity(layer, account)
    if not places.asks_who(layer, account):
        return [_by(who.account, layer, asked), asked, asked]
    known = {**asked.context, **who.context()}
    arn = known.get(_ARN, (f"arn:{places.weights.partition}:iam::{who.account}:role/Any",))
    mine = tuple(_OWNER.sub(rf"\g<1>{who.account}:", one) for one in arn)
    whole = {**known, _ARN: mine} if layer == "scp" and who.account else known
    return [replace(asked, context=whole), replace(asked, context=known), asked]


def _by(account: str, layer: str, asked: Request) -> Request:
    """Return a request by the same principal of this account, where it names one and we know the account."""
    if layer != "scp" or not account or _ARN not in asked.context:
        return asked
    arn = tuple(_OWNER.sub(rf"\g<1>{account}:", one) for one in asked.context[_ARN])
    return replace(asked, context={**asked.context, _ARN: arn})


def verdict(found: Iterable[Weighed]) -> Change:
    """Return what several layers, or several groups, come to."""
    return together({str(place): one.change for place, one in enumerate(found)})


def _parts(found: Mapping[str, Weighed]) -> Iterator[object]:
    for one in found.values():
        yield one.change, one.unknown
        yield tuple(map(_known, one.newly_denied))
        yield tuple(map(_known, one.newly_allowed))


def _known(effect: Effect) -> Shape:
    return effect.actions, effect.resources, effect.conditions, id(effect.witness)
