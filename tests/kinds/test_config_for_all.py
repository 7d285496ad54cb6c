"""What AWS Config puts into all accounts: how its end is learnt, and what is never done."""

from typing import Any

import pytest

from govkit.errors import AwsError, BugError
from govkit.kinds import (
    bucket,
    config_aggregator,
    config_delivery,
    conformance_pack,
    organization_rule,
    service_role,
    stack_set,
    trail_delivery,
    trail_view,
)
from govkit.kinds.root import ORGANIZATION_ARN, partition
from govkit.model.address import account
from govkit.model.call import IdOf, Ids, Place
from govkit.model.change import Change

AT = account("audit")
RULE = organization_rule.OrganizationRule(AT, "eu-west-1", "mfa", "X")
PACK = conformance_pack.ConformancePack(AT, "eu-west-1", "iam", "sha256:1")
ARN = "arn:aws:config:eu-west-1:333333333333:organization-config-rule/mfa"


@pytest.mark.parametrize(
    ("kind", "resource"),
    [
        (bucket.KIND, bucket.Bucket(AT, "eu-west-1", "logs")),
        (service_role.KIND, service_role.ServiceRole(AT, "r", service_role.taken_by("x"), ())),
        (trail_delivery.KIND, trail_delivery.TrailDelivery(AT, "eu-west-1", "t")),
        (config_delivery.KIND, config_delivery.ConfigDelivery(AT, "eu-west-1", "r")),
        (stack_set.KIND, stack_set.StackSet(AT, "eu-west-1", "s", ())),
        (trail_view.KIND, trail_view.TrailView(AT, "eu-west-1", "t")),
    ],
)
def test_what_is_never_taken_away_is_a_bug_where_it_would_be(kind: Any, resource: Any) -> None:
    assert account("audit") in resource.needs or resource.needs
    with pytest.raises(BugError):
        list(kind.lower(Change(resource, None), Ids()))


@pytest.mark.parametrize(
    ("kind", "resource", "listed", "status", "arn"),
    [
        (
            organization_rule.KIND,
            RULE,
            "OrganizationConfigRuleStatuses",
            {"OrganizationConfigRuleName": "mfa", "OrganizationRuleStatus": "CREATE_{}"},
            {"OrganizationConfigRuleArn": ARN},
        ),
        (
            conformance_pack.KIND,
            PACK,
            "OrganizationConformancePackStatuses",
            {"OrganizationConformancePackName": "iam", "Status": "CREATE_{}"},
            {"OrganizationConformancePackArn": ARN},
        ),
    ],
)
def test_the_end_is_learnt_where_the_thing_is(
    kind: Any, resource: Any, listed: str, status: Any, arn: Any
) -> None:
    follow = kind.follow(Change(None, resource), arn)
    assert follow.call.place == Place("333333333333", "eu-west-1")

    def answered(word: str) -> Any:
        told = {key: value.replace("{}", word) for key, value in status.items()}
        return follow.settled({listed: [told]})

    assert answered("IN_PROGRESS") is None
    assert answered("SUCCESSFUL") is not None
    with pytest.raises(AwsError, match="did not get into all accounts"):
        answered("FAILED")
    assert kind.follow(Change(resource, None), {}) is None


def test_a_pack_whose_answer_names_none_is_not_waited_for() -> None:
    assert conformance_pack.KIND.follow(Change(PACK, PACK), {}) is None


def test_the_role_of_an_account_that_is_yet_to_be_made_is_not_known() -> None:
    aggregator = config_aggregator.ConfigAggregator(AT, "eu-west-1", "org")
    (call,) = config_aggregator.KIND.lower(Change(None, aggregator), Ids())
    role = call.params["OrganizationAggregationSource"]["RoleArn"]
    assert isinstance(role, IdOf)
    assert str(role.address) == "service_role:audit/govkit-config-aggregator"


def test_roles_are_named_in_the_organizations_partition() -> None:
    arn = "arn:aws-us-gov:organizations::111111111111:organization/o-exampleorgid"
    ids = Ids({AT: "333333333333", ORGANIZATION_ARN: arn})
    assert (partition(ids), partition(Ids())) == ("aws-us-gov", "aws")
    aggregator = config_aggregator.ConfigAggregator(AT, "us-gov-west-1", "org")
    (call,) = config_aggregator.KIND.lower(Change(None, aggregator), ids)
    role = call.params["OrganizationAggregationSource"]["RoleArn"]
    assert role == "arn:aws-us-gov:iam::333333333333:role/govkit-config-aggregator"


def test_a_bucket_that_may_not_be_looked_at_is_out_of_reach_and_not_somebody_elses() -> None:
    class Shut:
        def call(self, call: Any) -> Any:
            raise AwsError("AWS said no", code="403", operation=f"s3:{call.operation}")

        def items(self, key: str, call: Any) -> Any:
            return iter([{"Name": "logs"}] if key == "Buckets" else [])

    shut: Any = Shut()
    with pytest.raises(AwsError):
        bucket.KIND.glance(bucket.Bucket(AT, "eu-west-1", "logs"), shut, Ids({AT: "3"}))


def test_a_bucket_stays_in_the_region_in_which_it_was_made() -> None:
    live = bucket.Bucket(AT, "us-east-1", "logs")
    wanted, _ = bucket.KIND.meet(bucket.Bucket(AT, "eu-west-1", "logs"), live)
    assert wanted == live
