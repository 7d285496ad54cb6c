"""AWS Config by a StackSet: what the layout's section asks for where it says `engine: stackset`."""

from collections.abc import Iterator
from itertools import product

from govkit.errors import GovkitError
from govkit.kinds import _stack_instances as stacks
from govkit.kinds._config_layout import MODES, STRATEGIES, Config, recorded
from govkit.kinds._named import named
from govkit.kinds._places import Spot, regions
from govkit.kinds._places import stacked as accounts_with_stacks
from govkit.kinds.config_deployment import ConfigDeployment
from govkit.kinds.config_stack_drift import ConfigStackDrift
from govkit.kinds.config_stack_set import NAME, ConfigStackSet, fingerprint, template
from govkit.kinds.config_view import ConfigView
from govkit.kinds.stack_set import SERVICE
from govkit.kinds.stacks_access import StacksAccess
from govkit.kinds.trusted_access import TrustedAccess
from govkit.model.address import Address
from govkit.model.call import Look
from govkit.model.kind import Asked
from govkit.model.resource import Resource
from govkit.model.scope import Scope

_LONGEST = 4_096  # characters of a parameter's value


def stacked(told: Config, scope: Scope) -> Iterator[tuple[Asked, tuple[str, ...]]]:
    """Yield the StackSet, what it takes, and where it goes, each with the Regions that it records in.

    It goes into the topmost OUs that the baseline covers wholly: CloudFormation follows accounts into
    an OU whatever was said of single ones. Raises `GovkitError` where it has no place to stand.
    """
    management = _checked(told, scope)
    home = scope.home_region
    parameters = _parameters(told)
    text = template()
    bucket = told.delivery.bucket
    asked: list[Resource] = [
        TrustedAccess(SERVICE),
        StacksAccess(management, home),
        ConfigStackSet(
            management,
            home,
            NAME,
            fingerprint(text),
            parameters,
            bucket=bucket.name if bucket.managed_by == "govkit" else None,
            body=text,
        ),
    ]
    for one in asked:
        yield Asked(("engine",), one), ()
    for unit in scope.units:
        where = tuple(sorted(scope.regions))
        asked_for = ConfigDeployment(
            management, home, NAME, unit.ou, where, accounts=unit.accounts, spared=unit.spared
        )
        yield Asked(("engine",), asked_for), where
        for view in product(unit.accounts, where):
            seen = ConfigView(*view, told.recorder.name)
            yield Asked(("recorder",), seen, observed=True), ()
    yield Asked(("engine",), ConfigStackDrift(management, home, NAME), observed=True), ()


def _checked(told: Config, scope: Scope) -> Address:
    """Return the management account, which keeps the StackSet."""
    if told.managed_by != "govkit":
        raise GovkitError(
            "An engine for what somebody else keeps",
            f"engine: stackset says how govkit brings AWS Config, and {told.managed_by} keeps it.",
            "Leave engine out.",
        )
    if not scope.home_region:
        raise GovkitError(
            "No home Region", "A StackSet stands in one: organization: {home_region: …}."
        )
    if not scope.regions:
        raise GovkitError(
            "No Regions by name",
            "A StackSet goes into the same Regions in all accounts, so they must be named.",
            "Write them in place of enabled: regions: [eu-west-1, …].",
        )
    if scope.management is None:
        raise GovkitError(
            "No management account",
            "It keeps the StackSet, and the layout does not list it.",
            "List it under accounts:, and name it: organization: {management_account: …}.",
        )
    return scope.management


def _parameters(told: Config) -> tuple[tuple[str, str], ...]:
    """Return the parameters of the template; all of them, so that none falls back to what it was."""
    rule, delivery = told.recorder, told.delivery
    records, types = recorded(rule)
    listed = ",".join(types)
    if len(listed) > _LONGEST:
        raise GovkitError(
            "Too many types for a StackSet",
            f"Their names take {len(listed)} characters, and a parameter takes {_LONGEST}.",
            "Name what is left out, where that is shorter: types: {except: […]}.",
        )
    return tuple(
        sorted(
            {
                "RecorderName": rule.name,
                "ChannelName": delivery.name,
                "RoleName": (rule.role or "").removeprefix("role/"),
                "Strategy": STRATEGIES[records],
                "Types": listed,
                "GlobalTypesRegion": rule.global_types_in or "",
                "Mode": MODES[rule.mode],
                "Bucket": delivery.bucket.name,
                "Prefix": delivery.bucket.prefix or "",
                "TopicArn": delivery.sns_topic or "",
                "KeyArn": delivery.kms_key or "",
                "Frequency": delivery.frequency,
            }.items()
        )
    )


def without_stacks(look: Look) -> Iterator[Spot]:
    """Yield the places of accounts that no stack came to yet: they may record by themselves."""
    for one, home in named(look, "config_stack_set"):
        inside = accounts_with_stacks(look)
        there = stacks.seen(look, one.name, home)
        served = {stack["Account"] for stack in there or ()}
        for spot in regions(look) if there is not None else ():
            if spot.account in inside and spot.place.account not in served:
                yield spot
