"""Finding a key of KMS as AWS's services do: by its ID, its ARN, or an alias of the caller's."""

from typing import TypedDict

from govkit.sandbox.calls import World
from govkit.sandbox.tables import Table


class KeyRow(TypedDict):
    """A key, keyed by its ID; `Place` is its account and Region."""

    Id: str
    Place: str
    Policy: str
    Created: str


def keys(world: World) -> "Table[KeyRow]":
    return world.documents("kms").tables["keys"]


def found(world: World, told: str) -> KeyRow | None:
    """Return the key that is meant, wherever an ARN says that it is, or None."""
    place, name = f"{world.caller.account}/{world.region}", told
    if told.startswith("arn:"):
        _, _, _, region, account, name = told.split(":", 5)
        place = f"{account}/{region}"
    if name.startswith("alias/"):
        alias = world.documents("kms").tables["aliases"].get(f"{place}/{name}")
        return None if alias is None else keys(world).get(alias["Key"])
    row = keys(world).get(name.removeprefix("key/"))
    return row if row is not None and row["Place"] == place else None


def arn(world: World, row: KeyRow) -> str:
    """Return a key's ARN."""
    account, _, region = row["Place"].partition("/")
    return f"arn:{world.settings.partition}:kms:{region}:{account}:key/{row['Id']}"
