"""The two laws, read off a sandbox's call log by other means than those that order the steps.

Every request that the policies speak of is put to every state that the organization went through.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

Event = Mapping[str, Any]
FULL_ACCESS = "p-FullAWSAccess"


@dataclass
class Ground:
    """Who stands where, and which SCPs hold there; a replay of what was called."""

    parents: dict[str, str] = field(default_factory=dict)
    accounts: set[str] = field(default_factory=set)
    attached: set[tuple[str, str]] = field(default_factory=set)
    says: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, content: bytes) -> "Ground":
        """Read a sandbox's file."""
        told = json.loads(content)
        found = cls()
        management = {one["ManagementAccount"] for one in told["organization"].values()}
        for table in ("accounts", "ous"):
            found.parents |= {given: row["Parent"] for given, row in told[table].items()}
        found.accounts = set(told["accounts"]) - management
        found.says = {
            given: row["Content"]
            for given, row in told["policies"].items()
            if row["Type"] == "SERVICE_CONTROL_POLICY"
        }
        rows = told["attachments"].values()
        found.attached = {
            (row["Target"], row["Policy"]) for row in rows if row["Policy"] in found.says
        }
        return found

    def replay(self, event: Event) -> None:
        """Go on to what a call left behind."""
        told, answer = event["params"], event["response"]
        match event["operation"]:
            case "CreateOrganizationalUnit":
                given = answer["OrganizationalUnit"]["Id"]
                self.parents[given] = told["ParentId"]
                self.attached.add((given, FULL_ACCESS))
            case "DeleteOrganizationalUnit":
                self.parents.pop(told["OrganizationalUnitId"])
                gone = told["OrganizationalUnitId"]
                self.attached = {one for one in self.attached if one[0] != gone}
            case "MoveAccount":
                self.parents[told["AccountId"]] = told["DestinationParentId"]
            case "CreatePolicy" if told["Type"] == "SERVICE_CONTROL_POLICY":
                self.says[answer["Policy"]["PolicySummary"]["Id"]] = told["Content"]
            case "UpdatePolicy" if "Content" in told and told["PolicyId"] in self.says:
                self.says[told["PolicyId"]] = told["Content"]
            case "AttachPolicy" if told["PolicyId"] in self.says:
                self.attached.add((told["TargetId"], told["PolicyId"]))
            case "DetachPolicy":
                self.attached.discard((told["TargetId"], told["PolicyId"]))
            case _:
                return

    def levels(self, account: str) -> tuple[tuple[str, ...], ...]:
        """Return what is said at each level above an account, its own included."""
        here: str | None = account
        found = []
        while here is not None:
            held = sorted(self.says[policy] for target, policy in self.attached if target == here)
            found.append(tuple(held))
            here = self.parents.get(here)
        return tuple(found)


@dataclass(frozen=True)
class Lapse:
    """A law broken: `gap` or `outage`, after which call, for which account and action."""

    law: str
    after: int
    account: str
    action: str


def lapses(start: Ground, events: Sequence[Event]) -> list[Lapse]:
    """Return every request that a state answers unlike the states before and after all calls."""
    chains = [{one: start.levels(one) for one in start.accounts}]
    for event in events:
        start.replay(event)
        chains.append({one: start.levels(one) for one in start.accounts if one in start.parents})
    texts = {text for chain in chains for levels in chain.values() for text in _flat(levels)}
    actions = sorted({action for text in texts for action in _actions(text)})
    return [
        Lapse("gap" if denied else "outage", after, account, action)
        for account in sorted(chains[0].keys() & chains[-1].keys())
        for action in actions
        if (denied := _denied(chains[0][account], action)) == _denied(chains[-1][account], action)
        for after, chain in enumerate(chains)
        if _denied(chain[account], action) != denied
    ]


def _flat(levels: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for level in levels:
        yield from level


@cache
def _denied(levels: tuple[tuple[str, ...], ...], action: str) -> bool:
    if any(_speaks(text, "Deny", action) for text in _flat(levels)):
        return True
    return not all(any(_speaks(text, "Allow", action) for text in level) for level in levels)


@cache
def _speaks(text: str, effect: str, action: str) -> bool:
    return any(
        fnmatchcase(action.lower(), pattern.lower())
        for statement in json.loads(text)["Statement"]
        if statement["Effect"] == effect
        for pattern in _listed(statement["Action"])
    )


@cache
def _actions(text: str) -> frozenset[str]:
    said = json.loads(text)["Statement"]
    return frozenset(one for statement in said for one in _listed(statement["Action"]))


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]
