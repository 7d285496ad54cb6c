"""The pretend AWS as a plain object: one call in, one answer or refusal out, and the disk in step."""

import os
import signal
import uuid
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from govkit import shelf
from govkit.sandbox import faults, lag, log
from govkit.sandbox.calls import Call, Caller, Service, World, is_read
from govkit.sandbox.clock import REAL_CLOCK, Clock, moment
from govkit.sandbox.faults import Fault, Kind
from govkit.sandbox.identity import console_caller, management_caller
from govkit.sandbox.rates import Buckets
from govkit.sandbox.refusals import ConnectionLostError, RefusalError, refusal
from govkit.sandbox.settings import Settings
from govkit.sandbox.store import Store
from govkit.sandbox.tables import Document

_STRANGER = "somebody@example.com"


def services() -> dict[str, Service]:
    """Return every service the sandbox plays, by botocore's name."""
    found = shelf.load("govkit.sandbox.services", "SERVICE")
    return {service.name: service for service in cast("tuple[Service, ...]", found)}


@dataclass(slots=True)
class Counts:
    """How often each operation was called and refused for being called too often, in this process."""

    calls: Counter[str] = field(default_factory=Counter)
    throttled: Counter[str] = field(default_factory=Counter)


class Sandbox:
    """Answers calls from a folder. Several processes may do so at once: each call is one turn."""

    def __init__(self, directory: Path, *, clock: Clock = REAL_CLOCK) -> None:
        self.services = services()
        self.clock = clock
        self.counts = Counts()
        self.store = Store(directory, {one.name: one.shapes for one in self.services.values()})
        self._buckets = Buckets()

    @property
    def directory(self) -> Path:
        return self.store.directory

    @property
    def settings(self) -> Settings:
        return self.store.settings()

    def call(
        self,
        operation: str,
        params: Mapping[str, Any] | None = None,
        *,
        service: str = "organizations",
        caller: Caller | None = None,
    ) -> dict[str, Any]:
        """Make a call without botocore, by default as the management account's administrator."""
        return self.answer(Call(service, operation, params or {}, caller))

    def answer(self, call: Call) -> dict[str, Any]:
        """Answer a call, or raise `RefusalError` or `ConnectionLostError`.

        What the call wrote is on disk when this returns.
        """
        latency = self.settings.latency_seconds
        if latency > 0:
            self.clock.sleep(latency)
        with self.store.turn():
            caller = call.caller or management_caller(self.settings)
            if not self._within_rate(call, caller):
                return self._refuse(call, caller, refusal("TooManyRequestsException"))
            fault = self._draw(call, caller)
            if fault is not None:
                self._before(fault, call, caller)
            try:
                return self._serve(call, caller, fault)
            finally:
                if fault is not None:  # a refusal is an answer, too
                    _after(fault)

    def world(self, caller: Caller, *, lagging: str = "", region: str = "us-east-1") -> World:
        """Return what a service may look at; documents as they were, where `lagging` names one."""

        def document(name: str) -> Document:
            return self._lagging(name) if name == lagging else self.store.document(name)

        return World(document, self.settings, caller, moment(self.clock), region)

    def _within_rate(self, call: Call, caller: Caller) -> bool:
        self.counts.calls[call.operation] += 1
        if call.service != "organizations":
            return True
        scale = self.settings.rate_scale
        within = self._buckets.take(caller.account, call.operation, self.clock.now(), scale)
        if not within:
            self.counts.throttled[call.operation] += 1
        return within

    def _draw(self, call: Call, caller: Caller) -> Fault | None:
        queue = faults.planted(self.directory)
        if not queue:
            return None
        reads = is_read(call.operation)
        drawn = faults.draw(queue, call.operation, read=reads, account=caller.account)
        if drawn.left != queue:
            faults.write_faults(self.directory, drawn.left)
        return drawn.fault

    def _before(self, fault: Fault, call: Call, caller: Caller) -> None:
        match fault.kind:
            case Kind.KILL:
                os.kill(os.getpid(), signal.SIGKILL)
            case Kind.CONNECTION_LOST:
                raise ConnectionLostError
            case Kind.FOREIGN_CHANGE if fault.change is not None:
                operation, params = fault.change
                stranger = console_caller(self.settings, _STRANGER)
                # A change that does not fit any more is refused and logged; the call goes on.
                with suppress(RefusalError):
                    self._serve(Call("organizations", operation, params), stranger, None)
            case Kind.SERVICE_ERROR_AFTER:
                pass
            case _:
                refused = faults.refusal_of(fault.kind)
                if refused is not None:
                    self._refuse(call, caller, refused)

    def _serve(self, call: Call, caller: Caller, fault: Fault | None) -> dict[str, Any]:
        reading = is_read(call.operation) and "CreateAccount" not in call.operation
        behind = call.service if reading and self._is_lagging(call.service) else ""
        world = self.world(caller, lagging=behind, region=call.region)
        try:
            answer = _handle(self.services[call.service], world, call)
        except RefusalError as refused:
            self.store.forget()
            self._passed(call, reading=reading)
            return self._refuse(call, caller, refused)
        except BaseException:
            self.store.forget()
            raise
        self._passed(call, reading=reading)
        self._save(fault.reads if fault and fault.kind is Kind.LAG else self.settings.read_lag)
        self._log(call, caller, answer)
        return answer

    def _passed(self, call: Call, *, reading: bool) -> None:
        """Count a read, also one that did not find what is hidden from it."""
        if reading and lag.hidden(self.directory):
            lag.passed(self.directory, call.service)

    def _save(self, hide_for: int) -> None:
        for document in self.store.changed() if hide_for > 0 else ():
            lags = not self.services[document.name].consistent
            if lags and self.store.path(document.name).exists():
                file = f"{document.name}.{uuid.uuid4().hex}.before.json"
                self.store.keep(document.name, file)
                lag.hide(self.directory, lag.Hidden(document.name, file, hide_for))
        self.store.save()

    def _is_lagging(self, name: str) -> bool:
        return any(write.document == name for write in lag.hidden(self.directory))

    def _lagging(self, name: str) -> Document:
        oldest = next(write for write in lag.hidden(self.directory) if write.document == name)
        return self.store.read(name, self.directory / oldest.file)

    def _refuse(self, call: Call, caller: Caller, refused: RefusalError) -> dict[str, Any]:
        self._log(call, caller, refused)
        raise refused

    def _log(self, call: Call, caller: Caller, outcome: Mapping[str, Any] | RefusalError) -> None:
        if self.settings.log_calls:
            event = log.event_of(call, caller, self.clock.now(), str(uuid.uuid4()), outcome)
            log.append(self.directory, event)


def _handle(service: Service, world: World, call: Call) -> dict[str, Any]:
    _check_expiry(world, service)
    service.admit(world, call)
    handler = service.handlers.get(call.operation)
    if handler is None:
        raise _not_offered(call)
    return handler(world, call.params)


def _after(fault: Fault) -> None:
    match fault.kind:
        case Kind.KILL_AFTER:
            os.kill(os.getpid(), signal.SIGKILL)
        case Kind.CONNECTION_LOST_AFTER:
            raise ConnectionLostError
        case Kind.SERVICE_ERROR_AFTER:
            raise refusal("ServiceException", status=500)
        case _:
            pass


def _check_expiry(world: World, service: Service) -> None:
    if 0 < world.caller.expires <= world.now:
        code = "ExpiredToken" if service.name == "sts" else "ExpiredTokenException"
        raise refusal(code, message="The security token included in the request is expired")


def _not_offered(call: Call) -> RefusalError:
    return refusal(
        "UnsupportedOperationException",
        message=f"The sandbox does not offer {call.service}:{call.operation}.",
    )
