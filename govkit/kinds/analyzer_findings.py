"""What analyzers found: how much is active and archived, by the statistics that each keeps; looked at alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from govkit.kinds import _access_analyzer as section
from govkit.kinds._access_analyzer import EXTERNAL, INTERNAL, UNUSED
from govkit.kinds._observed import no_change, no_glance
from govkit.kinds._places import Spot, looked
from govkit.kinds.analyzer import WORKS
from govkit.model.address import Address
from govkit.model.call import ApiCall, Look, Place
from govkit.model.kind import Authority, Kind
from govkit.model.resource import Found

_MEMBERS = {
    EXTERNAL: "externalAccessFindingsStatistics",
    UNUSED: "unusedAccessFindingsStatistics",
    INTERNAL: "internalAccessFindingsStatistics",
}


@dataclass(frozen=True, slots=True)
class AnalyzerFindings:
    """How many findings an analyzer has; `type` is AWS's word for what it looks for.

    `active` are those that nobody decided on, `public` those of them about what everybody may reach.
    `parts` are the active ones by type of resource, or by what is unused.
    """

    account: Address
    region: str
    analyzer: str
    type: str
    active: int = 0
    archived: int = 0
    public: int = 0
    parts: tuple[tuple[str, int], ...] = ()

    @property
    def address(self) -> Address:
        """Where it stands: `analyzer_findings:audit/eu-west-1/govkit-external-access`."""
        return Address("analyzer_findings", f"{self.account.path}/{self.region}/{self.analyzer}")

    @property
    def needs(self) -> tuple[Address, ...]:
        """The analyzer."""
        return (Address("analyzer", self.address.path),)


def _read(look: Look) -> Iterator[Found[AnalyzerFindings]]:
    """Yield what the organization's analyzers found, where they work: one call each."""
    for one in look.found("analyzer"):
        analyzer = one.resource
        if analyzer.type in _MEMBERS and analyzer.status == WORKS:
            spot = Spot(analyzer.account, Place(analyzer.account.path, analyzer.region))
            yield from looked(look, [spot], partial(_counted, look, analyzer, one.id))


def _counted(look: Look, analyzer: Any, arn: str, spot: Spot) -> Iterator[Found[AnalyzerFindings]]:
    call = ApiCall("accessanalyzer", "GetFindingsStatistics", {"analyzerArn": arn}, spot.place)
    told = look.call(call).get("findingsStatistics") or ()
    member = _MEMBERS[analyzer.type]
    found: Mapping[str, Any] = next((one[member] for one in told if member in one), {})
    parts = tuple(sorted((name, count) for name, count in _parts(found).items() if count))
    by_type = (found.get("resourceTypeStatistics") or {}).values()
    yield Found(
        AnalyzerFindings(
            spot.account,
            spot.region,
            analyzer.name,
            analyzer.type,
            found.get("totalActiveFindings", 0),
            found.get("totalArchivedFindings", 0),
            sum(one.get("totalActivePublic", 0) for one in by_type),
            parts,
        )
    )


def _parts(found: Mapping[str, Any]) -> Mapping[str, int]:
    """Return the active findings of each sort; of external access AWS counts them by who may reach it."""
    sorts = ("totalActivePublic", "totalActiveCrossAccount", "totalActiveErrors")
    counted = {
        name: one.get("totalActiveFindings", sum(one.get(sort, 0) for sort in sorts))
        for name, one in (found.get("resourceTypeStatistics") or {}).items()
    }
    unused = found.get("unusedAccessTypeStatistics") or ()
    return counted | {one["unusedAccessType"]: one.get("total", 0) for one in unused}


KIND = Kind(
    name="analyzer_findings",
    noun="findings of an analyzer",
    resource=AnalyzerFindings,
    read=_read,
    glance=no_glance,
    lower=no_change,
    cares=lambda _, __: False,
    authority=Authority.MEMBER,
    beyond=True,
    watched=True,
    reads=("access-analyzer:GetFindingsStatistics",),
    serves=(section.KEY,),
)
