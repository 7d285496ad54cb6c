"""What the kinds take of IAM for a layout: actions by task, and the policy document that grants them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from govkit.access.action_facts import ResourceType, action_facts
from govkit.kinds.config_aggregator import ConfigAggregator
from govkit.kinds.config_recorder import ConfigRecorder
from govkit.kinds.policy import Policy
from govkit.kinds.service_role import ServiceRole
from govkit.model.kind import Authority, Kind
from govkit.model.plan import Step
from govkit.model.wanted import Wanted
from govkit.policies.types import policy_type

Kinds = Iterable[Kind[Any]]

# One resource type of these actions is never ours: a transfer of billing responsibility.
_NEVER_OURS = frozenset({"responsibilitytransfer"})
_LISTING = ("Describe", "List")
_HOLE = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Need:
    """An IAM action that govkit takes, and whether it changes something; `task` is a role of `run:`."""

    action: str
    task: str
    writes: bool


@dataclass(frozen=True, slots=True)
class Ground:
    """Where the policy will hold: what ARNs are written with. `types` are AWS's names, in lower case.

    `roles` are those of member accounts that are assumed, `passed` those that services are handed,
    `made` those that are made for a service;
    `full_access` says whether FullAWSAccess, AWS's own policy, may be attached and detached.
    """

    partition: str = "aws"
    organization: str | None = None
    management_account: str | None = None
    types: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()
    made: tuple[str, ...] = ()
    full_access: bool = False


def needs(kinds: Kinds, wanted: Wanted) -> frozenset[Need]:
    """Return everything that planning and applying this layout may take."""
    found = {need for kind in kinds for need in _needs(kind, wanted)}
    for inside, outside in _ENTERING.items():
        if any(need.task == inside for need in found):
            found.add(Need("sts:AssumeRole", outside, writes=False))
    return frozenset(found)


def _needs(kind: Kind[Any], wanted: Wanted) -> Iterator[Need]:
    member = kind.authority is Authority.MEMBER
    used = _used(kind, wanted)
    if used or not (member or kind.beyond):
        yield from (
            Need(one, task, writes=False)
            for task in _tasks(kind, wanted, "member.read", "read")
            for one in kind.reads
        )
    if used:
        yield from (Need(one, "member.read", writes=False) for one in kind.stand_in_reads)
        yield from (
            Need(one, task, writes=True)
            for task in _tasks(kind, wanted, "member.write", _WRITERS[kind.authority])
            for one in kind.writes(wanted)
        )


def _tasks(kind: Kind[Any], wanted: Wanted, inside: str, outside: str) -> Iterator[str]:
    """Yield who does something; the management account is not entered, whoever plans is there."""
    member = kind.authority is Authority.MEMBER
    if member:
        yield inside
    if not member or (kind.beyond and wanted.coverage.reaches("/")):
        yield outside


def _used(kind: Kind[Any], wanted: Wanted) -> bool:
    """Tell whether a layout has a use for a kind: its section stands there, or it needs none."""
    if kind.beyond:
        sections = wanted.coverage.sections
        return bool(sections) and kind.is_asked_in(sections)
    implied = next(wanted.state.all(kind.resource), None) is not None
    return kind.section is None or kind.name in wanted.governed or implied


_WRITERS: Mapping[Authority, str] = {
    Authority.DELEGATED: "policies",
    Authority.MANAGEMENT: "structure",
    Authority.MEMBER: "structure",
}
# Who works inside accounts is let in by the role that is at it outside.
_ENTERING = {"member.read": "read", "member.write": "structure"}


def writes_of(kinds: Mapping[type, Kind[Any]], steps: Iterable[Step], wanted: Wanted) -> set[str]:
    """Return the actions that write which the steps of a plan take, those of their roles among them.

    Making a thing with tags takes the action that tags; handing a role over has no call of its own.
    """
    found: set[str] = set()
    for step in steps:
        offered = set(kinds[type(step.change.subject)].writes(wanted))
        asked = {call.operation for call in step.calls}
        known = {one.partition(":")[2] for one in offered}
        if not asked <= known:  # IAM has another name for what is called
            found.update(offered)
            continue
        if any("Tags" in call.params for call in step.calls):
            asked.add("TagResource")
        found |= {one for one in offered if one.partition(":")[2] in {*asked, "PassRole"}}
    return found


def ground(wanted: Wanted, partition: str) -> Ground:
    """Return what is known of where a layout's policies will hold."""
    types = {policy_type(one.type).name.lower() for one in wanted.state.all(Policy)}
    return Ground(
        partition,
        wanted.organization,
        wanted.management_account,
        tuple(sorted(types)),
        tuple(sorted(_entered_by(wanted))),
        tuple(
            sorted(
                {one.role for one in wanted.state.all(ConfigRecorder)}
                | {one.role for one in wanted.state.all(ConfigAggregator)}
            )
        ),
        tuple(sorted({one.name for one in wanted.state.all(ServiceRole)})),
        bool(wanted.full_access),
    )


def _entered_by(wanted: Wanted) -> Iterable[str]:
    """Return the names of the roles by which accounts are entered."""
    entry = wanted.coverage.entry
    told = {role for role in (entry.read, entry.write) if role is not None}
    own = {entry.default, *entry.roles.values()} if wanted.coverage.sections else set()
    return told if entry.read and entry.write else told | own


def document(found: Iterable[Need], where: Ground) -> dict[str, Any]:
    """Return the policy that grants exactly these actions, on resources where AWS knows any."""
    together: defaultdict[tuple[bool, tuple[str, ...]], set[str]] = defaultdict(set)
    for need in found:
        together[need.writes, _resources(need, where)].add(need.action)
    statements = [
        {
            "Sid": f"{'Write' if writes else 'Read'}{number}",
            "Effect": "Allow",
            "Action": sorted(actions),
            "Resource": list(resources),
        }
        for number, ((writes, resources), actions) in enumerate(sorted(together.items()), 1)
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def _resources(need: Need, where: Ground) -> tuple[str, ...]:
    service, _, operation = need.action.partition(":")
    if service != "organizations" and operation.startswith(_LISTING):
        return ("*",)  # asked without a name, the reference does not say about which resource
    facts = action_facts(need.action)
    kinds = () if facts is None else facts.resources
    ours = [one for one in kinds if one.name not in _NEVER_OURS]
    found = {arn for one in ours for arn in _arns(one, where, need)}
    if any(one.name == "policy" for one in ours) and _meets_aws_own(need, where):
        found.add(f"arn:{where.partition}:organizations::aws:policy/*")
    return tuple(sorted(found)) or ("*",)


def _meets_aws_own(need: Need, where: Ground) -> bool:
    """Tell whether an action meets policies that are nobody's: all are read, one is attached."""
    attaches = need.action in {"organizations:AttachPolicy", "organizations:DetachPolicy"}
    return not need.writes or (attaches and where.full_access)


def _arns(kind: ResourceType, where: Ground, need: Need) -> Iterator[str]:
    inside = need.task.startswith("member.") or need.action == "sts:AssumeRole"
    known = {
        "Partition": where.partition,
        "Account": "*" if inside else where.management_account or "*",
        "ManagementAccountId": where.management_account or "*",
        "OrganizationId": (where.organization or "*").removeprefix("o-"),
    }
    if kind.name == "role":
        for role in _role_names(need.action, where):
            yield _filled(kind.arn, {**known, "RoleNameWithPath": role})
        return
    types = where.types if need.writes and "${PolicyType}" in kind.arn else ()
    for one in types or ("*",):
        yield _filled(kind.arn, {**known, "PolicyType": one})


def _role_names(action: str, where: Ground) -> tuple[str, ...]:
    """Return the roles that an action is about, with their paths."""
    match action:
        case "sts:AssumeRole":
            return where.roles
        case "iam:PassRole":
            return where.passed or ("*",)
        case _:  # services' own; IAM does not know the path of one that is not there
            return ("AWSServiceRoleFor*", "aws-service-role/*", *where.made)


def _filled(template: str, known: Mapping[str, str]) -> str:
    return _HOLE.sub(lambda hole: known.get(hole[1], "*"), template)
