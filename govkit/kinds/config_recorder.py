"""AWS Config's recorders: what is recorded in an account and Region, and by which role."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from govkit.errors import GovkitError
from govkit.kinds._config_layout import (
    ALL,
    EXCEPT,
    MODES,
    NAME,
    ONLY,
    STRATEGIES,
    Config,
    Delivery,
    Recorder,
    recorded,
)
from govkit.kinds._config_stacks import stacked, without_stacks
from govkit.kinds._keepers import kept_by
from govkit.kinds._log_buckets import config_writes, log_bucket
from govkit.kinds._places import Spot, looked, place, regions
from govkit.kinds._places import stacked as stacked_accounts
from govkit.kinds.config_aggregator import aggregated
from govkit.kinds.config_channel import ConfigChannel
from govkit.kinds.config_delivery import ConfigDelivery
from govkit.kinds.config_recording import ConfigRecording
from govkit.kinds.conformance_pack import packed
from govkit.kinds.organization_rule import ruled
from govkit.kinds.root import partition
from govkit.kinds.service_linked_role import ServiceLinkedRole, path_of
from govkit.model.address import Address
from govkit.model.address import account as account_address
from govkit.model.call import Api, ApiCall, IdOf, Ids, Look
from govkit.model.change import Change
from govkit.model.kind import Asked, Authority, Kind, Section
from govkit.model.resource import Found
from govkit.model.scope import Scope
from govkit.policies.canonical import dense

SERVICE = "config.amazonaws.com"


@dataclass(frozen=True, slots=True)
class ConfigRecorder:
    """The customer's recorder; an account has one per Region, besides those of services.

    `records` is `all`, `only` the types or all `except` them. `role` is a role's path and name.
    `overrides` are types that are recorded in another mode, as JSON; the layout knows none.
    """

    account: Address
    region: str
    name: str = NAME
    role: str = ""
    records: str = ALL
    types: tuple[str, ...] = ()
    global_types: bool = False
    mode: str = "continuous"
    overrides: tuple[str, ...] = ()

    @property
    def address(self) -> Address:
        """Where it stands: `config_recorder:payments-prod/eu-west-1/govkit`."""
        return Address("config_recorder", f"{self.account.path}/{self.region}/{self.name}")

    @property
    def seat(self) -> Address:
        """What only one recorder can have."""
        return Address("config_recorder", f"{self.account.path}/{self.region}")

    @property
    def needs(self) -> tuple[Address, ...]:
        """The account, and the role of AWS Config in it."""
        own = self.role == path_of(SERVICE)
        return (self.account, *((ServiceLinkedRole(self.account, SERVICE).address,) if own else ()))


def _asked(told: Config, scope: Scope) -> Iterator[Asked]:
    bucket = told.delivery.bucket
    writes, keeper = config_writes(bucket, scope), told.managed_by
    for one in log_bucket(bucket, scope, writes, "AWS Config", keeper):
        yield replace(one, path=("delivery", "bucket"))
    yield from kept_by(told.managed_by, _everywhere(told, scope))


def _everywhere(told: Config, scope: Scope) -> Iterator[Asked]:
    if told.aggregator is not None:
        for one in aggregated(told.aggregator, scope):
            yield replace(one, path=("aggregator",))
    rule = told.recorder
    if rule.global_types_in is not None and rule.types != "all":
        raise GovkitError(
            "Global types go with all types",
            "global_types_in: stands with types: all; a list names IAM's types itself.",
        )
    recordings: defaultdict[str, list[Address]] = defaultdict(list)
    for one, regions_of in _recording(told, scope):
        yield one
        for region in regions_of:
            recordings[region].append(one.resource.address)
    by = None if told.aggregator is None else told.aggregator.account
    for one in ruled(told.rules, by, recordings, scope):
        yield replace(one, path=("rules", *one.path))
    for one in packed(told.conformance_packs, by, recordings, scope):
        yield replace(one, path=("conformance_packs", *one.path))


def _recording(told: Config, scope: Scope) -> Iterator[tuple[Asked, tuple[str, ...]]]:
    """Yield what records by the chosen engine, each with the Regions in which it does.

    Where no StackSet gets to, accounts are entered.
    """
    if told.engine == "stackset":
        yield from stacked(told, scope)
        yield from _astray(told.recorder, scope)
        scope = replace(scope, accounts=scope.apart)
    rule = told.recorder
    for account in scope.accounts if rule.role is None else ():
        yield Asked(("recorder",), ServiceLinkedRole(account, SERVICE)), ()
    for account, region in scope.places():
        yield Asked(("recorder",), _wanted(rule, account, region)), ()
        yield Asked(("delivery",), _channel(told.delivery, rule.name, account, region)), ()
        recording = ConfigRecording(account, region, rule.name, told.delivery.name)
        yield Asked(("recorder",), recording), (region,)
        yield Asked(("delivery",), ConfigDelivery(account, region, rule.name), observed=True), ()


def _astray(rule: Recorder, scope: Scope) -> Iterator[tuple[Asked, tuple[str, ...]]]:
    """Yield the recorders that accounts lack while they are out of their OUs.

    Looked at and not made: the stack brings one when the account is back, and would meet it.
    """
    for unit in scope.units:
        for account in unit.astray:
            for region in scope.regions:
                yield Asked(("recorder",), _wanted(rule, account, region), observed=True), ()


def _wanted(rule: Recorder, account: Address, region: str) -> ConfigRecorder:
    records, types = recorded(rule)
    return ConfigRecorder(
        account,
        region,
        rule.name,
        rule.role.removeprefix("role/") if rule.role else path_of(SERVICE),
        records,
        types,
        global_types=rule.global_types_in == region,
        mode=rule.mode,
    )


def _channel(told: Delivery, recorder: str, account: Address, region: str) -> ConfigChannel:
    return ConfigChannel(
        account,
        region,
        told.name,
        told.bucket.name,
        told.bucket.prefix,
        told.frequency,
        told.sns_topic,
        told.kms_key,
        recorder=recorder,
        holder=account_address(told.bucket.account),
    )


def _read(look: Look) -> Iterator[Found[ConfigRecorder]]:
    """Yield those of the accounts that are entered, and what stands where a stack is still to come."""
    inside = stacked_accounts(look)
    spots = [spot for spot in regions(look) if spot.account not in inside]
    spots += without_stacks(look)
    yield from looked(look, spots, lambda spot: _there(look, spot))


def _there(api: Api | Look, spot: Spot) -> Iterator[Found[ConfigRecorder]]:
    """Yield the customer's recorder; those that a service keeps for itself are left alone."""
    call = ApiCall("config", "DescribeConfigurationRecorders", {}, spot.place)
    for one in api.call(call)["ConfigurationRecorders"]:
        if not one.get("servicePrincipal") and one.get("recordingScope") != "INTERNAL":
            yield Found(_recorder(spot, one))


def _recorder(spot: Spot, told: Mapping[str, Any]) -> ConfigRecorder:
    group = told.get("recordingGroup") or {}
    strategy = (group.get("recordingStrategy") or {}).get("useOnly")
    excluded = (group.get("exclusionByResourceTypes") or {}).get("resourceTypes") or ()
    if group.get("allSupported") or strategy == STRATEGIES[ALL]:
        records, types = ALL, ()
    elif strategy == STRATEGIES[EXCEPT]:
        records, types = EXCEPT, tuple(sorted(excluded))
    else:
        records, types = ONLY, tuple(sorted(group.get("resourceTypes") or ()))
    mode = told.get("recordingMode") or {}
    return ConfigRecorder(
        spot.account,
        spot.region,
        told["name"],
        told.get("roleARN", "").partition(":role/")[2],
        records,
        types,
        global_types=bool(group.get("includeGlobalResourceTypes")),
        mode=mode.get("recordingFrequency", "CONTINUOUS").lower(),
        overrides=tuple(sorted(dense(one) for one in mode.get("recordingModeOverrides") or ())),
    )


def _glance(recorder: ConfigRecorder, api: Api, ids: Ids) -> Found[ConfigRecorder] | None:
    spot = Spot(recorder.account, place(recorder.account, ids, recorder.region))
    return next((one for one in _there(api, spot) if one.resource.name == recorder.name), None)


def _lower(change: Change[ConfigRecorder], ids: Ids) -> Iterator[ApiCall]:
    subject, after = change.subject, change.after
    where = place(subject.account, ids, subject.region)
    if after is None:
        told: dict[str, Any] = {"ConfigurationRecorderName": subject.name}
        yield ApiCall("config", "DeleteConfigurationRecorder", told, where)
        return
    mode: dict[str, Any] = {"recordingFrequency": MODES[after.mode]}
    if after.overrides:  # on the way back to what somebody had
        mode["recordingModeOverrides"] = [json.loads(one) for one in after.overrides]
    recorder = {
        "name": after.name,
        "roleARN": _role_arn(after, ids),
        "recordingGroup": _group(after),
        "recordingMode": mode,
    }
    yield ApiCall("config", "PutConfigurationRecorder", {"ConfigurationRecorder": recorder}, where)


def _role_arn(recorder: ConfigRecorder, ids: Ids) -> str | IdOf:
    given = ids.get(recorder.account)
    if given is None:
        return IdOf(ServiceLinkedRole(recorder.account, SERVICE).address)
    return f"arn:{partition(ids)}:iam::{given}:role/{recorder.role}"


def _group(recorder: ConfigRecorder) -> dict[str, Any]:
    strategy = {"recordingStrategy": {"useOnly": STRATEGIES[recorder.records]}}
    match recorder.records:
        case "all":
            told = {"allSupported": True, "includeGlobalResourceTypes": recorder.global_types}
        case "except":
            told = {"exclusionByResourceTypes": {"resourceTypes": list(recorder.types)}}  # type: ignore[dict-item]  # JSON
        case _:
            told = {"resourceTypes": list(recorder.types)}  # type: ignore[dict-item]  # JSON
    return {**told, **strategy}


KIND = Kind(
    name="config_recorder",
    noun="Config recorder",
    resource=ConfigRecorder,
    read=_read,
    glance=_glance,
    lower=_lower,
    authority=Authority.MEMBER,
    section=Section("baseline", "config", Config, _asked),
    beyond=True,
    reads=("config:DescribeConfigurationRecorders",),
    writes=lambda _: (
        "config:DeleteConfigurationRecorder",
        "config:PutConfigurationRecorder",
        "iam:PassRole",
    ),
)
