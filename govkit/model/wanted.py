"""What a layout asks for, checked and complete: the last thing that remembers lines of a file."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from typing import Any, TypeAlias

from govkit.model.address import Address
from govkit.model.call import Interest
from govkit.model.expectation import Answered
from govkit.model.finding import Finding, Origin
from govkit.model.lapse import Tolerance
from govkit.model.resource import Resource
from govkit.model.scope import Coverage, Scope
from govkit.model.state import State


@dataclass(frozen=True, slots=True)
class Demand:
    """One thing that the baseline asks for, the line that does, and whether it is only looked at.

    One that is not `present` must not be there.
    """

    resource: Resource
    origin: Origin
    observed: bool
    present: bool = True


Standard: TypeAlias = Callable[[Scope], Iterable[Demand]]


@dataclass(frozen=True, slots=True)
class Claim:
    """How one listed thing is recognised in AWS, and what the layout says about its handling.

    `was` is an old name in the layout's words (an OU path, an account key, a guardrail key).
    `email` is set only where it is written on the account; `new_email` is what a creation would
    use, and never identifies.
    """

    id: str | None = None
    was: str | None = None
    email: str | None = None
    new_email: str | None = None
    create: bool = False
    close: bool = False
    reparent: bool = False
    adopt: bool = False


@dataclass(frozen=True, slots=True)
class Guardrail:
    """What a guardrail compiled to: one policy per rendering, `key` first and `key.variant` after.

    `policies` is empty where the guardrail is `absent`.
    """

    key: str
    type: str
    policies: tuple[Address, ...] = ()
    absent: bool = False
    preview: bool = False
    was: str | None = None
    adopt: bool = False
    severity: str = "medium"
    controls: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ignored:
    """A pattern of things that are known and left alone: shell wildcards; `/**` is all below."""

    kind: str
    pattern: str

    def matches(self, kind: str, name: str) -> bool:
        """Tell whether a policy's name, an OU's path or an account's ID or key is meant."""
        if kind != self.kind:
            return False
        name = name.strip("/")
        pattern = self.pattern.strip("/")
        if pattern.endswith("/**"):
            top = pattern.removesuffix("/**")
            steps = name.split("/")
            return any(
                fnmatchcase("/".join(steps[:count]), top) for count in range(1, len(steps) + 1)
            )
        return fnmatchcase(name, pattern)


@dataclass(frozen=True, slots=True)
class Manage:
    """How far the layout's care goes."""

    all_ous: bool = False
    all_accounts: bool = False
    ignore: tuple[Ignored, ...] = ()


@dataclass(frozen=True, slots=True)
class Spared:
    """A principal (an ARN, with wildcards) that no guardrail may deny these actions (patterns)."""

    principal: str
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Safety:
    """The rails' figures, and who is let through; `break_glass` are ARNs of roles, `*` for every account."""

    max_deletes: int = 3
    max_moves: int = 20
    max_creates: int = 5
    max_accounts_newly_denied: int = 50
    max_accounts_newly_allowed: int = 50
    exemption_max_days: int = 90
    remove_expired: bool = False
    settle_seconds: float = 5.0
    never_deny: tuple[Spared, ...] = ()
    break_glass: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Way:
    """A way out of guardrails that the layout grants: whom, why, by whom, and until when (UTC).

    `widens` says that it changes parameters and does not lift the guardrail.
    """

    key: str
    guardrails: tuple[str, ...]
    accounts: tuple[str, ...]
    principals: tuple[str, ...]
    ous: tuple[str, ...]
    widens: bool
    reason: str
    owner: str
    ticket: str
    granted: date
    expires: date
    where: Origin | None = None


@dataclass(frozen=True, slots=True)
class SideDoor:
    """A way out that is no exemption: of which sort, what it lets out, of what, and where it is told.

    The layout has no place for its owner and its end, save where they are given.
    """

    sort: str
    what: str
    where: Origin | None = None
    owner: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A section of the baseline as the layout has it: its value, and the line of each part below it."""

    value: Any
    line: Callable[[tuple[str | int, ...]], Origin]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The desired bank before it meets the live one.

    `state` may leave things open (an account's name where none is written); `absent` is what must
    not be there; `full_access` says per target whether FullAWSAccess is governed, and how. `places`
    lead from a path in a policy's document to the line that says it. `standards` ask for the baseline
    in accounts and Regions that only AWS can name, as far as `coverage` reaches; what is `observed`
    is compared and never written. `baseline` are its sections by key, for those who judge by them,
    `tolerances` what they leave to an owner; `of_baseline` is all that they ask for, trusted access
    and the like, too.
    """

    layout: str
    path: str
    sha256: str
    as_of: date
    state: State
    absent: frozenset[Address] = frozenset()
    claims: Mapping[Address, Claim] = field(default_factory=dict)
    origins: Mapping[Address, Origin] = field(default_factory=dict)
    places: Mapping[Address, Callable[[tuple[str | int, ...]], Origin]] = field(
        default_factory=dict, compare=False, repr=False
    )
    guardrails: Mapping[str, Guardrail] = field(default_factory=dict)
    protected: frozenset[Address] = frozenset()
    full_access: Mapping[Address, bool] = field(default_factory=dict)
    closed: frozenset[Address] = frozenset()
    governed: frozenset[str] = frozenset()
    organization: str | None = None
    management_account: str | None = None
    home_region: str | None = None
    partition: str = "aws"
    store: str | None = None
    run: Mapping[str, str] = field(default_factory=dict)
    manage: Manage = field(default_factory=Manage)
    safety: Safety = field(default_factory=Safety)
    limits: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    interest: Interest = field(default_factory=Interest)
    exemptions: tuple[Way, ...] = ()
    coverage: Coverage = field(default_factory=Coverage)
    standards: tuple[Standard, ...] = ()
    observed: frozenset[Address] = frozenset()
    baseline: Mapping[str, Told] = field(default_factory=dict, compare=False, repr=False)
    tolerances: tuple[Tolerance, ...] = ()
    of_baseline: frozenset[Address] = frozenset()
    side_doors: tuple[SideDoor, ...] = ()
    findings: tuple[Finding, ...] = ()
    tested: tuple[Answered, ...] = ()

    def origin(self, address: Address) -> Origin | None:
        """Return the line that asks for the thing, or None."""
        return self.origins.get(address)
