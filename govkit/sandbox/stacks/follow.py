"""Whom StackSets follow: accounts that come into their OUs get stacks, those that leave lose them."""

import uuid
from collections.abc import Collection, Iterator

from govkit.sandbox.calls import World
from govkit.sandbox.organizations.rows import book
from govkit.sandbox.stacks import stack
from govkit.sandbox.stacks.rows import StackSetRow, changed, sets, stacks_of
from govkit.sandbox.stacks.stack import Place


def follow(world: World) -> None:
    """Let every StackSet that deploys by itself take notice of who came and who left since."""
    for row in sets(world).rows():
        if row["Automatic"]:
            _follow(world, row)


def _follow(world: World, row: StackSetRow) -> None:
    here = dict(below(world, row["Targets"]))
    if sorted(here) == row["Known"]:
        return
    operation = str(uuid.uuid4())
    for one in stacks_of(world, row).values():
        if one["Account"] in row["Known"] and one["Account"] not in here:
            stack.remove(world, row, one, retained=row["Retained"])
    for account in sorted(here.keys() - set(row["Known"])):
        for region in row["Targets"][here[account]]:
            stack.put(world, row, Place(account, here[account], region), operation)
    changed(world, row, Known=sorted(here))


def below(world: World, units: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the accounts in the OUs and all OUs below, each with the nearest of them.

    The management account is left out always, and so is who is suspended or closing.
    """
    entries = book(world)
    if not len(entries.organization):
        return
    management = entries.the_organization["ManagementAccount"]
    for row in entries.accounts.rows():
        here = row["Parent"]
        while here not in units and here in entries.ous:
            here = entries.ous[here]["Parent"]
        if here in units and row["Id"] != management and row["State"] == "ACTIVE":
            yield row["Id"], here
