"""What somebody changed in AWS: the difference to the layout read backwards, and foreign things."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.delegated_administrator import DelegatedAdministrator
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.pin import Pin
from govkit.kinds.policy import Policy
from govkit.kinds.root import Root
from govkit.kinds.trusted_access import TrustedAccess
from govkit.model.address import ROOT, Address
from govkit.model.change import Action, Change
from govkit.model.finding import Finding, Origin, Severity
from govkit.model.plan import Effect
from govkit.model.resource import Json, Resource, facts
from govkit.model.state import State
from govkit.model.wanted import Wanted
from govkit.plan.document import effect, outsider
from govkit.plan.effects import effects
from govkit.plan.make import changes_between
from govkit.plan.meet import Kinds, Meeting, Outside, ignored, outside
from govkit.plan.only import Keep
from govkit.plan.weighing import beyond, weighing

if TYPE_CHECKING:
    from govkit.plan.places import Weights

FORMAT_VERSION = "1.0"


@dataclass(frozen=True, slots=True)
class Drifted:
    """One thing that is not as the layout wants it. `expected` and `actual` are facts.

    `pinned` is set where somebody took it off, or let somebody out of it, in an emergency, and no
    plan puts that back yet.
    """

    address: Address
    change: str
    expected: Mapping[str, Json] | None
    actual: Mapping[str, Json] | None
    meaning: str
    origin: Origin | None = None
    pinned: Pin | None = None


@dataclass(frozen=True, slots=True)
class Drift:
    """AWS against the layout. `incomplete` names what could not be looked at."""

    organization: str
    items: tuple[Drifted, ...]
    outside: Outside
    meeting: Meeting
    incomplete: tuple[str, ...]
    findings: tuple[Finding, ...]
    effects: tuple[Effect, ...] = ()

    @property
    def in_sync(self) -> bool:
        """Whether nothing drifted, and everything could be looked at."""
        return not self.items and not self.incomplete


def drift(
    wanted: Wanted,
    meeting: Meeting,
    kinds: Kinds,
    incomplete: tuple[str, ...],
    known: Mapping[str, str],
    *,
    keep: Keep = lambda _: True,
    pinned: Iterable[Pin] = (),
    released: Mapping[Address, Pin] | None = None,
) -> Drift:
    """Return what in AWS is not as the layout wants it, by address.

    `known` are the digests of ignored policies at the last apply, by address; `keep` chooses what
    `--only` leaves in; `pinned` keep off what is missing, and are told with it; so are
    policies that differ only by who was `released` from them.
    """
    of = {kind.resource: kind for kind in kinds}
    changes = [one for one in changes_between(wanted, meeting, of) if keep(one)]
    foreign = _foreign(wanted, meeting, keep)
    items = [_read_backwards(change, wanted, of) for change in changes]
    items += [Drifted(one.address, "extra", None, facts(one.subject), "unknown") for one in foreign]
    undoing = [*changes, *(one for one in foreign if isinstance(one.before, Attachment))]
    weights = weighing(undoing, meeting.live, meeting.ids, wanted)
    told = _meanings(undoing, meeting.live, weights)
    items = [replace(item, meaning=told.get(item.address, item.meaning)) for item in items]
    items += _expired(wanted)
    items += _edited(wanted, meeting, known)
    held = {**{pin.attachment: pin for pin in pinned}, **(released or {})}
    items = [replace(item, pinned=held.get(item.address)) for item in items]
    root = meeting.live.get(ROOT)
    return Drift(
        root.organization if isinstance(root, Root) else "",
        tuple(sorted(items, key=lambda item: (item.address, item.change))),
        outside(wanted, meeting),
        meeting,
        incomplete,
        (*wanted.findings, *(one for one in meeting.findings if one.severity > Severity.NOTE)),
        effects(meeting.live.after(undoing), meeting.live, meeting.ids, weights),
    )


def _meanings(
    changes: Sequence[Change[Resource]], live: State, weights: "Weights | None"
) -> Mapping[Address, str]:
    """Return what it means that AWS is not as the layout wants it, change by change."""
    known = {one.address: "unknown" if _unclear(one) else "equivalent" for one in changes}
    if weights is None:
        return known
    from govkit.plan.meaning import read_backwards
    from govkit.plan.places import Places

    places, missing = Places(live, weights), _missing(changes)
    for one in changes:
        if isinstance(one.after, OrganizationalUnit) and one.before is None:
            places.take(one)
    return known | {
        one.address: read_backwards(places, _with_what_it_needs(one, missing))
        for one in changes
        if _weighable(one)
    }


def _weighable(change: Change[Resource]) -> bool:
    if isinstance(change.before, Account) and isinstance(change.after, Account):
        return change.before.parent != change.after.parent
    return isinstance(change.subject, Attachment | Policy) and not beyond(change)


def _unclear(change: Change[Resource]) -> bool:
    """Tell a change that nobody can weigh: not one of names or tags, nor of an OU that is missing."""
    match change.before, change.after:
        case (Account() | None, Account() | None):
            return True
        case OrganizationalUnit(), None:
            return True
        case _:
            return beyond(change)


def _read_backwards(change: Change[Resource], wanted: Wanted, of: Mapping[type, Any]) -> Drifted:
    before, after = change.facts()
    verb = of[type(change.subject)].verb(change)
    match change.action:
        case Action.CREATE:
            word = "missing"
        case Action.DELETE:
            word = "extra"
        case Action.UPDATE:
            word = "moved" if verb == "move" or "parent" in (before or {}) else "changed"
    return Drifted(
        change.address,
        word,
        after,
        before,
        "unknown",
        wanted.origin(change.address),
    )


def _with_what_it_needs(
    change: Change[Resource], missing: Mapping[Address, Sequence[Change[Resource]]]
) -> tuple[Change[Resource], ...]:
    """Return a change with the others without which it says nothing: a policy and its attachments."""
    subject = change.subject
    policy = subject.policy if isinstance(subject, Attachment) else change.address
    others = missing.get(policy, ()) if change.before is None else ()
    if change in others and isinstance(subject, Policy):
        return tuple(others)
    return (*(one for one in others if isinstance(one.subject, Policy)), change)


def _missing(changes: Sequence[Change[Resource]]) -> Mapping[Address, Sequence[Change[Resource]]]:
    """Return the policies that are not there, each with the changes that make and attach it."""
    found: dict[Address, list[Change[Resource]]] = {
        one.address: [one]
        for one in changes
        if one.before is None and isinstance(one.after, Policy)
    }
    for one in changes:
        if one.before is None and isinstance(one.after, Attachment) and one.after.policy in found:
            found[one.after.policy].append(one)
    return found


def _foreign(wanted: Wanted, meeting: Meeting, keep: Keep) -> list[Change[Resource]]:
    """Return what stands where the layout governs and is not the layout's, as its removal."""
    gone: Iterator[Change[Resource]] = (Change(resource, None) for resource in meeting.live)
    return [one for one in gone if _is_foreign(one, wanted, meeting) and keep(one)]


def _is_foreign(change: Change[Resource], wanted: Wanted, meeting: Meeting) -> bool:
    resource = change.subject
    if resource.address in meeting.ours:
        return False
    match resource:
        case Attachment():
            return _foreign_attachment(resource, wanted, meeting)
        case TrustedAccess() | DelegatedAdministrator():
            return resource.address.kind in wanted.governed
        case OrganizationalUnit():
            return wanted.manage.all_ous and not ignored(wanted, "ou", resource.address.path)
        case Account():
            hidden = ignored(wanted, "account", resource.address.path)
            return wanted.manage.all_accounts and not hidden
        case _:
            return False


def _expired(wanted: Wanted) -> Iterator[Drifted]:
    """Yield the exemptions that are over and still in force, until somebody takes them out."""
    if wanted.safety.remove_expired:
        return
    for way in wanted.exemptions:
        if way.expires < wanted.as_of:
            address = Address("exemption", way.key)
            over = {"expires": way.expires.isoformat(), "owner": way.owner}
            yield Drifted(address, "expired", None, over, "weakens", wanted.origin(address))


def ignored_policies(wanted: Wanted, meeting: Meeting) -> dict[str, str]:
    """Return the digest of every ignored policy's meaning, by address, for the next drift."""
    return {
        str(policy.address): hashlib.sha256(policy.document.canonical.encode()).hexdigest()
        for policy in meeting.live.all(Policy)
        if policy.address not in meeting.ours
        and not policy.aws_managed
        and ignored(wanted, "policy", policy.name)
    }


def _edited(wanted: Wanted, meeting: Meeting, known: Mapping[str, str]) -> Iterator[Drifted]:
    """Yield ignored policies that say something else than when the layout was last applied."""
    for address, digest in ignored_policies(wanted, meeting).items():
        if known.get(address, digest) != digest:
            yield Drifted(
                Address.parse(address),
                "changed",
                {"document_sha256": known[address]},
                {"document_sha256": digest},
                "unknown",
            )


def _foreign_attachment(attachment: Attachment, wanted: Wanted, meeting: Meeting) -> bool:
    policy = meeting.live.get(attachment.policy)
    if not isinstance(policy, Policy) or policy.aws_managed or policy.layout == wanted.layout:
        return False  # an orphan is not foreign: it is listed apart, and still in force
    managed = attachment.target == ROOT or attachment.target in wanted.state
    return managed and not ignored(wanted, "policy", policy.name)


def document(drift: Drift) -> dict[str, Json]:
    """Return the drift in its published JSON form (`govkit schema drift`)."""
    ids = drift.meeting.ids
    return {
        "format_version": FORMAT_VERSION,
        "organization": drift.organization,
        "in_sync": drift.in_sync,
        "incomplete": list(drift.incomplete),
        "drift": [_item(item) for item in drift.items],
        "effects": [effect(one) for one in drift.effects],
        "orphans": [outsider(resource, ids) for resource in drift.outside.orphans],
        "strangers": [outsider(resource, ids) for resource in drift.outside.strangers],
        "findings": [finding.to_json() for finding in drift.findings],
    }


def _item(item: Drifted) -> dict[str, Json]:
    return {
        "address": str(item.address),
        "kind": item.address.kind,
        "change": item.change,
        "expected": None if item.expected is None else dict(item.expected),
        "actual": None if item.actual is None else dict(item.actual),
        "meaning": item.meaning,
        "origin": None if item.origin is None else item.origin.to_json(),
        "who": None,
        "pinned": None if item.pinned is None else _pin(item.pinned),
    }


def _pin(pin: Pin) -> dict[str, Json]:
    return {"until": pin.until, "who": pin.who, "reason": pin.reason}
