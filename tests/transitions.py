"""Random organizations and where they shall get, and an independent reading of the two laws.

Nothing here knows how plans are put in order: whether a request is allowed is worked out from the
definition, for each literal action, along the chain from the root to the account.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

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
FULL = Address("policy", "scp/FullAWSAccess")
EVERYTHING = of(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
)
UNITS = (ou("/A"), ou("/B"), ou("/A/C"))
NAMES = ("p1", "p2", "p3", "p4")


@dataclass(frozen=True)
class Transition:
    """Two states of an organization, and how many SCPs a target can hold."""

    live: State
    desired: State
    most: int

    def ordered(self) -> Ordered:
        changes = diff(self.desired, self.live, _brought)
        return order(changes, lambda change: (change,), Room(self.live, lambda _: self.most))

    def states(self, changes: Sequence[Change[Resource]]) -> Iterator[State]:
        here = self.live
        for change in changes:
            here = here.after([change])
            yield here


def _brought(change: Change[Resource]) -> tuple[Resource, ...]:
    made = isinstance(change.after, OrganizationalUnit | Account)
    return (Attachment(FULL, change.address),) if made and change.action is Action.CREATE else ()


@dataclass(frozen=True)
class Violation:
    """A law that a state breaks for an account and an action."""

    law: str
    index: int
    account: Address
    action: str


def violations(one: Transition, changes: Sequence[Change[Resource]]) -> Iterator[Violation]:
    """Yield every breach of promises 1 and 2 on the way, by their definition."""
    before, after = _answers(one.live), _answers(one.desired)
    for index, state in enumerate(one.states(changes)):
        now = _answers(state)
        for question in before.keys() & now.keys() & after.keys():
            if before[question] == after[question] != now[question]:
                yield Violation("gap" if now[question] else "outage", index, *question)


def _answers(state: State) -> Mapping[tuple[Address, str], bool]:
    attached: dict[Address, list[Document]] = {}
    for one in state.all(Attachment):
        found = state.get(one.policy)
        assert isinstance(found, Policy), f"{one.policy} is attached and is not there"
        attached.setdefault(one.target, []).append(found.document)
    parents = {one.address: one.parent for one in state.all(OrganizationalUnit)}
    answers = {}
    for one in state.all(Account):
        levels = [one.address, one.parent]
        while levels[-1] != ROOT:
            levels.append(parents[levels[-1]])
        for action in ACTIONS:
            answers[one.address, action] = all(
                _allows(tuple(attached.get(level, ())), action) for level in levels
            )
    return answers


def _allows(documents: tuple[Document, ...], action: str) -> bool:
    said = [effect for document in documents for effect in _effects(document, action)]
    return "Deny" not in said and "Allow" in said


@cache
def _effects(document: Document, action: str) -> tuple[str, ...]:
    return tuple(
        statement["Effect"]
        for statement in document.value["Statement"]
        if _speaks_of(statement, action)
    )


def _speaks_of(statement: Mapping[str, object], action: str) -> bool:
    for element in ("Action", "NotAction"):
        if element in statement:
            listed = statement[element]
            names = [listed] if isinstance(listed, str) else listed
            hit = any(one == "*" or one.lower() == action.lower() for one in names)
            return hit == (element == "Action")
    raise AssertionError("a statement without actions")


def crowd(state: State) -> Mapping[Address, int]:
    """Return how many SCPs each target holds."""
    return Counter(one.target for one in state.all(Attachment))


def draws(seed: int) -> Random:
    """Return what a case is drawn from, the same every time."""
    return Random(seed)  # noqa: S311 - a case, not a secret


def transition(seed: int) -> Transition:
    """Make two states that have much in common; targets are full, or nearly, now and then."""
    random = draws(seed)
    most = random.choice((2, 3, 3, 5))
    units = [one for one in UNITS if one != ou("/A/C") or random.random() < 0.4]
    foreign = frozenset(name for name in NAMES if random.random() < 0.1)
    live = _state(random, units, most, foreign, None)
    return Transition(live, _state(random, units, most, foreign, live), most)


def _state(
    random: Random,
    units: Sequence[Address],
    most: int,
    foreign: frozenset[str],
    like: State | None,
) -> State:
    resources: list[Resource] = [EnabledPolicyType("scp"), _policy("FullAWSAccess", EVERYTHING)]
    for unit in units:
        parent = ou(unit.path.rpartition("/")[0])
        resources.append(OrganizationalUnit(unit, unit.path[-1], parent))
    for number in range(3):
        where = random.choice([*units, *units, ROOT])
        resources.append(Account(account(f"a{number}"), where, f"n{number}", f"e{number}@x.io"))
    targets = [ROOT, *units, *(account(f"a{number}") for number in range(3))]
    documents = {name: _document(random, name, name in foreign, like) for name in NAMES}
    kept = {name for name in NAMES if name in foreign or random.random() < 0.8}
    resources += [_policy(name, documents[name], foreign) for name in sorted(kept)]
    for target in targets:
        resources += _attachments(random, target, kept, documents, most)
    return State(resources)


def _policy(name: str, document: Document, foreign: frozenset[str] = frozenset()) -> Policy:
    aws = name == "FullAWSAccess"
    owner = None if aws or name in foreign else "main"
    return Policy(policy("scp", name), "scp", name, document, "", owner, owner and name, aws)


def _document(random: Random, name: str, foreign: bool, like: State | None) -> Document:  # noqa: FBT001
    was = like.get(policy("scp", name)) if like is not None else None
    if isinstance(was, Policy) and (foreign or random.random() < 0.4):
        return was.document
    effect = "Allow" if name == "p4" else "Deny"
    statements = [
        {
            "Effect": effect,
            "Action": random.sample(ACTIONS[:4], random.choice((1, 1, 2))),
            "Resource": "*",
        }
        for _ in range(random.choice((1, 1, 2)))
    ]
    return of({"Version": "2012-10-17", "Statement": statements})


def _attachments(
    random: Random, target: Address, kept: set[str], documents: Mapping[str, Document], most: int
) -> Iterator[Attachment]:
    share = 0.15 if target.kind == "account" else 0.45
    chosen = [name for name in sorted(kept) if random.random() < share]
    allowing = "p4" in chosen and random.random() < 0.6
    names = [policy("scp", name) for name in chosen]
    held = names if allowing else [FULL, *names]
    if allowing and len(held) > most:
        held = [policy("scp", "p4"), *(one for one in held if one.path != "scp/p4")]
    yield from (Attachment(one, target) for one in held[:most])
