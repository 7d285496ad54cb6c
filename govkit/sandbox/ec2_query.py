"""EC2's own query protocol: forms with capital letters and flat lists, answers without a wrapper."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from govkit.sandbox.model import service_model
from govkit.sandbox.refusals import RefusalError, refusal
from govkit.sandbox.rest import plain
from govkit.sandbox.rest_xml import Answered, Sent


def read(service: str, sent: Sent) -> tuple[str, dict[str, Any]]:
    """Return the operation that a request asks for, and its parameters as a boto3 user writes them."""
    try:
        flat = dict(parse_qsl(sent.body.decode(), keep_blank_values=True))
    except UnicodeDecodeError as problem:
        raise refusal("MalformedInput", message="The body is not a form.") from problem
    operation = flat.get("Action", "")
    model = service_model(service)
    if operation not in model.operation_names:
        text = f"The action {operation} is not valid for this web service."
        raise refusal("InvalidAction", message=text)
    shape = model.operation_model(operation).input_shape
    return operation, {} if shape is None else _built(shape, "", flat)


def _built(shape: Any, prefix: str, flat: Mapping[str, str]) -> Any:
    match shape.type_name:
        case "structure":
            found = {}
            for name, member in shape.members.items():
                path = f"{prefix}.{_wire(member, name)}" if prefix else _wire(member, name)
                if any(key == path or key.startswith(f"{path}.") for key in flat):
                    found[name] = _built(member, path, flat)
            return found
        case "list":
            heads = {key.removeprefix(f"{prefix}.").partition(".")[0] for key in flat}
            places = sorted(int(head) for head in heads if head.isdigit())
            return [_built(shape.member, f"{prefix}.{place}", flat) for place in places]
        case _:
            return plain(shape, flat[prefix])


def _wire(member: Any, name: str) -> str:
    """Return a parameter's name in the form, as botocore chooses it for EC2."""
    told = member.serialization
    own = str(told.get("name", name))
    return str(told.get("queryName") or own[0].upper() + own[1:])


def written(service: str, operation: str, answer: Mapping[str, Any]) -> Answered:
    """Put an answer on the wire."""
    model = service_model(service)
    shape: Any = model.operation_model(operation).output_shape
    inside = "" if shape is None else _written(shape, answer)
    space = f"http://ec2.amazonaws.com/doc/{model.api_version}/"
    body = f'<{operation}Response xmlns="{space}">{inside}</{operation}Response>'
    return Answered(200, {"Content-Type": "text/xml"}, body.encode())


def _written(shape: Any, value: Any) -> str:
    match shape.type_name:
        case "structure":
            return "".join(
                f"<{wire}>{_written(shape.members[name], one)}</{wire}>"
                for name, one in value.items()
                for wire in (shape.members[name].serialization.get("name", name),)
            )
        case "list":
            return "".join(f"<item>{_written(shape.member, one)}</item>" for one in value)
        case "boolean":
            return str(value).lower()
        case _:
            return escape(str(value))


def refused(no: RefusalError, ident: str, *, method: str) -> Answered:  # noqa: ARG001 - as in all protocols
    """Put a refusal on the wire."""
    body = (
        f"<Response><Errors><Error><Code>{escape(no.code)}</Code>"
        f"<Message>{escape(no.message)}</Message></Error></Errors><RequestID>{ident}</RequestID></Response>"
    )
    return Answered(no.status, {"Content-Type": "text/xml"}, body.encode())
