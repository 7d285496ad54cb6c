"""Who an exemption names, and how the subjects of several exemptions meet."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

Sort = Literal["account", "principal", "ou"]

ARN = re.compile(r"arn:[a-z0-9*-]+:iam::(\d{12}|\*):(?:role|user)/\S+")


@dataclass(frozen=True, slots=True)
class Exemption:
    """Who is excused from a document: whole accounts, principals, or the accounts of OUs.

    `accounts` are IDs, `principals` full ARNs (`arn:aws:iam::111111111111:role/DR-*`, see
    `role_arns`), `ous` paths from the root. An exemption that names several of them excuses each.
    Without `widens` it lifts the document; with it, a second rendering holds instead.
    """

    accounts: tuple[str, ...] = ()
    principals: tuple[str, ...] = ()
    ous: tuple[str, ...] = ()
    widens: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """The subjects of one sort in an exemption. OUs are paths without slashes at their ends."""

    sort: Sort
    values: tuple[str, ...]


def role_arns(
    accounts: Iterable[str], principals: Sequence[str], partition: str = "aws"
) -> tuple[str, ...]:
    """Return the ARNs of principals such as `role/DR-*` in accounts; whole ARNs stay as they are."""
    return tuple(
        dict.fromkeys(
            name if name.startswith("arn:") else f"arn:{partition}:iam::{account}:{name}"
            for account in accounts
            for name in principals
        )
    )


def groups(exemption: Exemption) -> tuple[Group, ...]:
    """Return the subjects of an exemption by their sort."""
    ous = tuple(path.strip("/") for path in exemption.ous)
    sorts: tuple[Group, ...] = (
        Group("account", exemption.accounts),
        Group("principal", exemption.principals),
        Group("ou", ous),
    )
    return tuple(group for group in sorts if group.values)


def widenings(
    exemptions: Sequence[Exemption], *, by_resource: bool = False
) -> tuple[tuple[int, ...], ...]:
    """Return for which sets of exemptions, by index, a widened rendering is needed.

    One for each exemption that widens, and one for each set of them that may excuse the same
    request: that request is excused in whatever any of them says, so the set's rendering has all
    their parameters together. `by_resource` is True for types (RCP) whose accounts are those of
    the resource, and so say nothing about the principal.
    """
    wide = [index for index, exemption in enumerate(exemptions) if exemption.widens]
    lifted = [exemption for exemption in exemptions if not exemption.widens]
    live = [index for index in wide if not any(_within(exemptions[index], all_) for all_ in lifted)]
    sets = (chosen for size in range(1, len(live) + 1) for chosen in combinations(live, size))
    return tuple(chosen for chosen in sets if _needed(exemptions, live, chosen, by_resource))


def common(one: Group, other: Group) -> Group:
    """Return the subjects of both groups, which are both of accounts or both of OUs."""
    if one.sort == "account":
        return Group("account", tuple(value for value in one.values if value in other.values))
    deeper = (
        path if _below(path, second) else second
        for path in one.values
        for second in other.values
        if _below(path, second) or _below(second, path)
    )
    return Group("ou", tuple(dict.fromkeys(deeper)))


def _needed(
    exemptions: Sequence[Exemption],
    live: Sequence[int],
    chosen: tuple[int, ...],
    by_resource: bool,  # noqa: FBT001 - private, named by its caller
) -> bool:
    meet = all(
        _may_meet(exemptions[one], exemptions[other], by_resource)
        for one, other in combinations(chosen, 2)
    )
    others = [index for index in live if index not in chosen]
    covered = any(_within(exemptions[one], exemptions[other]) for one in chosen for other in others)
    return meet and not covered


def _within(inner: Exemption, outer: Exemption) -> bool:
    """Tell whether everybody in the inner one is surely in the outer one too."""
    return all(
        any(part.sort == whole.sort and _covers(whole, part) for whole in groups(outer))
        for part in groups(inner)
    )


def _covers(whole: Group, part: Group) -> bool:
    if part.sort != "ou":
        return set(part.values) <= set(whole.values)
    return all(any(_below(path, top) for top in whole.values) for path in part.values)


def _may_meet(one: Exemption, other: Exemption, by_resource: bool) -> bool:  # noqa: FBT001 - as above
    return any(
        _groups_may_meet(first, second, by_resource)
        for first in groups(one)
        for second in groups(other)
    )


def _groups_may_meet(one: Group, other: Group, by_resource: bool) -> bool:  # noqa: FBT001 - as above
    if one.sort == other.sort != "principal":
        return bool(common(one, other).values)
    if one.sort == other.sort:
        return any(_arns_may_meet(first, second) for first in one.values for second in other.values)
    if by_resource or "ou" in (one.sort, other.sort):
        return True  # nothing is known of who is where
    accounts, principals = (one, other) if one.sort == "account" else (other, one)
    return any(account_of(arn) in ("*", *accounts.values) for arn in principals.values)


def _arns_may_meet(one: str, other: str) -> bool:
    if not {*one, *other} & {"*", "?"}:
        return one == other
    return "*" in (account_of(one), account_of(other)) or account_of(one) == account_of(other)


def account_of(arn: str) -> str:
    """Return the account of an ARN, or `*`."""
    parts = arn.split(":")
    return parts[4] if len(parts) > 4 else ""  # noqa: PLR2004 - the fifth part of an ARN


def _below(path: str, top: str) -> bool:
    return not top or path == top or path.startswith(f"{top}/")
