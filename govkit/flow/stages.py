"""The stages in which credentials are put out of use: what each changes on a user."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from govkit.checks.accounts.unused_access_key import CHECK as UNUSED_KEY
from govkit.checks.accounts.unused_password import CHECK as UNUSED_PASSWORD
from govkit.checks.accounts.unused_user import CHECK as UNUSED_USER
from govkit.kinds.access_key import keys_of
from govkit.kinds.credential_report import Credential, Credentials
from govkit.kinds.credential_stage import CredentialStage
from govkit.kinds.iam_user import IamUser
from govkit.kinds.login_profile import profile_of
from govkit.kinds.spare_user import spare
from govkit.model.call import Api, Ids
from govkit.model.change import Change
from govkit.model.finding import Origin
from govkit.model.lapse import Lapse
from govkit.model.resource import Resource

NOTIFY, DEACTIVATE, DELETE = STAGES = ("notify", "deactivate", "delete")
_TAG = re.compile(r"(notify|deactivate) (\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True, slots=True)
class Tag:
    """What the tag on a user says: the stage that was done last, and on which day."""

    stage: str
    since: date


@dataclass(frozen=True, slots=True)
class Case:
    """A user, its line in the report, what was found, and which stage is due on which day.

    `stage` is None where it is the owner's turn: to rotate a key that is used, to register MFA.
    """

    user: IamUser
    line: Credential
    lapses: tuple[Lapse, ...]
    tag: Tag | None
    stage: str | None
    due: date
    rules: Credentials

    @property
    def reason(self) -> str:
        """Why the user's credentials are touched."""
        said = " ".join(dict.fromkeys(one.message for one in self.lapses))
        return said or f"The stage {self.user.stage} is over."

    @property
    def origin(self) -> Origin | None:
        """The line of the layout that demands it."""
        return next((one.where for one in self.lapses), None)


def tag(text: str | None) -> Tag | None:
    """Return what a tag says; None without one, or where somebody else wrote it."""
    found = _TAG.fullmatch(text or "")
    if found is None:
        return None
    try:
        return Tag(found[1], date.fromisoformat(found[2]))
    except ValueError:
        return None


def stage_changes(
    stage: str, case: Case, today: date, api: Api, ids: Ids
) -> list[Change[Resource]]:
    """Return what a stage changes on a user; `api` tells how its keys and password are now."""
    match stage:
        case "notify":
            return list(_notified(case, today))
        case "deactivate":
            return list(_deactivated(case, today, api, ids))
        case _:
            return list(_deleted(case, today, api, ids))


def _notified(case: Case, today: date) -> Iterator[Change[Resource]]:
    if case.lapses:
        yield _tagged(case, NOTIFY, today)
    elif (before := _stage(case)) is not None:
        yield Change(before, None)


def _deactivated(case: Case, today: date, api: Api, ids: Ids) -> Iterator[Change[Resource]]:
    """Yield what puts unused credentials out of use; a password can only be deleted.

    The tag comes first: whatever stops the rest, the next run knows that it was begun.
    """
    asleep = list(_put_to_sleep(case, today, api, ids))
    if asleep and (case.tag is None or case.tag.stage != DEACTIVATE):
        yield _tagged(case, DEACTIVATE, today)
    yield from asleep


def _put_to_sleep(case: Case, today: date, api: Api, ids: Ids) -> Iterator[Change[Resource]]:
    user = case.user
    codes = {one.code for one in case.lapses}
    for key in keys_of(user.account, user.name, api, ids) if UNUSED_KEY.code in codes else ():
        if key.active and _unused(case, key.used or key.created, today):
            yield Change(key, replace(key, active=False))
    profile = (
        profile_of(user.account, user.name, api, ids) if UNUSED_PASSWORD.code in codes else None
    )
    if profile is not None and (profile.used is None or _unused(case, profile.used, today)):
        yield Change(profile, None)


def _deleted(case: Case, today: date, api: Api, ids: Ids) -> Iterator[Change[Resource]]:
    """Yield what deletes idle keys, and the user where nothing else is left and it is unused."""
    user = case.user
    keys = list(keys_of(user.account, user.name, api, ids))
    for key in keys:
        if not key.active:
            yield Change(key, None)
    profile = profile_of(user.account, user.name, api, ids)
    idle = profile is None and not any(key.active for key in keys)
    used = max([one.used or one.created for one in keys], default=None)
    long_ago = used is None or _unused(case, used, today)
    before = _stage(case)
    if idle and long_ago and any(one.code == UNUSED_USER.code for one in case.lapses):
        yield Change(spare(user, api, ids), None)
    elif before is not None:
        yield Change(before, None)


def _unused(case: Case, moment: str, today: date) -> bool:
    most = case.rules.max_unused_days
    days = (today - datetime.fromisoformat(moment).astimezone(UTC).date()).days
    return most is not None and days > most


def _stage(case: Case) -> CredentialStage | None:
    user = case.user
    return None if user.stage is None else CredentialStage(user.account, user.name, user.stage)


def _tagged(case: Case, stage: str, today: date) -> Change[Resource]:
    after = CredentialStage(case.user.account, case.user.name, f"{stage} {today.isoformat()}")
    return Change(_stage(case), after)
