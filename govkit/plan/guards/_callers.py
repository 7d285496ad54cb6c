"""Who must not be locked out by a plan, what they do, and where: govkit's own roles, and those spared."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, cast

from govkit import shelf
from govkit.access.action_index import action_index
from govkit.access.chain import Chain
from govkit.access.verdict import Kind as Layer
from govkit.kinds._permits import Need, needs
from govkit.kinds.root import Root
from govkit.model.address import ROOT, Address
from govkit.model.kind import Kind
from govkit.model.plan import Plan
from govkit.model.wanted import Spared, Wanted
from govkit.plan.guards._spared import spared

# Services with one endpoint per partition are asked in its home Region.
_GLOBAL = frozenset({"organizations", "iam", "account"})
_HOMES = {"aws": "us-east-1", "aws-cn": "cn-northwest-1", "aws-us-gov": "us-gov-west-1"}
_WILD = re.compile(r"[*?]+")


ENTERING = "sts:AssumeRole"
ANYBODY = ""  # the credentials at hand, of which a plan knows nothing but the organization
_ENTERED_BY = {"member.read": "read", "member.write": "structure"}


@dataclass(frozen=True, slots=True)
class Caller:
    """A principal, `*` in its account for one in every account, and the patterns of its actions.

    `own` is the task of one of govkit's own roles. `entered_by` asks another question: not what
    the principal may do, but whether this one (an ARN, or `ANYBODY`) may assume it. Of accounts (by
    ID) it is in those of `only`, where it is told, and in none of `but`. `partition` is where one
    is whose ARN does not say.
    """

    principal: str
    actions: tuple[str, ...]
    own: str | None = None
    entered_by: str | None = None
    only: frozenset[str] | None = None
    but: frozenset[str] = frozenset()
    partition: str = "aws"

    def arn(self, account: str) -> str | None:
        """Return one such principal of an account, or None where it has none."""
        if not self.is_in(account):
            return None
        if self.principal == "*":
            return f"arn:{self.partition}:iam::{account}:role/x1"
        parts = self.principal.split(":", 5)
        if not fnmatchcase(account, parts[4]):
            return None
        return ":".join(
            [
                parts[0],
                _WILD.sub(self.partition, parts[1]),
                *parts[2:4],
                account,
                _WILD.sub("x1", parts[5]),
            ]
        )

    def is_in(self, account: str) -> bool:
        """Tell whether an account is none of those that are left out."""
        return account not in self.but and (self.only is None or account in self.only)

    @property
    def everywhere(self) -> bool:
        """Whether it is one of each account, and not of one."""
        return self.principal == "*" or bool(_WILD.search(self.principal.split(":")[4]))


def callers(plan: Plan, wanted: Wanted) -> tuple[Caller, ...]:
    """Return who must not be locked out: govkit's roles that are named, and who is never denied."""
    root = plan.live.get(ROOT)
    partition = root.partition if isinstance(root, Root) else wanted.partition
    needed = needs(cast("tuple[Kind[Any], ...]", shelf.load("govkit.kinds", "KIND")), wanted)
    own = [_own(task, role, needed, partition) for task, role in sorted(wanted.run.items())]
    own += _by_default(wanted, needed, partition)
    others = (*wanted.safety.never_deny, *_listed(plan, wanted, partition))
    working = [caller for caller in own if caller.actions]
    return (
        *working,
        *(_entered(caller, wanted) for caller in working),
        *(Caller(one.principal, one.actions, partition=partition) for one in others),
    )


def _by_default(wanted: Wanted, needed: Collection[Need], partition: str) -> Iterator[Caller]:
    """Yield the roles by which accounts are entered where `run` names none: their own, or the default.

    Who writes reads, too.
    """
    entry = wanted.coverage.entry
    missing = [task for task in ("member.write", "member.read") if task not in wanted.run]
    if not wanted.coverage.sections or not missing:
        return
    yield replace(_own(missing[0], entry.default, needed, partition), but=frozenset(entry.roles))
    for role in sorted(set(entry.roles.values())):
        only = frozenset(account for account, name in entry.roles.items() if name == role)
        yield replace(_own(missing[0], role, needed, partition), only=only)


def _entered(caller: Caller, wanted: Wanted) -> Caller:
    """Return the question whether one of our roles can be assumed by who is to assume it.

    Roles of member accounts are entered by those that read and write outside; all others by the
    credentials at hand.
    """
    by = wanted.run.get(_ENTERED_BY.get(str(caller.own), ""), ANYBODY)
    return replace(caller, actions=(ENTERING,), entered_by=by)


def _own(task: str, role: str, needed: Iterable[Need], partition: str) -> Caller:
    reading = "member.read" if task.startswith("member.") else "read"
    actions = sorted({need.action for need in needed if need.task in {task, reading}})
    member = task.startswith("member.")
    return Caller(f"arn:{partition}:iam::*:role/{role}" if member else role, tuple(actions), task)


def _listed(plan: Plan, wanted: Wanted, partition: str) -> Iterator[Spared]:
    """Yield what our own list spares and the layout does not speak of."""
    told = {one.principal.rpartition("/")[2] for one in wanted.safety.never_deny}
    for one in spared(plan.live, partition):
        if one.principal.rpartition("/")[2] not in told:
            yield one


def regions(action: str, caller: Caller, wanted: Wanted) -> tuple[str | None, ...]:
    """Return where an action is called; None where that is not known.

    What govkit does in the Regions of the baseline, it does in each of them; roles are assumed at
    the home Region's endpoint.
    """
    service = action.partition(":")[0].lower()
    if service in _GLOBAL:
        return (_HOMES.get(wanted.partition),)
    if service == "sts":
        return (wanted.home_region,)
    at_work = wanted.coverage.regions if caller.own is not None else ()
    return at_work or (wanted.home_region,)


# govkit speaks to AWS over TLS alone. A session of a role that was assumed does not come from the
# metadata of an instance; those outside may be that instance's own role.
_TOLD = {"aws:SecureTransport": ("true",)}
_ASSUMED = _TOLD | {"ec2:RoleDelivery": (), "ec2:SourceInstanceArn": ()}


def told(caller: Caller) -> Mapping[str, Sequence[str]]:
    """Return what is known of the requests of govkit's own; nothing of those of others."""
    if caller.own is None:
        return {}
    inside = caller.own.startswith("member.") and caller.entered_by is None
    return _ASSUMED if inside else _TOLD


def told_apart(caller: Caller, chains: Sequence[Chain]) -> tuple[str, ...]:
    """Return one action for each set of a caller's that some statement of the chains tells apart.

    Of RCPs, only actions of the services that they reach.
    """
    index = action_index()
    reach = _reached() if chains[0].kind is Layer.RCP else -1
    whole, found = 0, []
    for pattern in caller.actions:
        mask = index.mask(pattern)
        whole |= mask & reach
        if not mask and reach == -1:
            found.append(pattern)
    parts = [whole] if whole else []
    for spoken in {one for chain in chains for one in _spoken(chain)}:
        parts = [piece for part in parts for piece in (part & spoken, part & ~spoken) if piece]
    return (*found, *(next(index.actions(part)) for part in parts))


@cache
def _reached() -> int:
    index = action_index()
    return sum(index.mask(f"{service}:*") for service in index.rcp_services)


def _spoken(chain: Chain) -> Iterator[int]:
    index = action_index()
    for level in chain.levels:
        for held in level.policies:
            for statement in held.statements:
                mask = 0
                for pattern in statement.actions.patterns:
                    mask |= index.mask(pattern)
                yield (1 << index.size) - 1 & ~mask if statement.actions.negated else mask


def account_of(principal: str, plan: Plan) -> Address | None:
    """Return the account that a principal is of, where the organization has it."""
    parts = principal.split(":")
    return plan.ids.address(parts[4]) if len(parts) > 4 else None  # noqa: PLR2004 - of an ARN
