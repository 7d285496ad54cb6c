"""Puts a sandbox under botocore: real clients, retries and parsers, and never the network."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from govkit.sandbox.calls import Service
from govkit.sandbox.clock import REAL_CLOCK, Clock
from govkit.sandbox.identity import ACCESS_KEY, SECRET_KEY, is_token
from govkit.sandbox.refusals import ConnectionLostError
from govkit.sandbox.sandbox import Sandbox
from govkit.sandbox.serve import not_played, serve
from govkit.sandbox.wire import Request

if TYPE_CHECKING:
    from boto3.session import Session as Boto3Session
    from botocore.session import Session

_HOME_REGION = "us-east-1"


def pretend_session(directory: Path, *, clock: Clock = REAL_CLOCK) -> "Session":
    """Return a new botocore session on a sandbox, untouched by the user's profiles."""
    import botocore.session

    session = botocore.session.Session()
    mount(session, directory, clock=clock)
    return session


def mount(
    session: "Session | Boto3Session", directory: Path, *, clock: Clock = REAL_CLOCK
) -> Sandbox:
    """Let every client that the session makes from now on be answered by the sandbox.

    Credentials, profiles, instance metadata and configured endpoints are not looked at. A session
    of a role assumed in the sandbox keeps its credentials, and so does a client that is given its
    own; any other becomes the management account's administrator. A service that the sandbox does
    not play is refused.
    """
    sandbox = Sandbox(directory, clock=clock)
    sandbox.settings  # noqa: B018 - a folder that is no sandbox is said so here, not at the first call
    core: Session = cast("Any", getattr(session, "_session", session))
    _isolate(core, directory)
    events = core.get_component("event_emitter")
    _hook(events, sandbox)
    return sandbox


def mount_role(session: "Session", directory: Path, credentials: dict[str, str]) -> None:
    """Mount a sandbox with the credentials that its AssumeRole answered."""
    mount(session, directory)
    session.set_credentials(
        credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"]
    )


def _isolate(core: "Session", directory: Path) -> None:
    """Turn off all that could look outside: files, metadata, dual-stack hosts, other endpoints."""
    for name, value in {
        "config_file": str(directory / "no-config"),
        "credentials_file": str(directory / "no-credentials"),
        "profile": "default",
        "ignore_configured_endpoint_urls": True,
        "use_dualstack_endpoint": False,
        "use_fips_endpoint": False,
        "defaults_mode": "legacy",
        "ca_bundle": None,
    }.items():
        core.set_config_variable(name, value)
    # A session may have read the user's files already: what it read is replaced in place.
    profiles = core.full_config["profiles"]
    profiles.clear()
    profiles["default"] = {"region": _HOME_REGION}
    # Asking the session itself would look for credentials outside when none were set.
    given = getattr(core, "_credentials", None)
    if not is_token(getattr(given, "token", None) or ""):
        core.set_credentials(ACCESS_KEY, SECRET_KEY)


def _hook(events: Any, sandbox: Sandbox) -> None:
    # A request's event names its service otherwise than its client does; only a model knows both,
    # and reading all models takes longer than a plan. So the two are learnt as calls come by.
    played: dict[str, Service] = {}

    def refuse_others(model: Any, **_: Any) -> tuple[Any, dict[str, Any]] | None:
        called = model.service_model
        service = sandbox.services.get(called.service_name)
        if service is None:
            return _refused_before_sending(called.service_name)
        played[called.service_id.hyphenize()] = service
        return None

    def answer(request: Any, event_name: str, **_: Any) -> Any:
        return _answer(sandbox, request, played.get(event_name.split(".")[1]))

    events.register_first("before-call", refuse_others)
    events.register_first("before-send", answer)


def _answer(sandbox: Sandbox, request: Any, service: Service | None) -> Any:
    from botocore.awsrequest import AWSResponse
    from botocore.compat import HTTPHeaders
    from botocore.exceptions import ConnectionClosedError

    headers = {name.lower(): _text(value) for name, value in request.headers.items()}
    body = request.body or b""
    read = body.read() if hasattr(body, "read") else body
    raw = read.encode() if isinstance(read, str) else read
    asked = Request(headers, raw, request.method, request.url)
    try:
        reply = serve(sandbox, asked, service=service)
    except ConnectionLostError as lost:
        raise ConnectionClosedError(endpoint_url=request.url, request=request) from lost
    found = HTTPHeaders()
    for name, value in reply.headers.items():
        found[name] = value
    return AWSResponse(request.url, reply.status, found, _Body(reply.body))


class _Body(io.BytesIO):
    """A body that botocore can stream."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


def _refused_before_sending(service: str) -> tuple[Any, dict[str, Any]]:
    from botocore.awsrequest import AWSResponse
    from botocore.compat import HTTPHeaders

    refused = not_played(service)
    parsed = {
        "Error": {"Code": refused.code, "Message": refused.message},
        "ResponseMetadata": {"HTTPStatusCode": refused.status, "HTTPHeaders": {}},
    }
    return AWSResponse("sandbox:", refused.status, HTTPHeaders(), _Body(b"")), parsed


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
