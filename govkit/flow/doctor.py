"""The story of `govkit doctor`: layout, organization and caller side by side."""

import os
from collections.abc import Generator, Iterator
from datetime import UTC, datetime

from govkit.errors import GovkitError
from govkit.flow.authority import Door
from govkit.flow.compare import Bank, Compared, Question, compared
from govkit.flow.roles import Remark, roles_examined
from govkit.kinds.policy_type import EnabledPolicyType
from govkit.kinds.root import Root
from govkit.layout.read import read
from govkit.model.address import ROOT
from govkit.model.call import Api, ApiCall
from govkit.model.finding import Severity
from govkit.model.wanted import Wanted
from govkit.store.places import folder_of, in_s3
from govkit.store.s3 import S3Store


def examined(question: Question, bank: Bank, door: Door) -> Iterator[Remark]:
    """Yield what was looked at, one after another; what cannot be reached is said, not raised."""
    try:
        wanted = read(question.layout, today=question.today)
    except GovkitError as error:
        yield Remark("bad", "layout", f"{error.summary}; see: govkit validate")
        return
    yield Remark("good", "layout", f"{wanted.path}, called {wanted.layout}")
    if wanted.organization is None:
        yield Remark("note", "organization.id", "not written; every command that writes needs it")
    yield from _store(wanted, question, door)
    caller = yield from _caller(door(None))
    try:
        both = compared(question, bank)
    except GovkitError as error:
        yield Remark("bad", "organization", f"{error.summary}. {error.detail}")
        yield from roles_examined(wanted.run, door)
        return
    yield from _organization(both, caller)
    yield from roles_examined(wanted.run, door, _management(both))
    yield from _enabled(both)
    yield from _aside(both)


def _store(wanted: Wanted, question: Question, door: Door) -> Iterator[Remark]:
    try:
        if in_s3(wanted.store):
            yield _in_s3(S3Store(str(wanted.store), door(None)))
            return
        folder = folder_of(wanted.store, question.layout)
    except GovkitError as error:
        yield Remark("bad", "store", f"{error.summary}. {error.detail}")
        return
    place = folder if folder.exists() else folder.parent
    able = os.access(place, os.W_OK)
    yield Remark("good" if able else "bad", "store", f"{folder}{'' if able else ', not writable'}")


def _in_s3(store: S3Store) -> Remark:
    """Look at the lock, which is there or not: either way S3 lets us read."""
    now = datetime.now(UTC)
    held = store.held(now)
    if held is None:
        return Remark("good", "store", f"{store.name}, and nobody holds its lock")
    return Remark("note", "store", f"{store.name}: {held.words(now)}")


def _caller(api: Api) -> Generator[Remark, None, str]:
    try:
        identity = api.call(ApiCall("sts", "GetCallerIdentity"))
    except GovkitError as error:
        yield Remark("bad", "caller", f"{error.summary}. {error.detail}")
        return ""
    yield Remark("good", "caller", str(identity["Arn"]))
    return str(identity["Account"])


def _organization(both: Compared, caller: str) -> Iterator[Remark]:
    root = both.meeting.live.get(ROOT)
    if not isinstance(root, Root):
        yield Remark("bad", "organization", "it has no root that can be seen")
        return
    fits = both.wanted.organization in {None, root.organization}
    expected = "" if fits else f", and the layout describes {both.wanted.organization}"
    yield Remark("good" if fits else "bad", "organization", f"{root.organization}{expected}")
    whole = root.feature_set == "ALL"
    yield Remark("good" if whole else "bad", "features", root.feature_set)
    if caller:
        from_top = caller == root.management_account
        yield Remark(
            "good" if from_top else "note",
            "account",
            f"{caller}, the management account"
            if from_top
            else f"{caller} is a member: OUs, accounts and trusted access cannot be changed from it",
        )


def _management(both: Compared) -> str:
    root = both.meeting.live.get(ROOT)
    return root.management_account if isinstance(root, Root) else ""


def _enabled(both: Compared) -> Iterator[Remark]:
    there = {one.type for one in both.meeting.live.all(EnabledPolicyType)}
    wanted = {one.type for one in both.wanted.state.all(EnabledPolicyType)}
    yield Remark("good", "policy types", ", ".join(sorted(there)) or "none enabled")
    if wanted - there:
        missing = ", ".join(sorted(wanted - there))
        yield Remark("note", "policy types", f"{missing}: apply will enable them")


def _aside(both: Compared) -> Iterator[Remark]:
    for line in both.live.incomplete:
        yield Remark("bad", "not seen", line)
    for pattern in both.wanted.manage.ignore:
        yield Remark("note", "ignored", f"{pattern.kind} {pattern.pattern}")
    for finding in both.meeting.findings:
        word = "note" if finding.severity is Severity.NOTE else "bad"
        yield Remark(word, finding.subject, finding.message)
