"""Whether what a layout asks for fits into AWS's limits, as far as that can be said offline."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from govkit.kinds.attachment import FULL_ACCESS, Attachment
from govkit.kinds.policy import Policy
from govkit.layout.draft import Draft
from govkit.model.address import Address
from govkit.model.finding import Finding, Severity
from govkit.policies.document import Document, statements
from govkit.policies.limits import Limits
from govkit.policies.paths import token, tokens
from govkit.policies.policy_type import PolicyType
from govkit.policies.types import policy_type

TOO_MANY_ATTACHED = "GK004"
TOO_LONG = "GK005"
TOO_MANY_POLICIES = "GK006"
TOO_MANY_OUS = "GK007"
NOTHING_ALLOWED = "GK008"
NEARLY_FULL = "GK014"
_NEARLY = 0.9
_ROOT_LENGTH = len("o-exampleorgid/r-exam")
_STEP_LENGTH = len("/ou-exam-12345678")


def check_budget(draft: Draft, limits: Mapping[str, Limits], ous: int) -> None:
    """Add findings for what AWS would refuse; `limits` are by policy type, `ous` their number."""
    policies = [one for one in draft.resources.values() if isinstance(one, Policy)]
    attached: defaultdict[tuple[str, Address], list[Address]] = defaultdict(list)
    for one in draft.resources.values():
        if isinstance(one, Attachment):
            attached[one.policy.path.partition("/")[0], one.target].append(one.policy)
    draft.findings += [
        *_too_long(draft, policies, limits),
        *_too_many_policies(policies, limits),
        *_too_many_attached(draft, attached, limits),
        *_nearly_full(draft, attached, limits),
        *_nothing_allowed(draft, attached),
    ]
    count = sum(address.kind == "ou" for address in draft.resources)
    if count > ous:
        message = f"The layout lists {count} OUs; AWS allows {ous} in an organization."
        draft.findings.append(Finding(TOO_MANY_OUS, Severity.ERROR, "ous", message))


def sent_length(document: Document) -> int:
    """Return how many characters AWS will count: paths of OUs are longer or shorter once known."""
    length = len(document.text)
    for path in tokens(document):
        written = token(path)
        steps = len([step for step in path.split("/") if step])
        known = _ROOT_LENGTH + steps * _STEP_LENGTH
        length += document.text.count(written) * (known - len(written))
    return length


def _too_long(
    draft: Draft, policies: list[Policy], limits: Mapping[str, Limits]
) -> Iterator[Finding]:
    for one in policies:
        length, most = sent_length(one.document), limits[one.type].characters
        if length > most:
            yield Finding(
                TOO_LONG,
                Severity.ERROR,
                str(one.address),
                f"Policy {one.name} has {length:,} characters; AWS takes {most:,} in a {_noun(one)}.",
                "Split the guardrail into two.",
                draft.origins.get(one.address),
            )


def _too_many_policies(policies: list[Policy], limits: Mapping[str, Limits]) -> Iterator[Finding]:
    for key in sorted({one.type for one in policies}):
        count, most = sum(one.type == key for one in policies), limits[key].policies
        if count > most:
            message = f"The layout makes {count} policies of type {key}; AWS allows {most}."
            yield Finding(TOO_MANY_POLICIES, Severity.ERROR, f"policy_type:{key}", message)


def _too_many_attached(
    draft: Draft,
    attached: Mapping[tuple[str, Address], list[Address]],
    limits: Mapping[str, Limits],
) -> Iterator[Finding]:
    for (key, target), policies in sorted(attached.items()):
        kind, most = policy_type(key), limits[key].attachments
        default, certain = _default(draft, kind, target)
        taken = len(set(policies) | default)
        if taken > most:
            names = sorted(one.path.partition("/")[2] for one in policies)
            more = " with AWS's own" if default - set(policies) else ""
            yield Finding(
                TOO_MANY_ATTACHED,
                Severity.ERROR if certain or len(policies) > most else Severity.WARNING,
                str(target),
                f"{target.path} gets {taken} policies of type {key}{more}; AWS allows {most}: "
                f"{', '.join(names)}.",
                "Attach some of them higher up, or join guardrails into one.",
                draft.origins.get(target)
                or min(draft.origins[Attachment(one, target).address] for one in policies),
            )


def _nearly_full(
    draft: Draft,
    attached: Mapping[tuple[str, Address], list[Address]],
    limits: Mapping[str, Limits],
) -> Iterator[Finding]:
    """Yield a note for what fits and leaves no room: the last slot taken, a document almost too long."""
    for (key, target), policies in sorted(attached.items()):
        kind, most = policy_type(key), limits[key]
        default, _ = _default(draft, kind, target)
        taken = set(policies) | default
        lengths = {
            one.path.partition("/")[2]: sent_length(policy.document)
            for one in sorted(taken)
            if isinstance(policy := draft.resources.get(one), Policy)
        }
        told = [f"{name} ({length:,})" for name, length in lengths.items()]
        told += sorted(one.path.partition("/")[2] for one in default - set(policies))
        long = any(_NEARLY * most.characters < one <= most.characters for one in lengths.values())
        if len(taken) == most.attachments or long:
            yield Finding(
                NEARLY_FULL,
                Severity.NOTE,
                str(target),
                f"{target.path} uses {len(taken)} of {most.attachments} policies of type {key}, each "
                f"of up to {most.characters:,} characters: {', '.join(told)}.",
                "See who uses what: govkit show limits. To join policies: govkit pack.",
                draft.origins.get(target),
            )


def _default(draft: Draft, kind: PolicyType, target: Address) -> tuple[set[Address], bool]:
    """Return AWS's own policy, where it takes one of the places, and whether that is certain."""
    if kind.default is None or draft.full_access.get(target) is False:
        return set(), True
    own = Address("policy", f"{kind.key}/{kind.default.name}")
    return {own}, not kind.default.detachable or target in draft.full_access


def _nothing_allowed(
    draft: Draft, attached: Mapping[tuple[str, Address], list[Address]]
) -> Iterator[Finding]:
    for target, wanted in sorted(draft.full_access.items()):
        policies = attached.get(("scp", target), [])
        if not wanted and not any(_allows(draft, one) for one in policies):
            yield Finding(
                NOTHING_ALLOWED,
                Severity.ERROR,
                str(target),
                f"{target.path} loses {FULL_ACCESS.path.partition('/')[2]}, and no guardrail there "
                "allows anything: every request below it would be denied.",
                "Attach a guardrail with Allow statements there, or drop full_access: false.",
                draft.origins.get(Attachment(FULL_ACCESS, target).address),
            )


def _allows(draft: Draft, address: Address) -> bool:
    one = draft.resources.get(address)
    if not isinstance(one, Policy):
        return False
    parts = [part.value for part in statements(one.document)]
    return any(isinstance(part, dict) and part.get("Effect") == "Allow" for part in parts)


def _noun(one: Policy) -> str:
    return policy_type(one.type).noun
