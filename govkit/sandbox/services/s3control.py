"""S3 Control: what an account says of public access to all of its buckets."""

from collections.abc import Mapping
from typing import Any, TypedDict

from govkit.sandbox.calls import Call, Handler, Service, World
from govkit.sandbox.model import check_input, service_model
from govkit.sandbox.refusals import RefusalError, refusal
from govkit.sandbox.tables import Shape, Table

Params = Mapping[str, Any]
Answer = dict[str, Any]


class PublicAccessBlockRow(TypedDict):
    """An account's block of public access, keyed by the account."""

    BlockPublicAcls: bool
    IgnorePublicAcls: bool
    BlockPublicPolicy: bool
    RestrictPublicBuckets: bool


SHAPES = {"public_access_blocks": Shape(PublicAccessBlockRow)}


def get_public_access_block(world: World, params: Params) -> Answer:
    row = _blocks(world).get(params["AccountId"])
    if row is None:
        text = "The public access block configuration was not found"
        raise refusal("NoSuchPublicAccessBlockConfiguration", message=text, status=404)
    return {"PublicAccessBlockConfiguration": dict(row)}


def put_public_access_block(world: World, params: Params) -> Answer:
    """Put it whole: what is not told is off."""
    told = params["PublicAccessBlockConfiguration"]
    row: Any = {name: bool(told.get(name)) for name in PublicAccessBlockRow.__annotations__}
    _blocks(world).put(params["AccountId"], row)
    return {}


def delete_public_access_block(world: World, params: Params) -> Answer:
    if params["AccountId"] in _blocks(world):
        _blocks(world).drop(params["AccountId"])
    return {}


def _blocks(world: World) -> "Table[PublicAccessBlockRow]":
    return world.documents("s3control").tables["public_access_blocks"]


def _admit(world: World, call: Call) -> None:
    if call.operation not in service_model(call.service).operation_names:
        raise refusal("MethodNotAllowed", message="The operation does not exist.", status=405)
    try:
        check_input(call.service, call.operation, call.params)
    except RefusalError as refused:
        raise refusal("InvalidRequest", message=refused.message) from refused
    if call.params["AccountId"] != world.caller.account:
        raise refusal("AccessDenied", message="Access Denied", status=403)


_HANDLERS: Mapping[str, Handler] = {
    "GetPublicAccessBlock": get_public_access_block,
    "PutPublicAccessBlock": put_public_access_block,
    "DeletePublicAccessBlock": delete_public_access_block,
}

SERVICE = Service("s3control", "s3", _HANDLERS, SHAPES, _admit)
