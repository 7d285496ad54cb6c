"""S3 Control's REST/XML: the account stands in a header and in front of the host, the rest in a body."""

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, ParseError, fromstring
from xml.sax.saxutils import escape

from govkit.sandbox.model import service_model
from govkit.sandbox.refusals import RefusalError, refusal
from govkit.sandbox.rest import in_body, plain, routed
from govkit.sandbox.rest_xml import Answered, Sent


def read(service: str, sent: Sent) -> tuple[str, dict[str, Any]]:
    """Return the operation that a request asks for, and its parameters as a boto3 user writes them."""
    operation, params = routed(service, sent)
    shape = service_model(service).operation_model(operation).input_shape
    if shape is None or not sent.body:
        return operation, params
    payload = shape.serialization.get("payload")
    told = in_body(shape) if payload is None else {payload: shape.members[payload]}
    root = _tree(sent.body)
    holder = {_name(root): root} if payload is not None else _children(root)
    for name, member in told.items():
        found = holder.get(member.serialization.get("name", name))
        if found is not None:
            params[name] = _parsed(member, found)
    return operation, params


def _tree(body: bytes) -> Element:
    if b"<!" in body:  # no document type, and so no entities that grow
        raise _malformed()
    try:
        return fromstring(body)  # noqa: S314 - it declares no entities: see above
    except ParseError as problem:
        raise _malformed() from problem


def _malformed() -> RefusalError:
    return refusal("MalformedXML", message="The XML you provided was not well-formed.")


def _parsed(shape: Any, element: Element) -> Any:
    if shape.type_name != "structure":
        return plain(shape, element.text or "")
    below = _children(element)
    return {
        name: _parsed(member, below[wire])
        for name, member in shape.members.items()
        if (wire := member.serialization.get("name", name)) in below
    }


def _children(element: Element) -> dict[str, Element]:
    return {_name(one): one for one in element}


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def written(service: str, operation: str, answer: Mapping[str, Any]) -> Answered:
    """Put an answer on the wire."""
    model = service_model(service).operation_model(operation)
    status = int(model.http.get("responseCode", 200))
    shape: Any = model.output_shape
    if shape is None:
        return Answered(status, {}, b"")
    payload = shape.serialization.get("payload")
    inside = _written(shape, answer)
    text = inside if payload is not None else f"<{operation}Result>{inside}</{operation}Result>"
    return Answered(status, {}, text.encode())


def _written(shape: Any, value: Any) -> str:
    match shape.type_name:
        case "structure":
            return "".join(
                f"<{name}>{_written(shape.members[name], one)}</{name}>"
                for name, one in value.items()
            )
        case "boolean":
            return str(value).lower()
        case _:
            return escape(str(value))


def refused(no: RefusalError, ident: str, *, method: str) -> Answered:  # noqa: ARG001 - as in all protocols
    """Put a refusal on the wire."""
    body = (
        f"<ErrorResponse><Error><Code>{escape(no.code)}</Code>"
        f"<Message>{escape(no.message)}</Message></Error><RequestId>{ident}</RequestId></ErrorResponse>"
    )
    return Answered(no.status, {}, body.encode())
