"""Who may call what: the management account everything, members little, delegates what they were given."""

from collections.abc import Mapping
from typing import Any

from govkit.sandbox.calls import World, is_read
from govkit.sandbox.organizations.delegation import Asked, allows
from govkit.sandbox.organizations.rows import Book, book
from govkit.sandbox.organizations.shown import arn, policy_arn, target_arn
from govkit.sandbox.refusals import refusal

ANY_MEMBER = {"DescribeOrganization", "DescribeEffectivePolicy", "LeaveOrganization"}
_WITHOUT_ORGANIZATION = {"CreateOrganization"}
_TARGETS = ("TargetId", "ParentId", "RootId", "OrganizationalUnitId", "AccountId", "ChildId")


def admit(world: World, operation: str, params: Mapping[str, Any]) -> None:
    """Refuse a caller who may not do this, before anything is looked at."""
    entries = book(world)
    caller = world.caller.account
    if operation in _WITHOUT_ORGANIZATION:
        return
    if not len(entries.organization) or caller not in entries.accounts:
        raise refusal("AWSOrganizationsNotInUseException")
    management = entries.the_organization["ManagementAccount"]
    if caller == management or operation in ANY_MEMBER:
        return
    if is_read(operation) and entries.delegations.where("Account", caller):
        return
    if not allows(entries, _asked(world, entries, operation, params)):
        raise refusal("AccessDeniedException")


def _asked(world: World, entries: Book, operation: str, params: Mapping[str, Any]) -> Asked:
    policy = entries.policies.get(str(params.get("PolicyId") or params.get("ResourceId")))
    settings = world.settings
    touched = [
        target_arn(entries, settings, str(params[key])) for key in _TARGETS if params.get(key)
    ]
    if policy is not None:
        touched.append(policy_arn(entries, settings, policy))
    elif params.get("ResourceId"):
        touched.append(target_arn(entries, settings, str(params["ResourceId"])))
    named = params.get("PolicyType") or params.get("Filter") or params.get("Type")
    return Asked(
        operation=operation,
        account=world.caller.account,
        arn=_role_arn(world.caller.arn),
        resources=tuple(touched) or (arn(entries, settings, "organization"),),
        policy_type=policy["Type"] if policy else str(named or ""),
    )


def _role_arn(caller: str) -> str:
    """Return the role behind a session's ARN: resource policies name roles."""
    head, _, tail = caller.partition(":assumed-role/")
    if not tail:
        return caller
    return f"{head.replace(':sts:', ':iam:')}:role/{tail.partition('/')[0]}"
