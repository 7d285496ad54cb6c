"""Console-style changes: what somebody does by hand, addressed as people speak of things."""

import json
from collections.abc import Mapping
from typing import Any

from govkit.sandbox.console import (
    Console,
    Done,
    find_account,
    find_ou,
    find_policy,
    find_resource,
    find_target,
)
from govkit.sandbox.model import enum
from govkit.sandbox.organizations.rows import SCP
from govkit.sandbox.refusals import SandboxError

_POLL_LIMIT = 1_000


def attach(console: Console, policy: str, target: str) -> Done:
    entries = console.book()
    return console.call(
        f"attached {policy} to {target}",
        "AttachPolicy",
        PolicyId=find_policy(entries, policy),
        TargetId=find_target(entries, target),
    )


def detach(console: Console, policy: str, target: str) -> Done:
    entries = console.book()
    return console.call(
        f"detached {policy} from {target}",
        "DetachPolicy",
        PolicyId=find_policy(entries, policy),
        TargetId=find_target(entries, target),
    )


def create_policy(
    console: Console, name: str, content: str, *, description: str = "", policy_type: str = SCP
) -> Done:
    return console.call(
        f"created policy {name}",
        "CreatePolicy",
        Name=name,
        Content=content,
        Description=description,
        Type=find_type(policy_type),
    )


def edit_policy(
    console: Console,
    policy: str,
    *,
    content: str | None = None,
    name: str | None = None,
    description: str | None = None,
) -> Done:
    """Change what is given; what is None stays."""
    given = {"Content": content, "Name": name, "Description": description}
    changed = {key: value for key, value in given.items() if value is not None}
    return console.call(
        f"edited policy {policy}",
        "UpdatePolicy",
        PolicyId=find_policy(console.book(), policy),
        **changed,
    )


def weaken_policy(console: Console, policy: str) -> Done:
    """Drop a policy's last statement, or the last action where there is only one: an edit by hand."""
    entries = console.book()
    document: dict[str, Any] = json.loads(entries.policies[find_policy(entries, policy)]["Content"])
    statements = document["Statement"]
    listed = statements if isinstance(statements, list) else [statements]
    fewer = listed[:-1] if len(listed) > 1 else [_with_less(listed[0], policy)]
    content = json.dumps({**document, "Statement": fewer}, indent=2)
    return edit_policy(console, policy, content=content)


def delete_policy(console: Console, policy: str) -> Done:
    ident = find_policy(console.book(), policy)
    return console.call(f"deleted policy {policy}", "DeletePolicy", PolicyId=ident)


def move_account(console: Console, account: str, destination: str) -> Done:
    entries = console.book()
    ident = find_account(entries, account)
    return console.call(
        f"moved account {account} to {destination}",
        "MoveAccount",
        AccountId=ident,
        SourceParentId=entries.accounts[ident]["Parent"],
        DestinationParentId=find_ou(entries, destination),
    )


def create_account(console: Console, name: str, email: str) -> Done:
    """Create an account and wait for it; it lands under the root."""
    done = console.call(f"created account {name}", "CreateAccount", AccountName=name, Email=email)
    request = done.answer["CreateAccountStatus"]["Id"]
    for _ in range(_POLL_LIMIT):
        status = console.call(
            "", "DescribeCreateAccountStatus", CreateAccountRequestId=request
        ).answer["CreateAccountStatus"]
        if status["State"] == "FAILED":
            raise SandboxError("Refused: organizations:CreateAccount", status["FailureReason"])
        if status["State"] == "SUCCEEDED":
            break
    return done


def close_account(console: Console, account: str) -> Done:
    ident = find_account(console.book(), account)
    return console.call(f"closed account {account}", "CloseAccount", AccountId=ident)


def create_ou(console: Console, path: str) -> Done:
    """Create the last OU of a path of names; its parents must be there."""
    parent, _, name = ("/" + path.strip("/")).rpartition("/")
    return console.call(
        f"created OU {path}",
        "CreateOrganizationalUnit",
        ParentId=find_ou(console.book(), parent or "/"),
        Name=name.replace("~1", "/").replace("~0", "~"),
    )


def rename_ou(console: Console, ou: str, name: str) -> Done:
    return console.call(
        f"renamed OU {ou} to {name}",
        "UpdateOrganizationalUnit",
        OrganizationalUnitId=find_ou(console.book(), ou),
        Name=name,
    )


def delete_ou(console: Console, ou: str) -> Done:
    ident = find_ou(console.book(), ou)
    return console.call(f"deleted OU {ou}", "DeleteOrganizationalUnit", OrganizationalUnitId=ident)


def enable_type(console: Console, policy_type: str) -> Done:
    return _switch_type(console, "Enable", policy_type)


def disable_type(console: Console, policy_type: str) -> Done:
    """Disable a policy type: AWS detaches every policy of it, everywhere."""
    return _switch_type(console, "Disable", policy_type)


def tag(console: Console, resource: str, values: Mapping[str, str]) -> Done:
    return console.call(
        f"tagged {resource}",
        "TagResource",
        ResourceId=find_resource(console.book(), resource),
        Tags=[{"Key": key, "Value": value} for key, value in values.items()],
    )


def untag(console: Console, resource: str, *keys: str) -> Done:
    ident = find_resource(console.book(), resource)
    return console.call(
        f"untagged {resource}", "UntagResource", ResourceId=ident, TagKeys=list(keys)
    )


def create_bucket(console: Console, name: str) -> Done:
    return console.call_of("s3", f"created bucket {name}", "CreateBucket", {"Bucket": name})


def trust(console: Console, service: str) -> Done:
    return console.call(
        f"enabled access of {service}", "EnableAWSServiceAccess", ServicePrincipal=service
    )


def distrust(console: Console, service: str) -> Done:
    return console.call(
        f"disabled access of {service}", "DisableAWSServiceAccess", ServicePrincipal=service
    )


def delegate(console: Console, account: str, service: str) -> Done:
    return console.call(
        f"made {account} the administrator of {service}",
        "RegisterDelegatedAdministrator",
        AccountId=find_account(console.book(), account),
        ServicePrincipal=service,
    )


def undelegate(console: Console, account: str, service: str) -> Done:
    return console.call(
        f"{account} is no longer administrator of {service}",
        "DeregisterDelegatedAdministrator",
        AccountId=find_account(console.book(), account),
        ServicePrincipal=service,
    )


def find_type(said: str) -> str:
    """Return the policy type that a name, or its beginning (`tag`), or `scp` and `rcp` mean."""
    known = enum("organizations", "PolicyType")
    wanted = said.upper().replace("-", "_")
    if wanted in {"SCP", "RCP"}:
        return {"SCP": SCP, "RCP": "RESOURCE_CONTROL_POLICY"}[wanted]
    for candidate in (wanted, f"{wanted}_POLICY"):
        if candidate in known:
            return candidate
    raise SandboxError("Unknown policy type", f'"{said}" is none of {", ".join(known)}.')


def _switch_type(console: Console, verb: str, policy_type: str) -> Done:
    name = find_type(policy_type)
    return console.call(
        f"{verb.lower()}d policy type {name}",
        f"{verb}PolicyType",
        RootId=console.book().root,
        PolicyType=name,
    )


def _with_less(statement: dict[str, Any], policy: str) -> dict[str, Any]:
    actions = statement.get("Action")
    if not isinstance(actions, list) or len(actions) == 1:
        raise SandboxError("Nothing to take away", f"{policy} has a single action.", "Detach it.")
    return {**statement, "Action": actions[:-1]}
