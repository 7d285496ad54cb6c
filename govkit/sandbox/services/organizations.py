"""AWS Organizations: every operation's handler, and the checks before all of them."""

from collections.abc import Mapping
from itertools import chain
from typing import Any

from govkit.sandbox.calls import Call, Handler, Service, World
from govkit.sandbox.model import check_input, service_model
from govkit.sandbox.organizations import (
    access,
    accounts,
    attachments,
    creation,
    delegation,
    departure,
    effective,
    organization,
    policies,
    policy_types,
    tags,
    tree,
    trust,
)
from govkit.sandbox.organizations.rows import SHAPES
from govkit.sandbox.refusals import refusal
from govkit.sandbox.stacks.follow import follow

_MODULES = (
    accounts,
    attachments,
    creation,
    delegation,
    departure,
    effective,
    organization,
    policies,
    policy_types,
    tags,
    tree,
    trust,
)


def _admit(world: World, call: Call) -> None:
    """Check operation, caller and input, in this order, and end what was due in the meantime."""
    if call.operation not in service_model(call.service).operation_names:
        raise refusal("UnknownOperationException", message="The operation does not exist.")
    creation.settle(world)
    access.admit(world, call.operation, call.params)
    check_input(call.service, call.operation, call.params)


def _followed(handler: Handler) -> Handler:
    """Let StackSets take notice of accounts that come into an OU, or leave one."""

    def handle(world: World, params: Mapping[str, Any]) -> dict[str, Any]:
        answer = handler(world, params)
        follow(world)
        return answer

    return handle


_OFFERED: Mapping[str, Handler] = dict(chain(*(module.HANDLERS.items() for module in _MODULES)))
_MOVING = ("MoveAccount", "CloseAccount", "RemoveAccountFromOrganization", "LeaveOrganization")
_HANDLERS: Mapping[str, Handler] = {
    **_OFFERED,
    **{operation: _followed(_OFFERED[operation]) for operation in _MOVING},
}

SERVICE = Service("organizations", "organizations", _HANDLERS, SHAPES, _admit)
