"""An organization whose accounts can be entered, a layout with a baseline for it, and its console."""

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from terminal import SETTINGS, Desk, build

from govkit.sandbox.calls import Call
from govkit.sandbox.identity import session_caller
from govkit.sandbox.sandbox import Sandbox

ROLE = "OrganizationAccountAccessRole"
ACCOUNTS = {
    "log-archive": "222222222222",
    "audit": "333333333333",
    "payments": "555555555555",
    "old-shop": "121212121212",
}
HOMES = {"log-archive": "/Security", "audit": "/Security", "payments": "/Workloads"}


def layout(**baseline: Any) -> dict[str, Any]:
    """Return a layout that lists every account, with a baseline."""
    accounts = {
        key: {"id": ident, "ou": HOMES.get(key, "/Suspended").removeprefix("/")}
        for key, ident in ACCOUNTS.items()
    }
    return {
        "version": 1,
        "organization": {
            "id": "o-exampleorgid",
            "management_account": "111111111111",
            "home_region": "eu-west-1",
        },
        "ous": {"Security": {}, "Workloads": {}, "Suspended": {}},
        "accounts": {"management": {"id": "111111111111", "ou": "/"}, **accounts},
        "baseline": {"regions": ["eu-west-1", "us-east-1"], "except": ["Suspended"], **baseline},
    }


def organization(desk: Desk, *, invited: Collection[str] = (), **settings: Any) -> None:
    """Write the sandbox; every account has the role, and calls are logged.

    Those `invited` (keys) have no role of their own.
    """
    live = {
        "ous": ["/Security", "/Workloads", "/Suspended"],
        "accounts": {
            ident: {"name": key, "ou": HOMES.get(key, "/Suspended"), "invited": key in invited}
            for key, ident in ACCOUNTS.items()
        },
    }
    told = {"roles": (ROLE,), "log_calls": True, **settings}
    build(live, desk.sandbox, replace(SETTINGS, **told))


def clicks(
    desk: Desk,
    account: str,
    service: str,
    operation: str,
    params: Mapping[str, Any] | None = None,
    *,
    region: str = "us-east-1",
) -> dict[str, Any]:
    """Do something in an account as its own administrator, past govkit."""
    sandbox = Sandbox(desk.sandbox)
    caller = session_caller(sandbox.settings, account, "Admin", "console")
    return sandbox.answer(Call(service, operation, params or {}, caller, region))


def bucket(desk: Desk, name: str, account: str = "log-archive") -> None:
    """Make a bucket by hand into which CloudTrail and AWS Config may write, for anybody."""
    owner = ACCOUNTS[account]
    place = {"CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
    clicks(desk, owner, "s3", "CreateBucket", {"Bucket": name, **place}, region="eu-west-1")
    allowed = {
        "Effect": "Allow",
        "Principal": {"Service": ["cloudtrail.amazonaws.com", "config.amazonaws.com"]},
        "Action": ["s3:GetBucketAcl", "s3:PutObject"],
        "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"],
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    clicks(desk, owner, "s3", "PutBucketPolicy", {"Bucket": name, "Policy": policy})
