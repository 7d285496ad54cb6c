"""What pins and releases have in common: each is one tag of a policy, of which no layout speaks."""

from collections.abc import Iterator
from typing import Protocol, TypeVar, runtime_checkable

from govkit.kinds._tags import as_list
from govkit.model.address import Address
from govkit.model.call import ApiCall, Ids, organizations
from govkit.model.change import Action, Change
from govkit.model.resource import Resource
from govkit.model.wanted import Wanted

READS = ("organizations:ListTagsForResource",)
WRITES = ("organizations:TagResource", "organizations:UntagResource")


@runtime_checkable
class Brake(Resource, Protocol):
    """Something that is to be left as it is until a moment, for a reason."""

    @property
    def policy(self) -> Address:
        """The policy that carries the tag."""

    @property
    def tag(self) -> str:
        """The key of the tag."""

    @property
    def text(self) -> str:
        """The value of the tag: until when, who, and why."""


B = TypeVar("B", bound=Brake)


def lower(change: Change[B], ids: Ids) -> Iterator[ApiCall]:
    """Yield the call that sets the tag, or takes it away."""
    one = change.subject
    given = ids.or_unknown(one.policy)
    if change.action is Action.DELETE:
        yield organizations("UntagResource", ResourceId=given, TagKeys=[one.tag])
    else:
        yield organizations("TagResource", ResourceId=given, Tags=as_list({one.tag: one.text}))


def verb(change: Change[B]) -> str:
    return "unpin" if change.action is Action.DELETE else "pin"


def meet(wanted: B | None, live: B | None) -> tuple[B | None, B | None]:
    """A layout says nothing of these: those that are there are as they should be."""
    return (live if wanted is None else wanted), live


def cares(resource: Resource, wanted: Wanted) -> bool:
    if not isinstance(resource, Brake):
        return False
    return resource.policy.path.partition("/")[2].partition(".")[0] in wanted.guardrails


def ended_by(one: Brake, ids: Ids) -> str:
    """Return the command that ends it before its time; the next plan then does as the layout says."""
    given = ids.or_unknown(one.policy)
    return f"aws organizations untag-resource --resource-id {given} --tag-keys {one.tag}"
