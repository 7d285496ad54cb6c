"""A store in S3: the lock an object, a journal's every line an object, a finished journal one more.

S3 cannot append. A line of its own is durable with one request, whatever the length of the run; the
lines are never changed or removed, and the finished journal is written beside them to be read fast.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from datetime import datetime

from govkit.errors import GovkitError, UsageError
from govkit.model.call import Api, ApiCall
from govkit.store.journal import START, Chain, Entry, Reading, chained, parsed, reading, unwritable
from govkit.store.lease import held_before, held_lock, leased, taken_away
from govkit.store.objects import Objects
from govkit.store.store import Held, Lock, no_run

_PLACE = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<prefix>.*))?")
_RUN = re.compile(r"[\w-]+")


def bucket_and_prefix(place: str) -> tuple[str, str]:
    """Return what `s3://BUCKET/PREFIX` names; the prefix ends in a slash, or is empty."""
    found = _PLACE.fullmatch(place)
    if found is None:
        raise UsageError(
            "No such store", f"store: {place} names no bucket.", "Write s3://BUCKET/PREFIX."
        )
    prefix = (found["prefix"] or "").strip("/")
    return found["bucket"], f"{prefix}/" if prefix else ""


class S3Store:
    """A bucket and a prefix, reached with the credentials at hand."""

    def __init__(self, place: str, api: Api) -> None:
        self.api = api
        self.objects = Objects(api, *bucket_and_prefix(place))

    @property
    def name(self) -> str:
        """The bucket and the prefix."""
        return f"s3://{self.objects.bucket}/{self.objects.prefix}".rstrip("/")

    def exists(self) -> bool:
        """Tell whether a lock was ever taken here: its object stays when it is given back."""
        return held_before(self.objects)

    def locked(self, what: str, now: datetime) -> AbstractContextManager[Lock]:
        """Hold the lock; GovkitError naming the holder, host and age where somebody else does."""
        return leased(self.objects, what, now)

    def held(self, now: datetime) -> Held | None:  # noqa: ARG002 - how old a lock is, S3 says
        """Return who holds the lock, or None where it is free."""
        return held_lock(self.objects)

    def unlock(self, held: Held) -> None:
        """Take an expired lock away; GovkitError while its holder lives, or where it is another's."""
        taken_away(self.objects, held)

    def journal(self, run: str) -> "S3Journal":
        """Open the journal of a new run."""
        return S3Journal(self.objects, run)

    def runs(self) -> Sequence[str]:
        """Return the names of all runs, oldest first."""
        return sorted(filter(_RUN.fullmatch, self.objects.folders("runs/")))

    def read(self, run: str) -> Reading:
        """Return what a run's journal says: by the finished one, or line by line."""
        if _RUN.fullmatch(run):
            whole = self.objects.get(_whole_key(run))
            if whole is not None:
                return reading(whole.body, f"{run}.jsonl")
            keys = list(self.objects.keys(f"runs/{run}/"))
            if keys:
                return self._lines(keys)
        raise no_run(run, self.name, self.runs())

    def proved(self, run: str) -> Reading:
        """Return what a run's journal says, where its lines and the finished one say the same."""
        whole = self.objects.get(_whole_key(run))
        if whole is None:
            return self.read(run)
        bodies = self._bodies(list(self.objects.keys(f"runs/{run}/")))
        return _agreed(reading(whole.body, f"{run}.jsonl"), whole.body, bodies, run)

    def begin(self, run: str) -> Entry:
        """Return a run's first entry alone; empty where it cannot be read."""
        first = self.objects.get(_line_key(run, 0))
        return {} if first is None else parsed(first.body.decode(errors="replace")) or {}

    def caller(self) -> str:
        """Return the ARN by which AWS knows us."""
        return str(self.api.call(ApiCall("sts", "GetCallerIdentity"))["Arn"])

    def _lines(self, keys: Sequence[str]) -> Reading:
        return chained(
            (key.removeprefix("runs/"), body.decode(errors="replace"))
            for key, body in self._bodies(keys).items()
        )

    def _bodies(self, keys: Sequence[str]) -> dict[str, bytes]:
        found = zip(keys, self.objects.each(keys), strict=True)
        return {key: b"" if one is None else one.body for key, one in found}


def _agreed(told: Reading, whole: bytes, bodies: Mapping[str, bytes], run: str) -> Reading:
    """Return what the finished journal says, up to the first line that is another one by itself."""
    lines = {_line_key(run, number): line for number, line in enumerate(whole.split(b"\n")[:-1])}
    keys = sorted({*lines, *bodies})
    same = next((n for n, key in enumerate(keys) if lines.get(key) != bodies.get(key)), len(keys))
    if same == len(keys) or (told.broken is not None and len(told.entries) <= same):
        return told
    where = f"{keys[same].removeprefix('runs/')}, which {run}.jsonl has otherwise"
    return Reading(told.entries[:same], broken=where, end=told.hash_after(same) or START)


class S3Journal:
    """A journal of objects: an entry is in S3 before `write` returns, and is never written over.

    A line whose answer was lost may be there, or come yet: then the next one follows it.
    """

    def __init__(self, objects: Objects, run: str) -> None:
        self._objects = objects
        self._run = run
        self._chain = Chain()
        self._lines: list[str] = []
        self._unsure: set[bytes] = set()

    def write(self, entry: Entry) -> None:
        """Add an entry; GovkitError where it cannot be made durable."""
        while not self._added(self._chain.line(entry)):
            self._follow_what_is_there()

    def _added(self, line: str) -> bool:
        """Write a line where none is; False where one is."""
        self._unsure.add(line.encode())
        if self._objects.put_new(self._next, line.encode()) is None:
            return False
        self._kept(line)
        return True

    def _follow_what_is_there(self) -> None:
        """Go on from a line of ours that came after all; GovkitError where it is none of ours."""
        there = self._objects.get(self._next)
        if there is None or there.body not in self._unsure:
            why = "another line is there already, which this run did not write"
            raise unwritable(self._next, why)
        self._kept(there.body.decode())

    def _kept(self, line: str) -> None:
        self._chain.kept(line)
        self._lines.append(line)
        self._unsure.clear()

    @property
    def _next(self) -> str:
        return _line_key(self._run, self._chain.count)

    def close(self) -> None:
        """Write the journal whole, beside its lines; not where it may say less than they do."""
        if self._lines and not self._unsure:
            whole = "".join(f"{line}\n" for line in self._lines).encode()
            with suppress(GovkitError):  # it is there, line by line
                self._objects.put_new(_whole_key(self._run), whole)


def _line_key(run: str, number: int) -> str:
    return f"runs/{run}/{number:06d}.json"


def _whole_key(run: str) -> str:
    return f"runs/{run}.jsonl"
