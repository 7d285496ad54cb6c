"""Who does what: reads by one role, and each step by the role that its authority asks for."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from govkit.apply.events import Calling, Event
from govkit.aws.failures import is_read
from govkit.errors import UsageError
from govkit.model.call import Api, ApiCall, Response
from govkit.model.kind import Authority

Door = Callable[[str | None], Api]

# Which task of the layout's `run:` does the steps of which authority.
TASKS: Mapping[str, str] = {
    "policies": Authority.DELEGATED.value,
    "structure": Authority.MANAGEMENT.value,
    "member": Authority.MEMBER.value,
}
# Whose call it is: member accounts are entered from the management account, as their roles trust no other.
_ROLE_OF: Mapping[str, str] = {
    Authority.DELEGATED.value: "policies",
    Authority.MANAGEMENT.value: "structure",
    Authority.MEMBER.value: "structure",
}


@dataclass(slots=True)
class ByTurns:
    """A door behind which several roles stand; each is assumed when it is first needed.

    Reads go by the role that reads; writes by the role whose turn it is. Without a role named for
    a task, the credentials at hand do it.
    """

    door: Door
    run: Mapping[str, str]
    _turn: str = _ROLE_OF[Authority.MANAGEMENT.value]

    def turn(self, authority: str) -> None:
        """Let the next writes be those of a step of this authority."""
        self._turn = _ROLE_OF[authority]

    def call(self, call: ApiCall) -> Response:
        """Make the call by the role that it is for."""
        return self._for(call).call(call)

    def items(self, key: str, call: ApiCall) -> Iterator[Any]:
        """Yield what all pages hold, asked for by the role that reads."""
        return self._for(call).items(key, call)

    def _for(self, call: ApiCall) -> Api:
        return self.door(self.run.get("read" if is_read(call.operation) else self._turn))


def by_turns(events: Iterable[Event], door: ByTurns) -> Iterator[Event]:
    """Yield the events, and give the turn to the role of each step before its call is made."""
    for event in events:
        if isinstance(event, Calling):
            door.turn(event.step.authority)
        yield event


def task(told: str | None) -> str | None:
    """Return the task that is asked for; UsageError where there is no such task."""
    if told is not None and told not in TASKS:
        raise UsageError("No such authority", f"--authority {told} is none of {', '.join(TASKS)}.")
    return told
