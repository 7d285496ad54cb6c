"""Rules of AWS Config for a whole organization: put at once, and in the accounts a moment later."""

from collections.abc import Mapping
from typing import Any, TypedDict

from govkit.sandbox.calls import Handler, World
from govkit.sandbox.clock import iso
from govkit.sandbox.config.aggregators import check_in_charge
from govkit.sandbox.organizations.rows import book
from govkit.sandbox.refusals import RefusalError, refusal
from govkit.sandbox.tables import Shape, Table

Params = Mapping[str, Any]
Answer = dict[str, Any]
_TAKES = 0.03  # seconds until a rule is in all accounts
_ACCESS = "config-multiaccountsetup.amazonaws.com"


class RuleRow(TypedDict):
    """A rule, keyed by account, Region and name; `Put` is when it was last put."""

    Name: str
    Place: str
    Managed: dict[str, Any]
    Excluded: list[str]
    Tags: dict[str, str]
    Status: str
    Error: str
    Put: float


SHAPE = Shape(RuleRow, ("Place",))


def put_rule(world: World, params: Params) -> Answer:
    """Make a rule, or change it; in an account that records nothing it fails."""
    check_in_charge(world)
    if _ACCESS not in book(world).services:
        raise refusal("OrganizationAccessDeniedException", message="Access is not enabled.")
    told = params.get("OrganizationManagedRuleMetadata")
    if not told:
        raise refusal(
            "InvalidParameterValueException", message="Only managed rules are known here."
        )
    name, place = params["OrganizationConfigRuleName"], _place(world)
    old = _table(world).get(f"{place}/{name}")
    given = {one["Key"]: one.get("Value", "") for one in params.get("Tags") or ()}
    excluded = list(params.get("ExcludedAccounts") or ())
    failing = without_recorder(world, excluded)
    row = RuleRow(
        Name=name,
        Place=place,
        Managed=dict(told),
        Excluded=excluded,
        Tags=given if old is None else old["Tags"],
        Status="CREATE" if old is None else "UPDATE",
        Error=f"NoAvailableConfigurationRecorder: {failing[0]}" if failing else "",
        Put=world.now,
    )
    _table(world).put(f"{place}/{name}", row)
    return {"OrganizationConfigRuleArn": _arn(world, row)}


def without_recorder(world: World, excluded: list[str]) -> list[str]:
    """Return the active accounts, the excluded ones aside, that record nothing in this Region."""
    recorders = world.documents("config").tables["recorders"]
    return [
        ident
        for ident, row in ((one["Id"], one) for one in book(world).accounts.rows())
        if row["State"] == "ACTIVE"
        and ident not in excluded
        and not recorders.where("Place", f"{ident}/{world.region}")
    ]


def describe_rules(world: World, params: Params) -> Answer:
    shown = [
        {
            "OrganizationConfigRuleName": row["Name"],
            "OrganizationConfigRuleArn": _arn(world, row),
            "OrganizationManagedRuleMetadata": row["Managed"],
            "ExcludedAccounts": row["Excluded"],
            "LastUpdateTime": iso(row["Put"]),
        }
        for row in _asked(world, params)
    ]
    return {"OrganizationConfigRules": shown}


def describe_statuses(world: World, params: Params) -> Answer:
    """Show how the rules fare: for a moment after it was put, AWS is still at one."""
    shown = []
    for row in _asked(world, params):
        ended = world.now >= row["Put"] + _TAKES
        word = ("FAILED" if row["Error"] else "SUCCESSFUL") if ended else "IN_PROGRESS"
        code, _, account = row["Error"].partition(": ")
        text = f"{account} has no configuration recorder"
        error = {"ErrorCode": code, "ErrorMessage": text} if word == "FAILED" else {}
        shown.append(
            {
                "OrganizationConfigRuleName": row["Name"],
                "OrganizationRuleStatus": f"{row['Status']}_{word}",
                **error,
                "LastUpdateTime": iso(row["Put"]),
            }
        )
    return {"OrganizationConfigRuleStatuses": shown}


def delete_rule(world: World, params: Params) -> Answer:
    check_in_charge(world)
    (row,) = _asked(world, {"OrganizationConfigRuleNames": [params["OrganizationConfigRuleName"]]})
    _table(world).drop(f"{row['Place']}/{row['Name']}")
    return {}


def tags_of(world: World, arn: str) -> dict[str, str] | None:
    """Return the tags of a rule by its ARN, or None where there is none."""
    for row in _asked(world, {}):
        if _arn(world, row) == arn:
            return row["Tags"]
    return None


def _asked(world: World, params: Params) -> list[RuleRow]:
    rows = [_table(world)[key] for key in _table(world).where("Place", _place(world))]
    names = params.get("OrganizationConfigRuleNames") or ()
    missing = [one for one in names if one not in {row["Name"] for row in rows}]
    if missing:
        raise _no_rule(missing[0])
    return [row for row in rows if not names or row["Name"] in names]


def _no_rule(name: str) -> RefusalError:
    text = f"There is no organization rule {name}."
    return refusal("NoSuchOrganizationConfigRuleException", message=text)


def _arn(world: World, row: RuleRow) -> str:
    account, _, region = row["Place"].partition("/")
    where = f"arn:{world.settings.partition}:config:{region}:{account}"
    return f"{where}:organization-config-rule/{row['Name']}"


def _place(world: World) -> str:
    return f"{world.caller.account}/{world.region}"


def _table(world: World) -> "Table[RuleRow]":
    return world.documents("config").tables["organization_rules"]


HANDLERS: Mapping[str, Handler] = {
    "PutOrganizationConfigRule": put_rule,
    "DescribeOrganizationConfigRules": describe_rules,
    "DescribeOrganizationConfigRuleStatuses": describe_statuses,
    "DeleteOrganizationConfigRule": delete_rule,
}
