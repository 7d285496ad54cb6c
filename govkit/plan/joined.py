"""Documents for a while: two joined or what they share, and statements in a policy of their own."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import product
from typing import Any

from govkit.kinds.policy import Policy, temporary
from govkit.plan.covers import within
from govkit.plan.ground import is_deny
from govkit.policies.document import Document, Statement, of, statements

Fits = Callable[[Document], bool]


def meetings(old: Document, new: Document) -> Iterator[Document]:
    """Yield documents on the way from one to another: all of both, or only what both say.

    Denies and Allows are joined, or reduced, apart from each other.
    """
    seen = {old, new}
    for denies, allows in ((all, all), (any, all), (all, any), (any, any)):
        found = _joined(old, new, shared_denies=denies is any, shared_allows=allows is any)
        if found is not None and found not in seen:
            seen.add(found)
            yield found


def overlaps(some: Iterable[Statement], others: Iterable[Statement]) -> set[Statement]:
    """Return statements that say what one of some and one of the others both say, as far as that is plain."""
    pairs = product(sorted(some, key=str), sorted(others, key=str))
    return {found for one, other in pairs if (found := _overlap(one, other)) is not None}


def _overlap(one: Statement, other: Statement) -> Statement | None:
    """Return the actions listed by both, under the conditions of both; the rest must be the same."""
    first, second = _apart(one), _apart(other)
    listed = {name.lower() for name in second["Action"]}
    actions = [name for name in first.pop("Action") if name.lower() in listed]
    tests, more = first.pop("Condition"), second.pop("Condition")
    del second["Action"]
    if (
        not actions
        or first != second
        or any(tests[name] != more[name] for name in tests.keys() & more.keys())
    ):
        return None
    said: dict[str, Any] = {**first, "Action": actions}
    if tests or more:
        said["Condition"] = {**tests, **more}
    (found,) = statements(of({"Statement": [said]}))
    return found


def _apart(said: Statement) -> dict[str, Any]:
    """Return a statement without its Sid, its actions and conditions always there."""
    value = {name: part for name, part in said.value.items() if name != "Sid"}
    actions = value.get("Action", [])
    listed = actions if isinstance(actions, list) else [actions]
    return {**value, "Action": listed, "Condition": value.get("Condition", {})}


def with_more(document: Document, more: Iterable[Statement]) -> Document:
    """Return a document that says more statements, too."""
    return _document(document, (*statements(document), *map(_nameless, more)))


def temporaries(
    said: Iterable[Statement], kind: str, owner: str, fits: Fits, part: Collection[str] = ()
) -> tuple[Policy, ...]:
    """Return as few policies as hold the statements.

    Their names tell what they say, and for which part (`--only`) of whose plan: no more.
    """
    found: list[list[Statement]] = []
    for statement in sorted(set(said), key=str):
        if found and fits(_of(*found[-1], statement)):
            found[-1].append(statement)
        else:
            found.append([statement])
    documents = [_of(*together) for together in found]
    return tuple(_temporary(one, kind, owner, part) for one in documents if fits(one))


def token(document: Document, kind: str, owner: str, part: Collection[str]) -> str:
    """Return the tag's value and the end of the name: another one for each part of a plan."""
    text = "\n".join([owner, kind, document.canonical, *sorted({*part})])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def made_for(policy: Policy, owner: str, part: Collection[str]) -> bool:
    """Tell whether a temporary policy is of a part of a layout's plans.

    It may say more than when it was made: what came later stands behind that, for others' sake.
    """
    said = statements(policy.document)
    return any(
        policy.temporary == token(_of(*said[:count]), policy.type, owner, part)
        for count in range(len(said), 0, -1)
    )


def _temporary(document: Document, kind: str, owner: str, part: Collection[str]) -> Policy:
    given = token(document, kind, owner, part)
    address = temporary(kind, given)
    return Policy(
        address,
        kind,
        address.path.partition("/")[2],
        document,
        description="Made by govkit for the time of a plan; the next plan clears it away.",
        layout=owner,
        temporary=given,
    )


def _joined(
    old: Document, new: Document, *, shared_denies: bool, shared_allows: bool
) -> Document | None:
    if old.value.get("Version") != new.value.get("Version"):
        return None  # what `${…}` means differs
    then, soon = statements(old), statements(new)
    if not all(isinstance(one.value, dict) for one in (*then, *soon)):
        return None
    kept = [
        one
        for mine, theirs in ((then, soon), (soon, then))
        for one in mine
        if within(one, theirs) or not (shared_denies if is_deny(one) else shared_allows)
    ]
    return _document(new, kept) if kept else None


def _of(*said: Statement) -> Document:
    return _document(of({"Version": "2012-10-17", "Statement": []}), [*map(_nameless, said)])


def _nameless(said: Statement) -> Statement:
    """Return a statement without its Sid, which has to be the only one of its name in a document."""
    value = {name: part for name, part in said.value.items() if name != "Sid"}
    return Statement(said.canonical, said.index, value)


def _document(like: Document, said: Sequence[Statement]) -> Document:
    """Return a document of these statements, each once; of two with the same Sid one loses it."""
    sids: set[str] = set()
    values = []
    for statement in dict.fromkeys(said):
        value = dict(statement.value)
        if statement.sid in sids:
            del value["Sid"]
        sids.add(statement.sid or "")
        values.append(value)
    return of({**like.value, "Statement": values}, like.grammar)
