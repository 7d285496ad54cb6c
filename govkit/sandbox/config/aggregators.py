"""Aggregators of AWS Config, with the rules for one that looks at an organization."""

from collections.abc import Mapping
from typing import Any, TypedDict

from govkit.sandbox.calls import Handler, World
from govkit.sandbox.clock import iso
from govkit.sandbox.organizations.rows import book
from govkit.sandbox.refusals import refusal
from govkit.sandbox.tables import Shape, Table

Params = Mapping[str, Any]
Answer = dict[str, Any]
BOTH = frozenset(("config.amazonaws.com", "config-multiaccountsetup.amazonaws.com"))
_MOST = 50


class AggregatorRow(TypedDict):
    """An aggregator, keyed by account, Region and name; its sources are as AWS Config was told."""

    Name: str
    Place: str
    Told: dict[str, Any]
    Tags: dict[str, str]
    Changed: str


SHAPE = Shape(AggregatorRow, ("Place",))


def put_aggregator(world: World, params: Params) -> Answer:
    """Make an aggregator, or change it; tags are kept from when it was made."""
    name, place = params["ConfigurationAggregatorName"], _place(world)
    whole, parts = (
        params.get(one) for one in ("OrganizationAggregationSource", "AccountAggregationSources")
    )
    if bool(whole) == bool(parts):
        raise refusal(
            "InvalidParameterValueException", message="Either accounts or the organization."
        )
    if whole:
        check_in_charge(world)
        _check_role(world, whole["RoleArn"])
        if bool(whole.get("AllAwsRegions")) == bool(whole.get("AwsRegions")):
            raise refusal(
                "InvalidParameterValueException", message="Either all Regions or a list of them."
            )
    old = _table(world).get(f"{place}/{name}")
    if old is None and len(_table(world).where("Place", place)) >= _MOST:
        raise refusal("LimitExceededException", message=f"There are {_MOST} aggregators already.")
    given = {one["Key"]: one.get("Value", "") for one in params.get("Tags") or ()}
    told = {key: value for key, value in params.items() if key.endswith(("Source", "Sources"))}
    row = AggregatorRow(
        Name=name,
        Place=place,
        Told=told,
        Tags=given if old is None else old["Tags"],
        Changed=iso(world.now),
    )
    _table(world).put(f"{place}/{name}", row)
    return {"ConfigurationAggregator": _shown(world, row)}


def check_in_charge(world: World) -> None:
    """Refuse who is neither the management account nor registered for both services, with access."""
    entries = book(world)
    if not len(entries.organization) or world.caller.account not in entries.accounts:
        raise refusal("NoAvailableOrganizationException")
    if entries.the_organization["FeatureSet"] != "ALL":
        raise refusal("OrganizationAllFeaturesNotEnabledException")
    if world.caller.account == entries.the_organization["ManagementAccount"]:
        return
    mine = entries.delegations.where("Account", world.caller.account)
    charged = {entries.delegations[one]["ServicePrincipal"] for one in mine}
    if not charged >= BOTH or not all(one in entries.services for one in BOTH):
        raise refusal(
            "OrganizationAccessDeniedException",
            message="This action can be only made by the management account or a delegated "
            "administrator.",
        )


def _check_role(world: World, arn: str) -> None:
    account, _, path = arn.partition(":iam::")[2].partition(":role/")
    name = path.rpartition("/")[2]
    tables = world.documents("iam").tables
    known = any(f"{account}/{name}" in tables[one] for one in ("roles", "made_roles"))
    if account != world.caller.account or not known:
        raise refusal("InvalidRoleException", message=f"Role {arn} cannot be assumed.")


def describe_aggregators(world: World, params: Params) -> Answer:
    rows = {
        _table(world)[key]["Name"]: _table(world)[key]
        for key in _table(world).where("Place", _place(world))
    }
    names = params.get("ConfigurationAggregatorNames") or ()
    for name in names:
        if name not in rows:
            text = f"The configuration aggregator does not exist: {name}."
            raise refusal("NoSuchConfigurationAggregatorException", message=text)
    shown = [_shown(world, row) for name, row in rows.items() if not names or name in names]
    return {"ConfigurationAggregators": shown}


def delete_aggregator(world: World, params: Params) -> Answer:
    name = params["ConfigurationAggregatorName"]
    describe_aggregators(world, {"ConfigurationAggregatorNames": [name]})
    _table(world).drop(f"{_place(world)}/{name}")
    return {}


def tags_of(world: World, arn: str) -> dict[str, str] | None:
    """Return the tags of an aggregator by its ARN, or None where there is none."""
    for key in _table(world).where("Place", _place(world)):
        if _arn(world, _table(world)[key]) == arn:
            return _table(world)[key]["Tags"]
    return None


def _shown(world: World, row: AggregatorRow) -> Answer:
    return {
        "ConfigurationAggregatorName": row["Name"],
        "ConfigurationAggregatorArn": _arn(world, row),
        **row["Told"],
        "LastUpdatedTime": row["Changed"],
    }


def _arn(world: World, row: AggregatorRow) -> str:
    account, _, region = row["Place"].partition("/")
    where = f"arn:{world.settings.partition}:config:{region}:{account}"
    return f"{where}:config-aggregator/config-aggregator-{row['Name']}"


def _place(world: World) -> str:
    return f"{world.caller.account}/{world.region}"


def _table(world: World) -> "Table[AggregatorRow]":
    return world.documents("config").tables["aggregators"]


HANDLERS: Mapping[str, Handler] = {
    "PutConfigurationAggregator": put_aggregator,
    "DescribeConfigurationAggregators": describe_aggregators,
    "DeleteConfigurationAggregator": delete_aggregator,
}
