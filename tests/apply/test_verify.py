"""Reading back: everything side by side, with few calls, and patiently all together."""

import threading
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govkit.apply.once import Once
from govkit.apply.patience import Patience
from govkit.apply.sight import Sight
from govkit.apply.verify import LOOKS, unverified
from govkit.errors import AwsError
from govkit.kinds.attachment import KIND, Attachment
from govkit.kinds.policy import KIND as POLICY
from govkit.kinds.policy import Policy
from govkit.model.address import Address, account
from govkit.model.call import ApiCall, Ids, Response
from govkit.model.change import Change
from govkit.model.plan import Step
from govkit.policies.document import of

PAGE = 20
POLICIES = [Address("policy", f"scp/p{number}") for number in range(4)]
TARGETS = [account(f"a{number:03}") for number in range(120)]
KINDS = {Policy: replace(POLICY, glance=lambda *_: None)}  # no policy is there
IDS = Ids({one: one.path for one in (*POLICIES, *TARGETS)})


@dataclass
class Attached:
    """What is attached to what, and how many calls it took to ask; some is shown `late`."""

    by_policy: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    calls: int = 0
    late: int = 0
    waited: list[float] = field(default_factory=list)

    def call(self, call: ApiCall) -> Response:
        raise AssertionError(call)

    def items(self, key: str, call: ApiCall) -> Iterator[Any]:
        params = call.params
        if call.operation == "ListTargetsForPolicy":
            held = sorted(self.by_policy[params["PolicyId"]])
            found = [{"TargetId": target} for target in held]
        else:
            asked = params["TargetId"]
            found = [{"Id": one} for one, held in self.by_policy.items() if asked in held]
        shown = found if len(self.waited) >= self.late else []
        for number, one in enumerate(shown or [None]):
            self.calls += number % PAGE == 0
            if one is not None:
                yield one

    def attach(self, *attachments: Attachment) -> "Attached":
        for one in attachments:
            self.by_policy[IDS[one.policy]].add(IDS[one.target])
        return self

    def differing(self, *steps: Step, **more: Any) -> tuple[Address, ...]:
        patience = Patience(sleep=self.waited.append, interval=1.0)
        sight = Sight({Attachment: KIND, **KINDS}, self, IDS, patience, lambda one, _: one)
        return unverified(steps, sight, **more)


def attached(*attachments: Attachment) -> list[Step]:
    return [Step("s", Change(None, one), "attach", "", "delegated", ()) for one in attachments]


def detached(*attachments: Attachment) -> list[Step]:
    return [Step("s", Change(one, None), "detach", "", "delegated", ()) for one in attachments]


MANY = st.sets(st.builds(Attachment, st.sampled_from(POLICIES), st.sampled_from(TARGETS)))


@given(MANY, MANY, st.integers(0, len(TARGETS)))
def test_many_looked_at_together_are_as_each_alone_and_cost_no_more_than_half_again(
    sought: set[Attachment], there: set[Attachment], others: int
) -> None:
    """Whatever else the policies are attached to, which nobody asked about."""
    aws = Attached().attach(*there, *(Attachment(POLICIES[0], one) for one in TARGETS[:others]))
    asked = sorted(sought, key=lambda one: one.address)
    alone = [KIND.glance(one, aws, IDS) for one in asked]
    aws.calls = 0
    assert list(KIND.seen(asked, Once(aws), IDS)) == alone
    assert aws.calls <= 1.5 * len(asked)


def test_a_policys_pages_tell_of_many_targets() -> None:
    ours = [Attachment(policy, target) for policy in POLICIES for target in TARGETS[:100]]
    aws = Attached().attach(*ours)
    assert aws.differing(*attached(*ours)) == ()
    assert aws.calls == len(POLICIES) * 100 / PAGE


def test_what_is_gone_is_known_from_a_whole_list_alone() -> None:
    ours = [Attachment(POLICIES[0], target) for target in TARGETS[:40]]
    aws = Attached().attach(ours[7])
    assert aws.differing(*detached(*ours)) == (ours[7].address,)


def test_all_that_lags_is_waited_for_together() -> None:
    ours = [Attachment(policy, target) for policy in POLICIES for target in TARGETS[:30]]
    aws = Attached(late=3).attach(*ours)
    assert aws.differing(*attached(*ours)) == ()
    assert aws.waited == [1.0, 1.0, 1.0]


def test_what_stays_different_is_told_after_patience_ends() -> None:
    here, never = (Attachment(POLICIES[0], target) for target in TARGETS[:2])
    aws = Attached().attach(here)
    assert aws.differing(*attached(here, never)) == (never.address,)
    assert len(aws.waited) == LOOKS - 1


def test_nobody_waits_for_it_who_asked_to_stop() -> None:
    never = Attachment(POLICIES[0], TARGETS[0])
    aws = Attached()
    assert aws.differing(*attached(never), stop=lambda: True) == (never.address,)
    assert aws.waited == []


def test_what_it_stood_on_may_be_gone() -> None:
    """An attachment goes along with its policy: nobody looks for it on the target any more."""
    gone = Policy(POLICIES[0], "scp", "p0", of({"Statement": []}))
    ours = Attachment(gone.address, TARGETS[0])
    aws = Attached()
    away = Step("s", Change(gone, None), "delete", "", "delegated", ())
    assert aws.differing(*attached(ours), away) == ()
    assert aws.calls == 0


@dataclass
class Crowd:
    """A door that answers nobody before four have come."""

    gate: threading.Barrier = field(default_factory=lambda: threading.Barrier(4, timeout=20))

    def call(self, call: ApiCall) -> Response:
        self.gate.wait()
        if call.params["refuse"]:
            raise AwsError("AWS said no")
        return {}

    def items(self, key: str, call: ApiCall) -> Iterator[Any]:
        raise AssertionError(call)


def test_things_are_asked_side_by_side_and_a_refusal_is_raised() -> None:
    def ask(number: int) -> Response:
        return Once(door).call(
            ApiCall("iam", "GetUser", {"n": number, "refuse": number == refused})
        )

    door, refused = Crowd(), -1
    assert Once(door).each(ask, range(8)) == [{}] * 8
    refused = 3
    with pytest.raises(AwsError):
        Once(door).each(ask, range(4))


def test_what_many_ask_at_once_is_asked_once() -> None:
    """All wait for the one answer, and for its refusal."""
    aws = Attached().attach(*(Attachment(POLICIES[0], target) for target in TARGETS[:2]))
    once = Once(aws)
    call = ApiCall("organizations", "ListPoliciesForTarget", {"TargetId": IDS[TARGETS[0]]})
    found = once.each(lambda _: list(once.items("Policies", call)), range(50))
    assert found == [[{"Id": IDS[POLICIES[0]]}]] * 50
    assert aws.calls == 1
    refused = Once(aws)
    for _ in range(2):
        with pytest.raises(AssertionError):
            refused.call(call)
