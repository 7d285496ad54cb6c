"""What a check is: its code, how sure and how bad it is, and what it looks at."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from govkit.checks._paper import Asked, Paper, Written
from govkit.model.finding import Severity
from govkit.policies.positions import Path

# Per account, or group of accounts alike: the places of the documents that hold there.
Targets = Sequence[Sequence[int]]


class Confidence(Enum):
    """What a remark rests on.

    CERTAIN follows from AWS's rules alone, LIKELY from dated lists of what AWS has, and POSSIBLE
    from what people usually mean.
    """

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


@dataclass(frozen=True, slots=True)
class Remark:
    """What is remarkable about the place in a document to which keys and indexes lead."""

    path: Path
    message: str


@dataclass(frozen=True, slots=True)
class Repeat:
    """A remark on one of several documents, by its place among them."""

    paper: int
    remark: Remark


def _nothing(_given: object) -> Iterator[Remark]:
    return iter(())


def _nothing_together(_papers: object, _targets: object) -> Iterator[Repeat]:
    return iter(())


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One opinion. `look` judges a document alone, `together` several with what holds for whom.

    `fix` says in a sentence what to do. `aws` are the checks of IAM Access Analyzer that it covers.
    """

    code: str
    name: str
    severity: Severity
    confidence: Confidence
    fix: str
    look: Callable[[Paper], Iterator[Remark]] = _nothing
    together: Callable[[Sequence[Paper], Targets], Iterator[Repeat]] = _nothing_together
    aws: tuple[str, ...] = ()


def statements(
    look: Callable[[Written], Iterator[Remark]],
) -> Callable[[Paper], Iterator[Remark]]:
    """Return the check of a document that looks at each statement."""
    return lambda paper: (remark for one in paper.statements for remark in look(one))


def tests(
    look: Callable[[Written, Asked], Iterator[Remark]],
) -> Callable[[Paper], Iterator[Remark]]:
    """Return the check of a document that looks at each test of each condition."""
    return statements(lambda one: (remark for asked in one.tests for remark in look(one, asked)))
