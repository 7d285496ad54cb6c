"""Entering accounts: each by its role, once; one client per service and Region serves them all."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from govkit.aws.failures import is_expired
from govkit.aws.session import Session
from govkit.errors import AccessDenied
from govkit.model.call import ApiCall, Response
from govkit.model.scope import Entry

_SPARE_SECONDS = 300.0
_CHAINED_SECONDS = 3600  # AWS's limit for a role assumed by a role


@dataclass(frozen=True, slots=True)
class Keys:
    """Credentials of one session in one account, as botocore signs with them."""

    access_key: str
    secret_key: str
    token: str
    until: float


class Turn:
    """Stands for credentials in a client that serves many accounts: those of the thread's turn.

    A client is made once per service and Region (making one takes longer than calling it), and
    signs in the thread that calls.
    """

    method = "govkit-member"
    account_id = None

    def __init__(self) -> None:
        self._here = threading.local()

    @contextmanager
    def of(self, keys: Keys) -> Iterator[None]:
        """Sign with these credentials in this thread meanwhile."""
        self._here.keys = keys
        try:
            yield
        finally:
            del self._here.keys

    @property
    def token(self) -> str:
        """The session token of the thread's turn; empty outside of one."""
        keys: Keys | None = getattr(self._here, "keys", None)
        return "" if keys is None else keys.token

    def get_frozen_credentials(self) -> Any:
        """Return what botocore signs a request with."""
        from botocore.credentials import ReadOnlyCredentials

        keys: Keys = self._here.keys
        return ReadOnlyCredentials(keys.access_key, keys.secret_key, keys.token)

    def get_deferred_property(self, name: str) -> Callable[[], Any]:
        """Return a property to be looked at when an endpoint is chosen; there is none."""
        return lambda: getattr(self, name, None)


@dataclass(slots=True)
class _Door:
    """One account's: opened once, and kept shut where it was refused once."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    keys: Keys | None = None
    refused: AccessDenied | None = None


class Members:
    """Enters accounts from a session, by the roles that an entry names.

    `ask` makes the call of AssumeRole, `now` tells the seconds since 1970.
    """

    def __init__(
        self,
        source: Session,
        entry: Entry,
        ask: Callable[[ApiCall], Response],
        now: Callable[[], float],
    ) -> None:
        self.entry = entry
        self._source = source
        self._ask = ask
        self._now = now
        self._mutex = threading.Lock()
        self._doors: dict[tuple[str, bool], _Door] = {}
        self._turn = Turn()
        self._pool: Session | None = None

    def client(self, service: str, region: str | None) -> Any:
        """Return the client of a service in a Region, which signs as the thread's turn says."""
        with self._mutex:
            if self._pool is None:
                self._pool = self._source.signing(self._turn)
        return self._pool.client(service, region)

    @contextmanager
    def entered(self, account: str, *, read: bool) -> Iterator[None]:
        """Let this thread's calls be those of the account's role; an AwsError where it is refused.

        Who was refused once is not asked again. Credentials that AWS calls expired are let go of:
        who enters once more gets new ones. (Our clock may have been set back.)
        """
        with self._mutex:
            door = self._doors.setdefault((account, read), _Door())
        with door.lock:
            if door.refused is not None:
                raise door.refused
            if door.keys is None or door.keys.until - self._now() < _SPARE_SECONDS:
                try:
                    door.keys = self._assumed(account, read=read)
                except AccessDenied as error:  # anything else may pass
                    door.refused = error
                    raise
            keys = door.keys
        try:
            with self._turn.of(keys):
                yield
        except Exception as error:
            if is_expired(error):
                with door.lock:
                    door.keys = None if door.keys is keys else door.keys
            raise

    def who(self, account: str, *, read: bool) -> str:
        """Return how messages name the role that enters an account."""
        return f"role {self._arn(account, read=read)}"

    def _assumed(self, account: str, *, read: bool) -> Keys:
        params = {
            "RoleArn": self._arn(account, read=read),
            "RoleSessionName": self._source.app_id,
            "DurationSeconds": _CHAINED_SECONDS,
            **_told(self.entry, read=read),
        }
        given = self._ask(ApiCall("sts", "AssumeRole", params))["Credentials"]
        until: datetime = given["Expiration"]
        return Keys(
            given["AccessKeyId"],
            given["SecretAccessKey"],
            given["SessionToken"],
            until.timestamp(),
        )

    def _arn(self, account: str, *, read: bool) -> str:
        name = self.entry.role(account, read=read)
        return f"arn:{self._source.partition}:iam::{account}:role/{name}"


def _told(entry: Entry, *, read: bool) -> Mapping[str, Any]:
    told: dict[str, Any] = {}
    if entry.external_id is not None:
        told["ExternalId"] = entry.external_id
    if entry.source_identity is not None:
        told["SourceIdentity"] = entry.source_identity
    if entry.tags:
        told["Tags"] = [{"Key": key, "Value": value} for key, value in entry.tags]
    if read and entry.read_policies:
        told["PolicyArns"] = [{"arn": arn} for arn in entry.read_policies]
    return told
