"""Proves an exemption: exactly those who are named are freed, of exactly what is meant, and nobody else."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from govkit.access.chain import Chain
from govkit.access.compare import FULL_ACCESS, described
from govkit.access.difference import Change, Difference, difference
from govkit.access.statement import Level, Policy, policy
from govkit.access.verdict import Kind
from govkit.policies.document import Document
from govkit.policies.exempt import needed, tokens, with_paths
from govkit.policies.policy_type import PolicyType
from govkit.policies.subjects import Exemption, Group, groups

_ANY = {"account": "StringEquals", "principal": "ArnLike", "ou": "ForAnyValue:StringLike"}
_NONE = {
    "account": "StringNotEquals",
    "principal": "ArnNotLike",
    "ou": "ForAllValues:StringNotLike",
}
Walls = list[dict[str, Any]]

_NOTHING = policy("nothing", {"Statement": []})
_EVERYBODY = policy("FullAWSAccess", FULL_ACCESS)


@dataclass(frozen=True, slots=True)
class Freed:
    """What an exemption did to a document: `before` it, `after` it, and what holds for the named.

    `widened` are the renderings for those whom a set of exemptions names, by their indexes.
    """

    kind: PolicyType
    before: Document
    after: Document
    exemptions: tuple[Exemption, ...]
    widened: Mapping[tuple[int, ...], Document]


@dataclass(frozen=True, slots=True)
class Flaw:
    """Requests that are answered otherwise than they should be, or why that was not decided."""

    among: str
    certain: bool
    detail: str


def flaws(freed: Freed) -> Iterator[Flaw]:
    """Yield where a document does not free exactly whom its exemptions name; nothing is the proof.

    Everybody is in one of three places, and each is compared by itself, behind a fence that denies
    everything elsewhere: who is named by none is answered as before; who is named by one that
    lifts is not denied at all; who is named by a set of those that widen, and by no other, is
    answered by that set's rendering. An account is in one place: a request whose paths are in two
    OUs that are apart cannot be, and is left out.
    """
    kind, own = Kind(freed.kind.key), freed.exemptions
    apart = list(_apart(freed.kind, own))
    after = _read(freed.after)
    before = _read(freed.before)
    lifting = [one for one in own if not one.widens]
    yield from _flaw("who is not named", before, after, _outside(freed.kind, own) + apart, kind)
    if lifting:
        fence = _inside(freed.kind, lifting)
        yield from _flaw("who is freed of it all", _NOTHING, after, fence + apart, kind)
    for chosen in needed(freed.kind, own):
        fence = [one for index in chosen for one in _inside(freed.kind, [own[index]])]
        others = [one for index, one in enumerate(own) if index not in chosen]
        fence += _outside(freed.kind, others)
        wide = _read(freed.widened[chosen])
        yield from _flaw("for whom it is widened", wide, after, fence + apart, kind)


def _flaw(among: str, meant: Policy, found: Policy, fence: Walls, kind: Kind) -> Iterator[Flaw]:
    walls = policy("fence", {"Version": "2012-10-17", "Statement": fence})
    told = difference(_chain(meant, walls, kind), _chain(found, walls, kind))
    if told.change is Change.UNKNOWN:
        yield Flaw(among, certain=False, detail="; ".join(told.unknown))
    elif told.change is not Change.EQUAL:
        yield Flaw(among, certain=True, detail=_witness(told))


def _chain(one: Policy, walls: Policy, kind: Kind) -> Chain:
    return Chain(kind, (Level("target", (_EVERYBODY, one, walls)),))


def _witness(told: Difference) -> str:
    shown = described(told)
    first = [*shown["newly_allowed"], *shown["newly_denied"]][0]["witness"]
    return f"{first['action']} on {first['resource']} with {first['context']}"


def _outside(kind: PolicyType, exemptions: Iterable[Exemption]) -> Walls:
    """Return a fence around everybody whom none of the exemptions names."""
    every = [group for one in exemptions for group in groups(one)]
    return [_wall([{_ANY[group.sort]: {_key(kind, group): _values(group)}}]) for group in every]


def _inside(kind: PolicyType, exemptions: Sequence[Exemption]) -> Walls:
    """Return a fence around everybody whom one of the exemptions names."""
    every = [group for one in exemptions for group in groups(one)]
    return [_wall([{_NONE[group.sort]: {_key(kind, group): _values(group)}} for group in every])]


def _apart(kind: PolicyType, exemptions: Iterable[Exemption]) -> Iterator[dict[str, Any]]:
    """Yield a wall against each pair of OUs of which neither is below the other."""
    every = {f"{path.strip('/')}/" for one in exemptions for path in one.ous}
    for one, other in combinations(sorted(every), 2):
        if not (one == "/" or other.startswith(one)):
            # The same operator twice, spelled so that both stand in one statement.
            first, second = ([f"{_path(path)}/*"] for path in (one, other))
            yield _wall(
                [
                    {"ForAnyValue:StringLike": {str(kind.paths_key): first}},
                    {"ForAnyValue:StringLikeIfExists": {str(kind.paths_key): second}},
                ]
            )


def _wall(tests: Sequence[Mapping[str, Mapping[str, list[str]]]]) -> dict[str, Any]:
    condition: dict[str, dict[str, list[str]]] = {}
    for test in tests:
        for operator, keys in test.items():
            for key, values in keys.items():
                # None of the one and none of the other is none of both together.
                condition.setdefault(operator, {}).setdefault(key, []).extend(values)
    return {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}


def _key(kind: PolicyType, group: Group) -> str:
    keys = {"account": kind.account_key, "ou": kind.paths_key, "principal": "aws:PrincipalArn"}
    return str(keys[group.sort])


def _values(group: Group) -> list[str]:
    return [f"{_path(one)}/*" for one in group.values] if group.sort == "ou" else [*group.values]


def _read(document: Document) -> Policy:
    known = with_paths(document, {path: _path(path) for path in tokens(document)})
    return policy("document", known.value)


def _path(path: str) -> str:
    return "/".join(["o-0000000000", "r-0000", *filter(None, path.split("/"))])
