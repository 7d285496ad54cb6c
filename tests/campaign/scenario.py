"""An organization and a layout that asks for 40 steps: guards swapped, accounts moved, made and tagged."""

from typing import Any

from journey import deny

STEPS = 40

LIVE: dict[str, Any] = {
    "ous": ["Work", "Work/Dev", "Work/Prod", "Old", "Lab"],
    "accounts": {
        "333333333333": {"name": "audit"},
        "444444444444": {"name": "network", "ou": "Old"},
        "555555555555": {"name": "payments-prod", "ou": "Work"},
        "666666666666": {"name": "search-prod", "ou": "Work/Prod"},
        "777777777777": {"name": "payments-dev", "ou": "Work/Dev"},
    },
    "policies": {
        "keep-buckets": {
            "says": deny("KeepBuckets", "s3:DeleteBucket"),
            "attach": ["Old", "Work/Prod"],
            "tags": {"govkit:layout": "main", "govkit:guardrail": "keep-buckets"},
        },
        "keep-keys": {
            "says": deny("KeepKeys", "kms:ScheduleKeyDeletion", "kms:DisableKey"),
            "attach": ["Work", "Old"],
            "tags": {"govkit:layout": "main", "govkit:guardrail": "keep-keys"},
        },
        "keep-trails": {
            "says": deny("KeepTrails", "cloudtrail:StopLogging"),
            "attach": ["Work/Dev", "Lab"],
            "tags": {"govkit:layout": "main", "govkit:guardrail": "keep-trails"},
        },
        "keep-old": {
            "says": deny("KeepOld", "cloudtrail:StopLogging", "cloudtrail:DeleteTrail"),
            "attach": ["Old"],
            "tags": {"govkit:layout": "main", "govkit:guardrail": "keep-old"},
        },
        "keep-logs": {"says": deny("KeepLogs", "logs:DeleteLogGroup"), "attach": ["Lab"]},
    },
    "tags": {"Lab": {"tier": "old"}},
}

LAYOUT: dict[str, Any] = {
    "version": 1,
    "layout": "main",
    "organization": {"id": "o-exampleorgid"},
    "ous": {
        "Work": {"tags": {"tier": "all"}},
        "Work/Prod": None,
        "Work/NonProd": {"was": "Work/Dev"},
        "Lab": {"tags": {"tier": "new"}},
        "Core": None,
        "Core/Net": {"tags": {"tier": "core"}},
        "Old": {"absent": True},
    },
    "accounts": {
        "audit": {"id": "333333333333", "ou": "Core"},
        "network": {"id": "444444444444", "ou": "Core/Net"},
        "payments-prod": {"id": "555555555555", "ou": "Work/Prod", "tags": {"owner": "payments"}},
        "search-prod": {"id": "666666666666", "ou": "Work/Prod"},
        "payments-dev": {"id": "777777777777", "ou": "Work/NonProd"},
        "lab-one": {"ou": "Lab", "create": True, "email": "lab-one@example.com"},
        "lab-two": {"ou": "Work/NonProd", "create": True, "email": "lab-two@example.com"},
    },
    "guardrails": {
        "keep-buckets": {
            "policy": deny("KeepBuckets", "s3:DeleteBucket", "s3:PutBucketPolicy"),
            "attach": ["Work", "Core"],
        },
        "keep-keys": {
            "policy": deny("KeepKeys", "kms:ScheduleKeyDeletion"),
            "attach": ["Work", "Core"],
        },
        "keep-more-keys": {
            "policy": deny("KeepMoreKeys", "kms:DisableKey"),
            "attach": ["Work", "Core"],
        },
        "keep-trails": {
            "policy": deny("KeepTrails", "cloudtrail:StopLogging", "cloudtrail:DeleteTrail"),
            "attach": ["/", {"to": "account:audit"}],
        },
        "keep-old": {
            "absent": True,
            "policy": deny("KeepOld", "cloudtrail:StopLogging", "cloudtrail:DeleteTrail"),
        },
        "keep-routes": {
            "policy": deny("KeepRoutes", "ec2:DeleteRoute"),
            "attach": ["Lab"],
        },
        "keep-logs": {
            "adopt": True,
            "policy": deny("KeepLogs", "logs:DeleteLogGroup", "logs:PutRetentionPolicy"),
            "attach": ["Lab"],
        },
        "cost-tags": {
            "type": "tag",
            "policy": {"tags": {"costcenter": {"tag_key": {"@@assign": "CostCenter"}}}},
            "attach": ["/"],
        },
    },
    "services": {
        "trusted_access": ["config.amazonaws.com", "access-analyzer.amazonaws.com"],
        "delegated_administrators": {"audit": ["config.amazonaws.com"]},
    },
    "safety": {"max_deletes": 20},
}
