"""The template that the StackSet of AWS Config brings, as CloudFormation's linter reads it."""

from cfnlint import api
from cfnlint.config import ManualArgs

from govkit.kinds.config_stack_set import template

REGIONS = ["ap-south-1", "eu-west-1", "us-east-1", "us-gov-west-1"]
LONGEST = 51_200  # bytes of a template that is sent along


def told(text: str) -> list[str]:
    """Return what the linter has to say, suggestions too."""
    asked = ManualArgs(regions=REGIONS, include_checks=["I"])
    return [f"{one.rule.id} {one.message}" for one in api.lint(text, config=asked)]


def test_the_linter_has_nothing_to_say() -> None:
    assert told(template()) == []


def test_the_linter_would_say_something() -> None:
    """Or the test above could not fail."""
    for right, wrong in (
        ("Ref: RecorderName", "Ref: Nobody"),
        ("AllSupported: true", "AllSupported: perhaps"),
        ("AWS::Config::DeliveryChannel", "AWS::Config::Channel"),
    ):
        assert told(template().replace(right, wrong))


def test_it_is_short_enough_to_be_sent_along() -> None:
    assert len(template().encode()) < LONGEST
