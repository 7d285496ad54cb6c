"""Which operation a REST request asks for, and what its path, query and headers say, by the model."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from govkit.sandbox.model import service_model
from govkit.sandbox.refusals import refusal
from govkit.sandbox.rest_xml import Sent

_LABEL = re.compile(r"\\\{(\w+)\\\}")


def routed(service: str, sent: Sent) -> tuple[str, dict[str, Any]]:
    """Return the operation, and those of its parameters that do not stand in the body."""
    parts = urlsplit(sent.url)
    for operation, method, path in _routes(service):
        found = path.fullmatch(parts.path) if method == sent.method else None
        if found is not None:
            model = service_model(service).operation_model(operation)
            query = parse_qs(parts.query, keep_blank_values=True)
            labels = {name: unquote(text) for name, text in found.groupdict().items()}
            told = _told(model.input_shape, labels, query, sent.headers)
            return operation, dict(told)
    text = f"The service knows no {sent.method} {parts.path}."
    raise refusal("UnknownOperationException", message=text, status=404)


def in_body(shape: Any) -> Mapping[str, Any]:
    """Return the members of a shape that the body holds."""
    return {
        name: member
        for name, member in shape.members.items()
        if "location" not in member.serialization
    }


@cache
def _routes(service: str) -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    model, found = service_model(service), []
    for operation in model.operation_names:
        http = model.operation_model(operation).http
        path = _LABEL.sub(r"(?P<\1>[^/]+)", re.escape(http["requestUri"].partition("?")[0]))
        found.append((operation, http["method"], re.compile(path)))
    return tuple(found)


def _told(
    shape: Any,
    labels: Mapping[str, str],
    query: Mapping[str, list[str]],
    headers: Mapping[str, str],
) -> Iterator[tuple[str, Any]]:
    for name, member in shape.members.items() if shape is not None else ():
        wire = member.serialization.get("name", name)
        match member.serialization.get("location"):
            case "uri":
                yield name, labels[wire]
            case "querystring" if wire in query:
                texts = query[wire]
                many = member.type_name == "list"
                yield name, texts if many else plain(member, texts[0])
            case "header" if wire.lower() in headers:
                yield name, plain(member, headers[wire.lower()])
            case _:
                continue  # it stands in the body, or was not told


def plain(shape: Any, text: str) -> Any:
    """Read a figure, a truth or a text, as the model says which; nonsense stays text."""
    match shape.type_name:
        case "integer" | "long" if re.fullmatch(r"-?\d{1,18}", text):
            return int(text)
        case "boolean":
            return text.lower() == "true"
        case _:
            return text
