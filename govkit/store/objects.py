"""Objects in a bucket: read, and written only where none is or over exactly the one that was read."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from govkit.errors import AccessDenied, AnswerLost, AwsError, GovkitError
from govkit.model.call import Api, ApiCall, Response

_PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0)
_SIDE_BY_SIDE = 16
_FAILED = frozenset({"PreconditionFailed", "NoSuchKey"})
_NEW: Mapping[str, str] = {"IfNoneMatch": "*"}


@dataclass(frozen=True, slots=True)
class Kept:
    """An object as it was read; `age` is in seconds by the clock of the service, if it says so."""

    body: bytes
    etag: str
    age: float | None


@dataclass(frozen=True, slots=True)
class Objects:
    """The objects below a prefix of a bucket."""

    api: Api
    bucket: str
    prefix: str
    sleep: Callable[[float], None] = time.sleep

    def get(self, key: str) -> Kept | None:
        """Return an object, or None where there is none."""
        try:
            answer = self._call("GetObject", key)
        except AwsError as error:
            if error.code == "NoSuchKey":
                return None
            raise
        return Kept(bytes(answer["Body"]), str(answer["ETag"]), _age(answer))

    def each(self, keys: Iterable[str]) -> Iterator[Kept | None]:
        """Yield objects in the order of their keys, asked for side by side."""
        with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
            yield from pool.map(self.get, keys)

    def put_new(self, key: str, body: bytes) -> str | None:
        """Write an object where none is and return its ETag, or None where another one is."""
        return self._put(key, body, _NEW)

    def put_over(self, key: str, body: bytes, etag: str) -> str | None:
        """Write an object over the one with this ETag; None where that one is there no longer."""
        return self._put(key, body, {"IfMatch": etag})

    def keys(self, below: str) -> Iterator[str]:
        """Yield the keys below a folder, in order."""
        for one in self._listed("Contents", below):
            yield str(one["Key"]).removeprefix(self.prefix)

    def folders(self, below: str) -> Iterator[str]:
        """Yield the names of the folders right below a folder, in order."""
        for one in self._listed("CommonPrefixes", below, Delimiter="/"):
            yield str(one["Prefix"]).removeprefix(self.prefix + below).rstrip("/")

    def _put(self, key: str, body: bytes, condition: Mapping[str, str]) -> str | None:
        """Write once, whatever happens to the answer: what is there with our content is ours."""
        for pause in _PAUSES:
            try:
                answer = self._call("PutObject", key, Body=body, **condition)
            except AnswerLost:
                settled = False
            except AwsError as error:
                if error.code not in _FAILED:
                    raise
                settled = True
            else:
                return str(answer["ETag"])
            there = self.get(key)
            if there is not None and there.body == body:
                return there.etag
            if settled:
                return None
            self.sleep(pause)
        raise GovkitError(
            "S3 does not answer",
            f"s3://{self.bucket}/{self.prefix}{key} was written {len(_PAUSES)} times, "
            "and every answer was lost.",
            "Try again later; nothing was done that the journal does not name.",
        )

    def _call(self, operation: str, key: str, **params: Any) -> Response:
        call = ApiCall("s3", operation, {"Bucket": self.bucket, "Key": self.prefix + key, **params})
        answer: Response = self._asked(lambda: self.api.call(call))
        return answer

    def _listed(self, what: str, below: str, **params: Any) -> Iterator[Any]:
        told = {"Bucket": self.bucket, "Prefix": self.prefix + below, **params}
        call = ApiCall("s3", "ListObjectsV2", told)
        yield from self._asked(lambda: list(self.api.items(what, call)))

    def _asked(self, ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except AccessDenied as error:
            if error.operation != "s3:GetObject":
                raise
            raise self._unseen(error) from error
        except AwsError as error:
            if error.code != "NoSuchBucket":
                raise
            raise GovkitError(
                "The store's bucket does not exist",
                f"There is no bucket {self.bucket}, which the layout's store: names.",
                f"Create it, or name another one: aws s3 mb s3://{self.bucket} "
                f"(in a sandbox: govkit sandbox change create-bucket {self.bucket})",
            ) from error

    def _unseen(self, error: AccessDenied) -> AccessDenied:
        return AccessDenied(
            error.summary,
            f"{error.detail} Without s3:ListBucket on the bucket {self.bucket} S3 says so, too, of an "
            "object that is not there.",
            f"Allow s3:GetObject and s3:PutObject on s3://{self.bucket}/{self.prefix}*, and "
            f"s3:ListBucket on {self.bucket}: govkit iam-policy apply",
            code=error.code,
            operation=error.operation,
            response=error.response,
        )


def _age(answer: Response) -> float | None:
    """Return how old an object is: both moments are told by the service, none by our clock."""
    try:
        now = parsedate_to_datetime(answer["Date"])
        return float((now - answer["LastModified"]).total_seconds())
    except (KeyError, TypeError, ValueError):
        return None
