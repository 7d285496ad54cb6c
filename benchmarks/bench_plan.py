"""Plans an organization of 1,000 OUs, 10,000 accounts and 300 SCPs from a snapshot of it.

Prints the CPU seconds and the peak memory of the whole process `govkit plan`, the reading of AWS
aside (it is in the snapshot); and what ordering a larger plan (every tenth policy edited, every
hundredth account moved, every fifth OU with a guardrail more) costs, and the proof of that order.
Run it: python benchmarks/bench_plan.py [m|l|xl]
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from govkit.flow.compare import kinds
from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy
from govkit.live.snapshot import restored
from govkit.model.change import Change
from govkit.model.resource import Resource
from govkit.model.state import State
from govkit.plan.order import order
from govkit.plan.proof import lapses
from govkit.plan.room import Room
from govkit.policies.document import of
from govkit.policies.types import policy_type
from govkit.sandbox.builder import Builder
from govkit.sandbox.random_organization import EXTRA_LARGE, LARGE, MEDIUM, fill
from govkit.sandbox.settings import Settings

SIZES = {"m": MEDIUM, "l": LARGE, "xl": EXTRA_LARGE}
GOVKIT = [sys.executable, "-c", "from govkit.cli.main import run; run()"]


def main(name: str) -> None:
    """Make the organization, write the layout that describes it, and plan a few changes."""
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder)
        organization(top / "sandbox", name)
        (top / "org_layout.yaml").write_text("version: 1\n")
        govkit(top, "--sandbox", "sandbox", "snapshot", "-o", "live.json")
        state = restored((top / "live.json").read_bytes(), kinds()).live.state
        (top / "org_layout.yaml").write_text(layout(state))
        seconds, megabytes, told = govkit(top, "--snapshot", "live.json", "plan", *ALLOW)
        print(told.rstrip().splitlines()[-1])
        print(f"plan of {name}: {seconds:.2f} s of CPU (bound 3), {megabytes:.0f} MB (bound 300)")
        order_and_proof(state)


def order_and_proof(state: State) -> None:
    """Put many changes in order, and prove the order by itself."""
    changes = tuple(many_changes(state))
    room = Room(state, lambda key: policy_type(key).limits.attachments)
    begun = time.process_time()
    ordered = order(changes, lambda change: (change,), room)
    ready = time.process_time()
    told = lapses(state, ordered.changes)
    done = time.process_time()
    print(
        f"order of {len(ordered.changes)} steps ({len(ordered.temporary)} temporary, "
        f"{len(told)} lapses): {ready - begun:.2f} s; its proof: {done - ready:.2f} s (bound 1)"
    )


def many_changes(state: State) -> Iterator[Change[Resource]]:
    """Yield edits of policies, moves of accounts and attachments."""
    policies = [one for one in state.all(Policy) if not one.aws_managed and one.type == "scp"]
    units = list(state.all(OrganizationalUnit))
    more = {"Effect": "Deny", "Action": "sqs:DeleteQueue", "Resource": "*"}
    for one in policies[::10]:
        said = one.document.value["Statement"]
        listed = said if isinstance(said, list) else [said]
        document = of({**one.document.value, "Statement": [*listed[1:], more]})
        yield Change(one, replace(one, document=document))
    for number, account in enumerate(list(state.all(Account))[::100]):
        home = units[(7 * number) % len(units)].address
        if not account.management and account.parent != home:
            yield Change(account, replace(account, parent=home))
    for number, unit in enumerate(units[::5]):
        attachment = Attachment(policies[number % len(policies)].address, unit.address)
        if attachment.address not in state:
            yield Change(None, attachment)


ALLOW = (
    "--allow",
    "max_accounts_newly_denied=20000",
    "--allow",
    "max_accounts_newly_allowed=20000",
)


def organization(folder: Path, name: str) -> None:
    """Make a random organization whose policies carry our tags."""
    size = SIZES[name]
    limits = {"accounts": 2 * size.accounts, "ous": max(2_000, size.ous)}
    builder = Builder(Settings(limits=limits), 0.0)
    fill(builder, size)
    for row in builder.book.policies.rows():
        if not row["AwsManaged"]:
            builder.tag(
                row["Id"], {"govkit:layout": "main", "govkit:guardrail": row["Name"].lower()}
            )
    builder.write(folder)


def layout(state: State) -> str:
    """Return a layout of the state, with some accounts moved and some guardrails attached."""
    lines = ["version: 1", "layout: main", "ous:"]
    lines += [
        f"  {json.dumps(one.address.path.strip('/'))}:" for one in state.all(OrganizationalUnit)
    ]
    lines.append("accounts:")
    homes = [one.address.path for one in state.all(OrganizationalUnit)]
    for number, one in enumerate(state.all(Account)):
        home = homes[number % len(homes)] if number % 1000 == 1 else one.parent.path
        home = home.strip("/") or "/"
        lines.append(f'  a{one.address.path}: {{id: "{one.address.path}", ou: {json.dumps(home)}}}')
    lines.append("guardrails:")
    held: dict[str, list[str]] = {}
    for attachment in state.all(Attachment):
        target = attachment.target
        where = (
            f"account:a{target.path}" if target.kind == "account" else target.path.strip("/") or "/"
        )
        held.setdefault(str(attachment.policy), []).append(where)
    for policy in state.all(Policy):
        if not policy.aws_managed:
            attach = json.dumps(held.get(str(policy.address), []))
            lines.append(
                f"  {policy.guardrail}: {{name: {json.dumps(policy.name)}, "
                f"policy: {policy.document.text}, attach: {attach}}}"
            )
    return "\n".join(lines) + "\n"


def govkit(folder: Path, *arguments: str) -> tuple[float, float, str]:
    """Run a command; return its CPU seconds, its peak memory in MB, and what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [*GOVKIT, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_COLOR": "1"},
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 2):
        print(done.stderr, file=sys.stderr)
        raise SystemExit(done.returncode)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, after.ru_maxrss / 1024, done.stdout


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "xl")
