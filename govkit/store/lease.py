"""A lock as an object in S3: taken by a conditional write, renewed while it is held, dead when not."""

import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from math import ceil
from typing import Any, NoReturn

from govkit.errors import AwsError, GovkitError
from govkit.store.objects import Kept, Objects
from govkit.store.store import Held, Holder, Lock, holder, holder_from, lost, refused, unseen

RENEWED_EVERY = 30.0
EXPIRES_AFTER = 120.0
# S3 tells moments in whole seconds: two of them may be nearer than they look.
_ROUNDING = 2.0
_KEY = "lock"
_FREE = json.dumps({"holder": None}).encode()
_TRIES = 5
# A laptop that sleeps must know how long it slept: Linux counts that on this clock alone.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def awake() -> float:
    """Return seconds on a clock that goes on while the machine sleeps."""
    return time.clock_gettime(_CLOCK)


class Lease:
    """A lock that we took; lost once somebody else's mark is on it, and then for good."""

    def __init__(
        self, objects: Objects, who: Holder, *, clock: Callable[[], float] = awake
    ) -> None:
        self._objects = objects
        self._who = who
        self._clock = clock
        self._token = secrets.token_hex(16)
        self._beat = 0
        self._etag = ""
        self._renewed = 0.0
        self._lost: GovkitError | None = None
        self._unrenewed: GovkitError | None = None
        self._mutex = threading.Lock()

    def take(self, now: datetime) -> None:
        """Take the lock where it is free or dead; GovkitError naming the holder where it is not."""
        for _ in range(_TRIES):
            there = self._objects.get(_KEY)
            held = None if there is None else holding(there)
            if held is not None and held.live:
                raise refused(held, self._place, now)
            began = self._clock()
            etag = self._written(None if there is None else there.etag)
            if etag is not None:
                self._etag, self._renewed = etag, began
                return
        raise GovkitError(
            "Somebody else is applying", f"{self._place} goes from hand to hand.", "Try again."
        )

    def check(self) -> None:
        """Raise GovkitError unless the lock is ours still: S3 itself is asked, each time."""
        with self._mutex:
            stopped = self._lost or self._unrenewed
            if stopped is not None:
                raise stopped
            try:
                self._confirm()
            except AwsError as error:
                raise unseen(self._place, error) from error

    def renew(self) -> None:
        """Renew it, so that it does not expire; GovkitError where it is another's by now."""
        with self._mutex:
            if self._lost is None:
                self._renew()

    def unrenewed(self, why: Exception) -> None:
        """Be relied on no more: nobody renews it from now on. It is given back all the same."""
        error = lost(
            f"{self._place} is ours and is not renewed any more: {type(why).__name__}: {why}. "
            "Nothing is written without it."
        )
        error.__cause__ = why
        with self._mutex:
            self._unrenewed = error

    def release(self) -> None:
        """Give it back, if it is ours still."""
        with self._mutex:
            if self._lost is None and self._objects.put_over(_KEY, _FREE, self._etag) is None:
                there = self._objects.get(_KEY)
                if there is not None and self._is_ours(there):
                    self._objects.put_over(_KEY, _FREE, there.etag)

    @property
    def _place(self) -> str:
        return _place(self._objects)

    def _confirm(self) -> None:
        """See that it is ours, with time left by S3's clock: ours stands still with its machine."""
        if self._clock() - self._renewed >= RENEWED_EVERY:
            self._renew()
            return
        there = self._objects.get(_KEY)
        if there is None or not self._is_ours(there):
            self._lose(there)
        elif there.etag != self._etag or (there.age or 0.0) >= RENEWED_EVERY:
            self._renew()

    def _renew(self) -> None:
        self._beat += 1
        for _ in range(_TRIES):
            began = self._clock()  # before the write: whoever reads its date thinks it is younger
            etag = self._written(self._etag)
            if etag is not None:
                self._etag, self._renewed = etag, began
                return
            there = self._objects.get(_KEY)
            if there is None or not self._is_ours(there):
                self._lose(there)
            self._etag = there.etag  # an earlier renewal took whose every answer was lost
        raise GovkitError(
            "The lock cannot be renewed", f"{self._place} changes each time that it is read."
        )

    def _is_ours(self, there: Kept) -> bool:
        """Tell our mark, which nobody else writes, whichever of our writes it is of."""
        return _told(there.body).get("token") == self._token

    def _written(self, over: str | None) -> str | None:
        told = {"token": self._token, "beat": self._beat, "holder": self._who.to_json()}
        body = json.dumps(told).encode()
        if over is None:
            return self._objects.put_new(_KEY, body)
        return self._objects.put_over(_KEY, body, over)

    def _lose(self, there: Kept | None) -> NoReturn:
        held = None if there is None else holding(there)
        who = "nobody" if held is None else "another run" if held.holder is None else ""
        named = who or (held and held.holder and f"{held.holder.user} on {held.holder.host}")
        self._lost = lost(
            f"{self._place} is held by {named} now: it was taken away, or not renewed for "
            f"{EXPIRES_AFTER:g} seconds. Nothing is written without it."
        )
        raise self._lost


@contextmanager
def leased(objects: Objects, what: str, now: datetime) -> Iterator[Lock]:
    """Hold the lock, renewed every 30 seconds by a thread of its own, and give it back."""
    lease = Lease(objects, holder(what, now))
    lease.take(now)
    over = threading.Event()
    heart = threading.Thread(target=_beating, args=(lease, over), name="govkit-lock", daemon=True)
    heart.start()
    try:
        yield lease
    finally:
        over.set()
        heart.join(RENEWED_EVERY)
        with suppress(GovkitError):  # it expires by itself
            lease.release()


def _beating(lease: Lease, over: threading.Event) -> None:
    try:
        while not over.wait(RENEWED_EVERY):
            with suppress(GovkitError):  # the check before the next write meets it again, and stops
                lease.renew()
    except Exception as error:  # noqa: BLE001 - whatever ends the thread is said where it is waited for
        lease.unrenewed(error)


def holding(there: Kept) -> Held | None:
    """Return what a lock's object says: who holds it, and whether they are at it; None where free.

    Without a date from S3 nobody is taken for dead.
    """
    told = _told(there.body)
    if told.get("holder", there) is None:
        return None
    who = holder_from(told.get("holder") or {})
    if there.age is None:
        return Held(
            who, live=True, seen="S3 does not say when the lock was renewed", mark=there.etag
        )
    left = EXPIRES_AFTER + _ROUNDING - there.age
    seen = f"the lock was renewed {int(there.age)} s ago and "
    if left < 0:
        return Held(who, live=False, seen=f"{seen}has expired", mark=there.etag)
    seen += f"expires in {ceil(left)} s unless it is renewed"
    return Held(who, live=True, seen=seen, mark=there.etag, lasts=ceil(left))


def taken_away(objects: Objects, held: Held) -> None:
    """Free the expired lock of exactly this holder; GovkitError while it lives, or where it changed."""
    if held.live:
        raise GovkitError(
            "The lock is held by a run that is alive",
            f"{_place(objects)}: {held.seen}. A lock that is alive is never taken away.",
            f"Once nobody applies any more: aws s3 rm {_place(objects)}"
            if held.lasts is None
            else "Wait until that run is done. If it died, its lock ends by itself: try again in "
            f"{held.lasts} s.",
        )
    if objects.put_over(_KEY, _FREE, held.mark) is None:
        raise GovkitError(
            "The lock has changed",
            "It was renewed, given back, or taken by somebody else meanwhile.",
            "Look again: govkit unlock",
        )


def held_before(objects: Objects) -> bool:
    """Tell whether somebody ever held the lock: its object stays when it is given back."""
    return objects.get(_KEY) is not None


def held_lock(objects: Objects) -> Held | None:
    """Return who holds the lock, or None where it is free."""
    there = objects.get(_KEY)
    return None if there is None else holding(there)


def _told(body: bytes) -> Mapping[str, Any]:
    try:
        told = json.loads(body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _place(objects: Objects) -> str:
    return f"s3://{objects.bucket}/{objects.prefix}{_KEY}"
