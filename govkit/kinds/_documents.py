"""Policy documents as AWS gives and takes them; OU paths in them are tokens until IDs are known."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from govkit.kinds.root import ORGANIZATION
from govkit.model.address import ROOT, Address, ou, parent_path
from govkit.model.call import Ids
from govkit.model.resource import Json
from govkit.policies import document
from govkit.policies.canonical import Grammar
from govkit.policies.document import Document, DocumentError
from govkit.policies.paths import tokens, with_paths

_EVERYTHING: Mapping[str, Mapping[str, str]] = {
    "p-FullAWSAccess": {"Effect": "Allow", "Action": "*", "Resource": "*"},
    "p-RCPFullAWSAccess": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"},
}


def parsed(text: str, grammar: Grammar) -> Document:
    """Return what AWS gave as a document; text that is none stands for itself and says nothing."""
    try:
        return document.parse(text, grammar)
    except DocumentError:
        return Document(canonical=text, text=text, value=_leniently(text), grammar=grammar)


def managed(given: str, grammar: Grammar) -> Document | None:
    """Return the document of an AWS-managed policy that never changes, or None."""
    statement = _EVERYTHING.get(given)
    if statement is None:
        return None
    return document.of({"Version": "2012-10-17", "Statement": [dict(statement)]}, grammar)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Stands in a call for a text with IDs that do not exist yet; JSON shows it with its tokens."""

    text: str
    missing: tuple[Address, ...]

    def to_json(self) -> Json:
        """Return the text in which a plan shows it."""
        return self.text


def sent(written: Document, ids: Ids) -> str | Unfinished:
    """Return the text to send: `${govkit:path:/Workloads}` becomes AWS's path of that OU."""
    units = {path: org_path(ou(path), ids) for path in tokens(written)}
    missing = tuple(sorted(ou(path) for path, found in units.items() if found is None))
    known = {path: found for path, found in units.items() if found is not None}
    text = with_paths(written, known).text
    return Unfinished(text, missing) if missing else text


def org_path(unit: Address, ids: Ids) -> str | None:
    """Return AWS's path of the root or an OU (`o-…/r-…/ou-…`), or None while an ID is unknown."""
    chain = [unit]
    while chain[-1] != ROOT:
        chain.append(ou(parent_path(chain[-1].path)))
    given = [ids.get(ORGANIZATION), *(ids.get(address) for address in reversed(chain))]
    return None if None in given else "/".join(str(one) for one in given)


def _leniently(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
