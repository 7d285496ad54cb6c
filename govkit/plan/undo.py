"""The way back from a run: the states of what it touched, as they were before it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from govkit.kinds.access_key import AccessKey
from govkit.kinds.account import CLOSED, Account
from govkit.kinds.bucket import Bucket
from govkit.kinds.credential_stage import CredentialStage
from govkit.kinds.login_profile import LoginProfile
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy
from govkit.kinds.policy_type import EnabledPolicyType
from govkit.kinds.service_linked_role import ServiceLinkedRole
from govkit.kinds.service_role import ServiceRole
from govkit.kinds.spare_user import SpareUser
from govkit.kinds.tags import Tags
from govkit.model.address import Address
from govkit.model.finding import Finding, Severity
from govkit.model.resource import Resource, readdressed
from govkit.model.state import State
from govkit.plan.meet import Kinds, Meeting
from govkit.plan.unable import Way, Why, unable


@dataclass(frozen=True, slots=True)
class StepDone:
    """One thing that a run changed: how it was and how the run left it.

    `ids` are those of the thing and of what it stands on, as far as there are any.
    """

    address: Address
    before: Resource | None
    after: Resource | None
    ids: Mapping[Address, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Undone:
    """What the run touched: as it shall be again, and as it is now."""

    desired: State
    ours: State
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Touched:
    """One thing under the name that it has today: before the run, and after it."""

    before: Resource | None
    after: Resource | None


def undoing(steps: Iterable[StepDone], meeting: Meeting, kinds: Kinds) -> Undone:
    """Return the banks of a way back from a run.

    Things are known by their IDs where they have one, so that it does not matter what a later
    layout calls them. What has no way back (`_stays`) is left as it is, and a finding says so.
    """
    by_type: Mapping[type, Any] = {kind.resource: kind for kind in kinds}
    desired: list[Resource] = []
    ours: list[Resource] = []
    known = _touched(steps, meeting)
    touched = {address: one for address, one in known.items() if not _hidden(address, one, meeting)}
    there = {
        address: _as_written(_as_far_as_touched(meeting.live.get(address), one), one.after)
        for address, one in touched.items()
    }
    staying = _staying(touched, there, meeting)
    findings = [_remark(address, str(address), *why) for address, why in staying.items()]
    findings += _not_looked_at(known.keys() - touched.keys())
    for address, one in touched.items():
        now = there[address]
        if address in staying:
            continue
        findings += _added_keys(address, one)
        findings += _made_anew(address, one, now)
        if _changed_since(one, now, by_type):
            findings.append(_changed(address))
        wanted, now = _met(one.before, now, by_type)
        desired += [] if wanted is None else [wanted]
        ours += [] if now is None else [now]
    return Undone(State(desired), State(ours), tuple(sorted(findings)))


def _hidden(address: Address, one: "_Touched", meeting: Meeting) -> bool:
    """Tell what nobody looked at, or could: whether there is a way back is not known."""
    return address.kind in meeting.unseen and _credential(one) is None


def _not_looked_at(hidden: Iterable[Address]) -> list[Finding]:
    return [
        Finding(
            "GK303",
            Severity.WARNING,
            kind,
            f"{kind}: {count} that the run touched {'stays' if count == 1 else 'stay'} as "
            f"{'it is' if count == 1 else 'they are'}: nobody looked at what is there.",
            "Let the layout's baseline ask for it again, or the caller read it, and roll back then.",
        )
        for kind, count in Counter(address.kind for address in hidden).items()
    ]


def _staying(
    touched: Mapping[Address, "_Touched"],
    there: Mapping[Address, Resource | None],
    meeting: Meeting,
) -> Mapping[Address, Why]:
    """Return what is left as it is: why, and what can be done."""
    told = {
        address: _stays(one, there[address])
        for address, one in touched.items()
        if (one.before or there[address] or _credential(one)) is not None  # else it is gone again
    }
    staying = {address: why for address, why in told.items() if why is not None}
    ways = {
        address: Way(one.before, there[address])
        for address, one in touched.items()
        if address not in staying and (one.before or there[address]) is not None
    }
    return staying | unable(ways, meeting.live, meeting.unseen)


def _met(
    then: Resource | None, now: Resource | None, by_type: Mapping[type, Any]
) -> tuple[Resource | None, Resource | None]:
    if then is None or now is None or isinstance(now, Tags):
        return then, now
    met: tuple[Resource | None, Resource | None] = by_type[type(now)].meet(then, now)
    return met


def _changed_since(one: _Touched, now: Resource | None, by_type: Mapping[type, Any]) -> bool:
    """Tell whether somebody changed the thing after the run, to something new."""
    return all(
        then != there for then, there in (_met(v, now, by_type) for v in (one.before, one.after))
    )


def _changed(address: Address) -> Finding:
    return Finding(
        "GK321",
        Severity.WARNING,
        str(address),
        f"{address} was changed after the run: the way back takes that change away, too.",
        "Leave it out with --only, or change the layout to what is wanted instead.",
    )


def _made_anew(address: Address, one: _Touched, now: Resource | None) -> list[Finding]:
    if now is not None or not isinstance(one.before, OrganizationalUnit | Policy):
        return []
    return [
        Finding(
            "GK322",
            Severity.WARNING,
            str(address),
            f"{address} is gone and is made anew, with another ID.",
            "What names the old ID (StackSets, RAM shares, conditions in policies) must be told.",
        )
    ]


def _touched(steps: Iterable[StepDone], meeting: Meeting) -> Mapping[Address, _Touched]:
    taken = [*steps]
    names = {
        past: today
        for step in taken
        for past, given in step.ids.items()
        if (today := meeting.ids.address(given)) is not None
    }

    def name(address: Address) -> Address:
        return names.get(address, address)

    found: dict[Address, _Touched] = {}
    for step in taken:
        before, after = (
            None if version is None else readdressed(version, name)
            for version in (step.before, step.after)
        )
        subject = after if after is not None else before
        address = name(step.address) if subject is None else subject.address
        first = found.get(address)
        found[address] = _Touched(before if first is None else first.before, after)
    return found


def _as_far_as_touched(now: Resource | None, one: _Touched) -> Resource | None:
    """Leave out the tags that the run did not name: they are somebody else's."""
    if not isinstance(now, Tags):
        return now
    named = _keys(one.before) or _keys(one.after)
    values = tuple(pair for pair in now.values if pair[0] in named)
    return replace(now, values=values) if values else None


def _as_written(now: Resource | None, written: Resource | None) -> Resource | None:
    """Return what is there with what cannot be read of it as the run wrote it: what it stands on, say."""
    if now is None or type(now) is not type(written):
        return now
    unread = {
        one.name: getattr(written, one.name)
        for one in fields(now)  # type: ignore[arg-type]  # all are dataclasses
        if not one.compare and getattr(now, one.name) is None
    }
    return replace(now, **unread)  # type: ignore[type-var]  # as above


def _keys(version: Resource | None) -> frozenset[str]:
    return frozenset(key for key, _ in version.values) if isinstance(version, Tags) else frozenset()


def _added_keys(address: Address, one: _Touched) -> list[Finding]:
    """Say which tags stay: a tag is taken away only along with all that the run gave."""
    added = sorted(_keys(one.after) - _keys(one.before))
    if not (added and _keys(one.before)):
        return []
    which = f"{address}: {', '.join(added)}"
    return [
        _remark(
            address, which, "was given by the run beside others, and stays", "Untag it by hand."
        )
    ]


# Put out of use by `govkit credentials`; what was deleted does not come back.
_CREDENTIALS = (AccessKey, CredentialStage, LoginProfile, SpareUser)


# What a run made and a rollback leaves: why, and what can be done.
_STAY: Mapping[type, tuple[str, str]] = {
    Account: (
        "was created by the run and stays: a rollback closes no account",
        "To close it, write `close: true` on it and plan that alone.",
    ),
    EnabledPolicyType: (
        "was enabled by the run and stays: disabling it would detach every policy of the type",
        "Disable it in the console, if nothing needs it.",
    ),
    Bucket: (
        "was made by the run and stays, with its logs: no bucket is ever deleted",
        "Empty it and delete it by hand, if nobody needs the logs: aws s3 rb",
    ),
    ServiceLinkedRole: (
        "was made by the run and stays: what the service left may still need it",
        "IAM deletes it once nothing does: aws iam delete-service-linked-role",
    ),
    ServiceRole: (
        "was made by the run and stays: what took it may still need it",
        "Delete it by hand once nothing does: aws iam delete-role",
    ),
}


def _credential(one: _Touched) -> Resource | None:
    """Return the credential that was touched: it is not looked at, so it seems not to be there."""
    found = one.after or one.before
    return found if isinstance(found, _CREDENTIALS) else None


def _stays(one: _Touched, now: Resource | None) -> Why | None:
    """Return why there is no way back and what can be done, or None where there is one."""
    match one.before, one.after:
        case _ if _credential(one) is not None:
            return (
                "stays: a rollback touches no credentials",
                "To switch on a key that sleeps: aws iam update-access-key --status Active",
            )
        case None, made if type(made) in _STAY:
            return _STAY[type(made)]
        case Account(), _ if now is None:
            return (
                "is not known any more by the name that it had: a rollback creates no account",
                "List it in the layout by its id, and roll back again.",
            )
        case Account() as before, _ if isinstance(now, Account) and _closed(before, now):
            return (
                f"is {now.state} and stays so: nobody can open it again from here",
                "AWS Support can, within 90 days.",
            )
        case _:
            return None


def _closed(before: Account, now: Account) -> bool:
    return now.state in CLOSED and before.state not in CLOSED


def _remark(address: Address, which: str, why: str, hint: str) -> Finding:
    return Finding("GK303", Severity.WARNING, str(address), f"{which} {why}.", hint)
