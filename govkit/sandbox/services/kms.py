"""AWS KMS, as far as logs are encrypted: keys, their policies, and the aliases that name them."""

import json
import re
import uuid
from collections.abc import Mapping
from typing import Any, TypedDict

from govkit.sandbox.calls import Call, Handler, Service, World
from govkit.sandbox.clock import iso
from govkit.sandbox.keys import KeyRow, arn, found, keys
from govkit.sandbox.model import check_input, service_model
from govkit.sandbox.refusals import RefusalError, refusal
from govkit.sandbox.tables import Shape, Table

Params = Mapping[str, Any]
Answer = dict[str, Any]
_ALIAS = re.compile(r"alias/(?!aws/)[a-zA-Z0-9/_-]+")


class AliasRow(TypedDict):
    """An alias, keyed by account, Region and name."""

    Name: str
    Place: str
    Key: str
    Created: str


SHAPES = {"keys": Shape(KeyRow, ("Place",)), "aliases": Shape(AliasRow, ("Place",))}


def create_key(world: World, params: Params) -> Answer:
    account = world.caller.account
    root = f"arn:{world.settings.partition}:iam::{account}:root"
    own = {"Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:*", "Resource": "*"}
    name = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{_place(world)}/{len(keys(world))}"))
    row = KeyRow(
        Id=name,
        Place=_place(world),
        Policy=_policy(params.get("Policy") or json.dumps({"Statement": [own]})),
        Created=iso(world.now),
    )
    keys(world).put(name, row)
    return {"KeyMetadata": _shown(world, row)}


def describe_key(world: World, params: Params) -> Answer:
    return {"KeyMetadata": _shown(world, _known(world, params["KeyId"]))}


def get_key_policy(world: World, params: Params) -> Answer:
    return {"Policy": _known(world, params["KeyId"])["Policy"], "PolicyName": "default"}


def put_key_policy(world: World, params: Params) -> Answer:
    row: Any = {**_known(world, params["KeyId"]), "Policy": _policy(params["Policy"])}
    keys(world).put(row["Id"], row)
    return {}


def create_alias(world: World, params: Params) -> Answer:
    name, place = params["AliasName"], _place(world)
    if not _ALIAS.fullmatch(name):
        raise refusal("InvalidAliasNameException", message=f"{name} is no name for an alias.")
    if f"{place}/{name}" in _aliases(world):
        raise refusal("AlreadyExistsException", message=f"An alias with the name {name} exists.")
    key = _known(world, params["TargetKeyId"])["Id"]
    row = AliasRow(Name=name, Place=place, Key=key, Created=iso(world.now))
    _aliases(world).put(f"{place}/{name}", row)
    return {}


def list_aliases(world: World, params: Params) -> Answer:
    key = _known(world, params["KeyId"])["Id"] if params.get("KeyId") else None
    account, _, region = _place(world).partition("/")
    place = f"arn:{world.settings.partition}:kms:{region}:{account}"
    rows = [_aliases(world)[one] for one in _aliases(world).where("Place", _place(world))]
    return {
        "Aliases": [
            {
                "AliasName": row["Name"],
                "AliasArn": f"{place}:{row['Name']}",
                "TargetKeyId": row["Key"],
                "CreationDate": row["Created"],
            }
            for row in rows
            if key in (None, row["Key"])
        ],
        "Truncated": False,
    }


def _known(world: World, told: str) -> KeyRow:
    row = found(world, told)
    if row is None or row["Place"] != _place(world):
        raise refusal("NotFoundException", message=f"Key '{told}' does not exist")
    return row


def _policy(text: str) -> str:
    try:
        known = bool(json.loads(text)["Statement"])
    except (ValueError, KeyError, TypeError):
        known = False
    if not known:
        raise refusal("MalformedPolicyDocumentException", message="The policy is no document.")
    return text


def _shown(world: World, row: KeyRow) -> Answer:
    return {
        "KeyId": row["Id"],
        "Arn": arn(world, row),
        "AWSAccountId": row["Place"].partition("/")[0],
        "CreationDate": row["Created"],
        "Enabled": True,
        "KeyState": "Enabled",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "KeyManager": "CUSTOMER",
    }


def _place(world: World) -> str:
    return f"{world.caller.account}/{world.region}"


def _aliases(world: World) -> "Table[AliasRow]":
    return world.documents("kms").tables["aliases"]


def _admit(_: World, call: Call) -> None:
    if call.operation not in service_model(call.service).operation_names:
        raise refusal("UnknownOperationException", message="The operation does not exist.")
    try:
        check_input(call.service, call.operation, call.params)
    except RefusalError as refused:
        raise refusal("ValidationException", message=refused.message) from refused


_HANDLERS: Mapping[str, Handler] = {
    "CreateKey": create_key,
    "DescribeKey": describe_key,
    "GetKeyPolicy": get_key_policy,
    "PutKeyPolicy": put_key_policy,
    "CreateAlias": create_alias,
    "ListAliases": list_aliases,
}

SERVICE = Service("kms", "kms", _HANDLERS, SHAPES, _admit)
