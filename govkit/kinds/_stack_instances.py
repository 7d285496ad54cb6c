"""The stacks of a StackSet as CloudFormation lists them, and how each of them fares."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from govkit.errors import AwsError, CredentialsMissing
from govkit.kinds._places import Spot
from govkit.model.call import Api, ApiCall, Look, Place, Response
from govkit.model.kind import Follow

CURRENT = "CURRENT"
NOT_FOUND = "StackSetNotFoundException"
_UNDER_WAY = ("PENDING", "RUNNING")
_PAGE = 100
_SLOWER = 32  # times the usual pause: about a minute, for two hours and more
# All accounts at once, and who fails hinders nobody: what failed is read back, account by account.
PREFERENCES: Mapping[str, Any] = {
    "RegionConcurrencyType": "PARALLEL",
    "MaxConcurrentPercentage": 100,
    "FailureTolerancePercentage": 100,
    "ConcurrencyMode": "SOFT_FAILURE_TOLERANCE",
}


@dataclass(frozen=True, slots=True, order=True)
class Behind:
    """A place that should have a stack as the StackSet has it, and AWS's words for why it has not."""

    account: str
    region: str
    words: str
    missing: bool


def described(api: Look | Api, name: str, spot: Spot) -> Mapping[str, Any] | None:
    """Return what CloudFormation tells of a StackSet, or None where there is none."""
    try:
        found = api.call(ask("DescribeStackSet", name, spot.place))["StackSet"]
    except AwsError as error:
        if error.code == NOT_FOUND:
            return None
        raise
    told: Mapping[str, Any] = found
    return told


def instances(api: Look | Api, name: str, spot: Spot) -> Iterator[Mapping[str, Any]]:
    """Yield the stacks of a StackSet, page by page."""
    yield from api.items("Summaries", ask("ListStackInstances", name, spot.place, MaxResults=_PAGE))


def seen(look: Look, name: str, home: Spot) -> tuple[Mapping[str, Any], ...] | None:
    """Return the stacks of a StackSet that may be there; None, and said, where it cannot be read."""
    try:
        if described(look, name, home) is None:
            return ()
        return tuple(instances(look, name, home))
    except CredentialsMissing:
        raise
    except AwsError as error:
        look.unreached(home.place, f"{error.summary}. {error.detail}".replace("\n", " "))
        return None


def targets(
    api: Look | Api, name: str, spot: Spot, told: Mapping[str, Any]
) -> Mapping[str, tuple[str, ...]]:
    """Return the OUs, by ID, that a StackSet is in, each with its Regions."""
    listed = api.items("Summaries", ask("ListStackSetAutoDeploymentTargets", name, spot.place))
    # Of a StackSet that follows nobody, only the description says where it is.
    found = {given: told.get("Regions") or () for given in told.get("OrganizationalUnitIds") or ()}
    found |= {one["OrganizationalUnitId"]: one.get("Regions") or () for one in listed}
    return {given: tuple(sorted(regions)) for given, regions in found.items()}


def ask(operation: str, name: str, place: Place, **told: Any) -> ApiCall:
    """Return a call about a StackSet."""
    return ApiCall("cloudformation", operation, {"StackSetName": name, **told}, place)


def behind(
    stacks: Collection[Mapping[str, Any]], accounts: Collection[str], regions: Collection[str]
) -> tuple[Behind, ...]:
    """Return where stacks lack, or are not as the StackSet has them; what AWS is at is left to it."""
    known = {(one["Account"], one["Region"]): one for one in stacks}
    found = []
    for account in accounts:
        for region in regions:
            one = known.get((account, region))
            if one is None:
                found.append(Behind(account, region, "no stack", missing=True))
            elif one.get("Status") != CURRENT and _detail(one) not in _UNDER_WAY:
                found.append(Behind(account, region, _words(one), missing=False))
    return tuple(sorted(found))


def _detail(stack: Mapping[str, Any]) -> str:
    return str((stack.get("StackInstanceStatus") or {}).get("DetailedStatus") or "")


def _words(stack: Mapping[str, Any]) -> str:
    status = ", ".join(one for one in (str(stack.get("Status") or ""), _detail(stack)) if one)
    reason = str(stack.get("StatusReason") or "")
    return f"{status}: {reason}" if reason else status


def finished(name: str, region: str, answer: Response) -> Follow | None:
    """Return how to wait for the operation that an answer names; None where it names none."""
    operation = answer.get("OperationId")
    if operation is None:
        return None
    where = Place(region=region)
    call = ask("DescribeStackSetOperation", name, where, OperationId=operation)
    return Follow(call, _settled, _SLOWER)


def _settled(answer: Response) -> Response | None:
    told = answer["StackSetOperation"]
    status = told["Status"]
    if status in {"FAILED", "STOPPED"}:
        raise AwsError(
            "The StackSet did not get into the accounts",
            f"Its operation ended as {status}. {told.get('StatusReason') or ''}".strip(),
            code=status,
            operation="cloudformation:DescribeStackSetOperation",
        )
    return answer if status == "SUCCEEDED" else None
