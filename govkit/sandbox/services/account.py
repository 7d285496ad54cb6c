"""AWS Account Management: alternate contacts, and the Regions that an account has."""

from collections.abc import Mapping
from typing import Any, TypedDict

from govkit.sandbox.calls import Call, Handler, Service, World
from govkit.sandbox.model import check_input, service_model
from govkit.sandbox.organizations.rows import book
from govkit.sandbox.refusals import RefusalError, refusal
from govkit.sandbox.regions import BY_DEFAULT, REGIONS, OptInRow, opted, status
from govkit.sandbox.tables import Shape, Table

Params = Mapping[str, Any]
Answer = dict[str, Any]
PRINCIPAL = "account.amazonaws.com"
_PAGE = 50


class ContactRow(TypedDict):
    """An alternate contact, keyed by account and type; members are those of the service's own."""

    Name: str
    Title: str
    EmailAddress: str
    PhoneNumber: str
    AlternateContactType: str


SHAPES = {"contacts": Shape(ContactRow), "opted_in": Shape(OptInRow)}


def get_alternate_contact(world: World, params: Params) -> Answer:
    return {"AlternateContact": dict(_contact(world, params))}


def put_alternate_contact(world: World, params: Params) -> Answer:
    row: Any = {name: params[name] for name in ContactRow.__annotations__}
    _contacts(world).put(_key(world, params), row)
    return {}


def delete_alternate_contact(world: World, params: Params) -> Answer:
    _contact(world, params)
    _contacts(world).drop(_key(world, params))
    return {}


def list_regions(world: World, params: Params) -> Answer:
    account, wanted = _account(world, params), params.get("RegionOptStatusContains")
    found = [{"RegionName": one, "RegionOptStatus": status(world, account, one)} for one in REGIONS]
    left = [
        one
        for one in sorted(found, key=lambda one: one["RegionName"])
        if (not wanted or one["RegionOptStatus"] in wanted)
        and one["RegionName"] > params.get("NextToken", "")
    ]
    size = params.get("MaxResults") or _PAGE
    more = {"NextToken": left[size - 1]["RegionName"]} if len(left) > size else {}
    return {"Regions": left[:size], **more}


def enable_region(world: World, params: Params) -> Answer:
    account, region = _optional(world, params)
    opted(world).put(f"{account}/{region}", {"Account": account, "Region": region})
    return {}


def disable_region(world: World, params: Params) -> Answer:
    account, region = _optional(world, params)
    if f"{account}/{region}" in opted(world):
        opted(world).drop(f"{account}/{region}")
    return {}


def _optional(world: World, params: Params) -> tuple[str, str]:
    account, region = _account(world, params), params["RegionName"]
    if region not in REGIONS:
        raise _invalid(f"There is no Region {region}.")
    if status(world, account, region) == BY_DEFAULT:
        raise _invalid(f"{region} is enabled by default and stays so.")
    return account, region


def _account(world: World, params: Params) -> str:
    """Return whose account is meant: the caller's, or one that it may act for.

    The management account, or who administers this service for the organization, names members;
    the management account never names itself.
    """
    told = params.get("AccountId")
    if told is None:
        return world.caller.account
    entries = book(world)
    management = len(entries.organization) and entries.the_organization["ManagementAccount"]
    delegated = f"{PRINCIPAL} {world.caller.account}" in entries.delegations
    if world.caller.account != management and not delegated:
        raise _denied("Only the management account, or the delegated administrator, can do that.")
    if PRINCIPAL not in entries.services:
        raise _denied("Account Management has no trusted access to the organization.")
    if told == management:
        raise _invalid("The management account cannot be named: leave AccountId out.")
    if told not in entries.accounts:
        raise _denied(f"{told} is no account of the organization.")
    return str(told)


def _key(world: World, params: Params) -> str:
    return f"{_account(world, params)}/{params['AlternateContactType']}"


def _contact(world: World, params: Params) -> ContactRow:
    row = _contacts(world).get(_key(world, params))
    if row is None:
        text = "No contact of the inputted alternate contact type found."
        raise refusal("ResourceNotFoundException", message=text, status=404)
    return row


def _contacts(world: World) -> "Table[ContactRow]":
    return world.documents("account").tables["contacts"]


def _denied(text: str) -> RefusalError:
    return refusal("AccessDeniedException", message=text, status=403)


def _invalid(text: str) -> RefusalError:
    return refusal("ValidationException", message=text)


def _admit(_: World, call: Call) -> None:
    if call.operation not in service_model(call.service).operation_names:
        raise refusal("UnknownOperationException", message="The operation does not exist.")
    try:
        check_input(call.service, call.operation, call.params)
    except RefusalError as refused:
        raise _invalid(refused.message) from refused


_HANDLERS: Mapping[str, Handler] = {
    "GetAlternateContact": get_alternate_contact,
    "PutAlternateContact": put_alternate_contact,
    "DeleteAlternateContact": delete_alternate_contact,
    "ListRegions": list_regions,
    "EnableRegion": enable_region,
    "DisableRegion": disable_region,
}

SERVICE = Service("account", "account", _HANDLERS, SHAPES, _admit)
