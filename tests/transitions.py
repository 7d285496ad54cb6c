"""Random organizations and where they shall get, and an independent reading of the two laws.

Nothing here knows how plans are put in order. What is allowed is worked out from the definition: for
each of a few literal requests, along the chain from the root to the account. A request is an action
in a Region, asked of the account's own resource (its SCPs and RCPs decide), of somebody else's (its
SCPs alone), or by somebody else (its RCPs alone).
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import product
from random import Random
from typing import Any

from govkit.kinds.account import KIND as ACCOUNT
from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy, policy
from govkit.kinds.policy_type import EnabledPolicyType
from govkit.model.address import ROOT, Address, account, ou
from govkit.model.change import Action, Change
from govkit.model.resource import Resource
from govkit.model.state import State
from govkit.plan.diff import diff
from govkit.plan.order import Ordered, order
from govkit.plan.room import Room
from govkit.policies.document import Document, of

ACTIONS = ("s3:GetA", "s3:GetB", "s3:GetC", "s3:GetD", "ec2:Other")
REGIONS = ("eu-west-1", "us-east-1")
BOTH, SCPS, RCPS = "its own resource", "somebody else's resource", "by somebody else"
REQUESTS = tuple(product(ACTIONS, REGIONS, (BOTH, SCPS, RCPS)))
DECIDING = {"scp": {BOTH, SCPS}, "rcp": {BOTH, RCPS}}
FULL = Address("policy", "scp/FullAWSAccess")
EVERYTHING = of(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
)
A, B, C, D, UNDER_B = (ou(path) for path in ("/A", "/B", "/A/C", "/D", "/B/C"))
NAMES = ("p1", "p2", "p3", "p4", "r1")
RESOURCE, ALLOWS = "r1", "p4"
ALL = (1 << len(REQUESTS)) - 1


@dataclass(frozen=True)
class Transition:
    """Two states of an organization, how many policies of a type a target can hold, and how long they can be."""

    live: State
    desired: State
    most: int
    characters: int = 5120

    def ordered(self) -> Ordered:
        changes = _together(diff(self.desired, self.live, _brought))
        room = Room(self.live, lambda _: self.most, lambda _: self.characters)
        return order(changes, _split, room)

    def states(self, changes: Sequence[Change[Resource]]) -> Iterator[State]:
        here = self.live
        for change in changes:
            here = here.after([change])
            yield here


def _brought(change: Change[Resource]) -> tuple[Resource, ...]:
    made = isinstance(change.after, OrganizationalUnit | Account)
    return (Attachment(FULL, change.address),) if made and change.action is Action.CREATE else ()


def _together(changes: Sequence[Change[Resource]]) -> list[Change[Resource]]:
    """Let an OU that goes take its attachments along, as AWS does."""
    gone = {one.address for one in changes if _is_unit(one.before) and one.after is None}
    taken = [
        one
        for one in changes
        if isinstance(one.before, Attachment) and one.after is None and one.before.target in gone
    ]
    return [
        replace(
            one,
            takes=tuple(
                other.address
                for other in taken
                if isinstance(other.before, Attachment) and other.before.target == one.address
            ),
        )
        if one.address in gone
        else one
        for one in changes
        if one not in taken
    ]


def _is_unit(one: Resource | None) -> bool:
    return isinstance(one, OrganizationalUnit)


def _split(change: Change[Any]) -> Sequence[Change[Any]]:
    """Make accounts in the root, as AWS does; everything else here is one step."""
    return tuple(ACCOUNT.split(change)) if isinstance(change.subject, Account) else (change,)


@dataclass(frozen=True)
class Violation:
    """A law that a state breaks for an account and a request."""

    law: str
    index: int
    account: Address
    request: tuple[str, str, str]


def violations(one: Transition, changes: Sequence[Change[Resource]]) -> Iterator[Violation]:
    """Yield every breach of promises 1 and 2 on the way, by their definition.

    An account that the plan makes has nothing to keep; in its OU, it must be as guarded as in the end.
    """
    before, after = answers(one.live), answers(one.desired)
    for index, state in enumerate(one.states(changes)):
        now = answers(state)
        for who, allowed in now.items():
            here = state.get(who)
            if who not in after or not isinstance(here, Account):
                continue
            gap, outage = allowed & ~after[who], ALL & ~allowed & after[who]
            if who in before:
                gap, outage = gap & ~before[who], outage & before[who]
            else:
                settled = here == one.desired.get(who) and here.parent != ROOT
                gap, outage = gap if settled else 0, 0
            for law, broken in (("gap", gap), ("outage", outage)):
                for request in _told(broken):
                    yield Violation(law, index, who, request)


def _told(requests: int) -> Iterator[tuple[str, str, str]]:
    return (one for place, one in enumerate(REQUESTS) if requests >> place & 1)


def answers(state: State) -> Mapping[Address, int]:
    """Return which of the requests are allowed, for each account, as a set in bits."""
    attached: dict[Address, list[Policy]] = {}
    for one in state.all(Attachment):
        found = state.get(one.policy)
        assert isinstance(found, Policy), f"{one.policy} is attached and is not there"
        attached.setdefault(one.target, []).append(found)
    parents = {one.address: one.parent for one in state.all(OrganizationalUnit)}
    levels: dict[Address, int] = {}

    def allowed(target: Address) -> int:
        if target not in levels:
            here = level(attached.get(target, ()))
            above = ALL if target == ROOT else allowed(parents[target])
            levels[target] = here & above
        return levels[target]

    return {
        one.address: level(attached.get(one.address, ())) & allowed(one.parent)
        for one in state.all(Account)
    }


def level(policies: Sequence[Policy]) -> int:
    """Return which requests a level lets through: what an SCP of it allows, and nothing of it denies."""
    allows, denies = _said("rcp", EVERYTHING)[0] & ~_said("scp", EVERYTHING)[0], 0
    for one in policies:
        more, less = _said(one.type, one.document)
        allows, denies = allows | (more if one.type == "scp" else 0), denies | less
    return allows & ~denies


@cache
def _said(kind: str, document: Document) -> tuple[int, int]:
    """Return which requests a policy allows, and which it denies."""
    found = {"Allow": 0, "Deny": 0}
    for statement in document.value["Statement"]:
        for place, request in enumerate(REQUESTS):
            if request[2] in DECIDING[kind] and _speaks_of(statement, *request[:2]):
                found[statement["Effect"]] |= 1 << place
    return found["Allow"], found["Deny"]


def _speaks_of(statement: Mapping[str, Any], action: str, region: str) -> bool:
    if not all(_holds(*test, region) for test in statement.get("Condition", {}).items()):
        return False
    for element in ("Action", "NotAction"):
        if element in statement:
            listed = statement[element]
            names = [listed] if isinstance(listed, str) else listed
            hit = any(one == "*" or one.lower() == action.lower() for one in names)
            return hit == (element == "Action")
    raise AssertionError("a statement without actions")


def _holds(operator: str, keys: Mapping[str, Any], region: str) -> bool:
    (listed,) = keys.values()
    assert list(keys) == ["aws:RequestedRegion"]
    named = region in ([listed] if isinstance(listed, str) else listed)
    return named == {"StringEquals": True, "StringNotEquals": False}[operator]


def crowd(state: State) -> Mapping[tuple[Address, str], int]:
    """Return how many policies of a type each target holds."""
    return Counter((one.target, one.policy.path[:3]) for one in state.all(Attachment))


def draws(seed: int) -> Random:
    """Return what a case is drawn from, the same every time."""
    return Random(seed)  # noqa: S311 - a case, not a secret


# --- two states ----------------------------------------------------------------------------------


@dataclass
class Sketch:
    """An organization while it is made up: OUs, where accounts are, what policies say and where they are."""

    units: set[Address] = field(default_factory=set)
    homes: dict[Address, Address] = field(default_factory=dict)
    says: dict[str, Document] = field(default_factory=dict)
    held: dict[Address, list[str]] = field(default_factory=dict)

    def copy(self) -> "Sketch":
        held = {target: list(names) for target, names in self.held.items()}
        return Sketch(set(self.units), dict(self.homes), dict(self.says), held)

    def state(self, foreign: frozenset[str]) -> State:
        """Return the organization; `foreign` are the policies that are not the layout's."""
        found: list[Resource] = [
            EnabledPolicyType("scp"),
            EnabledPolicyType("rcp"),
            _policy("FullAWSAccess", EVERYTHING, foreign),
            *(
                OrganizationalUnit(unit, unit.path[-1], ou(unit.path.rpartition("/")[0]))
                for unit in sorted(self.units)
            ),
            *(
                Account(one, home, f"n{one.path}", f"{one.path}@x.io")
                for one, home in self.homes.items()
            ),
            *(_policy(name, self.says[name], foreign) for name in sorted(self.says)),
        ]
        found += [
            Attachment(_address(name), target)
            for target, names in self.held.items()
            for name in names
        ]
        return State(found)


def transition(seed: int) -> Transition:
    """Make two states that have much in common; targets are full, or nearly, now and then."""
    random = draws(seed)
    most = random.choice((2, 3, 3, 5))
    units = [A, B, C] if random.random() < 0.4 else [A, B]
    foreign = frozenset(name for name in NAMES if random.random() < 0.1)
    before = _drawn(random, units, most, foreign, None)
    if random.random() < 0.5:
        after = _drawn(random, units, most, foreign, before)
    else:
        after = before.copy()
        for change in random.sample(CHANGES, random.choice((1, 2, 2, 3))):
            change(random, after, most, foreign)
    return Transition(before.state(foreign), after.state(foreign), most)


def terse(one: Transition, seed: int) -> Transition:
    """Let policies be no longer than the longest of either end, some of which is made longer."""
    random = draws(seed)
    desired = State(
        replace(found, document=_of([*found.document.value["Statement"], _LONG]))
        if isinstance(found, Policy) and found.layout is not None and random.random() < 0.5
        else found
        for found in one.desired
    )
    found = [policy for state in (one.live, desired) for policy in state.all(Policy)]
    return replace(one, desired=desired, characters=max(len(one.document) for one in found))


_LONG = {"Effect": "Deny", "Action": f"ec2:{'L' * 200}", "Resource": "*"}


def renamed(one: Transition, seed: int) -> Transition:
    """Give the layout's policies other names at both ends, so that names change hands."""
    random = draws(seed)
    return replace(
        one, live=_with_names(random, one.live), desired=_with_names(random, one.desired)
    )


def _with_names(random: Random, state: State) -> State:
    names = dict(zip(NAMES, random.sample(NAMES, len(NAMES)), strict=True))
    return State(
        replace(found, name=f"{found.type}-{names[found.name]}")
        if isinstance(found, Policy) and found.layout is not None
        else found
        for found in state
    )


def _drawn(
    random: Random,
    units: Sequence[Address],
    most: int,
    foreign: frozenset[str],
    like: Sketch | None,
) -> Sketch:
    found = Sketch(set(units))
    for number in range(3):
        found.homes[account(f"a{number}")] = random.choice([*units, *units, ROOT])
    documents = {name: _document(random, name, name in foreign, like) for name in NAMES}
    kept = [name for name in NAMES if name in foreign or random.random() < 0.8]
    found.says = {name: documents[name] for name in kept}
    for target in (ROOT, *units, *found.homes):
        found.held[target] = _attached(random, target, kept, most)
    return found


def _attached(random: Random, target: Address, kept: Sequence[str], most: int) -> list[str]:
    share = 0.15 if target.kind == "account" else 0.45
    chosen = [name for name in kept if random.random() < share]
    allowing = ALLOWS in chosen and random.random() < 0.6
    rest = [name for name in chosen if name not in {RESOURCE, ALLOWS}]
    first = [ALLOWS] if allowing else ["FullAWSAccess", *(one for one in chosen if one == ALLOWS)]
    return [*[*first, *rest][:most], *(name for name in chosen if name == RESOURCE)]


def _document(
    random: Random,
    name: str,
    foreign: bool,  # noqa: FBT001 - a fact, not a mode
    like: Sketch | None,
) -> Document:
    if like is not None and name in like.says and (foreign or random.random() < 0.4):
        return like.says[name]
    return _of([_statement(random, name) for _ in range(random.choice((1, 1, 2)))])


def _of(statements: Sequence[Mapping[str, Any]]) -> Document:
    return of({"Version": "2012-10-17", "Statement": list(statements)})


def _statement(random: Random, name: str) -> Mapping[str, Any]:
    said: dict[str, Any] = {
        "Effect": "Allow" if name == ALLOWS else "Deny",
        "Action": random.sample(ACTIONS[:4], random.choice((1, 1, 2))),
        "Resource": "*",
    }
    if name == RESOURCE:
        said["Principal"] = "*"
    if random.random() < 0.15:
        operator = random.choice(("StringEquals", "StringNotEquals"))
        said["Condition"] = {operator: {"aws:RequestedRegion": random.choice(REGIONS)}}
    return said


def _address(name: str) -> Address:
    return policy("rcp" if name == RESOURCE else "scp", name)


def _policy(name: str, document: Document, foreign: frozenset[str]) -> Policy:
    aws = name == "FullAWSAccess"
    owner = None if aws or name in foreign else "main"
    address = _address(name)
    return Policy(address, address.path[:3], name, document, "", owner, owner and name, aws)


# --- what may change -------------------------------------------------------------------------------


def _move(random: Random, here: Sketch, _most: int, _foreign: frozenset[str]) -> None:
    here.homes[random.choice(sorted(here.homes))] = random.choice(sorted(here.units))


def _swap_accounts(random: Random, here: Sketch, _most: int, _foreign: frozenset[str]) -> None:
    one, other = random.sample(sorted(here.homes), 2)
    here.homes[one], here.homes[other] = here.homes[other], here.homes[one]


def _swap_guards(_random: Random, here: Sketch, _most: int, _foreign: frozenset[str]) -> None:
    here.held[A], here.held[B] = here.held[B], here.held[A]


def _swap_contents(random: Random, here: Sketch, _most: int, foreign: frozenset[str]) -> None:
    ours = [one for one in ("p1", "p2", "p3") if one in here.says and one not in foreign]
    if len(ours) > 1:
        one, other = random.sample(ours, 2)
        here.says[one], here.says[other] = here.says[other], here.says[one]


def _hand_over(random: Random, here: Sketch, _most: int, foreign: frozenset[str]) -> None:
    """Let a statement move from one policy to another."""
    ours = [one for one in ("p1", "p2", "p3") if one in here.says and one not in foreign]
    if len(ours) > 1:
        giver, taker = random.sample(ours, 2)
        given, *rest = here.says[giver].value["Statement"]
        here.says[giver] = _of(rest or [_statement(random, giver)])
        here.says[taker] = _of([*here.says[taker].value["Statement"], given])


def _rewrite(random: Random, here: Sketch, _most: int, foreign: frozenset[str]) -> None:
    ours = sorted(here.says.keys() - foreign)
    if ours:
        name = random.choice(ours)
        here.says[name] = _document(random, name, foreign=False, like=None)


def _reattach(random: Random, here: Sketch, most: int, _foreign: frozenset[str]) -> None:
    for target in random.sample(sorted(here.held), 2):
        here.held[target] = _attached(random, target, sorted(here.says), most)


def _make_a_unit(random: Random, here: Sketch, most: int, _foreign: frozenset[str]) -> None:
    here.units.add(D)
    here.held[D] = _attached(random, D, sorted(here.says), most)
    here.homes[random.choice(sorted(here.homes))] = D


def _move_the_unit(_random: Random, here: Sketch, _most: int, _foreign: frozenset[str]) -> None:
    """Put an OU under another parent: a new one, guarded as the old one, the accounts over."""
    if C in here.units:
        here.units = (here.units - {C}) | {UNDER_B}
        here.held[UNDER_B] = here.held.pop(C)
        here.homes = {one: UNDER_B if home == C else home for one, home in here.homes.items()}


def _remove_the_unit(random: Random, here: Sketch, _most: int, _foreign: frozenset[str]) -> None:
    if C in here.units:
        here.units.remove(C)
        here.held.pop(C)
        home = random.choice((A, B))
        here.homes = {one: home if at == C else at for one, at in here.homes.items()}


def _make_an_account(random: Random, here: Sketch, most: int, _foreign: frozenset[str]) -> None:
    made = account("a3")
    here.homes[made] = random.choice(sorted(here.units))
    here.held[made] = _attached(random, made, sorted(here.says), most)


Mutation = Callable[[Random, Sketch, int, frozenset[str]], None]
CHANGES: tuple[Mutation, ...] = (
    _move,
    _swap_accounts,
    _swap_guards,
    _swap_contents,
    _hand_over,
    _rewrite,
    _reattach,
    _make_a_unit,
    _move_the_unit,
    _remove_the_unit,
    _make_an_account,
)
