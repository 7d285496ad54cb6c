"""The desired state while it is being put together: the one value in this room that grows."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date

from govkit.access.freed import Freed
from govkit.layout.faults import Faults
from govkit.layout.sections import Sections
from govkit.model.address import Address
from govkit.model.finding import Finding, Origin
from govkit.model.resource import Resource
from govkit.model.suggest import Guesses
from govkit.model.wanted import Claim, Guardrail, Standard, Told
from govkit.policies.document import Document
from govkit.policies.positions import Path


@dataclass(slots=True)
class Draft:
    """What is wanted so far, and what was wrong or remarkable on the way.

    `unexempted` are the documents of policies with exemptions as they would be without; `freed`
    is what can be proved of the exemptions and break-glass principals in a document.
    """

    sections: Sections
    faults: Faults
    today: date
    guess: Guesses = field(default_factory=Guesses)
    resources: dict[Address, Resource] = field(default_factory=dict)
    origins: dict[Address, Origin] = field(default_factory=dict)
    places: dict[Address, Callable[[Path], Origin]] = field(default_factory=dict)
    claims: dict[Address, Claim] = field(default_factory=dict)
    absent: set[Address] = field(default_factory=set)
    protected: set[Address] = field(default_factory=set)
    full_access: dict[Address, bool] = field(default_factory=dict)
    closed: set[Address] = field(default_factory=set)
    guardrails: dict[str, Guardrail] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    observed: set[Address] = field(default_factory=set)
    standards: list[Standard] = field(default_factory=list)
    baseline: dict[str, Told] = field(default_factory=dict)
    of_baseline: set[Address] = field(default_factory=set)
    unexempted: dict[Address, Document] = field(default_factory=dict)
    freed: dict[Address, Freed] = field(default_factory=dict)
    ou_names: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.ou_names = [path.lstrip("/") for path in self.sections.ous]

    def want(self, resource: Resource, where: Origin) -> None:
        """Ask for a resource; the first line that asks for it is remembered.

        What can serve several sections at once is joined; `GovkitError` where they disagree.
        """
        address = resource.address
        there = self.resources.setdefault(address, resource)
        joined = getattr(there, "joined", None)
        if there is not resource and joined is not None:
            self.resources[address] = joined(resource)
        self.origins.setdefault(address, where)

    def refuse(self, address: Address, where: Origin) -> None:
        """Ask that something is not there."""
        self.absent.add(address)
        self.origins.setdefault(address, where)

    def unknown(
        self, where: Origin, noun: str, name: str, known: Collection[str], otherwise: str
    ) -> None:
        """Add the fault that a name of the layout is not listed, with the nearest that is."""
        hint = self.guess(noun, name, known) or otherwise
        self.faults.add(where, f'There is no {noun} "{name}" in this layout', hint)
