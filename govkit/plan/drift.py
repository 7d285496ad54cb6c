"""What somebody changed in AWS: the difference to the layout read backwards, and foreign things."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

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
from govkit.model.resource import Json, Resource, facts
from govkit.model.wanted import Wanted
from govkit.plan.document import outsider
from govkit.plan.make import changes_between
from govkit.plan.meet import Kinds, Meeting, Outside, ignored, outside
from govkit.plan.only import Keep
from govkit.policies.document import statements

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
    changes = changes_between(wanted, meeting, of)
    items = [_read_backwards(change, wanted, meeting, of) for change in changes if keep(change)]
    items += _foreign(wanted, meeting, keep)
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
    )


def _read_backwards(
    change: Change[Resource], wanted: Wanted, meeting: Meeting, of: Mapping[type, Any]
) -> Drifted:
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
        _meaning(change, meeting),
        wanted.origin(change.address),
    )


def _meaning(change: Change[Resource], meeting: Meeting) -> str:
    """Say whether AWS is weaker or stronger than the layout wants it, as far as statements tell."""
    match change.before, change.after:
        case None, Attachment() as missing:
            return _sways(missing, meeting, there=False)
        case Attachment() as extra, None:
            return _sways(extra, meeting, there=True)
        case None, Policy():
            return "weakens"
        case Policy() as actual, Policy() as expected:
            return _weighed(actual, expected)
        case (None, OrganizationalUnit()) | (OrganizationalUnit(), OrganizationalUnit()):
            return "equivalent"
        case _:
            return "unknown"


def _sways(attachment: Attachment, meeting: Meeting, *, there: bool) -> str:
    """Say what it means that a policy is attached where it should not be, or the other way round."""
    policy = meeting.live.get(attachment.policy) or meeting.desired.get(attachment.policy)
    if not isinstance(policy, Policy) or policy.type not in _DECIDING:
        return "unknown"
    effects = {statement.value.get("Effect") for statement in statements(policy.document)}
    if len(effects) != 1:
        return "unknown"
    return "strengthens" if there == (effects == {"Deny"}) else "weakens"


_DECIDING = ("scp", "rcp")


def _weighed(actual: Policy, expected: Policy) -> str:
    if actual.document == expected.document:
        return "equivalent"
    there, wanted = set(statements(actual.document)), set(statements(expected.document))
    denies = {item for item in there ^ wanted if item.value.get("Effect") == "Deny"}
    if denies != there ^ wanted or not denies:
        return "unknown"
    if there < wanted:
        return "weakens"
    return "strengthens" if wanted < there else "unknown"


def _foreign(wanted: Wanted, meeting: Meeting, keep: Keep) -> Iterator[Drifted]:
    """Yield what stands where the layout governs and is not the layout's."""
    for resource in meeting.live:
        if resource.address in meeting.ours or not keep(Change(resource, None)):
            continue
        match resource:
            case Attachment():
                found = _foreign_attachment(resource, wanted, meeting)
            case TrustedAccess() | DelegatedAdministrator():
                found = resource.address.kind in wanted.governed
            case OrganizationalUnit():
                found = wanted.manage.all_ous and not ignored(wanted, "ou", resource.address.path)
            case Account():
                found = wanted.manage.all_accounts and not ignored(
                    wanted, "account", resource.address.path
                )
            case _:
                found = False
        if found:
            yield Drifted(resource.address, "extra", None, facts(resource), _of(resource, meeting))


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


def _of(resource: Resource, meeting: Meeting) -> str:
    return _sways(resource, meeting, there=True) if isinstance(resource, Attachment) else "unknown"


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
