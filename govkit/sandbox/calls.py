"""The nouns of a pretend service: who calls, what is asked, and what a service may look at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from govkit.sandbox.settings import Settings
from govkit.sandbox.tables import Document, Shape


@dataclass(frozen=True, slots=True)
class Caller:
    """A principal as AWS sees it. `expires` is in seconds since 1970; 0 is never."""

    account: str
    arn: str
    user_id: str
    access_key: str
    expires: float = 0.0
    session: bool = True
    chained: bool = False
    source_identity: str = ""
    console: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """One request, decoded: parameters are as a boto3 user writes them."""

    service: str
    operation: str
    params: Mapping[str, Any]
    caller: Caller | None = None
    region: str = "us-east-1"
    user_agent: str = ""
    source_ip: str = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class World:
    """What a service sees while it answers one call: the tables, the choices, the caller, the time.

    `region` is the one that the call was made in.
    """

    documents: Callable[[str], Document]
    settings: Settings
    caller: Caller
    now: float
    region: str = "us-east-1"


Handler = Callable[[World, Mapping[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Service:
    """A pretend service. `admit` refuses before the handler looks; `shapes` are its tables on disk.

    `name` is botocore's name of the service and of its model, `signing` the one in a signature.
    What is `consistent` never lags: a read sees every write before it.
    """

    name: str
    signing: str
    handlers: Mapping[str, Handler]
    shapes: Mapping[str, Shape]
    admit: Callable[[World, Call], None]
    consistent: bool = False


READS = ("Describe", "List", "Get", "Head", "Lookup")


def is_read(operation: str) -> bool:
    return operation.startswith(READS)
