"""Discovers what is there: lets every kind look at the organization and puts together what they saw."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import (
    FIRST_EXCEPTION,
    Future,
    InvalidStateError,
    ThreadPoolExecutor,
    wait,
)
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

from govkit.errors import AccessDenied, AwsError
from govkit.kinds._refusals import NOT_OFFERED
from govkit.kinds.root import ORGANIZATION, ORGANIZATION_ARN, Root
from govkit.live.look import Findings, LookOf, Sight, StoppedError
from govkit.model.call import Api, Ids, Interest
from govkit.model.kind import Kind
from govkit.model.resource import Found
from govkit.model.scope import Unreached
from govkit.model.state import State

# Without these there is nothing to compare with: a refusal stops the command.
ESSENTIAL = frozenset({"root", "ou", "account", "policy_type", "policy", "attachment"})


@dataclass(frozen=True, slots=True)
class Live:
    """What is there.

    `incomplete` says what could not be seen; `unseen` names the kinds of which nothing is known, so
    that nobody takes them for not being there, and `unreached` the places that a kind could not
    look into.
    """

    state: State
    ids: Ids
    incomplete: tuple[str, ...] = ()
    unseen: frozenset[str] = frozenset()
    unreached: tuple[Unreached, ...] = ()


def discover(
    api: Api,
    kinds: Sequence[Kind[Any]],
    interest: Interest,
    *,
    workers: int = 24,
    walk: bool = False,
) -> Live:
    """Let every kind look, side by side, and return what is there under AWS's names.

    `walk` prefers many calls side by side to few long chains of pages: faster where calls are
    free. Raises `AccessDenied` where the tree or the policies may not be read; whatever else is
    denied is named in `incomplete`. Kinds beyond Organizations look only where the interest has a
    coverage, and those that are only watched where it asks for them.
    """
    reach = interest.coverage
    looking = [
        kind
        for kind in kinds
        if not kind.beyond or (reach is not None and kind.is_asked_in(reach.sections))
        if not kind.watched or interest.watched
    ]
    live = _discovered(api, looking, interest, workers=workers, walk=walk)
    skipped = {kind.name for kind in kinds} - {kind.name for kind in looking}
    return replace(live, unseen=live.unseen | skipped)


def _discovered(
    api: Api, kinds: Sequence[Kind[Any]], interest: Interest, *, workers: int, walk: bool
) -> Live:
    found: Findings = {kind.name: Future() for kind in kinds}
    sight = Sight(api, interest, found, workers=workers, walk=walk)
    waits: dict[str, set[str]] = {}
    threads = ThreadPoolExecutor(len(kinds) or 1, "govkit-kind")
    readings: list[Future[None]] = []
    try:
        # One by one: Ctrl-C may come between two, and those that go on are known.
        for kind in kinds:
            look = LookOf(kind.name, sight, waits)
            readings.append(threads.submit(_read, kind, look, found[kind.name]))
        done, _ = wait(readings, return_when=FIRST_EXCEPTION)
        _raise_first(readings, done)
    finally:
        sight.close()
        _cancel(kinds, readings, found)
        threads.shutdown()
    return _put_together(kinds, found, sight)


def _cancel(
    kinds: Sequence[Kind[Any]], readings: Sequence["Future[None]"], found: Findings
) -> None:
    """Let nobody wait for a kind that will not be read any more, begun or not."""
    for kind, reading in zip_longest(kinds, readings):
        if reading is None or reading.cancel():
            with suppress(InvalidStateError):  # Ctrl-C came right after it was begun
                found[kind.name].set_exception(StoppedError("The reading was stopped"))


def _read(kind: Kind[Any], look: LookOf, found: "Future[tuple[Found[Any], ...]]") -> None:
    try:
        found.set_result(tuple(sorted(kind.read(look), key=lambda one: one.resource.address)))
    except BaseException as error:
        found.set_exception(error)
        if not _may_be_missing(kind, error):
            raise


def _may_be_missing(kind: Kind[Any], error: BaseException) -> bool:
    unseen = isinstance(error, AccessDenied) or (
        isinstance(error, AwsError) and error.code in NOT_OFFERED
    )
    return unseen and kind.name not in ESSENTIAL


def _raise_first(readings: Sequence["Future[None]"], done: set["Future[None]"]) -> None:
    for reading in readings:
        if reading in done:
            reading.result()


def _put_together(kinds: Sequence[Kind[Any]], found: Findings, sight: Sight) -> Live:
    ids = Ids()
    resources = []
    denied: Mapping[str, BaseException] = {
        kind.name: error for kind in kinds if (error := found[kind.name].exception()) is not None
    }
    for kind in kinds:
        if kind.name in denied:
            continue
        for one in found[kind.name].result():
            resources.append(one.resource)
            if one.id is not None:
                ids.learn(one.resource.address, one.id)
            if isinstance(one.resource, Root):
                ids.learn(ORGANIZATION, one.resource.organization)
                ids.learn(ORGANIZATION_ARN, one.resource.arn)
    incomplete = [f"{name}: {error}".replace("\n", " ") for name, error in denied.items()]
    incomplete += [*sight.missed, *_out_of_reach(sight.unreached)]
    return Live(
        State(resources),
        ids,
        tuple(sorted(set(incomplete))),
        frozenset(denied),
        tuple(sorted(sight.unreached, key=lambda one: (one.account, one.region or "", one.kind))),
    )


def _out_of_reach(unreached: Iterable[Unreached]) -> Iterator[str]:
    """Say each reason once, with the accounts that it holds for."""
    accounts: defaultdict[str, set[str]] = defaultdict(set)
    for one in unreached:
        place = one.account if one.region is None else f"{one.account} {one.region}"
        accounts[one.why].add(place)
    for why, places in accounts.items():
        several = "1 place" if len(places) == 1 else f"{len(places)} places"
        yield f"{several}: {why} ({', '.join(sorted(places))})"
