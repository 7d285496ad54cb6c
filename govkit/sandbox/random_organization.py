"""Random organizations of a given size, the same for the same seed, with plausible names."""

import json
import random
from dataclasses import dataclass

from govkit.sandbox.builder import Builder
from govkit.sandbox.organizations.attachments import attached
from govkit.sandbox.organizations.ids import new_account_id
from govkit.sandbox.organizations.limits import limit
from govkit.sandbox.organizations.rows import SCP
from govkit.sandbox.organizations.shown import ancestry

_PER_POLICY = 20
_OUS = (
    "Workloads", "Prod", "NonProd", "Security", "Infrastructure", "Sandbox", "Payments", "Search",
    "Data", "Platform", "Retail", "Logistics", "Media", "Mobile", "Partners", "Research", "Finance",
    "Legal", "Support", "Quality",
)  # fmt: skip
_TEAMS = (
    "atlas", "beacon", "cedar", "delta", "ember", "fjord", "grove", "harbor", "iris", "juniper",
    "kestrel", "lagoon", "meadow", "nimbus", "orchard", "prairie", "quartz", "ridge", "summit", "tundra",
)  # fmt: skip
_STAGES = ("prod", "dev", "test", "shared")
_SERVICES = ("ec2", "s3", "iam", "kms", "rds", "lambda", "logs", "config", "cloudtrail", "ram")
_VERBS = ("Create*", "Delete*", "Put*", "Update*", "Disable*", "Stop*")


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is of what; `accounts` counts the management account too."""

    ous: int
    accounts: int
    policies: int
    attachments: int
    depth: int = 5


MEDIUM = Size(ous=60, accounts=500, policies=40, attachments=120)
LARGE = Size(ous=300, accounts=5_000, policies=150, attachments=450)
EXTRA_LARGE = Size(ous=1_000, accounts=10_000, policies=300, attachments=900)


def fill(builder: Builder, size: Size) -> None:
    """Make the organization, its OUs, accounts, SCPs and attachments."""
    draw = random.Random(builder.world.settings.seed)  # noqa: S311 - nothing secret is drawn
    root = builder.organization()
    builder.enable()
    ous = _ous(builder, draw, root, size)
    accounts = _accounts(builder, draw, [*ous, root], size.accounts - 1)
    policies = [_policy(builder, draw, number) for number in range(size.policies)]
    few = accounts[:: max(1, 20 * len(accounts) // max(1, len(ous)))]
    targets = [root, *ous, *few]  # people attach to OUs, and to an account only now and then
    _attachments(builder, draw, policies, targets, size.attachments)


def _ous(builder: Builder, draw: random.Random, root: str, size: Size) -> list[str]:
    depth = {root: 0}
    names: dict[str, set[str]] = {root: set()}
    for _ in range(size.ous):
        parent = draw.choice([place for place in depth if depth[place] < size.depth])
        name = draw.choice(_OUS)
        if name in names[parent]:
            name = f"{name} {len(names[parent]) + 1}"
        names[parent].add(name)
        made = builder.ou(parent, name)
        depth[made], names[made] = len(ancestry(builder.book, parent)), set()
    return [place for place in depth if place != root]


def _accounts(builder: Builder, draw: random.Random, places: list[str], count: int) -> list[str]:
    """Spread accounts so that every place gets one before any gets a second."""
    made = []
    for number in range(count):
        place = places[number] if number < len(places) else draw.choice(places)
        name = f"{draw.choice(_TEAMS)}-{draw.choice(_STAGES)}-{number + 1:05d}"
        ident = new_account_id(builder.book, builder.world.settings.seed)
        made.append(builder.account(place, name, f"aws+{name}@example.com", ident))
    return made


def _policy(builder: Builder, draw: random.Random, number: int) -> str:
    services = draw.sample(_SERVICES, draw.randint(1, 4))
    statements = [_statement(draw, service) for service in services]
    content = json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))
    name = f"guard-{'-'.join(services[:2])}-{number + 1:04d}"
    return builder.policy(name, content, f"Guards {', '.join(services)}")


def _statement(draw: random.Random, service: str) -> dict[str, object]:
    verbs = draw.sample(_VERBS, draw.randint(1, len(_VERBS)))
    statement: dict[str, object] = {
        "Sid": f"Guard{service.title()}",
        "Effect": "Deny",
        "Action": sorted(f"{service}:{verb}" for verb in verbs),
        "Resource": "*",
    }
    if draw.random() < 0.8:  # noqa: PLR2004 - most guardrails excuse somebody
        team = draw.choice(_TEAMS)
        statement["Condition"] = {
            "ArnNotLike": {"aws:PrincipalArn": [f"arn:aws:iam::*:role/{team}-admin"]}
        }
    return statement


def _attachments(
    builder: Builder, draw: random.Random, policies: list[str], targets: list[str], count: int
) -> None:
    """Attach at random, each policy once before any twice, never over a limit."""
    most = limit(builder.world.settings, "attachments", SCP)
    per_policy = dict.fromkeys(policies, 0)
    made = 0
    for attempt in range(20 * count):
        if made == count or not policies:
            return
        policy = policies[attempt] if attempt < len(policies) else draw.choice(policies)
        target = draw.choice(targets)
        present = attached(builder.book, target, SCP)
        if policy not in present and len(present) < most and per_policy[policy] < _PER_POLICY:
            builder.attach(policy, target)
            per_policy[policy] += 1
            made += 1
