"""AWS's limits as data: each figure with its date and source; a layout may override any of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType

_GUIDE = "AWS Organizations user guide, Quotas and service limits (orgs_reference_limits)"
_MODEL = "botocore 1.44.5, organizations service model"
_DOUBLED = "AWS What's New, 2026-05: increased SCP quotas; hashicorp/terraform-provider-aws#38788"


@dataclass(frozen=True, slots=True)
class Limit:
    """A figure of AWS: what it was on a date, by whom, and where a partition differs."""

    figure: int
    as_of: str
    source: str
    elsewhere: Mapping[str, int] = field(default_factory=dict)

    def at(self, partition: str) -> int:
        """Return the figure in a partition (`aws`, `aws-us-gov`, `aws-cn`)."""
        return self.elsewhere.get(partition, self.figure)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The limits of a policy type, with their sources."""

    characters: Limit
    attachments: Limit
    minimum: Limit
    policies: Limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of a policy type as figures.

    Characters in a document, policies attached to one target at most and at least, policies of
    the type in an organization.
    """

    characters: int
    attachments: int
    minimum: int
    policies: int


def figures(facts: Facts, partition: str, told: Mapping[str, int]) -> Limits:
    """Return a type's limits in a partition, as overridden by the layout's `limits.<type>`."""
    limits = Limits(
        characters=facts.characters.at(partition),
        attachments=facts.attachments.at(partition),
        minimum=facts.minimum.at(partition),
        policies=facts.policies.at(partition),
    )
    return replace(limits, **{name: told[name] for name in NAMES if name in told})


NAMES = tuple(part.name for part in fields(Limits))


def scp_limit(figure: int) -> Limit:
    """Return a figure of the doubling of May 2026, which came to all partitions at once."""
    return Limit(figure, "2026-05-15", _DOUBLED)


def quota(figure: int, source: str = _GUIDE, as_of: str = "2026-06-01") -> Limit:
    """Return a figure of the quota page as it stood in 2026."""
    return Limit(figure, as_of, source)


def management_facts(*, characters: int = 10_000, attachments: int = 10) -> Facts:
    """Return the limits that most types of management policies share."""
    return Facts(
        characters=quota(characters),
        attachments=quota(attachments),
        minimum=quota(0),
        policies=quota(1_000),
    )


ORGANIZATION: Mapping[str, Limit] = MappingProxyType(
    {
        "roots": quota(1),
        "ous": quota(2_000),
        "depth": quota(5, "D22 orgs_reference_limits.md: OU levels under a root"),
        "accounts": quota(10, "orgs_reference_limits: the default; AWS raises it up to 50,000"),
        "accounts_creating": quota(5),
        "accounts_closing": quota(3),
        "tags": quota(50),
        "ou_name": quota(128, _MODEL, "2026-11-23"),
        "account_name": quota(50, _MODEL, "2026-11-23"),
        "policy_name": quota(128, _MODEL, "2026-11-23"),
        "policy_description": quota(512, _MODEL, "2026-11-23"),
        "email": quota(64, _MODEL, "2026-11-23"),
        "tag_key": quota(128, _MODEL, "2026-11-23"),
        "tag_value": quota(256, _MODEL, "2026-11-23"),
        "delegation_policy": quota(40_000, _MODEL, "2026-11-23"),
    }
)


def organization_limits(
    told: Mapping[str, int] | None = None, partition: str = "aws"
) -> dict[str, int]:
    """Return the limits of an organization, as overridden by the layout's `limits.organization`."""
    known = {name: limit.at(partition) for name, limit in ORGANIZATION.items()}
    return known | {name: figure for name, figure in (told or {}).items() if name in known}
