"""The published policies, changed in ways whose meaning is known: no miss, no false alarm."""

import random
from collections.abc import Iterator
from typing import Any

import pytest
from chains import reference
from mutations import LOOSER, SAME, TIGHTER, Mutation

from govkit.access.compare import chain
from govkit.access.difference import Change, Difference, difference
from govkit.access.pack import pack
from govkit.access.statement import policy
from govkit.access.verdict import Kind

# Changes that change nothing, and why.
HARMLESS = {
    ("exemption_added", "0042.json"): "the same action is denied without condition above",
    ("condition_dropped", "0042.json"): "the same action is denied without condition above",
    ("condition_dropped", "0062.json"): "it exempts service-linked roles, which are out of reach",
    ("exemption_added", "0066.json"): "its NotResource has a pattern that is no ARN's",
    ("condition_dropped", "0066.json"): "its NotResource has a pattern that is no ARN's",
    ("resource_widened", "0256.json"): "its figure is a placeholder, so that it never matches",
}


def _documents() -> Iterator[tuple[str, Kind, dict[str, Any]]]:
    for entry in reference("scps/MANIFEST.json"):
        yield entry["file"], Kind(entry["type"]), reference(f"scps/{entry['file']}")


def _compared(mutation: Mutation) -> Iterator[tuple[str, Difference]]:
    for name, kind, old in _documents():
        new = mutation(old, random.Random(name))  # noqa: S311 -- the same change every time
        if new is not None:
            yield name, difference(chain({name: old}, kind), chain({name: new}, kind))


@pytest.mark.parametrize("mutation", SAME)
def test_what_means_the_same_is_proved_equal(mutation: Mutation) -> None:
    found = list(_compared(mutation))
    assert len(found) > 80
    assert {name for name, one in found if one.change is not Change.EQUAL} == set()


@pytest.mark.parametrize(
    ("mutation", "expected"),
    [
        *((mutation, Change.WEAKENS) for mutation in LOOSER),
        *((mutation, Change.STRENGTHENS) for mutation in TIGHTER),
    ],
)
def test_what_loosens_or_tightens_is_found_with_a_witness(
    mutation: Mutation, expected: Change
) -> None:
    for name, found in _compared(mutation):
        harmless = (getattr(mutation, "__name__", ""), name) in HARMLESS
        assert found.change is (Change.EQUAL if harmless else expected), name
        for one in (*found.newly_denied, *found.newly_allowed):
            was, will = one.witness.old.outcome.permits, one.witness.new.outcome.permits
            assert (was, will) == ((False, True) if expected is Change.WEAKENS else (True, False))


def test_reading_a_policy_depends_on_its_meaning_alone() -> None:
    pick = random.Random(4)  # noqa: S311 -- the same change every time
    for name, _, document in _documents():
        again = SAME[0](document, pick)
        assert again is not None
        old, new = policy(name, document), policy(name, again)
        assert set(old.statements) == set(new.statements)


@pytest.mark.parametrize("limit", [5_120, 10_240])
def test_the_documents_of_each_source_are_packed_and_proved_equal(limit: int) -> None:
    sources: dict[tuple[str, Kind], dict[str, dict[str, Any]]] = {}
    for entry in reference("scps/MANIFEST.json"):
        group = sources.setdefault((entry["repo"], Kind(entry["type"])), {})
        group[entry["file"]] = reference(f"scps/{entry['file']}")
    assert len(sources) > 10
    for (source, kind), documents in sources.items():
        found = pack(documents, limit, kind=kind)
        assert found.proof.change is Change.EQUAL, source
        bound = -(-found.after // limit)
        # Three statements of the data perimeter take more than half a document each.
        spare = "data-perimeter" in source and kind is Kind.SCP and limit < 10_240
        assert len(found.documents) == bound + spare, source
