"""Policies of every type: what they say and whose they are."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from govkit.kinds._documents import managed, parsed, sent
from govkit.kinds._listed import address_of, enabled_types, listed
from govkit.kinds._ownership import recognise
from govkit.kinds._refusals import unless_gone
from govkit.kinds._tags import GUARDRAIL, LAYOUT, TEMPORARY, WHILE, as_list, tags_of
from govkit.model.address import Address
from govkit.model.call import Api, ApiCall, Ids, Look, Response, organizations
from govkit.model.change import Action, Change
from govkit.model.kind import Authority, Kind
from govkit.model.resource import UNSAID, Found, Resource
from govkit.model.wanted import Wanted
from govkit.policies.document import Document
from govkit.policies.policy_type import PolicyType
from govkit.policies.types import policy_type


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy. `type` is the layout's key (`scp`); `layout` and `guardrail` are its owner's tags.

    `description` is None where the layout leaves it open. `temporary` marks what a plan made for a
    while: the token that its name ends with.
    """

    address: Address
    type: str
    name: str
    document: Document
    description: str | None = None
    layout: str | None = None
    guardrail: str | None = None
    aws_managed: bool = False
    temporary: str | None = field(default=None, metadata=UNSAID)

    @property
    def needs(self) -> tuple[Address, ...]:
        """Its type, enabled."""
        return (Address("policy_type", self.type),)


def policy(kind: str, name: str) -> Address:
    """Return the address of a policy: by guardrail (and variant), or by ID where it is foreign."""
    return Address("policy", f"{kind}/{name}")


def temporary(kind: str, token: str) -> Address:
    """Return the address of a policy that a plan makes for a while; its name is the same."""
    return policy(kind, f"{WHILE}{token}")


def is_temporary(address: Address) -> bool:
    """Tell the address of a policy that a plan made for a while, or of an attachment of one."""
    return address.path.partition("/")[2].startswith(WHILE)


def _read(look: Look) -> Iterator[Found[Policy]]:
    found = [(kind, summary) for kind in _types(look) for summary in listed(look, kind)]
    customer = [summary["Id"] for _, summary in found if not summary["AwsManaged"]]
    unknown = [
        s["Id"] for kind, s in found if s["AwsManaged"] and managed(s["Id"], kind.grammar) is None
    ]
    # Side by side: two operations with buckets of their own.
    asked = [
        *(ask for given in customer for ask in ((_content, given), (tags_of, given))),
        *((_content, given) for given in unknown),
    ]
    answers = dict(zip(asked, look.each(lambda one: one[0](look, one[1]), asked), strict=True))
    for kind, summary in found:
        given = summary["Id"]
        document = managed(given, kind.grammar) if summary["AwsManaged"] else None
        if document is None:
            document = parsed(str(answers[_content, given]), kind.grammar)
        tags: Any = answers.get((tags_of, given), {})
        yield Found(_policy(summary, kind, document, tags), given)


def _types(look: Look) -> Sequence[PolicyType]:
    """Return the types that are enabled, and those that the layout uses: their policies may be there."""
    keys = {kind.key for kind in enabled_types(look)} | look.interest.types
    return [policy_type(key) for key in sorted(keys)]


def _content(look: Look | Api, given: str) -> str:
    return str(look.call(organizations("DescribePolicy", PolicyId=given))["Policy"]["Content"])


def _policy(summary: Any, kind: PolicyType, document: Document, tags: Mapping[str, str]) -> Policy:
    return Policy(
        address=address_of(summary, kind),
        type=kind.key,
        name=summary["Name"],
        document=document,
        description=summary.get("Description") or "",
        layout=tags.get(LAYOUT),
        guardrail=tags.get(GUARDRAIL),
        aws_managed=summary["AwsManaged"],
        temporary=tags.get(TEMPORARY),
    )


def _glance(wanted: Policy, api: Api, ids: Ids) -> Found[Policy] | None:
    kind = policy_type(wanted.type)
    given = ids.get(wanted.address) or _by_name(wanted, kind, api)
    if given is None:
        return None
    answer = unless_gone(lambda: api.call(organizations("DescribePolicy", PolicyId=given)))
    if answer is None:
        return None
    summary = answer["Policy"]["PolicySummary"]
    document = _in_our_words(parsed(answer["Policy"]["Content"], kind.grammar), wanted, ids)
    tags = {} if summary["AwsManaged"] else tags_of(api, given)
    live = _policy(summary, kind, document, tags)
    open_description = wanted.description is None
    return Found(
        replace(
            live,
            address=wanted.address,
            description=None if open_description else live.description,
        ),
        given,
    )


def _in_our_words(live: Document, wanted: Policy, ids: Ids) -> Document:
    """Return the wanted document where it is what AWS holds, its tokens put in."""
    text = sent(wanted.document, ids)
    same = isinstance(text, str) and parsed(text, wanted.document.grammar) == live
    return wanted.document if same else live


def _by_name(wanted: Policy, kind: PolicyType, api: Api) -> str | None:
    """Find a policy whose creation's answer was lost."""
    for summary in api.items("Policies", organizations("ListPolicies", Filter=kind.name)):
        if summary["Name"] == wanted.name:
            return str(summary["Id"])
    return None


def _split(change: Change[Policy]) -> tuple[Change[Policy], ...]:
    """Adopt first, then change what it says: from then on it is known as ours."""
    before, after = change.before, change.after
    if before is None or after is None:
        return (change,)
    adopted = replace(before, layout=after.layout, guardrail=after.guardrail)
    stages = [before, *(one for one in (adopted, after))]
    return tuple(Change(earlier, later) for earlier, later in pairwise(stages) if earlier != later)


def _verb(change: Change[Policy]) -> str:
    before, after = change.before, change.after
    if before is None or after is None:
        return change.action.value
    return (
        "adopt"
        if (before.layout, before.guardrail) != (after.layout, after.guardrail)
        else "update"
    )


def _lower(change: Change[Policy], ids: Ids) -> Iterator[ApiCall]:
    wanted = change.subject
    given = ids.or_unknown(wanted.address)
    if change.before is None:
        yield organizations(
            "CreatePolicy",
            Content=sent(wanted.document, ids),
            Description=wanted.description or "",
            Name=wanted.name,
            Type=policy_type(wanted.type).name,
            Tags=as_list(
                {LAYOUT: wanted.layout, GUARDRAIL: wanted.guardrail, TEMPORARY: wanted.temporary}
            ),
        )
    elif change.after is None:
        yield organizations("DeletePolicy", PolicyId=given)
    else:
        yield from _updates(change.before, change.after, given, ids)


def _updates(before: Policy, after: Policy, given: Any, ids: Ids) -> Iterator[ApiCall]:
    owner = {LAYOUT: (before.layout, after.layout), GUARDRAIL: (before.guardrail, after.guardrail)}
    changed = {key: new for key, (old, new) in owner.items() if old != new}
    if any(value is not None for value in changed.values()):
        yield organizations("TagResource", ResourceId=given, Tags=as_list(changed))
    gone = [key for key, value in changed.items() if value is None]
    if gone:
        yield organizations("UntagResource", ResourceId=given, TagKeys=gone)
    facts: dict[str, Any] = {}
    if before.name != after.name:
        facts["Name"] = after.name
    if before.description != after.description and after.description is not None:
        facts["Description"] = after.description
    if before.document != after.document:
        facts["Content"] = sent(after.document, ids)
    if facts:
        yield organizations("UpdatePolicy", PolicyId=given, **facts)


def _learn(change: Change[Policy], answer: Response) -> Mapping[Address, str]:
    if change.action is not Action.CREATE:
        return {}
    return {change.address: answer["Policy"]["PolicySummary"]["Id"]}


def _meet(wanted: Policy | None, live: Policy | None) -> tuple[Policy | None, Policy | None]:
    if wanted is not None and wanted.description is None:
        wanted = replace(wanted, description=live.description if live is not None else "")
    return wanted, live


def _cares(resource: Resource, wanted: Wanted) -> bool:
    """Ours is what the layout names, and what it made for a guardrail that it still names."""
    if not isinstance(resource, Policy) or resource.aws_managed:
        return False
    if resource.address in wanted.state or is_temporary(resource.address):
        return True
    key = resource.address.path.partition("/")[2].partition(".")[0]
    return resource.layout == wanted.layout and key in wanted.guardrails


_READS = (
    "organizations:ListRoots",
    "organizations:ListPolicies",
    "organizations:DescribePolicy",
    "organizations:ListTagsForResource",
)
_WRITES = (
    "organizations:CreatePolicy",
    "organizations:UpdatePolicy",
    "organizations:DeletePolicy",
    "organizations:TagResource",
    "organizations:UntagResource",
)

KIND = Kind(
    name="policy",
    noun="policy",
    resource=Policy,
    read=_read,
    glance=_glance,
    lower=_lower,
    verb=_verb,
    split=_split,
    learn=_learn,
    recognise=recognise,
    meet=_meet,
    cares=_cares,
    authority=Authority.DELEGATED,
    reads=_READS,
    writes=lambda _: _WRITES,
)
