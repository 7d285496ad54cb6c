"""Included files with `under:` stay at or below that OU, in everything that they name."""

from collections.abc import Iterator

from govkit.layout.draft import Draft
from govkit.layout.guardrail_model import ACCOUNT_PREFIX
from govkit.layout.sections import Sections
from govkit.layout.sheet import Sheet
from govkit.model.address import ROOT_PATH
from govkit.model.finding import Origin

Named = tuple[Sheet, str | None, Origin]


def check_fences(draft: Draft) -> None:
    """Add a fault for each place that a fenced file names outside its fence."""
    if not any(sheet.under for sheet in draft.sections.book.included):
        return
    for sheet, path, where in _named(draft.sections):
        if sheet.under is not None and path is not None and not is_below(path, sheet.under):
            draft.faults.add(
                where,
                f"{path} is outside {sheet.under}, under which this file must stay",
                "The include in the layout's own file says so.",
            )


def is_below(path: str, top: str) -> bool:
    """Tell whether an OU's path is the other one, or below it."""
    return top in (ROOT_PATH, path) or path.startswith(f"{top}/")


def _named(sections: Sections) -> Iterator[Named]:
    """Yield every OU that an entry names, and where; accounts stand for the OU that they are in."""
    for listed, ou in sections.ous.items():
        yield ou.sheet, listed, ou.where
        yield ou.sheet, ou.value.was, ou.at("was")
    for account in sections.accounts.values():
        yield account.sheet, account.value.ou, account.at("ou")
    yield from _targets(sections)
    yield from _excused(sections)
    for expectation in sections.expect:
        named = expectation.value
        place = ROOT_PATH if named.everywhere else named.ou or _home(sections, named.account)
        yield expectation.sheet, place, expectation.where


def _targets(sections: Sections) -> Iterator[Named]:
    for guardrail in sections.guardrails.values():
        for index, to in enumerate(guardrail.value.attach):
            path: str | None = to.to
            if to.to.startswith(ACCOUNT_PREFIX):
                path = _home(sections, to.to.removeprefix(ACCOUNT_PREFIX))
            yield guardrail.sheet, path, guardrail.at("attach", index)


def _excused(sections: Sections) -> Iterator[Named]:
    for exemption in sections.exemptions.values():
        for index, path in enumerate(exemption.value.ous):
            yield exemption.sheet, path, exemption.at("ous", index)
        for index, key in enumerate(exemption.value.accounts):
            yield exemption.sheet, _home(sections, key), exemption.at("accounts", index)


def _home(sections: Sections, key: str | None) -> str | None:
    entry = sections.accounts.get(key or "")
    return None if entry is None else entry.value.ou
