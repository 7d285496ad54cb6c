"""The StackSet that brings AWS Config into accounts: its template, its parameters, whom it follows."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib.resources import files
from typing import Any

from govkit.kinds import _stack_instances as stacks
from govkit.kinds._named import named
from govkit.kinds._places import Spot, looked, place
from govkit.kinds._tags import LAYOUT, as_list
from govkit.model.address import Address
from govkit.model.call import Api, ApiCall, Ids, Look, Response
from govkit.model.change import Change
from govkit.model.kind import Follow, Kind
from govkit.model.resource import SILENT, Found

NAME = "govkit-config"
_DESCRIPTION = "AWS Config in every account, kept by govkit. Change the layout, not this StackSet."


@dataclass(frozen=True, slots=True)
class ConfigStackSet:
    """A service-managed StackSet of the management account.

    `template` is the hash of its text, `body` the text; `parameters` are pairs. It `follows` accounts
    into its OUs, and what it left behind is `retained` or goes. `queues` says that operations wait for
    each other, where they would be refused. `layout` is the owner's tag; `bucket` must be there first.
    """

    account: Address
    region: str
    name: str
    template: str
    parameters: tuple[tuple[str, str], ...]
    follows: bool = True
    retained: bool = False
    queues: bool = True
    layout: str | None = None
    bucket: str | None = field(default=None, compare=False, metadata=SILENT)
    body: str = field(default="", compare=False, metadata=SILENT)

    @property
    def address(self) -> Address:
        """Where it stands: `config_stack_set:management/eu-west-1/govkit-config`."""
        return Address("config_stack_set", f"{self.account.path}/{self.region}/{self.name}")

    @property
    def needs(self) -> tuple[Address, ...]:
        """The account, that StackSets may reach into others, and the bucket where it is ours."""
        bucket = (Address("bucket", self.bucket),) if self.bucket is not None else ()
        return (self.account, Address("stacks_access", self.account.path), *bucket)


def template() -> str:
    """Return the template that comes with govkit."""
    return files("govkit.kinds").joinpath("data", "config_stacks.yaml").read_text("utf-8")


def fingerprint(text: str) -> str:
    """Return the hash by which a template is known."""
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _read(look: Look) -> Iterator[Found[ConfigStackSet]]:
    for one, spot in named(look, "config_stack_set"):
        yield from looked(look, [spot], partial(_there, look, one.name))


def _there(api: Look | Api, name: str, spot: Spot) -> Iterator[Found[ConfigStackSet]]:
    told = stacks.described(api, name, spot)
    if told is not None:
        yield Found(_stack_set(spot, told))


def _stack_set(spot: Spot, told: Mapping[str, Any]) -> ConfigStackSet:
    given = told.get("Parameters") or ()
    automatic = told.get("AutoDeployment") or {}
    tags = {tag["Key"]: tag.get("Value") for tag in told.get("Tags") or ()}
    return ConfigStackSet(
        spot.account,
        spot.region,
        told["StackSetName"],
        fingerprint(str(told.get("TemplateBody") or "")),
        tuple(sorted((one["ParameterKey"], one.get("ParameterValue", "")) for one in given)),
        follows=bool(automatic.get("Enabled")),
        retained=bool(automatic.get("RetainStacksOnAccountRemoval")),
        queues=bool((told.get("ManagedExecution") or {}).get("Active")),
        layout=tags.get(LAYOUT),
    )


def _glance(wanted: ConfigStackSet, api: Api, ids: Ids) -> Found[ConfigStackSet] | None:
    spot = Spot(wanted.account, place(wanted.account, ids, wanted.region))
    return next(_there(api, wanted.name, spot), None)


def _lower(change: Change[ConfigStackSet], ids: Ids) -> Iterator[ApiCall]:
    subject, after = change.subject, change.after
    where = place(subject.account, ids, subject.region)
    if after is None:
        yield stacks.ask("DeleteStackSet", subject.name, where)
        return
    automatic: dict[str, Any] = {"Enabled": after.follows}
    if after.follows:  # CloudFormation takes the other half with this one alone
        automatic["RetainStacksOnAccountRemoval"] = after.retained
    told: dict[str, Any] = {
        "Description": _DESCRIPTION,
        "TemplateBody": after.body,
        "Parameters": [
            {"ParameterKey": key, "ParameterValue": value} for key, value in after.parameters
        ],
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
        "PermissionModel": "SERVICE_MANAGED",
        "AutoDeployment": automatic,
        "ManagedExecution": {"Active": after.queues},
    }
    if change.before is None:
        tags = as_list({LAYOUT: after.layout})
        yield stacks.ask("CreateStackSet", subject.name, where, **told, Tags=tags)
    else:  # brings what changed to all its stacks
        preferences = dict(stacks.PREFERENCES)
        yield stacks.ask(
            "UpdateStackSet", subject.name, where, **told, OperationPreferences=preferences
        )


def _follow(change: Change[ConfigStackSet], answer: Response) -> Follow | None:
    """Wait until a change is in all stacks."""
    return stacks.finished(change.subject.name, change.subject.region, answer)


KIND = Kind(
    name="config_stack_set",
    noun="StackSet of Config",
    resource=ConfigStackSet,
    read=_read,
    glance=_glance,
    lower=_lower,
    follow=_follow,
    beyond=True,
    by_name=True,
    reads=("cloudformation:DescribeStackSet", "cloudformation:DescribeStackSetOperation"),
    writes=lambda _: (
        "cloudformation:CreateStackSet",
        "cloudformation:DeleteStackSet",
        "cloudformation:TagResource",
        "cloudformation:UpdateStackSet",
    ),
    serves=("config.stackset",),
)
