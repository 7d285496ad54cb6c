"""Why a step is planned, in a few words, and which line of the layout asks for it."""

from govkit.kinds.analyzer import Analyzer
from govkit.kinds.attachment import Attachment
from govkit.kinds.pin import Pin
from govkit.kinds.policy import Policy, is_temporary
from govkit.model.address import Address
from govkit.model.change import Action, Change
from govkit.model.finding import Origin
from govkit.model.resource import Resource
from govkit.model.wanted import Wanted
from govkit.plan.reparent import Replaced


def reason(change: Change[Resource], wanted: Wanted, replaced: Replaced) -> str:
    """Return why a thing is changed."""
    match change.action:
        case Action.CREATE:
            return "not there yet"
        case Action.UPDATE:
            before, _ = change.facts()
            return f"differs in {', '.join(sorted(before or {}))}"
        case Action.DELETE if (
            isinstance(change.before, Analyzer) and change.address in wanted.state
        ):
            return "makes way for one that works"
        case Action.DELETE:
            return _why_gone(change, wanted, replaced)


def _why_gone(change: Change[Resource], wanted: Wanted, replaced: Replaced) -> str:
    if change.address in wanted.absent:
        return "is to be absent"
    if change.address in replaced:
        return f"makes way for OU {replaced[change.address].path}"
    return _why_unwanted(change)


def _why_unwanted(change: Change[Resource]) -> str:
    name = change.address.path
    match change.before:
        case Attachment() | Policy() if is_temporary(change.address):
            return "temporary, and left behind by a plan that was not finished"
        case Attachment():
            return f"{name.partition('@')[0]} is not to be attached there"
        case Policy():
            return f"no rendering of its guardrail is called {name.partition('/')[2]} any more"
        case Pin():
            return "the pin is over"
        case _:
            return "is not wanted any more"


def origin(change: Change[Resource], wanted: Wanted, replaced: Replaced) -> Origin | None:
    subject = change.subject
    found = wanted.origin(replaced.get(change.address, change.address))
    if found is None and isinstance(subject, Attachment):
        found = wanted.origin(subject.policy)
    if found is None and isinstance(subject, Attachment | Policy):
        key = _guardrail(subject)
        found = wanted.origin(Address("guardrail", key))
    return found


def _guardrail(subject: Attachment | Policy) -> str:
    address = subject.policy if isinstance(subject, Attachment) else subject.address
    return address.path.partition("/")[2].partition(".")[0]
