"""Tags that the layout gives to the root, an OU or an account; other keys are never touched."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from govkit.kinds._interest import Listed
from govkit.kinds._refusals import unless_gone
from govkit.kinds._tags import AWS_OWN, OURS, as_list, tags_of
from govkit.model.address import ROOT, Address
from govkit.model.call import Api, ApiCall, Ids, Look, organizations
from govkit.model.change import Action, Change
from govkit.model.kind import Kind
from govkit.model.resource import Found


@dataclass(frozen=True, slots=True)
class Tags:
    """The named tags of a target, as sorted (key, value) pairs."""

    target: Address
    values: tuple[tuple[str, str], ...]

    @property
    def address(self) -> Address:
        """Where they stand: `tags:ou:/Workloads/Prod`."""
        return Address("tags", str(self.target))

    @property
    def needs(self) -> tuple[Address, ...]:
        """The target."""
        return (self.target,)


def _read(look: Look) -> Iterator[Found[Tags]]:
    tagged = list(_tagged(look))
    found = look.each(lambda one: tags_of(look, one[1]), tagged)
    for (address, _), tags in zip(tagged, found, strict=True):
        values = tuple(
            sorted(pair for pair in tags.items() if not pair[0].startswith((OURS, AWS_OWN)))
        )
        if values:
            yield Found(Tags(address, values))


def _tagged(look: Look) -> Iterator[tuple[Address, str]]:
    interest = look.interest
    if interest.root_tagged:
        yield ROOT, look.found("root")[0].id
    if interest.tagged_ous:
        units = Listed(interest.tagged_ous)
        for one in look.found("ou"):
            if units.has(one.resource.address.path, one.id):
                yield one.resource.address, one.id
    if interest.tagged_accounts:
        accounts = Listed(interest.tagged_accounts)
        for one in look.found("account"):
            if accounts.has(one.id, one.resource.email):
                yield one.resource.address, one.id


def _glance(tags: Tags, api: Api, ids: Ids) -> Found[Tags] | None:
    given = ids.get(tags.target)
    found = None if given is None else unless_gone(lambda: tags_of(api, given))
    if found is None:
        return None
    named = {key for key, _ in tags.values}
    values = tuple(sorted(pair for pair in found.items() if pair[0] in named))
    return Found(replace(tags, values=values)) if values else None


def _lower(change: Change[Tags], ids: Ids) -> Iterator[ApiCall]:
    before = dict(change.before.values) if change.before else {}
    after = dict(change.after.values) if change.after else {}
    given = ids.or_unknown(change.subject.target)
    given_now = {key: value for key, value in after.items() if before.get(key) != value}
    if given_now:
        yield organizations("TagResource", ResourceId=given, Tags=as_list(given_now))
    gone = sorted(set(before) - set(after))
    if gone:
        yield organizations("UntagResource", ResourceId=given, TagKeys=gone)


def _verb(change: Change[Tags]) -> str:
    return "untag" if change.action is Action.DELETE else "tag"


def _meet(wanted: Tags | None, live: Tags | None) -> tuple[Tags | None, Tags | None]:
    """Compare only the keys that the layout names."""
    if wanted is None or live is None:
        return wanted, live
    named = {key for key, _ in wanted.values}
    values = tuple(pair for pair in live.values if pair[0] in named)
    return wanted, replace(live, values=values) if values else None


_READS = ("organizations:ListTagsForResource",)
_WRITES = (
    "organizations:TagResource",
    "organizations:UntagResource",
)

KIND = Kind(
    name="tags",
    noun="tags",
    resource=Tags,
    read=_read,
    glance=_glance,
    lower=_lower,
    verb=_verb,
    meet=_meet,
    reads=_READS,
    writes=lambda _: _WRITES,
)
