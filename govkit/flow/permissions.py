"""The story of `govkit iam-policy`: the policy that the roles of a layout need, and no more."""

from dataclasses import dataclass
from typing import Any

from govkit.errors import UsageError
from govkit.flow.compare import Question, kinds
from govkit.kinds._permits import document, ground, needs
from govkit.layout.read import read
from govkit.model.wanted import Wanted

TASKS = {
    "plan": ("read",),
    "apply": ("read", "policies", "structure"),
    "member": ("member.read", "member.write"),
}


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
    return Permissions(document(found, where), _roles(wanted, tasks, role))


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
