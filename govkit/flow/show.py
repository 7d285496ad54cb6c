"""The stories of `govkit show`: the tree, the limits, the exemptions, and one thing by any name."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from govkit.errors import UsageError
from govkit.flow.compare import Bank, Question, compared
from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.pin import pins
from govkit.kinds.policy import Policy
from govkit.kinds.release import releases
from govkit.kinds.root import Root
from govkit.layout.read import read
from govkit.layout.suggest import did_you_mean
from govkit.model.address import ROOT, Address
from govkit.model.call import Ids
from govkit.model.resource import Resource, facts
from govkit.model.state import State
from govkit.model.wanted import SideDoor, Wanted
from govkit.plan.budget import Used, used
from govkit.report import Node, drawn, ways_out, ways_out_text


def _bank(question: Question, bank: Bank | None) -> tuple[Wanted, State, Ids]:
    if bank is None:
        wanted = read(question.layout, today=question.today)
        return wanted, wanted.state, Ids()
    both = compared(question, bank)
    return both.wanted, both.meeting.live, both.meeting.ids


def tree(question: Question, bank: Bank | None) -> str:
    """Return the OUs with their accounts and guardrails, as the layout (or AWS) has them."""
    wanted, state, ids = _bank(question, bank)
    attached: defaultdict[Address, list[str]] = defaultdict(list)
    for attachment in state.all(Attachment):
        attached[attachment.target].append(_short(attachment.policy, state))
    below: defaultdict[Address, list[OrganizationalUnit | Account]] = defaultdict(list)
    accounts: list[OrganizationalUnit | Account] = [*state.all(Account)]
    for resident in [*accounts, *state.all(OrganizationalUnit)]:
        below[resident.parent].append(resident)

    def node(address: Address, line: str) -> Node:
        residents = sorted(below[address], key=lambda one: one.address)
        return Node(
            line + _brackets(attached[address]),
            [node(one.address, _line(one, wanted, ids)) for one in residents],
        )

    return drawn(node(ROOT, f"/  {wanted.organization or ''}".rstrip()))


def _short(policy: Address, state: State) -> str:
    found = state.get(policy)
    return found.name if isinstance(found, Policy) else policy.path.partition("/")[2]


def _brackets(names: Sequence[str]) -> str:
    own = sorted(name for name in names if name not in {"FullAWSAccess", "RCPFullAWSAccess"})
    return f"  [{', '.join(own)}]" if own else ""


def _line(resident: OrganizationalUnit | Account, wanted: Wanted, ids: Ids) -> str:
    if isinstance(resident, OrganizationalUnit):
        return f"{resident.name}/"
    claim = wanted.claims.get(resident.address)
    given = ids.get(resident.address) or (claim.id if claim else None) or "no ID yet"
    state = "" if resident.state == "ACTIVE" else f" ({resident.state})"
    key = resident.address.path
    return f"{key}{'' if key == given else f' {given}'}{state}"


def limits(question: Question, bank: Bank | None) -> tuple[Used, ...]:
    """Return per target and type how many policies and characters are used, and by whom."""
    wanted, state, _ = _bank(question, bank)
    root = state.get(ROOT)
    partition = root.partition if isinstance(root, Root) else "aws"
    return used(state, wanted, partition, offline=bank is None)


def exemptions(question: Question, bank: Bank | None) -> str:
    """Return every way out there is, with owner and end; pins only where AWS is asked."""
    wanted, state, _ = _bank(question, bank)
    found = None if bank is None else tuple(_pins(state, question.moment))
    return ways_out_text(ways_out(wanted, found))


def _pins(state: State, now: datetime) -> Iterator[SideDoor]:
    for pin in pins(state, now):
        what = f"{pin.policy.path} is off {pin.target}"
        yield SideDoor("pin", f"{what}: {pin.reason}", owner=pin.who, until=pin.until)
    for one in releases(state, now):
        what = f"{one.held} is out of {one.policy.path}"
        yield SideDoor("pin", f"{what}: {one.reason}", owner=one.who, until=one.until)


def about(question: Question, bank: Bank | None, name: str) -> str:
    """Return everything known of one thing, named by key, ID, ARN, e-mail, path or name."""
    wanted, state, ids = _bank(question, bank)
    found = [one for one in state if name in _names(one, wanted, ids)]
    if not found:
        known = sorted({each for one in state for each in _names(one, wanted, ids)})
        hint = did_you_mean(name, known) or ("" if bank else "Ask AWS too: govkit show NAME --live")
        raise UsageError("Nothing of that name", f"{name} is not in what was looked at.", hint)
    return "\n".join(_told(one, wanted, ids, state) for one in found)


def _names(one: Resource, wanted: Wanted, ids: Ids) -> set[str]:
    names = {str(one.address), one.address.path, one.address.path.lstrip("/")}
    given = ids.get(one.address)
    if given:
        names |= {given}
    claim = wanted.claims.get(one.address)
    match one:
        case Account():
            names |= {one.email or "", one.name or "", (claim.id if claim else None) or ""}
        case Policy():
            names |= {one.name, one.guardrail or ""}
        case _:
            pass
    return names - {""}


def _told(one: Resource, wanted: Wanted, ids: Ids, state: State) -> str:
    origin = wanted.origin(one.address)
    claim = wanted.claims.get(one.address)
    known = ids.get(one.address) or (claim.id if claim else None)
    head = {"address": str(one.address), "id": known}
    attached = [
        _short(each.policy, state) for each in state.all(Attachment) if each.target == one.address
    ]
    targets = [str(each.target) for each in state.all(Attachment) if each.policy == one.address]
    more = {
        **({"attached": sorted(attached)} if attached else {}),
        **({"targets": sorted(targets)} if targets else {}),
        **({"origin": str(origin)} if origin else {}),
    }
    return json.dumps({**head, **facts(one), **more}, indent=2, ensure_ascii=False) + "\n"
