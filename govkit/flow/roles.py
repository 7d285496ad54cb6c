"""What doctor says of the roles under `run:`: whether each is there, and what it may do as far as seen."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from govkit.errors import GovkitError
from govkit.flow.authority import Door
from govkit.model.call import Api, ApiCall, organizations


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that was looked at: `good`, `note` or `bad`, and what was seen."""

    verdict: str
    what: str
    seen: str


# Reads that stand for what a role is for: nothing is written to find out.
_LOOKS: Mapping[str, tuple[ApiCall, ...]] = {
    "read": (
        organizations("DescribeOrganization"),
        organizations("ListRoots"),
        organizations("ListAccounts"),
        organizations("ListPolicies", Filter="SERVICE_CONTROL_POLICY"),
    ),
    "policies": (organizations("ListPolicies", Filter="SERVICE_CONTROL_POLICY"),),
    "structure": (organizations("ListRoots"),),
}


def roles_examined(
    run: Mapping[str, str], door: Door, management: str | None = None
) -> Iterator[Remark]:
    """Yield what was seen of each role that the layout names for a task.

    `management` is the management account, where the organization could be read.
    """
    for task, looks in _LOOKS.items():
        role = run.get(task)
        if role is not None:
            yield from _examined(task, role, door(role), looks, management)


def _examined(
    task: str, role: str, api: Api, looks: tuple[ApiCall, ...], management: str | None
) -> Iterator[Remark]:
    what = f"run.{task}"
    try:
        account = str(api.call(ApiCall("sts", "GetCallerIdentity"))["Account"])
    except GovkitError as error:
        yield Remark("bad", what, f"{role} cannot be assumed. {error.summary}. {error.detail}")
        return
    denied = [one for one in (_denied(api, look) for look in looks) if one]
    for reason in denied:
        yield Remark("bad", what, reason)
    if task == "structure" and management not in {None, account}:
        yield Remark(
            "bad",
            what,
            f"{role} is in a member account: OUs, accounts and services are changed from the "
            "management account alone",
        )
    elif not denied:
        yield Remark("good", what, f"{role}{_as_far_as_seen(task, account, management)}")


def _denied(api: Api, look: ApiCall) -> str:
    try:
        api.call(look)
    except GovkitError as error:
        return f"{error.summary}. {error.detail}"
    return ""


def _as_far_as_seen(task: str, account: str, management: str | None) -> str:
    if task == "read":
        return " may read the organization"
    if management is None:
        return f" may look from account {account}"
    if account == management:
        return " is in the management account; what it may write, its own policies say"
    return f" may look from member account {account}; what it may write, the resource policy says"
