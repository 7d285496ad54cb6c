"""A plan as JSON, its fingerprint, and a reviewed plan read back as evidence."""

import json
from collections.abc import Mapping
from shlex import quote
from typing import Any

from govkit import __version__
from govkit.errors import GovkitError
from govkit.model.address import Address
from govkit.model.call import ApiCall, Ids, Place
from govkit.model.evidence import Mark, Reviewed, Stated, canonical, fingerprint, mark
from govkit.model.plan import Asked, Effect, Plan, Step
from govkit.model.resource import Fact, Json, Resource

FORMAT_VERSION = "1.0"


def document(plan: Plan) -> dict[str, Json]:
    """Return the plan in its published JSON form (`govkit schema plan`)."""
    return {
        "format_version": FORMAT_VERSION,
        "govkit_version": __version__,
        "organization": plan.organization,
        "as_of": plan.as_of.isoformat(),
        "layout": {
            "name": plan.layout.name,
            "path": plan.layout.path,
            "sha256": plan.layout.sha256,
        },
        "asked": plan.asked.to_json(),
        "fingerprint": plan_fingerprint(plan),
        "summary": {**plan.summary(), "left_out": plan.left_out},
        "steps": [_step(step) for step in plan.steps],
        "effects": [effect(one) for one in plan.effects],
        "budget": [dict(one) for one in plan.budget],
        "orphans": [outsider(resource, plan.ids) for resource in plan.orphans],
        "strangers": [outsider(resource, plan.ids) for resource in plan.strangers],
        "findings": [finding.to_json() for finding in plan.findings],
    }


def plan_fingerprint(plan: Plan) -> str:
    """Return the hash of the organization and of what each step does, whatever their order."""
    return fingerprint(plan.organization, map(mark, plan.steps))


def reviewed(text: str, source: str) -> Reviewed:
    """Read a plan file back; GovkitError (exit 1) where it is torn, altered or of another format."""
    try:
        plan = json.loads(text)
        version = plan["format_version"]
        steps = [(_mark(step), _premises(step)) for step in plan["steps"]]
        marks = tuple(mark for mark, _ in steps)
        read = Reviewed(
            plan["organization"],
            plan["fingerprint"],
            marks,
            dict(steps),
            _asked(plan.get("asked")),
            source,
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise GovkitError(
            "Not a plan file",
            f"{source} is truncated or was not written by `govkit plan --out`.",
            "Make the plan again: govkit plan --out plan.json",
        ) from error
    if str(version).partition(".")[0] != FORMAT_VERSION.partition(".")[0]:
        raise GovkitError(
            "A plan file of another format",
            f"{source} has format {version}; this govkit reads {FORMAT_VERSION}.",
            f"Make the plan again with this version: govkit plan --out {quote(source)}",
        )
    if fingerprint(read.organization, read.marks) != read.fingerprint:
        raise GovkitError(
            "The plan file was altered",
            f"{source} carries a fingerprint that does not fit its steps.",
            f"Make the plan again: govkit plan --out {quote(source)}",
        )
    return read


def _asked(told: Any) -> Asked | None:
    """Return the part that a plan is of; the file of an older govkit does not say."""
    if told is None:
        return None
    flags = told["baseline"], told["expired"]
    if not all(isinstance(flag, bool) for flag in flags):
        raise TypeError("a flag is neither true nor false")
    return Asked(tuple("".join(selector) for selector in told["only"]), *flags)


def _mark(step: Any) -> Mark:
    return Mark(
        str(Address.parse(step["address"])),
        "".join(step["action"]),
        canonical(step["before"]),
        canonical(step["after"]),
    )


def _premises(step: Any) -> tuple[Stated, ...]:
    """Return what a step relied on when it was reviewed; the file of an older govkit says nothing."""
    told = step.get("precondition", {}).get("relies", [])
    return tuple(
        Stated(str(Address.parse(one["address"])), canonical(dict(one["is"]))) for one in told
    )


def outsider(resource: Resource, ids: Ids) -> dict[str, Json]:
    """Return an orphan or a stranger as reports name it."""
    name = getattr(resource, "name", None)
    return {
        "address": str(resource.address),
        "kind": resource.address.kind,
        "id": ids.get(resource.address),
        "name": name,
    }


def _step(step: Step) -> dict[str, Json]:
    before, after = step.change.facts()
    return {
        "id": step.id,
        "address": str(step.address),
        "action": step.verb,
        "before": before,
        "after": after,
        "reason": step.reason,
        "origin": None if step.origin is None else step.origin.to_json(),
        "needs": list(step.needs),
        "tied": list(step.tied),
        "precondition": step.precondition(),
        "authority": step.authority,
        "calls": [_call(call) for call in step.calls],
        "accounts": step.accounts,
        "destructive": step.destructive,
        "meaning": step.meaning,
    }


def _call(call: ApiCall) -> dict[str, Json]:
    return {
        "service": call.service,
        "operation": call.operation,
        "parameters": plain(call.params),
        **place_json(call.place),
    }


def place_json(place: Place) -> dict[str, Json]:
    """Return where a call is made: nothing where that is the caller's own account and Region."""
    told = {"account": plain(place.account), "region": place.region}
    return {name: value for name, value in told.items() if value is not None}


def plain(value: Any) -> Json:
    """Return a call's parameters as JSON, unknown IDs as `{"$id": ADDRESS}`."""
    match value:
        case Fact():
            return value.to_json()
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case None | bool() | int() | float() | str():
            return value
        case _:
            raise TypeError(f"no JSON for {type(value).__name__} in a call")


def effect(of: Effect) -> dict[str, Json]:
    """Return what becomes of a group of accounts as reports tell it."""
    return {
        "accounts": list(of.accounts),
        "gains": list(of.gains),
        "loses": list(of.loses),
        "changes": list(of.changes),
        "ou": of.ou,
        "verdict": of.answer.verdict,
        "newly_denied": [dict(one) for one in of.answer.newly_denied],
        "newly_allowed": [dict(one) for one in of.answer.newly_allowed],
        "unknown": list(of.answer.unknown),
    }
