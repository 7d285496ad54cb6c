"""The story of the fine brake: one account, or one principal, out of one live policy, without layout or lock."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from govkit.access.asking import Asking, Party
from govkit.access.chain import Chain
from govkit.access.denied import Denied, denied
from govkit.access.judge import judge
from govkit.access.statement import Level, policy
from govkit.access.verdict import Kind, Outcome
from govkit.apply.events import Event
from govkit.apply.execute import Crossing
from govkit.apply.patience import Patience
from govkit.errors import ApplyStopped, GovkitError, PlanRefused, UsageError
from govkit.flow.compare import kinds
from govkit.kinds._grip import Hold, policy_called
from govkit.kinds._ladder import Rung, document_of, every, ladder
from govkit.kinds._tags import GUARDRAIL, LAYOUT
from govkit.kinds.policy import Policy
from govkit.kinds.release import Release, of_tags, released
from govkit.model.call import Api, Ids, organizations
from govkit.model.change import Change
from govkit.model.kind import Authority
from govkit.model.plan import Step
from govkit.model.resource import Resource
from govkit.model.suggest import did_you_mean
from govkit.policies.exempt import where_it_denies

_GUARDING = frozenset(kind.value for kind in Kind)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be released: a policy by any name, or an error message; whom, and why."""

    what: str
    account: str | None
    principal: str | None
    until: datetime
    who: str
    reason: str


@dataclass(frozen=True, slots=True)
class Freeing:
    """The policy as it is and as it shall be, the release that will say so, and where it is attached."""

    before: Policy
    after: Policy
    given: str
    release: Release
    former: Release | None
    where: str

    @property
    def words(self) -> str:
        """Who is to be released from what, for a person."""
        whom = self.release.principal
        inside = f"{whom} in account" if whom else "account"
        return (
            f"{inside} {self.release.account} from {self.before.name} ({self.given}), "
            f"which is attached to {self.where}"
        )


def prepared(api: Api, asked: Asked) -> Freeing:
    """Find the policy in the account's chain, reading nothing else, and what it shall say.

    UsageError where none, or more than one, is meant; PlanRefused where nobody can be let out of it.
    """
    message = denied(asked.what)
    named = asked.account or (None if message is None else _account(message))
    if named is None:
        raise UsageError("Which account?", "Nothing says whom to release.", "Add --account ID.")
    rungs = ladder(api, named)
    account = rungs[-1].target.id
    organization = api.call(organizations("DescribeOrganization"))["Organization"]
    if account == organization["MasterAccountId"]:
        raise _refused(f"{account} is the management account, which no SCP or RCP binds.")
    hold = _meant(api, rungs, asked.what) if message is None else _blamed(api, rungs, message)
    partition = str(organization["Arn"]).split(":")[1]
    return _freeing(api, asked, hold, rungs, partition)


def _account(message: Denied) -> str | None:
    """Return whom the policy that denied speaks of: the caller, or the resource's owner for an RCP."""
    if message.layer != Kind.RCP.value:
        return message.account
    parts = (message.resource or "").split(":")
    return parts[4] or None if len(parts) > 4 else None  # noqa: PLR2004 - of an ARN


def _meant(api: Api, rungs: Sequence[Rung], told: str) -> Hold:
    there = [hold for hold, _ in every(tuple(rungs)) if hold.type.key in _GUARDING]
    for of in (_id, _tag, _guardrail, _name):
        found = [one for one in there if of(one) == told]
        if found:
            return _only(found, told)
    known = ", ".join(sorted(one.name for one in there if not one.aws_managed)) or "none"
    guess = ""
    if policy_called(api, told, rungs[-1].target.types) is None:
        named = {of(one) for one in there for of in (_tag, _name) if not one.aws_managed}
        guess = did_you_mean(told, named)
    raise UsageError(
        "Not in force there",
        f"No SCP or RCP above {rungs[-1].target.id} is called {told}, nor is that an error message. "
        f"In force are: {known}.",
        guess,
    )


def _id(one: Hold) -> str:
    return one.id


def _tag(one: Hold) -> str:
    return one.tags.get(GUARDRAIL, "")


def _guardrail(one: Hold) -> str:
    return _tag(one).partition(".")[0]


def _name(one: Hold) -> str:
    return one.name


def _only(found: Sequence[Hold], what: str) -> Hold:
    if len(found) > 1:
        which = ", ".join(f"{one.name} ({one.id})" for one in found)
        raise UsageError(
            "Several policies are meant", f"{what}: {which}.", f"Name one by its ID: {found[0].id}"
        )
    return found[0]


def _blamed(api: Api, rungs: Sequence[Rung], message: Denied) -> Hold:
    """Return the policy that an error message names, or the one that denies the request it tells of."""
    if message.other is not None:
        raise _refused(
            f"The message does not blame an SCP or RCP, but another type: {message.other}."
        )
    if message.implicit:
        raise _refused("The message says that nothing allows the request: no policy denies it.")
    there = [hold for hold, _ in every(tuple(rungs)) if hold.type.key in _GUARDING]
    if message.policy is not None:
        named = [one for one in there if one.id == message.policy]
        if not named:
            where = rungs[-1].target.id
            raise UsageError("Not in force there", f"{message.policy} is not above {where}.")
        return named[0]
    if message.action is None:
        raise UsageError("The message does not tell enough", "It names no action and no policy.")
    layer = message.layer or Kind.SCP.value
    candidates = [one for one in there if one.type.key == layer and not one.aws_managed]
    found = [one for one in candidates if _denies(api, one, message, rungs[-1].target.id)]
    if not found:
        raise _refused(
            f"No {layer.upper()} above {rungs[-1].target.id} surely denies that request."
        )
    return _only(found, message.action)


def _denies(api: Api, hold: Hold, message: Denied, account: str) -> bool:
    party = Party(account)
    parts = (message.resource or "").split(":")
    region = parts[3] or None if len(parts) > 4 else None  # noqa: PLR2004 - of an ARN
    asking = Asking(
        message.action or "", message.principal or "", party, party, message.resource, region
    )
    read = policy(hold.name, document_of(api, hold).value)
    verdict = judge(Chain(Kind(hold.type.key), (Level("", (read,)),))).verdict(asking.request)
    return verdict.outcome is Outcome.EXPLICITLY_DENIED


def _freeing(api: Api, asked: Asked, hold: Hold, rungs: Sequence[Rung], partition: str) -> Freeing:
    account = rungs[-1].target.id
    release = released(
        hold.address,
        account,
        asked.principal or "",
        until=asked.until,
        who=asked.who,
        reason=asked.reason,
    )
    before = _live(api, hold)
    made = where_it_denies(before.document, hold.type, [release.exemption(partition)])
    if made.faults:
        raise _refused(f"In {hold.name}, {made.faults[0].message}.")
    after = replace(before, document=made.document)
    former = next(
        (one for one in of_tags(hold.address, hold.tags) if one.held == release.held), None
    )
    if after == before and former is None:
        raise _refused(f"{hold.name} denies nothing, or nothing to {release.held}.")
    most = hold.type.limits.characters
    if len(after.document) > most:
        raise _refused(
            f"With that condition {hold.name} would have {len(after.document)} characters, and AWS "
            f"takes {most}.",
            f"Take it off the account's OU instead: govkit detach {hold.id}",
        )
    where = next(at for one, at in every(tuple(rungs)) if one.id == hold.id)
    return Freeing(before, after, hold.id, release, former, where.address.path)


def _live(api: Api, hold: Hold) -> Policy:
    if hold.aws_managed:
        raise _refused(f"{hold.name} is AWS's own.")
    described = api.call(organizations("DescribePolicy", PolicyId=hold.id))["Policy"]
    return Policy(
        hold.address,
        hold.type.key,
        hold.name,
        document_of(api, hold),
        str(described["PolicySummary"].get("Description") or ""),
        hold.tags.get(LAYOUT),
        hold.tags.get(GUARDRAIL),
    )


def _refused(detail: str, hint: str = "") -> PlanRefused:
    return PlanRefused("Refused: nobody can be released from that", detail, hint)


def freed(api: Api, freeing: Freeing, patience: Patience) -> Iterator[Event]:
    """Pin, then write the condition into the policy; yields what happens.

    In this order, so that the next apply does not fight what was written. Raises `ApplyStopped`
    once something was written.
    """
    crossing = Crossing(
        kinds={kind.resource: kind for kind in kinds()},
        api=api,
        ids=Ids({freeing.before.address: freeing.given}),
        patience=patience,
    )
    try:
        yield from crossing.execute(tuple(_steps(freeing)))
    except GovkitError as error:
        if not crossing.touched:
            raise
        raise ApplyStopped(
            "Stopped after the first write",
            f"{error.summary}. {error.detail}\n"
            f"{freeing.before.name} may say already that {freeing.release.held} is released.",
            "Run the same command again to finish.",
        ) from error


def _steps(freeing: Freeing) -> Iterator[Step]:
    changes: list[tuple[Change[Resource], str]] = [
        (Change(freeing.former, freeing.release), "pin"),
        (Change(freeing.before, freeing.after), "update"),
    ]
    for number, (change, verb) in enumerate(changes, 1):
        if change.before != change.after:
            yield Step(f"s{number}", change, verb, "in an emergency", Authority.DELEGATED.value, ())
