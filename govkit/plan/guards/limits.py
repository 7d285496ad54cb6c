"""AWS's limits hold after every step of the plan, foreign policies counted: no surprise from AWS."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from govkit.kinds._access_analyzer import ANALYZERS
from govkit.kinds._for_all import EXCLUDED
from govkit.kinds.account import Account
from govkit.kinds.analyzer import Analyzer
from govkit.kinds.conformance_pack import ConformancePack
from govkit.kinds.organization_rule import OrganizationRule
from govkit.kinds.policy import Policy
from govkit.kinds.root import Root
from govkit.model.address import ROOT
from govkit.model.finding import Finding
from govkit.model.plan import Plan
from govkit.model.state import State
from govkit.model.wanted import Wanted
from govkit.plan.guards._crowd import OUS, Moment, Where, fullest
from govkit.plan.guards._remark import remark
from govkit.plan.guards.max_moves import created_accounts
from govkit.plan.judge import Guard
from govkit.plan.meet import org_paths
from govkit.plan.room import fixed
from govkit.policies.exempt import tokens, with_paths
from govkit.policies.limits import Limits, organization_limits
from govkit.policies.types import policy_type

RAIL = "limits"
LimitsOf = Callable[[str], Limits]
_UNKNOWN_PATH = "o-0123456789/r-0123" + "/ou-0123-01234567" * 5  # as long as AWS makes them


def _look(plan: Plan, wanted: Wanted) -> Iterable[Finding]:
    after, worst = plan.live.after(step.change for step in plan.steps), fullest(plan)
    root = plan.live.get(ROOT)
    partition = root.partition if isinstance(root, Root) else "aws"
    known: dict[str, Limits] = {}

    def limits(key: str) -> Limits:
        if key not in known:
            known[key] = policy_type(key).limits_in(partition, wanted.limits.get(key, {}))
        return known[key]

    for subject, message in (
        *_policies(worst, limits),
        *_documents(plan, after, limits),
        *_ous(worst, wanted, partition),
        *_accounts(plan, after, wanted),
        *_analyzers(plan, after),
        *_left_out(plan),
    ):
        yield remark(RAIL, "GK410", subject, message)


def _policies(worst: Mapping[Where, Moment], limits: LimitsOf) -> Iterator[tuple[str, str]]:
    """Count the policies that come to a target, or to the organization: AWS refuses one on the way, too."""
    for (target, key), moment in sorted(worst.items(), key=str):
        if target is not None:
            count, most = moment.count + fixed(key), limits(key).attachments
            subject, what = str(target), f"{target} would hold"
        elif (target, key) != OUS:
            count, most = moment.count, limits(key).policies
            subject, what = f"policy_type:{key}", "The organization would have"
        else:
            continue
        if count > most:
            said = f"{what} {count} policies of type {key}{moment.when}, foreign ones counted"
            yield subject, f"{said}; AWS allows {most}."


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


def _ous(
    worst: Mapping[Where, Moment], wanted: Wanted, partition: str
) -> Iterator[tuple[str, str]]:
    most = organization_limits(wanted.limits.get("organization", {}), partition)["ous"]
    moment = worst.get(OUS)
    if moment is not None and moment.count > most:
        said = f"The organization would have {moment.count} OUs{moment.when}"
        yield "root:/", f"{said}; AWS allows {most}."


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
