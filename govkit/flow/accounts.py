"""The story of `govkit account ids`: what AWS gave goes back into the layout's files."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from govkit.flow.compare import Bank, Question, compared
from govkit.kinds.account import Account
from govkit.layout.edit import with_account_ids


@dataclass(frozen=True, slots=True)
class Edit:
    """A file of the layout, its new text, and the IDs that it gains by account key."""

    path: Path
    text: str
    ids: dict[str, str]


def account_ids(question: Question, bank: Bank) -> tuple[Edit, ...]:
    """Return the edits that give accounts without an ID in the layout the one that AWS gave."""
    both = compared(question, bank)
    missing: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for account in both.meeting.ours.all(Account):
        claim = both.wanted.claims.get(account.address)
        given, origin = both.meeting.ids.get(account.address), both.wanted.origin(account.address)
        if claim is not None and claim.id is None and given and origin:
            missing[origin.file][account.address.path] = given
    return tuple(_edit(Path(name), ids) for name, ids in sorted(missing.items()))


def _edit(path: Path, ids: dict[str, str]) -> Edit:
    text = path.read_bytes().decode()  # as it is: line ends and byte order mark stay
    return Edit(path, with_account_ids(text, ids, str(path)), ids)
