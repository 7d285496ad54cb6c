"""A store in S3: the lock an object, a journal's every line an object, a finished journal one more.

S3 cannot append. A line of its own is durable with one request, whatever the length of the run; the
lines are never changed or removed, and the finished journal is written beside them to be read fast.
"""

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from datetime import datetime

from govkit.errors import GovkitError, UsageError
from govkit.model.call import Api, ApiCall
from govkit.store.journal import Chain, Entry, Reading, chained, parsed, reading, unwritable
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
        return sorted(self.objects.folders("runs/"))

    def read(self, run: str) -> Reading:
        """Return what a run's journal says: by the finished one, or line by line."""
        if _RUN.fullmatch(run):
            whole = self.objects.get(f"runs/{run}.jsonl")
            if whole is not None:
                return reading(whole.body, f"{run}.jsonl")
            keys = list(self.objects.keys(f"runs/{run}/"))
            if keys:
                return self._lines(keys)
        raise no_run(run, self.name, self.runs())

    def proved(self, run: str) -> Reading:
        """Return what a run's journal says."""
        return self.read(run)

    def begin(self, run: str) -> Entry:
        """Return a run's first entry alone; empty where it cannot be read."""
        first = self.objects.get(_line_key(run, 0))
        return {} if first is None else parsed(first.body.decode(errors="replace")) or {}

    def caller(self) -> str:
        """Return the ARN by which AWS knows us."""
        return str(self.api.call(ApiCall("sts", "GetCallerIdentity"))["Arn"])

    def _lines(self, keys: Sequence[str]) -> Reading:
        found = zip(keys, self.objects.each(keys), strict=True)
        return chained(
            (key.removeprefix("runs/"), "" if one is None else one.body.decode(errors="replace"))
            for key, one in found
        )


class S3Journal:
    """A journal of objects: an entry is in S3 before `write` returns, and is never written over."""

    def __init__(self, objects: Objects, run: str) -> None:
        self._objects = objects
        self._run = run
        self._chain = Chain()
        self._lines: list[str] = []

    def write(self, entry: Entry) -> None:
        """Add an entry; GovkitError where it cannot be made durable."""
        line = self._chain.line(entry)
        key = _line_key(self._run, self._chain.count)
        if self._objects.put_new(key, line.encode()) is None:
            raise unwritable(key, "another line is there already, which this run did not write")
        self._chain.kept(line)
        self._lines.append(line)

    def close(self) -> None:
        """Write the journal whole, beside its lines."""
        if self._lines:
            whole = "".join(f"{line}\n" for line in self._lines).encode()
            with suppress(GovkitError):  # it is there, line by line
                self._objects.put_new(f"runs/{self._run}.jsonl", whole)


def _line_key(run: str, number: int) -> str:
    return f"runs/{run}/{number:06d}.json"
