"""How many more policies a target can hold, and what it lets go first where that is not enough."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.model.address import Address
from govkit.model.change import Action, Change
from govkit.model.resource import Resource
from govkit.model.state import State
from govkit.policies.document import Document
from govkit.policies.paths import tokens, with_paths
from govkit.policies.types import policy_type as policy_type_of

Waits = list[tuple[int, int]]
Place: TypeAlias = tuple[Address, str]
GUARDING = frozenset({"scp", "rcp"})  # the types that decide about requests
LONGEST_PATH = "o-0123456789/r-0123" + "/ou-0123-01234567" * 5  # as long as AWS makes them


@dataclass(frozen=True, slots=True)
class Room:
    """The live organization, foreign policies too, and what AWS allows per policy type.

    `allowed` are the attachments per target, `characters` those of a document, `policies` those
    of the organization. `cared` tells the policies and attachments that the next plan would bring
    in order, were a run killed: what nobody would put back is not touched even for a moment.
    `part` are the selectors of `--only`, where the plan is not of everything.
    """

    live: State
    allowed: Callable[[str], int]
    characters: Callable[[str], int] = lambda key: policy_type_of(key).limits.characters
    policies: Callable[[str], int] = lambda key: policy_type_of(key).limits.policies
    cared: Callable[[Address], bool] = lambda _: True
    part: tuple[str, ...] = ()

    def released_first(self, steps: Sequence[Change[Resource]]) -> tuple[list[int], Waits]:
        """Return which detaches must lead an attach for want of room, and the waits they make.

        The first list holds those whose policy nothing above the target keeps in force meanwhile.
        SCPs and RCPs are left out: their order follows the laws.
        """
        attaches, detaches = _by_place(steps, Action.CREATE), _by_place(steps, Action.DELETE)
        held = self.held()
        early: list[int] = []
        waits: Waits = []
        for place, adding in attaches.items():
            over = held[place] + len(adding) - self.allowed(place[1])
            if over <= 0 or place[1] in GUARDING:
                continue
            leaving = sorted(
                detaches.get(place, ()), key=lambda index: not self._held_above(steps[index])
            )
            chosen = leaving[:over]
            waits.extend(zip(chosen, adding[-len(chosen) :], strict=True) if chosen else ())
            early.extend(index for index in chosen if not self._held_above(steps[index]))
        return early, waits

    def held(self) -> Counter[Place]:
        """Return how many policies of each type each target holds."""
        return Counter(map(place_of, self.live.all(Attachment)))

    def fits(self, document: Document, kind: str) -> bool:
        """Tell whether a document is as short as AWS wants it, the OU paths in it written out."""
        real = dict.fromkeys(tokens(document), LONGEST_PATH)
        return len(with_paths(document, real)) <= self.characters(kind)

    def _held_above(self, step: Change[Resource]) -> bool:
        gone = step.before
        return isinstance(gone, Attachment) and any(
            Attachment(gone.policy, above).address in self.live
            for above in ancestors(gone.target, self.live)
        )


def place_of(attachment: Attachment) -> Place:
    """Return where an attachment takes room: its target, and the type of its policy."""
    return attachment.target, policy_type(attachment.policy)


def ancestors(target: Address, state: State) -> Iterator[Address]:
    """Yield what stands above a target, nearest first, up to the root."""
    here = state.get(target)
    while isinstance(here, OrganizationalUnit | Account):
        yield here.parent
        here = state.get(here.parent)


def policy_type(policy: Address) -> str:
    """Return the layout's key of a policy's type, from its address."""
    return policy.path.partition("/")[0]


def fixed(key: str) -> int:
    """Return how many places of a target AWS's own policy takes that nobody detaches or reads.

    RCPFullAWSAccess is one of the five RCPs that a target can hold (quotas of AWS Organizations).
    """
    default = policy_type_of(key).default
    return 1 if default is not None and not default.detachable else 0


def least(key: str) -> int:
    """Return how few policies of a type that can be detached a target must keep."""
    return policy_type_of(key).limits.minimum - fixed(key)


def _by_place(steps: Sequence[Change[Resource]], action: Action) -> Mapping[Place, list[int]]:
    places: defaultdict[Place, list[int]] = defaultdict(list)
    for index, step in enumerate(steps):
        subject = step.subject
        if step.action is action and isinstance(subject, Attachment):
            places[place_of(subject)].append(index)
    return places
