"""AWS IAM, as far as the baseline and credential hygiene ask for it."""

from collections.abc import Mapping

from govkit.sandbox.calls import Call, Handler, Service, World
from govkit.sandbox.iam import (
    account,
    credentials,
    features,
    made_roles,
    permissions,
    report,
    roles,
    users,
)
from govkit.sandbox.iam.rows import SHAPES
from govkit.sandbox.model import check_input, service_model
from govkit.sandbox.refusals import RefusalError, refusal


def _admit(_: World, call: Call) -> None:
    if call.operation not in service_model(call.service).operation_names:
        raise refusal("InvalidAction", message=f"Could not find operation {call.operation}.")
    try:
        check_input(call.service, call.operation, call.params)
    except RefusalError as refused:
        text = f"1 validation error detected: {refused.message}"
        raise refusal("ValidationError", message=text) from refused


_HANDLERS: Mapping[str, Handler] = {
    **account.HANDLERS,
    **roles.HANDLERS,
    **users.HANDLERS,
    **credentials.HANDLERS,
    **permissions.HANDLERS,
    **report.HANDLERS,
    **features.HANDLERS,
    **made_roles.handlers(roles.get_role),
}

_SHAPES = {**SHAPES, "made_roles": made_roles.SHAPE}

SERVICE = Service("iam", "iam", _HANDLERS, _SHAPES, _admit)
