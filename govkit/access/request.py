"""A request to AWS as policies see it: an action, a resource, and a context."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from govkit.access.variables import Context

# A path that IAM reserves for service-linked roles; the name is what a session's ARN keeps of it.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
_SERVICE_LINKED = re.compile(
    r"arn:[^:]*:(?:iam|sts)::[^:]*:(?:role/aws-service-role/|(?:role|assumed-role)/AWSServiceRoleFor)"
)
_PRINCIPAL = re.compile(r"arn:([^:]*):(iam|sts)::([0-9]{12}):(.+)", re.DOTALL)

Given = str | bool | int | float | Sequence[str | bool | int | float]


@dataclass(frozen=True, slots=True)
class Request:
    """`action` is in lower case, and so are the keys of `context`.

    `resource` is `*` for an action that has none, and None where it is not known. In a `complete`
    context a key that is not there is absent; else it is unknown, unless it is there with no
    values. Make one with `request`.
    """

    action: str
    resource: str | None
    context: Context = field(hash=False)
    complete: bool = True
    service_linked: bool = False


def request(
    action: str,
    resource: str | None = "*",
    context: Mapping[str, Given | None] | None = None,
    *,
    principal: str = "",
    complete: bool = True,
) -> Request:
    """Make a request. A key with None is known to be absent.

    A principal that is given makes `aws:PrincipalArn` and `aws:PrincipalAccount` where the
    context does not have them.
    """
    found = {key.lower(): _values(value) for key, value in (context or {}).items()}
    for key, value in identity(principal).items():
        found.setdefault(key, (value,))
    who = principal or "".join(found.get("aws:principalarn", ())[:1])
    return Request(action.lower(), resource, found, complete, is_service_linked(who))


def is_service_linked(principal: str) -> bool:
    """Tell a service-linked role, which neither SCPs nor RCPs restrict, by its ARN."""
    return "ervice" in principal and _SERVICE_LINKED.match(principal) is not None


def identity(principal: str) -> dict[str, str]:
    """Return what AWS says of a principal by its ARN: `aws:principalarn`, `aws:principalaccount`.

    A session's ARN becomes that of its role (of the root path: a session does not tell the path).
    Anything else than an ARN of IAM or STS, such as a service, has neither.
    """
    matched = _PRINCIPAL.fullmatch(principal)
    if not matched:
        return {}
    partition, service, account, name = matched.groups()
    kind, _, rest = name.partition("/")
    if service == "sts" and kind == "assumed-role":
        principal = f"arn:{partition}:iam::{account}:role/{rest.partition('/')[0]}"
    return {"aws:principalarn": principal, "aws:principalaccount": account}


def _values(given: Given | None) -> tuple[str, ...]:
    match given:
        case None:
            return ()
        case str():
            return (given,)
        case bool():
            return ("true" if given else "false",)
        case int() | float():
            return (str(given),)
        case _:
            return tuple(text for value in given for text in _values(value))
