"""Where an outage is unavoidable by counting alone: no sequence of steps needs to be looked at.

A target that has one place which no stranger keeps, and whose SCP in it makes way for another one, is
for a moment without either: AWS has no call that changes one for the other, and strangers are not
touched. Where none of the strangers allows anything, everybody who stays below has an outage then.
"""

from transitions import ALL, Transition, answers

from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy
from govkit.model.address import Address
from govkit.model.state import State


def cramped(one: Transition, account: Address) -> bool:
    """Tell whether an account cannot but be shut out for a while from what it may do at both ends."""
    both = answers(one.live).get(account, 0) & answers(one.desired).get(account, 0) & ALL
    places = set(_above(one.live, account)) & set(_above(one.desired, account))
    return bool(both) and any(_swaps_its_only_place(one, place) for place in places)


def _swaps_its_only_place(one: Transition, target: Address) -> bool:
    before, after = _held(one.live, target), _held(one.desired, target)
    strangers = {policy for policy in before & after if not _ours(one.live, policy)}
    alone = len(strangers) == one.most - 1 and before != after
    return alone and not any(_allows(one.live, policy) for policy in strangers)


def _above(state: State, target: Address) -> list[Address]:
    found, here = [target], state.get(target)
    while isinstance(here, Account | OrganizationalUnit):
        found.append(here.parent)
        here = state.get(here.parent)
    return found


def _held(state: State, target: Address) -> set[Address]:
    return {
        one.policy
        for one in state.all(Attachment)
        if one.target == target and one.policy.path.startswith("scp/")
    }


def _ours(state: State, address: Address) -> bool:
    found = state.get(address)
    return isinstance(found, Policy) and found.layout is not None


def _allows(state: State, address: Address) -> bool:
    found = state.get(address)
    assert isinstance(found, Policy)
    return any(said["Effect"] == "Allow" for said in found.document.value["Statement"])
