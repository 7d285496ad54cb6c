"""The REST/JSON protocol, which Access Analyzer and Account Management speak, by botocore's model."""

import json
from collections.abc import Mapping
from typing import Any

from govkit.sandbox.clock import seconds
from govkit.sandbox.model import service_model
from govkit.sandbox.refusals import RefusalError, refusal
from govkit.sandbox.rest import in_body, routed
from govkit.sandbox.rest_xml import Answered, Sent


def read(service: str, sent: Sent) -> tuple[str, dict[str, Any]]:
    """Return the operation that a request asks for, and its parameters as a boto3 user writes them."""
    operation, params = routed(service, sent)
    shape = service_model(service).operation_model(operation).input_shape
    if shape is None or not sent.body:
        return operation, params
    try:
        told = json.loads(sent.body)
    except (ValueError, RecursionError) as problem:
        raise refusal("ValidationException", message="The body is not JSON.") from problem
    if not isinstance(told, dict):
        raise refusal("ValidationException", message="The body is not a JSON object.")
    names = {
        member.serialization.get("name", name): name for name, member in in_body(shape).items()
    }
    return operation, params | {names[one]: told[one] for one in told if one in names}


def written(service: str, operation: str, answer: Mapping[str, Any]) -> Answered:
    """Put an answer on the wire."""
    model = service_model(service).operation_model(operation)
    shape = model.output_shape
    value = {} if shape is None else _value(shape, answer)
    return _answered(int(model.http.get("responseCode", 200)), {}, value)


def _value(shape: Any, value: Any) -> Any:
    """Bring an answer into the wire's form; a member the model does not know is our mistake."""
    match shape.type_name:
        case "structure":
            return {
                shape.members[name].serialization.get("name", name): _value(
                    shape.members[name], one
                )
                for name, one in value.items()
            }
        case "list":
            return [_value(shape.member, one) for one in value]
        case "map":
            return {key: _value(shape.value, one) for key, one in value.items()}
        case "timestamp" if shape.serialization.get("timestampFormat") != "iso8601":
            return seconds(value)
        case _:
            return value


def refused(no: RefusalError, ident: str, *, method: str) -> Answered:  # noqa: ARG001 - as in all protocols
    """Put a refusal on the wire; its code stands in a header."""
    headers = {"x-amzn-ErrorType": no.code, "x-amzn-RequestId": ident}
    return _answered(no.status, headers, {"message": no.message})


def _answered(status: int, headers: Mapping[str, str], value: Mapping[str, Any]) -> Answered:
    body = json.dumps(value, ensure_ascii=False).encode()
    return Answered(status, {"Content-Type": "application/json", **headers}, body)
