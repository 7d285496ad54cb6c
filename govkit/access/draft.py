"""A least-privilege policy drafted from events: gathered in bounded memory, and proved on them again."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from govkit.access.action_facts import ResourceType
from govkit.access.action_index import action_index
from govkit.access.chain import Chain
from govkit.access.event import Event, Fate
from govkit.access.event_actions import actions, table
from govkit.access.event_resources import coarser, hidden, shown
from govkit.access.judge import judge
from govkit.access.request import request
from govkit.access.statement import Level, policy
from govkit.access.verdict import Kind, Outcome

_MOST_RESOURCES = 32  # of one action, before neighbours are written as one pattern
_MOST_LABELS = 1_000  # of a tally: what is odd about a log is told by its first thousand names
_EVERYTHING = "*"


@dataclass(slots=True)
class Use:
    """How one action was used: on what, and in which Regions.

    `hidden` are the types of resources that it may have been asked about, and some event did not tell.
    """

    events: int = 0
    everything: bool = False
    resources: set[str] = field(default_factory=set)
    widened: bool = False
    regions: set[str] = field(default_factory=set)
    hidden: set[ResourceType] = field(default_factory=set)

    @property
    def on(self) -> tuple[str, ...]:
        """What a policy has to name."""
        return (
            (_EVERYTHING,)
            if self.everything or not self.resources
            else tuple(sorted(self.resources))
        )

    def add(self, patterns: tuple[str, ...], region: str) -> None:
        """Learn of one more use."""
        self.events += 1
        self.regions.add(region)
        if not patterns:
            self.everything = True
            self.resources.clear()
        if self.everything:
            return
        self.resources.update(one for one in patterns if not self._covers(one))
        while len(self.resources) > _MOST_RESOURCES:
            self._widen()
        if _EVERYTHING in self.resources:
            self.everything = True
            self.resources.clear()

    def _widen(self) -> None:
        """Write those as one pattern that have the most neighbours; all that have none, if none has."""
        self.widened = True
        families = Counter(coarser(one) for one in self.resources)
        parent, children = min(families.items(), key=lambda pair: (-pair[1], pair[0]))
        merged = {parent} if children > 1 else set(families)
        rest = {one for one in self.resources if coarser(one) not in merged}
        self.resources = merged
        self.resources |= {one for one in rest if not self._covers(one)}

    def _covers(self, pattern: str) -> bool:
        return any(
            one.endswith("*") and pattern.startswith(one[:-1])
            for one in self.resources
            if one != pattern
        )


@dataclass(slots=True)
class Evidence:
    """What a log says of what a principal did; learns event by event, and never holds the events."""

    uses: dict[str, Use] = field(default_factory=dict)
    fates: Counter[Fate] = field(default_factory=Counter)
    denied: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    passed_roles: set[str] = field(default_factory=set)
    principals: Counter[str] = field(default_factory=Counter)
    known: int = 0
    data_events: int = 0
    first: str = ""
    last: str = ""

    def add(self, event: Event) -> None:
        """Learn from one event of the principal."""
        self.fates[event.fate] += 1
        self.principals[event.principal] += 1
        if event.time:
            self.first = min(self.first or event.time, event.time)
            self.last = max(self.last, event.time)
        match event.fate:
            case Fate.DONE:
                self._use(event)
            case Fate.DENIED:
                _tally(self.denied, event.label)
            case Fate.FAILED:
                _tally(self.failed, event.label)
            case Fate.NO_REQUEST:
                pass

    def _use(self, event: Event) -> None:
        found = actions(event)
        if not found:
            _tally(self.unknown, event.label)
        self.known += bool(found)
        self.data_events += event.data
        for action in found:
            use = self.uses.setdefault(action, Use())
            patterns = tuple(one.pattern for one in shown(event, action))
            use.add(patterns, event.region)
            if not patterns:
                use.hidden.update(hidden(event, action))
        if len(self.passed_roles) < _MOST_LABELS and "sts:AssumeRole" not in found:
            self.passed_roles.update(_roles(event))


def drafted(evidence: Evidence, *, by_region: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Return the policy that allows what was done: each action that was used, on what it was used on.

    `by_region` are the services whose uses are held to the Regions in which they were seen.
    """
    together: dict[tuple[str, tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for action, use in sorted(evidence.uses.items()):
        service = action.partition(":")[0]
        regions = tuple(sorted(use.regions)) if service in by_region and all(use.regions) else ()
        together.setdefault((service, use.on, regions), []).append(action)
    numbers: Counter[str] = Counter()
    statements: list[dict[str, Any]] = []
    for (service, resources, regions), found in sorted(together.items()):
        numbers[service] += 1
        told: dict[str, Any] = {
            "Sid": f"{_camel(service)}{numbers[service]}",
            "Effect": "Allow",
            "Action": found,
            "Resource": list(resources),
        }
        if regions:
            told["Condition"] = {"StringEquals": {"aws:RequestedRegion": list(regions)}}
        statements.append(told)
    return {"Version": "2012-10-17", "Statement": statements}


def regional(evidence: Evidence) -> frozenset[str]:
    """Return the services that were used whose Region is the one that a request names."""
    used = {action.partition(":")[0] for action in evidence.uses}
    return frozenset(used - table().global_services)


class Proof:
    """Holds a policy against events: each one that was done must be allowed by it."""

    def __init__(self, document: dict[str, Any]) -> None:
        chain = Chain(Kind.SCP, (Level("draft", (policy("draft", document),)),))
        self._judge = judge(chain)  # an identity policy allows what an SCP of the same words would

    def gaps(self, event: Event) -> Iterator[str]:
        """Yield what an event did that the policy does not allow: `action on resource`."""
        if event.fate is not Fate.DONE:
            return
        context = {"aws:RequestedRegion": event.region} if event.region else {}
        for action in actions(event):
            for resource in [one.example for one in shown(event, action)] or [_EVERYTHING]:
                asked = request(action, resource, context)
                if self._judge.verdict(asked).outcome is not Outcome.ALLOWED:
                    yield f"{action} on {resource}"


def granted(document: dict[str, Any]) -> frozenset[str]:
    """Return every action, by the index, that a policy of Allow statements grants."""
    index = action_index()
    mask = 0
    for statement in document["Statement"]:
        for pattern in statement["Action"]:
            mask |= index.mask(pattern)
    return frozenset(index.actions(mask))


def _roles(event: Event) -> Iterator[str]:
    """Yield the roles that a request hands to a service; that takes iam:PassRole, which has no event."""
    for key, value in event.parameters.items():
        arn = value.get("arn") if isinstance(value, Mapping) else value
        named = "role" in key.lower() or key == "iamInstanceProfile"
        if named and isinstance(arn, str) and (":role/" in arn or ":instance-profile/" in arn):
            yield arn


def _tally(counts: Counter[str], label: str) -> None:
    if label in counts or len(counts) < _MOST_LABELS:
        counts[label] += 1


def _camel(service: str) -> str:
    return "".join(part.capitalize() for part in service.split("-"))
