"""What a plan says of that which nobody could look at, or was not asked to."""

from collections.abc import Iterator

from govkit.flow.compare import Compared
from govkit.kinds.account import Account
from govkit.kinds.delegated_administrator import DelegatedAdministrator
from govkit.kinds.policy_type import EnabledPolicyType
from govkit.kinds.stack_set import KIND as STACK_SET
from govkit.kinds.stack_set import SERVICE as STACK_SETS
from govkit.kinds.trusted_access import KIND as TRUSTED_ACCESS
from govkit.kinds.trusted_access import TrustedAccess
from govkit.model.finding import Finding, Severity
from govkit.model.plan import Plan
from govkit.policies.types import policy_type

_ENABLE = "aws organizations enable-aws-service-access --service-principal"


def unseen(made: Plan, both: Compared) -> Iterator[Finding]:
    """Yield what could not be read, and what that leaves open about the steps of a plan."""
    yield from not_seen(both)
    yield from _stacks_not_seen(made, both)
    yield from _trust_not_seen(made, both)


def not_seen(both: Compared) -> Iterator[Finding]:
    """Yield what could not be read."""
    for what in both.live.incomplete:
        yield Finding(
            "GK304",
            Severity.WARNING,
            "organization",
            f"Could not look, so nothing is planned for it: {what}",
            "See what the caller may do: govkit doctor",
        )


def _stacks_not_seen(made: Plan, both: Compared) -> Iterator[Finding]:
    """Say of accounts that move which nobody asked CloudFormation about, where it may follow them."""
    follows = TrustedAccess(STACK_SETS).address in both.meeting.live
    if not follows or STACK_SET.name not in both.live.unseen:
        return
    for step in made.steps:
        if isinstance(step.change.before, Account) and step.verb == "move":
            yield Finding(
                "GK307",
                Severity.WARNING,
                str(step.address),
                f"{step.address} moves, and nobody looked which stacks of StackSets go or come with it.",
                "Plan with --baseline: it asks CloudFormation.",
                step.origin,
            )


def _trust_not_seen(made: Plan, both: Compared) -> Iterator[Finding]:
    """Say of what AWS takes only with a service's trusted access that nobody could see whether it has it."""
    if TRUSTED_ACCESS.name not in both.live.unseen:
        return
    for step in made.steps:
        match step.change.after:
            case DelegatedAdministrator(service=service):
                services: tuple[str, ...] = (service,)
            case EnabledPolicyType(type=key):
                services = policy_type(key).needs_access
            case _:
                continue
        for service in services:
            yield Finding(
                "GK313",
                Severity.WARNING,
                str(step.address),
                f"Nobody could see whether {service} has trusted access: without it AWS refuses to "
                f"{step.verb} {step.address}, and apply stops there (exit 6).",
                "Let the caller call organizations:ListAWSServiceAccessForOrganization, and plan "
                f"again. Or by hand: {_ENABLE} {service}",
                step.origin,
            )
