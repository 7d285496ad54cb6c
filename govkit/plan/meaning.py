"""What one change means for the accounts that it reaches: weakens, strengthens, both, or neither."""

from collections.abc import Iterable, Sequence

from govkit.access.difference import Change as Verdict
from govkit.access.effects import together
from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.policy import Policy
from govkit.model.address import ROOT, Address
from govkit.model.change import Change
from govkit.model.resource import Resource
from govkit.plan.answers import verdict
from govkit.plan.places import LAYERS, Chains, Places
from govkit.plan.room import policy_type
from govkit.plan.weighing import beyond

WORDS = {
    Verdict.EQUAL: "equivalent",
    Verdict.WEAKENS: "weakens",
    Verdict.STRENGTHENS: "strengthens",
    Verdict.BOTH: "both",
    Verdict.UNKNOWN: "unknown",
}
Reach = dict[Address, Chains]


def meaning(places: Places, changes: Sequence[Change[Resource]]) -> str:
    """Let changes be made together, and say in one word what they did to the accounts they reach.

    Only SCPs and RCPs are judged: a change of another policy, of tags, of trust between services or
    of the organization's resource policy is `unknown`, and one of names `equivalent`. An account
    that is made or leaves is no stronger or weaker than it was.
    """
    reached = places.samples(target for one in changes for target in _targets(one, places))
    before = _chains(places, reached)
    for one in changes:
        places.take(one)
    if any(beyond(one) for one in changes):
        return "unknown"
    after = _chains(places, reached)
    pairs = {
        (layer, before[one].of(layer), after[one].of(layer))
        for one in before.keys() & after.keys()
        for layer in LAYERS
    }
    return WORDS[_judged(places, sorted(pairs))]


def _judged(places: Places, pairs: Iterable[tuple[str, int, int]]) -> Verdict:
    found: dict[str, Verdict] = {}
    for layer, old, new in pairs:
        one = verdict([places.weights.scales[layer].weigh(old, new)])
        found[one.value] = one
        if together(found) is Verdict.BOTH:
            break
    return together(found)


def _chains(places: Places, accounts: Iterable[Address]) -> Reach:
    return {one: places.chains(one) for one in accounts if one in places.parents or one == ROOT}


def _targets(change: Change[Resource], places: Places) -> set[Address]:
    match change.subject:
        case Attachment(target=target, policy=policy) if policy_type(policy) in LAYERS:
            return {target}
        case Policy(address=address, type=layer) if layer in LAYERS:
            return places.holders(address)
        case Account(address=address):
            return {address}
        case _:
            return set()


def read_backwards(places: Places, changes: Sequence[Change[Resource]]) -> str:
    """Say what it means that some changes are still to be made; the places are left as they are."""
    found = meaning(places, changes)
    for one in reversed(changes):
        places.take(one.back())
    return _OPPOSITE.get(found, found)


_OPPOSITE = {"weakens": "strengthens", "strengthens": "weakens"}
