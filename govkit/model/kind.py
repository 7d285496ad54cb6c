"""What a kind of AWS thing answers: what is there, how we recognise it, how we ask for a change."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Generic, TypeVar

from govkit.model.address import Address
from govkit.model.call import Api, ApiCall, Ids, Look, Response, Together
from govkit.model.change import Change
from govkit.model.finding import Finding
from govkit.model.resource import Found, Resource
from govkit.model.scope import Scope
from govkit.model.state import State
from govkit.model.wanted import Wanted

R = TypeVar("R", bound=Resource)


class Authority(Enum):
    """Who may ask AWS for a change."""

    MANAGEMENT = "management"
    DELEGATED = "delegated"
    MEMBER = "member"


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that a kind's own section of the layout asks for, and where below the section.

    What is `observed` is somebody else's to keep: looked at, and never written.
    """

    path: tuple[str | int, ...]
    resource: Resource
    present: bool = True
    observed: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A kind's own part of the layout, as `services: {trusted_access: …}`.

    `annotation` is what pydantic checks the value against; `asked` turns the checked value into
    resources; those of the baseline are asked of every account and Region of the scope. Their
    `needs` are checked against the layout's accounts and OUs by the reader.
    """

    under: str
    key: str
    annotation: Any
    asked: Callable[[Any, Scope], Iterable[Asked]]


@dataclass(frozen=True, slots=True)
class Recognition:
    """Which live addresses are which listed ones, and what is wrong where that cannot be said."""

    names: Mapping[Address, Address] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Follow:
    """How to learn the end of something that AWS does in its own time.

    `settled` looks at an answer: None while it goes on, the final answer once done; it raises
    `GaveUp` where AWS says that nothing came of it. Looks come ever less often, until there is
    `slower` times the usual pause between two: for what may take hours. `unknown` are AWS's codes
    for never having heard of it, which a read that lags says, too.
    """

    call: ApiCall
    settled: Callable[[Response], Response | None]
    slower: int = 1
    unknown: frozenset[str] = frozenset()


def _one_step(change: Change[R]) -> tuple[Change[R], ...]:
    return (change,)


def _nothing_brought(change: Change[R], wanted: Wanted) -> tuple[Resource, ...]:  # noqa: ARG001 - the default of a signature
    return ()


def _nothing_learned(change: Change[R], answer: Response) -> Mapping[Address, str]:  # noqa: ARG001 - as above
    return {}


def _at_once(change: Change[R], answer: Response) -> Follow | None:  # noqa: ARG001 - as above
    return None


def _not_begun(change: Change[R], api: Api) -> Response | None:  # noqa: ARG001 - as above
    return None


def _by_address(wanted: Wanted, live: State, ids: Ids) -> Recognition:  # noqa: ARG001 - as above
    return Recognition()


def _as_they_are(wanted: R | None, live: R | None) -> tuple[R | None, R | None]:
    return wanted, live


def _named(resource: Resource, wanted: Wanted) -> bool:
    return resource.address in wanted.state or resource.address in wanted.absent


def _writes_nothing(wanted: Wanted) -> tuple[str, ...]:  # noqa: ARG001 - as above
    return ()


def _plain_verb(change: Change[R]) -> str:
    return change.action.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[R]):
    """One kind of AWS thing, as data and functions; every module of `kinds/` exports one.

    - `read` looks at all that is there, under AWS's names (accounts and customer policies by ID)
    - `glance` looks at one thing with few calls: before a write, after a lost answer, to verify
    - `glances` looks at several with fewer calls than a glance each, where there is a way
    - `lower` answers a change with calls; no call is an error
    - `split` cuts a change into steps of one verb each, in their order
    - `brings` says what AWS makes along with it, as far as the layout governs it
    - `learn` reads new IDs from the (final) answer; `follow` says how to wait for that one
    - `underway` finds a creation that AWS is already at, and answers as its first call would have;
      `at_once` is how many AWS works on side by side
    - `recognise` maps live addresses to the layout's; `meet` fills what either side leaves open
    - `cares` tells whether a live thing is ours to change
    - `beyond` says that other services than Organizations are asked, in other accounts perhaps:
      what `--baseline` adds. It is looked at where the layout has its section, or rather what it
      `serves`: another section, or a part of one (`account.imds`)
    - `watched` says that nobody changes it: it is looked at only where a question is about the state
      of accounts itself, as `check` is, and never by a plan or for drift
    - `remedy` says what puts it right where no plan does, because it is only observed
    - `by_name` says that it is looked for by the name that the layout gives it, in its account alone
    - `reads` are the IAM actions that looking takes, `writes` those that changing may take for what
      a layout asks: `govkit iam-policy` prints them. `stand_in_reads` are those that looking takes in a
      member account that is in charge, where the management account refuses
    """

    name: str
    noun: str
    resource: type[R]
    read: Callable[[Look], Iterable[Found[R]]]
    glance: Callable[[R, Api, Ids], Found[R] | None]
    lower: Callable[[Change[R], Ids], Iterable[ApiCall]]
    glances: Callable[[Sequence[R], Together, Ids], Sequence[Found[R] | None]] | None = None
    verb: Callable[[Change[R]], str] = _plain_verb
    split: Callable[[Change[R]], tuple[Change[R], ...]] = _one_step
    brings: Callable[[Change[R], Wanted], tuple[Resource, ...]] = _nothing_brought
    learn: Callable[[Change[R], Response], Mapping[Address, str]] = _nothing_learned
    follow: Callable[[Change[R], Response], Follow | None] = _at_once
    underway: Callable[[Change[R], Api], Response | None] = _not_begun
    at_once: int = 1
    recognise: Callable[[Wanted, State, Ids], Recognition] = _by_address
    meet: Callable[[R | None, R | None], tuple[R | None, R | None]] = _as_they_are
    cares: Callable[[Resource, Wanted], bool] = _named
    authority: Authority = Authority.MANAGEMENT
    section: Section | None = None
    reads: tuple[str, ...] = ()
    stand_in_reads: tuple[str, ...] = ()
    writes: Callable[[Wanted], Iterable[str]] = _writes_nothing
    beyond: bool = False
    by_name: bool = False
    serves: tuple[str, ...] = ()
    watched: bool = False
    remedy: str = ""

    def is_asked_in(self, sections: Container[str]) -> bool:
        """Tell whether a baseline with these sections has a use for it; without any of its own, yes."""
        keys = self.serves or ((self.section.key,) if self.section else ())
        return not keys or any(key in sections for key in keys)

    def seen(self, things: Sequence[R], api: Together, ids: Ids) -> Sequence[Found[R] | None]:
        """Look at several of its things, side by side, and return what is there of each."""
        if self.glances is not None:
            return self.glances(things, api, ids)
        return api.each(lambda thing: self.glance(thing, api, ids), things)
