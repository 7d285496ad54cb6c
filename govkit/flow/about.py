"""The story of `govkit show THING`: all that is known of one thing, by any of its names."""

import json
from collections.abc import Iterator

from govkit.errors import UsageError
from govkit.flow.compare import Bank, Question
from govkit.flow.show import looked, short_name
from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy
from govkit.kinds.root import Root
from govkit.model.address import ROOT, Address
from govkit.model.call import Ids
from govkit.model.resource import Json, Resource, facts
from govkit.model.state import State
from govkit.model.suggest import did_you_mean
from govkit.model.wanted import Wanted


def about(question: Question, bank: Bank | None, name: str) -> str:
    """Return everything known of one thing, named by key, ID, ARN, e-mail, path or name."""
    wanted, state, ids = looked(question, bank)
    asked = _plain(name)
    things = [*state, *([] if ROOT in state else [_root_of(wanted)])]
    found = [one for one in things if asked in _folded(_names(one, wanted, ids))]
    gone = [one for one in wanted.absent if asked in _folded(_written(one)) and one not in state]
    if not found and not gone:
        known = sorted({each for one in things for each in _names(one, wanted, ids)})
        ask = "" if bank else f"Ask AWS too:\n    govkit show {name} --live"
        raise UsageError(
            "Nothing of that name",
            f"{name} is not in what was looked at.",
            did_you_mean(asked, known) or ask,
        )
    told = [_told(one, wanted, ids, state) for one in found]
    return "\n".join(told + [_absent(one, wanted) for one in sorted(gone)])


def _plain(name: str) -> str:
    """Return the name in lower case; of an ARN the ID that it is about."""
    lower = name.casefold()
    if not lower.startswith("arn:"):
        return lower
    _, _, service, _, account, *resource = lower.split(":", 5)
    if service == "organizations" and resource:
        return resource[0].rpartition("/")[2]
    return account or lower


def _written(address: Address) -> set[str]:
    return {str(address), address.path, address.path.lstrip("/")} - {""}


def _folded(names: set[str]) -> set[str]:
    return {name.casefold() for name in names}


def _names(one: Resource, wanted: Wanted, ids: Ids) -> set[str]:
    claim = wanted.claims.get(one.address)
    given = {ids.get(one.address), claim.id if claim else None}
    match one:
        case Account():
            given |= {one.email, one.name}
        case Policy():
            given |= {one.name, one.guardrail, f"guardrail:{one.guardrail}"}
        case Root():
            given |= {one.organization}
        case _:
            pass
    return _written(one.address) | {each for each in given if each}


def _root_of(wanted: Wanted) -> Root:
    return Root(wanted.organization or "", wanted.management_account or "")


def _told(one: Resource, wanted: Wanted, ids: Ids, state: State) -> str:
    claim = wanted.claims.get(one.address)
    known = ids.get(one.address) or (claim.id if claim else None)
    head = {"address": str(one.address), "id": known}
    return _json({**head, **facts(one), **dict(_beside(one, wanted, state))})


def _beside(one: Resource, wanted: Wanted, state: State) -> Iterator[tuple[str, Json]]:
    """Yield what other things say of this one; nothing where they say nothing."""
    attached: dict[Address, list[Address]] = {}
    for each in state.all(Attachment):
        attached.setdefault(each.target, []).append(each.policy)
    if own := _short_names(attached.get(one.address, []), state):
        yield "attached", list[Json](own)
    above = {
        target.path: list[Json](names)
        for target in _above(one, state)
        if (names := _short_names(attached.get(target, []), state))
    }
    if above:
        yield "inherited", dict[str, Json](above)
    if targets := sorted(str(each) for each, held in attached.items() if one.address in held):
        yield "targets", list[Json](targets)
    if residents := _residents(one, state):
        yield "residents", list[Json](residents)
    if isinstance(one, Policy) and (key := (one.guardrail or "").partition(".")[0]):
        guardrail = wanted.guardrails.get(key)
        if guardrail is not None:
            yield "mode", "preview" if guardrail.preview else "enforce"
            yield "severity", guardrail.severity
            yield "exemptions", [way.key for way in wanted.exemptions if key in way.guardrails]
    if one.address in wanted.protected:
        yield "protect", True
    if origin := wanted.origin(one.address):
        yield "origin", str(origin)


def _short_names(policies: list[Address], state: State) -> list[str]:
    return sorted(short_name(policy, state) for policy in policies)


def _above(one: Resource, state: State) -> list[Address]:
    """Return what is above an account or OU, the root first."""
    chain: list[Address] = []
    here: Resource | None = one
    while isinstance(here, Account | OrganizationalUnit) and here.parent not in chain:
        chain.append(here.parent)
        here = state.get(here.parent)
    return chain[::-1]


def _residents(one: Resource, state: State) -> list[str]:
    accounts = [each.address for each in state.all(Account) if each.parent == one.address]
    ous = [each.address for each in state.all(OrganizationalUnit) if each.parent == one.address]
    return sorted(str(address) for address in accounts + ous)


def _absent(address: Address, wanted: Wanted) -> str:
    origin = wanted.origin(address)
    return _json({"address": str(address), "absent": True, "origin": str(origin or "")})


def _json(value: dict[str, Json]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
