"""The journal: durable before anything happens, and a chain that shows every line touched since."""

import errno
import json
import os
import resource
import stat
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from govkit.errors import GovkitError
from govkit.store.history import covers, last, last_known, run, runs, told_by, with_holder
from govkit.store.journal import START, Journal, read
from govkit.store.lately import begun, written
from govkit.store.local import LocalStore
from govkit.store.store import Held, Holder

ENTRIES = [
    {"entry": "begin", "command": "apply", "caller": "jane", "steps": 2, "fingerprint": "sha256:a"},
    {"entry": "calling", "operation": "CreatePolicy", "text": "Umläute, 改, \u2028 and\nbreaks"},
    {"entry": "step_done", "address": "policy:scp/a"},
    {"entry": "end", "time": "2026-11-23T10:00:00+00:00", "outcome": "done"},
]


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    path = tmp_path / "runs" / "one.jsonl"
    _write(path)
    return path


def _write(path: Path) -> None:
    written = Journal(path)
    for entry in ENTRIES:
        written.write(entry)
    written.close()


def test_what_was_written_is_read_back_numbered_and_chained(journal: Path) -> None:
    reading = read(journal)
    assert (reading.torn, reading.broken) == (False, None)
    assert [entry["n"] for entry in reading.entries] == [0, 1, 2, 3]
    assert reading.entries[0]["prev"] == START
    assert [
        {**entry, **wanted} for entry, wanted in zip(reading.entries, ENTRIES, strict=True)
    ] == [dict(entry) for entry in reading.entries]
    assert stat.S_IMODE(journal.stat().st_mode) == 0o600


def test_each_line_is_on_disk_before_write_returns(tmp_path: Path) -> None:
    path = tmp_path / "one.jsonl"
    written = Journal(path)
    for count, entry in enumerate(ENTRIES, start=1):
        written.write(entry)
        assert len(read(path).entries) == count
    written.close()


def test_a_run_is_never_written_over(journal: Path) -> None:
    with pytest.raises(GovkitError) as caught:
        Journal(journal)
    assert caught.value.summary == "The journal cannot be written"
    assert len(read(journal).entries) == len(ENTRIES)


@pytest.mark.parametrize("line", range(3))
def test_a_line_altered_or_removed_is_named(journal: Path, line: int) -> None:
    lines = journal.read_text().split("\n")[:-1]
    entry = json.loads(lines[line])
    altered = [*lines]
    altered[line] = json.dumps({**entry, "entry": "other"}, separators=(",", ":"))
    journal.write_text("\n".join(altered) + "\n")
    assert read(journal).broken == f"one.jsonl:{line + 2}"
    journal.write_text("\n".join(lines[:line] + lines[line + 1 :]) + "\n")
    assert read(journal).broken == f"one.jsonl:{line + 1}"
    assert len(read(journal).entries) == line


def test_lines_in_another_order_are_named(journal: Path) -> None:
    lines = journal.read_text().split("\n")[:-1]
    journal.write_text("\n".join([lines[0], lines[2], lines[1], lines[3]]) + "\n")
    assert read(journal).broken == "one.jsonl:2"


def test_a_torn_last_line_is_what_a_killed_run_leaves(journal: Path) -> None:
    text = journal.read_bytes()
    journal.write_bytes(text[:-20])
    reading = read(journal)
    assert (reading.torn, reading.broken, len(reading.entries)) == (True, None, 3)
    told = told_by("one", reading)
    assert (told.outcome, told.torn) == ("killed", True)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_byte_can_be_changed_unseen(tmp_path: Path, data: st.DataObject) -> None:
    """Changes of the last line aside, which nothing follows yet."""
    path = tmp_path / "runs" / "one.jsonl"
    if not path.exists():
        _write(path)
    whole = path.read_bytes()
    last = whole[:-1].rindex(b"\n")
    at = data.draw(st.integers(0, last))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != whole[at]))
    path.write_bytes(whole[:at] + bytes([byte]) + whole[at + 1 :])
    reading = read(path)
    path.write_bytes(whole)
    assert reading.broken is not None


def test_a_journal_of_binary_rubbish_is_broken_at_its_first_line(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"\xff\xfe\x00rubbish\n[]\n")
    assert read(path).broken == "x.jsonl:1"
    path.write_bytes(b'["a list"]\n')
    assert read(path).broken == "x.jsonl:1"
    assert told_by("x", read(path)).command == "?"


def test_a_journal_that_is_not_there_is_no_such_run(tmp_path: Path) -> None:
    with pytest.raises(GovkitError) as caught:
        read(tmp_path / "x.jsonl")
    assert caught.value.summary == "No such run"


def test_history_tells_runs_oldest_first(tmp_path: Path) -> None:
    for name in ("20261123T100000Z-aa", "20261122T100000Z-bb"):
        _write(tmp_path / "runs" / f"{name}.jsonl")
    (tmp_path / "runs" / "notes.txt").write_text("not a run")
    past = runs(LocalStore(tmp_path))
    assert [one.id for one in past] == ["20261122T100000Z-bb", "20261123T100000Z-aa"]
    assert past[0] == run(LocalStore(tmp_path), past[0].id)
    one = past[0]
    assert (one.command, one.who, one.steps, one.done, one.outcome) == (
        "apply",
        "jane",
        2,
        1,
        "done",
    )
    assert one.ended == "2026-11-23T10:00:00+00:00"
    assert [entry["address"] for entry in one.finished_steps()] == ["policy:scp/a"]


def test_the_last_run_that_noted_them_says_what_was_known_of_ignored_policies(
    tmp_path: Path,
) -> None:
    store = LocalStore(tmp_path)
    assert last_known(store) == {}
    for name, noted in (("1", {"p": "old"}), ("2", {"p": "new"}), ("3", None)):
        journal = store.journal(name)
        journal.write({"entry": "begin", "ignored": noted})
        journal.close()
    (tmp_path / "runs" / "4.jsonl").write_text("torn")
    assert last_known(store) == {"p": "new"}


def test_a_line_that_finds_no_room_leaves_nothing_behind(tmp_path: Path) -> None:
    """The disk takes half of a line: the next one must still follow from the last whole one."""
    path = tmp_path / "one.jsonl"
    journal = Journal(path)
    journal.write({"entry": "begin"})
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 50, hard))
    try:
        with pytest.raises(GovkitError) as caught:
            journal.write({"entry": "calling", "text": "x" * 500})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "No call is made that it does not name" in caught.value.detail
    assert path.read_bytes().endswith(b"\n")
    journal.write({"entry": "end"})
    journal.close()
    reading = read(path)
    assert (reading.broken, reading.torn) == (None, False)
    assert [entry["entry"] for entry in reading.entries] == ["begin", "end"]


@pytest.mark.parametrize("fits", [0, 1, 40, 10_000], ids=["nothing", "a byte", "a part", "all"])
def test_a_torn_line_that_cannot_be_taken_away_is_said_and_nothing_follows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fits: int
) -> None:
    """The disk is full and then fails: what is there must still read as a killed run's journal."""
    path = tmp_path / "one.jsonl"
    journal = Journal(path)
    journal.write({"entry": "begin"})
    whole = path.read_bytes()
    _fill(monkeypatch, journal, fits)
    for _ in range(2):
        with pytest.raises(GovkitError) as caught:
            journal.write({"entry": "calling", "text": "x" * 500})
        assert caught.value.summary == "The journal cannot be written"
        assert ("the torn line at its end stays (Input/output error)" in caught.value.detail) == (
            fits > 0
        )
    assert path.read_bytes()[: len(whole)] == whole
    reading = read(path)
    assert reading.broken is None
    assert told_by("one", reading).outcome == "killed"
    monkeypatch.undo()
    journal.write({"entry": "end"})  # the disk is well again
    assert [entry["entry"] for entry in read(path).entries] == ["begin", "end"]
    journal.close()


def _fill(monkeypatch: pytest.MonkeyPatch, journal: Journal, fits: int) -> None:
    """Let so many bytes of a line fit, and none be taken away again."""
    room = [fits]

    def full(handle: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def broken(handle: object, size: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    def write(data: bytes) -> int:
        taken = min(room[0], len(data))
        room[0] -= taken
        if not taken:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real.write(data[:taken])

    real = journal._file
    monkeypatch.setattr("os.fsync", full)
    monkeypatch.setattr("os.ftruncate", broken)
    monkeypatch.setattr(journal, "_file", SimpleNamespace(write=write, fileno=real.fileno))


def test_who_stops_a_run_within_a_line_leaves_a_whole_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second Ctrl-C may come at any moment; how the run ended is written down after it."""
    path = tmp_path / "one.jsonl"
    journal = Journal(path)
    journal.write({"entry": "begin"})

    def interrupted(handle: object) -> None:
        raise KeyboardInterrupt

    for target, name, there in (
        (journal, "_file", _Interrupted(journal._file)),
        (os, "fsync", interrupted),
    ):
        monkeypatch.setattr(target, name, there)
        with pytest.raises(KeyboardInterrupt):
            journal.write({"entry": "calling"})
        monkeypatch.undo()
    journal.write({"entry": "end"})
    journal.close()
    reading = read(path)
    assert (reading.broken, reading.torn) == (None, False)
    assert [entry["entry"] for entry in reading.entries] == ["begin", "end"]


class _Interrupted:
    """A file of which somebody stops the writing after a few bytes."""

    def __init__(self, real: Any) -> None:
        self.fileno = real.fileno
        self._real = real

    def write(self, data: bytes) -> int:
        self._real.write(data[:5])
        raise KeyboardInterrupt


def test_a_journal_that_cannot_even_begin_says_so(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file, where the folder should be")
    with pytest.raises(GovkitError) as caught:
        Journal(tmp_path / "runs" / "one.jsonl")
    assert caught.value.summary == "The journal cannot be written"


def test_a_journal_in_the_place_of_another_run_is_named_as_broken(tmp_path: Path) -> None:
    for name in ("a", "b"):
        written = LocalStore(tmp_path).journal(name)
        written.write({**ENTRIES[0], "run": name})
        written.close()
    (tmp_path / "runs" / "a.jsonl").write_bytes((tmp_path / "runs" / "b.jsonl").read_bytes())
    first, second = (run(LocalStore(tmp_path), name) for name in ("a", "b"))
    assert (first.broken, first.entries) == ("a.jsonl:1", ())
    assert (second.broken, len(second.entries)) == (None, 1)


BEGIN = {
    "run": "one",
    "organization": "o-exampleorgid",
    "asked": {"only": [], "baseline": False, "expired": False},
    "time": "2026-11-23T09:00:00+00:00",
}
CALLING = {"entry": "calling", "step": "s1", "address": "ou:/A", "verb": "create", "before": None}
STORIES: list[dict[str, Any]] = [
    {**ENTRIES[0], **BEGIN, "reviewed": [["ou:/A", "create", "null", "{}"]]},
    CALLING,
    {"entry": "answered", "step": "s1", "address": "ou:/A", "answer": {"Id": "ou-1"}},
    {**CALLING, "entry": "step_done", "after": {"kind": "ou"}, "ids": {"ou:/A": "ou-1"}},
    {**ENTRIES[3], "done": 1},
]
ODD = st.sampled_from(
    [None, True, -1, 1e300, "", "x", "2026-13-45", [], {}, ["x"], [[1]], {"a": 1}]
)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(line=st.integers(0, len(STORIES) - 1), odd=ODD, data=st.data())
def test_no_journal_however_odd_stops_those_who_look_into_the_past(
    tmp_path: Path, line: int, odd: object, data: st.DataObject
) -> None:
    """A fact that is missing, or is no such fact: each reader says what it can, and none fails."""
    entry = dict(STORIES[line])
    name = data.draw(st.sampled_from(sorted(entry)))
    entry[name] = odd
    if data.draw(st.booleans()):
        del entry[name]
    path = tmp_path / "runs" / "one.jsonl"
    path.unlink(missing_ok=True)
    journal = Journal(path)
    for told in (*STORIES[:line], entry, *STORIES[line + 1 :]):
        journal.write(told)
    journal.close()
    store, now = LocalStore(tmp_path), datetime(2026, 11, 23, 10, 1, tzinfo=UTC)
    held = Held(Holder("apply", "jane", "host", 1, "2026-11-23T08:00:00+00:00"), live=True, seen="")
    past = with_holder(runs(store), held)
    assert past[0].broken in (None, f"one.jsonl:{line + 1}", "one.jsonl:1")
    assert last(store) is not None
    last_known(store)
    assert covers(store.begin("one"), store.begin("one")) in (True, False)
    assert {one.address for one in written(store, "o-exampleorgid", now)} <= {"ou:/A"}
    assert set(begun(store, "o-exampleorgid", now)) <= {"ou:/A"}


@pytest.mark.parametrize(
    ("name", "odd"),
    [
        ("steps", "x"),
        ("address", "no address"),
        ("verb", None),
        ("answer", []),
        ("outcome", "?"),
        ("asked", {}),
        ("reviewed", [["ou:/A"]]),
        ("ids", {"x": "y"}),
        ("before", "ou:/A"),
    ],
)
def test_a_line_with_a_fact_that_is_none_is_no_entry(
    tmp_path: Path, name: str, odd: object
) -> None:
    path = tmp_path / "one.jsonl"
    journal = Journal(path)
    journal.write(ENTRIES[0])
    journal.write({**ENTRIES[1], name: odd})
    journal.close()
    assert (read(path).broken, len(read(path).entries)) == ("one.jsonl:2", 1)


def test_half_a_character_is_kept_as_it_was_given(tmp_path: Path) -> None:
    written = Journal(tmp_path / "one.jsonl")
    written.write({"entry": "begin", "ticket": "CHG-\udcff"})
    written.write({"entry": "end"})
    written.close()
    told = read(tmp_path / "one.jsonl")
    assert (told.broken, told.entries[0]["ticket"]) == (None, "CHG-\udcff")


def test_the_folders_that_a_journal_makes_are_on_disk_before_its_first_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[tuple[int, int]] = []
    fsync = os.fsync

    def noted(handle: int) -> None:
        told = os.fstat(handle)
        synced.append((told.st_dev, told.st_ino))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", noted)
    store = LocalStore(tmp_path / "store")
    with store.locked("apply", datetime.now(UTC)):  # the lock makes the store's own folder
        store.journal("one").close()
    for folder in (tmp_path, tmp_path / "store", tmp_path / "store" / "runs"):
        assert (folder.stat().st_dev, folder.stat().st_ino) in synced
