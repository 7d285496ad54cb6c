"""Lints the policies that a layout renders, at the lines of its templates."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from govkit.checks._judge import Judged, judged
from govkit.checks._paper import Paper, paper
from govkit.checks._suppressions import in_template, in_yaml
from govkit.errors import UsageError
from govkit.flow.compare import Bank, Question, compared
from govkit.flow.idle_exemptions import idle_exemptions
from govkit.flow.offline import validated as proved
from govkit.flow.show import room
from govkit.flow.suppress import Placed, Said, found_by, remaining
from govkit.kinds.policy import Policy
from govkit.layout.read import read
from govkit.model.address import Address
from govkit.model.finding import Finding, Origin, Severity
from govkit.model.wanted import Wanted
from govkit.plan.budget import Used
from govkit.plan.effects import in_force
from govkit.policies.types import known

_YAML = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Validated:
    """What is to be said of a layout, and what each target holds of AWS's limits, and by whom."""

    findings: tuple[Finding, ...]
    budget: tuple[Used, ...]


def validated(question: Question, bank: Bank | None) -> Validated:
    """Return what is to be said of a layout: its own findings, and what the lint warns of.

    With a snapshot's state also how the layout fits that; foreign policies are counted then.
    """
    wanted = proved(question)
    linted = (one for one in lint_of(wanted) if one.severity > Severity.NOTE)
    if bank is None:
        return Validated((*wanted.findings, *linted), room(wanted, wanted.state, offline=True))
    met = compared(question, bank).meeting
    found = (*wanted.findings, *met.findings, *linted)
    return Validated(found, room(wanted, met.live, offline=False))


def linted_layout(question: Question, told: str | None) -> tuple[Finding, ...]:
    """Return what the lint says of a layout's policies, of one type or of all."""
    kind = None if told is None else known(told)
    if told is not None and kind is None:
        raise UsageError("No such type", f"--type {told} is no policy type of a layout.")
    found = lint_of(read(question.layout, today=question.today))
    return tuple(one for one in found if kind is None or _type(one.subject) in (kind.key, ""))


def lint_of(wanted: Wanted) -> tuple[Finding, ...]:
    """Return what is to be said of the policies, those in force for an account taken together."""
    policies = sorted(wanted.state.all(Policy), key=lambda one: one.address)
    papers = [paper(_name(one.address), one.type, one.document.value) for one in policies]
    found = list(_placed(wanted, policies, papers))
    found += (Placed(one) for one in idle_exemptions(wanted))
    return remaining(found, list(_said(wanted, found)), wanted.as_of)


def _placed(
    wanted: Wanted, policies: Sequence[Policy], papers: Sequence[Paper]
) -> Iterator[Placed]:
    for one in judged(papers, _targets(wanted, policies)):
        address = policies[one.paper].address
        at = wanted.places.get(address)
        asked = wanted.origin(address)
        where = at(one.remark.path) if at is not None else asked
        yield Placed(_finding(one, address, where), (asked,) if asked else ())


def _finding(found: Judged, address: Address, where: Origin | None) -> Finding:
    message = f"{_name(address)}: {found.remark.message}"
    return found_by(found.check, str(address), message, where)


def _targets(wanted: Wanted, policies: Sequence[Policy]) -> list[tuple[int, ...]]:
    """Return the policies, by their places, that hold together for some account."""
    places = {one.address: place for place, one in enumerate(policies)}
    chains = {
        tuple(sorted(places[one] for one in held if one in places))
        for held in in_force(wanted.state).values()
    }
    attached = {place for chain in chains for place in chain}
    alone = [(place,) for place in range(len(policies)) if place not in attached]
    return [*sorted(chain for chain in chains if chain), *alone]


def _said(wanted: Wanted, found: Sequence[Placed]) -> Iterator[Said]:
    """Yield what the layout's files and its templates allow."""
    origins = (one for one in wanted.origins.values())
    layout = {origin.file for origin in origins} | {wanted.path}
    places = {one.finding.where.file for one in found if one.finding.where is not None}
    for name in sorted(layout | places):
        text = _text(Path(name))
        read_as = in_yaml if name.endswith(_YAML) else in_template
        for given in read_as(text) if "govkit:" in text else ():
            yield Said(name, given, frozenset((name,)))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def _name(address: Address) -> str:
    return address.path.partition("/")[2]


def _type(subject: str) -> str:
    """Return the type of the policy that a finding is about; nothing where it is about a file."""
    return Address.parse(subject).path.partition("/")[0] if subject.startswith("policy:") else ""
