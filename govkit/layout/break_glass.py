"""A break-glass role in every account is safe only where nobody else can make or change it."""

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from govkit.kinds.attachment import Attachment
from govkit.kinds.policy import Policy
from govkit.layout.draft import Draft
from govkit.layout.excuses import EVERY_ACCOUNT
from govkit.layout.fences import is_below
from govkit.layout.pieces import Piece
from govkit.model.address import Address
from govkit.policies.document import statements

# Who can do one of these to a role can become it, or make it do what they want.
WRITES = (
    "iam:CreateRole",
    "iam:UpdateAssumeRolePolicy",
    "iam:AttachRolePolicy",
    "iam:PutRolePolicy",
)
_NEGATIVE = frozenset({"arnnotlike", "arnnotequals", "stringnotlike", "stringnotequals"})


def check_wildcards(draft: Draft, pieces: Sequence[Piece]) -> None:
    """Add a fault for each break-glass role in every account that an SCP excuses unprotected."""
    excusing = [one for one in pieces if one.kind.key == "scp" and _excuses(one)]
    for index, one in enumerate(draft.sections.head.safety.break_glass):
        if one.accounts != [EVERY_ACCOUNT]:
            continue
        homes = [
            home for target in _protected_at(draft, one.role) if (home := _home(draft, target))
        ]
        for piece in excusing:
            open_at = [
                target
                for target in piece.variant.targets
                if not any(is_below(_home(draft, target) or "/", home) for home in homes)
            ]
            if open_at and piece.entry.value.mode == "enforce":
                draft.faults.add(
                    draft.sections.book.main.value_at("safety", "break_glass", index, "accounts"),
                    f"Role {one.role} is excused in every account, and below {open_at[0].path} "
                    "anybody may make a role of that name",
                    "Name the accounts, or attach there a guardrail that denies "
                    f"{', '.join(WRITES)} on that role to all but itself.",
                )
                break


def _excuses(piece: Piece) -> bool:
    return any(one.entry is None for one in piece.excused)


def _protected_at(draft: Draft, role: str) -> Iterator[Address]:
    """Yield the targets of enforced SCPs that let nobody else make or change the role."""
    keeping = {
        one.address
        for one in draft.resources.values()
        if isinstance(one, Policy) and one.type == "scp" and _keeps(one, role)
    }
    for one in draft.resources.values():
        if isinstance(one, Attachment) and one.policy in keeping:
            yield one.target


def _keeps(one: Policy, role: str) -> bool:
    denies = [part.value for part in statements(one.document) if _denies(part.value, role)]
    return all(any(_names(part, action) for part in denies) for action in WRITES)


def _denies(statement: Any, role: str) -> bool:
    """Tell whether a statement denies something on the role to all but some principals."""
    if not isinstance(statement, dict) or statement.get("Effect") != "Deny":
        return False
    arn = f"arn:aws:iam::111111111111:role/{role}"
    on_role = any(_like(arn, pattern) for pattern in _texts(statement.get("Resource")))
    return on_role and all(_spares_few(*test) for test in statement.get("Condition", {}).items())


def _spares_few(operator: str, keys: Mapping[str, Any]) -> bool:
    return operator.lower() in _NEGATIVE and all(
        key.lower() == "aws:principalarn"
        and not any(value.endswith((":*", "/*")) or value == "*" for value in _texts(values))
        for key, values in keys.items()
    )


def _names(statement: Mapping[str, Any], action: str) -> bool:
    return any(
        _like(action.lower(), pattern.lower()) for pattern in _texts(statement.get("Action"))
    )


def _like(text: str, pattern: str) -> bool:
    return fnmatchcase(text, pattern.replace("[", "[[]"))


def _texts(value: Any) -> list[str]:
    return [
        item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)
    ]


def _home(draft: Draft, target: Address) -> str | None:
    """Return the path of the OU that a target is, or is in."""
    if target.kind != "account":
        return target.path
    entry = draft.sections.accounts.get(target.path)
    return None if entry is None else entry.value.ou
