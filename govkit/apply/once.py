"""A door for one look: what two parts of it ask alike is asked once."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from govkit.model.call import Api, ApiCall, Response


@dataclass
class Once:
    """Remembers the answers of one look; for reading only, and thrown away with the look."""

    api: Api
    answers: dict[str, Any] = field(default_factory=dict)

    def call(self, call: ApiCall) -> Response:
        """Return the answer, from memory where this look already asked."""
        answer: Response = self._once("", call, lambda: self.api.call(call))
        return answer

    def items(self, key: str, call: ApiCall) -> Iterator[Any]:
        """Yield what stands under the key on every page, from memory where already asked."""
        yield from self._once(key, call, lambda: tuple(self.api.items(key, call)))

    def _once(self, key: str, call: ApiCall, ask: Callable[[], Any]) -> Any:
        place = [call.place.account, call.place.region]
        asked = json.dumps(
            [key, call.service, call.operation, place, dict(call.params)], default=str
        )
        if asked not in self.answers:
            self.answers[asked] = ask()
        return self.answers[asked]
