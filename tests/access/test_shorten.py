"""Lists of actions as wildcards that match nothing else of today."""

from chains import deny, document
from hypothesis import given
from hypothesis import strategies as st

from govkit.access.action_index import ActionIndex, action_index
from govkit.access.compare import chain
from govkit.access.difference import Change, difference
from govkit.access.shorten import pack_shortened, shortened
from govkit.access.verdict import Kind

SMALL = ActionIndex("2026-01-01\ns3\nec2 Run RunFast RunFaster Stop\ns3 Get GetX Put")


def _short(*actions: str) -> list[str]:
    found = shortened({"a": document(deny(list(actions)))}, SMALL)
    names: list[str] = found["a"]["Statement"][0]["Action"]
    return names


def test_names_become_the_shortest_pattern_that_holds_no_other() -> None:
    assert _short("s3:Get", "s3:GetX") == ["s3:G*"]
    assert _short("s3:GetX", "s3:Put") == ["s3:GetX", "s3:P*"]
    assert _short("ec2:RunFast", "ec2:RunFaster") == ["ec2:RunF*"]
    assert _short("ec2:Run", "ec2:RunFast", "ec2:RunFaster", "ec2:Stop") == ["ec2:*"]


def test_what_nobody_knows_stays() -> None:
    assert _short("s3:Unheard", "nosuch:Get", "*") == ["*", "nosuch:Get", "s3:Unheard"]


def test_not_action_stays() -> None:
    statement = {"Effect": "Deny", "NotAction": ["s3:Get", "s3:GetX"], "Resource": "*"}
    found = shortened({"a": {"Statement": statement}}, SMALL)
    assert found["a"]["Statement"] == [statement]


def test_what_it_adds_is_only_what_is_yet_to_come_and_is_said() -> None:
    index = action_index()
    old = {"a": document(deny(["iam:DetachRolePolicy", "iam:DetachUserPolicy", "s3:PutObject"]))}
    new = shortened(old, index)
    assert sum(map(len, new["a"]["Statement"][0]["Action"])) < 57
    found = difference(chain(old, Kind.SCP), chain(new, Kind.SCP))
    assert found.change is Change.STRENGTHENS
    assert all(index.spelled(one.witness.request.action) is None for one in found.newly_denied)


def test_what_is_packed_shortened_adds_nothing_of_today() -> None:
    index = action_index()
    given = {
        "a": document(deny(["iam:DetachRolePolicy", "iam:DetachUserPolicy"])),
        "b": document(deny(["iam:DetachGroupPolicy", "ec2:RunInstances"])),
    }
    found = pack_shortened(given, 10_240, kind=Kind.SCP, most=1, index=index)
    assert found.today
    assert found.added.change is Change.STRENGTHENS
    assert found.packed.before > found.packed.after
    (statement,) = found.packed.documents["a"]["Statement"]
    assert [one for one in statement["Action"] if one.startswith("iam:")] == ["iam:Det*"]


def test_what_takes_too_long_to_compare_is_not_said_to_add_nothing() -> None:
    crowd = [f"s3:*a*b*{number}*" for number in range(400)]
    given = {"a": document(deny([*crowd, "iam:DetachRolePolicy", "iam:DetachUserPolicy"]))}
    found = pack_shortened(given, 100_000, kind=Kind.SCP, most=None, index=action_index())
    assert not found.today
    assert found.added.unknown


def test_what_a_wildcard_denies_of_what_is_to_come_stays_denied() -> None:
    """Shortening adds; a pattern of which only today's actions were written out would take away."""
    assert _short("s3:*tX", "s3:Put") == ["s3:*tX", "s3:P*"]


_NAMES = sorted(action_index().actions(action_index().mask("sns:*")))
_PATTERNS = st.sampled_from(_NAMES).flatmap(
    lambda name: st.sampled_from(
        [name, f"{name[:-4]}*", f"{name[:6]}*", f"sns:*{name[-5:]}", f"{name[:5]}?{name[6:]}"]
    )
)


@given(st.lists(_PATTERNS, min_size=1, max_size=6))
def test_shortening_allows_nothing_of_what_was_denied(patterns: list[str]) -> None:
    said = {"a": document(deny(patterns))}
    added = difference(
        chain(said, Kind.SCP), chain(shortened(said, action_index()), Kind.SCP), action_index()
    )
    assert added.newly_allowed == ()
    assert added.change in {Change.EQUAL, Change.STRENGTHENS}
