"""The story of `govkit credentials`: what to rotate, deactivate and delete, in stages, per owner."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from govkit.checks.accounts.console_user_without_mfa import CHECK as NO_MFA
from govkit.checks.accounts.old_access_key import CHECK as OLD_KEY
from govkit.checks.accounts.unused_access_key import CHECK as UNUSED_KEY
from govkit.checks.accounts.unused_password import CHECK as UNUSED_PASSWORD
from govkit.checks.accounts.unused_user import CHECK as UNUSED_USER
from govkit.errors import GovkitError, PlanRefused, UsageError
from govkit.flow.authority import Door
from govkit.flow.check import Judged, judged
from govkit.flow.compare import Bank, Question, kinds
from govkit.flow.stages import DEACTIVATE, DELETE, NOTIFY, STAGES, Case, Tag, stage_changes, tag
from govkit.kinds.credential_report import Credential, Credentials
from govkit.kinds.iam_user import IamUser
from govkit.model.address import Address
from govkit.model.call import Api
from govkit.model.change import Change
from govkit.model.lapse import Lapse
from govkit.model.plan import LayoutRef, Plan, Step
from govkit.model.resource import Resource
from govkit.model.suggest import did_you_mean
from govkit.plan.judge import judged as by_rails

# Findings whose users are written to, and at last put out of use where they are unused.
CONCERNED = frozenset(
    check.code for check in (NO_MFA, OLD_KEY, UNUSED_KEY, UNUSED_PASSWORD, UNUSED_USER)
)


@dataclass(frozen=True, slots=True)
class Stages:
    """The users concerned, and the plan of each stage that is due today."""

    seen: Judged
    cases: tuple[Case, ...]
    plans: Mapping[str, Plan]


def staged(question: Question, bank: Bank, door: Door, stages: Sequence[str] = STAGES) -> Stages:
    """Return whose credentials must be changed, and the plans of these stages.

    `door` opens, by a role, what looks again at each key before a stage is planned: a report may be four hours old.
    """
    for stage in stages:
        require_stage(stage)
    seen = judged(question, bank)
    told = seen.both.wanted.baseline.get("credentials")
    if told is None:
        raise UsageError(
            "No credentials in the baseline",
            f"{seen.both.wanted.path} does not say what credentials must be like.",
            "Write it there: baseline: {credentials: {max_unused_days: 45}}",
        )
    api = door(seen.both.wanted.interest.role)
    cases = tuple(_cases(seen, told.value, question.today))
    return Stages(
        seen,
        cases,
        {stage: _plan(stage, cases, seen, api, question.allow or {}) for stage in stages},
    )


def require_stage(stage: str) -> None:
    """Raise UsageError where there is no such stage."""
    if stage not in STAGES:
        guess = did_you_mean(stage, STAGES)
        raise UsageError(
            "No such stage", f"{stage} is none of {', '.join(STAGES)}. {guess}".rstrip()
        )


def _cases(seen: Judged, rules: Credentials, today: date) -> Iterator[Case]:
    """Yield every user that has a finding or a stage, with what is due and when."""
    users = {one.address.path: one for one in seen.seen.state.all(IamUser)}
    lapses: dict[str, list[Lapse]] = {}
    for lapse in seen.checked.lapses:
        if lapse.code in CONCERNED and lapse.user:
            lapses.setdefault(f"{lapse.name}/{lapse.user}", []).append(lapse)
    for line in seen.seen.state.all(Credential):
        user = users.get(line.address.path)
        found = tuple(lapses.get(line.address.path, ()))
        if user is not None and (found or user.stage is not None):
            yield _case(user, line, found, rules, today)


def _case(
    user: IamUser, line: Credential, found: tuple[Lapse, ...], rules: Credentials, today: date
) -> Case:
    at = tag(user.stage)
    codes = frozenset(one.code for one in found)
    stage = _next(at, codes, line)
    waits = at is not None and stage not in (NOTIFY, at.stage)
    due = at.since + timedelta(days=rules.wait_days) if at is not None and waits else today
    return Case(user, line, found, at, stage, due, rules)


def _next(at: Tag | None, codes: frozenset[str], line: Credential) -> str | None:
    """Return the stage that comes next: none where all is up to the owner."""
    unused = bool(codes & {UNUSED_KEY.code, UNUSED_PASSWORD.code})
    if at is None:
        return NOTIFY if codes else None
    asleep = not line.password_enabled and not any(line.active_keys())
    if at.stage == NOTIFY and codes:
        idle = DELETE if UNUSED_USER.code in codes else None
        return DEACTIVATE if unused else idle
    if at.stage == DEACTIVATE and unused:
        return DEACTIVATE  # it was begun, and stopped
    if at.stage == DEACTIVATE and (asleep or _has_idle_key(line)):
        return DELETE
    return NOTIFY  # the owner mended it: the tag can go


def _has_idle_key(line: Credential) -> bool:
    return any(
        getattr(line, f"access_key_{number}_last_rotated")
        and not getattr(line, f"access_key_{number}_active")
        for number in (1, 2)
    )


def _plan(
    stage: str, cases: Sequence[Case], seen: Judged, api: Api, allow: Mapping[str, int]
) -> Plan:
    wanted, meeting = seen.both.wanted, seen.both.meeting
    steps: list[Step] = []
    for case in cases:
        if case.stage == stage and case.due <= wanted.as_of:
            changes = stage_changes(stage, case, wanted.as_of, api, meeting.ids)
            steps += _steps(case, changes, seen, len(steps))
    made = Plan(
        organization=seen.found.organization,
        as_of=wanted.as_of,
        layout=LayoutRef(wanted.layout, wanted.path, wanted.sha256),
        ours=meeting.ours,
        live=meeting.live,
        ids=meeting.ids,
        steps=tuple(steps),
    )
    return by_rails(replace(made, findings=()), wanted, allow)


def _steps(
    case: Case, changes: Sequence[Change[Resource]], seen: Judged, before: int
) -> Iterator[Step]:
    """Yield a user's steps, each after the one before it."""
    of = {kind.resource: kind for kind in kinds()}
    for position, change in enumerate(changes, before + 1):
        kind: Any = of[type(change.subject)]
        yield Step(
            id=f"s{position}",
            change=change,
            verb=kind.verb(change),
            reason=case.reason,
            authority=kind.authority.value,
            calls=tuple(kind.lower(change, seen.both.meeting.ids)),
            needs=() if position == before + 1 else (f"s{position - 1}",),
            origin=case.origin,
            accounts=1,
            destructive=change.after is None,
        )


def owner_of(case: Case, seen: Judged) -> str:
    """Return who answers for a user: its tag `owner`, else the account's."""
    account: Any = seen.both.meeting.desired.get(case.user.account)
    tags = dict(getattr(account, "tags", ()) or ())
    return case.user.owner or tags.get("owner", "")


def require_whole(found: Stages) -> None:
    """Raise GovkitError where not all could be looked at: a stage is about all users or none."""
    if found.seen.checked.incomplete:
        raise GovkitError(
            "Not everywhere could be looked",
            "\n".join(f"  {one}" for one in found.seen.checked.incomplete),
            "See what the caller may do: govkit doctor",
        )


def require_ours(found: Stages) -> None:
    """Raise PlanRefused where the layout leaves credentials to another tool: they are only looked at."""
    wanted = found.seen.both.wanted
    keeper = wanted.baseline["credentials"].value.managed_by
    if keeper != "govkit":
        raise PlanRefused(
            "Refused by rail foreign",
            f"{wanted.path} says of credentials managed_by: {keeper}. They are looked at, and no stage is done.",
            "Let govkit keep them: credentials: {managed_by: govkit}",
        )


def account_id(address: Address, seen: Judged) -> str:
    """Return an account's ID."""
    return seen.both.meeting.ids.get(address) or address.path
