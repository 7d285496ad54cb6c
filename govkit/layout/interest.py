"""What a layout names, as far as it decides what must be read from AWS."""

from collections.abc import Iterable

from govkit.kinds.policy_type import EnabledPolicyType
from govkit.kinds.tags import Tags
from govkit.layout.draft import Draft
from govkit.model.address import ROOT, ROOT_PATH
from govkit.model.call import Interest


def interest(draft: Draft) -> Interest:
    """Return what must be looked for: OUs by path and ID, accounts by ID and written e-mail."""
    units = {path: one.value for path, one in draft.sections.ous.items() if path != ROOT_PATH}
    accounts = [(entry.key, entry.value) for entry in draft.sections.accounts.values()]
    claims = draft.claims
    tagged = {one.target for one in draft.resources.values() if isinstance(one, Tags)}
    tagged_units = {place.path for place in tagged if place.kind == "ou"}
    tagged_keys = {place.path for place in tagged if place.kind == "account"}
    return Interest(
        ous=frozenset(units)
        | _there(one.id for one in units.values())
        | _there(one.was for one in units.values()),
        accounts=_there(one.id for _, one in accounts) | _emails(one.email for _, one in accounts),
        tagged_ous=frozenset(tagged_units)
        | _there(units[path].id for path in tagged_units)
        | _there(units[path].was for path in tagged_units),
        tagged_accounts=_there(one.id for key, one in accounts if key in tagged_keys)
        | _emails(one.email for key, one in accounts if key in tagged_keys)
        | _emails(claims[place].new_email for place in tagged if place in claims),
        created=_emails(one.new_email for one in claims.values()),
        root_tagged=ROOT in tagged,
        types=frozenset(
            one.type for one in draft.resources.values() if isinstance(one, EnabledPolicyType)
        ),
        role=draft.sections.head.run.read,
    )


def _there(words: Iterable[str | None]) -> frozenset[str]:
    return frozenset(word for word in words if word is not None)


def _emails(words: Iterable[str | None]) -> frozenset[str]:
    return frozenset(word.lower() for word in words if word is not None)
