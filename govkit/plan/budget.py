"""How much of AWS's limits each target uses, and by whom: slots and characters, foreign policies counted."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from govkit.kinds.attachment import Attachment
from govkit.kinds.policy import Policy
from govkit.model.address import Address
from govkit.model.change import Change
from govkit.model.resource import Json, Resource
from govkit.model.state import State
from govkit.model.wanted import Wanted
from govkit.plan.room import policy_type as type_of
from govkit.policies.limits import Limits
from govkit.policies.types import policy_type

AWS, FOREIGN = "aws", "foreign"


@dataclass(frozen=True, slots=True, order=True)
class Held:
    """A policy on a target; `owner` is `guardrail KEY`, `layout NAME`, `foreign` or `aws`."""

    name: str
    characters: int
    owner: str


@dataclass(frozen=True, slots=True)
class Used:
    """What a target holds of one policy type, and how much of it AWS takes."""

    target: Address
    type: str
    attachments: int
    characters: int
    held: tuple[Held, ...]

    @property
    def free(self) -> int:
        """How many more policies fit."""
        return self.attachments - len(self.held)

    def to_json(self) -> dict[str, Json]:
        """Return it as plans and `show limits` tell it."""
        return {
            "target": str(self.target),
            "type": self.type,
            "attached": len(self.held),
            "attachments": self.attachments,
            "characters": self.characters,
            "policies": [
                {"name": one.name, "characters": one.characters, "owner": one.owner}
                for one in self.held
            ],
        }


def used(
    state: State,
    wanted: Wanted,
    partition: str,
    only: Collection[tuple[Address, str]] | None = None,
    *,
    offline: bool = False,
    given: Callable[[Address], bool] = lambda _: False,
) -> tuple[Used, ...]:
    """Return what each target, or `only` some, uses; `offline`, FullAWSAccess is where nobody refuses it.

    AWS's own policies that nobody can detach take a place of every target, and are not read. `given`
    tells the targets to which AWS attaches FullAWSAccess once they are made.
    """
    policies: defaultdict[tuple[Address, str], list[Held]] = defaultdict(list)
    for attachment in state.all(Attachment):
        place = attachment.target, type_of(attachment.policy)
        if only is None or place in only:
            policies[place].append(_held(attachment.policy, state, wanted))
    return tuple(
        Used(
            target,
            key,
            *_limits(key, partition, wanted),
            _with_own(
                key,
                held,
                full_access=(offline and wanted.full_access.get(target) is not False)
                or (key == "scp" and given(target)),
            ),
        )
        for (target, key), held in sorted(policies.items())
    )


def touched(changes: Iterable[Change[Resource]], after: State) -> set[tuple[Address, str]]:
    """Return the targets, by policy type, on which something is attached, detached or rewritten."""
    found: set[tuple[Address, str]] = set()
    rewritten: set[Address] = set()
    for change in changes:
        match change.subject:
            case Attachment(policy=policy, target=target):
                found.add((target, type_of(policy)))
            case Policy(address=address):
                rewritten.add(address)
            case _:
                continue
    return found | {
        (one.target, type_of(one.policy))
        for one in (after.all(Attachment) if rewritten else ())
        if one.policy in rewritten
    }


def _limits(key: str, partition: str, wanted: Wanted) -> tuple[int, int]:
    limits: Limits = policy_type(key).limits_in(partition, wanted.limits.get(key, {}))
    return limits.attachments, limits.characters


def _held(address: Address, state: State, wanted: Wanted) -> Held:
    policy = state.get(address)
    if not isinstance(policy, Policy):
        return Held(address.path.partition("/")[2], 0, AWS)
    return Held(policy.name, len(policy.document), _owner(policy, wanted))


def _owner(policy: Policy, wanted: Wanted) -> str:
    if policy.aws_managed:
        return AWS
    if policy.layout == wanted.layout and policy.guardrail:
        return f"guardrail {policy.guardrail}"
    return f"layout {policy.layout}" if policy.layout else FOREIGN


def _with_own(key: str, held: Iterable[Held], *, full_access: bool) -> tuple[Held, ...]:
    default = policy_type(key).default
    found = tuple(sorted(held))
    if default is None or any(one.name == default.name for one in found):
        return found
    fixed = full_access or not default.detachable
    return (Held(default.name, 0, AWS), *found) if fixed else found
