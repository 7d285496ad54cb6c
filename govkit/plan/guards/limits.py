"""AWS's limits hold at the end of the plan, foreign policies counted: no surprise from AWS."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from govkit.kinds._access_analyzer import ANALYZERS
from govkit.kinds._for_all import EXCLUDED
from govkit.kinds.account import Account
from govkit.kinds.analyzer import Analyzer
from govkit.kinds.attachment import Attachment
from govkit.kinds.conformance_pack import ConformancePack
from govkit.kinds.organization_rule import OrganizationRule
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy
from govkit.kinds.root import Root
from govkit.model.address import ROOT
from govkit.model.finding import Finding
from govkit.model.plan import Plan
from govkit.model.state import State
from govkit.model.wanted import Wanted
from govkit.plan.ground import SCPS
from govkit.plan.guards._remark import remark
from govkit.plan.guards.max_moves import created_accounts
from govkit.plan.judge import Guard
from govkit.plan.meet import org_paths
from govkit.plan.room import fixed
from govkit.plan.room import policy_type as type_of
from govkit.plan.watch import given
from govkit.policies.exempt import tokens, with_paths
from govkit.policies.limits import Limits, organization_limits
from govkit.policies.types import policy_type

RAIL = "limits"
LimitsOf = Callable[[str], Limits]
_UNKNOWN_PATH = "o-0123456789/r-0123" + "/ou-0123-01234567" * 5  # as long as AWS makes them


def _look(plan: Plan, wanted: Wanted) -> Iterable[Finding]:
    after = plan.live.after(step.change for step in plan.steps)
    root = plan.live.get(ROOT)
    partition = root.partition if isinstance(root, Root) else "aws"
    known: dict[str, Limits] = {}

    def limits(key: str) -> Limits:
        if key not in known:
            known[key] = policy_type(key).limits_in(partition, wanted.limits.get(key, {}))
        return known[key]

    for subject, message in (
        *_attachments(plan, after, limits),
        *_documents(plan, after, limits),
        *_counts(plan, after, limits),
        *_ous(plan, after, wanted, partition),
        *_accounts(plan, after, wanted),
        *_analyzers(plan, after),
        *_left_out(plan),
    ):
        yield remark(RAIL, "GK410", subject, message)


def _attachments(plan: Plan, after: State, limits: LimitsOf) -> Iterator[tuple[str, str]]:
    gaining = {
        (step.change.after.target, type_of(step.change.after.policy))
        for step in plan.steps
        if isinstance(step.change.after, Attachment)
    }
    held = Counter((one.target, type_of(one.policy)) for one in after.all(Attachment))
    if SCPS in after:
        gifts = given(plan.live, [step.change for step in plan.steps])
        held.update((target, key) for target, key in gaining if key == "scp" and gifts(target))
    for target, key in sorted(gaining):
        count, most = held[target, key] + fixed(key), limits(key).attachments
        if count > most:
            yield (
                str(target),
                (
                    f"{target} would hold {count} policies of type {key}, foreign ones "
                    f"counted; AWS allows {most}."
                ),
            )


def _documents(plan: Plan, after: State, limits: LimitsOf) -> Iterator[tuple[str, str]]:
    paths = _paths(plan, after)
    for step in plan.steps:
        policy = step.change.after
        if not isinstance(policy, Policy):
            continue
        real = {path: paths.get(path, _UNKNOWN_PATH) for path in tokens(policy.document)}
        length, most = len(with_paths(policy.document, real)), limits(policy.type).characters
        if length > most:
            yield (
                str(policy.address),
                f"{policy.name} would have {length} characters; AWS allows {most} for {policy.type}.",
            )


def _paths(plan: Plan, after: State) -> Mapping[str, str]:
    return {path: real for real, path in org_paths(after, plan.ids).items()}


def _counts(plan: Plan, after: State, limits: LimitsOf) -> Iterator[tuple[str, str]]:
    made = {
        step.change.after.type
        for step in plan.steps
        if isinstance(step.change.after, Policy) and step.change.before is None
    }
    held = Counter(policy.type for policy in after.all(Policy) if not policy.aws_managed)
    for key in sorted(made):
        if held[key] > limits(key).policies:
            yield (
                f"policy_type:{key}",
                (
                    f"The organization would have {held[key]} policies of type {key}; "
                    f"AWS allows {limits(key).policies}."
                ),
            )


def _ous(plan: Plan, after: State, wanted: Wanted, partition: str) -> Iterator[tuple[str, str]]:
    if not any(isinstance(step.change.after, OrganizationalUnit) for step in plan.steps):
        return
    most = organization_limits(wanted.limits.get("organization", {}), partition)
    count = sum(1 for _ in after.all(OrganizationalUnit))
    if count > most["ous"]:
        yield "root:/", f"The organization would have {count} OUs; AWS allows {most['ous']}."


def _accounts(plan: Plan, after: State, wanted: Wanted) -> Iterator[tuple[str, str]]:
    """Count accounts only against a figure that the layout tells: AWS's own differs per customer."""
    most = wanted.limits.get("organization", {}).get("accounts")
    count = sum(1 for _ in after.all(Account))
    if most is not None and count > most and created_accounts(plan):
        yield "root:/", f"The organization would have {count} accounts; its limit is {most}."


def _analyzers(plan: Plan, after: State) -> Iterator[tuple[str, str]]:
    """Count an organization's analyzers of each type, those of others with them."""
    held = Counter((one.account, one.region, one.type) for one in after.all(Analyzer))
    for step in plan.steps:
        made = step.change.after
        if not isinstance(made, Analyzer) or step.change.before is not None:
            continue
        count = held[made.account, made.region, made.type]
        if count > ANALYZERS:
            yield (
                str(made.address),
                (
                    f"{made.account.path} in {made.region} would have {count} analyzers of type "
                    f"{made.type}; AWS allows {ANALYZERS}."
                ),
            )


def _left_out(plan: Plan) -> Iterator[tuple[str, str]]:
    """Count the accounts that a rule or a pack for all accounts leaves out."""
    for step in plan.steps:
        made = step.change.after
        if isinstance(made, OrganizationRule | ConformancePack) and len(made.excluded) > EXCLUDED:
            yield (
                str(made.address),
                (
                    f"{made.name} would leave out {len(made.excluded):,} accounts; AWS Config "
                    f"takes {EXCLUDED:,}."
                ),
            )


GUARD = Guard(RAIL, _look)
