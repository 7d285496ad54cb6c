"""What became of a fault: survived, or something lost, done twice, or left unguarded in between."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from campaign.faults import Case
from campaign.foreign import THEIRS
from campaign.laws import Ground, lapses
from campaign.stage import Ended, Prepared, Stage, called, stage

STRANGER = "somebody@example.com"
NEEDS_A_PERSON = frozenset({3, 4})
BEFORE_ANY_WRITE = frozenset({1, 5, 7})
AFTER_A_WRITE = 6
_MADE_ONCE = ("CreateAccount", "CreateOrganizationalUnit", "CreatePolicy")


@dataclass(frozen=True)
class Verdict:
    """What a case came to; the lists say what is wrong, and are empty where it was survived.

    A fault that was not met was not survived, either: `struck` is False.
    """

    case: str
    fault: str
    ended: int
    again: int
    struck: bool = True
    lost: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()

    @property
    def survived(self) -> bool:
        return self.struck and not (self.lost or self.doubled or self.gaps)


def tried(case: Case, there: Prepared) -> Verdict:
    """Let an apply meet a fault, run it again undisturbed, and look at what came of both."""
    with stage(there) as here:
        met = case.fault.meet(here, case, there)
        wrote = bool(_ours(here.writes()))
        (here.sandbox / "faults.json").unlink(missing_ok=True)
        (here.sandbox / "lag.json").unlink(missing_ok=True)
        again = here.apply()
        writes = here.writes()
        return Verdict(
            case=str(case),
            fault=case.fault.name,
            ended=met.code,
            again=again.code,
            struck=met.struck,
            lost=(*_misreported(case, there, met, wrote=wrote), *_lost(case, here, there, again)),
            doubled=tuple(_doubled(case, writes)),
            gaps=tuple(_gaps(case, writes, there)),
        )


def _misreported(case: Case, there: Prepared, met: Ended, *, wrote: bool) -> list[str]:
    """Return what is wrong with how the first run ended; `wrote` tells whether it wrote to AWS."""
    found = []
    if met.code not in case.ends(there, met):
        found.append(f"the first run ended with {met.code}: {met.said}")
    if met.code in BEFORE_ANY_WRITE and wrote:
        found.append(f"the first run ended with {met.code}, and had written")
    if met.code == AFTER_A_WRITE and not wrote:
        found.append(f"the first run ended with {met.code}, and had written nothing")
    return found


def _lost(case: Case, here: Stage, there: Prepared, again: Ended) -> list[str]:
    """Return what is not as it should be: a goal not reached, a call not told, a broken journal."""
    named = Counter(here.journaled())
    made = Counter(called(one["operation"], one["params"]) for one in _ours(here.writes()))
    found = [f"no journal names {one}" for one in made - named]
    found += [f"{one.broken} does not follow" for one in here.journals().values() if one.broken]
    found += [f"run {one} does not follow from the one before it" for one in here.severed()]
    if case.fault.foreign and again.code in NEEDS_A_PERSON:
        return found  # something of that name is theirs now: a person must say what holds
    if again.code:
        found.append(f"the second run ended with {again.code}: {again.said}")
    elif left := here.steps_left():
        found.append(f"{left} steps are left after the second run")
    if not case.fault.foreign and here.shape() != there.goal:
        found.append("the organization is not as an undisturbed run leaves it")
    return found


def _doubled(case: Case, writes: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what was done twice: the same call, or where others meddle the same thing made."""
    counted = _ours(writes)
    if case.fault.foreign:
        counted = [one for one in counted if one["operation"] in _MADE_ONCE]
    made = Counter(called(one["operation"], one["params"]) for one in counted)
    return [one for one, times in made.items() if times > 1]


def _gaps(case: Case, writes: Sequence[Mapping[str, Any]], there: Prepared) -> list[str]:
    """Return where a law was broken by govkit: before somebody else's change, and after it.

    A statement of theirs, slipped into a policy between the look and the call that attaches it, is
    theirs: AWS attaches whatever the policy says by then, and reading back finds it.
    """
    start = Ground.of(there.content)
    meddled = [index for index, one in enumerate(writes) if _is_strangers(one)]
    if not meddled:
        return [str(one) for one in lapses(start, writes)]
    first, last = meddled[0], meddled[-1]
    as_planned = [*writes[:first], *_rest_of(there.writes, writes[:first])]
    found = [one for one in lapses(start, as_planned) if one.after <= first]
    start = Ground.of(there.content)
    for event in writes[: last + 1]:
        start.replay(event)
    found += lapses(start, writes[last + 1 :])
    return [str(one) for one in found if one.action != THEIRS]


def _rest_of(
    planned: Sequence[Mapping[str, Any]], done: Sequence[Mapping[str, Any]]
) -> Sequence[Mapping[str, Any]]:
    return planned[len(done) :]


def _ours(writes: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [one for one in writes if not _is_strangers(one)]


def _is_strangers(event: Mapping[str, Any]) -> bool:
    return STRANGER in event["caller"]["arn"]
