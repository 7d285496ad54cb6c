"""botocore's own service models, loaded when first asked for, without a session or a network."""

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from govkit.sandbox.refusals import invalid, refusal

if TYPE_CHECKING:
    from botocore.loaders import Loader
    from botocore.model import ServiceModel, Shape

# Java's classes of characters, in Python's words: letters and digits are word characters.
_CLASSES = {
    r"\p{L}": r"\w",
    r"\p{N}": r"\w",
    r"\p{Z}": "\u0020\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000",
}
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "double": (int, float),
    "float": (int, float),
    "boolean": (bool,),
    "timestamp": (int, float, str),
    "blob": (str, bytes),
    "structure": (dict,),
    "map": (dict,),
    "list": (list, tuple),
}


@cache
def service_model(service: str) -> "ServiceModel":
    import botocore.model  # paid for only when a sandbox answers

    return botocore.model.ServiceModel(_loader().load_service_model(service, "service-2"), service)


@cache
def _loader() -> "Loader":
    import botocore.loaders

    return botocore.loaders.Loader()


def enum(service: str, shape: str) -> tuple[str, ...]:
    return tuple(service_model(service).shape_for(shape).metadata["enum"])


def check_input(service: str, operation: str, params: Any) -> None:
    """Refuse what breaks the model's lengths, patterns, enums, ranges and required members.

    botocore checks minimum lengths only; AWS checks them all. Which reason AWS names for which
    field is unverified; the code is right.
    """
    shape = service_model(service).operation_model(operation).input_shape
    if shape is not None:
        _check(shape, params)


def _check(shape: Any, value: Any) -> None:
    kind: str = shape.type_name
    _check_type(shape, value)
    if kind == "structure":
        _check_structure(shape, value)
    elif kind == "list":
        _check_size(shape, len(value))
        for one in value:
            _check(shape.member, one)
    elif kind == "string":
        _check_string(shape, value)
    elif kind in {"integer", "long"}:
        _check_range(shape, value)


def _check_type(shape: Any, value: object) -> None:
    kinds = _TYPES.get(shape.type_name, (object,))
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise refusal(
            "SerializationException", message=f"{shape.name} cannot be {type(value).__name__}."
        )


def _check_structure(shape: Any, value: dict[str, Any]) -> None:
    for name in shape.required_members:
        if value.get(name) is None:
            raise invalid("INPUT_REQUIRED", f"You must include a value for {name}.")
    for name, given in value.items():
        if name in shape.members and given is not None:
            _check(shape.members[name], given)


def _check_string(shape: Any, value: str) -> None:
    metadata = shape.metadata
    _check_size(shape, len(value))
    if "enum" in metadata and value not in metadata["enum"]:
        policy_type = shape.name in {"PolicyType", "EffectivePolicyType"}
        raise invalid("INVALID_ENUM_POLICY_TYPE" if policy_type else "INVALID_ENUM")
    if "pattern" in metadata and not _pattern(metadata["pattern"]).fullmatch(value):
        target = shape.name == "PolicyTargetId"
        raise invalid("INVALID_PATTERN_TARGET_ID" if target else "INVALID_PATTERN")


def _check_size(shape: "Shape", size: int) -> None:
    if size > shape.metadata.get("max", size):
        raise invalid("MAX_LENGTH_EXCEEDED", f"{shape.name} is longer than allowed.")
    if size < shape.metadata.get("min", size):
        raise invalid("MIN_LENGTH_EXCEEDED", f"{shape.name} is shorter than allowed.")


def _check_range(shape: "Shape", value: int) -> None:
    if value > shape.metadata.get("max", value):
        raise invalid("MAX_VALUE_EXCEEDED")
    if value < shape.metadata.get("min", value):
        raise invalid("MIN_VALUE_EXCEEDED")


@cache
def _pattern(text: str) -> re.Pattern[str]:
    for theirs, ours in _CLASSES.items():
        text = text.replace(theirs, ours)
    return re.compile(text)
