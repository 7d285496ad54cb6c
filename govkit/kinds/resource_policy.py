"""The organization's resource policy: who else may manage policies (delegation)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from govkit.kinds._documents import parsed, sent
from govkit.kinds._refusals import unless_gone
from govkit.kinds._tags import LAYOUT, as_list, tags_of
from govkit.model.address import ROOT, Address
from govkit.model.call import Api, ApiCall, Ids, Look, Response, organizations
from govkit.model.change import Change
from govkit.model.kind import Asked, Kind, Section
from govkit.model.resource import Found
from govkit.model.scope import Scope
from govkit.policies import document
from govkit.policies.canonical import Grammar
from govkit.policies.document import Document

ADDRESS = Address("resource_policy", "organization")


@dataclass(frozen=True, slots=True)
class ResourcePolicy:
    """The one resource policy of the organization. `layout` is the owner's tag."""

    document: Document
    layout: str | None = field(default=None, compare=False)

    @property
    def address(self) -> Address:
        """Where it stands; there is one per organization."""
        return ADDRESS

    @property
    def needs(self) -> tuple[Address, ...]:
        """The organization's root."""
        return (ROOT,)


def _asked(value: Mapping[str, Any], _: Scope) -> Iterator[Asked]:
    """An empty mapping asks for none."""
    yield Asked((), ResourcePolicy(document.of(dict(value))), present=bool(value))


_CALL = organizations("DescribeResourcePolicy")


def _read(look: Look) -> Iterator[Found[ResourcePolicy]]:
    found = unless_gone(lambda: look.call(_CALL))
    if found is not None:
        given = found["ResourcePolicy"]["ResourcePolicySummary"]["Id"]
        live = _live(found)
        yield Found(replace(live, layout=tags_of(look, given).get(LAYOUT)), given)


def _live(answer: Response) -> ResourcePolicy:
    return ResourcePolicy(parsed(answer["ResourcePolicy"]["Content"], Grammar.IAM))


def _glance(wanted: ResourcePolicy, api: Api, ids: Ids) -> Found[ResourcePolicy] | None:
    found = unless_gone(lambda: api.call(_CALL))
    if found is None:
        return None
    live = _live(found)
    text = sent(wanted.document, ids)
    if isinstance(text, str) and parsed(text, Grammar.IAM) == live.document:
        live = wanted
    return Found(live, found["ResourcePolicy"]["ResourcePolicySummary"]["Id"])


def _lower(change: Change[ResourcePolicy], ids: Ids) -> Iterator[ApiCall]:
    if change.after is None:
        yield organizations("DeleteResourcePolicy")
        return
    # AWS takes tags only when the policy is made.
    tags = as_list({LAYOUT: change.after.layout}) if change.before is None else []
    yield organizations(
        "PutResourcePolicy",
        Content=sent(change.after.document, ids),
        **({"Tags": tags} if tags else {}),
    )


def _learn(change: Change[ResourcePolicy], answer: Response) -> Mapping[Address, str]:
    if change.after is None:
        return {}
    return {ADDRESS: answer["ResourcePolicy"]["ResourcePolicySummary"]["Id"]}


def _meet(
    wanted: ResourcePolicy | None, live: ResourcePolicy | None
) -> tuple[ResourcePolicy | None, ResourcePolicy | None]:
    if wanted is not None and live is not None:
        wanted = replace(wanted, layout=live.layout)
    return wanted, live


_READS = (
    "organizations:DescribeResourcePolicy",
    "organizations:ListTagsForResource",
)
_WRITES = (
    "organizations:PutResourcePolicy",
    "organizations:DeleteResourcePolicy",
    "organizations:TagResource",
)

KIND = Kind(
    name="resource_policy",
    noun="resource policy",
    resource=ResourcePolicy,
    read=_read,
    glance=_glance,
    lower=_lower,
    learn=_learn,
    meet=_meet,
    section=Section("organization", "resource_policy", dict[str, Any], _asked),
    reads=_READS,
    writes=lambda _: _WRITES,
)
