"""The story of `govkit why`: what one request is answered, and the statement that decides, to its line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from govkit.access.action_facts import action_facts
from govkit.access.action_index import action_index
from govkit.access.chain import Chain
from govkit.access.judge import Judge
from govkit.access.request import Request, identity, request
from govkit.access.statement import Level, policy
from govkit.access.verdict import Kind, Outcome
from govkit.errors import UsageError
from govkit.flow.chains import Source
from govkit.flow.compare import Question
from govkit.flow.deciding import Teller
from govkit.live.one_chain import Ladder
from govkit.model.resource import Json
from govkit.model.suggest import did_you_mean

FORMAT_VERSION = "1.0"
_WHOSE = {"scp": "Principal", "rcp": "Resource"}
_RCP_OWN = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as a person asks about it; what is None is not known.

    Without an `account` somebody outside of the organization asks, whom no SCP binds.
    """

    account: str | None
    action: str
    principal: str | None = None
    resource: str | None = None
    region: str | None = None
    resource_account: str | None = None
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def why(question: Question, asked: Asked, source: Source) -> dict[str, Json]:
    """Return the verdict of a request's SCPs, and of its RCPs where the resource's owner is told."""
    action = _action(asked.action)
    given = None if asked.account is None else source.account(asked.account)
    owner = None if asked.resource_account is None else source.account(asked.resource_account)
    principal = _principal(asked.principal, given, source)
    ladders = _ladders(source, given, owner)
    found = _request(asked, action, principal, source, ladders)
    answers: dict[str, Json] = {"scp": None, "rcp": None}
    outcomes = []
    for layer, ladder in ladders.items():
        explained = Judge(_chain(layer, ladder, source), _services(layer)).explain(found)
        outcomes.append(explained.verdict.outcome)
        answers[layer] = Teller(question, source, layer, ladder).layer(explained)
    return {
        "format_version": FORMAT_VERSION,
        "account": _account(given, ladders, source),
        "request": {
            "action": action_index().spelled(action) or asked.action,
            "resource": found.resource,
            "principal": _whole(principal),
            "context": {key: list(values) for key, values in sorted(found.context.items())},
        },
        "verdict": _verdict(outcomes),
        **answers,
        "notes": list(_notes(action)),
        "calls": source.calls(),
    }


def _account(
    given: str | None, ladders: Mapping[str, Ladder], source: Source
) -> dict[str, Json] | None:
    if given is None:
        return None
    return {"id": given, "name": ladders["scp"].name, "key": source.key(given)}


def _ladders(source: Source, given: str | None, owner: str | None) -> dict[str, Ladder]:
    """Return the chains that are asked for: one account's, unless the resource is another's."""
    if owner is not None and owner == given:
        both = source.ladder(given, ("scp", "rcp"))
        return {"scp": both, "rcp": both}
    found = {} if given is None else {"scp": source.ladder(given, ("scp",))}
    return found if owner is None else {**found, "rcp": source.ladder(owner, ("rcp",))}


def _action(given: str) -> str:
    service, colon, name = given.partition(":")
    if not (colon and service and name) or any(mark in given for mark in "*? "):
        raise UsageError(
            "Not an action",
            f"{given} is not of the form service:Action.",
            "As in: ec2:RunInstances",
        )
    return given.lower()


def _notes(action: str) -> Iterator[str]:
    index = action_index()
    if index.spelled(action) is None:
        service = action.partition(":")[0]
        near = did_you_mean(action, [f"{service}:{name}" for name in index.names(service)])
        yield f"AWS's list of {index.date} has no action {action}. {near}".strip()


def _verdict(outcomes: list[Outcome]) -> str:
    if Outcome.EXPLICITLY_DENIED in outcomes or Outcome.IMPLICITLY_DENIED in outcomes:
        return "denied"
    return "undecided" if Outcome.UNDECIDED in outcomes else "allowed"


def _principal(given: str | None, account: str | None, source: Source) -> str | None:
    if given is None:
        return None
    if account is not None and (given == "root" or given.startswith(("role/", "user/"))):
        return f"arn:{source.organization.partition}:iam::{account}:{given}"
    if not given.startswith("arn:"):
        raise UsageError(
            "Not a principal",
            f"--principal {given}: use role/NAME, user/NAME, root, or a whole ARN.",
        )
    if account not in {None, identity(given).get("aws:principalaccount", account)}:
        raise UsageError("Not a principal of this account", f"{given} is none of {account}.")
    return given


def _whole(principal: str | None) -> str | None:
    """Return a principal's ARN as policies see it: that of the role, for a session of it."""
    return identity(principal or "").get("aws:principalarn", principal)


def _request(
    asked: Asked, action: str, principal: str | None, source: Source, ladders: Mapping[str, Ladder]
) -> Request:
    """Return what is known of the request: whatever is not told, and does not follow, stays open."""
    known: dict[str, Any] = dict(asked.context)
    if asked.region is not None:
        known.setdefault("aws:RequestedRegion", (asked.region,))
    told = {key.lower() for key in known}
    follows: dict[str, tuple[str, ...]] = {"aws:PrincipalIsAWSService": ("false",)}
    for layer, of in _WHOSE.items():
        if layer in ladders:
            follows |= _standing(of, ladders[layer], source)
    known |= {key: values for key, values in follows.items() if key.lower() not in told}
    facts = action_facts(action)
    place = asked.resource or ("*" if facts is not None and not facts.resources else None)
    return request(action, place, known, principal=principal or "", complete=False)


def _standing(of: str, ladder: Ladder, source: Source) -> dict[str, tuple[str, ...]]:
    """Return what AWS says of an account and its place."""
    return {
        f"aws:{of}Account": (ladder.account,),
        f"aws:{of}OrgID": (source.organization.id,),
        f"aws:{of}OrgPaths": (f"{ladder.path}/",),
    }


def _services(layer: str) -> frozenset[str] | None:
    return action_index().rcp_services if layer == "rcp" else None


def _chain(layer: str, ladder: Ladder, source: Source) -> Chain:
    """Return the chain to be judged: none binds the management account, nor where the type is off."""
    if ladder.account == source.organization.management_account or not ladder.binds(layer):
        return Chain(Kind(layer), ())
    levels = []
    for rung in ladder.layers[layer]:
        found = [policy(one.name, one.document) for one in rung.policies]
        if layer == "rcp":  # on everything, and nobody can detach it
            found.append(policy("RCPFullAWSAccess", _RCP_OWN))
        levels.append(Level(rung.name, tuple(found)))
    return Chain(Kind(layer), tuple(levels))
