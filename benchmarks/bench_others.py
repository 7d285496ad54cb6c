"""Times verdicts over the same 12 SCPs beside npkt and iam-simulate, where they are installed.

Neither is a dependency. Install them into folders of their own, and name these:

    pip install --target npkt-here npkt
    npm install --prefix node-here @cloud-copilot/iam-simulate
    python benchmarks/bench_others.py --npkt npkt-here --node node-here

What does not ask the same is said by each: npkt takes all levels for one, and reads a CloudTrail event.
"""

import argparse
import json
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bench_access import ALLOW, LEVELS, four, rate, twelve

from govkit.access.judge import Judge
from govkit.access.request import Request, request

COUNT = 2_000
NODE = """
import { readFileSync } from 'node:fs'
import { runSimulation } from '@cloud-copilot/iam-simulate'
const cases = JSON.parse(readFileSync(0, 'utf8'))
await runSimulation(cases[0], {})
const began = performance.now()
for (const one of cases) {
  const answer = await runSimulation(one, {})
  if (answer.resultType === 'error') throw new Error(JSON.stringify(answer.errors))
}
console.log((performance.now() - began) / 1000)
"""


def main() -> None:
    """Print verdicts per second, and how many times as many govkit gives."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--npkt", type=Path, help="the folder npkt was installed into")
    options.add_argument("--node", type=Path, help="the folder that has node_modules")
    given = options.parse_args()
    requests = [_request(number) for number in range(COUNT)]
    ours = max(rate(Judge(twelve()), requests) for _ in range(3))
    print(f"govkit        {ours:>10,.0f} per second, all distinct")
    for name, theirs in (
        ("npkt", npkt(given.npkt, requests)),
        ("iam-simulate", iam_simulate(given.node, requests)),
    ):
        told = f"{theirs:>10,.0f} per second: 1/{ours / theirs:,.0f}" if theirs else " not here"
        print(f"{name:13} {told}")


def _request(number: int) -> Request:
    return request(
        "s3:GetObject",
        f"arn:aws:s3:::bucket-{number}/key",
        {
            "aws:RequestedRegion": ("eu-west-1", "us-east-1")[number % 2],
            "aws:SourceIp": f"10.0.{number // 256}.{number % 256}",
        },
        principal=f"arn:aws:iam::111111111111:role/Worker-{number}",
    )


def npkt(folder: Path | None, requests: list[Request]) -> float | None:
    """Return npkt's verdicts per second, or None where it is not installed."""
    if folder is not None:
        sys.path.append(str(folder))
    if find_spec("npkt") is None:
        return None
    from npkt.engine.scp_engine import SCPEngine
    from npkt.models.cloudtrail import CloudTrailEvent
    from npkt.parsers.scp_parser import parse_policy_dict

    engine = SCPEngine([parse_policy_dict(document) for _ in LEVELS for document in four()])
    events = [CloudTrailEvent.from_dict(_event(request)) for request in requests]
    began = time.perf_counter()
    for event in events:
        engine.would_deny(event)
    return len(events) / (time.perf_counter() - began)


def _event(one: Request) -> dict[str, Any]:
    return {
        "eventTime": "2026-11-23T00:00:00Z",
        "eventName": "GetObject",
        "eventSource": "s3.amazonaws.com",
        "awsRegion": _value(one, "aws:requestedregion"),
        "sourceIPAddress": _value(one, "aws:sourceip"),
        "userIdentity": {"type": "AssumedRole", "arn": _value(one, "aws:principalarn")},
        "resources": [{"ARN": one.resource}],
    }


def iam_simulate(folder: Path | None, requests: list[Request]) -> float | None:
    """Return iam-simulate's verdicts per second, or None where it is not installed."""
    node = shutil.which("node")
    if node is None or folder is None:
        return None
    ran = subprocess.run(
        [node, "--input-type=module", "--eval", NODE],
        cwd=folder,
        input=json.dumps([_simulation(one) for one in requests]),
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        print(ran.stderr, file=sys.stderr)
        return None
    return len(requests) / float(ran.stdout)


def _simulation(one: Request) -> dict[str, Any]:
    named = [{"name": str(place), "policy": one} for place, one in enumerate(four())]
    return {
        "request": {
            "principal": _value(one, "aws:principalarn"),
            "action": "s3:GetObject",
            "resource": {"resource": one.resource, "accountId": "111111111111"},
            "contextVariables": {
                "aws:RequestedRegion": _value(one, "aws:requestedregion"),
                "aws:SourceIp": _value(one, "aws:sourceip"),
            },
        },
        "identityPolicies": [{"name": "all", "policy": ALLOW}],
        "serviceControlPolicies": [{"orgIdentifier": level, "policies": named} for level in LEVELS],
        "resourceControlPolicies": [],
    }


def _value(one: Request, key: str) -> str:
    return str(one.context[key][0])


if __name__ == "__main__":
    main()
