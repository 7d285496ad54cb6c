"""Times a steady-state look into every account and Region of a baseline, over HTTP: calls, seconds, memory.

Four services are asked in each account: IAM, AWS Config, EC2 and Account Management.

    python benchmarks/bench_baseline.py                  # 1,000 accounts x 4 Regions: a few minutes
    python benchmarks/bench_baseline.py --accounts 100   # the same, smaller

The endpoint is a process of its own that answers after 50 ms a call. The bounds are those of the
project's issue 5: 1.5 x (calls x 50 ms / 16) with 16 workers, and 400 MB.
"""

import argparse
import json
import multiprocessing
import os
import resource
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, cast

from govkit.aws.door import door
from govkit.aws.session import session
from govkit.flow.compare import Question, asked, kinds
from govkit.layout.read import read
from govkit.live.discover import Live, discover
from govkit.sandbox.calls import Call, Caller
from govkit.sandbox.identity import session_caller
from govkit.sandbox.making import configure, new
from govkit.sandbox.random_organization import MEDIUM
from govkit.sandbox.sandbox import Sandbox
from govkit.sandbox.server import COUNTS_PATH, serving
from govkit.sandbox.settings import Settings

LATENCY = 0.05
WORKERS = 16
SLACK = 1.5
MEGABYTES = 400
REGIONS = ("eu-central-1", "eu-west-1", "us-east-1", "us-west-2")
ROLE = "OrganizationAccountAccessRole"
ORGANIZATION = "o-exampleorgid"
CONTACT = {"name": "Desk", "title": "On call", "email": "s@example.com", "phone": "+15550100"}
LAYOUT = {
    "version": 1,
    "organization": {"id": ORGANIZATION, "home_region": "eu-west-1"},
    "manage": {"accounts": "all"},
    "accounts": {"management": {"id": "111111111111", "ou": "/"}},
    "baseline": {
        "regions": list(REGIONS),
        "password_policy": {"minimum_length": 14},
        "account": {"ebs_encryption": True, "contacts": {"security": CONTACT}},
        "config": {
            "recorder": {"types": "all", "global_types_in": "eu-west-1"},
            "delivery": {"bucket": {"name": "acme-config", "account": "management"}},
        },
    },
}


def filled(folder: Path, accounts: int) -> None:
    """Make an organization in which every account has what the layout asks for."""
    settings = Settings(
        latency_seconds=0.0, log_calls=False, roles=(ROLE,), organization=ORGANIZATION
    )
    new(folder, replace(MEDIUM, accounts=accounts), settings=settings)
    sandbox = Sandbox(folder)
    listed = _accounts(sandbox)
    sandbox.call("EnableAWSServiceAccess", {"ServicePrincipal": "account.amazonaws.com"})
    with sandbox.store.turn():
        for account in listed:
            caller = session_caller(sandbox.settings, account, "Admin", "filling")
            rules = {"MinimumPasswordLength": 14}
            _do(sandbox, Call("iam", "UpdateAccountPasswordPolicy", rules, caller))
            for region in REGIONS:
                told = _recorder(account)
                _do(sandbox, Call("config", "PutConfigurationRecorder", told, caller, region))
                _do(sandbox, Call("ec2", "EnableEbsEncryptionByDefault", {}, caller, region))
        sandbox.store.save()
    configure(folder, replace(sandbox.settings, latency_seconds=LATENCY))


def _accounts(sandbox: Sandbox) -> list[str]:
    found: list[str] = []
    token: dict[str, str] = {}
    while True:
        answer = sandbox.call("ListAccounts", token)
        found += [one["Id"] for one in answer["Accounts"]]
        if not answer.get("NextToken"):
            return found
        token = {"NextToken": answer["NextToken"]}


def _do(sandbox: Sandbox, call: Call) -> None:
    world = sandbox.world(cast("Caller", call.caller), region=call.region)
    sandbox.services[call.service].handlers[call.operation](world, call.params)


def _recorder(account: str) -> dict[str, Any]:
    role = (
        f"arn:aws:iam::{account}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
    )
    group = {"allSupported": True, "includeGlobalResourceTypes": False}
    return {"ConfigurationRecorder": {"name": "govkit", "roleARN": role, "recordingGroup": group}}


@contextmanager
def endpoint(folder: Path) -> Iterator[str]:
    """Serve the organization from a process of its own."""
    context = multiprocessing.get_context("spawn")
    said = context.Queue()
    server = context.Process(target=_serve, args=(folder, said), daemon=True)
    server.start()
    try:
        yield said.get(timeout=60)
    finally:
        server.terminate()
        server.join()


def _serve(folder: Path, said: Any) -> None:
    with serving(folder) as server:
        said.put(server.url)
        while True:
            time.sleep(3600)


def counts(url: str) -> Counter[str]:
    """Return how often each operation was called."""
    with urllib.request.urlopen(url + COUNTS_PATH, timeout=10) as answer:  # noqa: S310 - 127.0.0.1
        return Counter(json.load(answer)["calls"])


def looked(layout: Path) -> Live:
    """Look once, as `govkit drift --baseline` does."""
    question = Question(layout, date(2026, 11, 23), baseline=True)
    wanted = read(layout, today=question.today)
    api = door(session(region="us-east-1"), pace=None, entry=wanted.coverage.entry)
    return asked(
        question, wanted, lambda interest: discover(api, kinds(), interest, workers=WORKERS)
    )


def measure(accounts: int) -> bool:
    """Print what a look took; tell whether the bounds were kept."""
    with tempfile.TemporaryDirectory() as name:
        folder, layout = Path(name) / "sandbox", Path(name) / "org_layout.yaml"
        layout.write_text(json.dumps(LAYOUT), encoding="utf-8")
        filled(folder, accounts)
        with endpoint(folder) as url:
            os.environ["AWS_ENDPOINT_URL"] = url
            before = counts(url)
            began = time.perf_counter()
            live = looked(layout)
            took = time.perf_counter() - began
            calls = counts(url) - before
    return _told(calls, took, live)


def _told(calls: Counter[str], took: float, live: Live) -> bool:
    total = calls.total()
    factor = took / (total * LATENCY / WORKERS)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    places = calls["DescribeConfigurationRecorders"] or 1
    for operation, count in sorted(calls.items()):
        print(f"{operation:45} {count:6}  {count / places:5.2f} per account and Region")
    kept = factor <= SLACK and peak <= MEGABYTES and not live.unreached
    print(
        f"{places} accounts x Regions, {total} calls, {took:.1f} s: {factor:.2f} x the calls' own time "
        f"(at most {SLACK}), {peak:.0f} MB (at most {MEGABYTES}), {len(live.unreached)} out of reach: "
        f"{'ok' if kept else 'NOT KEPT'}"
    )
    return kept


def main() -> int:
    """Measure and say whether the bounds were kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=1_000)
    os.environ.setdefault("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "pretend")
    return 0 if measure(parser.parse_args().accounts) else 1


if __name__ == "__main__":
    raise SystemExit(main())
