"""The door: makes calls that are data, at a pace that AWS likes and with patience; yields all pages."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

from govkit.aws.failures import Nature, as_aws_error, is_expired, is_read, nature
from govkit.aws.members import Members
from govkit.aws.pacing import PACED, Pacer
from govkit.aws.retry import Failure, Patience, Waiting, persist
from govkit.aws.session import Session
from govkit.errors import AwsError, GovkitError
from govkit.model.call import HERE, Api, ApiCall, Place, Response
from govkit.model.scope import Entry

_ORGANIZATIONS_PAGE = 20
_WORTH_SAYING = 2.0


def _say_nothing(waiting: Waiting) -> None:
    """Nobody wants to know."""


def _permit_all() -> None:
    """Nothing has to be held while one writes."""


def door(
    session: Session,
    *,
    pace: float | None = 80.0,
    timeout: float = 300.0,
    entry: Entry | None = None,
    waiting: Callable[[Waiting], None] = _say_nothing,
    permit: Callable[[], None] = _permit_all,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
    dice: Callable[[], float] = random.random,
) -> Api:
    """Return the door to AWS for this session.

    `pace` is the percentage of AWS's rates (None: as fast as it goes), `timeout` the seconds for
    which a call is repeated, `entry` says by which roles calls with another account's `Place`
    enter it. `waiting` hears what is waited for, from any thread. `permit` is asked right before
    every attempt to write, after all waiting for it, and may raise: what it stops was not sent.
    """
    patience = Patience(timeout, clock, sleep, dice, waiting)
    opened = _Door(session, Pacer(pace, clock=clock, sleep=sleep), patience, permit)
    if entry is not None:
        opened.members = Members(session, entry, opened.call, time.time)
    return opened


@dataclass(slots=True)
class _Door:
    session: Session
    pacer: Pacer
    patience: Patience
    permit: Callable[[], None]
    members: Members | None = None
    _in_contact: bool = False
    _mutex: threading.Lock = field(default_factory=threading.Lock)
    _account: str | None = None

    def call(self, call: ApiCall) -> Response:
        client = self._client(call)
        operation = f"{client.meta.service_model.signing_name}:{call.operation}"
        return persist(
            lambda: self._attempt(client, call, operation),
            self.patience,
            operation=operation,
            read=is_read(call.operation),
            in_contact=lambda: self._in_contact,
        )

    def items(self, key: str, call: ApiCall) -> Iterator[Any]:
        pages = self._pages(call)
        params = dict(call.params)
        if pages.limit is not None:
            params.setdefault(pages.limit, _ORGANIZATIONS_PAGE)
        seen: set[str] = set()
        while True:
            answer = self.call(replace(call, params=params))
            yield from answer.get(key) or ()
            token = answer.get(pages.answered)
            if not token or (pages.more is not None and not answer.get(pages.more)):
                return
            if token in seen:
                raise AwsError(
                    f"AWS gave the same page twice: {call.service}:{call.operation}",
                    "The list would never end, and may be incomplete.",
                    operation=f"{call.service}:{call.operation}",
                )
            seen.add(token)
            params = {**params, pages.asked: token}

    def _attempt(self, client: Any, call: ApiCall, operation: str) -> Response | Failure:
        from botocore.exceptions import BotoCoreError, ClientError

        lane = _lane(call.place)
        waited = self.pacer.wait(lane, call.service, call.operation)
        if waited > _WORTH_SAYING:
            self.patience.waiting(Waiting(operation, PACED, waited))
        try:
            answer = self._answer(client, call)
        except (BotoCoreError, ClientError) as error:
            sort = nature(error, call.service)
            self._in_contact |= isinstance(error, ClientError)
            if sort is Nature.THROTTLED:
                self.pacer.throttled(lane, call.service, call.operation)
            prefix = operation.partition(":")[0]
            return Failure(sort, as_aws_error(error, call, prefix, self._who(call)))
        self._in_contact = True
        self.pacer.taken(lane, call.service, call.operation)
        return answer

    def _answer(self, client: Any, call: ApiCall) -> Response:
        """Return the answer; an account whose session is over is entered once more: that call did nothing."""
        from botocore.exceptions import ClientError

        try:
            return self._asked(client, call)
        except ClientError as error:
            if self._elsewhere(call.place) is None or not is_expired(error):
                raise
        return self._asked(client, call)

    def _asked(self, client: Any, call: ApiCall) -> Response:
        with self._entered(call):  # first: to enter an account may take minutes
            if not is_read(call.operation):
                self.permit()
            return _told(getattr(client, _method(client, call))(**call.params))

    def _client(self, call: ApiCall) -> Any:
        account = self._elsewhere(call.place)
        there = self.session if account is None else self._members(account)
        return there.client(call.service, call.place.region)

    def _entered(self, call: ApiCall) -> AbstractContextManager[None]:
        account = self._elsewhere(call.place)
        if account is None:
            return nullcontext()
        return self._members(account).entered(account, read=is_read(call.operation))

    def _elsewhere(self, place: Place) -> str | None:
        """Return the account to enter, or None where one is there already."""
        return None if place.account in (None, self._own_of(place)) else place.account

    def _members(self, account: str) -> Members:
        if self.members is None:
            raise GovkitError(
                "No way into accounts",
                f"A call asks for account {account}, and nothing says how to enter it.",
                "Name the roles in the layout: run: {member: {read: …, write: …}}.",
            )
        return self.members

    def _own_of(self, place: Place) -> str | None:
        return None if place.account is None else self._own

    @property
    def _own(self) -> str:
        """The account of the credentials at hand: it is not entered, one is there already."""
        with self._mutex:
            if self._account is None:
                asked = ApiCall("sts", "GetCallerIdentity")
                self._account = str(self.call(asked)["Account"])
            return self._account

    def _who(self, call: ApiCall) -> str:
        account = self._elsewhere(call.place)
        if account is None:
            return self.session.who
        return self._members(account).who(account, read=is_read(call.operation))

    def _pages(self, call: ApiCall) -> "_Pages":
        named = self.session.pagination(call.service, call.operation)
        asked, answered = named.get("input_token"), named.get("output_token")
        if not (isinstance(asked, str) and isinstance(answered, str)):
            asked = answered = "NextToken"
        model = self._client(call).meta.service_model.operation_model(call.operation)
        members: Mapping[str, Any] = model.input_shape.members if model.input_shape else {}
        limit = "MaxResults" in members and call.service == "organizations"
        return _Pages(
            asked,
            answered,
            named.get("more_results"),
            "MaxResults" if limit else None,
        )


def _lane(place: Place) -> str | None:
    """Return whose rates a call counts against: AWS counts by account, and by Region."""
    return None if place == HERE else f"{place.account or ''}/{place.region or ''}"


def _told(answer: Mapping[str, Any]) -> Response:
    """Return what AWS says, whole: a body that streams is read here, where a lost one is repeated.

    How old an object is can only be told by the clock that dated it, so that one comes along.
    """
    told = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
    if hasattr(told.get("Body"), "read"):
        told["Body"] = told["Body"].read()
    if "LastModified" in told:
        told["Date"] = answer["ResponseMetadata"].get("HTTPHeaders", {}).get("date", "")
    return told


@dataclass(frozen=True, slots=True)
class _Pages:
    """The names of an operation's page tokens, and of its page size where we set it."""

    asked: str
    answered: str
    more: str | None
    limit: str | None


def _method(client: Any, call: ApiCall) -> str:
    from botocore import xform_name

    name: str = xform_name(call.operation)
    return name if hasattr(client, name) else call.operation
