"""The log of all calls, one JSON object a line: what a trail would have seen."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from govkit.sandbox.calls import Call, Caller, is_read
from govkit.sandbox.clock import iso
from govkit.sandbox.refusals import RefusalError, SandboxError

NAME = "calls.jsonl"
Event = dict[str, Any]


def event_of(
    call: Call,
    caller: Caller,
    now: float,
    event_id: str,
    outcome: Mapping[str, Any] | RefusalError,
) -> Event:
    """Describe a call and what became of it; policy texts stay in the parameters alone, and bodies of objects out."""
    refused = outcome if isinstance(outcome, RefusalError) else None
    answer = {} if isinstance(outcome, RefusalError) else outcome
    return {
        "time": iso(now),
        "event_id": event_id,
        "service": call.service,
        "operation": call.operation,
        "read_only": is_read(call.operation),
        "params": {name: value for name, value in call.params.items() if name != "Body"},
        "response": {} if is_read(call.operation) else _short(answer),
        "error": None
        if refused is None
        else {"code": refused.code, "reason": refused.reason, "message": refused.message},
        "region": call.region,
        "source_ip": call.source_ip,
        "user_agent": call.user_agent,
        "caller": {
            "account": caller.account,
            "arn": caller.arn,
            "user_id": caller.user_id,
            "access_key": caller.access_key,
            "source_identity": caller.source_identity,
            "console": caller.console,
        },
    }


def append(directory: Path, event: Event) -> None:
    """Add a line in one write. A line that a killed writer left unfinished is cut off first."""
    line = (json.dumps(event, ensure_ascii=False, default=str) + "\n").encode()
    handle = os.open(directory / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        end = os.lseek(handle, 0, os.SEEK_END)
        if end and os.pread(handle, 1, end - 1) != b"\n":
            end = (directory / NAME).read_bytes().rfind(b"\n") + 1
            os.ftruncate(handle, end)
        os.pwrite(handle, line, end)
    finally:
        os.close(handle)


def events(directory: Path) -> Iterator[Event]:
    """Yield all calls, the oldest first; an unfinished last line is left out."""
    path = directory / NAME
    if not path.exists():
        return
    for number, line in enumerate(path.read_bytes().splitlines(keepends=True), 1):
        if not line.endswith(b"\n"):
            return
        try:
            event = json.loads(line)
        except ValueError as problem:
            raise SandboxError(
                "The sandbox's files are damaged", f"{path}:{number} is not JSON."
            ) from problem
        yield event


def _short(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _short(value) if isinstance(value, dict) else value
        for name, value in answer.items()
        if name not in {"Content", "Credentials"}
    }
