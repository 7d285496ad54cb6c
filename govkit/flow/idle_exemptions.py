"""Exemptions of a layout that excuse nobody, because what they excuse from does not hold there."""

from collections.abc import Iterator, Mapping

from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.model.address import ROOT_PATH, Address, account, ou
from govkit.model.finding import Finding, Severity
from govkit.model.wanted import Wanted, Way
from govkit.plan.effects import InForce, in_force

IDLE = "GK293"


def idle_exemptions(wanted: Wanted) -> Iterator[Finding]:
    """Yield each exemption with those of its accounts and OUs that its guardrails do not reach.

    Guardrails in preview hold nowhere yet, and their exemptions are left alone.
    """
    held = in_force(wanted.state)
    for way in wanted.exemptions:
        if any(_in_preview(wanted, key) for key in way.guardrails):
            continue
        policies = {one for key in way.guardrails for one in _policies(wanted, key)}
        idle = [f"account {key}" for key in way.accounts if not policies & _of(held, key)]
        idle += [f"OU {path}" for path in way.ous if not _reaches(wanted, policies, ou(path))]
        if idle:
            yield _finding(wanted, way, idle)


def _in_preview(wanted: Wanted, key: str) -> bool:
    found = wanted.guardrails.get(key)
    return found is not None and found.preview


def _policies(wanted: Wanted, key: str) -> tuple[Address, ...]:
    found = wanted.guardrails.get(key)
    return () if found is None else found.policies


def _of(held: Mapping[Address, InForce], key: str) -> InForce:
    return held.get(account(key), frozenset())


def _reaches(wanted: Wanted, policies: set[Address], unit: Address) -> bool:
    """Tell whether one of the policies is attached to an OU, above it, or below it."""
    here = _steps(unit.path)
    for one in wanted.state.all(Attachment):
        if one.policy in policies:
            holder = wanted.state.get(one.target)
            target = holder.parent if isinstance(holder, Account) else one.target
            there = _steps(target.path)
            shared = min(len(here), len(there))
            if here[:shared] == there[:shared] and (
                target is one.target or len(there) >= len(here)
            ):
                return True
    return False


def _steps(path: str) -> list[str]:
    return [] if path == ROOT_PATH else path.strip("/").split("/")


def _finding(wanted: Wanted, way: Way, idle: list[str]) -> Finding:
    guardrails = ", ".join(way.guardrails)
    message = f"Exemption {way.key} excuses {', '.join(idle)} from {guardrails}, which does not hold there."
    hint = "Name who needs it, or take it out."
    where = wanted.origin(Address("exemption", way.key))
    return Finding(
        IDLE,
        Severity.WARNING,
        f"exemption:{way.key}",
        message,
        hint,
        where,
        rule="idle-exemption",
        confidence="certain",
    )
