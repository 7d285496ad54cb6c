"""Lets a way back see the tags that a run gave or took, whatever tags the layout gives by now."""

from collections.abc import Iterator
from dataclasses import replace

from govkit.flow.compare import Bank
from govkit.live.discover import Live
from govkit.model.address import ROOT, Address
from govkit.model.call import Interest
from govkit.store.history import Run


def looking_at_tags(past: Run, bank: Bank) -> Bank:
    """Return the bank that looks besides at the tags of what a run tagged."""
    found = dict(_tagged(past))
    ous = {name for target, names in found.items() if target.kind == "ou" for name in names}
    accounts = {one for target, names in found.items() if target.kind == "account" for one in names}

    def looking(interest: Interest) -> Live:
        return bank(
            replace(
                interest,
                tagged_ous=interest.tagged_ous | ous,
                tagged_accounts=interest.tagged_accounts | accounts,
                root_tagged=interest.root_tagged or ROOT in found,
            )
        )

    return looking


def _tagged(past: Run) -> Iterator[tuple[Address, tuple[str, ...]]]:
    """Yield what a run tagged, and how it can be told: by its ID, and by its path or key at the time."""
    for told in (*past.steps_in_doubt(), *past.finished_steps()):
        address = Address.parse(told["address"])
        if address.kind == "tags":
            target, given = Address.parse(address.path), told.get("ids", {}).get(address.path)
            yield target, (target.path, *((given,) if given else ()))
