"""Where a lapse is unavoidable by counting alone: no sequence of steps needs to be looked at.

A target that has one place which no stranger keeps, and whose SCP in it makes way for another one, is
for a moment without either: AWS has no call that changes one for the other, and strangers are not
touched. Where none of the strangers allows anything, everybody who stays below has an outage then.
Where no other level above an account has a place that is not a stranger's, nothing but strangers
denies anything then.

A target that is full in the end, of SCPs that nobody here writes, lacked one of them just before the
last one came. Whichever it was: without an Allow there is an outage, without a Deny a gap, unless
the Deny was held above, where others would have had an outage.
"""

from transitions import ALL, REQUESTS, SCPS, Transition, answers, level

from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy
from govkit.model.address import Address
from govkit.model.state import State

ELSEWHERE = sum(1 << bit for bit, request in enumerate(REQUESTS) if request[2] == SCPS)


def cramped(one: Transition, law: str, account: Address) -> bool:
    """Tell whether an account cannot but have a gap, or an outage, for a while.

    An outage is less bad than a gap, so it may also be there for the sake of somebody who would
    have one otherwise.
    """
    if law == "gap":
        return _bare(one, account, alone=True)
    others = [found.address for found in one.live.all(Account)]
    return (
        _shut_out(one, account)
        or any(_bare(one, other, alone=False) for other in others)
        or any(_filled_up(one, other) for other in others)
    )


def _filled_up(one: Transition, account: Address) -> bool:
    """Tell whether some target above an account is filled up with SCPs that nobody here writes."""
    places = _above(one.live, account)
    return places == _above(one.desired, account) and any(
        _lacks_one(one, target, account) for target in places
    )


def _lacks_one(one: Transition, target: Address, account: Address) -> bool:
    soon = _held(one.desired, target)
    if len(soon) != one.most or soon == _held(one.live, target):
        return False
    found = [one.desired.get(policy) for policy in soon]
    known = [policy for policy in found if isinstance(policy, Policy) and policy.layout is None]
    if len(known) != len(found):
        return False
    before, after = answers(one.live), answers(one.desired)
    kept = before[account] & after[account] & ELSEWHERE
    shut = ELSEWHERE & ~before[account] & ~after[account]
    for place in _above(one.live, account):
        if place != target:
            shut &= _needed(one, place, account)
    rests = [level([policy for policy in known if policy != missing]) for missing in known]
    return all(kept & ~rest or shut & rest for rest in rests)


def _bare(one: Transition, account: Address, *, alone: bool) -> bool:
    """Tell whether only strangers can deny an account something for a moment, or an outage of others.

    `alone`: not even an outage of others could, as there is no place for it.
    """
    places = _above(one.live, account)
    if places != _above(one.desired, account):
        return False
    before, after = answers(one.live), answers(one.desired)
    for target in places:
        if len(_strangers(one, target)) != one.most - 1:
            continue
        allowed = ALL if _held(one.live, target) != _held(one.desired, target) else 0
        for place in places:
            full = place == target or len(_strangers(one, place)) == one.most
            allowed &= _let(one, place) if full else 0 if alone else _needed(one, place, account)
        if allowed & ~before[account] & ~after[account] & ELSEWHERE:
            return True
    return False


def _let(one: Transition, target: Address) -> int:
    """Return what the strangers at a target let through."""
    found = [one.live.get(policy) for policy in _strangers(one, target)]
    return level([policy for policy in found if isinstance(policy, Policy)])


def _needed(one: Transition, target: Address, but: Address) -> int:
    """Return what others below a target may do at both ends, so that it cannot be denied there."""
    before, after = answers(one.live), answers(one.desired)
    found = 0
    for other in one.live.all(Account):
        stays = target in _above(one.live, other.address) and target in _above(
            one.desired, other.address
        )
        if stays and other.address != but:
            found |= before[other.address] & after.get(other.address, 0)
    return found


def _shut_out(one: Transition, account: Address) -> bool:
    both = answers(one.live).get(account, 0) & answers(one.desired).get(account, 0) & ALL
    places = set(_above(one.live, account)) & set(_above(one.desired, account))
    return bool(both) and any(_swaps_its_only_place(one, place) for place in places)


def _swaps_its_only_place(one: Transition, target: Address) -> bool:
    before, after = _held(one.live, target), _held(one.desired, target)
    strangers = _strangers(one, target)
    alone = len(strangers) == one.most - 1 and before != after
    return alone and not any(_allows(one.live, policy) for policy in strangers)


def _strangers(one: Transition, target: Address) -> set[Address]:
    """Return the SCPs that somebody else keeps at a target."""
    both = _held(one.live, target) & _held(one.desired, target)
    return {policy for policy in both if not _ours(one.live, policy)}


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
