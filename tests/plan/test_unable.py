"""What a way back cannot do, told from what stands on what."""

from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.delegated_administrator import DelegatedAdministrator
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy, policy
from govkit.model.address import ROOT, Address, account, ou
from govkit.model.resource import Resource
from govkit.model.state import State
from govkit.plan.unable import Way, unable
from govkit.policies.document import of

OUS = tuple(ou(f"/U{number}") for number in range(5))
KEEP = Policy(policy("scp", "keep"), "scp", "keep", of({"Statement": []}))
TREE: tuple[Resource, ...] = tuple(OrganizationalUnit(one, one.path[1:], ROOT) for one in OUS)


def left(
    ways: dict[Resource, Way], *live: Resource, unseen: tuple[str, ...] = ()
) -> dict[Address, str]:
    told = {one.address: way for one, way in ways.items()}
    return {at: why for at, (why, _) in unable(told, State(live), unseen).items()}


def away(*gone: Resource) -> dict[Resource, Way]:
    return {one: Way(None, one) for one in gone}


def back(*come: Resource) -> dict[Resource, Way]:
    return {one: Way(one, None) for one in come}


def test_what_goes_together_with_all_that_stands_on_it_can_go() -> None:
    held = Attachment(KEEP.address, OUS[0])
    assert left(away(KEEP, held), *TREE, KEEP, held) == {}


def test_what_others_stand_on_stays_and_some_of_them_are_named() -> None:
    held = [Attachment(KEEP.address, one) for one in OUS]
    told = left(away(KEEP), *TREE, KEEP, *held)[KEEP.address]
    assert f"{held[0].address}, {held[1].address}, {held[2].address}, … need it" in told


def test_an_ou_with_something_in_it_is_left_by_the_plan_itself() -> None:
    resident = Account(account("a"), OUS[0], "a", "a@example.com")
    assert left(away(TREE[0]), *TREE, resident) == {}


def test_what_comes_back_together_with_what_it_stands_on_can_come() -> None:
    held = Attachment(KEEP.address, OUS[0])
    assert left(back(TREE[0], held), *TREE[1:], KEEP) == {}
    assert left(back(held), *TREE[1:], KEEP).keys() == {held.address}


def test_one_that_cannot_come_back_keeps_others_from_it() -> None:
    """A child of an OU whose parent is gone, and what was attached to the child."""
    child = OrganizationalUnit(ou("/Gone/Child"), "Child", ou("/Gone"))
    held = Attachment(KEEP.address, child.address)
    told = left(back(child, held), *TREE, KEEP)
    assert told[child.address].startswith("stays as it is: how it was, it stood on ou:/Gone")
    assert told[held.address].startswith("stays as it is: how it was, it stood on ou:/Gone/Child")


def test_what_nobody_could_look_at_is_taken_to_be_there() -> None:
    admin = DelegatedAdministrator("config.amazonaws.com", account("a"))
    resident = Account(account("a"), OUS[0], "a", "a@example.com")
    assert admin.address in left(back(admin), *TREE, resident)
    assert left(back(admin), *TREE, resident, unseen=("trusted_access",)) == {}


def test_what_stands_on_it_now_as_well_is_no_reason() -> None:
    """A thing that only changes stands where it stood."""
    now = Account(account("a"), ou("/Gone"), "a", "a@example.com")
    then = Account(account("a"), ou("/Gone"), "b", "a@example.com")
    assert left({now: Way(then, now)}, *TREE, now) == {}
