"""Runs name the one before them: a journal that is taken away, cut or made anew does not go unseen."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import pytest
from buckets import made
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from govkit.errors import GovkitError
from govkit.store.history import last_name
from govkit.store.journal import Journal
from govkit.store.links import Proof, follows, proofs
from govkit.store.local import LocalStore
from govkit.store.s3 import S3Store
from govkit.store.store import Store

RUNS = [f"2026112{day}T100000Z-aaaaaaaa" for day in range(3, 7)]
LINES = 4


def _ran(store: Store, name: str, *, ends: bool = True, **more: Any) -> None:
    """Let a run have been, linked to the one before it unless it is told otherwise."""
    begin = {"entry": "begin", "run": name, "command": "apply", "follows": follows(store), **more}
    journal = store.journal(name)
    journal.write({key: told for key, told in begin.items() if told != "none"})
    journal.write({"entry": "calling", "operation": "CreatePolicy"})
    journal.write({"entry": "step_done", "address": "policy:scp/a"})
    if ends:
        journal.write({"entry": "end", "outcome": "done"})
    if ends or isinstance(journal, Journal):  # a file is closed with its process, too
        journal.close()


class Place(Protocol):
    """A store, and somebody who reaches into it."""

    store: Store

    def lines(self, name: str) -> list[str]: ...

    def remake(self, name: str, lines: Sequence[str]) -> None: ...


class Folder:
    def __init__(self, path: Path) -> None:
        self.store = LocalStore(path)

    def lines(self, name: str) -> list[str]:
        return (self.store.folder / "runs" / f"{name}.jsonl").read_text().splitlines()

    def remake(self, name: str, lines: Sequence[str]) -> None:
        path = self.store.folder / "runs" / f"{name}.jsonl"
        path.unlink()
        if lines:
            path.write_text("".join(f"{line}\n" for line in lines))


class Cloud:
    def __init__(self, path: Path) -> None:
        bucket = made(path)
        self.store: S3Store = bucket.store()
        self._kept = path / "s3.json"

    def lines(self, name: str) -> list[str]:
        keys = list(self.store.objects.keys(f"runs/{name}/"))
        return [one.body.decode() for one in self.store.objects.each(keys) if one is not None]

    def remake(self, name: str, lines: Sequence[str]) -> None:
        kept = json.loads(self._kept.read_text())
        for key in [key for key in kept["objects"] if f"/runs/{name}" in key]:
            del kept["objects"][key]
        self._kept.write_text(json.dumps(kept))
        for number, line in enumerate(lines):
            assert self.store.objects.put_new(f"runs/{name}/{number:06d}.json", line.encode())
        if lines:
            whole = "".join(f"{line}\n" for line in lines)
            assert self.store.objects.put_new(f"runs/{name}.jsonl", whole.encode())


PLACES: dict[str, Callable[[Path], Place]] = {"folder": Folder, "s3": Cloud}


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return PLACES[request.param](tmp_path / "there")


def _severed(store: Store, name: str | None = None) -> list[tuple[str, str, str]]:
    """Return which run says what of which other one."""
    return [
        (one.run.id, one.link.run, one.link.state)
        for one in proofs(store, name)
        if one.broken and one.link is not None
    ]


def _anew(store: Store, name: str, lines: Sequence[str]) -> list[str]:
    """Return a run's lines with the chain of hashes made anew, as one would who knows how."""
    other = LocalStore(Path(f"{store.name}-anew").absolute())
    journal = other.journal(name)
    for told in map(json.loads, lines):
        journal.write({key: fact for key, fact in told.items() if key not in ("n", "prev")})
    journal.close()
    return journal.path.read_text().splitlines()


def test_runs_that_stand_as_they_were_are_linked_and_hold(place: Place) -> None:
    for name in RUNS:
        _ran(place.store, name)
    found = proofs(place.store)
    assert [one.run.id for one in found] == RUNS
    assert [one.link and (one.link.run, one.link.lines) for one in found] == [
        None,
        *((name, LINES) for name in RUNS[:-1]),
    ]
    assert all(one.linked and not one.broken for one in found)


def test_a_run_that_is_taken_away_is_missed_by_the_next(place: Place) -> None:
    for name in RUNS:
        _ran(place.store, name)
    place.remake(RUNS[1], [])
    assert _severed(place.store) == [(RUNS[2], RUNS[1], "missing")]
    assert _severed(place.store, RUNS[2]) == [(RUNS[2], RUNS[1], "missing")]
    with pytest.raises(GovkitError, match="No such run"):
        proofs(place.store, RUNS[1])


def test_lines_cut_off_at_the_end_are_missed_by_the_next(place: Place) -> None:
    for name in RUNS:
        _ran(place.store, name)
    place.remake(RUNS[1], place.lines(RUNS[1])[:-1])
    assert _severed(place.store) == [(RUNS[2], RUNS[1], "shortened")]
    (mine, other) = proofs(place.store, RUNS[1])
    assert (mine.run.id, mine.run.broken) == (RUNS[1], None)
    assert other.link is not None
    assert (other.run.id, other.link.lines, other.link.hold) == (RUNS[2], LINES, LINES - 1)


def test_a_journal_whose_chain_was_made_anew_is_not_the_one_that_the_next_run_knew(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in RUNS:
        _ran(place.store, name)
    lines = [line.replace("CreatePolicy", "DeletePolicy") for line in place.lines(RUNS[1])]
    anew = _anew(LocalStore(tmp_path / "x"), RUNS[1], lines)
    place.remake(RUNS[1], anew)
    assert [one.run.broken for one in proofs(place.store)] == [None] * len(RUNS)
    assert _severed(place.store) == [(RUNS[2], RUNS[1], "changed")]
    assert _severed(place.store, RUNS[1]) == [(RUNS[2], RUNS[1], "changed")]


def test_the_last_line_of_a_run_cannot_be_edited_unseen(place: Place) -> None:
    for name in RUNS[:2]:
        _ran(place.store, name)
    *before, end = place.lines(RUNS[0])
    place.remake(RUNS[0], [*before, end.replace("done", "interrupted")])
    assert _severed(place.store) == [(RUNS[1], RUNS[0], "changed")]


def test_a_run_that_was_killed_is_linked_to_as_it_stood(place: Place) -> None:
    _ran(place.store, RUNS[0], ends=False)
    _ran(place.store, RUNS[1])
    assert _severed(place.store) == []
    assert follows(place.store) == {
        "run": RUNS[1],
        "lines": LINES,
        "hash": place.store.read(RUNS[1]).end,
    }


def test_what_a_run_that_lost_its_lock_writes_afterwards_breaks_nothing(place: Place) -> None:
    """It cannot write to AWS any more, but it writes its end."""
    journal = place.store.journal(RUNS[0])
    journal.write({"entry": "begin", "run": RUNS[0], "follows": None})
    _ran(place.store, RUNS[1])
    journal.write({"entry": "end", "outcome": "stopped"})
    journal.close()
    assert _severed(place.store) == []
    assert proofs(place.store)[1].link is not None


def test_runs_from_before_there_were_links_are_told_as_not_linked(place: Place) -> None:
    _ran(place.store, RUNS[0], follows="none")
    _ran(place.store, RUNS[1], follows="none")
    _ran(place.store, RUNS[2])
    old, older, new = proofs(place.store)
    assert [one.linked for one in (old, older, new)] == [False, False, True]
    assert not any(one.broken for one in (old, older, new))
    place.remake(RUNS[1], [])
    assert _severed(place.store) == [(RUNS[2], RUNS[1], "missing")]


def test_a_run_after_a_broken_one_tells_of_it_only_what_changed_since(tmp_path: Path) -> None:
    place = Folder(tmp_path / "there")
    _ran(place.store, RUNS[0])
    first, _, *rest = place.lines(RUNS[0])
    place.remake(RUNS[0], [first, *rest])
    _ran(place.store, RUNS[1])
    broken, after = proofs(place.store)
    assert (broken.broken, after.broken) == (True, False)


@pytest.mark.parametrize(
    "link",
    [
        "x",
        {},
        {"run": "a"},
        {"run": "a", "lines": -1, "hash": ""},
        {"run": "a", "lines": True, "hash": ""},
        {"run": 1, "lines": 1},
    ],
)
def test_a_link_that_is_none_is_no_entry(tmp_path: Path, link: object) -> None:
    store = LocalStore(tmp_path)
    _ran(store, RUNS[0], follows=link)
    assert store.read(RUNS[0]).broken == f"{RUNS[0]}.jsonl:1"


def test_of_runs_of_one_second_the_one_that_began_last_comes_before(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    for name, time in (("a", "10:00:00.900"), ("b", "10:00:00.100"), ("c", "10:00:00.500")):
        _ran(store, f"20261123T100000Z-{name}", time=f"2026-11-23T{time}+00:00")
    assert last_name(store) == "20261123T100000Z-a"


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_run_but_the_last_can_be_cut_or_taken_away_unseen(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    place = Folder(tmp_path_factory.mktemp("store"))
    count = data.draw(st.integers(2, 4), label="runs")
    for name in RUNS[:count]:
        _ran(place.store, name, ends=data.draw(st.booleans()))
    assert not any(one.broken for one in proofs(place.store))
    victim = data.draw(st.sampled_from(RUNS[: count - 1]), label="which")
    lines = place.lines(victim)
    place.remake(victim, lines[: data.draw(st.integers(0, len(lines) - 1), label="left")])
    found: list[Proof] = [one for one in proofs(place.store) if one.broken]
    assert [one.link and one.link.run for one in found] == [victim]
