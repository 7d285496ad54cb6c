"""Whatever a document says, reading, judging and comparing it raises nothing."""

import time
from typing import Any

import pytest
from chains import ALLOW_ALL, deny, document, guarded
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from govkit.access.action import Actions, action_matcher
from govkit.access.chain import Chain
from govkit.access.difference import Change, difference
from govkit.access.judge import Judge
from govkit.access.operators import OPERATORS
from govkit.access.request import request
from govkit.access.statement import level, policy
from govkit.access.validity import faults
from govkit.access.verdict import Kind

_ODD = st.text("a*?:${},' -/Ä\U0001f600\x001.", max_size=12)
_SCALAR = _ODD | st.booleans() | st.integers() | st.floats(allow_nan=False)
_JSON = st.recursive(
    st.none() | _SCALAR,
    lambda some: st.lists(some, max_size=3) | st.dictionaries(_ODD, some, max_size=3),
    max_leaves=8,
)
_ELEMENTS = ("Effect", "Action", "NotAction", "Resource", "NotResource", "Condition", "Principal")
_WILD = st.fixed_dictionaries(
    {
        "Statement": st.lists(
            st.dictionaries(st.sampled_from(_ELEMENTS), _JSON, max_size=5), max_size=3
        )
    }
)
_NAMES = st.sampled_from([one.name for one in OPERATORS]).flatmap(
    lambda name: st.sampled_from(
        [name, f"{name}IfExists", f"ForAnyValue:{name}", f"ForAllValues:{name}"]
    )
)
_VALUES = st.lists(
    _ODD
    | st.sampled_from(["10.0.0.0/8", "2026-01-01", "arn:aws:iam::1:role/${aws:a, 'x'}", "3.5"]),
    max_size=3,
)
_CONDITION = st.dictionaries(
    _NAMES,
    st.dictionaries(st.sampled_from(["k", "aws:PrincipalArn"]), _VALUES, max_size=2),
    max_size=2,
)
_LIKELY = st.builds(
    lambda actions, resources, condition: {**deny(actions, resources), "Condition": condition},
    st.lists(_ODD.map("s3:{}".format) | st.just("*"), max_size=2),
    st.lists(_ODD.map("arn:aws:s3:::{}".format) | _ODD, max_size=2),
    _CONDITION,
)


@given(_JSON | _WILD)
def test_any_json_is_said_to_be_valid_or_not(value: Any) -> None:
    for kind in (None, *Kind):
        assert all(fault.message for fault in faults(value, kind))


@given(_WILD, st.text(max_size=8), st.text(max_size=8) | st.none())
def test_any_document_judges_any_request(value: Any, action: str, resource: str | None) -> None:
    chain = Chain(Kind.SCP, (level("root", {"wild": value, "full": document(ALLOW_ALL)}),))
    for complete in (True, False):
        asked = request(action, resource, {"k": "a"}, complete=complete)
        assert Judge(chain).explain(asked).verdict == Judge(chain).verdict(asked)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(_LIKELY, max_size=2), st.lists(_LIKELY, max_size=2))
def test_any_two_chains_are_compared_and_the_way_back_is_the_reverse(
    old: list[dict[str, Any]], new: list[dict[str, Any]]
) -> None:
    there, back = difference(guarded(*old), guarded(*new)), difference(guarded(*new), guarded(*old))
    reverse = {Change.WEAKENS: Change.STRENGTHENS, Change.STRENGTHENS: Change.WEAKENS}
    assert back.change is reverse.get(there.change, there.change)
    assert difference(guarded(*old), guarded(*old)).change is Change.EQUAL


def _seconds(work: Any) -> float:
    """Return the time that the work itself takes, on however busy a machine."""
    start = time.process_time()
    work()
    return time.process_time() - start


def test_hostile_documents_of_10240_characters_are_judged_at_once() -> None:
    stars, spaces = "*a" * 5_100, "${" + " " * 10_000 + "}"
    for pattern in (stars, "?" * 10_200, spaces, "${" * 5_000, "*?" * 5_000, ":" * 10_000):
        one = deny(f"s3:{pattern}", f"arn:aws:s3:::{pattern}", StringLike={"k": pattern})
        asked = request(f"s3:{'a' * 5_000}", f"arn:aws:s3:::{'a' * 10_000}", {"k": "a" * 10_000})
        assert _seconds(lambda: Judge(guarded(one)).verdict(asked)) < 3  # noqa: B023 -- called here


def test_hostile_documents_are_compared_or_said_to_be_unknown_in_time() -> None:
    for pattern in ("*a" * 2_000, "?" * 5_000, "*a*b*c" * 800):
        one = deny("s3:*", StringLike={"k": [pattern, f"{pattern}d"], "j": pattern})
        found: list[Change] = []
        taken = _seconds(lambda: found.append(difference(guarded(one), guarded()).change))  # noqa: B023
        assert taken < 10
        assert found[0] in (Change.WEAKENS, Change.UNKNOWN)


_ADDRESSES = [f"10.{number // 250}.{number % 250}.0/24" for number in range(550)]
_CROWDS: dict[str, dict[str, Any]] = {
    "some wildcards": {"StringNotLike": {"aws:PrincipalArn": [f"*a*{one}*" for one in range(100)]}},
    "wildcards": {"StringNotLike": {"aws:PrincipalArn": [f"*a*{one}*" for one in range(800)]}},
    "addresses": {"NotIpAddress": {"aws:SourceIp": _ADDRESSES}},
    "names": {"StringNotEqualsIfExists": {"aws:RequestedRegion": [f"x{n}" for n in range(900)]}},
}


@pytest.mark.parametrize("crowd", _CROWDS)
def test_as_many_operands_as_a_document_holds_are_said_in_time(crowd: str) -> None:
    """The words are then those of the document: each operand told from all others takes too long."""
    old = guarded(deny("s3:Get*", StringNotLike={"aws:PrincipalArn": "arn:aws:iam::*:role/x*"}))
    new = guarded(deny("s3:*", **_CROWDS[crowd]))
    found: list[Any] = []
    assert _seconds(lambda: found.append(difference(old, new))) < 8
    assert found[0].change is Change.BOTH
    (tests,) = _CROWDS[crowd].values()
    ((key, values),) = tests.items()
    assert any(
        test.key == key.lower() and set(test.values) == set(values)
        for effect in found[0].newly_denied
        for test in effect.conditions
    )


def test_a_not_action_of_odd_names_is_no_action() -> None:
    matches = action_matcher(Actions(("s3:get,put", "s3:"), negated=True))
    assert matches("s3:get")
    assert policy("p", {"Statement": {"Effect": "Deny"}}).statements[0].actions.patterns == ()
