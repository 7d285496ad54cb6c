"""Reads what AWS says when it denies a request: who, what, where, and which policy, as far as it tells."""

import re
from dataclasses import dataclass

_ARN = r"arn:aws[a-zA-Z-]*:[^\s\"',;]+"
_WHO = re.compile(rf"User:\s*(?P<arn>{_ARN}|anonymous)")
_ACTION = re.compile(
    r"(?:not authorized to perform:?\s*|not authorized to perform the\s+|perform action\s+)"
    r"\[?(?P<action>[a-zA-Z0-9-]+:[a-zA-Z0-9*]+)"
)
_RESOURCE = re.compile(rf"on (?:the )?resource:?\s*\[?(?P<resource>{_ARN}|\*)")
_TYPE = r"(?P<type>service\s+control|resource\s+control)\s+polic"
_EXPLICIT = re.compile(
    rf"explicit\s+deny\s+in\s+an?\s+{_TYPE}(?:y|ies)(?:\s*:\s*(?P<arn>{_ARN}))?", re.IGNORECASE
)
_IMPLICIT = re.compile(
    rf"no\s+{_TYPE}(?:y|ies)\s+allows?\s+the\s+(?P<action>[a-zA-Z0-9-]+:[a-zA-Z0-9*]+)\s+action",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"(?:explicit\s+deny\s+in\s+an?|no)\s+(?P<type>[a-z -]+?)\s+polic(?:y|ies)\b", re.IGNORECASE
)
_ENCODED = re.compile(r"Encoded authorization failure message:?\s*(?P<blob>[A-Za-z0-9_-]{20,})")
_OPERATION = re.compile(r"when calling the (?P<operation>[A-Za-z0-9]+) operation")
_DENIED = re.compile(
    r"AccessDenied|UnauthorizedOperation|not authorized to perform|explicit\s+deny", re.IGNORECASE
)
_POLICY_ID = re.compile(r"p-[0-9a-zA-Z_]{8,128}$")
_ACCOUNT = re.compile(r"arn:[^:]*:(?:iam|sts)::([0-9]{12}):")
_LAYERS = {"service": "scp", "resource": "rcp"}


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
    text = " ".join(text.split())
    if not _DENIED.search(text):
        return None
    who, resource = _WHO.search(text), _RESOURCE.search(text)
    explicit, implicit = _EXPLICIT.search(text), _IMPLICIT.search(text)
    named = explicit or implicit
    action = _ACTION.search(text) or implicit
    layer = _LAYERS[named["type"].split()[0].lower()] if named else None
    other = None if named else _OTHER.search(text)
    operation = _OPERATION.search(text)
    return Denied(
        principal=_trimmed(who["arn"]) if who and who["arn"] != "anonymous" else None,
        action=action["action"] if action else None,
        resource=_trimmed(resource["resource"]) if resource else None,
        layer=layer,
        implicit=implicit is not None,
        policy=_policy(explicit["arn"] if explicit else None),
        other=other["type"].strip().lower() if other else None,
        operation=operation["operation"] if operation else None,
        encoded=_ENCODED.search(text) is not None,
    )


def _policy(arn: str | None) -> str | None:
    found = _POLICY_ID.search(_trimmed(arn)) if arn else None
    return found[0] if found else None


def _trimmed(text: str) -> str:
    return text.rstrip(".,;:)]}")
