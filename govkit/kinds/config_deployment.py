"""Where the StackSet of AWS Config is: an OU with its Regions, and the accounts that it is behind in."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from govkit.kinds import _stack_instances as stacks
from govkit.kinds._named import named
from govkit.kinds._places import Spot, looked, place
from govkit.kinds._stack_instances import Behind
from govkit.model.address import ROOT, Address
from govkit.model.address import account as account_address
from govkit.model.call import Api, ApiCall, Ids, Look, Response
from govkit.model.change import Change
from govkit.model.finding import Finding, Severity
from govkit.model.kind import Follow, Kind, Recognition
from govkit.model.resource import SILENT, Found
from govkit.model.scope import is_within
from govkit.model.state import State
from govkit.model.wanted import Wanted

_FEW = 5


@dataclass(frozen=True, slots=True)
class ConfigDeployment:
    """A StackSet in an OU and all below it.

    `behind` says in which accounts (by ID) and Regions the stacks are not as the StackSet has them,
    and why; `places` are the same, to be mended: account, Region, whether there is no stack at all.
    `accounts` are those that the layout knows there; those `spared` record by themselves, and the
    StackSet leaves them alone until they do not. `served` are those that have a stack, however it fares.
    """

    account: Address
    region: str
    name: str
    unit: Address
    regions: tuple[str, ...]
    behind: tuple[str, ...] = ()
    accounts: tuple[Address, ...] = field(default=(), compare=False, metadata=SILENT)
    spared: tuple[Address, ...] = field(default=(), compare=False)  # reviewed, but nothing to mend
    served: tuple[Address, ...] = field(default=(), compare=False, metadata=SILENT)
    places: tuple[tuple[str, str, bool], ...] = field(default=(), compare=False, metadata=SILENT)

    @property
    def address(self) -> Address:
        """Where it stands: `config_deployment:management/eu-west-1/govkit-config/Workloads`."""
        return Address("config_deployment", f"{self.stack_set.path}{self.unit.path}")

    @property
    def stack_set(self) -> Address:
        """Where its StackSet stands."""
        return Address("config_stack_set", f"{self.account.path}/{self.region}/{self.name}")

    @property
    def needs(self) -> tuple[Address, ...]:
        """The StackSet and the OU."""
        return (self.stack_set, self.unit)


def _read(look: Look) -> Iterator[Found[ConfigDeployment]]:
    for one, spot in named(look, "config_stack_set"):
        yield from looked(look, [spot], partial(_deployments, look, one.name))


def _deployments(look: Look, name: str, spot: Spot) -> Iterator[Found[ConfigDeployment]]:
    told = stacks.described(look, name, spot)
    if told is None:
        return
    units = {one.id: one.resource.address for one in look.found("ou")}
    units |= {one.id: ROOT for one in look.found("root")}
    there = tuple(stacks.instances(look, name, spot))
    served = tuple(sorted({account_address(one["Account"]) for one in there}))
    for given, regions in stacks.targets(look, name, spot, told).items():
        unit = units.get(given)
        if unit is not None:
            wanted = sorted(_expected(look, unit, served))
            found = stacks.behind(there, wanted, regions)
            yield Found(replace(_deployment(spot, name, unit, regions, found), served=served))


def _expected(look: Look, unit: Address, served: Collection[Address]) -> Iterator[str]:
    """Yield the IDs of the accounts that an OU's stacks are wanted in: those that the layout covers."""
    interest = look.interest
    everybody = interest.coverage is not None and interest.coverage.everybody
    listed = interest.accounts | interest.created
    recorders = {one.resource.account for one in look.found("config_recorder")}
    spared = recorders.difference(served)
    for one in look.found("account"):
        member = one.resource
        here = member.state == "ACTIVE" and not (member.management or member.address in spared)
        known = {member.address.path, (member.email or "").lower()} & listed
        if here and (known or everybody) and is_within(member.parent.path, unit.path):
            yield member.address.path


def _deployment(
    spot: Spot, name: str, unit: Address, regions: tuple[str, ...], found: tuple[Behind, ...]
) -> ConfigDeployment:
    said = tuple(f"{one.account} {one.region}: {one.words}" for one in found)
    places = tuple((one.account, one.region, one.missing) for one in found)
    return ConfigDeployment(spot.account, spot.region, name, unit, regions, said, places=places)


def _glance(wanted: ConfigDeployment, api: Api, ids: Ids) -> Found[ConfigDeployment] | None:
    spot = Spot(wanted.account, place(wanted.account, ids, wanted.region))
    told = stacks.described(api, wanted.name, spot)
    regions = {} if told is None else stacks.targets(api, wanted.name, spot, told)
    unit = ids.get(wanted.unit)
    if unit is None or unit not in regions:
        return None
    accounts = sorted(given for one in wanted.accounts if (given := ids.get(one)) is not None)
    there = tuple(stacks.instances(api, wanted.name, spot))
    found = stacks.behind(there, accounts, regions[unit])
    return Found(_deployment(spot, wanted.name, wanted.unit, regions[unit], found))


def _meet(
    wanted: ConfigDeployment | None, live: ConfigDeployment | None
) -> tuple[ConfigDeployment | None, ConfigDeployment | None]:
    """Leave alone what a Region has that the layout does not name any more, and how stacks fare there.

    Who is spared is said where a Region is new: nothing else asks for it.
    """
    if wanted is None or live is None:
        return wanted, live
    named_here = tuple(one for one in live.regions if one in wanted.regions)
    known = replace(
        live,
        regions=named_here,
        behind=tuple(one for one in live.behind if _region_of(one) in wanted.regions),
        places=tuple(one for one in live.places if one[1] in wanted.regions),
        accounts=wanted.accounts,
        spared=wanted.spared if named_here == wanted.regions else (),
    )
    return wanted, known


def _region_of(said: str) -> str:
    place, _, _ = said.partition(":")
    return place.rpartition(" ")[2]


def _lower(change: Change[ConfigDeployment], ids: Ids) -> Iterator[ApiCall]:
    subject, after, before = change.subject, change.after, change.before
    where = place(subject.account, ids, subject.region)
    unit = ids.or_unknown(subject.unit)
    whole: dict[str, Any] = {"OrganizationalUnitIds": [unit], "AccountFilterType": "NONE"}

    def call(verb: str, targets: Mapping[str, Any], regions: Iterable[str], **more: Any) -> ApiCall:
        told = {"DeploymentTargets": dict(targets), "Regions": [*regions], **more}
        preferences = dict(stacks.PREFERENCES)
        operation = f"{verb}StackInstances"
        return stacks.ask(operation, subject.name, where, **told, OperationPreferences=preferences)

    if after is None:
        yield call("Delete", whole, subject.regions, RetainStacks=False)
        return
    if after.spared:
        spared = [ids.or_unknown(one) for one in after.spared]
        whole |= {"AccountFilterType": "DIFFERENCE", "Accounts": spared}
    new = [one for one in after.regions if before is None or one not in before.regions]
    if new:
        yield call("Create", whole, new)
    for (verb, regions), accounts in _together(before.places if before else ()).items():
        some = {"OrganizationalUnitIds": [unit], "AccountFilterType": "INTERSECTION"}
        yield call(verb, {**some, "Accounts": accounts}, regions)


def _together(
    places: Iterable[tuple[str, str, bool]],
) -> Mapping[tuple[str, tuple[str, ...]], list[str]]:
    """Return the accounts to be mended by what is done, and in which Regions, so that calls are few."""
    regions: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for account, region, missing in places:
        regions["Create" if missing else "Update", account].append(region)
    found: defaultdict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for (verb, account), where in sorted(regions.items()):
        found[verb, tuple(where)].append(account)
    return found


def _follow(change: Change[ConfigDeployment], answer: Response) -> Follow | None:
    """Wait until CloudFormation was in all accounts."""
    return stacks.finished(change.subject.name, change.subject.region, answer)


def _recognise(wanted: Wanted, live: State, _: Ids) -> Recognition:
    """Warn of OUs that the layout leaves out since, and of accounts that are not handed over yet."""
    asked = [*wanted.state.all(ConfigDeployment)]
    return Recognition({}, (*_left_out(asked, wanted, live), *_recording(asked, live)))


def served(live: State) -> frozenset[Address]:
    """Return the accounts that have a stack of the StackSet."""
    return frozenset(each for one in live.all(ConfigDeployment) for each in one.served)


def _left_out(asked: Sequence[ConfigDeployment], wanted: Wanted, live: State) -> Iterator[Finding]:
    regions = {one.unit: one.regions for one in asked}
    for one in live.all(ConfigDeployment):
        if one.unit in regions:
            dropped = [region for region in one.regions if region not in regions[one.unit]]
            if dropped:
                yield _stays(
                    one,
                    f"in {', '.join(dropped)} in {one.unit}, which the baseline does not name: it "
                    "stays there, and goes on following accounts there.",
                )
        elif not wanted.coverage.whole([one.unit.path]):
            yield _stays(
                one,
                f"in {one.unit}, of which the baseline leaves something out: it stays there, and "
                "follows accounts there.",
            )


def _stays(one: ConfigDeployment, where: str) -> Finding:
    return Finding(
        "GK309",
        Severity.WARNING,
        str(one.address),
        f"The StackSet {one.name} is {where}",
        "Take it out by hand: docs/baseline.md, Out of an OU.",
    )


def _recording(asked: Sequence[ConfigDeployment], live: State) -> Iterator[Finding]:
    recorders: list[Any] = [one for one in live if one.address.kind == "config_recorder"]
    accounts = {one.account for one in recorders} - served(live)
    homes: dict[Address, Any] = {one: live.get(one) for one in accounts}
    found = sorted(
        str(address)
        for address, one in homes.items()
        if one is not None and not one.management
        if any(is_within(one.parent.path, deployment.unit.path) for deployment in asked)
    )
    if found:
        more = f" and {len(found) - _FEW} more" if len(found) > _FEW else ""
        yield Finding(
            "GK308",
            Severity.WARNING,
            str(asked[0].stack_set),
            f"The StackSet leaves alone what records already, in {', '.join(found[:_FEW])}{more}: an "
            "account has one recorder per Region. Until it is handed over, it is kept by entering it.",
            "docs/baseline.md, From direct to stackset.",
        )


KIND = Kind(
    name="config_deployment",
    noun="deployment of Config",
    resource=ConfigDeployment,
    read=_read,
    glance=_glance,
    lower=_lower,
    follow=_follow,
    meet=_meet,
    recognise=_recognise,
    beyond=True,
    reads=(
        "cloudformation:DescribeStackSet",
        "cloudformation:DescribeStackSetOperation",
        "cloudformation:ListStackInstances",
        "cloudformation:ListStackSetAutoDeploymentTargets",
    ),
    writes=lambda _: (
        "cloudformation:CreateStackInstances",
        "cloudformation:DeleteStackInstances",
        "cloudformation:UpdateStackInstances",
    ),
    serves=("config.stackset",),
)
