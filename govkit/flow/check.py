"""The story of a check: the baseline's drift and the opinions about what is there, as one stream."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from govkit.checks.accounts._check import AccountCheck, Remark, Seen, account_checks
from govkit.checks.accounts._controls import CONTROLS
from govkit.flow.compare import Bank, Compared, Question, compared, kinds
from govkit.flow.plan import drift_between, left_in, stop_for
from govkit.flow.tolerate import weighed
from govkit.kinds.account import Account
from govkit.model.address import Address
from govkit.model.change import Change
from govkit.model.finding import Origin, Severity
from govkit.model.kind import Kind
from govkit.model.lapse import Lapse, Tolerance
from govkit.model.resource import Resource
from govkit.model.state import State
from govkit.plan.drift import Drift, Drifted

NOT_AS_WANTED = "GK500"
_WAY_BACK = "Put it back: govkit apply --baseline; or change the layout."
_BACK_HOME = "Put the account back into its OU: govkit apply; or change the layout."
_BY_OTHERS = "govkit only looks at it: put it back where it is kept, or change the layout."


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in an organization. `tolerated` are the lapses that somebody answers for.

    `incomplete` says what could not be looked at.
    """

    organization: str
    as_of: str
    lapses: tuple[Lapse, ...]
    tolerated: tuple[tuple[Lapse, Tolerance], ...]
    incomplete: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """The two banks, what the checks looked at, and what they found."""

    both: Compared
    found: Drift
    seen: Seen
    checked: Checked


def checked(question: Question, bank: Bank) -> Checked:
    """Look everywhere that the baseline reaches, and return all that is not as it demands."""
    return judged(question, bank).checked


def judged(question: Question, bank: Bank) -> Judged:
    """Look as `checked` does, and return what it was found in, too."""
    asked = replace(question, baseline=True, watched=True)
    both = compared(asked, bank)
    stop_for(both)
    found = drift_between(asked, both, dict)  # whose ignored policies were edited is drift's to say
    seen = _seen(asked, both)
    incomplete = (*found.incomplete, *_left_unseen(both))
    lapses = sorted([*_drifted(both, found), *_remarked(seen, both)], key=_order)
    left, tolerated, about = weighed(both.wanted, lapses, whole=not (incomplete or question.only))
    told = Checked(
        found.organization,
        both.wanted.as_of.isoformat(),
        (*left, *about),
        tolerated,
        incomplete,
    )
    return Judged(both, found, seen, told)


def _left_unseen(both: Compared) -> Iterator[str]:
    """Yield what the layout asks for and a snapshot does not hold."""
    said = {line.partition(":")[0] for line in both.live.incomplete}
    sections = both.wanted.coverage.sections
    for kind in kinds():
        asked = kind.beyond and kind.is_asked_in(sections) and sections
        if asked and kind.name in both.live.unseen and kind.name not in said:
            yield f"{kind.name}: the snapshot was made without --baseline, and does not hold it"


def _drifted(both: Compared, found: Drift) -> Iterator[Lapse]:
    beyond = {kind.name: kind for kind in kinds() if kind.beyond}
    for item in found.items:
        if item.address.kind in beyond or item.address in both.wanted.of_baseline:
            yield _lapse_of(item, both, beyond.get(item.address.kind))


def _lapse_of(item: Drifted, both: Compared, kind: Kind[Any] | None) -> Lapse:
    meeting, noun = both.meeting, item.address.kind if kind is None else kind.noun
    resource: Any = meeting.desired.get(item.address) or meeting.live.get(item.address)
    account = getattr(resource, "account", None)
    return Lapse(
        NOT_AS_WANTED,
        Severity.ERROR,
        _id(both, account),
        "" if account is None else account.path,
        getattr(resource, "region", ""),
        str(item.address),
        f"{noun[:1].upper()}{noun[1:].replace('_', ' ')} is {item.change}{_differing(item)}.",
        item.expected,
        item.actual,
        _fix(item, both, kind, account),
        item.origin or _part(kind, both),
        CONTROLS.get(item.address.kind, {}),
    )


def _fix(item: Drifted, both: Compared, kind: Kind[Any] | None, account: Address | None) -> str:
    """Return what puts it right: a plan has no step for what is only observed."""
    meeting = both.meeting
    if item.address not in meeting.wanted.observed:
        return _WAY_BACK
    home, here = (
        None if account is None else bank.get(account) for bank in (meeting.desired, meeting.live)
    )
    if isinstance(home, Account) and isinstance(here, Account) and home.parent != here.parent:
        return _BACK_HOME
    return (kind.remedy if kind is not None else "") or _BY_OTHERS


def _part(kind: Kind[Any] | None, both: Compared) -> Origin | None:
    """Return the part of the baseline that a kind serves: what is there too much has no line of its own."""
    section = None if kind is None else kind.section
    served = () if kind is None else kind.serves or ((section.key,) if section else ())
    for part in served:
        key, *path = part.split(".")
        if key in both.wanted.baseline:
            return both.wanted.baseline[key].line(tuple(path))
    return None


def _differing(item: Drifted) -> str:
    if item.change != "changed" or not item.actual:
        return ""
    return f": {', '.join(name.replace('_', ' ') for name in item.actual)}"


def _remarked(seen: Seen, both: Compared) -> Iterator[Lapse]:
    wanted = both.meeting.wanted
    for check in account_checks():
        if check.path[0] in wanted.baseline:
            for remark in check.look(seen):
                yield _lapse(check, remark, both)


def _seen(question: Question, both: Compared) -> Seen:
    wanted, keep = both.meeting.wanted, left_in(question, both)
    watched = tuple(kind.resource for kind in kinds() if kind.watched)

    def covered(resource: Resource) -> bool:
        if not isinstance(resource, watched):
            return True
        account: Address = getattr(resource, "account")  # noqa: B009 - all that is watched has one
        listed = account in wanted.state or wanted.manage.all_accounts
        return listed and keep(Change(None, resource))

    sections = {key: told.value for key, told in wanted.baseline.items()}
    return Seen(State(filter(covered, both.meeting.live)), question.today, sections)


def _lapse(check: AccountCheck, remark: Remark, both: Compared) -> Lapse:
    section, *path = check.path
    return Lapse(
        check.code,
        check.severity,
        _id(both, remark.account),
        remark.account.path,
        remark.region,
        remark.resource,
        remark.message,
        remark.expected,
        remark.actual,
        check.fix,
        both.wanted.baseline[section].line(tuple(path)),
        check.controls,
        remark.user,
    )


def _id(both: Compared, account: Address | None) -> str:
    """Return an account's ID; nothing where it has none yet."""
    if account is None:
        return ""
    return both.meeting.ids.get(account) or (account.path if account.path.isdigit() else "")


def _order(lapse: Lapse) -> tuple[str, str, str, str, str]:
    return lapse.name, lapse.region, lapse.code, lapse.resource, lapse.message
