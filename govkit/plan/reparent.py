"""OUs that go under another parent: AWS cannot do that, so a new one takes the old one's place."""

from collections.abc import Iterator, Mapping
from typing import Any

from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy
from govkit.model.address import Address, ou
from govkit.model.finding import Finding, Severity
from govkit.model.state import State
from govkit.model.wanted import Wanted

RAIL = "reparent"
Replaced = Mapping[Address, Address]


def replaced(wanted: Wanted, live: State, names: Mapping[Address, Address]) -> Replaced:
    """Return which live OUs make way for which listed ones: those that `reparent: true` names.

    `names` are the names that live OUs got in the layout's words. Listed OUs below go along.
    """
    found: dict[Address, Address] = {}
    for address, claim in sorted(wanted.claims.items()):
        if address.kind != "ou" or not claim.reparent or claim.was is None:
            continue
        for old in _places(ou(claim.was), wanted, names):
            if address in wanted.state and old != address and _unlisted(old, wanted, live):
                found[old] = address
                break
    return {**dict(_along(found, wanted, live)), **found}


def _places(was: Address, wanted: Wanted, names: Mapping[Address, Address]) -> Iterator[Address]:
    """Yield where an old path may stand: as it is called now, or below a parent renamed before."""
    yield names.get(was, was)
    for above, claim in wanted.claims.items():
        if above.kind == "ou" and claim.was and was.path.startswith(f"{ou(claim.was).path}/"):
            yield ou(above.path + was.path.removeprefix(ou(claim.was).path))


def _unlisted(old: Address, wanted: Wanted, live: State) -> bool:
    return old in live and old not in wanted.state and old not in wanted.absent


def _along(found: Replaced, wanted: Wanted, live: State) -> Iterator[tuple[Address, Address]]:
    for unit in live.all(OrganizationalUnit) if found else ():
        for old, new in found.items():
            if unit.address.path.startswith(f"{old.path}/"):
                moved = ou(new.path + unit.address.path.removeprefix(old.path))
                if moved in wanted.state and _unlisted(unit.address, wanted, live):
                    yield unit.address, moved


def remarks(replacing: Replaced, wanted: Wanted, live: State, ours: State) -> tuple[Finding, ...]:
    """Say what a new OU means, and refuse it while somebody else's things are in the old one."""
    found: list[Finding] = []
    for old, new in sorted(replacing.items()):
        where = wanted.origin(new)
        found.append(
            Finding(
                "GK305",
                Severity.WARNING,
                str(new),
                f"AWS cannot move {old.path} to {new.path}: a new OU with another ID takes its "
                "place. What names the old ID (StackSets, RAM shares, aws:PrincipalOrgPaths in "
                "policies) must be told.",
                "",
                where,
            )
        )
        if new in wanted.protected:
            found.append(
                _refused(
                    "protect",
                    f"{new} is protected, and the plan would replace it.",
                    "--allow protect=1",
                    new,
                    where,
                )
            )
        inside = sorted(_not_ours(old, replacing, wanted, live, ours))
        if inside:
            found.append(
                _refused(
                    RAIL,
                    f"{old.path} cannot make way for {new.path}: {', '.join(inside)} "
                    f"{'is' if len(inside) == 1 else 'are'} in the old one and not the layout's.",
                    "List them in the layout, or move them away.",
                    new,
                    where,
                )
            )
    return tuple(found)


def _refused(rail: str, message: str, hint: str, new: Address, where: Any) -> Finding:
    return Finding("GK411", Severity.ERROR, str(new), message, hint, where, rail=rail, count=1)


def _not_ours(
    old: Address, replacing: Replaced, wanted: Wanted, live: State, ours: State
) -> Iterator[str]:
    """Yield the strangers' accounts and OUs right below an old OU, and the foreign policies on it."""
    for account in live.all(Account):
        if account.parent == old and account.address not in wanted.state:
            yield f"account {account.name} ({account.address.path})"
    for unit in live.all(OrganizationalUnit):
        if unit.parent == old and unit.address not in replacing:
            yield f"OU {unit.address.path}"
    for attachment in live.all(Attachment):
        policy = live.get(attachment.policy)
        if attachment.target == old and isinstance(policy, Policy):
            foreign = not policy.aws_managed and policy.address not in ours
            if foreign:
                yield f"policy {policy.name}"
