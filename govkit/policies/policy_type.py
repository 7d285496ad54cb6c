"""What a policy type is: the values on the shelf `types/` and the words for what is wrong."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from govkit.policies.canonical import Grammar
from govkit.policies.document import Document
from govkit.policies.limits import Facts, Limits, figures
from govkit.policies.positions import Path


class Fault(NamedTuple):
    """Something wrong with a document, and where: keys and indexes from the top."""

    path: Path
    message: str

    def __str__(self) -> str:
        return f"{pointer(self.path)}: {self.message}" if self.path else self.message


def pointer(path: Path) -> str:
    """Return a path as a person writes it: `Statement[0].Action`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


@dataclass(frozen=True, slots=True)
class DefaultPolicy:
    """The AWS-managed policy that AWS attaches everywhere when the type is enabled."""

    id: str
    name: str
    detachable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyType:
    """A type of policy. `key` is the layout's word for it, `name` AWS's.

    `faults` tells what the type's grammar refuses in a document. `needs_access` are the service
    principals whose trusted access AWS demands before it enables the type. `account_key` and
    `paths_key` are the condition keys that say whose request it is; None where the type's
    documents have no conditions, so that nobody can be excused in them.
    """

    key: str
    name: str
    noun: str
    grammar: Grammar
    facts: Facts
    faults: Callable[[Document], tuple[Fault, ...]]
    default: DefaultPolicy | None = None
    needs_access: tuple[str, ...] = ()
    account_key: str | None = None
    paths_key: str | None = None

    @property
    def exemptible(self) -> bool:
        """Whether its documents have conditions by which somebody can be excused."""
        return self.account_key is not None

    @property
    def limits(self) -> Limits:
        """The type's limits in the commercial partition, where nobody says otherwise."""
        return self.limits_in("aws", {})

    def limits_in(self, partition: str, told: Mapping[str, int]) -> Limits:
        """Return the limits in a partition, as overridden by the layout's `limits.<key>`."""
        return figures(self.facts, partition, told)
