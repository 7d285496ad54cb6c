"""What an apply tells while it goes on; the flow journals each event before it goes further."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from govkit.model.call import ApiCall
from govkit.model.plan import Step


@dataclass(frozen=True, slots=True)
class Calling:
    """A call is about to be made: it is not made before this was taken note of."""

    step: Step
    call: ApiCall


@dataclass(frozen=True, slots=True)
class Answered:
    """AWS answered the call; `settled` says that the answer was lost and the effect read back."""

    step: Step
    call: ApiCall
    answer: Mapping[str, Any]
    settled: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """AWS refused the call, or never got it, which changed nothing; what comes of it is told afterwards."""

    step: Step
    call: ApiCall
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The step was not done in its account; what does not need it goes on.

    `operation` and `code` are AWS's, and empty where it was not tried because one that it needs failed.
    """

    step: Step
    reason: str
    operation: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """AWS takes its time, or a read lags behind a write."""

    step: Step
    reason: str


@dataclass(frozen=True, slots=True)
class Done:
    """The step is carried through; `already` when there was nothing left to do."""

    step: Step
    ids: Mapping[str, str]
    already: bool = False


Event: TypeAlias = Calling | Answered | Refused | Failed | Waiting | Done
