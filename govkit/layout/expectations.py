"""The expectations of a layout, answered by the policy engine: every account asked, or one for all alike."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from govkit.access.action_index import action_index
from govkit.access.asking import Asking
from govkit.access.judge import judge
from govkit.access.verdict import Kind, Outcome, Verdict
from govkit.kinds._chains import Chains
from govkit.layout.draft import Draft
from govkit.layout.guardrail_model import Expectation
from govkit.layout.list_of_accounts import check_account
from govkit.layout.pieces import Piece
from govkit.layout.population import Population, population
from govkit.layout.sheet import Entry
from govkit.layout.tree_of_ous import check_ou
from govkit.layout.unknown_actions import unknown
from govkit.model.address import Address
from govkit.model.expectation import Answered, Decided, Failure
from govkit.model.finding import Finding, Severity
from govkit.policies.document import Document

FAILED = "GK010"
UNKNOWN = "GK013"
_MOST_NAMED = 5
_NOT_BOUND = "the management account, which no SCP or RCP binds"


def check_expectations(draft: Draft) -> None:
    """Add a fault for each account or OU that an expectation names and the layout does not have."""
    for entry in draft.sections.expect:
        for name in ("account", "resource_account"):
            key = getattr(entry.value, name)
            if key is not None and not (name == "resource_account" and _is_id(key)):
                check_account(draft, key, entry.at(name))
        if entry.value.ou is not None:
            check_ou(draft, entry.value.ou, entry.at("in"), "This expectation")


def tested(
    draft: Draft, pieces: Sequence[Piece], without: Mapping[Address, Document]
) -> tuple[Answered, ...]:
    """Return what each expectation comes to; those that fail are findings, and errors.

    One that asks about an action that AWS does not have, as far as we know, is answered all the same,
    and warned of: an `allow` would hold whatever the guardrails say.

    `without` holds the documents of exempted policies as they would be without exemptions.
    """
    if not draft.sections.expect:
        return ()
    ground = _Ground(population(draft), {piece.address: piece for piece in pieces}, draft, without)
    found = tuple(_tested(entry, ground) for entry in draft.sections.expect)
    draft.findings += [_finding(one) for one in found if not one.passed]
    draft.findings += [_odd(one) for one in found if one.remark]
    return found


class _Ground:
    """The population under the layout's policies, and under the same without exemptions."""

    def __init__(
        self,
        people: Population,
        pieces: Mapping[Address, Piece],
        draft: Draft,
        without: Mapping[Address, Document],
    ) -> None:
        self.people = people
        self.pieces = pieces
        self.draft = draft
        self.then = people.chains(instead=without)
        self.now = people.chains()
        self.role = _unnamed_role(pieces.values())

    def verdict(self, chains: Chains, asked: "_Asked") -> Verdict:
        """Return what SCPs and RCPs answer: a denial before what is undecided, before the rest."""
        request, found = asked.asking.request, [Verdict(Outcome.NOT_APPLICABLE)]
        if asked.caller is not None:
            found.append(judge(chains.of(asked.caller, Kind.SCP)).verdict(request))
        if asked.owner is not None:
            reached = action_index().rcp_services
            found.append(judge(chains.of(asked.owner, Kind.RCP), reached).verdict(request))
        return min(found, key=lambda one: _ORDER.index(one.outcome))


_ORDER = (
    Outcome.EXPLICITLY_DENIED,
    Outcome.IMPLICITLY_DENIED,
    Outcome.UNDECIDED,
    Outcome.ALLOWED,
    Outcome.NOT_APPLICABLE,
)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request, and whose chains answer it: the caller's and the resource owner's, if they are ours."""

    asking: Asking
    caller: Address | None
    owner: Address | None


def _tested(entry: Entry[Expectation], ground: _Ground) -> Answered:
    given = entry.value
    people = ground.people
    everyone = people.below(given.ou, given.account)
    excused: list[tuple[str, str]] = []
    failed: defaultdict[Failure, list[str]] = defaultdict(list)
    pattern = given.deny or given.allow or ""
    actions = _actions(pattern)
    for first, alike in ground.now.alike(everyone, people.id).items():
        names = [people.name(one) for one in alike]
        if _left_out(given, first, ground):
            excused += [(name, _NOT_BOUND) for name in names]
            continue
        for action in actions:
            wrong = _failure(given, action, first, ground)
            if isinstance(wrong, str):
                excused += [(name, wrong) for name in names]
            elif wrong is not None:
                failed[wrong] += names
    return Answered(
        _name(given),
        entry.where,
        len(everyone),
        tuple(sorted(set(excused))),
        tuple(
            Failure(
                tuple(sorted(names)), one.action, one.answer, one.because, one.decided, one.keys
            )
            for one, names in failed.items()
        ),
        unknown(pattern),
    )


def _left_out(given: Expectation, first: Address, ground: _Ground) -> bool:
    """Tell whether a deny is asked of a whole OU, and this is the account that nothing binds."""
    whole = given.account is None and given.deny is not None and not given.strict
    return whole and first in ground.now.unbound and not (given.principal or "").startswith("arn:")


def _actions(pattern: str) -> Sequence[str]:
    """Return the actions that a pattern means; one that AWS's list does not have stands for itself."""
    index = action_index()
    return tuple(index.actions(index.mask(pattern))) or (pattern,)


def _failure(
    given: Expectation, action: str, account: Address, ground: _Ground
) -> Failure | str | None:
    """Return what is wrong, None where nothing is, or by which exemptions this is not asked."""
    asked = _asked(given, action, account, ground)
    found = ground.verdict(ground.now, asked)
    permits = found.outcome.permits
    if permits is (given.allow is not None):
        return None
    if given.deny is not None and not given.strict:
        before = ground.verdict(ground.then, asked)
        if before.outcome.permits is False:
            return _exempted(before, account, ground)
    if permits is None:
        keys = ground.now.spelled(found.keys)
        because = f"it depends on {', '.join(keys)}, which the expectation does not give"
        return Failure((), action, "undecided", because, None, keys)
    if permits:
        return Failure((), action, "allowed", _nothing_denies(found, action))
    decided = _decided(found, ground)
    return Failure((), action, "denied", str(decided), decided)


def _asked(given: Expectation, action: str, account: Address, ground: _Ground) -> _Asked:
    people = ground.people
    name = given.principal or ground.role
    foreign = name.split(":")[4] if name.startswith("arn:") else None
    caller, who = people.meant(foreign, account)
    owner, theirs = people.meant(given.resource_account, account)
    arn = name if foreign else f"arn:{people.partition}:iam::{who.account}:{name}"
    asking = Asking(action, arn, who, theirs, given.resource, given.region, given.context)
    return _Asked(asking, caller, owner)


def _nothing_denies(found: Verdict, action: str) -> str:
    if found.outcome is Outcome.NOT_APPLICABLE:
        return "no SCP or RCP binds this account"
    odd = unknown(action)
    return f"no SCP or RCP denies it, and {odd}" if odd else "no SCP or RCP denies it"


def _exempted(before: Verdict, account: Address, ground: _Ground) -> str:
    """Return by which exemptions an account is out of the guardrail that would deny."""
    named = before.statement.policy if before.statement else ""
    piece = ground.pieces.get(Address("policy", named))
    ways = (
        []
        if piece is None
        else [
            one.name for one in piece.excused if one.entry and ground.people.is_meant(account, one)
        ]
    )
    by = f" by exemption {', '.join(ways)}" if ways else ""
    return f"exempted from {piece.word if piece else named}{by}"


def _decided(found: Verdict, ground: _Ground) -> Decided:
    if found.statement is None:
        return Decided(Kind.SCP.value, found.level)  # RCPFullAWSAccess cannot be taken away
    where = found.statement
    piece = ground.pieces.get(Address("policy", where.policy))
    return Decided(
        where.policy.partition("/")[0],
        where.level,
        where.policy,
        where.index,
        where.sid,
        None if piece is None else piece.word,
        None if piece is None or piece.template is None else piece.template.name,
        None if piece is None else piece.entry.where,
    )


def _unnamed_role(pieces: Iterable[Piece]) -> str:
    """Return a role that no exemption and no break-glass names: `role/Any` wherever it can be."""
    named = {
        arn.partition(":role/")[2]
        for piece in pieces
        for one in piece.excused
        for arn in one.subjects.principals
    }
    for name in ("Any", "zAny", "0Any", "AnyAny"):
        if not any(fnmatchcase(name, pattern) for pattern in named):
            return f"role/{name}"
    return "role/Any"


def _name(given: Expectation) -> str:
    verb, action = ("deny", given.deny) if given.deny else ("allow", given.allow)
    place = " everywhere"
    if given.ou or given.account:
        place = f" in {given.ou.lstrip('/') or '/'}" if given.ou else f" in account {given.account}"
    told = {
        "principal": given.principal,
        "resource": given.resource,
        "of": given.resource_account,
        "region": given.region,
    }
    more = [f"{key} {value}" for key, value in told.items() if value]
    more += ["strict"] if given.strict else []
    more += [f"{key}={','.join(values)}" for key, values in given.context.items()]
    return f"{verb} {action}{place}{''.join(f', {one}' for one in more)}"


def _finding(one: Answered) -> Finding:
    first = one.failures[0]
    names = ", ".join(first.accounts[:_MOST_NAMED])
    more = len({name for each in one.failures for name in each.accounts}) - _MOST_NAMED
    others = f" and {more} more" if more > 0 else ""
    return Finding(
        FAILED,
        Severity.ERROR,
        "expect",
        f"Expected to {one.name}; {first.action} is {first.answer} for {names}{others}: "
        f"{first.because}.",
        "See every answer: govkit test",
        one.where,
    )


def _odd(one: Answered) -> Finding:
    return Finding(
        UNKNOWN,
        Severity.WARNING,
        "expect",
        f"Expected to {one.name}, but {one.remark}: nothing that is done is tested by that.",
        "Write the action as AWS's service authorization reference has it. A newer one is right.",
        one.where,
    )


def _is_id(text: str) -> bool:
    return len(text) == 12 and text.isdigit()  # noqa: PLR2004 - digits of an account ID
