"""Reaches an organization: AWS, the sandbox, or a snapshot, as the global options say."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from govkit.apply.patience import Patience
from govkit.cli.globals import SANDBOX, Globals
from govkit.cli.say import note
from govkit.cli.wake import sleep
from govkit.errors import UsageError
from govkit.flow.compare import Question, kinds
from govkit.flow.plan import firm, rails
from govkit.live.discover import Live, discover
from govkit.live.snapshot import Snapshot, restored
from govkit.model.call import Api, Interest
from govkit.model.scope import Entry
from govkit.model.suggest import did_you_mean
from govkit.store.store import Lock


def today() -> date:
    """Return the day in UTC; `GOVKIT_TODAY` (YYYY-MM-DD) makes a run repeatable."""
    told = os.environ.get("GOVKIT_TODAY")
    if told is None:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(told)
    except ValueError as error:
        raise UsageError(
            "No such day", f"GOVKIT_TODAY={told} is not of the form YYYY-MM-DD."
        ) from error


def moment() -> datetime:
    """Return the moment in UTC; on the day that `GOVKIT_TODAY` tells, where it does."""
    return datetime.combine(today(), datetime.now(UTC).timetz())


def question(
    options: Globals, allow: list[str] | None = None, *, expired: bool = False
) -> Question:
    """Return what the command was asked; `expired` takes exemptions that are over out."""
    return Question(
        options.layout,
        today(),
        options.only,
        overrides(allow or []),
        expired,
        moment(),
        options.baseline,
    )


def overrides(allow: list[str]) -> dict[str, int]:
    """Return the rails' overrides, as in `--allow max_moves=30`."""
    told: dict[str, int] = {}
    for text in allow:
        rail, equals, count = text.partition("=")
        if not equals or not count.isdecimal() or rail not in _rails():
            guess = did_you_mean(rail, _rails())
            if rail in firm():
                raise UsageError(
                    "No such override",
                    f"--allow {text}: nothing lets rail {rail} pass.",
                    "Its refusal says what else to do.",
                )
            if rail in _rails():
                raise UsageError(
                    "No such override",
                    f"--allow {text}: of rail {rail} it does not say how many to let pass.",
                    f"Use {rail}=N, with N a number from 0 on.",
                )
            raise UsageError(
                "No such override",
                f"--allow {text} is not understood. {guess}".rstrip(),
                f"Use RAIL=N, with one of: {', '.join(_rails())}.",
            )
        told[rail] = int(count)
    return told


def _rails() -> list[str]:
    return sorted(rails())


@dataclass(slots=True)
class Reach:
    """How a command asks: the door, opened once, and what to read the live bank with."""

    options: Globals
    run_id: str = ""
    _doors: dict[str | None, Api] = field(default_factory=dict)
    _entry: Entry | None = None
    _store_api: Api | None = None
    _lock: Lock | None = None
    _announced: bool = False

    @property
    def api(self) -> Api:
        """The door to AWS or to the sandbox, with the credentials at hand."""
        return self.door(None)

    def door(self, role: str | None) -> Api:
        """Return the door for a role, opened once; UsageError where there is only a snapshot."""
        self.require_no_snapshot()
        if role not in self._doors:
            self._announce()
            entry = self._entry
            self._doors[role] = _opened(
                self.options, self.run_id, role, self._permit, entry, sleep=sleep
            )
        return self._doors[role]

    def require_no_snapshot(self) -> None:
        """Raise UsageError where there is only a snapshot to write to."""
        if self.options.snapshot is not None:
            raise UsageError(
                "A snapshot cannot be written to", "This command needs AWS or --sandbox."
            )

    def store_api(self) -> Api:
        """Return the door for a store in S3: with the credentials at hand, whoever does the rest."""
        if self._store_api is None:
            self._announce()
            # Its waits are not cut short: the lock is kept and given back after Ctrl-C, too.
            self._store_api = _opened(self.options, self.run_id, None, sleep=time.sleep)
        return self._store_api

    def under(self, lock: Lock) -> None:
        """Write only while the lock is held, from now on."""
        self._lock = lock

    def _announce(self) -> None:
        """Say, once, where calls go if not to AWS."""
        if self._announced or self.options.sandbox is not None:
            return
        from govkit.aws.session import overrides as endpoints

        self._announced = True
        for override in endpoints():
            note(f"{override.setting} is set: calls go to {override.url}, not to AWS.")

    def _permit(self) -> None:
        if self._lock is not None:
            self._lock.check()

    def live(self, interest: Interest) -> Live:
        """Return the live bank: from the snapshot, or by asking."""
        if self.options.snapshot is not None:
            saved = load(self.options.snapshot)
            note(f"From a snapshot of {saved.as_of}, {_age(saved.as_of)}.")
            return saved.live
        if interest.coverage is not None:
            self._entry = interest.coverage.entry
        walk = self.options.pace is None and self.options.sandbox is None
        api = self.door(interest.role)
        return discover(api, kinds(), interest, workers=_WORKERS if walk else 16, walk=walk)

    def patience(self, settle: float) -> Patience:
        """Return how an apply waits; nothing in the sandbox lags unless it was told to."""
        if self.options.sandbox is not None:
            return Patience(sleep=sleep, interval=0.05)
        return Patience(sleep=sleep, settle=settle).lasting(self.options.timeout)


_WORKERS = 64  # at 50 ms a call and no limits, enough to walk 5,000 accounts within seconds


def load(path: Path) -> Snapshot:
    """Return what a snapshot's file holds."""
    try:
        return restored(path.read_bytes(), kinds())
    except OSError as error:
        raise UsageError("The snapshot cannot be read", f"{path}: {error.strerror}.") from error


def snapshot_at(path: Path) -> Live:
    """Return the live state that a snapshot's file holds."""
    return load(path).live


def _age(day: date) -> str:
    days = (today() - day).days
    return "made today" if days == 0 else f"{days} {'day' if days == 1 else 'days'} old"


def _opened(
    options: Globals,
    run_id: str,
    role: str | None,
    permit: Callable[[], None] = lambda: None,
    entry: Entry | None = None,
    *,
    sleep: Callable[[float], None],
) -> Api:
    from govkit.aws.door import door
    from govkit.aws.session import session
    from govkit.cli.waiting import Waits

    mount: Callable[[Any], None] | None = None
    if options.sandbox is not None:
        mount = _sandboxed(options)
    opened = session(
        profile=options.profile if mount is None else None,
        roles=[role] if role else [],
        run_id=run_id,
        mount=mount,
    )
    return door(
        opened,
        pace=None if mount is not None else options.pace,
        timeout=options.timeout,
        waiting=Waits(),
        permit=permit,
        entry=entry,
        sleep=sleep,
    )


def _sandboxed(options: Globals) -> Callable[[Any], None]:
    from govkit.sandbox import mount

    folder = options.sandbox
    if folder is None or not folder.is_dir():
        raise UsageError(
            "No such sandbox",
            f"{folder} is not a sandbox{_named(folder)}.",
            "Make one: govkit sandbox new\nOr one with a story: govkit demo",
        )

    def stand_on(core: Any) -> None:
        mount.mount(core, folder)

    return stand_on


def _named(folder: Path | None) -> str:
    """Say who chose the sandbox, where it need not have been this command line."""
    return ", and GOVKIT_SANDBOX names it" if os.environ.get(SANDBOX) == str(folder) else ""
