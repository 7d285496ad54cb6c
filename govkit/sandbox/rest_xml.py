"""The REST/XML protocol, which S3 speaks: paths, queries, headers and bodies, by botocore's model."""

import base64
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.etree.ElementTree import Element, ParseError, fromstring
from xml.sax.saxutils import escape

from govkit.sandbox.clock import seconds
from govkit.sandbox.model import service_model
from govkit.sandbox.refusals import RefusalError, refusal

_HOSTED = re.compile(r"(?P<bucket>[a-z0-9][a-z0-9.-]+)\.s3[.-]")


@dataclass(frozen=True, slots=True)
class Sent:
    """A request in this protocol; header names are lower case."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class _Route:
    """What an operation's requests look like: which parts the path has, and what else is a must."""

    operation: str
    method: str
    path: str
    literals: Mapping[str, str]
    queries: frozenset[str]
    headers: frozenset[str]

    @property
    def weight(self) -> int:
        return len(self.literals) + len(self.queries) + len(self.headers)

    def fits(self, sent: Sent, path: str, query: Mapping[str, str]) -> bool:
        return (
            (self.method, self.path) == (sent.method, path)
            and all(query.get(name) == value for name, value in self.literals.items())
            and self.queries <= query.keys()
            and self.headers <= sent.headers.keys()
        )


def read(service: str, sent: Sent) -> tuple[str, dict[str, Any]]:
    """Return the operation that a request asks for, and its parameters as a boto3 user writes them."""
    parts = urlsplit(sent.url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    bucket, key = _place(parts.netloc or sent.headers.get("host", ""), parts.path)
    path = "/{Bucket}/{Key+}" if key else "/{Bucket}" if bucket else "/"
    fitting = [route for route in _routes(service) if route.fits(sent, path, query)]
    if not fitting:
        raise refusal("MethodNotAllowed", message="The method is not allowed here.", status=405)
    operation = max(fitting, key=lambda route: route.weight).operation
    shape = service_model(service).operation_model(operation).input_shape
    body, trailer = _unchunked(sent)
    headers = {**sent.headers, **trailer}
    _check_sum(headers, body)
    found = {"Bucket": bucket, "Key": key}
    params = {name: value for name, value in found.items() if value}
    return operation, params if shape is None else params | _members(shape, headers, query, body)


def _place(host: str, path: str) -> tuple[str, str]:
    """Return bucket and key: the bucket stands in the host's name, or first in the path."""
    hosted = _HOSTED.match(host)
    if hosted is not None:
        return hosted["bucket"], unquote(path.removeprefix("/"))
    bucket, _, key = path.removeprefix("/").partition("/")
    return unquote(bucket), unquote(key)


@cache
def _routes(service: str) -> tuple[_Route, ...]:
    model = service_model(service)
    current = (one for one in model.operation_names if not model.operation_model(one).deprecated)
    return tuple(_route(service, name) for name in current)


def _route(service: str, operation: str) -> _Route:
    model = service_model(service).operation_model(operation)
    path, _, query = model.http["requestUri"].partition("?")
    shape: Any = model.input_shape
    musts: dict[str, set[str]] = {"querystring": set(), "header": set()}
    for name in shape.required_members if shape else ():
        told = shape.members[name].serialization
        location, wire = told.get("location"), told.get("name", name)
        if location in musts:
            musts[location].add(wire.lower() if location == "header" else wire)
    literals = dict(parse_qsl(query, keep_blank_values=True))
    return _Route(
        operation,
        model.http["method"],
        path,
        literals,
        frozenset(musts["querystring"]),
        frozenset(musts["header"]),
    )


def _unchunked(sent: Sent) -> tuple[bytes, dict[str, str]]:
    """Take the chunks of a streamed body together; what trails it are headers."""
    if "aws-chunked" not in sent.headers.get("content-encoding", ""):
        return sent.body, {}
    body, rest = b"", sent.body
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        count = int(size.partition(b";")[0], 16)
        if not count:
            break
        body, rest = body + rest[:count], rest[count + 2 :]
    lines = (line.decode().partition(":") for line in rest.split(b"\r\n") if line)
    return body, {name.strip().lower(): value.strip() for name, _, value in lines}


def _check_sum(headers: Mapping[str, str], body: bytes) -> None:
    told = headers.get("x-amz-checksum-crc32")
    if told and told != base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode():
        raise refusal("BadDigest", message="The CRC32 you specified did not match what we received")


def _members(
    shape: Any, headers: Mapping[str, str], query: Mapping[str, str], body: bytes
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, member in shape.members.items():
        told = member.serialization
        wire = told.get("name", name)
        source = {"header": headers, "querystring": query}.get(told.get("location"))
        if source is not None and (text := source.get(wire if source is query else wire.lower())):
            found[name] = _scalar(member, text)
        elif told.get("location") == "headers":
            given = {key: value for key, value in headers.items() if key.startswith(wire)}
            found |= {name: {key.removeprefix(wire): given[key] for key in given}} if given else {}
    payload = shape.serialization.get("payload")
    if payload is not None and body:
        found[payload] = _payload(shape.members[payload], body)
    return found


def _payload(shape: Any, body: bytes) -> Any:
    match shape.type_name:
        case "structure":
            return _parsed(shape, _tree(body))
        case "string":
            return body.decode(errors="replace")
        case _:
            return body


def _tree(body: bytes) -> Element:
    if b"<!" in body:  # no document type, and so no entities that grow
        raise refusal("MalformedXML", message="The XML you provided was not well-formed.")
    try:
        return fromstring(body)  # noqa: S314 - it declares no entities: see above
    except ParseError as problem:
        text = "The XML you provided was not well-formed."
        raise refusal("MalformedXML", message=text) from problem


def _parsed(shape: Any, element: Element) -> Any:
    match shape.type_name:
        case "structure":
            found = {}
            for name, member in shape.members.items():
                flat = member.serialization.get("flattened")
                wire = _element_name(name, member)
                below = [one for one in element if one.tag.rpartition("}")[2] == wire]
                if flat and below:
                    found[name] = [_parsed(member.member, one) for one in below]
                elif below:
                    found[name] = _parsed(member, below[0])
            return found
        case "list":
            return [_parsed(shape.member, one) for one in element]
        case _:
            return _scalar(shape, element.text or "")


def _scalar(shape: Any, text: str) -> Any:
    match shape.type_name:
        case "integer" | "long" if re.fullmatch(r"-?\d{1,18}", text):
            return int(text)
        case "boolean":
            return text == "true"
        case _:
            return text


def _element_name(name: str, member: Any) -> str:
    told = member.serialization
    if told.get("flattened"):
        return str(told.get("name") or member.member.serialization.get("name") or name)
    return str(told.get("name", name))


@dataclass(frozen=True, slots=True)
class Answered:
    """What goes back in this protocol."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def written(service: str, operation: str, answer: Mapping[str, Any]) -> Answered:
    """Put an answer on the wire: members where the model says that they go."""
    model = service_model(service).operation_model(operation)
    status = int(model.http.get("responseCode", 200))
    shape: Any = model.output_shape
    if shape is None:
        return Answered(status, {}, b"")
    headers = dict(_headers(shape, answer))
    payload = shape.serialization.get("payload")
    if payload is not None:
        value = answer.get(payload, b"")
        return Answered(status, headers, _alone(shape.members[payload], value))
    inside = {name: value for name, value in answer.items() if not _located(shape.members[name])}
    body = _document(shape, inside) if any(map(_is_inside, shape.members.values())) else b""
    return Answered(status, headers, body)


def _alone(member: Any, value: Any) -> bytes:
    """Return the body that is one member and nothing else: text as it is, structures as XML."""
    if isinstance(value, bytes):
        return value
    return str(value).encode() if member.type_name == "string" else _document(member, value)


def _located(member: Any) -> bool:
    return "location" in member.serialization


def _is_inside(member: Any) -> bool:
    return not _located(member)


def _headers(shape: Any, answer: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in answer.items():
        member = shape.members[name]
        wire = member.serialization.get("name", name)
        match member.serialization.get("location"):
            case "header" if member.type_name == "timestamp":
                yield wire, formatdate(seconds(value), usegmt=True)
            case "header":
                yield wire, _text(member, value)
            case "headers":
                yield from ((f"{wire}{key}", str(one)) for key, one in value.items())
            case _:
                continue  # it goes into the body


def _document(shape: Any, value: Any) -> bytes:
    root = shape.serialization.get("name", shape.name)
    space = "http://s3.amazonaws.com/doc/2006-03-01/"
    return f'<{root} xmlns="{space}">{_inner(shape, value)}</{root}>'.encode()


def _inner(shape: Any, value: Any) -> str:
    match shape.type_name:
        case "structure":
            return "".join(_element(shape.members[name], name, one) for name, one in value.items())
        case "list":
            wire = shape.member.serialization.get("name", "member")
            return "".join(f"<{wire}>{_inner(shape.member, one)}</{wire}>" for one in value)
        case _:
            return escape(_text(shape, value))


def _element(member: Any, name: str, value: Any) -> str:
    wire = _element_name(name, member)
    if member.serialization.get("flattened"):
        return "".join(f"<{wire}>{_inner(member.member, one)}</{wire}>" for one in value)
    return f"<{wire}>{_inner(member, value)}</{wire}>"


def _text(shape: Any, value: Any) -> str:
    return str(value).lower() if shape.type_name == "boolean" else str(value)


# What every service says, in S3's own words.
_WORDS = {
    "TooManyRequestsException": ("SlowDown", 503),
    "ConcurrentModificationException": ("OperationAborted", 409),
    "ServiceException": ("InternalError", 500),
    "AccessDeniedException": ("AccessDenied", 403),
    "ExpiredTokenException": ("ExpiredToken", 400),
    "UnsupportedOperationException": ("NotImplemented", 501),
}


def refused(no: RefusalError, ident: str, *, method: str) -> Answered:
    """Put a refusal on the wire; the answer to a HEAD has no body to say more in."""
    code, status = _WORDS.get(no.code, (no.code, no.status))
    body = (
        f"<Error><Code>{escape(code)}</Code><Message>{escape(no.message)}</Message>"
        f"<RequestId>{ident}</RequestId></Error>"
    )
    return Answered(status, {}, b"" if method == "HEAD" or status == 304 else body.encode())  # noqa: PLR2004 - Not Modified
