"""Trusted access of services, and the accounts that administer them."""

from collections.abc import Mapping
from typing import Any

from govkit.sandbox.calls import Handler, World
from govkit.sandbox.clock import iso
from govkit.sandbox.organizations.accounts import require_account
from govkit.sandbox.organizations.limits import limit
from govkit.sandbox.organizations.pages import page
from govkit.sandbox.organizations.policy_types import SERVICE_OF
from govkit.sandbox.organizations.rows import Book, book
from govkit.sandbox.organizations.shown import account_state, show_account, type_statuses
from govkit.sandbox.refusals import constraint, invalid, refusal

Params = Mapping[str, Any]
Answer = dict[str, Any]


def enable_access(world: World, params: Params) -> Answer:
    entries = book(world)
    _require_all_features(entries)
    service = _require_service(params["ServicePrincipal"])
    if service not in entries.services:
        entries.services.put(service, {"ServicePrincipal": service, "DateEnabled": iso(world.now)})
    return {}


def disable_access(world: World, params: Params) -> Answer:
    """Take a service's access away; its administrators go with it."""
    entries = book(world)
    service = _require_service(params["ServicePrincipal"])
    enabled = type_statuses(world, entries)
    if any(SERVICE_OF.get(name) == service for name in enabled):
        raise constraint("POLICY_TYPE_ENABLED_FOR_THIS_SERVICE")
    if service in entries.services:
        entries.services.drop(service)
        for key in list(entries.delegations.where("ServicePrincipal", service)):
            entries.delegations.drop(key)
    return {}


def list_access(world: World, params: Params) -> Answer:
    entries = book(world)
    return page(
        world,
        params,
        "EnabledServicePrincipals",
        entries.services.keys(),
        lambda service: dict(entries.services[service]),
    )


def register(world: World, params: Params) -> Answer:
    entries = book(world)
    _require_all_features(entries)
    service = _require_service(params["ServicePrincipal"])
    row = require_account(entries, params["AccountId"])
    if row["Id"] == entries.the_organization["ManagementAccount"]:
        raise constraint("CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR")
    if account_state(world, row) != "ACTIVE":
        raise constraint("CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR")
    if service not in entries.services:
        raise constraint("SERVICE_ACCESS_NOT_ENABLED")
    key = _key(service, row["Id"])
    if key in entries.delegations:
        raise refusal("AccountAlreadyRegisteredException")
    present = entries.delegations.where("ServicePrincipal", service)
    if len(present) >= limit(world.settings, "administrators", service):
        raise constraint("MAX_DELEGATED_ADMINISTRATORS_FOR_SERVICE_LIMIT_EXCEEDED")
    entries.delegations.put(
        key,
        {
            "ServicePrincipal": service,
            "Account": row["Id"],
            "DelegationEnabledDate": iso(world.now),
        },
    )
    return {}


def deregister(world: World, params: Params) -> Answer:
    entries = book(world)
    row = require_account(entries, params["AccountId"])
    key = _key(_require_service(params["ServicePrincipal"]), row["Id"])
    if key not in entries.delegations:
        raise refusal("AccountNotRegisteredException")
    entries.delegations.drop(key)
    return {}


def list_administrators(world: World, params: Params) -> Answer:
    entries = book(world)
    wanted = params.get("ServicePrincipal")
    since: dict[str, str] = {}
    for row in entries.delegations.rows():
        if wanted is None or row["ServicePrincipal"] == wanted:
            known = since.get(row["Account"], row["DelegationEnabledDate"])
            since[row["Account"]] = min(known, row["DelegationEnabledDate"])

    def show(ident: str) -> Answer:
        shown = show_account(world, entries, entries.accounts[ident])
        shown.pop("Paths", None)
        return {**shown, "DelegationEnabledDate": since[ident]}

    return page(world, params, "DelegatedAdministrators", sorted(since), show)


def list_services_for_account(world: World, params: Params) -> Answer:
    entries = book(world)
    row = require_account(entries, params["AccountId"])
    found = entries.delegations.where("Account", row["Id"])
    if not found:
        raise refusal("AccountNotRegisteredException")

    def show(key: str) -> Answer:
        delegation = entries.delegations[key]
        return {
            "ServicePrincipal": delegation["ServicePrincipal"],
            "DelegationEnabledDate": delegation["DelegationEnabledDate"],
        }

    return page(world, params, "DelegatedServices", found, show)


def _key(service: str, account: str) -> str:
    return f"{service} {account}"


def _require_service(principal: str) -> str:
    if not principal.endswith((".amazonaws.com", ".amazonaws.com.cn")):
        raise invalid("UNRECOGNIZED_SERVICE_PRINCIPAL")
    return principal


def _require_all_features(entries: Book) -> None:
    if entries.the_organization["FeatureSet"] != "ALL":
        raise constraint("ORGANIZATION_NOT_IN_ALL_FEATURES_MODE")


HANDLERS: Mapping[str, Handler] = {
    "EnableAWSServiceAccess": enable_access,
    "DisableAWSServiceAccess": disable_access,
    "ListAWSServiceAccessForOrganization": list_access,
    "RegisterDelegatedAdministrator": register,
    "DeregisterDelegatedAdministrator": deregister,
    "ListDelegatedAdministrators": list_administrators,
    "ListDelegatedServicesForAccount": list_services_for_account,
}
