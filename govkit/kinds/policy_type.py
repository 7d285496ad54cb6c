"""Policy types that are enabled in the root."""

from collections.abc import Iterator
from dataclasses import dataclass

from govkit.errors import GovkitError
from govkit.kinds._listed import ALIVE, enabled_types
from govkit.kinds.attachment import FULL_ACCESS, Attachment
from govkit.model.address import ROOT, Address
from govkit.model.call import Api, ApiCall, Ids, Look, Response, organizations
from govkit.model.change import Action, Change
from govkit.model.kind import Authority, Follow, Kind
from govkit.model.resource import Found, Resource
from govkit.model.wanted import Wanted
from govkit.policies.types import policy_type


@dataclass(frozen=True, slots=True)
class EnabledPolicyType:
    """A policy type, by the layout's key for it (`scp`), that is enabled in the root."""

    type: str

    @property
    def address(self) -> Address:
        """Where it stands: `policy_type:scp`."""
        return Address("policy_type", self.type)

    @property
    def needs(self) -> tuple[Address, ...]:
        """The root."""
        return (ROOT,)


def _read(look: Look) -> Iterator[Found[EnabledPolicyType]]:
    for kind in enabled_types(look):
        yield Found(EnabledPolicyType(kind.key))


def _glance(wanted: EnabledPolicyType, api: Api, _: Ids) -> Found[EnabledPolicyType] | None:
    (root,) = api.items("Roots", organizations("ListRoots"))
    name = policy_type(wanted.type).name
    alive = any(
        entry["Type"] == name and entry["Status"] in ALIVE for entry in root.get("PolicyTypes", ())
    )
    return Found(wanted) if alive else None


def _lower(change: Change[EnabledPolicyType], ids: Ids) -> Iterator[ApiCall]:
    kind = policy_type(change.subject.type)
    if change.action is not Action.CREATE:
        raise GovkitError(
            "govkit never disables a policy type",
            f"Disabling {kind.name} would detach every policy of that type everywhere, "
            "and AWS would not attach them again.",
            "Detach and delete the policies by the layout; disable the type in the console.",
        )
    yield organizations("EnablePolicyType", RootId=ids.or_unknown(ROOT), PolicyType=kind.name)


def _brings(change: Change[EnabledPolicyType], wanted: Wanted) -> tuple[Resource, ...]:
    """AWS attaches FullAWSAccess to everything; what is yet to be made gets its own when made."""
    if change.action is not Action.CREATE or change.subject.type != "scp":
        return ()
    return tuple(
        Attachment(FULL_ACCESS, target)
        for target in sorted(wanted.full_access)
        if not ((claim := wanted.claims.get(target)) and claim.create)
    )


def _follow(change: Change[EnabledPolicyType], _: Response) -> Follow | None:
    """EnablePolicyType returns before AWS is done: wait until the root shows it enabled."""
    name = policy_type(change.subject.type).name

    def settled(answer: Response) -> Response | None:
        enabled = any(
            entry["Type"] == name and entry["Status"] == "ENABLED"
            for root in answer["Roots"]
            for entry in root.get("PolicyTypes", ())
        )
        return answer if enabled else None

    return Follow(organizations("ListRoots"), settled)


def _verb(change: Change[EnabledPolicyType]) -> str:
    return "enable" if change.action is Action.CREATE else "disable"


_READS = ("organizations:ListRoots",)
_WRITES = ("organizations:EnablePolicyType",)

KIND = Kind(
    name="policy_type",
    noun="policy type",
    resource=EnabledPolicyType,
    read=_read,
    glance=_glance,
    lower=_lower,
    verb=_verb,
    brings=_brings,
    follow=_follow,
    authority=Authority.DELEGATED,
    reads=_READS,
    writes=lambda _: _WRITES,
)
