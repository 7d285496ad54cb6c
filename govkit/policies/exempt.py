"""Writes exemptions into a document: conditions in each Deny, that free exactly who is named.

A Deny keeps holding where the key of an exemption is absent from a request. `StringNotEquals` and
`ArnNotLike` hold for an absent key. `aws:PrincipalOrgPaths` and `aws:ResourceOrgPaths` have many
values: `ForAllValues:StringNotLike` holds when no value matches, and for an absent key, whereas
`ForAnyValue:` would be false without the key and so excuse it. The second rendering of an exemption
that widens carries the positive tests, which are all false for an absent key: nobody falls between.

SCPs do not reach service principals and service-linked roles; a call that a service makes with the
caller's own identity carries the caller's keys, so the exemption goes with it. RCPs do reach service
principals, which carry no `aws:PrincipalArn`: those are excused by the resource's account or OU only.

Source: IAM user guide, Global condition keys; Multivalued context keys; Condition operators.
"""

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from govkit.policies.conditions import and_any, and_none
from govkit.policies.document import Document, of, statements
from govkit.policies.paths import token, tokens, with_paths, with_tokens
from govkit.policies.policy_type import Fault, PolicyType
from govkit.policies.subjects import (
    ARN,
    Exemption,
    Group,
    account_of,
    common,
    groups,
    role_arns,
    widenings,
)

MAX_RENDERINGS = 32
_PRINCIPAL_KEY = "aws:PrincipalArn"
_NONE = {
    "account": "StringNotEquals",
    "principal": "ArnNotLike",
    "ou": "ForAllValues:StringNotLike",
}
_ANY = {
    "account": ("StringEquals", "StringLike", "StringEqualsIgnoreCase"),
    "principal": ("ArnLike", "ArnEquals"),
    "ou": ("ForAnyValue:StringLike",),
}


@dataclass(frozen=True, slots=True)
class Exempted:
    """A document with its exemptions; or the document as it was, and why that is not possible."""

    document: Document
    faults: tuple[Fault, ...] = ()


def exempted(
    document: Document,
    kind: PolicyType,
    exemptions: Sequence[Exemption],
    widened: Mapping[tuple[int, ...], Document] | None = None,
) -> Exempted:
    """Return the document in which everybody whom an exemption names is excused, and nobody else.

    `widened` holds the second renderings, by the indexes that `needed(kind, exemptions)` gives;
    statements that they have in common with the document are left as they are.
    """
    if not exemptions:
        return Exempted(document)
    faults = tuple(_faults(document, kind, exemptions))
    if faults:
        return Exempted(document, faults)
    writer = _Writer(kind, exemptions)
    written = writer.base(document, widened or {})
    for chosen in needed(kind, exemptions):
        written += writer.second((widened or {})[chosen], chosen)
    if writer.crowded:
        return Exempted(document, (Fault((), _CROWDED),))
    _distinct_sids(written)
    return Exempted(of(document.value | {"Statement": written}, document.grammar))


def where_it_denies(
    document: Document, kind: PolicyType, exemptions: Sequence[Exemption]
) -> Exempted:
    """Return the document with everybody excused in what it denies; what it allows stays as it is."""
    parts = [one.value for one in statements(document)]
    denies = [part for part in parts if isinstance(part, dict) and part.get("Effect") == "Deny"]
    if not denies or not kind.exemptible or not exemptions:
        return Exempted(document)
    result = exempted(
        of(document.value | {"Statement": denies}, document.grammar), kind, exemptions
    )
    if result.faults:
        return Exempted(document, result.faults)
    written = iter(one.value for one in statements(result.document))
    whole = [next(written) if part in denies else part for part in parts]
    return Exempted(of(document.value | {"Statement": whole}, document.grammar))


def needed(kind: PolicyType, exemptions: Sequence[Exemption]) -> tuple[tuple[int, ...], ...]:
    """Return for which sets of exemptions a widened rendering is needed (see `widenings`)."""
    return widenings(exemptions, by_resource=_by_resource(kind))


_CROWDED = (
    "these exemptions cannot be told apart by conditions: several with their own params name"
    " principals or OUs that overlap; give them the same params, or name accounts instead"
)


class _Writer:
    """Adds the tests of a set of exemptions to statements; remembers where there was no room."""

    def __init__(self, kind: PolicyType, exemptions: Sequence[Exemption]) -> None:
        self._keys = {
            "account": str(kind.account_key),
            "principal": _PRINCIPAL_KEY,
            "ou": str(kind.paths_key),
        }
        self._exemptions = exemptions
        self._all = range(len(exemptions))
        self._shared: frozenset[str] = frozenset()
        self.crowded = False

    def base(
        self, document: Document, widened: Mapping[tuple[int, ...], Document]
    ) -> list[dict[str, Any]]:
        """Return the statements for those who are not named."""
        each = [{str(one) for one in statements(other)} for other in widened.values()]
        self._shared = frozenset(
            str(one)
            for one in statements(document)
            if each and all(str(one) in other for other in each)
        )
        written = []
        for one in statements(document):
            touched = [
                index
                for index in self._all
                if str(one) not in self._shared or not self._exemptions[index].widens
            ]
            written.append(self._without(one.value, self._groups(touched)))
        return written

    def second(self, document: Document, chosen: tuple[int, ...]) -> list[dict[str, Any]]:
        """Return the statements of a widened rendering, for those whom all chosen ones name."""
        own = [one.value for one in statements(document) if str(one) not in self._shared]
        return [
            written
            for value in own
            for parts in product(*(groups(self._exemptions[index]) for index in chosen))
            if (written := self._with(value, parts, chosen)) is not None
        ]

    def _without(self, value: dict[str, Any], excused: Sequence[Group]) -> dict[str, Any]:
        statement = copy.deepcopy(value)
        for group in excused:
            condition = statement.setdefault("Condition", {})
            and_none(condition, _NONE[group.sort], self._keys[group.sort], _values(group))
        return statement

    def _with(
        self, value: dict[str, Any], parts: Sequence[Group], chosen: tuple[int, ...]
    ) -> dict[str, Any] | None:
        others = self._groups(index for index in self._all if index not in chosen)
        meant = [_less(group, others) for group in _met(parts)]
        if not all(group.values for group in meant):
            return None
        statement = self._without(value, [group for group in others if _matters(group, meant)])
        for group in meant:
            condition = statement.setdefault("Condition", {})
            fits = and_any(condition, _ANY[group.sort], self._keys[group.sort], _values(group))
            self.crowded = self.crowded or not fits
        return statement

    def _groups(self, indexes: Iterable[int]) -> list[Group]:
        return [group for index in indexes for group in groups(self._exemptions[index])]


def _less(group: Group, others: Sequence[Group]) -> Group:
    """Return a group without the accounts that others name; other sorts cannot be subtracted."""
    if group.sort != "account":
        return group
    gone = {value for other in others if other.sort == "account" for value in other.values}
    return Group("account", tuple(value for value in group.values if value not in gone))


def _matters(group: Group, meant: Sequence[Group]) -> bool:
    """Tell whether somebody in `meant` could also be in the group, so that it must be tested."""
    same = [other for other in meant if other.sort == group.sort]
    if not same or group.sort == "principal":
        return True
    return group.sort == "ou" and any(common(group, other).values for other in same)


def _met(parts: Sequence[Group]) -> Iterator[Group]:
    """Yield the groups that all parts come to: accounts and OUs can be intersected beforehand."""
    for sort in ("account", "ou"):
        same = [part for part in parts if part.sort == sort]
        if same:
            meeting = same[0]
            for part in same[1:]:
                meeting = common(meeting, part)
            yield meeting
    yield from dict.fromkeys(part for part in parts if part.sort == "principal")


def _values(group: Group) -> tuple[str, ...]:
    if group.sort != "ou":
        return group.values
    return tuple(f"{token(path)}/*" for path in group.values)


def _by_resource(kind: PolicyType) -> bool:
    return str(kind.account_key).lower().startswith("aws:resource")


def _faults(
    document: Document, kind: PolicyType, exemptions: Sequence[Exemption]
) -> Iterator[Fault]:
    if not kind.exemptible:
        yield Fault(
            (),
            f"a {kind.noun} has no conditions, so nobody can be excused in it; attach it where it"
            " holds for everybody, or give the excused OU or account a variant with other params",
        )
        return
    for one in statements(document):
        path = ("Statement", one.index)
        if not isinstance(one.value, dict) or one.value.get("Effect") != "Deny":
            yield Fault(
                path,
                "this allows, and an exemption frees from a Deny; write the guardrail as a Deny,"
                " or attach another one to the excused OU or account",
            )
        elif not _is_condition(one.value.get("Condition", {})):
            yield Fault((*path, "Condition"), "a condition is an object of operators")
    for exemption in exemptions:
        yield from _subject_faults(kind, exemption)
    if len(needed(kind, exemptions)) > MAX_RENDERINGS:
        yield Fault((), _CROWDED)


def _subject_faults(kind: PolicyType, exemption: Exemption) -> Iterator[Fault]:
    if not groups(exemption):
        yield Fault((), "this exemption names nobody")
    if exemption.principals and exemption.ous:
        yield Fault(
            (),
            "principals are excused in accounts, not in OUs: name the accounts, or excuse the OUs"
            " in an exemption of their own",
        )
    for arn in exemption.principals:
        if not ARN.fullmatch(arn):
            yield Fault((), f'"{arn}" is not the ARN of a role or user')
        elif account_of(arn) == "*" and _by_resource(kind):
            yield Fault(
                (),
                f'"{arn}" names every account there is, and a {kind.noun} is asked about all of'
                " them; name the accounts",
            )


def _is_condition(condition: Any) -> bool:
    return isinstance(condition, dict) and all(
        isinstance(keys, dict) for keys in condition.values()
    )


def _distinct_sids(written: Sequence[dict[str, Any]]) -> None:
    # IAM wants Sids unique within a document, of letters and digits.
    used: set[str] = set()
    for statement in written:
        sid = statement.get("Sid")
        if not isinstance(sid, str):
            continue
        name, count = sid, 1
        while name in used:
            count += 1
            name = f"{sid}Widened{count - 1}"
        used.add(name)
        statement["Sid"] = name


__all__ = [
    "Exempted",
    "Exemption",
    "exempted",
    "needed",
    "role_arns",
    "tokens",
    "where_it_denies",
    "widenings",
    "with_paths",
    "with_tokens",
]
