"""What a request is answered, and by what: values without behaviour."""

from dataclasses import dataclass
from enum import Enum

from govkit.access.condition import Test


class Kind(Enum):
    """Which layer of control policies a chain is."""

    SCP = "scp"
    RCP = "rcp"


class Outcome(Enum):
    """The answer of one layer; `UNDECIDED` when what is not known of the request decides it."""

    ALLOWED = "Allowed"
    EXPLICITLY_DENIED = "ExplicitlyDenied"
    IMPLICITLY_DENIED = "ImplicitlyDenied"
    NOT_APPLICABLE = "NotApplicable"
    UNDECIDED = "Undecided"

    @property
    def permits(self) -> bool | None:
        """Say whether this layer lets the request through; None where that is undecided."""
        if self is Outcome.UNDECIDED:
            return None
        return self in (Outcome.ALLOWED, Outcome.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class Where:
    """A statement in a chain: names of level and policy, the statement's place in its document."""

    level: str
    policy: str
    index: int
    sid: str = ""

    def __str__(self) -> str:
        sid = f" ({self.sid})" if self.sid else ""
        return f"{self.level}: {self.policy}, Statement[{self.index}]{sid}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """An outcome, and the statement or (for an implicit deny) the level that decided it.

    `keys` names what would decide it where it is undecided: context keys, or `resource`.
    """

    outcome: Outcome
    statement: Where | None = None
    level: str = ""
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """What one statement made of a request; None stands for "it depends".

    `holds` is the whole statement's answer; `resource` and `tests` are those of its parts.
    A statement that does not speak of the action makes no step.
    """

    where: Where
    deny: bool
    holds: bool | None
    resource: bool | None
    tests: tuple[tuple[Test, bool | None], ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A verdict with every statement that speaks of the action, root first."""

    verdict: Verdict
    steps: tuple[Step, ...]
