"""The story of `govkit generate-policy`: read a log, draft what it shows, prove it on the log again."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from govkit.access.draft import Evidence, Proof, Use, drafted, granted, regional
from govkit.access.event import Event, Fate, event, folded, is_by
from govkit.access.event_actions import actions, table
from govkit.access.request import identity, is_service_linked
from govkit.errors import BugError, GovkitError, UsageError
from govkit.flow.event_files import event_files, records
from govkit.model.call import Api, ApiCall
from govkit.model.suggest import did_you_mean

MANAGED_POLICY = 6_144  # characters, white space aside: IAM's quota of a managed policy
_SAID_EVERY = 50_000
_FEW = 12
_MANY = 3  # types of resources that are no longer named one by one

Say = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Drafted:
    """A policy, and what the log told and did not tell of it."""

    policy: dict[str, Any]
    evidence: Evidence
    principal: str | None
    read: int
    others: int
    not_events: int
    proved: int

    @property
    def document(self) -> dict[str, Any]:
        """The report as JSON holds it."""
        found = self.evidence
        return {
            "format_version": "1.0",
            "principal": self.principal,
            "principals": sorted(found.principals),
            "period": {"first": found.first or None, "last": found.last or None},
            "events": {
                "read": self.read,
                "allowed": self.proved,
                "denied": found.fates[Fate.DENIED],
                "failed": found.fates[Fate.FAILED],
                "without_request": found.fates[Fate.NO_REQUEST],
                "of_others": self.others,
                "not_events": self.not_events,
            },
            "actions": [
                {
                    "action": action,
                    "events": use.events,
                    "resources": list(use.on),
                    "widened": use.widened,
                    "regions": sorted(use.regions),
                    "not_shown": _types(use, required=True),
                    "perhaps_not_shown": _types(use, required=False),
                }
                for action, use in sorted(found.uses.items())
            ],
            "denied": _counted(found.denied),
            "failed": _counted(found.failed),
            "unknown": _counted(found.unknown),
            "passed_roles": sorted(found.passed_roles),
            "notes": list(notes(self)),
            "policy": self.policy,
        }


@dataclass(slots=True)
class _Reading:
    """What passed by on the way through the files."""

    read: int = 0
    others: int = 0
    not_events: int = 0
    seen: Counter[str] = field(default_factory=Counter)


def generated(place: Path, principal: str | None, say: Say) -> Drafted:
    """Return the policy for what a principal (None: everyone in the log) did, proved on each event.

    The files are read twice, and nothing of them is kept but what was used on what.
    Raises GovkitError where the log shows nothing that was done.
    """
    if principal is not None and not identity(principal):
        raise UsageError(
            "Not a principal", f"--principal {principal}: give the ARN of a user or a role."
        )
    reading, evidence = _Reading(), Evidence()
    for one in _events(place, reading, say):
        reading.seen[one.principal] += 1
        if _meant(one, principal):
            evidence.add(one)
        else:
            reading.others += 1
    if not evidence.uses:
        raise _nothing(place, principal, evidence, reading)
    document = drafted(evidence, by_region=regional(evidence))
    proved = _proved(place, principal, evidence, document, say)
    if principal is None and len(evidence.principals) == 1:
        (principal,) = evidence.principals
    asked = folded(principal) if principal else None
    return Drafted(
        document, evidence, asked, reading.read, reading.others, reading.not_events, proved
    )


def examined(document: Mapping[str, Any], api: Api) -> tuple[dict[str, Any], ...]:
    """Return what IAM Access Analyzer finds in a policy, as AWS words it."""
    text = json.dumps(document, separators=(",", ":"))
    params = {"policyDocument": text, "policyType": "IDENTITY_POLICY"}
    call = ApiCall("accessanalyzer", "ValidatePolicy", params)
    return tuple(
        {
            "type": str(one.get("findingType", "")),
            "code": str(one.get("issueCode", "")),
            "details": str(one.get("findingDetails", "")),
            "link": str(one.get("learnMoreLink", "")),
        }
        for one in api.items("findings", call)
    )


def notes(found: Drafted) -> Iterator[str]:
    """Yield what a reader has to know of a draft, in sentences: what was left out, and what no log shows."""
    evidence = found.evidence
    if len(evidence.principals) > 1:
        yield (
            f"The log has {len(evidence.principals)} principals, and this policy is for all of them "
            f"together: {_few(sorted(evidence.principals))}. Draft each with --principal."
        )
    yield from _left_out(evidence)
    yield from _not_shown(evidence)
    size = len(json.dumps(found.policy, separators=(",", ":")))
    if size > MANAGED_POLICY:
        yield (
            f"The policy has {size:,} characters, and a managed policy takes {MANAGED_POLICY:,}: "
            "attach its statements as several policies."
        )


def _left_out(evidence: Evidence) -> Iterator[str]:
    if evidence.denied:
        yield (
            f"Denied requests are left out ({evidence.fates[Fate.DENIED]} events), for nobody knows "
            f"that they should be allowed: {_few(_most(evidence.denied))}."
        )
    if evidence.failed:
        yield (
            f"Requests that failed otherwise are left out ({evidence.fates[Fate.FAILED]} events): "
            f"{_few(_most(evidence.failed))}."
        )
    if evidence.unknown:
        yield (
            f"No IAM action is known for {_few(_most(evidence.unknown))} (table of {table().date}): "
            "look them up, and add what they take."
        )
    widened = [action for action, use in evidence.uses.items() if use.widened]
    if widened:
        yield (
            f"Used on so many resources that neighbours are written as one pattern: "
            f"{_few(sorted(widened))}."
        )


def _not_shown(evidence: Evidence) -> Iterator[str]:
    wide = {name: use for name, use in sorted(evidence.uses.items()) if use.on == ("*",)}
    plain = [name for name, use in wide.items() if not use.hidden and not use.widened]
    if plain:
        yield f'On "*", for IAM knows no resource of them: {_few(plain)}.'
    unscoped = [f"{name} ({_lacks(use)})" for name, use in wide.items() if use.hidden]
    if unscoped:
        yield (
            'On "*", for an event did not show every resource that was asked about: '
            f"{_few(unscoped)}. Narrow them by hand."
        )
    if not evidence.data_events:
        yield (
            "The log has no data events: what was done with objects, items, messages and by calling "
            "functions is not in it unless a trail records data events."
        )
    roles = (
        f" These roles were handed over: {_few(sorted(evidence.passed_roles))}."
        if (evidence.passed_roles)
        else ""
    )
    yield f"iam:PassRole leaves no event, so it is never in a draft.{roles}"
    yield (
        "Nor has every action an event: what else a request was checked for (tags on creation, keys "
        "of KMS behind a service, permissions without an operation) is not shown."
    )
    if evidence.first:
        yield (
            f"The log covers {evidence.first} to {evidence.last}: what is done more seldom, such as at "
            "a year's end or in an emergency, may be missing."
        )
    else:
        yield "No event tells its time: how long the log covers is not known."


def _types(use: Use, *, required: bool) -> list[str]:
    """Return the types of resources that an event did not show, those that an action needs or may have."""
    return sorted(one.name for one in use.hidden if one.required == required)


def _lacks(use: Use) -> str:
    needed, optional = _types(use, required=True), _types(use, required=False)
    parts = [", ".join(needed[:_FEW])] if needed else []
    if optional:
        several = (
            f"one of {len(optional)} types" if len(optional) > _MANY else " or ".join(optional)
        )
        parts.append(f"perhaps {several}")
    return ", ".join(parts)


def _events(place: Path, reading: _Reading, say: Say) -> Iterator[Event]:
    for file in event_files(place):
        for record in records(file):
            reading.read += 1
            if reading.read % _SAID_EVERY == 0:
                say(reading.read)
            found = event(record)
            if found is None:
                reading.not_events += 1
            else:
                yield found


def _meant(one: Event, principal: str | None) -> bool:
    """Tell whether an event is of whom the draft is for; a service-linked role is AWS's own to permit."""
    if principal is not None:
        return is_by(one, principal)
    return bool(one.principal) and not is_service_linked(one.principal)


def _nothing(
    place: Path, principal: str | None, evidence: Evidence, reading: _Reading
) -> GovkitError:
    count = f"{place} has {reading.read} records"
    if principal is None or evidence.principals:
        detail = f"{count}, and none shows a request that was answered and has a known IAM action."
        return GovkitError("Nothing to draft from", detail)
    known = sorted(one for one in reading.seen if one)
    near = did_you_mean(folded(principal), known)
    told = f"It has these: {_few(known)}." if known else "It names no principal at all."
    return GovkitError(
        "No event of this principal", f"{count}, and none is of {principal}. {told}", near.strip()
    )


def _proved(
    place: Path, principal: str | None, evidence: Evidence, document: dict[str, Any], say: Say
) -> int:
    """Return how many events were held against the policy; BugError where it is not exactly theirs."""
    proof, count = Proof(document), 0
    for one in _events(place, _Reading(), say):
        if one.fate is Fate.DONE and _meant(one, principal) and actions(one):
            count += 1
            gap = next(proof.gaps(one), None)
            if gap is not None:
                raise BugError("The draft does not allow what was done", f"{one.label}: {gap}.")
    if granted(document) != frozenset(evidence.uses):
        raise BugError("The draft allows what nobody did", str(granted(document)))
    if count != evidence.known:
        raise GovkitError(
            "The events changed while they were read",
            f"{evidence.known} had a known action at first, {count} the second time.",
            "Give files that nobody writes to meanwhile.",
        )
    return count


def _counted(counts: Counter[str]) -> list[dict[str, Any]]:
    return [{"event": name, "events": count} for name, count in sorted(counts.items())]


def _most(counts: Counter[str]) -> list[str]:
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [f"{name} ({count})" for name, count in ranked]


def _few(names: list[str]) -> str:
    more = len(names) - _FEW
    return ", ".join(names[:_FEW]) + (f" and {more} more" if more > 0 else "")
