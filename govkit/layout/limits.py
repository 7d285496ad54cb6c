"""The limits that a layout overrides, checked against those that AWS has."""

from collections.abc import Mapping

from govkit.layout.draft import Draft
from govkit.model.suggest import did_you_mean
from govkit.policies.limits import NAMES, ORGANIZATION
from govkit.policies.types import known, policy_types

OF_ORGANIZATION = "organization"


def checked_limits(draft: Draft) -> Mapping[str, Mapping[str, int]]:
    """Return the layout's own figures by policy type (its key) or `organization`."""
    sheet = draft.sections.book.main
    found: dict[str, Mapping[str, int]] = {}
    for word, figures in draft.sections.head.limits.items():
        kind = known(word)
        if kind is None and word != OF_ORGANIZATION:
            words = [OF_ORGANIZATION, *(one.key for one in policy_types())]
            hint = did_you_mean(word, words) or f"Known here: {', '.join(words)}."
            where = sheet.key_at("limits", word)
            draft.faults.add(where, f'There is no policy type "{word}"', hint)
            continue
        names = tuple(ORGANIZATION) if kind is None else NAMES
        for name in figures:
            if name not in names:
                hint = did_you_mean(name, names) or f"Known here: {', '.join(names)}."
                draft.faults.add(
                    sheet.key_at("limits", word, name), f'There is no limit "{name}"', hint
                )
        found[kind.key if kind else OF_ORGANIZATION] = dict(figures)
    return found
