"""The layout's section `baseline: {config: …}`: what is recorded, and where it goes."""

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from govkit.kinds._keepers import Keeper
from govkit.kinds._log_buckets import LogBucket
from govkit.kinds.config_aggregator import Aggregator
from govkit.kinds.conformance_pack import Pack
from govkit.kinds.organization_rule import ManagedRule

NAME = "govkit"
ALL, ONLY, EXCEPT = "all", "only", "except"
STRATEGIES = {
    ALL: "ALL_SUPPORTED_RESOURCE_TYPES",
    ONLY: "INCLUSION_BY_RESOURCE_TYPES",
    EXCEPT: "EXCLUSION_BY_RESOURCE_TYPES",
}
MODES = {"continuous": "CONTINUOUS", "daily": "DAILY"}


@dataclass(frozen=True, slots=True)
class Recorder:
    """What is recorded: `recorder: {types: all, global_types_in: eu-west-1, mode: continuous}`."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    types: Literal["all"] | list[str] | dict[Literal["except"], list[str]] = "all"
    global_types_in: str | None = None
    mode: Literal["continuous", "daily"] = "continuous"
    role: str | None = None
    name: str = NAME


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where what is recorded goes, and how often a snapshot of all is sent."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    bucket: LogBucket
    frequency: Literal[
        "One_Hour", "Three_Hours", "Six_Hours", "Twelve_Hours", "TwentyFour_Hours"
    ] = "TwentyFour_Hours"
    sns_topic: str | None = None
    kms_key: str | None = None
    name: str = NAME


@dataclass(frozen=True, slots=True)
class Config:
    """The section whole; `engine` says how AWS Config gets into the accounts."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    delivery: Delivery
    recorder: Recorder = field(default_factory=Recorder)
    managed_by: Keeper = "govkit"
    aggregator: Aggregator | None = None
    rules: dict[str, ManagedRule] = field(default_factory=dict)
    conformance_packs: dict[str, Pack] = field(default_factory=dict)
    engine: Literal["direct", "stackset"] = "direct"


def recorded(rule: Recorder) -> tuple[str, tuple[str, ...]]:
    """Return what is recorded: all, only the types, or all except them."""
    match rule.types:
        case "all":
            return ALL, ()
        case dict():
            return EXCEPT, tuple(sorted(rule.types["except"]))
        case _:
            return ONLY, tuple(sorted(rule.types))
