"""Accounts that are looked at together: whatever order they are read in, all of them are told."""

from collections.abc import Sequence

import pytest
from transitions import EVERYTHING, FULL, A

from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy, policy
from govkit.kinds.policy_type import EnabledPolicyType
from govkit.model.address import ROOT, Address, account
from govkit.model.change import Change
from govkit.model.resource import Resource
from govkit.model.state import State
from govkit.plan.proof import lapses
from govkit.plan.watch import Watch
from govkit.policies.document import of

A0, A1, A2 = accounts = tuple(account(f"a{number}") for number in range(3))
OLD, NEW = policy("rcp", "old"), policy("rcp", "new")
FENCE = of(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*", "Principal": "*"}
        ],
    }
)
LEAVES, COMES = Change(Attachment(OLD, A), None), Change(None, Attachment(NEW, A))


def _state(order: Sequence[Address], allowed: Sequence[Address], *more: Resource) -> State:
    """Make a state in which SCPs are enabled where anybody is allowed something by one."""
    return State(
        [
            *([EnabledPolicyType("scp")] if allowed else []),
            Policy(FULL, "scp", "FullAWSAccess", EVERYTHING, aws_managed=True),
            OrganizationalUnit(A, "A", ROOT),
            *(Account(one, A, one.path, f"{one.path}@x.io") for one in order),
            *(Attachment(FULL, target) for target in (ROOT, A, *allowed)),
            *(Policy(one, "rcp", one.path[4:], FENCE, layout="main") for one in (OLD, NEW)),
            Attachment(OLD, A),
            *more,
        ]
    )


@pytest.mark.parametrize("order", [(A0, A1, A2), (A2, A0, A1), (A1, A2, A0)])
@pytest.mark.parametrize("allowed", [(), accounts])
def test_a_gap_is_told_of_everybody_whatever_order_accounts_are_read_in(
    order: Sequence[Address], allowed: Sequence[Address]
) -> None:
    (found,) = lapses(_state(order, allowed), [LEAVES, COMES])
    assert (found.law, found.begins, found.ends) == ("gap", 0, 1)
    assert found.accounts == accounts


def test_a_group_is_known_by_its_first_and_may_be_taken_apart() -> None:
    watch = Watch(_state((A2, A1, A0), accounts), [LEAVES, COMES])
    (breach,) = watch.harm(LEAVES)
    assert breach.accounts == accounts
    assert watch.apart(breach.accounts[0]) == accounts
    assert [one.accounts for one in watch.harm(LEAVES)] == [(one,) for one in accounts]


def test_what_has_something_of_its_own_or_gets_it_is_looked_at_by_itself() -> None:
    own = Attachment(NEW, A0)
    assert set(Watch(_state(accounts, accounts, own), [LEAVES]).groups) == {A0, A1}
    come = Change(None, Attachment(OLD, A1))
    assert Watch(_state(accounts, accounts), [come]).groups == {A0: (A0, A2), A1: (A1,)}


def test_what_is_allowed_everything_and_what_is_allowed_nothing_are_not_looked_at_together() -> (
    None
):
    watch = Watch(_state(accounts, (A0, A2)), [LEAVES, COMES])
    assert watch.groups == {A0: (A0, A2), A1: (A1,)}


def test_ten_thousand_accounts_are_a_look_at_each_place() -> None:
    many = [account(f"m{number:05}") for number in range(10_000)]
    watch = Watch(_state(many, many), [LEAVES, COMES])
    watch.taken(LEAVES)
    assert watch.looks == 1
