"""Makes the plan: the banks' difference, in order, as steps with calls, meaning and judgement."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.config_deployment import ConfigDeployment
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy, is_temporary
from govkit.kinds.root import Root
from govkit.model.address import ROOT, Address
from govkit.model.change import Action, Change
from govkit.model.finding import Finding, Severity
from govkit.model.kind import Kind
from govkit.model.plan import LayoutRef, Plan, Step
from govkit.model.resource import Json, Resource
from govkit.model.state import State
from govkit.model.wanted import Wanted
from govkit.plan.budget import touched, used
from govkit.plan.diff import diff
from govkit.plan.effects import accounts_below, effects
from govkit.plan.ground import SCPS
from govkit.plan.meet import Kinds, Meeting, outside
from govkit.plan.only import Keep, possible
from govkit.plan.order import Ordered, order
from govkit.plan.premises import premises
from govkit.plan.proof import remarks
from govkit.plan.reasons import origin, reason
from govkit.plan.room import GUARDING, Room, ancestors, fixed
from govkit.plan.room import policy_type as type_of
from govkit.plan.watch import given
from govkit.plan.weighing import meanings, weighing
from govkit.policies.limits import Limits
from govkit.policies.types import policy_type

if TYPE_CHECKING:
    from govkit.plan.places import Weights


def make(
    wanted: Wanted,
    meeting: Meeting,
    kinds: Kinds,
    keep: Keep = lambda _: True,
    part: tuple[str, ...] = (),
) -> Plan:
    """Return the plan that leads from the live organization to what the layout wants.

    `keep` chooses the changes that `--only` leaves in, `part` are its selectors; the others are
    counted, not planned, and what they are about is not touched even for a while.
    """
    of = {kind.resource: kind for kind in kinds}
    changes = [
        change
        for change in changes_between(wanted, meeting, of)
        if change.address not in wanted.observed
    ]
    chosen = possible(changes, keep, meeting.live)
    emptied, held = _emptied(chosen, meeting.live)
    kept = _with_what_goes_along(emptied)
    ordered = order(
        kept,
        lambda change: of[type(change.subject)].split(change),
        _room(wanted, meeting, keep, part),
        wanted.layout,
    )
    aside = outside(wanted, meeting)
    after = meeting.live.after(ordered.changes)
    weights = weighing(ordered.changes, meeting.live, meeting.ids, wanted)
    return Plan(
        organization=_organization(meeting),
        as_of=wanted.as_of,
        layout=LayoutRef(wanted.layout, wanted.path, wanted.sha256),
        ours=meeting.ours,
        live=meeting.live,
        ids=meeting.ids,
        steps=_steps(ordered, wanted, meeting, of, weights),
        effects=effects(meeting.live, after, meeting.ids, weights),
        orphans=aside.orphans,
        strangers=aside.strangers,
        findings=(*wanted.findings, *meeting.findings, *held, *_gaps(ordered)),
        left_out=len(changes) - len(emptied),
        budget=_budget(ordered.changes, after, meeting, wanted),
        unseen=meeting.unseen,
    )


def _budget(
    changes: Sequence[Change[Resource]], after: State, meeting: Meeting, wanted: Wanted
) -> tuple[Mapping[str, Json], ...]:
    """Return what the targets that the plan touches use of AWS's limits once it is done."""
    root = meeting.live.get(ROOT)
    partition = root.partition if isinstance(root, Root) else "aws"
    gifts = given(meeting.live, changes) if SCPS in after else lambda _: False
    found = used(after, wanted, partition, touched(changes, after), given=gifts)
    return tuple(one.to_json() for one in found)


def changes_between(
    wanted: Wanted, meeting: Meeting, of: Mapping[type, Kind[Any]]
) -> tuple[Change[Resource], ...]:
    """Return what differs between the layout's state and what is ours of the live one."""
    return diff(
        meeting.desired,
        meeting.ours,
        lambda change: of[type(change.subject)].brings(change, wanted),
    )


def _emptied(
    changes: Sequence[Change[Resource]], live: State
) -> tuple[tuple[Change[Resource], ...], tuple[Finding, ...]]:
    """Leave out the deletion of OUs that would not be empty; AWS refuses it, and rightly."""
    after = live.after(changes)
    residents: dict[Address, list[str]] = {}
    inside: list[Account | OrganizationalUnit] = [*after.all(Account)]
    for resident in [*inside, *after.all(OrganizationalUnit)]:
        residents.setdefault(resident.parent, []).append(str(resident.address))
    held = {
        change.address
        for change in changes
        if isinstance(change.before, OrganizationalUnit)
        and change.after is None
        and change.address in residents
    }
    if not held:
        return tuple(changes), ()
    kept, findings = _emptied([one for one in changes if one.address not in held], live)
    return kept, (*(_not_empty(one, residents[one]) for one in sorted(held)), *findings)


def _with_what_goes_along(
    changes: Sequence[Change[Resource]],
) -> tuple[Change[Resource], ...]:
    """Let OUs that go take their attachments along, as AWS does: it would refuse the last one."""
    gone = {
        change.address
        for change in changes
        if isinstance(change.before, OrganizationalUnit) and change.after is None
    }
    taken: dict[Address, list[Address]] = {address: [] for address in gone}
    kept = []
    for change in changes:
        before = change.before
        if isinstance(before, Attachment) and change.after is None and before.target in gone:
            taken[before.target].append(change.address)
        else:
            kept.append(change)
    return tuple(
        replace(change, takes=tuple(taken[change.address])) if change.address in gone else change
        for change in kept
    )


def _not_empty(address: Address, residents: Sequence[str]) -> Finding:
    return Finding(
        "GK302",
        Severity.WARNING,
        str(address),
        f"{address} is to be absent and is not empty: it stays, with {', '.join(residents[:5])}"
        f"{' and more' if len(residents) > 5 else ''}.",  # noqa: PLR2004 - as many as a line holds
        "Move the accounts to another OU in the layout; then it is deleted.",
    )


def _organization(meeting: Meeting) -> str:
    root = meeting.live.get(ROOT)
    return root.organization if isinstance(root, Root) else ""


def _room(wanted: Wanted, meeting: Meeting, keep: Keep, part: tuple[str, ...]) -> Room:
    root = meeting.live.get(ROOT)
    partition = root.partition if isinstance(root, Root) else "aws"

    def limits(key: str) -> Limits:
        return policy_type(key).limits_in(partition, wanted.limits.get(key, {}))

    def cared(address: Address) -> bool:
        found = meeting.desired.get(address) or meeting.ours.get(address)
        return found is not None and keep(Change(None, found))

    return Room(
        meeting.live,
        lambda key: limits(key).attachments - fixed(key),
        lambda key: limits(key).characters,
        lambda key: limits(key).policies,
        cared,
        part,
    )


def _steps(
    ordered: Ordered,
    wanted: Wanted,
    meeting: Meeting,
    of: Mapping[type, Kind[Any]],
    weights: "Weights | None",
) -> tuple[Step, ...]:
    reach = _reach(ordered.changes, meeting)
    told = meanings(ordered.changes, meeting.live, weights)
    relied = premises(meeting.live, ordered.changes)
    return tuple(
        Step(
            id=f"s{position + 1}",
            change=change,
            verb=of[type(change.subject)].verb(change),
            reason=ordered.temporary.get(position) or reason(change, wanted, meeting.replaced),
            authority=of[type(change.subject)].authority.value,
            calls=tuple(of[type(change.subject)].lower(change, meeting.ids)),
            needs=_names({*ordered.after[position], *ordered.tied[position]}),
            tied=_names(ordered.tied[position]),
            origin=origin(change, wanted, meeting.replaced),
            accounts=reach.get(change.address, 0),
            destructive=change.action is Action.DELETE or _closes(change),
            meaning=told[position],
            relies=relied[position],
            temporary=position in ordered.temporary or _is_left_over(change),
        )
        for position, change in enumerate(ordered.changes)
    )


def _names(positions: Iterable[int]) -> tuple[str, ...]:
    """Return the IDs of steps by their positions."""
    return tuple(f"s{position + 1}" for position in sorted(positions))


def _is_left_over(change: Change[Resource]) -> bool:
    """Tell what an earlier plan made for a while and did not come to clear away."""
    subject = change.subject
    named = subject.policy if isinstance(subject, Attachment) else subject.address
    return isinstance(subject, Attachment | Policy) and is_temporary(named)


def _closes(change: Change[Resource]) -> bool:
    return isinstance(change.after, Account) and change.after.state == "CLOSED"


def _reach(changes: Sequence[Change[Resource]], meeting: Meeting) -> Mapping[Address, int]:
    """Return how many accounts each change touches, by the change's address."""
    places: dict[Address, set[Address]] = {}
    holders: dict[Address, set[Address]] = {}
    for attachment in (*meeting.live.all(Attachment), *meeting.desired.all(Attachment)):
        holders.setdefault(attachment.policy, set()).add(attachment.target)
    for change in changes:
        match change.subject:
            case Attachment() as attachment:
                places[change.address] = {attachment.target}
            case Policy() as policy:
                places[change.address] = holders.get(policy.address, set())
            case Account() | OrganizationalUnit():
                places[change.address] = {change.address}
            case ConfigDeployment(unit=unit):
                places[change.address] = {unit}
            case _:
                continue
    everywhere = {target for targets in places.values() for target in targets}
    after = meeting.live.after(changes)
    below = {bound: accounts_below(after, everywhere, bound=bound) for bound in (True, False)}
    return {
        address: sum(below[_binds(address)][one] for one in _topmost(targets, meeting))
        for address, targets in places.items()
    }


def _binds(address: Address) -> bool:
    """Tell whether a policy, or an attachment of one, is of a type that decides about requests."""
    return address.kind in {"policy", "attachment"} and type_of(address) in GUARDING


def _topmost(targets: set[Address], meeting: Meeting) -> set[Address]:
    """Leave out targets below another one, so that no account is counted twice."""
    return {
        target
        for target in targets
        if not any(above in targets for above in ancestors(target, meeting.live))
    }


def _gaps(ordered: Ordered) -> tuple[Finding, ...]:
    """Return what the proof of the order has to say, and what it does not look at."""
    return remarks(ordered.lapses, ordered.changes) + tuple(
        Finding(
            "GK301",
            Severity.WARNING,
            str(change.address),
            f"{change.address.path} is detached before its replacement is attached: "
            "the target has no room for both, and nothing above it holds the policy.",
            "Free a slot on the target first, or attach the replacement above it.",
        )
        for change in ordered.released_early
        if isinstance(change.before, Attachment) and type_of(change.before.policy) not in GUARDING
    )
