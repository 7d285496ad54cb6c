"""Requests as bytes into calls, and answers into bytes, by the protocol of the service's model."""

import base64
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from govkit.sandbox import ec2_query, rest_control, rest_json, rest_xml
from govkit.sandbox.calls import Call, Service
from govkit.sandbox.clock import seconds
from govkit.sandbox.identity import caller_of
from govkit.sandbox.model import service_model
from govkit.sandbox.refusals import RefusalError, refusal
from govkit.sandbox.settings import Settings

_DIALECTS = {"rest-xml": rest_xml, "rest-json": rest_json, "ec2": ec2_query}
_SCOPE = re.compile(r"Credential=([^/,\s]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")


@dataclass(frozen=True, slots=True)
class Request:
    """Header names are lower case; method and URL matter to services that speak REST."""

    headers: Mapping[str, str]
    body: bytes
    method: str = "POST"
    url: str = "/"


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back over the wire."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Signature:
    """What a signed request says of itself before anybody reads its body."""

    access_key: str
    region: str
    service: str


def signature(headers: Mapping[str, str]) -> Signature:
    found = _SCOPE.search(headers.get("authorization", ""))
    return Signature(*found.groups()) if found else Signature("", "us-east-1", "")


def decode(service: Service, settings: Settings, request: Request) -> Call:
    """Read a request to a service; an unreadable one is refused as AWS would."""
    signed = signature(request.headers)
    if _is_query(service):
        operation, params = _from_query(service, request.body)
    elif (dialect := _dialect(service)) is not None:
        sent = rest_xml.Sent(request.method, request.url, request.headers, request.body)
        operation, params = dialect.read(service.name, sent)
    else:
        operation = request.headers.get("x-amz-target", "").rpartition(".")[2]
        params = _from_json(request.body)
    token = request.headers.get("x-amz-security-token", "")
    return Call(
        service=service.name,
        operation=operation,
        params=params,
        caller=caller_of(settings, signed.access_key, token),
        region=signed.region,
        user_agent=request.headers.get("user-agent", ""),
    )


def encode(service: Service, operation: str, answer: Mapping[str, Any]) -> Reply:
    dialect = _dialect(service)
    if dialect is not None:
        return _rest_reply(dialect.written(service.name, operation, answer), request_id())
    shape = service_model(service.name).operation_model(operation).output_shape
    if _is_query(service):
        return _xml_reply(service, operation, "" if shape is None else _xml(shape, answer))
    value = {} if shape is None else _json_value(shape, answer)
    return _json_reply(200, value if shape is not None or answer else {})


def encode_refusal(
    service: Service | None, refused: RefusalError, *, method: str = "POST"
) -> Reply:
    """Say no in the service's protocol; in JSON where the service is unknown."""
    dialect = None if service is None else _dialect(service)
    if dialect is not None:
        ident = request_id()
        return _rest_reply(dialect.refused(refused, ident, method=method), ident)
    if service is not None and _is_query(service):
        return _xml_refusal(refused)
    body = {"__type": refused.code, "Message": refused.message}
    if refused.reason:
        body["Reason"] = refused.reason
    return _json_reply(refused.status, body)


def _is_query(service: Service) -> bool:
    return bool(service_model(service.name).metadata["protocol"] == "query")


def _dialect(service: Service) -> Any:
    """Return the module that reads and writes a service's protocol, where it has one of its own."""
    if service.name == "s3control":
        return rest_control
    return _DIALECTS.get(service_model(service.name).metadata["protocol"])


def _rest_reply(answered: rest_xml.Answered, ident: str) -> Reply:
    headers = {"Content-Type": "application/xml", **answered.headers, "x-amz-request-id": ident}
    return Reply(answered.status, headers, answered.body)


def _from_json(body: bytes) -> dict[str, Any]:
    try:
        params = json.loads(body or b"{}")
    except (ValueError, RecursionError) as problem:
        raise refusal("SerializationException", message="The body is not JSON.") from problem
    if not isinstance(params, dict):
        raise refusal("SerializationException", message="The body is not a JSON object.")
    return params


def _from_query(service: Service, body: bytes) -> tuple[str, dict[str, Any]]:
    try:
        flat = dict(parse_qsl(body.decode(), keep_blank_values=True))
    except UnicodeDecodeError as problem:
        raise refusal("MalformedInput", message="The body is not a form.") from problem
    operation = flat.get("Action", "")
    model = service_model(service.name)
    if operation not in model.operation_names:
        raise refusal("InvalidAction", message=f"Could not find operation {operation}.")
    shape = model.operation_model(operation).input_shape
    return operation, {} if shape is None else _unflatten(shape, "", flat)


def _unflatten(shape: Any, prefix: str, flat: Mapping[str, str]) -> Any:
    """Build a value of the shape from `Tags.member.1.Key=…` pairs."""
    match shape.type_name:
        case "structure":
            found = {}
            for name, member in shape.members.items():
                path = f"{prefix}.{name}" if prefix else name
                if any(key == path or key.startswith(f"{path}.") for key in flat):
                    found[name] = _unflatten(member, path, flat)
            return found
        case "list":
            return [
                _unflatten(shape.member, f"{prefix}.member.{index}", flat)
                for index in _indexes(f"{prefix}.member.", flat)
            ]
        case "integer" | "long":
            return int(flat[prefix]) if re.fullmatch(r"-?\d{1,18}", flat[prefix]) else flat[prefix]
        case "boolean":
            return flat[prefix] == "true"
        case _:
            return flat[prefix]


def _indexes(prefix: str, flat: Mapping[str, str]) -> list[int]:
    heads = {key.removeprefix(prefix).partition(".")[0] for key in flat if key.startswith(prefix)}
    return sorted(int(head) for head in heads if head.isdigit())


def _json_value(shape: Any, value: Any) -> Any:
    """Bring an answer into the wire's form; a member the model does not know is our mistake."""
    match shape.type_name:
        case "structure":
            return {name: _json_value(shape.members[name], one) for name, one in value.items()}
        case "list":
            return [_json_value(shape.member, one) for one in value]
        case "timestamp":
            return seconds(value)
        case _:
            return value


def _xml(shape: Any, value: Any) -> str:
    match shape.type_name:
        case "structure":
            return "".join(
                f"<{name}>{_xml(shape.members[name], one)}</{name}>" for name, one in value.items()
            )
        case "list":
            return "".join(f"<member>{_xml(shape.member, one)}</member>" for one in value)
        case "map":
            return "".join(
                f"<entry><key>{escape(str(key))}</key><value>{_xml(shape.value, one)}</value></entry>"
                for key, one in value.items()
            )
        case "boolean":
            return "true" if value else "false"
        case "blob":
            return base64.b64encode(value).decode()
        case _:
            return escape(str(value))


def _json_reply(status: int, value: Mapping[str, Any]) -> Reply:
    headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-RequestId": request_id()}
    return Reply(status, headers, json.dumps(value, ensure_ascii=False).encode())


def _xml_reply(service: Service, operation: str, result: str) -> Reply:
    namespace = service_model(service.name).metadata["xmlNamespace"]
    ident = request_id()
    body = (
        f'<{operation}Response xmlns="{namespace}"><{operation}Result>{result}</{operation}Result>'
        f"<ResponseMetadata><RequestId>{ident}</RequestId></ResponseMetadata></{operation}Response>"
    )
    return Reply(200, {"Content-Type": "text/xml", "x-amzn-RequestId": ident}, body.encode())


def _xml_refusal(refused: RefusalError) -> Reply:
    ident = request_id()
    body = (
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{escape(refused.code)}</Code>"
        f"<Message>{escape(refused.message)}</Message></Error>"
        f"<RequestId>{ident}</RequestId></ErrorResponse>"
    )
    headers = {"Content-Type": "text/xml", "x-amzn-RequestId": ident}
    return Reply(refused.status, headers, body.encode())


def request_id() -> str:
    return str(uuid.uuid4())
