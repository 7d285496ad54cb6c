"""Which live policies are a guardrail's: by their tags, else by type and name, to be adopted."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from govkit.kinds._documents import org_path
from govkit.kinds._tags import WHILE
from govkit.model.address import ROOT, Address
from govkit.model.call import Ids
from govkit.model.finding import Finding, Severity
from govkit.model.kind import Recognition
from govkit.model.state import State
from govkit.model.wanted import Wanted
from govkit.policies.document import Document, statements
from govkit.policies.paths import with_tokens

ADOPT = "adopt"


def recognise(wanted: Wanted, live: State, ids: Ids) -> Recognition:
    """Return which live policies are the layout's.

    What carries its tag is, also under a guardrail's old key; what has the right type and name is
    taken over where it says the same or the guardrail says `adopt: true`, else the plan is refused.
    """
    theirs: list[Any] = [one for one in live if one.address.kind == "policy" and not _managed(one)]
    names = {
        one.address: Address("policy", f"{one.type}/{WHILE}{one.temporary}")
        for one in theirs
        if one.temporary is not None and one.layout == wanted.layout
    }
    findings: list[Finding] = []
    for address, claimants in sorted(_tagged(wanted, theirs).items()):
        chosen = _chosen(claimants, wanted)
        if chosen is None:
            findings.append(_several(address, claimants, wanted))
        else:
            names[chosen.address] = address
    known = set(names.values())
    by_name = {(one.type, one.name): one for one in theirs if one.address not in names}
    paths = _paths(live, ids)
    for policy in _without(wanted, known):
        found = by_name.get((policy.type, policy.name))
        if found is None:
            continue
        problem = _objection(policy, found, wanted, paths)
        if problem is None:
            names[found.address] = policy.address
        else:
            findings.append(problem)
    return Recognition(names, tuple(findings))


def _managed(policy: Any) -> bool:
    return bool(policy.aws_managed)


def _without(wanted: Wanted, known: set[Address]) -> Iterator[Any]:
    for one in wanted.state:
        if one.address.kind == "policy" and one.address not in known and not _managed(one):
            yield one


def _tagged(wanted: Wanted, theirs: list[Any]) -> Mapping[Address, list[Any]]:
    renamed = {
        one.was: key
        for key, one in wanted.guardrails.items()
        if one.was not in (None, *wanted.guardrails)
    }
    found: defaultdict[Address, list[Any]] = defaultdict(list)
    for policy in theirs:
        if policy.guardrail is None or policy.layout not in (None, wanted.layout):
            continue
        key, dot, variant = policy.guardrail.partition(".")
        address = Address("policy", f"{policy.type}/{renamed.get(key, key)}{dot}{variant}")
        # Without an owner's name it is ours only where the layout asks for it.
        if policy.layout is not None or address in wanted.state:
            found[address].append(policy)
    return found


def _chosen(claimants: list[Any], wanted: Wanted) -> Any | None:
    owned = [one for one in claimants if one.layout == wanted.layout]
    among = owned or claimants
    return among[0] if len(among) == 1 else None


def _several(address: Address, claimants: list[Any], wanted: Wanted) -> Finding:
    which = ", ".join(sorted(one.address.path.partition("/")[2] for one in claimants))
    return Finding(
        "GK203",
        Severity.ERROR,
        str(address),
        f"Several policies carry the tag of {address.path}: {which}.",
        "Remove the tag govkit:guardrail from all but one.",
        _origin(address, wanted),
    )


def _objection(policy: Any, found: Any, wanted: Wanted, paths: Mapping[str, str]) -> Finding | None:
    """Return why a policy of the right type and name is not taken over, or None."""
    which = f"{found.name} ({found.address.path.partition('/')[2]})"
    where = _origin(policy.address, wanted)
    if found.layout not in (None, wanted.layout):
        return Finding(
            "GK204",
            Severity.ERROR,
            str(policy.address),
            f'Policy {which} has the name of {policy.address.path}, and layout "{found.layout}" owns it.',
            "Choose another name for one of them.",
            where,
        )
    if _taken_over(policy, wanted):
        return None
    differs = _difference(with_tokens(found.document, paths), policy.document)
    if differs is None:
        return None
    return Finding(
        ADOPT,
        Severity.ERROR,
        str(policy.address),
        f"Policy {which} has the name of {policy.address.path}, is nobody's, and says something else: "
        f"{differs}.",
        "Write adopt: true on the guardrail to take it over and overwrite it, or choose another name.",
        where,
        rail=ADOPT,
        count=1,
    )


def _taken_over(policy: Any, wanted: Wanted) -> bool:
    guardrail = wanted.guardrails.get(policy.address.path.partition("/")[2].partition(".")[0])
    claim = wanted.claims.get(policy.address)
    return bool((guardrail and guardrail.adopt) or (claim and claim.adopt))


def _difference(live: Document, wanted: Document) -> str | None:
    if live == wanted:
        return None
    there = {str(one): one for one in statements(live)}
    asked = {str(one): one for one in statements(wanted)}
    gone = [_said(one) for text, one in there.items() if text not in asked]
    new = [_said(one) for text, one in asked.items() if text not in there]
    parts = [
        f"{label} {', '.join(found)}"
        for label, found in (("only in AWS", gone), ("only in the layout", new))
        if found
    ]
    return "; ".join(parts) or "the documents differ"


def _said(statement: Any) -> str:
    return statement.sid or f"statement {statement.index + 1}"


def _paths(live: State, ids: Ids) -> Mapping[str, str]:
    found = {
        org_path(address, ids): address.path
        for address in (ROOT, *(one.address for one in live if one.address.kind == "ou"))
    }
    return {path: name for path, name in found.items() if path is not None}


def _origin(address: Address, wanted: Wanted) -> Any:
    key = address.path.partition("/")[2].partition(".")[0]
    return wanted.origin(address) or wanted.origin(Address("guardrail", key))
