"""AWS CloudTrail: trails, what they record, and whether they do."""

from govkit.sandbox.calls import Call, Service, World
from govkit.sandbox.cloudtrail import selectors, trails
from govkit.sandbox.cloudtrail.rows import SHAPES
from govkit.sandbox.model import check_input, service_model
from govkit.sandbox.refusals import RefusalError, refusal


def _admit(_: World, call: Call) -> None:
    if call.operation not in service_model(call.service).operation_names:
        raise refusal("UnknownOperationException", message="The operation does not exist.")
    try:
        check_input(call.service, call.operation, call.params)
    except RefusalError as refused:
        raise refusal("InvalidParameterException", message=refused.message) from refused


SERVICE = Service(
    "cloudtrail", "cloudtrail", {**trails.HANDLERS, **selectors.HANDLERS}, SHAPES, _admit
)
