"""What holds is folded: patterns that others swallow go, and nothing else does."""

from typing import Any

import pytest

from govkit.flow.chains import Source
from govkit.flow.effective import effective
from govkit.live.one_chain import Attached, Ladder, Organization, Rung

FULL = {"Effect": "Allow", "Action": "*:*", "Resource": "*"}


def _source(*statements: dict[str, Any]) -> Source:
    """Return a source whose accounts are all below one root, which holds one policy."""
    held = Attached("p-1", "one", aws_managed=False, document={"Statement": list(statements)})
    rungs = (Rung("r-1", "/", (held,)),)
    return Source(
        wanted=None,
        organization=Organization("o-1", "111111111111", "aws"),
        ladder=lambda given, layers: Ladder(given, given, "o-1/r-1", dict.fromkeys(layers, rungs)),
        unit=lambda path, layers: Ladder("", path, "o-1/r-1", dict.fromkeys(layers, rungs)),
        identify=str,
        holds=lambda _: True,
    )


@pytest.mark.parametrize(
    ("said", "left"),
    [
        (["s3:Get*", "s3:GetObject", "s3:Put*"], ["s3:Get*", "s3:Put*"]),
        (["s3:*", "s3:Get*", "ec2:Run*"], ["ec2:Run*", "s3:*"]),
        (["s3:Get?", "s3:GetA*", "s3:Get*A*"], ["s3:Get*A*", "s3:Get?"]),
        (["*", "s3:*"], ["*"]),
        (["s3:GetObject", "s3:getobject"], ["s3:GetObject"]),
    ],
)
def test_what_another_pattern_swallows_is_left_out(said: list[str], left: list[str]) -> None:
    denies = [{"Effect": "Deny", "Action": one, "Resource": "*"} for one in said]
    told: Any = effective(_source(FULL, *denies), "222222222222")
    (found,) = told["scp"]["denied"]
    assert found["actions"] == left
    assert len(found["from"]) == len(said)


def test_whatever_allows_everything_is_everything() -> None:
    told: Any = effective(_source(FULL), "222222222222")
    assert [one["everything"] for one in told["scp"]["allowed"]] == [True]
