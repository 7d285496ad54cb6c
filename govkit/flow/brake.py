"""The story of the emergency brake: one policy off one target, without layout, store or lock."""

import getpass
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from govkit.apply.events import Event
from govkit.apply.execute import Crossing
from govkit.apply.patience import Patience
from govkit.errors import ApplyStopped, GovkitError, PlanRefused, StalePlan, UsageError
from govkit.flow.compare import kinds
from govkit.kinds._grip import (
    Hold,
    Spot,
    above,
    allows,
    holds,
    meant,
    policy_called,
    spot,
    tagged,
)
from govkit.kinds._tags import GUARDRAIL
from govkit.kinds.attachment import Attachment
from govkit.kinds.pin import PREFIX, Pin, pinned, written
from govkit.model.call import Api, ApiCall, Ids
from govkit.model.change import Change
from govkit.model.kind import Authority
from govkit.model.plan import Premise, Step
from govkit.model.resource import Resource
from govkit.model.suggest import did_you_mean


@dataclass(frozen=True, slots=True)
class Grip:
    """What is to be taken off where, the pin that will say so, and what still allows something there.

    `left` is None where AWS asks for no policy of the type. `renewed` is the pin that keeps the
    policy off already.
    """

    policy: Hold
    target: Spot
    pin: Pin
    left: Hold | None
    renewed: Pin | None = None

    @property
    def words(self) -> str:
        """What is to be taken off where, for a person."""
        where = self.target.address.path
        named = "" if where in {"/", self.target.id} else f" ({self.target.id})"
        return f"{self.policy.name} ({self.policy.id}) from {where}{named}"


def gripped(
    api: Api, guardrail: str, target: str, *, until: datetime, who: str, reason: str
) -> Grip:
    """Find the policy on the target, reading nothing else; or the one that is pinned off it.

    UsageError where there is none; PlanRefused where taking it off would deny everything below.
    """
    at = spot(api, target)
    there = holds(api, at)
    policy, renewed = meant(there, guardrail, at.address), None
    if policy is None:
        policy = meant(tagged(api, guardrail, at.types, PREFIX + at.id), guardrail, at.address)
        renewed = None if policy is None else _pin_of(policy, at)
    if policy is None or (renewed is not None and renewed.ends is None):
        raise _elsewhere(api, guardrail, there, at)
    left = _left(api, policy, there, at) if renewed is None else None
    pin = pinned(policy.address, at.address, at.id, until=until, who=who, reason=reason)
    return Grip(policy, at, pin, left, renewed)


def _pin_of(policy: Hold, at: Spot) -> Pin | None:
    """Return the pin that a policy bears for a target, whatever it says."""
    text = policy.tags.get(PREFIX + at.id)
    return None if text is None else written(policy.address, at.address, at.id, text)


def _elsewhere(api: Api, guardrail: str, there: Sequence[Hold], at: Spot) -> UsageError:
    """Say what is attached to the target, and where above it the policy is."""
    known = ", ".join(sorted(one.name for one in there if not one.aws_managed)) or "none"
    named = set(_names(there))
    detail = f"{guardrail} is not attached to {at.address} itself. Attached are: {known}."
    for place in above(api, at):
        held = holds(api, place)
        named.update(_names(held))
        if meant(held, guardrail, place.address) is not None:
            return UsageError(
                "Not attached there",
                f"{detail} It is attached above, to {place.address}, and holds there for others, too.",
                f"To take it off them all: govkit detach {guardrail} --from {place.address.path}",
            )
    detail = f"{detail} Nor is it attached above."
    # Whoever names a policy that there is must not be led to another one.
    there_is = policy_called(api, guardrail, at.types) is not None
    guess = "" if there_is else did_you_mean(guardrail, named)
    return UsageError("Not attached there", detail, guess or "govkit show tree --live")


def _names(there: Sequence[Hold]) -> Iterator[str]:
    """Yield what the policies are called, in AWS and in the layout that made them."""
    for one in there:
        if not one.aws_managed:
            yield from {one.name, one.tags.get(GUARDRAIL, one.name)}


def _left(api: Api, policy: Hold, there: Sequence[Hold], at: Spot) -> Hold | None:
    """Return what allows something on the target all the same; PlanRefused where nothing would."""
    others = [one for one in there if one.type == policy.type and one != policy]
    if policy.aws_managed:
        raise _refused(f"{policy.name} allows what nothing else allows: it is no guardrail.", "")
    first = (
        "Attach FullAWSAccess first, then run this again: aws organizations attach-policy "
        f"--policy-id p-FullAWSAccess --target-id {at.id}"
    )
    if policy.type.limits.minimum > len(others):
        raise _refused(
            f"{policy.name} is the last {policy.type.key} on {at.address.path}, and AWS lets no "
            "target be without one.",
            first,
        )
    if not policy.type.limits.minimum:
        return None
    # AWS's own ones first: they need no call.
    in_turn = sorted(others, key=lambda one: not one.aws_managed)
    left = next((one for one in in_turn if allows(api, one)), None)
    if left is None:
        raise _refused(
            f"Without {policy.name} nothing on {at.address.path} allows anything: every request "
            "below it would be denied.",
            first,
        )
    return left


def _refused(detail: str, hint: str) -> PlanRefused:
    return PlanRefused("Refused: that would be an outage", detail, hint)


def pulled(api: Api, grip: Grip, patience: Patience) -> Iterator[Event]:
    """Pin, then detach; yields what happens.

    In this order, so that a kill between the two leaves nothing that the next apply would fight:
    a pin on what is attached changes nothing. What still allows something there is looked at again
    before each: who was asked may have taken their time. StalePlan where it is gone, `ApplyStopped`
    once something was written.
    """
    steps = _steps(grip)
    if grip.renewed is not None:
        _require_off(api, grip)
        steps = steps[:1]
    crossing = Crossing(
        kinds={kind.resource: kind for kind in kinds()},
        api=api,
        ids=Ids(
            {grip.pin.policy: grip.policy.id, grip.pin.target: grip.target.id}
            | ({} if grip.left is None else {grip.left.address: grip.left.id})
        ),
        patience=patience,
    )
    try:
        yield from crossing.execute(steps)
    except GovkitError as error:
        if not crossing.touched:
            if isinstance(error, StalePlan):
                raise StalePlan(
                    "The target changed in between",
                    error.detail,
                    "Run the same command again: it looks anew.",
                ) from error
            raise
        raise ApplyStopped(
            "Stopped after the first write",
            f"{error.summary}. {error.detail}\n{grip.words} may be pinned and still attached.",
            "Run the same command again to finish.",
        ) from error


def _require_off(api: Api, grip: Grip) -> None:
    """Raise StalePlan where somebody attached the policy again, as a pin alone takes nothing off."""
    if any(one.id == grip.policy.id for one in holds(api, grip.target)):
        raise StalePlan(
            "The target changed in between",
            f"{grip.words}: it was off, and is attached now. Nothing was written.",
            "Run the same command again: it looks anew.",
        )


def _steps(grip: Grip) -> tuple[Step, ...]:
    pin, before = grip.pin, _pin_of(grip.policy, grip.target)
    attachment = Attachment(grip.pin.policy, grip.pin.target)
    kept = None if grip.left is None else Attachment(grip.left.address, pin.target)
    relies = () if kept is None else (Premise(kept, ("policy", "target")),)
    return (
        _step("s1", Change(before, pin), "pin", relies),
        _step("s2", Change(attachment, None), "detach", relies),
    )


def _step(name: str, change: Change[Resource], verb: str, relies: tuple[Premise, ...]) -> Step:
    why = "in an emergency"
    return Step(name, change, verb, why, Authority.DELEGATED.value, (), relies=relies)


def caller(api: Api) -> str:
    """Return who pulls the brake: the role session's name or the user's, else who sits here."""
    try:
        arn = str(api.call(ApiCall("sts", "GetCallerIdentity"))["Arn"])
    except GovkitError:
        # An emergency does not wait for STS; CloudTrail knows who it was.
        return getpass.getuser()
    return arn.rpartition(":")[2].removeprefix("assumed-role/").removeprefix("user/")
