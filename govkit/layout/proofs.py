"""What the engine proves of a layout: exemptions free exactly whom they name, and variants only narrow."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from govkit.access.chain import Chain
from govkit.access.compare import FULL_ACCESS, described
from govkit.access.difference import Difference, difference
from govkit.access.freed import flaws
from govkit.access.statement import Level, policy
from govkit.access.verdict import Kind
from govkit.errors import BugError
from govkit.kinds._chains import judged
from govkit.kinds.policy import Policy
from govkit.layout.draft import Draft
from govkit.layout.fences import is_below
from govkit.layout.pieces import Piece
from govkit.model.address import Address
from govkit.model.finding import Finding, Severity
from govkit.policies.document import Document

UNPROVED = "GK012"
_TYPES = frozenset(kind.value for kind in Kind)


def prove_exemptions(draft: Draft) -> None:
    """Raise `BugError` where a document frees anybody else, or less, than its exemptions say.

    What could not be decided is a finding.
    """
    for address, freed in sorted(draft.freed.items()):
        for flaw in flaws(freed):
            if flaw.certain:
                raise BugError(
                    "This is a bug in govkit: an exemption does not free exactly whom it names",
                    f"In {address}, among those {flaw.among}, one request is answered wrongly: "
                    f"{flaw.detail}.",
                    "Please report it. Nothing was written.",
                )
            draft.findings.append(
                Finding(
                    UNPROVED,
                    Severity.WARNING,
                    str(address),
                    f"It could not be proved that {address} frees exactly whom its exemptions "
                    f"name: {flaw.detail}.",
                    "Look at it: govkit render",
                    draft.origins.get(address),
                )
            )


def check_variants(draft: Draft, pieces: Sequence[Piece]) -> None:
    """Add a fault for each rendering below another one of its guardrail that would allow more.

    Denies add up, so what it allows more would stay denied, and readers would not expect that.
    """
    for piece in pieces:
        if piece.kind.key not in _TYPES:
            continue
        for above, target in _above(draft, piece, pieces):
            told = _compared(
                piece.kind.key, _document(draft, above.address), _document(draft, piece.address)
            )
            if told is not None and told.newly_allowed:
                _complain(draft, piece, above, target, told)
                break


def _above(draft: Draft, piece: Piece, pieces: Sequence[Piece]) -> Iterator[tuple[Piece, Address]]:
    """Yield the other renderings of a guardrail that hold above this one, and where this one does."""
    others = [one for one in pieces if one.entry is piece.entry and one is not piece]
    for other in others:
        tops = [target.path for target in other.variant.targets if target.kind != "account"]
        for target in piece.variant.targets:
            home = _home(draft, target)
            if any(top != target.path and is_below(home, top) for top in tops):
                yield other, target
                break


def _home(draft: Draft, target: Address) -> str:
    if target.kind != "account":
        return target.path
    return draft.sections.accounts[target.path].value.ou


def _document(draft: Draft, address: Address) -> Document | None:
    found = draft.resources.get(address)
    plain = found.document if isinstance(found, Policy) else None
    return draft.unexempted.get(address, plain)


@lru_cache(maxsize=1024)
def _compared(kind: str, above: Document | None, below: Document | None) -> Difference | None:
    if above is None or below is None:
        return None
    return difference(_chain(kind, above), _chain(kind, below))


def _chain(kind: str, document: Document) -> Chain:
    everything = policy("FullAWSAccess", FULL_ACCESS)
    return Chain(Kind(kind), (Level("target", (everything, judged("guardrail", document))),))


def _complain(draft: Draft, piece: Piece, above: Piece, target: Address, told: Difference) -> None:
    witness: Mapping[str, object] = described(told)["newly_allowed"][0]["witness"]
    draft.faults.add(
        piece.entry.at(*piece.variant.steps),
        f"{piece.word} at {target.path} allows what {above.word}, attached above it, goes on to "
        f"deny: {witness['action']} with {witness['context']}",
        "Below another attachment a guardrail can only narrow; widening is what exemptions are for.",
    )
