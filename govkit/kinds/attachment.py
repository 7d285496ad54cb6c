"""Attachments: a policy on a target."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from govkit.kinds._listed import PAGE, address_of, by_targets, enabled_types, listed, pages, targets
from govkit.kinds._refusals import unless_gone
from govkit.kinds.policy import is_temporary
from govkit.kinds.policy import policy as policy_address
from govkit.model.address import ROOT, Address, account
from govkit.model.call import Api, ApiCall, Ids, Look, Together, organizations
from govkit.model.change import Action, Change
from govkit.model.kind import Authority, Kind
from govkit.model.resource import Found, Resource
from govkit.model.wanted import Wanted
from govkit.policies.policy_type import PolicyType
from govkit.policies.types import policy_type

FULL_ACCESS = policy_address("scp", "FullAWSAccess")  # AWS's own, on whatever is new


@dataclass(frozen=True, slots=True)
class Attachment:
    """A policy attached to a target: the root, an OU or an account."""

    policy: Address
    target: Address

    @property
    def address(self) -> Address:
        """Where it stands: `attachment:scp/deny-regions@ou:/Workloads`."""
        return Address("attachment", f"{self.policy.path}@{self.target}")

    @property
    def needs(self) -> tuple[Address, ...]:
        """The policy and the target."""
        return (self.policy, self.target)


def attachment_at(address: Address) -> Attachment:
    """Return the attachment that stands at an address."""
    policy, _, target = address.path.partition("@")
    return Attachment(Address("policy", policy), Address.parse(target))


def _read(look: Look) -> Iterator[Found[Attachment]]:
    """Yield what each policy is attached to; AWS's own policies first, as the tree waits for them."""
    for kind in enabled_types(look):
        managed, customer = by_targets(listed(look, kind), kind)
        if look.walk:
            theirs = _of_each(look, customer)
            theirs |= _without_chains(look, kind, managed, theirs)
        else:
            theirs = _of_each(look, managed) | _of_each(look, customer)
        yield from _attachments(look, kind, (*managed, *customer), theirs)


# A page takes as long as a call, but pages wait for each other: a chain of 100 takes 5 s at 50 ms.
_LONG_CHAIN = 100
_CALLS_FOR_A_PAGE = 4

Theirs = dict[str, list[tuple[str, str]]]


def _of_each(look: Look, summaries: Iterable[Any]) -> Theirs:
    ids = [one["Id"] for one in summaries]
    found = look.each(lambda given: targets(look, given), ids)
    return {
        given: [(target["TargetId"], target["Type"]) for target in attached]
        for given, attached in zip(ids, found, strict=True)
    }


def _without_chains(
    look: Look, kind: PolicyType, managed: list[Any], customer: Mapping[str, Any]
) -> Theirs:
    """Return what FullAWSAccess is attached to without its chain of pages, where that is cheaper.

    Every root, OU and account keeps at least one SCP: what holds no customer's holds AWS's only
    one. Those that do hold one are asked side by side.
    """
    everything = _everything(look)
    asked = sorted({target for attached in customer.values() for target in attached})
    only = len(managed) == 1 and kind.limits.minimum > 0
    chain = pages(len(everything))
    worth = chain if chain < _LONG_CHAIN else chain * _CALLS_FOR_A_PAGE
    if not only or len(asked) >= worth:
        return _of_each(look, managed)
    full_access = managed[0]["Id"]
    held = look.each(lambda target: full_access in _held(look, kind, target[0]), asked)
    without = {target for target, holds in zip(asked, held, strict=True) if not holds}
    return {full_access: [target for target in everything if target not in without]}


def _everything(look: Look) -> list[tuple[str, str]]:
    found = [(look.found("root")[0].id, "ROOT")]
    found += [(one.id, "ORGANIZATIONAL_UNIT") for one in look.found("ou")]
    return found + [(one.id, "ACCOUNT") for one in look.found("account")]


def _held(look: Look, kind: PolicyType, target: str) -> frozenset[str]:
    call = organizations("ListPoliciesForTarget", TargetId=target, Filter=kind.name)
    return frozenset(one["Id"] for one in look.items("Policies", call))


def _attachments(
    look: Look, kind: PolicyType, summaries: Iterable[Any], theirs: Theirs
) -> Iterator[Found[Attachment]]:
    units = {one.id: one.resource.address for one in look.found("ou")}
    for summary in summaries:
        policy = address_of(summary, kind)
        for given, sort in theirs[summary["Id"]]:
            match sort:
                case "ROOT":
                    yield Found(Attachment(policy, ROOT))
                case "ACCOUNT":
                    yield Found(Attachment(policy, account(given)))
                case _ if given in units:
                    yield Found(Attachment(policy, units[given]))
                case _:
                    # The OU went away between two calls, and this with it.
                    continue


def _glance(attachment: Attachment, api: Api, ids: Ids) -> Found[Attachment] | None:
    given, target = ids.get(attachment.policy), ids.get(attachment.target)
    if given is None or target is None:
        return None
    kind = policy_type(attachment.policy.path.partition("/")[0])
    call = organizations("ListPoliciesForTarget", TargetId=target, Filter=kind.name)
    held = unless_gone(lambda: [one["Id"] for one in api.items("Policies", call)])
    return Found(attachment) if held and given in held else None


def _glances(
    attachments: Sequence[Attachment], api: Together, ids: Ids
) -> Sequence[Found[Attachment] | None]:
    """Look at policies where that asks less than to look at each target, and else at targets."""
    targets_of: defaultdict[Address, list[Address]] = defaultdict(list)
    for one in attachments:
        targets_of[one.policy].append(one.target)
    found = api.each(lambda policy: _targets(policy, len(targets_of[policy]), api, ids), targets_of)
    known = dict(zip(targets_of, found, strict=True))

    def seen(attachment: Attachment) -> Found[Attachment] | None:
        targets = known[attachment.policy]
        if targets is None:
            return _glance(attachment, api, ids)
        return Found(attachment) if ids.get(attachment.target) in targets else None

    return api.each(seen, attachments)


# A policy may be attached to many more than those that are asked about: its pages are turned for a
# quarter, at most, of the calls that asking these one by one takes.
_CALLS_SAVED = 4


def _targets(policy: Address, asked: int, api: Together, ids: Ids) -> frozenset[str] | None:
    """Return the IDs of what a policy is attached to; None where targets had better be asked."""
    given, most = ids.get(policy), asked // _CALLS_SAVED * PAGE
    if given is None or not most:
        return None
    call = organizations("ListTargetsForPolicy", PolicyId=given)
    found = unless_gone(lambda: api.up_to(most, "Targets", call))
    return None if found is None else frozenset(one["TargetId"] for one in found)


def _lower(change: Change[Attachment], ids: Ids) -> Iterator[ApiCall]:
    attachment = change.subject
    yield organizations(
        "DetachPolicy" if change.action is Action.DELETE else "AttachPolicy",
        PolicyId=ids.or_unknown(attachment.policy),
        TargetId=ids.or_unknown(attachment.target),
    )


def _verb(change: Change[Attachment]) -> str:
    return "detach" if change.action is Action.DELETE else "attach"


def _cares(resource: Resource, wanted: Wanted) -> bool:
    """A named guardrail's list of targets is complete; FullAWSAccess is ours where the layout says.

    What an earlier plan attached for a while is ours to clear away.
    """
    if not isinstance(resource, Attachment):
        return False
    if is_temporary(resource.policy):
        return True
    kind, _, name = resource.policy.path.partition("/")
    default = policy_type(kind).default
    if default is not None and name == default.name:
        return kind == "scp" and resource.target in wanted.full_access
    return name.partition(".")[0] in wanted.guardrails


_READS = (
    "organizations:ListRoots",
    "organizations:ListPolicies",
    "organizations:ListTargetsForPolicy",
    "organizations:ListPoliciesForTarget",
)
_WRITES = (
    "organizations:AttachPolicy",
    "organizations:DetachPolicy",
)

KIND = Kind(
    name="attachment",
    noun="attachment",
    resource=Attachment,
    read=_read,
    glance=_glance,
    glances=_glances,
    lower=_lower,
    verb=_verb,
    cares=_cares,
    authority=Authority.DELEGATED,
    reads=_READS,
    writes=lambda _: _WRITES,
)
