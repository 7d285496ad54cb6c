"""What a stack makes in an account: AWS Config's recorder and channel, and a role; each by its service."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from govkit.sandbox.calls import World
from govkit.sandbox.iam import made_roles
from govkit.sandbox.model import check_input
from govkit.sandbox.refusals import refusal
from govkit.sandbox.services import config

Properties = Mapping[str, Any]
Made = dict[str, str]


@dataclass(frozen=True, slots=True)
class Sort:
    """A type of resources.

    `put` makes one or changes it, and returns its name (`Ref`) and attributes; `drop` takes it away,
    and does nothing where it is gone; `row` is what its service holds, None where it is gone.
    """

    put: Callable[[World, Properties, bool], Made]
    drop: Callable[[World, str], None]
    row: Callable[[World, str], Any]


def _put_role(world: World, told: Properties, is_new: bool) -> Made:  # noqa: FBT001 - the Sort's own shape
    name = str(told["RoleName"])
    if is_new:
        trust = json.dumps(told["AssumeRolePolicyDocument"])
        asked = {"RoleName": name, "AssumeRolePolicyDocument": trust}
        check_input("iam", "CreateRole", asked)
        made_roles.create_role(world, asked)
    for arn in told.get("ManagedPolicyArns") or ():
        made_roles.attach(world, {"RoleName": name, "PolicyArn": arn})
    arn = f"arn:{world.settings.partition}:iam::{world.caller.account}:role/{name}"
    return {"Ref": name, "Arn": arn}


def _drop_role(world: World, name: str) -> None:
    table, key = world.documents("iam").tables["made_roles"], f"{world.caller.account}/{name}"
    if key in table:
        table.drop(key)


def _role(world: World, name: str) -> Any:
    return world.documents("iam").tables["made_roles"].get(f"{world.caller.account}/{name}")


def _put_recorder(world: World, told: Properties, is_new: bool) -> Made:  # noqa: FBT001 - as above
    recorder = _lower(told)
    asked = {"ConfigurationRecorder": recorder}
    check_input("config", "PutConfigurationRecorder", asked)
    if is_new and _recorder(world, recorder["name"]) is not None:
        raise refusal("AlreadyExists", message=f"{recorder['name']} already exists.")
    config.put_recorder(world, asked)
    return {"Ref": recorder["name"]}


def _drop_recorder(world: World, name: str) -> None:
    if _recorder(world, name) is not None:
        config.delete_recorder(world, {"ConfigurationRecorderName": name})


def _recorder(world: World, name: str) -> Any:
    found = world.documents("config").tables["recorders"].get(_here(world, name))
    aside = ("Recording", "Changed")  # neither is a property
    return found and {key: value for key, value in found.items() if key not in aside}


def _put_channel(world: World, told: Properties, is_new: bool) -> Made:  # noqa: FBT001 - as above
    channel = _lower(told)
    asked = {"DeliveryChannel": channel}
    check_input("config", "PutDeliveryChannel", asked)
    config.put_channel(world, asked)
    for name in config.recorders_here(world) if is_new else ():
        config.start_recorder(world, {"ConfigurationRecorderName": name})
    return {"Ref": channel["name"]}


def _drop_channel(world: World, name: str) -> None:
    for one in config.recorders_here(world):
        config.stop_recorder(world, {"ConfigurationRecorderName": one})
    if _channel(world, name) is not None:
        config.delete_channel(world, {"DeliveryChannelName": name})


def _channel(world: World, name: str) -> Any:
    return world.documents("config").tables["channels"].get(_here(world, name))


def _here(world: World, name: str) -> str:
    return f"{world.caller.account}/{world.region}/{name}"


def _lower(value: Any) -> Any:
    """Return properties as the service's own API calls them: `RoleARN` is `roleARN`."""
    if isinstance(value, list):
        return [_lower(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    return {f"{key[:1].lower()}{key[1:]}": _lower(one) for key, one in value.items()}


# In the order in which a stack makes them: the recorder starts with the channel.
SORTS: Mapping[str, Sort] = {
    "AWS::IAM::Role": Sort(_put_role, _drop_role, _role),
    "AWS::Config::ConfigurationRecorder": Sort(_put_recorder, _drop_recorder, _recorder),
    "AWS::Config::DeliveryChannel": Sort(_put_channel, _drop_channel, _channel),
}
