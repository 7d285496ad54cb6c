"""What a journal keeps of an apply's events, as JSON."""

from collections.abc import Callable
from typing import Any, assert_never

from govkit.apply.events import Answered, Calling, Done, Event, Failed, Refused, Waiting
from govkit.model.call import ApiCall
from govkit.model.resource import Json, Resource

Saved = Callable[[Resource | None], Json]


def entry(event: Event, time: str, saved: Saved) -> dict[str, Any]:
    """Return the journal's entry for an event; `saved` puts a resource into restorable JSON."""
    head = {"time": time, "step": event.step.id, "address": str(event.step.address)}
    match event:
        case Calling(step, call):
            # With both ends, also of a step that nobody saw the end of there is a way back.
            ends = {"before": saved(step.change.before), "after": saved(step.change.after)}
            takes = [str(taken) for taken in step.change.takes]
            told = {**_call(call), "verb": step.verb, **ends, "takes": takes}
            return {"entry": "calling", **head, **told}
        case Answered(_, call, answer, settled):
            told = {"answer": dict(answer), "settled": settled}
            return {"entry": "answered", **head, **_call(call), **told}
        case Refused(_, call, code, message):
            told = {"code": code, "message": message}
            return {"entry": "refused", **head, **_call(call), **told}
        case Failed(_, reason, operation, code):
            return {
                "entry": "failed",
                **head,
                "operation": operation,
                "code": code,
                "reason": reason,
            }
        case Waiting(_, reason):
            return {"entry": "waiting", **head, "reason": reason}
        case Done(step, ids, already):
            return {
                "entry": "step_done",
                **head,
                "verb": step.verb,
                "already": already,
                "before": saved(step.change.before),
                "after": saved(step.change.after),
                "ids": dict(ids),
                "takes": [str(taken) for taken in step.change.takes],
            }
        case _:
            assert_never(event)


def _call(call: ApiCall) -> dict[str, Any]:
    return {
        "service": call.service,
        "operation": call.operation,
        "parameters": dict(call.params),
    }
