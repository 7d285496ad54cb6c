"""The store in a folder: a lock that dies with its holder, and names that cannot lead outside."""

import errno
import json
import os
import resource
import signal
import stat
import threading
import time
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from govkit.errors import Exit, GovkitError, UsageError
from govkit.store import file_lock
from govkit.store.local import LocalStore
from govkit.store.places import folder_of
from govkit.store.store import run_id, user

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def test_a_second_holder_is_refused_and_told_who_the_first_is(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / ".govkit")
    with store.locked("govkit apply", NOW):
        with (
            pytest.raises(GovkitError) as caught,
            LocalStore(tmp_path / ".govkit").locked("govkit apply", NOW + timedelta(seconds=90)),
        ):
            pass
        assert caught.value.exit == Exit.FAILED
        assert caught.value.summary == "Somebody else is applying"
        for word in ("govkit apply", f"process {os.getpid()}", "90 s"):
            assert word in caught.value.detail
    with store.locked("govkit rollback", NOW):
        holder = json.loads((tmp_path / ".govkit" / "lock").read_text())
        assert holder["what"] == "govkit rollback"
    assert (tmp_path / ".govkit" / "lock").read_text() == ""
    assert stat.S_IMODE((tmp_path / ".govkit").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / ".govkit" / "lock").stat().st_mode) == 0o600


def test_a_holder_that_has_only_just_begun_is_refused_without_a_name(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    with store.locked("govkit apply", NOW):
        (tmp_path / "lock").write_text("")
        with pytest.raises(GovkitError) as caught, store.locked("govkit apply", NOW):
            pass
        assert caught.value.detail.startswith("Another run")


def test_a_lock_goes_with_the_process_that_held_it(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        with LocalStore(tmp_path).locked("govkit apply", NOW):
            (tmp_path / "held").touch()
            time.sleep(60)
        os._exit(0)
    try:
        _wait_for(tmp_path / "held")
        with pytest.raises(GovkitError), LocalStore(tmp_path).locked("govkit apply", NOW):
            pass
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    with LocalStore(tmp_path).locked("govkit apply", NOW):
        pass


def test_a_child_of_the_holder_keeps_no_lock(tmp_path: Path) -> None:
    """Templates are rendered in a forked child, which may outlive a killed run by seconds."""
    held = tmp_path / "held"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        holder = os.fork()
    if holder == 0:
        with LocalStore(tmp_path).locked("govkit apply", NOW):
            child = os.fork()
            if child == 0:
                time.sleep(60)
                os._exit(0)
            held.with_name("being").write_text(str(child))
            held.with_name("being").rename(held)
            time.sleep(60)
        os._exit(0)
    _wait_for(held)
    try:
        os.kill(holder, signal.SIGKILL)
        os.waitpid(holder, 0)
        assert LocalStore(tmp_path).held(NOW) is None
        with LocalStore(tmp_path).locked("govkit apply", NOW):
            pass
    finally:
        os.kill(int(held.read_text()), signal.SIGKILL)


def _wait_for(path: Path) -> None:
    for _ in range(500):
        if path.exists():
            return
        time.sleep(0.01)
    raise AssertionError(f"{path} did not come")


def test_an_error_while_it_is_held_frees_the_lock(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), LocalStore(tmp_path).locked("govkit apply", NOW):
        raise ZeroDivisionError
    with LocalStore(tmp_path).locked("govkit apply", NOW):
        pass


@pytest.mark.parametrize("name", ["../one", "a/b", "", ".", "none", "/etc/passwd"])
def test_a_name_that_is_no_run_is_said_to_be_none(tmp_path: Path, name: str) -> None:
    store = LocalStore(tmp_path)
    store.journal("one").close()
    assert store.read("one").entries == ()
    with pytest.raises(GovkitError) as caught:
        store.read(name)
    assert (caught.value.summary, caught.value.hint) == (
        "No such run",
        "List the runs: govkit history",
    )


def test_the_store_is_beside_the_layout_unless_it_says_otherwise(tmp_path: Path) -> None:
    layout = tmp_path / "org_layout.yaml"
    assert folder_of(None, layout) == tmp_path / ".govkit"
    assert folder_of("../state", layout) == tmp_path.parent / "state"
    assert folder_of("./s3:", layout) == tmp_path / "s3:"


@pytest.mark.parametrize(
    "place", ["gs://acme/govkit", "s3:/acme", "s3:acme", "S3:/acme/x", "S3://acme", "s3:"]
)
def test_a_place_that_is_meant_for_s3_or_elsewhere_is_no_folder(tmp_path: Path, place: str) -> None:
    with pytest.raises(UsageError, match="is neither a folder nor in S3"):
        folder_of(place, tmp_path / "org_layout.yaml")


def test_the_names_of_runs_sort_by_time() -> None:
    names = [run_id(NOW + timedelta(hours=hours), b"\xff\x00") for hours in range(3)]
    assert names == sorted(names)
    assert names[0] == "20261123T120000Z-ff00"


def test_who_holds_the_lock_is_told_while_somebody_does(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / ".govkit")
    assert store.held(NOW) is None
    with store.locked("govkit apply", NOW):
        held = store.held(NOW)
        assert held is not None
        assert held.live
        assert f"process {os.getpid()}" in held.words(NOW)
        with pytest.raises(GovkitError) as caught:
            store.unlock(held)
        assert caught.value.summary == "The lock is held by a run that is alive"
    assert store.held(NOW) is None


def test_looking_at_the_lock_is_in_nobodys_way(tmp_path: Path) -> None:
    """Who asks whose lock it is must not have it meanwhile: an apply would be refused."""
    store = LocalStore(tmp_path)
    over = threading.Event()

    def look() -> None:
        while not over.is_set():
            seen.add(store.held(NOW) is None)

    seen: set[bool] = set()
    watchers = [threading.Thread(target=look) for _ in range(2)]
    for watcher in watchers:
        watcher.start()
    try:
        for _ in range(300):
            with store.locked("govkit apply", NOW):
                pass
    finally:
        over.set()
        for watcher in watchers:
            watcher.join()
    assert seen == {True, False}


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.EOPNOTSUPP, errno.EACCES, errno.EIO])
def test_a_file_system_without_locks_is_said_to_have_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """Nobody holds a lock that cannot be had."""
    store = LocalStore(tmp_path)
    with store.locked("govkit apply", NOW):
        pass

    def none(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("fcntl.flock", none)
    monkeypatch.setattr("fcntl.fcntl", none)
    for attempt in (lambda: store.held(NOW), lambda: store.locked("x", NOW).__enter__()):
        with pytest.raises(GovkitError) as caught:
            attempt()
        assert caught.value.summary == "The store cannot be locked"
        assert os.strerror(code) in caught.value.detail
        assert "store: FOLDER" in caught.value.hint


def test_where_the_system_cannot_tell_who_holds_it_is_known_by_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_lock, "_SEE", None)
    monkeypatch.setattr(file_lock, "_SHOW", None)
    store = LocalStore(tmp_path)
    assert store.held(NOW) is None
    with store.locked("govkit apply", NOW):
        held = store.held(NOW)
        assert held is not None
        told = json.loads(store.lock.read_text())
        store.lock.write_text(json.dumps({**told, "pid": 2**22 + 1}))
        assert store.held(NOW) is None
        store.lock.write_text(json.dumps({**told, "pid": 1}))
        assert store.held(NOW) is not None
    assert store.held(NOW) is None


def test_a_full_disk_leaves_no_lock_behind(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        with pytest.raises(GovkitError) as caught, store.locked("govkit apply", NOW):
            pass
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert caught.value.summary == "The store cannot be used"
    assert store.held(NOW) is None
    with store.locked("govkit apply", NOW):
        pass


def test_a_journal_that_may_not_be_read_is_said_so(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    (tmp_path / "runs" / "one.jsonl").mkdir(parents=True)
    with pytest.raises(GovkitError) as caught:
        store.begin("one")
    assert caught.value.summary == "The store cannot be used"


def test_a_place_that_cannot_be_listed_is_not_one_without_runs(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    assert store.runs() == []
    (tmp_path / "runs").write_text("no folder")
    with pytest.raises(GovkitError) as caught:
        store.runs()
    assert caught.value.summary == "The store cannot be used"
    assert str(tmp_path / "runs") in caught.value.detail


def test_a_lock_whose_file_is_taken_away_is_lost(tmp_path: Path) -> None:
    """The next run would lock another file, and both would write."""
    store = LocalStore(tmp_path)
    with store.locked("govkit apply", NOW) as lock:
        lock.check()
        store.lock.unlink()
        with pytest.raises(GovkitError) as caught:
            lock.check()
        assert caught.value.summary == "The lock is lost"
        with store.locked("govkit apply", NOW) as other:
            other.check()
            with pytest.raises(GovkitError):
                lock.check()


def test_a_lock_whose_folder_is_no_folder_any_more_is_lost(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "store")
    with store.locked("govkit apply", NOW) as lock:
        store.folder.rename(tmp_path / "moved")
        store.folder.write_text("a file")
        with pytest.raises(GovkitError) as caught:
            lock.check()
    assert caught.value.summary == "The lock is lost"
    assert "Not a directory" in caught.value.detail


def test_a_holder_without_a_time_zone_is_no_holder(tmp_path: Path) -> None:
    """What somebody wrote into the file is shown to be nobody's, and stops no command."""
    store = LocalStore(tmp_path)
    with store.locked("govkit apply", NOW):
        told = json.loads(store.lock.read_text())
        store.lock.write_text(json.dumps({**told, "since": "2026-11-23T12:00:00"}))
        with pytest.raises(GovkitError, match="which has only just begun"):
            store.locked("govkit apply", NOW).__enter__()


def test_a_folder_that_cannot_be_used_is_said_to_be_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = LocalStore(tmp_path / "file" / "store")
    attempts = [lambda: store.journal("one"), lambda: store.held(NOW)]
    (tmp_path / "taken" / "lock").mkdir(parents=True)
    attempts.append(lambda: LocalStore(tmp_path / "taken").locked("x", NOW).__enter__())
    for attempt in attempts:
        with pytest.raises(GovkitError) as caught:
            attempt()
        assert caught.value.summary == "The store cannot be used"


def test_a_user_without_a_name_has_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("uid not found")

    monkeypatch.setattr("getpass.getuser", nobody)
    assert user() == f"user {os.getuid()}"
