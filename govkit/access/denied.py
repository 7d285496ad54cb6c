"""Reads what AWS says when it denies a request: who, what, where, and which policy, as far as it tells."""

import re
from dataclasses import dataclass

_ARN = r"arn:aws[a-zA-Z-]*:[^\s\"',;\]]+"
_NAME = r"[a-zA-Z0-9-]+:[a-zA-Z0-9*]+"
_WHO = re.compile(
    rf"User:\s*\[?(?P<arn>{_ARN}|anonymous)|(?P<bare>{_ARN}) is not authorized to perform"
)
_ACTION = re.compile(
    r"(?:not authorized to perform:?\s*|not authorized to perform the\s+|perform action\s+"
    rf"|have permission to\s+|Action:\s*)\[?(?P<action>{_NAME})"
)
_APART = re.compile(r"Service:\s*(?P<service>[a-z0-9-]+)\s+Action:\s*(?P<name>[a-zA-Z0-9]+)")
_RESOURCE = re.compile(
    r"\bon (?:the )?resource(?:\(s\))?:?\s*\[?"
    rf"(?:\"(?P<quoted>arn:[^\"]+)\"|(?P<resource>{_ARN}|\*))",
    re.IGNORECASE,
)
_TYPE = (
    r"(?P<type>(?:service control|resource control|VPC endpoint|[a-z-]+) polic(?:y|ies)"
    r"|permissions boundar(?:y|ies))"
)
_BLAMED = (  # as services, the console, and services again for want of an Allow put it
    rf"explicit deny in (?:an?|the) {_TYPE}(?: ?: ?(?P<arn>{_ARN}))?",
    rf"\b(?:an?|the) {_TYPE} explicitly den(?:y|ies)",
    rf"\b(?P<implicit>no) {_TYPE} allows? (?:access|the (?:(?P<action>{_NAME}) )?action)",
)
_BLAMES = tuple(re.compile(one, re.IGNORECASE) for one in _BLAMED)
_LABELS = re.compile(r"(?=(?:Service|Action|On resource\(s\)|Context): )")  # console, on one line
_ENCODED = re.compile(r"Encoded authorization failure message:?\s*(?P<blob>[A-Za-z0-9_-]{20,})")
_OPERATION = re.compile(r"when calling the (?P<operation>[A-Za-z0-9]+) operation")
_DENIED = re.compile(
    r"Access\s*Denied|UnauthorizedOperation|not authorized to perform|have permission to"
    r"|explicit\s+deny|explicitly\s+den(?:y|ies)",
    re.IGNORECASE,
)
_POLICY_ID = re.compile(r"p-[0-9a-zA-Z_]{8,128}$")
_ACCOUNT = re.compile(r"arn:[^:]*:(?:iam|sts)::([0-9]{12}):")
_LAYERS = {"service": "scp", "resource": "rcp"}
_MOST = (
    20_000  # characters of a text that are looked at; AWS's longest messages have some thousands
)


@dataclass(frozen=True, slots=True)
class Denied:
    """What an error message tells. `layer` is scp or rcp where it names one, `other` another type.

    `implicit` says that nothing allows the action, rather than that something denies it; `policy`
    is the ID of the policy that is named. `encoded` is set where only AWS can read the reason.
    """

    principal: str | None = None
    action: str | None = None
    resource: str | None = None
    layer: str | None = None
    implicit: bool = False
    policy: str | None = None
    other: str | None = None
    operation: str | None = None
    encoded: bool = False

    @property
    def account(self) -> str | None:
        """The account of whoever asked."""
        matched = _ACCOUNT.match(self.principal or "")
        return matched[1] if matched else None


def denied(text: str) -> Denied | None:
    """Return what an error message of AWS tells; None where it is none of a denied request."""
    text = " ".join(_LABELS.sub(" ", text[:_MOST]).replace('\\"', '"').split())
    who, resource, operation = (one.search(text) for one in (_WHO, _RESOURCE, _OPERATION))
    blame = next((found for one in _BLAMES if (found := one.search(text))), None)
    if blame is None and not _DENIED.search(text):
        return None
    told = blame.groupdict() if blame else {}
    kind = told.get("type")
    layer = _LAYERS.get(kind.partition(" ")[0].lower()) if kind and " control " in kind else None
    return Denied(
        principal=_principal(who),
        action=_action(text) or told.get("action"),
        resource=_place(resource),
        layer=layer,
        implicit="implicit" in told,
        policy=_policy(told.get("arn")),
        other=kind if layer is None else None,
        operation=operation["operation"] if operation else None,
        encoded=_ENCODED.search(text) is not None,
    )


def _principal(found: re.Match[str] | None) -> str | None:
    arn = (found["arn"] or found["bare"]) if found else None
    return None if arn is None or arn == "anonymous" else _trimmed(arn)


def _action(text: str) -> str | None:
    found, apart = _ACTION.search(text), _APART.search(text)
    if found:
        return found["action"]
    return f"{apart['service']}:{apart['name']}" if apart else None


def _place(found: re.Match[str] | None) -> str | None:
    if found is None:
        return None
    return found["quoted"] or _trimmed(found["resource"])


def _policy(arn: str | None) -> str | None:
    found = _POLICY_ID.search(_trimmed(arn)) if arn else None
    return found[0] if found else None


def _trimmed(text: str) -> str:
    return text.rstrip(".,;:)]}")
