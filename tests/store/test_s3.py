"""The store in S3: a lock that only conditional writes move, and journals that outlive their writer."""

import json
import socket
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from buckets import Bucket, Flaky, losing, made

from govkit.errors import AccessDenied, AnswerLost, AwsError, Exit, GovkitError, UsageError
from govkit.model.call import Api, ApiCall
from govkit.sandbox.faults import Fault, Kind, plant
from govkit.store import lease as leases
from govkit.store.history import last_known, run, runs
from govkit.store.lease import EXPIRES_AFTER, RENEWED_EVERY, Lease, held_lock
from govkit.store.links import proofs
from govkit.store.places import in_s3, store_at
from govkit.store.s3 import S3Store
from govkit.store.store import Held, Holder

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
JANE = Holder("govkit apply", "jane", "laptop", 4711, (NOW - timedelta(seconds=90)).isoformat())
JOE = Holder("govkit apply", "joe", "runner", 12, NOW.isoformat())


def _lease(bucket: Bucket, who: Holder = JANE, api: Api | None = None) -> Lease:
    return Lease(bucket.store(api).objects, who, clock=bucket.time.read)


def _calls(bucket: Bucket) -> list[str]:
    log = (bucket.folder / "calls.jsonl").read_text().splitlines()
    return [json.loads(line)["operation"] for line in log]


@pytest.fixture
def bucket(tmp_path: Path) -> Bucket:
    return made(tmp_path / "sandbox")


# --- the lock ----------------------------------------------------------------------------------


def test_a_second_holder_is_refused_and_told_who_the_first_is(bucket: Bucket) -> None:
    _lease(bucket).take(NOW)
    bucket.time.now += 20
    with pytest.raises(GovkitError) as caught:
        _lease(bucket, JOE).take(NOW)
    assert caught.value.exit == Exit.FAILED
    assert caught.value.summary == "Somebody else is applying"
    for word in ("jane", "laptop", "process 4711", "govkit apply", "90 s", "renewed 20 s ago"):
        assert word in caught.value.detail
    assert "s3://acme-govkit/main/lock" in caught.value.detail


def test_a_lock_that_is_given_back_is_free(bucket: Bucket) -> None:
    first = _lease(bucket)
    first.take(NOW)
    first.release()
    assert held_lock(bucket.store().objects) is None
    second = _lease(bucket, JOE)
    second.take(NOW)
    second.check()
    with pytest.raises(GovkitError):
        first.check()


def test_a_killed_holders_lock_is_free_after_its_expiry_and_not_before(bucket: Bucket) -> None:
    _lease(bucket).take(NOW)
    bucket.time.now += EXPIRES_AFTER
    with pytest.raises(GovkitError, match="Somebody else"):
        _lease(bucket, JOE).take(NOW)
    bucket.time.now += 3
    _lease(bucket, JOE).take(NOW)


def test_a_live_lock_is_never_stolen_however_long_it_is_held(bucket: Bucket) -> None:
    mine = _lease(bucket)
    mine.take(NOW)
    for _ in range(20):
        bucket.time.now += RENEWED_EVERY
        mine.renew()
        with pytest.raises(GovkitError, match="Somebody else"):
            _lease(bucket, JOE).take(NOW)
    mine.check()


def test_our_own_clock_is_not_believed(bucket: Bucket) -> None:
    """A machine an hour ahead does not take a lock that was renewed this second."""
    _lease(bucket).take(NOW)
    ahead = _lease(bucket, JOE)
    with pytest.raises(GovkitError, match="Somebody else"):
        ahead.take(NOW + timedelta(hours=1))


@dataclass
class Undated:
    """A door to an S3 that does not say what time it is."""

    api: Api

    def call(self, call: ApiCall) -> Any:
        return {name: told for name, told in self.api.call(call).items() if name != "Date"}

    def items(self, key: str, call: ApiCall) -> Any:
        return self.api.items(key, call)


def test_without_a_date_from_s3_nobody_is_taken_for_dead(bucket: Bucket) -> None:
    _lease(bucket).take(NOW)
    bucket.time.now += 10 * EXPIRES_AFTER

    with pytest.raises(GovkitError, match="S3 does not say when the lock was renewed"):
        _lease(bucket, JOE, Undated(bucket.api())).take(NOW)


def test_a_holder_that_slept_too_long_learns_that_it_lost_the_lock(bucket: Bucket) -> None:
    mine = _lease(bucket)
    mine.take(NOW)
    bucket.time.now += EXPIRES_AFTER + 3
    _lease(bucket, JOE).take(NOW)
    for _ in range(2):
        with pytest.raises(GovkitError) as caught:
            mine.check()
        assert caught.value.summary == "The lock is lost"
        assert "joe on runner" in caught.value.detail
    mine.renew()
    mine.release()
    held = held_lock(bucket.store().objects)
    assert held is not None
    assert held.holder == JOE


def test_a_holder_that_slept_and_was_not_missed_goes_on(bucket: Bucket) -> None:
    mine = _lease(bucket)
    mine.take(NOW)
    bucket.time.now += 10 * EXPIRES_AFTER
    mine.check()
    with pytest.raises(GovkitError, match="Somebody else"):
        _lease(bucket, JOE).take(NOW)


def test_the_lock_is_asked_for_at_s3_before_each_write(bucket: Bucket) -> None:
    """Who took it away seconds ago is noticed, long before the next renewal."""
    mine = _lease(bucket)
    mine.take(NOW)
    mine.check()
    held = held_lock(bucket.store().objects)
    assert held is not None
    assert bucket.store().objects.put_over("lock", b'{"holder": null}', held.mark)
    with pytest.raises(GovkitError, match="nobody now"):
        mine.check()


def test_of_two_that_find_it_free_one_gets_it(bucket: Bucket) -> None:
    """Both looked before either wrote."""

    def overtake(call: ApiCall) -> None:
        if call.operation == "PutObject" and not overtaken:
            overtaken.append(True)
            _lease(bucket, JOE).take(NOW)

    overtaken: list[bool] = []
    slow = _lease(bucket, JANE, Flaky(bucket.api(), overtake))
    with pytest.raises(GovkitError, match="joe on runner"):
        slow.take(NOW)


def test_a_lock_that_never_stands_still_is_given_up(bucket: Bucket) -> None:
    def overtake(call: ApiCall) -> None:
        if call.operation == "PutObject":
            other = _lease(bucket, JOE)
            other.take(NOW)
            other.release()
            bucket.store().api.call(
                ApiCall(
                    "s3",
                    "PutObject",
                    {
                        "Bucket": "acme-govkit",
                        "Key": "main/lock",
                        "Body": json.dumps({"holder": None, "n": len(moved)}).encode(),
                    },
                )
            )
            moved.append(True)

    moved: list[bool] = []
    with pytest.raises(GovkitError, match="hand to hand"):
        _lease(bucket, JANE, Flaky(bucket.api(), overtake)).take(NOW)


@pytest.mark.parametrize("step", ["take", "renew"])
def test_an_answer_that_is_lost_loses_no_lock(bucket: Bucket, step: str) -> None:
    api = Flaky(bucket.api())
    mine = _lease(bucket, JANE, api)
    if step == "take":
        api.after = losing("PutObject")
    mine.take(NOW)
    api.after = losing("PutObject")
    mine.renew()
    mine.check()
    bucket.time.now += RENEWED_EVERY
    mine.check()
    assert bucket.time.slept == []


def _losing_all(bucket: Bucket) -> Flaky:
    """A door that loses every answer to a write that took, until it is told otherwise."""

    def lose(call: ApiCall) -> None:
        if call.operation == "PutObject":
            raise AnswerLost("The answer is lost")

    def deny(call: ApiCall) -> None:
        if call.operation == "GetObject":
            raise AccessDenied("Not allowed: s3:GetObject", code="AccessDenied")

    return Flaky(bucket.api(), before=deny, after=lose)


@pytest.mark.parametrize("then", ["check", "late check", "renew", "release"])
def test_a_renewal_that_took_and_never_said_so_loses_no_lock(bucket: Bucket, then: str) -> None:
    """Its mark is on the lock, under a name that the holder does not know: it is ours all the same."""
    api = Flaky(bucket.api())
    mine = _lease(bucket, JANE, api)
    mine.take(NOW)
    silent = _losing_all(bucket)
    api.before, api.after = silent.before, silent.after
    with pytest.raises(AwsError):
        mine.renew()
    api.before = api.after = lambda _: None
    if then == "late check":
        bucket.time.now += RENEWED_EVERY
    if then == "release":
        mine.release()
        assert bucket.store().held(NOW) is None
        return
    (mine.renew if then == "renew" else mine.check)()
    with pytest.raises(GovkitError, match="jane on laptop"):
        _lease(bucket, JOE).take(NOW)
    mine.check()


def test_a_lock_that_is_old_by_the_clock_of_s3_is_renewed_before_it_is_relied_on(
    bucket: Bucket,
) -> None:
    """A virtual machine that was paused does not know for how long."""
    mine = Lease(bucket.store().objects, JANE, clock=lambda: 0.0)
    mine.take(NOW)
    bucket.time.now += EXPIRES_AFTER + 3
    mine.check()
    with pytest.raises(GovkitError, match="renewed 0 s ago"):
        _lease(bucket, JOE).take(NOW)


def test_a_lock_that_changes_at_each_look_is_given_up(bucket: Bucket) -> None:
    mine = _lease(bucket)
    mine.take(NOW)

    def stir(call: ApiCall) -> None:
        there = bucket.store().objects.get("lock")
        assert there is not None
        if call.operation == "PutObject":
            body = there.body + b" "
            assert bucket.store().objects.put_over("lock", body, there.etag)

    mine._objects = bucket.store(Flaky(bucket.api(), before=stir)).objects
    with pytest.raises(GovkitError) as caught:
        mine.renew()
    assert caught.value.summary == "The lock cannot be renewed"


def test_what_s3_refuses_of_the_lock_is_not_taken_for_the_call_that_waits_for_it(
    bucket: Bucket,
) -> None:
    """A step in a member account that fails is passed over; a lock that nobody sees stops the run."""
    mine = _lease(bucket)
    mine.take(NOW)
    plant(bucket.folder, Fault(Kind.ACCESS_DENIED, "GetObject", times=1))
    with pytest.raises(GovkitError) as caught:
        mine.check()
    assert not isinstance(caught.value, AwsError)
    assert caught.value.summary == "The lock cannot be looked at"
    assert caught.value.exit == Exit.NO_CREDENTIALS
    assert "Not allowed: s3:GetObject" in caught.value.detail
    mine.check()


def test_what_is_not_a_lock_is_taken_for_one_that_is_held(bucket: Bucket) -> None:
    objects = bucket.store().objects
    for rubbish in (b"rubbish", b"[]", b'{"holder": {"user": 1}}'):
        there = objects.get("lock")
        assert (
            objects.put_over("lock", rubbish, there.etag)
            if there
            else objects.put_new("lock", rubbish)
        )
        with pytest.raises(GovkitError, match="which has only just begun"):
            _lease(bucket).take(NOW)


def test_a_heart_beats_until_the_lock_is_given_back(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A renewal that fails is left to the next check, which says so."""
    monkeypatch.setattr(leases, "RENEWED_EVERY", 0.01)
    plant(bucket.folder, Fault(Kind.ACCESS_DENIED, "PutObject", skip=2, times=1))
    with bucket.store().locked("govkit apply", NOW) as lock:
        for _ in range(500):
            if _calls(bucket).count("PutObject") > 5:
                break
            threading.Event().wait(0.01)
        lock.check()
        assert _calls(bucket).count("PutObject") > 5
        names = [thread.name for thread in threading.enumerate()]
        assert "govkit-lock" in names
    assert "govkit-lock" not in [thread.name for thread in threading.enumerate()]
    assert bucket.store().held(NOW) is None


def test_a_heart_that_stops_for_whatever_reason_stops_the_run_before_its_next_write(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "RENEWED_EVERY", 0.01)
    main = threading.current_thread()

    def breaks(call: ApiCall) -> None:
        if threading.current_thread() is not main and call.operation == "PutObject":
            raise ZeroDivisionError("beats per second")

    with bucket.store(Flaky(bucket.api(), before=breaks)).locked("govkit apply", NOW) as lock:
        for thread in threading.enumerate():
            if thread.name == "govkit-lock":
                thread.join(5)
        for _ in range(2):
            with pytest.raises(GovkitError) as caught:
                lock.check()
        assert caught.value.summary == "The lock is lost"
        assert "not renewed any more: ZeroDivisionError: beats per second." in caught.value.detail
        assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert bucket.store().held(NOW) is None  # it was ours to the end


def test_a_lock_that_cannot_be_given_back_expires(bucket: Bucket) -> None:
    with bucket.store().locked("govkit apply", NOW):
        plant(bucket.folder, Fault(Kind.ACCESS_DENIED, "PutObject", times=9))
    held = bucket.store().held(NOW)
    assert held is not None
    assert held.live
    bucket.time.now += EXPIRES_AFTER + 3
    held = bucket.store().held(NOW)
    assert held is not None
    assert not held.live


# --- taking it away ----------------------------------------------------------------------------


def _held(bucket: Bucket, api: Api | None = None) -> Held:
    held = bucket.store(api).held(NOW)
    assert held is not None
    return held


@pytest.mark.parametrize("age", [0, RENEWED_EVERY, EXPIRES_AFTER])
@pytest.mark.parametrize("who", ["elsewhere", "here", "here, and gone"])
def test_a_lock_that_is_alive_is_never_taken_away(bucket: Bucket, who: str, age: float) -> None:
    """Host names are not unique, nor are process numbers: only its heart tells whether it lives."""
    pid = {"elsewhere": 4711, "here": 1, "here, and gone": 2**22 + 1}[who]
    host = "laptop" if who == "elsewhere" else socket.gethostname()
    mine = _lease(bucket, Holder("govkit apply", "jane", host, pid, NOW.isoformat()))
    mine.take(NOW)
    bucket.time.now += age
    held = _held(bucket)
    with pytest.raises(GovkitError) as caught:
        bucket.store().unlock(held)
    assert caught.value.exit == Exit.FAILED
    assert caught.value.summary == "The lock is held by a run that is alive"
    left = int(EXPIRES_AFTER + 2 - age)
    assert f"renewed {int(age)} s ago and expires in {left} s unless" in caught.value.detail
    assert f"try again in {left} s" in caught.value.hint
    mine.check()


def test_an_expired_lock_is_taken_away_and_its_holder_learns_so(bucket: Bucket) -> None:
    mine = _lease(bucket)
    mine.take(NOW)
    bucket.time.now += EXPIRES_AFTER + 3
    held = _held(bucket)
    assert (held.live, held.holder) == (False, JANE)
    assert held.words(NOW).endswith("renewed 123 s ago and has expired")
    bucket.store().unlock(held)
    assert bucket.store().held(NOW) is None
    with pytest.raises(GovkitError, match="nobody now"):
        mine.check()


def test_a_holder_that_wakes_up_while_somebody_is_asked_keeps_its_lock(bucket: Bucket) -> None:
    mine = _lease(bucket)
    mine.take(NOW)
    bucket.time.now += EXPIRES_AFTER + 3
    shown = _held(bucket)
    mine.renew()
    with pytest.raises(GovkitError) as caught:
        bucket.store().unlock(shown)
    assert caught.value.summary == "The lock has changed"
    mine.check()


def test_where_s3_tells_no_dates_a_lock_is_left_to_people(bucket: Bucket) -> None:
    _lease(bucket).take(NOW)
    bucket.time.now += 10 * EXPIRES_AFTER
    with pytest.raises(GovkitError) as caught:
        bucket.store().unlock(_held(bucket, Undated(bucket.api())))
    assert "aws s3 rm s3://acme-govkit/main/lock" in caught.value.hint


# --- journals ----------------------------------------------------------------------------------


def _write(store: S3Store, name: str, *entries: dict[str, Any], close: bool = True) -> None:
    journal = store.journal(name)
    for entry in entries:
        journal.write(entry)
    if close:
        journal.close()


BEGIN = {"entry": "begin", "command": "apply", "steps": 2, "ignored": {"p": "digest"}}
STEP = {"entry": "step_done", "address": "policy:scp/ä"}
END = {"entry": "end", "time": "2026-11-23T12:00:00+00:00", "outcome": "done"}


@pytest.mark.parametrize("close", [True, False], ids=["finished", "killed"])
def test_what_was_written_is_read_back_numbered_and_chained(bucket: Bucket, *, close: bool) -> None:
    store = bucket.store()
    _write(store, "20261123T120000Z-1", BEGIN, STEP, END, close=close)
    reading = store.read("20261123T120000Z-1")
    assert (reading.torn, reading.broken) == (False, None)
    assert [entry["n"] for entry in reading.entries] == [0, 1, 2]
    assert reading.entries[1]["address"] == "policy:scp/ä"


def test_each_line_is_in_s3_before_write_returns_and_costs_one_call(bucket: Bucket) -> None:
    store = bucket.store()
    journal = store.journal("one")
    for count, entry in enumerate([BEGIN, STEP, END], start=1):
        before = len(_calls(bucket))
        journal.write(entry)
        assert _calls(bucket)[before:] == ["PutObject"]
        assert len(bucket.store().read("one").entries) == count


def test_history_tells_runs_oldest_first_whether_finished_or_killed(bucket: Bucket) -> None:
    store = bucket.store()
    _write(store, "2", BEGIN, STEP, close=False)
    _write(store, "1", BEGIN, STEP, END)
    assert [one.outcome for one in runs(store)] == ["done", "killed"]
    assert run(store, "2").steps == 2
    assert last_known(store) == {"p": "digest"}
    for name in ("3", "../1", "1/000000", ""):
        with pytest.raises(GovkitError, match="No such run"):
            store.read(name)


def test_a_store_without_runs_remembers_nothing(bucket: Bucket) -> None:
    assert runs(bucket.store()) == ()
    assert last_known(bucket.store()) == {}
    assert bucket.store().begin("one") == {}


@pytest.mark.parametrize("close", [True, False], ids=["finished", "killed"])
def test_a_line_that_was_touched_is_named(bucket: Bucket, *, close: bool) -> None:
    store = bucket.store()
    _write(store, "one", BEGIN, STEP, END, close=close)
    key = "runs/one.jsonl" if close else "runs/one/000001.json"
    there = store.objects.get(key)
    assert there is not None
    store.objects.put_over(key, there.body.replace(b"step_done", b"step_gone"), there.etag)
    assert store.read("one").broken == ("one.jsonl:3" if close else "one/000002.json")


def test_a_line_that_is_missing_is_named(bucket: Bucket) -> None:
    store = bucket.store()
    _write(store, "one", BEGIN, STEP, END, close=False)
    store.api.call(
        ApiCall("s3", "DeleteObject", {"Bucket": "acme-govkit", "Key": "main/runs/one/000001.json"})
    )
    assert store.read("one").broken == "one/000002.json"


def test_a_line_is_never_written_over(bucket: Bucket) -> None:
    _write(bucket.store(), "one", BEGIN, close=False)
    with pytest.raises(GovkitError) as caught:
        bucket.store().journal("one").write(END)
    assert caught.value.summary == "The journal cannot be written"
    assert [entry["entry"] for entry in bucket.store().read("one").entries] == ["begin"]


def test_a_line_whose_answer_is_lost_is_written_once(bucket: Bucket) -> None:
    store = bucket.store(Flaky(bucket.api(), after=losing("PutObject")))
    _write(store, "one", BEGIN, STEP, close=False)
    assert len(store.read("one").entries) == 2
    plant(bucket.folder, Fault(Kind.CONNECTION_LOST, "PutObject", times=3))
    _write(bucket.store(), "two", BEGIN, close=False)
    assert len(store.read("two").entries) == 1


@dataclass
class Outage:
    """S3 while it is out: nobody hears what came of a write; `takes` tells whether it took."""

    api: Api
    on: bool = False
    takes: bool = True

    def call(self, call: ApiCall) -> Any:
        if not self.on or (self.takes and call.operation == "PutObject"):
            answer = self.api.call(call)
        if self.on:
            raise AnswerLost("The answer is lost")
        return answer

    def items(self, key: str, call: ApiCall) -> Any:
        return self.api.items(key, call)


@pytest.mark.parametrize("takes", [True, False], ids=["it took", "it did not"])
@pytest.mark.parametrize("times", [1, 2])
def test_after_an_outage_a_journal_goes_on_whatever_came_of_the_line_of_then(
    bucket: Bucket, times: int, *, takes: bool
) -> None:
    s3 = Outage(bucket.api(), takes=takes)
    store = bucket.store(s3)
    object.__setattr__(store.objects, "sleep", bucket.time.sleep)
    journal = store.journal("one")
    journal.write(BEGIN)
    for number in range(times):
        s3.on = True
        with pytest.raises(GovkitError):
            journal.write({**STEP, "n2": number})
        s3.on = False
    journal.write(END)
    journal.close()
    told = [entry["entry"] for entry in store.read("one").entries]
    assert told == (["begin", "step_done", "end"] if takes else ["begin", "end"])
    assert (store.proved("one").broken, len(store.proved("one").entries)) == (None, len(told))
    assert store.objects.get("runs/one.jsonl") is not None


def test_a_journal_whose_last_line_is_unsure_is_not_written_whole(bucket: Bucket) -> None:
    """The whole one would say less than the lines do, and be believed."""
    s3 = Outage(bucket.api())
    store = bucket.store(s3)
    journal = store.journal("one")
    journal.write(BEGIN)
    s3.on = True
    with pytest.raises(GovkitError):
        journal.write(STEP)
    s3.on = False
    journal.close()
    assert [entry["entry"] for entry in store.read("one").entries] == ["begin", "step_done"]
    assert store.proved("one").broken is None


@pytest.mark.parametrize("what", ["whole", "line", "last line", "line gone", "one more"])
def test_a_journal_whose_two_copies_differ_is_told(bucket: Bucket, what: str) -> None:
    store = bucket.store()
    _write(store, "one", BEGIN, STEP, END)
    assert store.proved("one") == store.read("one")
    line = {"line": 1, "line gone": 1, "whole": 2, "one more": 3}.get(what, 2)
    key = f"runs/one/{line:06d}.json"
    if what == "line gone":
        place = {"Bucket": "acme-govkit", "Key": f"main/{key}"}
        store.api.call(ApiCall("s3", "DeleteObject", place))
    elif what == "one more":
        store.objects.put_new(key, b"{}")
    else:
        edited = "runs/one.jsonl" if what == "whole" else key
        there = store.objects.get(edited)
        assert there is not None
        body = there.body.replace(b'"done"', b'"stopped"').replace(b"policy:scp", b"policy:rcp")
        if what == "whole":  # its last line alone, which no hash vouches for
            body = there.body.replace(b'"done"', b'"stopped"')
        store.objects.put_over(edited, body, there.etag)
    told = store.proved("one")
    assert told.broken == f"one/{line:06d}.json, which one.jsonl has otherwise"
    assert len(told.entries) == line
    (proof,) = proofs(store)
    assert proof.broken


def test_a_finished_journal_that_is_broken_by_itself_is_named_at_its_own_line(
    bucket: Bucket,
) -> None:
    store = bucket.store()
    _write(store, "one", BEGIN, STEP, END)
    there = store.objects.get("runs/one.jsonl")
    assert there is not None
    store.objects.put_over("runs/one.jsonl", b"{}\n" + there.body, there.etag)
    assert store.proved("one").broken == "one.jsonl:1"


def test_what_else_is_below_the_runs_is_no_run(bucket: Bucket) -> None:
    store = bucket.store()
    _write(store, "one", BEGIN, END)
    store.objects.put_new("runs/not a run/readme", b"")
    assert store.runs() == ["one"]


def test_an_s3_that_never_answers_is_given_up(bucket: Bucket) -> None:
    plant(bucket.folder, Fault(Kind.CONNECTION_LOST, "PutObject", times=99))
    store = bucket.store()
    object.__setattr__(store.objects, "sleep", bucket.time.sleep)
    with pytest.raises(GovkitError) as caught:
        store.journal("one").write(BEGIN)
    assert caught.value.summary == "S3 does not answer"
    assert sum(bucket.time.slept) < 10


def test_a_journal_that_cannot_be_finished_is_there_line_by_line(bucket: Bucket) -> None:
    store = bucket.store()
    journal = store.journal("one")
    journal.write(BEGIN)
    plant(bucket.folder, Fault(Kind.ACCESS_DENIED, "PutObject", times=1))
    journal.close()
    assert len(store.read("one").entries) == 1
    store.journal("never-begun").close()
    assert store.runs() == ["one"]


def test_what_s3_refuses_is_said_in_its_words(bucket: Bucket) -> None:
    plant(bucket.folder, Fault(Kind.ACCESS_DENIED, "PutObject", times=1))
    with pytest.raises(AwsError) as caught:
        bucket.store().journal("one").write(BEGIN)
    assert caught.value.summary == "Not allowed: s3:PutObject"
    plant(bucket.folder, Fault(Kind.ACCESS_DENIED, "GetObject", times=1))
    with pytest.raises(AwsError) as caught:
        bucket.store().read("one")
    assert caught.value.summary == "Not allowed: s3:GetObject"
    assert "Without s3:ListBucket on the bucket acme-govkit" in caught.value.detail
    assert "s3:PutObject on s3://acme-govkit/main/*, and s3:ListBucket" in caught.value.hint
    assert caught.value.exit == Exit.NO_CREDENTIALS


# --- places ------------------------------------------------------------------------------------


def test_a_bucket_that_is_not_there_is_said_so(bucket: Bucket) -> None:
    store = S3Store("s3://nothing-here", bucket.api())
    for attempt in (store.runs, lambda: store.held(NOW)):
        with pytest.raises(GovkitError) as caught:
            attempt()
        assert caught.value.summary == "The store's bucket does not exist"


@pytest.mark.parametrize(
    ("place", "prefix"),
    [("s3://acme-govkit", ""), ("s3://acme-govkit/", ""), ("s3://acme-govkit/a/b/", "a/b/")],
)
def test_a_prefix_may_be_left_out(bucket: Bucket, place: str, prefix: str) -> None:
    store = store_at(place, bucket.folder, bucket.api)
    assert isinstance(store, S3Store)
    assert store.objects.prefix == prefix
    assert store.name == place.rstrip("/")
    _write(store, "one", BEGIN, END)
    assert store.runs() == ["one"]


@pytest.mark.parametrize("place", ["s3://", "s3://A", "s3:///main", "s3://ab_c/x"])
def test_a_place_that_names_no_bucket_is_wrong(bucket: Bucket, place: str) -> None:
    with pytest.raises(UsageError):
        store_at(place, bucket.folder, bucket.api)


def test_who_is_at_it_is_said_as_aws_calls_them(bucket: Bucket) -> None:
    assert bucket.store().caller().startswith("arn:aws:sts::111111111111:assumed-role/")
    assert in_s3("s3://x")
    assert not in_s3(None)
