"""The story of `govkit iam-policy`: the policy that the roles of a layout need, and no more."""

from dataclasses import dataclass
from typing import Any

from govkit.errors import UsageError
from govkit.flow.compare import Question, kinds
from govkit.kinds._permits import document, ground, needs, writes_of
from govkit.layout.read import read
from govkit.model.plan import Plan
from govkit.model.wanted import Wanted
from govkit.store.places import in_s3
from govkit.store.s3 import bucket_and_prefix

TASKS = {
    "plan": ("read",),
    "apply": ("read", "policies", "structure"),
    "member": ("member.read", "member.write"),
}
_STORE = {"plan": ("s3:GetObject",), "apply": ("s3:GetObject", "s3:PutObject")}


@dataclass(frozen=True, slots=True)
class Permissions:
    """A policy, and the roles of the layout that it is for, by their task under `run:`."""

    policy: dict[str, Any]
    roles: tuple[tuple[str, str], ...]


def permissions(question: Question, purpose: str, role: str | None) -> Permissions:
    """Return what planning, applying, or work in member accounts takes; `role` picks one task of it."""
    wanted = read(question.layout, today=question.today)
    tasks = _tasks(purpose, role)
    where = ground(wanted, wanted.partition)
    found = [need for need in needs(kinds(), wanted) if need.task in tasks]
    policy = document(found, where)
    told = policy if role is not None else _with_store(policy, wanted, purpose)
    return Permissions(told, _roles(wanted, tasks, role))


def for_steps(made: Plan, wanted: Wanted) -> dict[str, Any]:
    """Return the policy for whoever applies a plan: what planning it anew reads, and what it writes.

    What is written inside member accounts is up to the roles there.
    """
    writes = writes_of({kind.resource: kind for kind in kinds()}, made.steps, wanted)
    found = [
        need
        for need in needs(kinds(), wanted)
        if need.task in TASKS["apply"] and (not need.writes or need.action in writes)
    ]
    return _with_store(document(found, ground(wanted, wanted.partition)), wanted, "apply")


def _with_store(policy: dict[str, Any], wanted: Wanted, purpose: str) -> dict[str, Any]:
    """Add what a store in S3 takes; it is reached with the credentials at hand.

    Who may list a bucket is told that an object is not there, and others that access is denied;
    that question names no prefix, which is why the condition holds only where one is named.
    """
    place = wanted.store
    if place is None or not in_s3(place) or purpose not in _STORE:
        return policy
    bucket, prefix = bucket_and_prefix(place)
    at = f"arn:{wanted.partition}:s3:::{bucket}"
    listing: dict[str, Any] = {
        "Sid": "StoreList",
        "Effect": "Allow",
        "Action": ["s3:ListBucket"],
        "Resource": [at],
    }
    if prefix:
        listing["Condition"] = {"StringLikeIfExists": {"s3:prefix": [f"{prefix}*"]}}
    objects = {
        "Sid": "StoreObjects",
        "Effect": "Allow",
        "Action": list(_STORE[purpose]),
        "Resource": [f"{at}/{prefix}*"],
    }
    return {**policy, "Statement": [*policy["Statement"], objects, listing]}


def _tasks(purpose: str, role: str | None) -> tuple[str, ...]:
    tasks = TASKS[purpose]
    if role is None:
        return tasks
    known = {task.rpartition(".")[2]: task for task in tasks}
    if role not in known:
        raise UsageError("No such role", f"--role {role}: use one of {', '.join(known)}.")
    # Who writes reads first, to plan anew, and afterwards, to see that it took.
    return tuple(dict.fromkeys((tasks[0], known[role])))


def _roles(wanted: Wanted, tasks: tuple[str, ...], role: str | None) -> tuple[tuple[str, str], ...]:
    meant = tasks if role is None else tasks[-1:]
    return tuple((f"run.{task}", wanted.run[task]) for task in meant if task in wanted.run)
