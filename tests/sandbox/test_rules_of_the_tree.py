"""The rules of the tree: who may look, what an OU is, and where accounts go."""

from collections.abc import Callable
from typing import Any

import pytest

C = "ConstraintViolationException"
NOBODY = "ou-dx0h-zzzzzzzz"
Attempt = Callable[[], object]
RULES: list[tuple[str, str, str, Callable[[Any], Attempt]]] = []


def rule(name: str, code: str, reason: str = "") -> Callable[[Any], Any]:
    """Put a rule into the table: the function prepares, and returns what must be refused."""

    def add(prepare: Any) -> Any:
        RULES.append((name, code, reason, prepare))
        return prepare

    return add


@rule("no organization", "AWSOrganizationsNotInUseException")
def _(play: Any) -> Attempt:
    play.anew("nothing")
    return play.client.list_accounts


@rule("not a member", "AWSOrganizationsNotInUseException")
def _(play: Any) -> Attempt:
    return play.as_account("000000000001").describe_organization


@rule("a member lists accounts", "AccessDeniedException")
def _(play: Any) -> Attempt:
    return play.as_account(play.account()).list_accounts


@rule("a second organization", "AlreadyInOrganizationException")
def _(play: Any) -> Attempt:
    return play.client.create_organization


@rule("an OU under an unknown parent", "ParentNotFoundException")
def _(play: Any) -> Attempt:
    return lambda: play.ou(parent=NOBODY)


@rule("an OU with its sibling's name", "DuplicateOrganizationalUnitException")
def _(play: Any) -> Attempt:
    play.ou("Prod")
    return lambda: play.ou("Prod")


@rule("an OU renamed to its sibling's name", "DuplicateOrganizationalUnitException")
def _(play: Any) -> Attempt:
    play.ou("Prod")
    other = play.ou("Dev")
    return lambda: play.client.update_organizational_unit(OrganizationalUnitId=other, Name="Prod")


@rule("an OU on level six", C, "OU_DEPTH_LIMIT_EXCEEDED")
def _(play: Any) -> Attempt:
    parent = play.root
    for level in range(5):
        parent = play.ou(str(level), parent)
    return lambda: play.ou("six", parent)


@rule("one OU too many", C, "OU_NUMBER_LIMIT_EXCEEDED")
def _(play: Any) -> Attempt:
    play.anew(limits={"ous": 1}).ou()
    return lambda: play.ou("Second")


@rule("renaming an unknown OU", "OrganizationalUnitNotFoundException")
def _(play: Any) -> Attempt:
    return lambda: play.client.update_organizational_unit(OrganizationalUnitId=NOBODY, Name="x")


@rule("describing an unknown OU", "OrganizationalUnitNotFoundException")
def _(play: Any) -> Attempt:
    return lambda: play.client.describe_organizational_unit(OrganizationalUnitId=NOBODY)


@rule("deleting an unknown OU", "OrganizationalUnitNotFoundException")
def _(play: Any) -> Attempt:
    return lambda: play.client.delete_organizational_unit(OrganizationalUnitId=NOBODY)


@rule("deleting an OU with a child", "OrganizationalUnitNotEmptyException")
def _(play: Any) -> Attempt:
    parent = play.ou()
    play.ou("Prod", parent)
    return lambda: play.client.delete_organizational_unit(OrganizationalUnitId=parent)


@rule("deleting an OU with a suspended account", "OrganizationalUnitNotEmptyException")
def _(play: Any) -> Attempt:
    parent, account = play.ou(), play.account()
    play.client.move_account(
        AccountId=account, SourceParentId=play.root, DestinationParentId=parent
    )
    play.client.close_account(AccountId=account)
    return lambda: play.client.delete_organizational_unit(OrganizationalUnitId=parent)


@rule("the children of nobody", "ParentNotFoundException")
def _(play: Any) -> Attempt:
    return lambda: play.client.list_children(ParentId=NOBODY, ChildType="ACCOUNT")


@rule("the OUs of nobody", "ParentNotFoundException")
def _(play: Any) -> Attempt:
    return lambda: play.client.list_organizational_units_for_parent(ParentId=NOBODY)


@rule("the accounts of nobody", "ParentNotFoundException")
def _(play: Any) -> Attempt:
    return lambda: play.client.list_accounts_for_parent(ParentId=NOBODY)


@rule("the parent of nobody", "ChildNotFoundException")
def _(play: Any) -> Attempt:
    return lambda: play.client.list_parents(ChildId=NOBODY)


def move(play: Any, account: str, source: str, destination: str) -> Attempt:
    return lambda: play.client.move_account(
        AccountId=account, SourceParentId=source, DestinationParentId=destination
    )


@rule("moving nobody", "AccountNotFoundException")
def _(play: Any) -> Attempt:
    return move(play, "000000000001", play.root, play.ou())


@rule("moving from nowhere", "SourceParentNotFoundException")
def _(play: Any) -> Attempt:
    return move(play, play.account(), NOBODY, play.ou())


@rule("moving to nowhere", "DestinationParentNotFoundException")
def _(play: Any) -> Attempt:
    return move(play, play.account(), play.root, NOBODY)


@rule("moving to where it is", "DuplicateAccountException")
def _(play: Any) -> Attempt:
    return move(play, play.account(), play.root, play.root)


@rule("moving from where it is not", "AccountNotFoundException")
def _(play: Any) -> Attempt:
    return move(play, play.account(), play.ou("A"), play.ou("B"))


@rule("moving from where it is not, by the setting", "SourceParentNotFoundException")
def _(play: Any) -> Attempt:
    play.anew(wrong_source_code="SourceParentNotFoundException")
    return move(play, play.account(), play.ou("A"), play.ou("B"))


@pytest.mark.parametrize(
    ("code", "reason", "prepare"),
    [pytest.param(*entry[1:], id=entry[0]) for entry in RULES],
)
def test_aws_refuses(play: Any, refuses: Any, code: str, reason: str, prepare: Any) -> None:
    refuses(prepare(play), code, reason)


def test_no_two_rules_have_one_name() -> None:
    assert len({entry[0] for entry in RULES}) == len(RULES)
