"""The stories of `govkit show`: the tree, the limits, the exemptions."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from govkit.flow.compare import Bank, Question, compared
from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.pin import pins
from govkit.kinds.policy import Policy
from govkit.kinds.release import releases
from govkit.kinds.root import Root
from govkit.layout.read import read
from govkit.model.address import ROOT, Address
from govkit.model.call import Ids
from govkit.model.state import State
from govkit.model.wanted import SideDoor, Wanted
from govkit.plan.budget import Used, used
from govkit.report import Node, drawn, ways_out, ways_out_text


def looked(question: Question, bank: Bank | None) -> tuple[Wanted, State, Ids]:
    """Return what the layout asks for, and the state to be shown: its own, or AWS's."""
    if bank is None:
        wanted = read(question.layout, today=question.today)
        return wanted, wanted.state, Ids()
    both = compared(question, bank)
    return both.wanted, both.meeting.live, both.meeting.ids


def tree(question: Question, bank: Bank | None) -> str:
    """Return the OUs with their accounts and guardrails, as the layout (or AWS) has them."""
    wanted, state, ids = looked(question, bank)
    attached: defaultdict[Address, list[str]] = defaultdict(list)
    for attachment in state.all(Attachment):
        attached[attachment.target].append(short_name(attachment.policy, state))
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


def short_name(policy: Address, state: State) -> str:
    """Return a policy's name, also where the state has no such policy."""
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
    wanted, state, _ = looked(question, bank)
    return room(wanted, state, offline=bank is None)


def room(wanted: Wanted, state: State, *, offline: bool) -> tuple[Used, ...]:
    """Return per target and type what a state uses of AWS's limits; `offline` where AWS was not asked."""
    root = state.get(ROOT)
    partition = root.partition if isinstance(root, Root) else wanted.partition
    return used(state, wanted, partition, offline=offline)


def exemptions(question: Question, bank: Bank | None) -> str:
    """Return every way out there is, with owner and end; pins only where AWS is asked."""
    wanted, state, _ = looked(question, bank)
    found = None if bank is None else tuple(_pins(state, question.moment))
    return ways_out_text(ways_out(wanted, found))


def _pins(state: State, now: datetime) -> Iterator[SideDoor]:
    for pin in pins(state, now):
        what = f"{pin.policy.path} is off {pin.target}"
        yield SideDoor("pin", f"{what}: {pin.reason}", owner=pin.who, until=pin.until)
    for one in releases(state, now):
        what = f"{one.held} is out of {one.policy.path}"
        yield SideDoor("pin", f"{what}: {one.reason}", owner=one.who, until=one.until)
