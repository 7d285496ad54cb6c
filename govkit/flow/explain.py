"""The story of `govkit explain`: a denied request, from the text that AWS said, to the line that denies it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from govkit.access.denied import Denied, denied
from govkit.errors import UsageError
from govkit.flow.chains import Source
from govkit.flow.compare import Question
from govkit.flow.why import Asked, why
from govkit.model.resource import Json

_DECODE = "aws sts decode-authorization-message --encoded-message … (needs sts:DecodeAuthorizationMessage)"
_LAYERS = {"scp": "a service control policy", "rcp": "a resource control policy"}
_ARN_PARTS = 6


def explain(
    question: Question, text: str, told: Asked, source: Callable[[], Source]
) -> dict[str, Json]:
    """Return what `why` says of the request that an error message is about.

    `told` is what the person adds; where it says something, it wins over the message. `source` is
    opened once it is clear that the text tells of a denied request.
    """
    found = denied(text)
    if found is None:
        raise UsageError(
            "Not an access-denied message",
            "The text does not say that a request was denied.",
            "Paste the whole message, as in: User: arn:… is not authorized to perform: …",
        )
    asked, opened = _asked(found, told), source()
    if found.layer == "rcp" and not told.account and not _inside(asked, opened):
        asked = replace(asked, account=None)
    answer = why(question, asked, opened)
    layer = found.layer or "scp"
    said: Any = answer[layer]
    return {
        **answer,
        "message": {
            "principal": found.principal,
            "action": found.action,
            "resource": found.resource,
            "layer": found.layer,
            "implicit": found.implicit,
            "policy_id": found.policy,
            "encoded": found.encoded,
        },
        "deciding": _deciding(said, found.policy),
        "notes": [*_listed(answer["notes"]), *_remarks(found, said)],
    }


def _asked(found: Denied, told: Asked) -> Asked:
    account = told.account or found.account
    action = told.action or found.action or _of_operation(found)
    place = told.resource or found.resource
    owner = told.resource_account or (_part(place, 4) if found.layer == "rcp" else None)
    anybody = found.layer == "rcp" and owner is not None  # an RCP is about whose resource it is
    if action is None or (account is None and not anybody):
        missing = "which action was denied" if action is None else "whose request was denied"
        hint = _DECODE if found.encoded else ""
        option = "--action SERVICE:NAME" if action is None else "--account ACCOUNT"
        raise UsageError(
            "The message does not tell enough",
            f"It does not say {missing}. Add {option}.",
            hint,
        )
    return replace(
        told,
        account=account,
        action=action,
        principal=told.principal or found.principal,
        resource=place,
        region=told.region or _part(place, 3),
        resource_account=owner,
    )


def _inside(asked: Asked, source: Source) -> bool:
    """Tell whether the organization has the account of whoever asked."""
    if asked.account is None:
        return False
    return asked.account == asked.resource_account or source.holds(asked.account)


def _of_operation(found: Denied) -> str | None:
    """Return the action of an EC2 operation: only EC2 hides it in an encoded message."""
    return f"ec2:{found.operation}" if found.encoded and found.operation else None


def _part(arn: str | None, index: int) -> str | None:
    parts = (arn or "").split(":", _ARN_PARTS - 1)
    return parts[index] or None if len(parts) == _ARN_PARTS else None


def _deciding(said: Mapping[str, Any] | None, policy: str | None) -> list[Json]:
    """Return the statements that can have denied it, those of the named policy where one is named."""
    if said is None:
        return []
    found = [said["statement"]] if said["statement"] else list(said["undecided"])
    denies = [one for one in found if (one["text"] or {}).get("Effect") == "Deny"]
    named = [one for one in denies if one["policy_id"] == policy]
    return named or denies


def _remarks(found: Denied, said: Mapping[str, Any] | None) -> list[Json]:
    notes: list[Json] = []
    if found.encoded:
        notes.append(f"The rest is encoded: {_DECODE}")
    if found.layer is None and found.other is not None:
        notes.append(f"The message blames what is not the organization's: {found.other}.")
    elif found.layer is None:
        notes.append("The message does not say which type of policy denied it.")
    if found.layer == "rcp" and said is None:
        notes.append(
            "Whose resource it is does not follow from the message: add --resource-account."
        )
    if said is not None and found.policy is not None and not _names(said, found.policy):
        notes.append(
            f"The message names {found.policy}, which does not deny this now: it was changed or "
            "detached since, or the context is another one."
        )
    if said is not None and found.layer is not None and said["outcome"] == "Allowed":
        notes.append(f"Now {_LAYERS[found.layer]} no longer stops it, as far as it is told.")
    return notes


def _names(said: Mapping[str, Any], policy: str) -> bool:
    found = [said["statement"], *said["undecided"]]
    return any(one is not None and one["policy_id"] == policy for one in found)


def _listed(given: Json) -> list[Json]:
    return given if isinstance(given, list) else []
