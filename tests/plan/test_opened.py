"""What is in force for a while: whose statements a policy says meanwhile, and how they go again."""

from typing import Any

from transitions import EVERYTHING, FULL, A

from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy, policy, temporary
from govkit.kinds.policy_type import EnabledPolicyType
from govkit.model.address import ROOT, account
from govkit.model.change import Change
from govkit.model.state import State
from govkit.plan.hold import Hold, Trial
from govkit.plan.opened import Open, Opened
from govkit.plan.room import Room
from govkit.plan.watch import Watch
from govkit.policies.document import Document, of, statements

HOST, THEIRS, ORPHAN = (policy("scp", name) for name in ("host", "theirs", "orphan"))


def _document(*actions: str) -> Document:
    said = [{"Effect": "Deny", "Action": action, "Resource": "*"} for action in actions]
    return of({"Version": "2012-10-17", "Statement": said})


def _policy(address: Any, layout: str | None, *actions: str) -> Policy:
    return Policy(address, "scp", address.path[4:], _document(*actions), layout=layout)


OURS = _policy(HOST, "main", "s3:GetA")
LIVE = State(
    [
        EnabledPolicyType("scp"),
        Policy(FULL, "scp", "FullAWSAccess", EVERYTHING, aws_managed=True),
        OrganizationalUnit(A, "A", ROOT),
        Account(account("a0"), A, "n0", "a0@x.io"),
        *(Attachment(FULL, target) for target in (ROOT, A, account("a0"))),
        OURS,
        Attachment(HOST, A),
        _policy(THEIRS, None, "s3:GetB"),
        _policy(ORPHAN, "main", "s3:GetC"),
    ]
)


def _opened(*changes: Change[Any], live: State = LIVE) -> tuple[Opened, Watch]:
    room = Room(live, lambda _: 5, cared=lambda address: address != ORPHAN)
    watch = Watch(live, changes)
    return Opened(Trial(watch, Hold(room, watch)), "main", room), watch


def _hosting(opened: Opened, watch: Watch, *actions: str) -> None:
    """Let the host say statements for others, as a taken step would."""
    for action in actions:
        said = statements(_document(action))
        document = opened.hosting(opened.hosts[HOST], *said)
        watch.ground.documents[HOST] = document
        watch.ground.heard.clear()
        opened.all.append(Open(host=HOST, statements=said))


def _actions(one: Any) -> list[str]:
    assert isinstance(one, Policy)
    return [said["Action"] for said in one.document.value["Statement"]]


def test_only_what_the_next_plan_would_bring_in_order_says_things_for_others() -> None:
    opened, _ = _opened()
    assert set(opened.hosts) == {HOST}


def test_a_policy_of_somebody_else_does_so_once_it_is_adopted() -> None:
    """Changed before, it would be refused by the next plan, were the run killed."""
    adopted = Change(_policy(THEIRS, None, "s3:GetB"), _policy(THEIRS, "main", "s3:GetB"))
    opened, _ = _opened(adopted)
    assert THEIRS not in opened.hosts
    opened.took(adopted, adopted)
    assert opened.hosts[THEIRS].layout == "main"


def test_what_a_run_left_behind_does_so_too() -> None:
    left = Policy(temporary("scp", "cafe"), "scp", "left", _document("s3:GetD"), temporary="cafe")
    opened, _ = _opened(live=State([*LIVE, left]))
    assert set(opened.hosts) == {HOST, left.address}


def test_a_planned_content_goes_with_what_is_said_for_others() -> None:
    change = Change(OURS, _policy(HOST, "main", "s3:GetE"))
    opened, watch = _opened(change)
    _hosting(opened, watch, "s3:GetD")
    found = opened.with_guests(change)
    assert _actions(found.before) == ["s3:GetA", "s3:GetD"]
    assert _actions(found.after) == ["s3:GetE", "s3:GetD"]


def test_it_goes_without_where_it_is_attached_nowhere() -> None:
    change = Change(OURS, _policy(HOST, "main", "s3:GetE"))
    opened, watch = _opened(change)
    _hosting(opened, watch, "s3:GetD")
    watch.ground.take(Change(Attachment(HOST, A), None))
    found = opened.with_guests(change)
    assert _actions(found.before) == ["s3:GetA", "s3:GetD"]
    assert found.after == change.after


def test_what_is_deleted_is_what_is_there_and_says_nothing_for_others_any_more() -> None:
    change: Change[Any] = Change(OURS, None)
    opened, watch = _opened(change)
    assert opened.with_guests(change) is change
    _hosting(opened, watch, "s3:GetD")
    found = opened.with_guests(change)
    assert (_actions(found.before), found.after) == (["s3:GetA", "s3:GetD"], None)
    opened.took(change, change)
    assert opened.all == []


def test_what_nobody_needs_any_more_goes_at_once() -> None:
    opened, watch = _opened()
    _hosting(opened, watch, "s3:GetD", "s3:GetE")
    cleared = opened.clear()
    assert cleared is not None
    assert cleared[0].change.after == OURS  # nobody needs either
    assert (opened.all, opened.clear()) == ([], None)


def test_what_is_parted_comes_back_as_soon_as_there_is_room() -> None:
    opened, watch = _opened()
    watch.ground.take(Change(Attachment(HOST, A), None))
    opened.all.append(Open(parted=Attachment(HOST, A)))
    cleared = opened.clear()
    assert cleared is not None
    assert cleared[0].change == Change(None, Attachment(HOST, A))


def test_a_temporary_attachment_goes_by_force_where_a_law_would_keep_it() -> None:
    """What it denies is denied at both ends, and by nothing else now."""
    opened, watch = _opened()
    made = Policy(temporary("scp", "cafe"), "scp", "t", OURS.document, temporary="cafe")
    attachment = Attachment(made.address, A)
    for change in (Change(None, made), Change(None, attachment), Change(Attachment(HOST, A), None)):
        watch.ground.take(change)
    watch.hold(made.address, A)
    opened.hosts[made.address] = made
    opened.all.append(Open(attachment))
    assert opened.in_use(made.address)
    assert opened.clear() is None
    forced = opened.clear_by_force()
    assert forced is not None
    assert forced[0].change == Change(attachment, None)
    assert not opened.in_use(made.address)
    assert opened.clear_by_force() is None
