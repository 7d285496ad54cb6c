"""Chooses the part of the changes that `--only` asks for."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TypeAlias

from govkit.errors import UsageError
from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.config_deployment import ConfigDeployment
from govkit.kinds.policy import Policy, is_temporary
from govkit.kinds.tags import Tags
from govkit.model.address import ROOT, Address, account, ou
from govkit.model.change import Action, Change
from govkit.model.resource import Resource
from govkit.model.state import State
from govkit.model.suggest import did_you_mean
from govkit.model.wanted import Wanted
from govkit.plan.joined import made_for

AnyChange: TypeAlias = Change[Resource]
Keep = Callable[[AnyChange], bool]
Revision = Callable[[str], Collection[Address]]


def chosen(
    selectors: Sequence[str],
    wanted: Wanted,
    desired: State,
    changed_since: Revision,
    beyond: Collection[str] = (),
) -> Keep:
    """Return what decides whether a change is left in; everything is, without a selector.

    `changed_since` answers `changed:REV` with the addresses that the layout changed since then,
    `beyond` are the names of the kinds that the baseline is made of; what else it asks for (trusted
    access) goes with it.
    UsageError for a selector that is not understood, or names nothing that the layout has.
    """
    if not selectors:
        return lambda _: True
    tests = [_test(selector, wanted, desired, changed_since, beyond) for selector in selectors]
    return lambda change: any(test(change) for test in tests)


def with_left_overs(keep: Keep, part: Collection[str], owner: str, live: State) -> Keep:
    """Return what leaves in what killed runs of the very same part left behind, besides.

    What one of another part made for a while still holds what that one did not come to finish.
    """
    if not part:
        return keep

    theirs = left_behind(part, owner, live)
    return lambda change: (
        change.subject in theirs if is_of_a_while(change.subject) else keep(change)
    )


def is_of_a_while(resource: Resource) -> bool:
    """Tell a policy that a plan made for a while, or an attachment of one."""
    address = resource.policy if isinstance(resource, Attachment) else resource.address
    return isinstance(resource, Attachment | Policy) and is_temporary(address)


def left_behind(part: Collection[str], owner: str, live: State) -> frozenset[Resource]:
    """Return the temporary policies that plans of a part left behind, and their attachments."""
    made = {
        one.address: one
        for one in live.all(Policy)
        if is_temporary(one.address) and made_for(one, owner, part)
    }
    held = (one for one in live.all(Attachment) if one.policy in made)
    return frozenset([*made.values(), *held])


def possible(changes: Sequence[AnyChange], keep: Keep, there: State) -> tuple[AnyChange, ...]:
    """Return the changes left in, without those that need something that was left out.

    What nothing would make is not left out: that is for a rail to say.
    """
    kept = [change for change in changes if keep(change)]
    makeable = _made(changes)
    while True:
        made = _made(kept)
        able = [
            change
            for change in kept
            if change.after is None
            or all(
                need in made or need in there or need not in makeable for need in change.after.needs
            )
        ]
        if len(able) == len(kept):
            return tuple(able)
        kept = able


def _made(changes: Iterable[AnyChange]) -> set[Address]:
    made = set()
    for change in changes:
        if change.action is Action.CREATE:
            made.add(change.address)
        made.update(brought.address for brought in change.brings)
    return made


def _test(
    selector: str,
    wanted: Wanted,
    desired: State,
    changed_since: Revision,
    beyond: Collection[str],
) -> Keep:
    kind, _, name = selector.partition(":")
    match kind:
        case "account" if name:
            return _about(_known(selector, account(name), wanted))
        case "ou" if name:
            return _below(selector, name, wanted, desired)
        case "guardrail" if name:
            if name not in wanted.guardrails:
                guess = did_you_mean(name, wanted.guardrails)
                raise _nothing(selector, f"guardrail {name}", guess)
            return _of_guardrail(name)
        case "baseline" if not name:
            asked = wanted.of_baseline
            return lambda change: change.address.kind in beyond or change.address in asked
        case "changed" if name:
            addresses = frozenset(changed_since(name))
            return lambda change: bool(addresses & set(_touches(change)))
        case _:
            raise UsageError(
                "No such selector",
                f"--only {selector} is not understood.",
                "Use account:KEY, ou:PATH/**, guardrail:KEY, baseline or changed:GITREV.",
            )


def _known(selector: str, address: Address, wanted: Wanted) -> Address:
    """Return the address; what is to be absent is named by the layout, too."""
    if not (address == ROOT or address in wanted.state or address in wanted.absent):
        near = [one.path for one in wanted.state.by_address if one.kind == address.kind]
        raise _nothing(selector, str(address), did_you_mean(address.path, near))
    return address


def _nothing(selector: str, what: str, guess: str) -> UsageError:
    told = f"--only {selector}: the layout has no {what}. {guess}"
    return UsageError("A selector that names nothing", told.rstrip())


def _about(address: Address) -> Keep:
    return lambda change: address in _touches(change)


def _below(selector: str, path: str, wanted: Wanted, desired: State) -> Keep:
    everything = path.endswith("/**") or path == "**"
    top = _known(selector, ou(path.removesuffix("**").rstrip("/") or "/"), wanted)
    prefix = top.path.rstrip("/") + "/"

    def keep(change: AnyChange) -> bool:
        return any(
            place == top or (everything and place.kind == "ou" and place.path.startswith(prefix))
            for place in _places(change, desired)
        ) or (everything and top == ROOT)

    return keep


def _of_guardrail(key: str) -> Keep:
    def keep(change: AnyChange) -> bool:
        match change.subject:
            case Policy() as policy:
                name = policy.address.path
            case Attachment() as attachment:
                name = attachment.policy.path
            case _:
                return False
        return name.partition("/")[2].partition(".")[0] == key

    return keep


def _places(change: AnyChange, desired: State) -> Iterable[Address]:
    """Yield the OUs that a change is about: its own, its target, or where an account lives."""
    for address in _touches(change):
        yield address
        resident = desired.get(address)
        if isinstance(resident, Account):
            yield resident.parent
    for version in (change.before, change.after):
        if isinstance(version, Account):
            yield version.parent


def _touches(change: AnyChange) -> Iterable[Address]:
    yield change.address
    match change.subject:
        case Attachment() as attachment:
            yield attachment.target
            yield attachment.policy
        case Tags() as tags:
            yield tags.target
        case ConfigDeployment() as deployment:
            yield deployment.account
            yield deployment.unit
        case subject:
            place = getattr(subject, "account", None)
            if isinstance(place, Address):
                yield place


def differing(then: State, now: State) -> frozenset[Address]:
    """Return the addresses at which two states differ."""
    return frozenset(_differing(then.by_address, now.by_address))


def _differing(
    then: Mapping[Address, Resource], now: Mapping[Address, Resource]
) -> Iterable[Address]:
    for address in {*then, *now}:
        if then.get(address) != now.get(address):
            yield address
