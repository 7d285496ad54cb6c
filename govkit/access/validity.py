"""Say where a policy document departs from the grammar that AWS accepts."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from govkit.access.condition import named
from govkit.access.operators import known
from govkit.access.verdict import Kind

_VERSIONS = ("2012-10-17", "2008-10-17")
_STATEMENT_KEYS = frozenset(
    (
        *("Sid", "Effect", "Condition", "Principal", "NotPrincipal"),
        *("Action", "NotAction", "Resource", "NotResource"),
    )
)
_PRINCIPALS = frozenset(("AWS", "Service", "Federated", "CanonicalUser"))
_SERVICE_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")


@dataclass(frozen=True, slots=True)
class Fault:
    """Where (such as `Statement[0].Action`; empty for the whole document) and what."""

    path: str
    message: str


def faults(document: Any, kind: Kind | None = None) -> tuple[Fault, ...]:
    """Return what is wrong with a document: as an SCP or RCP, or with None as any IAM policy.

    Sources: IAM's policy grammar, and the SCP and RCP syntax pages of AWS Organizations
    (reference_policies_grammar.html, orgs_manage_policies_scps_syntax.html,
    orgs_manage_policies_rcps_syntax.html). What the grammar accepts may still mean nothing: that
    is for the lint to say.
    """
    if not isinstance(document, Mapping):
        return (Fault("", "a policy is a JSON object"),)
    return tuple(_document(document, kind))


def _document(document: Mapping[str, Any], kind: Kind | None) -> Iterator[Fault]:
    for key in document.keys() - {"Version", "Id", "Statement"}:
        yield Fault(key, f"a policy has no element {key}")
    version = document.get("Version")
    if version is not None and version not in _VERSIONS:
        yield Fault("Version", f'Version is "{_VERSIONS[0]}" (or, of old, "{_VERSIONS[1]}")')
    elif kind is Kind.RCP and version != _VERSIONS[0]:
        yield Fault("", f'an RCP needs "Version": "{_VERSIONS[0]}"')
    if not isinstance(document.get("Id", ""), str):
        yield Fault("Id", "Id is a string")
    given = document.get("Statement")
    match given:
        case Mapping():
            yield from _statement("Statement", given, kind)
        case list():
            for index, one in enumerate(given):
                yield from _statement(f"Statement[{index}]", one, kind)
        case _:
            yield Fault("Statement", "a policy has a Statement: an object, or a list of them")


def _statement(path: str, given: Any, kind: Kind | None) -> Iterator[Fault]:
    if not isinstance(given, Mapping):
        yield Fault(path, "a statement is an object")
        return
    for key in sorted(given.keys() - _STATEMENT_KEYS):
        yield Fault(f"{path}.{key}", f"a statement has no element {key}")
    if given.get("Effect") not in ("Allow", "Deny"):
        yield Fault(f"{path}.Effect", 'Effect is "Allow" or "Deny", spelled like that')
    if not isinstance(given.get("Sid", ""), str):
        yield Fault(f"{path}.Sid", "Sid is a string")
    yield from _elements(path, given)
    yield from _condition(f"{path}.Condition", given.get("Condition"))
    match kind:
        case Kind.SCP:
            yield from _required(path, given, kind)
            yield from _scp(path, given)
        case Kind.RCP:
            yield from _required(path, given, kind)
            yield from _rcp(path, given)
        case None:
            pass


def _elements(path: str, given: Mapping[str, Any]) -> Iterator[Fault]:
    for one in ("Principal", "Action", "Resource"):
        if one in given and f"Not{one}" in given:
            yield Fault(path, f"{one} and Not{one} exclude each other")
    for key in ("Action", "NotAction"):
        yield from _strings(f"{path}.{key}", given.get(key), _action)
    for key in ("Resource", "NotResource"):
        yield from _strings(f"{path}.{key}", given.get(key), lambda _text: "")
    for key in ("Principal", "NotPrincipal"):
        yield from _principal(f"{path}.{key}", given.get(key))


def _strings(path: str, given: Any, fault: Callable[[str], str]) -> Iterator[Fault]:
    listed = given if isinstance(given, list) else [given]
    for index, text in enumerate(listed if given is not None else ()):
        here = f"{path}[{index}]" if isinstance(given, list) else path
        message = fault(text) if isinstance(text, str) else "this is a string, or a list of strings"
        if message:
            yield Fault(here, message)


def _action(text: str) -> str:
    if text in ("*", "*:*"):
        return ""
    service, separator, name = text.partition(":")
    if not separator or ":" in name:
        return "an action is * or service:name"
    if not service or not _SERVICE_LETTERS.issuperset(service.lower()):
        return "the service of an action is letters, digits and hyphens; it takes no wildcard"
    return ""


def _principal(path: str, given: Any) -> Iterator[Fault]:
    match given:
        case None | str():
            return
        case Mapping():
            for key, value in given.items():
                if key not in _PRINCIPALS:
                    yield Fault(f"{path}.{key}", f"a principal is one of {_PRINCIPALS_TEXT}")
                else:
                    yield from _strings(f"{path}.{key}", value, lambda _text: "")
        case _:
            yield Fault(path, "a principal is a string or an object")


_PRINCIPALS_TEXT = ", ".join(sorted(_PRINCIPALS))


def _condition(path: str, given: Any) -> Iterator[Fault]:
    if given is None:
        return
    if not isinstance(given, Mapping):
        yield Fault(path, "a Condition is an object of operators")
        return
    for spelling, block in given.items():
        if not known(named(spelling)[0]):
            yield Fault(f"{path}.{spelling}", f"there is no condition operator {spelling}")
        if not isinstance(block, Mapping):
            yield Fault(f"{path}.{spelling}", "an operator has an object of context keys")
            continue
        for key, value in block.items():
            yield from _values(f"{path}.{spelling}.{key}", value)


def _values(path: str, given: Any) -> Iterator[Fault]:
    for value in given if isinstance(given, list) else [given]:
        if not isinstance(value, str | int | float):
            yield Fault(path, "a value is a string, a number or a boolean, or a list of them")
            return


def _required(path: str, given: Mapping[str, Any], kind: Kind) -> Iterator[Fault]:
    for one in ("Action", "Resource"):
        value = given.get(one, given.get(f"Not{one}"))
        if value is None or value == []:
            yield Fault(path, f"a statement of an {kind.name} needs {one} or Not{one}")


def _scp(path: str, given: Mapping[str, Any]) -> Iterator[Fault]:
    for key in ("Principal", "NotPrincipal"):
        if key in given:
            yield Fault(f"{path}.{key}", f"an SCP has no {key}: it holds for every principal")


def _rcp(path: str, given: Mapping[str, Any]) -> Iterator[Fault]:
    if given.get("Effect") == "Allow":
        yield Fault(f"{path}.Effect", "an RCP can only deny: AWS attaches RCPFullAWSAccess itself")
    if given.get("Principal") != "*":
        where = f"{path}.Principal" if "Principal" in given else path
        yield Fault(where, 'the Principal of an RCP is "*"; narrow it with conditions')
    for key in ("NotPrincipal", "NotAction"):
        if key in given:
            yield Fault(f"{path}.{key}", f"an RCP has no {key}")
    actions = given.get("Action")
    if actions == "*" or (isinstance(actions, list) and "*" in actions):
        yield Fault(f"{path}.Action", "an RCP names the services of its actions: * is not accepted")
