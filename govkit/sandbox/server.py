"""The sandbox over loopback HTTP, for `AWS_ENDPOINT_URL_ORGANIZATIONS` and for measurements."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from govkit.sandbox.clock import REAL_CLOCK, Clock
from govkit.sandbox.refusals import ConnectionLostError, SandboxError
from govkit.sandbox.sandbox import Sandbox
from govkit.sandbox.serve import serve
from govkit.sandbox.wire import Reply, Request

COUNTS_PATH = "/_sandbox/counts"
_MOST_BYTES = 2_000_000


class SandboxServer(ThreadingHTTPServer):
    """Serves one sandbox on 127.0.0.1; `sandbox.counts` says how often each operation was called."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, directory: Path, *, port: int = 0, clock: Clock = REAL_CLOCK) -> None:
        self.sandbox = Sandbox(directory, clock=clock)
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def serving(
    directory: Path, *, port: int = 0, clock: Clock = REAL_CLOCK
) -> Iterator[SandboxServer]:
    """Serve in a thread until the block ends."""
    with SandboxServer(directory, port=port, clock=clock) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    """One connection, kept alive: a request at a time, each answered in one write."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: SandboxServer

    def do_POST(self) -> None:
        bodiless = self.command in {"GET", "HEAD", "DELETE"}
        size = self.headers.get("Content-Length", "0" if bodiless else "")
        if not size.isdigit() or int(size) > _MOST_BYTES:
            self._send(_plain(HTTPStatus.LENGTH_REQUIRED, {"error": "no usable Content-Length"}))
            self.close_connection = True
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(size))
        request = Request(headers, body, self.command, self.path)
        try:
            self._send(serve(self.server.sandbox, request))
        except ConnectionLostError:
            self.close_connection = True
        except SandboxError as problem:
            self._send(_plain(HTTPStatus.INTERNAL_SERVER_ERROR, {"error": str(problem)}))

    do_PUT = do_HEAD = do_DELETE = do_POST  # noqa: N815 - the library's names

    def do_GET(self) -> None:
        if "Authorization" in self.headers:
            self.do_POST()
            return
        if self.path != COUNTS_PATH:
            self._send(_plain(HTTPStatus.NOT_FOUND, {"error": f"only {COUNTS_PATH} is read"}))
            return
        counts = self.server.sandbox.counts
        body = {"calls": dict(counts.calls), "throttled": dict(counts.throttled)}
        self._send(_plain(HTTPStatus.OK, body))

    def _send(self, reply: Reply) -> None:
        lines = [f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}"]
        lines += [f"{name}: {value}" for name, value in reply.headers.items()]
        if "Content-Length" not in reply.headers:
            lines.append(f"Content-Length: {len(reply.body)}")
        lines += ["", ""]
        self.wfile.write("\r\n".join(lines).encode() + reply.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Stay silent: the sandbox keeps its own log of calls."""


def _plain(status: int, value: object) -> Reply:
    return Reply(status, {"Content-Type": "application/json"}, json.dumps(value).encode())
