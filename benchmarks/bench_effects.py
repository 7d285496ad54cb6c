"""What one changed SCP means in an organization of 10,000 accounts, 1,000 OUs and 300 SCPs.

Prints the CPU seconds of the effects (bound 2), of weighing the steps, and how much of the work
that a plan allows itself they took. Run it: python benchmarks/bench_effects.py [accounts]
"""

import sys
import time
from datetime import date
from itertools import islice

from layouts import ou_paths

from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy, policy
from govkit.kinds.root import Root
from govkit.model.address import ROOT, Address, account, ou, parent_path
from govkit.model.call import Ids
from govkit.model.change import Change
from govkit.model.resource import Resource
from govkit.model.state import State
from govkit.model.wanted import Wanted
from govkit.plan.effects import effects
from govkit.plan.weighing import meanings, weighing
from govkit.policies.document import Document, of

FULL_ACCESS = Address("policy", "scp/FullAWSAccess")
SERVICES = (
    "s3",
    "ec2",
    "kms",
    "sqs",
    "lambda",
    "iam",
    "rds",
    "sns",
    "logs",
    "ecr",
    "eks",
    "dynamodb",
)
REGIONS = ["eu-west-1", "eu-central-1"]


def main(accounts: int) -> None:
    """Change a policy of the root, then one of an OU, then attach one, and say what that takes."""
    live = organization(accounts)
    wanted = Wanted("main", "", "", date(2026, 11, 23), State())
    print(f"{accounts} accounts, {sum(1 for _ in live.all(Policy))} policies")
    for name, change in changes(live).items():
        weights = weighing([change], live, Ids(), wanted)
        begun = time.process_time()
        found = effects(live, live.after([change]), Ids(), weights)
        told = time.process_time()
        (meaning,) = meanings([change], live, weighing([change], live, Ids(), wanted))
        done = time.process_time()
        people = sum(len(one.accounts) for one in found)
        spent = next(iter(weights.scales.values())).budget.spent if weights else 0
        print(
            f"{name}: {meaning}, {people} accounts in {len(found)} groups; "
            f"{told - begun:.2f} s (bound 2), its step {done - told:.2f} s, work {spent}"
        )


def changes(live: State) -> dict[str, Change[Resource]]:
    """Return what somebody could change."""
    by_name = {one.name: one for one in live.all(Policy)}
    root, deep = by_name["guard-0"], by_name["guard-7"]
    return {
        "a region more at the root": Change(root, rewritten(root, [*REGIONS, "us-east-1"])),
        "a region less in an OU": Change(deep, rewritten(deep, REGIONS[:1])),
        "one more at the root": Change(None, Attachment(policy("scp", "guard-200"), ROOT)),
    }


def rewritten(given: Policy, regions: list[str]) -> Policy:
    """Return the policy with other regions."""
    return Policy(given.address, "scp", given.name, guard(int(given.name.split("-")[1]), regions))


def guard(number: int, regions: list[str]) -> Document:
    """Return the document of one of many guardrails, each of its own."""
    service = SERVICES[number % len(SERVICES)]
    return of(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "Regions",
                    "Effect": "Deny",
                    "NotAction": ["iam:*", "sts:*", f"{service}:Describe*"],
                    "Resource": "*",
                    "Condition": {"StringNotEquals": {"aws:RequestedRegion": regions}},
                },
                {
                    "Sid": "Keep",
                    "Effect": "Deny",
                    "Action": [f"{service}:Delete*", f"{service}:Put*"],
                    "Resource": f"arn:aws:{service}:*:*:keep-{number}-*",
                    "Condition": {
                        "ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::*:role/Team{number}-*"}
                    },
                },
            ],
        }
    )


def organization(accounts: int) -> State:
    """Return an organization in which every OU holds a few of 300 SCPs."""
    paths = list(islice(ou_paths(), 1_000))
    found: list[Resource] = [
        Root("o-exampleorgid", "111111111111"),
        Policy(
            FULL_ACCESS,
            "scp",
            "FullAWSAccess",
            of(
                {
                    "Version": "2012-10-17",
                    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
                }
            ),
            aws_managed=True,
        ),
    ]
    found += [
        Policy(policy("scp", f"guard-{number}"), "scp", f"guard-{number}", guard(number, REGIONS))
        for number in range(300)
    ]
    found += [
        OrganizationalUnit(ou(path), path.rpartition("/")[2], ou(parent_path(f"/{path}")))
        for path in paths
    ]
    found += [
        Account(account(f"{100_000_000_000 + number}"), ou(paths[number * 7 % len(paths)]))
        for number in range(accounts)
    ]
    targets = [ROOT, *map(ou, paths)]
    found += [Attachment(FULL_ACCESS, one.address) for one in found if isinstance(one, Account)]
    found += [Attachment(FULL_ACCESS, target) for target in targets]
    for number, target in enumerate(targets):
        held = {number * 3 % 300, (number * 3 + 1) % 300, number % 7}
        found += [Attachment(policy("scp", f"guard-{one}"), target) for one in sorted(held)]
    return State(found)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
