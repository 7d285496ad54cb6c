"""IAM Access Analyzer: analyzers, their archive rules, and the statistics of what they found."""

from govkit.sandbox.analyzers import analyzers, archive_rules, findings
from govkit.sandbox.analyzers.rows import SHAPES, invalid
from govkit.sandbox.calls import Call, Service, World
from govkit.sandbox.model import check_input, service_model
from govkit.sandbox.refusals import RefusalError, refusal


def _admit(_: World, call: Call) -> None:
    if call.operation not in service_model(call.service).operation_names:
        raise refusal("UnknownOperationException", message="The operation does not exist.")
    try:
        check_input(call.service, call.operation, call.params)
    except RefusalError as refused:
        raise invalid(refused.message) from refused


SERVICE = Service(
    "accessanalyzer",
    "access-analyzer",
    {**analyzers.HANDLERS, **archive_rules.HANDLERS, **findings.HANDLERS},
    SHAPES,
    _admit,
)
