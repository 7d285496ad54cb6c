"""Central root access: two features of the organization, which its management account turns on."""

from collections.abc import Mapping
from functools import partial

from govkit.sandbox.calls import Handler, World
from govkit.sandbox.iam.rows import Answer, FeatureRow, Params, table
from govkit.sandbox.organizations.rows import book
from govkit.sandbox.refusals import refusal

SERVICE = "iam.amazonaws.com"
CREDENTIALS, SESSIONS = "RootCredentialsManagement", "RootSessions"


def _admit(world: World) -> None:
    entries = book(world)
    row = entries.the_organization
    if world.caller.account != row["ManagementAccount"]:
        text = "The caller is neither the management account nor a delegated administrator for IAM."
        code = "AccountNotManagementOrDelegatedAdministratorException"
        raise refusal(code, message=text)
    if row["FeatureSet"] != "ALL":
        text = "The organization does not have all features enabled."
        raise refusal("OrganizationNotInAllFeaturesModeException", message=text)
    if SERVICE not in entries.services:
        text = f"Trusted access is not enabled for {SERVICE}."
        raise refusal("ServiceAccessNotEnabledException", message=text)


def _told(world: World) -> Answer:
    return {
        "OrganizationId": world.settings.organization,
        "EnabledFeatures": table(world, "features").keys(),
    }


def list_features(world: World, _: Params) -> Answer:
    _admit(world)
    return _told(world)


def _enable(name: str, world: World, _: Params) -> Answer:
    _admit(world)
    table(world, "features").put(name, FeatureRow(Name=name))
    return _told(world)


def _disable(name: str, world: World, _: Params) -> Answer:
    _admit(world)
    if name in table(world, "features"):
        table(world, "features").drop(name)
    return _told(world)


HANDLERS: Mapping[str, Handler] = {
    "ListOrganizationsFeatures": list_features,
    "EnableOrganizationsRootCredentialsManagement": partial(_enable, CREDENTIALS),
    "EnableOrganizationsRootSessions": partial(_enable, SESSIONS),
    "DisableOrganizationsRootCredentialsManagement": partial(_disable, CREDENTIALS),
    "DisableOrganizationsRootSessions": partial(_disable, SESSIONS),
}
