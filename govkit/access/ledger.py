"""Numbers for documents, statements and chains, so that thousands of chains compare as numbers."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from govkit.access.identity import Identity, asks_who, mentions, statement_for
from govkit.access.rules import allows_all
from govkit.access.statement import Policy, Statement, policy
from govkit.access.verdict import Kind

Numbers = frozenset[int]


@dataclass(frozen=True, slots=True)
class Content:
    """What a chain says: every Deny in it, and what each level allows that does not allow all.

    Two chains of the same content answer every request alike, whatever their levels are called.
    """

    denies: Numbers = frozenset()
    levels: tuple[Numbers, ...] = ()


class Ledger:
    """Reads each document once and numbers what it meets, for policies of one kind.

    Chain 0 is the one without levels: it restricts nobody.
    """

    FREE = 0

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.statements: list[Statement] = []
        self.contents: list[Content] = [Content()]
        self.source: dict[int, int] = {}
        self._policies: list[Policy] = []
        self._documents: dict[str, int] = {}
        self._statement: dict[Statement, int] = {}
        self._content: dict[Content, int] = {Content(): self.FREE}
        self._levels: dict[Numbers, Content] = {}
        self._chains: dict[tuple[int, Numbers], int] = {}
        self._mentioned: set[str] = set()
        self._all_apart = False
        self._asking: dict[int, Numbers] = {}
        self._personal: dict[tuple[int, Identity], int] = {}

    def document(self, key: str, read: Callable[[], Mapping[str, Any]]) -> int:
        """Return the number of a document; it is read where the key is a new one."""
        found = self._documents.get(key)
        if found is None:
            found = self._documents[key] = len(self._policies)
            self._policies.append(policy("", read()))
            for one in self._policies[found].statements:
                self.source.setdefault(self.number(one), found)
        return found

    def said(self, document: int) -> tuple[Statement, ...]:
        """Return the statements of a document, each with its place in it."""
        return self._policies[document].statements

    def number(self, statement: Statement) -> int:
        """Return the number of a statement; statements that mean the same have the same one."""
        found = self._statement.get(statement)
        if found is None:
            found = self._statement[statement] = len(self.statements)
            self.statements.append(statement)
            for account in mentions(statement, self.kind):
                self._mentioned.add(account)
                self._all_apart |= "*" in account or "?" in account or "$" in account
        return found

    def chain(self, above: int, documents: Numbers) -> int:
        """Return the number of the chain that has one more level, with these documents."""
        key = (above, documents)
        found = self._chains.get(key)
        if found is None:
            own, before = self._level(documents), self.contents[above]
            both = Content(before.denies | own.denies, _sorted((*before.levels, *own.levels)))
            found = self._chains[key] = self._numbered(both)
        return found

    def tells_apart(self, account: str) -> bool:
        """Tell whether some statement speaks of this account by its ID, or by a pattern of IDs."""
        return self._all_apart or account in self._mentioned

    def asks_who(self, chain: int) -> bool:
        """Tell whether a chain holds something else for some accounts than for others."""
        asking = self._asking.get(chain)
        if asking is None:
            content = self.contents[chain]
            every = content.denies.union(*content.levels)
            asking = frozenset(one for one in every if asks_who(self.statements[one], self.kind))
            self._asking[chain] = asking
        return bool(asking)

    def personal(self, chain: int, who: Identity) -> int:
        """Return the number of the chain as it is for one account, whose requests all say who they are."""
        key = (chain, who)
        if self.asks_who(chain) and key not in self._personal:
            content, asking = self.contents[chain], self._asking[chain]
            found = {one: self._statement_for(one, who) for one in asking}
            levels = (_mapped(level, found) for level in content.levels)
            narrow = (one for one in levels if not self._allows_all(one))
            mine = Content(_mapped(content.denies, found), _sorted(narrow))
            self._personal[key] = self._numbered(mine)
        return self._personal.get(key, chain)

    def _allows_all(self, level: Numbers) -> bool:
        return any(allows_all(self.statements[one]) for one in level)

    def _statement_for(self, number: int, who: Identity) -> int | None:
        known = statement_for(self.statements[number], who)
        if known is None:
            return None
        found = self.number(known)
        self.source.setdefault(found, self.source[number])
        return found

    def _numbered(self, content: Content) -> int:
        found = self._content.setdefault(content, len(self.contents))
        if found == len(self.contents):
            self.contents.append(content)
        return found

    def _level(self, documents: Numbers) -> Content:
        if documents not in self._levels:
            said = [one for number in documents for one in self._policies[number].statements]
            denies = frozenset(self.number(one) for one in said if one.deny and _speaks(one))
            allows = [one for one in said if not one.deny and _speaks(one)]
            # RCPFullAWSAccess cannot be detached, and no other RCP allows anything.
            free = self.kind is Kind.RCP or any(map(allows_all, allows))
            levels = () if free else (frozenset(map(self.number, allows)),)
            self._levels[documents] = Content(denies, levels)
        return self._levels[documents]


def _mapped(numbers: Numbers, by: Mapping[int, int | None]) -> Numbers:
    found = (by.get(one, one) for one in numbers)
    return frozenset(one for one in found if one is not None)


def _sorted(levels: Iterable[Numbers]) -> tuple[Numbers, ...]:
    return tuple(sorted(set(levels), key=sorted))


def _speaks(statement: Statement) -> bool:
    return statement.anyone and bool(statement.resources.patterns or statement.resources.negated)
