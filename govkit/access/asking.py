"""The request of a role, user or root of an account, made by itself: what is known of it, and what is not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from govkit.access.action_facts import action_facts
from govkit.access.request import Given, Request, request

# A principal that acts by itself: no service stands between it and AWS.
_BY_ITSELF: Mapping[str, Given | None] = {
    "aws:ViaAWSService": False,
    "aws:CalledVia": None,
    "aws:CalledViaFirst": None,
    "aws:CalledViaLast": None,
    "aws:PrincipalIsAWSService": False,
    "aws:PrincipalServiceName": None,
    "aws:PrincipalServiceNamesList": None,
    "aws:SourceAccount": None,
    "aws:SourceArn": None,
    "aws:SourceOrgID": None,
    "aws:SourceOrgPaths": None,
}
_TYPES = {"role": "AssumedRole", "user": "User", "root": "Account"}


@dataclass(frozen=True, slots=True)
class Party:
    """An account as a request knows it: its ID, and its organization and place there, if known."""

    account: str
    organization: str | None = None
    paths: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """A request as people say it: who does what, to what, where. None is what is not said.

    `context` goes before what is known by itself; a key without values is absent.
    """

    action: str
    principal: str
    who: Party
    owner: Party
    resource: str | None = None
    region: str | None = None
    context: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def request(self) -> Request:
        """The request, whose context is only what is known: the rest stays open."""
        told = {key.lower() for key in self.context}
        known = {key: value for key, value in self._known().items() if key.lower() not in told}
        return request(
            self.action,
            self._resource(),
            {**known, **self.context},
            principal=self.principal,
            complete=False,
        )

    def _known(self) -> dict[str, Given | None]:
        sort = self.principal.rpartition(":")[2].partition("/")[0]
        known: dict[str, Given | None] = {**_BY_ITSELF, "aws:ResourceAccount": self.owner.account}
        if sort in _TYPES:
            known["aws:PrincipalType"] = _TYPES[sort]
        if self.region is not None:
            known["aws:RequestedRegion"] = self.region
        for of, party in (("Principal", self.who), ("Resource", self.owner)):
            if party.organization is not None:
                known[f"aws:{of}OrgID"] = party.organization
            if party.paths is not None:
                known[f"aws:{of}OrgPaths"] = party.paths
        return known

    def _resource(self) -> str | None:
        """Return what is said; `*` for an action of which AWS knows that it has no resource."""
        if self.resource is not None:
            return self.resource
        facts = action_facts(self.action)
        return "*" if facts is not None and not facts.resources else None
