"""A session whose clients ask the sandbox directly: the same door, errors and pages, without HTTP.

Thousands of applies are run on it. That botocore's own clients make no difference is seen by the
tests, which run a part of the campaign on both.
"""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

from botocore.exceptions import ClientError, ConnectionClosedError

from govkit.aws.door import door
from govkit.aws.session import Session, session
from govkit.model.call import Api
from govkit.sandbox.calls import Call
from govkit.sandbox.refusals import ConnectionLostError, RefusalError
from govkit.sandbox.sandbox import Sandbox


def shortcut(folder: Path) -> Api:
    """Return the door to a sandbox, past botocore's requests and responses."""
    return door(cast("Session", _Session(folder)), pace=None, sleep=lambda _: None)


@cache
def _real() -> Session:
    """Return a session that is only asked for its models."""
    return session(mount=lambda core: core.set_credentials("none", "none"))


class _Session:
    def __init__(self, folder: Path) -> None:
        self.who = "the caller"
        self.pagination = _real().pagination
        self._sandbox = Sandbox(folder)

    def client(self, service: str, region: str | None = None) -> "_Client":
        return _Client(service, _real().client(service, region), self._sandbox)


class _Client:
    def __init__(self, service: str, real: Any, sandbox: Sandbox) -> None:
        self.meta = real.meta
        self._service = service
        self._sandbox = sandbox

    def __getattr__(self, name: str) -> Callable[..., Mapping[str, Any]]:
        operation = self.meta.method_to_api_mapping[name]
        return lambda **params: self._call(operation, params)

    def _call(self, operation: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            return self._sandbox.answer(Call(self._service, operation, params))
        except RefusalError as refused:
            said = {
                "Error": {"Code": refused.code, "Message": refused.message},
                "Reason": refused.reason,
                "ResponseMetadata": {"HTTPStatusCode": refused.status},
            }
            raise ClientError(cast("Any", said), operation) from refused
        except ConnectionLostError as lost:
            raise ConnectionClosedError(endpoint_url="sandbox:") from lost
