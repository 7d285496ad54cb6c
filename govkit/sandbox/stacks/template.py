"""Templates of CloudFormation, as far as a stack of AWS Config and its role takes: read and worked out."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from govkit.sandbox.stacks.rows import wrong

_HOLE = re.compile(r"\$\{([\w:.]+)\}")
_NOTHING = object()
_SHORT = {"Ref": "Ref", "Condition": "Condition"}


@dataclass(frozen=True, slots=True)
class Template:
    """A template's parts; `Parameters` and `Conditions` are worked out for each stack anew."""

    parameters: Mapping[str, Any]
    conditions: Mapping[str, Any]
    resources: Mapping[str, Any]


@lru_cache(maxsize=8)
def read(text: str) -> Template:
    """Return what a template says; JSON is YAML, too. A refusal where it says nothing sensible.

    A template is read once for all its stacks: nobody changes what is returned.
    """
    told = _parsed(text)
    if not isinstance(told, dict) or not isinstance(told.get("Resources"), dict):
        raise wrong("Template format error: At least one Resources member must be defined.")
    unknown = told.keys() - _SECTIONS
    if unknown:
        raise wrong(f"Invalid template property or properties [{', '.join(sorted(unknown))}]")
    return Template(told.get("Parameters") or {}, told.get("Conditions") or {}, told["Resources"])


_SECTIONS = frozenset(
    {"AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Rules"}
    | {"Mappings", "Conditions", "Transform", "Resources", "Outputs"}
)


def _parsed(text: str) -> Any:
    import yaml

    class Loader(yaml.SafeLoader):
        """Knows CloudFormation's short forms: `!Sub` is `Fn::Sub`."""

    def short(loader: Any, suffix: str, node: Any) -> Any:
        make = {
            yaml.ScalarNode: loader.construct_scalar,
            yaml.SequenceNode: lambda one: loader.construct_sequence(one, deep=True),
            yaml.MappingNode: lambda one: loader.construct_mapping(one, deep=True),
        }[type(node)]
        value = make(node)
        if suffix == "GetAtt" and isinstance(value, str):
            value = value.split(".", 1)
        return {_SHORT.get(suffix, f"Fn::{suffix}"): value}

    Loader.add_multi_constructor("!", short)
    try:
        return yaml.load(text, Loader)  # noqa: S506 - a SafeLoader with more words
    except yaml.YAMLError as problem:
        raise wrong(f"Template format error: {problem}") from problem


def given(template: Template, told: Mapping[str, str]) -> dict[str, str]:
    """Return the values of all parameters, defaults filled in."""
    unknown = told.keys() - template.parameters.keys()
    if unknown:
        raise wrong(f"Parameters: [{', '.join(sorted(unknown))}] do not exist in the template")
    values: dict[str, str] = {}
    for name, one in template.parameters.items():
        value = told.get(name, one.get("Default"))
        if value is None:
            raise wrong(f"Parameters: [{name}] must have values")
        allowed = one.get("AllowedValues")
        if allowed is not None and value not in allowed:
            listed = ", ".join(map(str, allowed))
            raise wrong(f"Parameter '{name}' must be one of AllowedValues: [{listed}]")
        values[name] = str(value)
    return values


@dataclass(frozen=True, slots=True)
class Working:
    """Works out a template for one stack: with its parameters, AWS's own words, and what is made."""

    template: Template
    values: Mapping[str, str]
    pseudo: Mapping[str, str]
    made: Mapping[str, Mapping[str, str]]

    def is_wanted(self, logical: str) -> bool:
        """Tell whether a resource's condition holds; one without a condition is always wanted."""
        condition = self.template.resources[logical].get("Condition")
        return condition is None or self.holds(condition)

    def properties(self, logical: str) -> dict[str, Any]:
        """Return a resource's properties."""
        worked: dict[str, Any] = self.of(self.template.resources[logical].get("Properties") or {})
        return worked

    def holds(self, condition: str) -> bool:
        if condition not in self.template.conditions:
            raise wrong(f"Template error: unresolved condition dependency {condition}")
        return bool(self.of(self.template.conditions[condition]))

    def of(self, value: Any) -> Any:
        """Return a value with its functions worked out; what is `AWS::NoValue` is left out."""
        match value:
            case {"Ref": str(name)}:
                return self._ref(name)
            case {"Condition": str(name)} if len(value) == 1:
                return self.holds(name)
            case dict() if len(value) == 1 and next(iter(value)).startswith("Fn::"):
                ((name, told),) = value.items()
                return self._function(name, told)
            case dict():
                return {key: one for key, one in self._pairs(value) if one is not _NOTHING}
            case list():
                return [one for one in map(self.of, value) if one is not _NOTHING]
            case _:
                return value

    def _pairs(self, value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        for key, one in value.items():
            yield key, self.of(one)

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return _NOTHING
        if name in self.pseudo:
            return self.pseudo[name]
        if name in self.values:
            value = self.values[name]
            listed = "List" in str(self.template.parameters[name].get("Type"))
            return value.split(",") if listed else value
        if name in self.made:
            return self.made[name]["Ref"]
        raise wrong(f"Template format error: Unresolved resource dependencies [{name}]")

    def _function(self, name: str, told: Any) -> Any:
        known: Mapping[str, Callable[[Any], Any]] = {
            "Fn::Equals": lambda two: self.of(two[0]) == self.of(two[1]),
            "Fn::Not": lambda one: not self.of(one[0]),
            "Fn::And": lambda several: all(map(self.of, several)),
            "Fn::Or": lambda several: any(map(self.of, several)),
            "Fn::If": lambda three: self.of(three[1] if self.holds(three[0]) else three[2]),
            "Fn::GetAtt": lambda two: self._attribute(*two),
            "Fn::Sub": lambda text: _HOLE.sub(lambda hole: str(self._hole(hole[1])), text),
            "Fn::Join": lambda two: str(two[0]).join(map(str, self.of(two[1]))),
        }
        if name not in known or (name == "Fn::Sub" and not isinstance(told, str)):
            raise wrong(f"The sandbox does not work out {name}.")
        return known[name](told)

    def _hole(self, name: str) -> Any:
        logical, dot, attribute = name.partition(".")
        return self._attribute(logical, attribute) if dot else self._ref(name)

    def _attribute(self, logical: str, attribute: str) -> str:
        if attribute not in self.made.get(logical, {}):
            raise wrong(f"Template error: instance of Fn::GetAtt references {logical}.{attribute}")
        return self.made[logical][attribute]
