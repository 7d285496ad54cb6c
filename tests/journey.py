"""A small organization and a layout that changes a bit of everything in it: an apply of many steps."""

from typing import Any

LIVE: dict[str, Any] = {
    "ous": ["Workloads", "Workloads/Dev", "Old"],
    "accounts": {
        "333333333333": {"name": "audit"},
        "555555555555": {"name": "payments-prod", "ou": "Workloads"},
        "777777777777": {"name": "payments-dev", "ou": "Workloads/Dev"},
    },
    "policies": {
        "keep-buckets": {
            "says": {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}],
            },
            "attach": ["Workloads/Dev"],
        }
    },
}


def deny(sid: str, *actions: str) -> dict[str, Any]:
    statement = {"Sid": sid, "Effect": "Deny", "Action": list(actions), "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


LAYOUT: dict[str, Any] = {
    "version": 1,
    "layout": "main",
    "organization": {"id": "o-exampleorgid"},
    "ous": {
        "Workloads": {"tags": {"tier": "all"}},
        "Workloads/Prod": None,
        "Workloads/NonProd": {"was": "Workloads/Dev"},
        "Old": {"absent": True},
    },
    "accounts": {
        "audit": {"id": "333333333333", "ou": "/"},
        "payments-prod": {"id": "555555555555", "ou": "Workloads/Prod"},
        "payments-dev": {"id": "777777777777", "ou": "Workloads/NonProd"},
        "search-prod": {"ou": "Workloads/Prod", "create": True, "email": "search@example.com"},
        "search-dev": {"ou": "Workloads", "create": True, "email": "search-dev@example.com"},
    },
    "guardrails": {
        "keep-buckets": {
            "adopt": True,
            "policy": deny("KeepBuckets", "s3:DeleteBucket"),
            "attach": ["Workloads"],
        },
        "keep-keys": {
            "policy": deny("KeepKeys", "kms:ScheduleKeyDeletion"),
            "attach": ["Workloads/Prod", "account:audit"],
        },
        "cost-tags": {
            "type": "tag",
            "policy": {"tags": {"costcenter": {"tag_key": {"@@assign": "CostCenter"}}}},
            "attach": ["/"],
        },
    },
    "services": {
        "trusted_access": ["config.amazonaws.com"],
        "delegated_administrators": {"audit": ["config.amazonaws.com"]},
    },
}
