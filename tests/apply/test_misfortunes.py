"""An apply under bad luck: lost answers, throttles, refusals, lag, strangers' hands, a full disk."""

import errno
import io
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

import pytest
from journey import LAYOUT, LIVE
from terminal import build, desk
from walk import PATIENT, Walk, sandbox_api

from govkit.cli.tree import sandbox_tree
from govkit.errors import AccessDenied, ApplyStopped, CredentialsMissing, Exit, GovkitError
from govkit.flow.apply import Job, carried_out, new_run
from govkit.sandbox.faults import Fault, Kind, clear, plant, planted
from govkit.sandbox.show import show
from govkit.store.history import told_by
from govkit.store.journal import Journal, read
from govkit.store.local import LocalStore

WRITES = 21


@pytest.fixture(scope="module")
def template() -> Iterator[Path]:
    with desk() as found:
        build(LIVE, found.sandbox)
        yield found.sandbox


@pytest.fixture(scope="module")
def goal(template: Path) -> str:
    with _walk(template) as walk:
        walk.apply(LAYOUT)
        return _shape(walk)


@contextmanager
def _walk(template: Path) -> Iterator[Walk]:
    with desk() as found:
        shutil.copytree(template, found.sandbox)
        yield Walk(sandbox_api(found.sandbox), found.folder)


def _sandbox(walk: Walk) -> Path:
    return walk.folder / "sandbox"


def _shape(walk: Walk) -> str:
    return re.sub(r"\b\d{12}\b", "ID", sandbox_tree(show(_sandbox(walk))))


def _is_done(walk: Walk, goal: str) -> bool:
    again, _ = walk.plan(LAYOUT)
    return again.steps == () and _shape(walk) == goal


def _journals(walk: Walk) -> list[Path]:
    return sorted((walk.folder / "store" / "runs").iterdir())


PASSING = (
    Kind.THROTTLE,
    Kind.BUSY,
    Kind.CONCURRENT_MODIFICATION,
    Kind.POLICY_CHANGES_IN_PROGRESS,
    Kind.FINALIZING,
    Kind.SERVICE_ERROR,
    Kind.SERVICE_ERROR_AFTER,
    Kind.CONNECTION_LOST,
    Kind.CONNECTION_LOST_AFTER,
    Kind.LAG,
)


@pytest.mark.parametrize("kind", PASSING, ids=lambda kind: kind.value)
def test_what_passes_by_stops_no_apply_and_doubles_nothing(
    template: Path, goal: str, kind: Kind
) -> None:
    """Every write meets it, one after the other."""
    with _walk(template) as walk:
        plant(_sandbox(walk), *(Fault(kind, "write", skip=skip, reads=3) for skip in _each(kind)))
        walk.apply(LAYOUT)
        assert planted(_sandbox(walk)) == ()
        assert _is_done(walk, goal)
        (journal,) = _journals(walk)
        assert told_by(journal.stem, read(journal)).outcome == "done"
        assert read(journal).broken is None


def _each(kind: Kind) -> list[int]:
    """Return how many writes pass before each fault; a write that meets one counts for none of them.

    What took in spite of it is not made again; all else is, and must pass then.
    """
    return [0] * WRITES if kind in _TAKEN else list(range(WRITES))


_TAKEN = {Kind.CONNECTION_LOST_AFTER, Kind.SERVICE_ERROR_AFTER, Kind.LAG}


@pytest.mark.parametrize("write", range(0, WRITES, 3))
@pytest.mark.parametrize("kind", [Kind.ACCESS_DENIED, Kind.EXPIRED_TOKEN], ids=lambda kind: kind)
def test_a_refusal_stops_at_once_and_the_next_apply_finishes(
    template: Path, goal: str, kind: Kind, write: int
) -> None:
    with _walk(template) as walk:
        before = (_sandbox(walk) / "organizations.json").read_bytes()
        plant(_sandbox(walk), Fault(kind, "write", skip=write, times=9))
        with pytest.raises(GovkitError) as caught:
            walk.apply(LAYOUT)
        if write:
            assert caught.value.exit == Exit.STOPPED
            assert "Run the same command again" in caught.value.hint
            done = re.search(r"Done: (\d+) of 21 steps", caught.value.detail)
            assert done is not None
            assert int(done[1]) in {write, write - 1}  # two accounts are in creation at once
        else:
            assert isinstance(caught.value, AccessDenied | CredentialsMissing)
            assert caught.value.exit == Exit.NO_CREDENTIALS
            assert (_sandbox(walk) / "organizations.json").read_bytes() == before
        clear(_sandbox(walk))
        walk.apply(LAYOUT)
        assert _is_done(walk, goal)


def test_a_change_by_somebody_else_in_the_middle_is_stale_and_not_overwritten(
    template: Path,
) -> None:
    with _walk(template) as walk:
        theirs = {"OrganizationalUnitId": _id(walk, "Dev"), "Name": "Elsewhere"}
        change = ("UpdateOrganizationalUnit", theirs)
        plant(_sandbox(walk), Fault(Kind.FOREIGN_CHANGE, "CreateOrganizationalUnit", change=change))
        with pytest.raises(ApplyStopped) as caught:
            walk.apply(LAYOUT)
        assert "changed since the plan was made" in caught.value.detail
        assert "ou:/Workloads/NonProd" in caught.value.detail
        assert "Elsewhere/" in _shape(walk)


def _id(walk: Walk, name: str) -> str:
    rows = json.loads((_sandbox(walk) / "organizations.json").read_text())["ous"]
    return str(next(ident for ident, row in rows.items() if row["Name"] == name))


def test_what_somebody_else_did_just_as_we_wanted_is_done_already(
    template: Path, goal: str
) -> None:
    with _walk(template) as walk:
        theirs = {"OrganizationalUnitId": _id(walk, "Dev"), "Name": "NonProd"}
        change = ("UpdateOrganizationalUnit", theirs)
        plant(_sandbox(walk), Fault(Kind.FOREIGN_CHANGE, "CreateOrganizationalUnit", change=change))
        walk.apply(LAYOUT)
        assert _is_done(walk, goal)
        entries = read(_journals(walk)[0]).entries
        already = [entry["address"] for entry in entries if entry.get("already")]
        assert already == ["ou:/Workloads/NonProd"]


# --- the disk ----------------------------------------------------------------------------------


class _FullDisk(io.StringIO):
    """A file on a disk with room for so many lines."""

    def __init__(self, real: IO[str], lines: int) -> None:
        super().__init__()
        self.real, self.lines = real, lines

    def write(self, text: str) -> int:
        self.lines -= 1
        if self.lines < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return self.real.write(text)

    def flush(self) -> None:
        self.real.flush()

    def fileno(self) -> int:
        return self.real.fileno()

    def close(self) -> None:
        self.real.close()
        super().close()


class _TinyStore(LocalStore):
    """A store whose journals soon fill the disk."""

    def __init__(self, folder: Path, lines: int) -> None:
        super().__init__(folder)
        self._left = lines

    def journal(self, name: str) -> Journal:
        found = super().journal(name)
        found._file = _FullDisk(found._file, self._left)
        return found


def _applied_on(walk: Walk, store: object, layout: Mapping[str, Any]) -> None:
    made, both = walk.plan(layout)
    for _ in carried_out(
        Job(made, both),
        made.steps,
        api=walk.api,
        store=cast("LocalStore", store),
        run_name=new_run(),
        patience=PATIENT,
        stop=lambda: False,
    ):
        pass


@pytest.mark.parametrize("lines", [0, 1, 2, 3, 4, 7, 20, 40])
def test_on_a_full_disk_nothing_is_called_that_the_journal_does_not_name(
    template: Path, goal: str, lines: int
) -> None:
    with _walk(template) as walk:
        before = (_sandbox(walk) / "organizations.json").read_bytes()
        with pytest.raises(GovkitError) as caught:
            _applied_on(walk, _TinyStore(walk.folder / "store", lines), LAYOUT)
        (journal,) = _journals(walk)
        entries = read(journal).entries
        assert len(entries) == lines
        named = [entry for entry in entries if entry["entry"] == "calling"]
        changed = (_sandbox(walk) / "organizations.json").read_bytes() != before
        assert changed == bool(named)
        assert caught.value.exit == (Exit.STOPPED if named else Exit.FAILED)
        assert "journal cannot be written" in str(caught.value)
        assert told_by(journal.stem, read(journal)).outcome == "killed"
        walk.apply(LAYOUT)
        assert _is_done(walk, goal)
