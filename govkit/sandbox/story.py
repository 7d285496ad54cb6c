"""The demo's story: an organization that grew by hand, before anybody wrote down what it should be."""

import json

from govkit.sandbox.builder import Builder
from govkit.sandbox.organizations import departure, trust
from govkit.sandbox.settings import Settings

# The accounts of the story; the ids are easy to recognise, and one begins with a zero.
MANAGEMENT = "111111111111"
LOG_ARCHIVE = "222222222222"
AUDIT = "333333333333"
NETWORK = "444444444444"
SHARED_SERVICES = "012345670123"
PAYMENTS_PROD = "555555555555"
SEARCH_PROD = "666666666666"
PAYMENTS_DEV = "777777777777"
SEARCH_DEV = "888888888888"
SANDBOX_JANE = "999999999999"
DATA_LAKE = "232323232323"
OLD_SHOP = "121212121212"

STORY_SETTINGS = Settings(
    organization="o-exampleorgid",
    root="r-exam",
    roles=("govkit-read", "govkit-write", "govkit-policies", "govkit-structure"),
    limits={"accounts": 50},
)


def tell(builder: Builder) -> None:
    """Build the organization of a platform team that had no time to tidy up.

    Security, Infrastructure, Workloads with Prod and Dev, Sandbox and an empty Playground. No OU
    for what is suspended, so a closed account still sits in Dev; a new one was never moved from
    the root. Guardrails were written by hand, one of them in two copies that drifted apart, and
    Control Tower left one of its own.
    """
    root = builder.organization()
    builder.enable()
    security = builder.ou(root, "Security")
    infrastructure = builder.ou(root, "Infrastructure")
    workloads = builder.ou(root, "Workloads")
    prod = builder.ou(workloads, "Prod")
    dev = builder.ou(workloads, "Dev")
    sandbox = builder.ou(root, "Sandbox")
    builder.ou(root, "Playground")
    for parent, name, ident in (
        (security, "log-archive", LOG_ARCHIVE),
        (security, "audit", AUDIT),
        (infrastructure, "network", NETWORK),
        (infrastructure, "shared-services", SHARED_SERVICES),
        (prod, "payments-prod", PAYMENTS_PROD),
        (prod, "search-prod", SEARCH_PROD),
        (dev, "payments-dev", PAYMENTS_DEV),
        (dev, "search-dev", SEARCH_DEV),
        (sandbox, "sandbox-jane", SANDBOX_JANE),
        (root, "data-lake", DATA_LAKE),
        (dev, "old-shop", OLD_SHOP),
    ):
        builder.account(parent, name, f"aws+{name}@example.com", ident)
    _guardrails(builder, root, {"security": security, "workloads": workloads, "prod": prod})
    builder.do(departure.close_account, AccountId=OLD_SHOP)
    _trust(builder)
    builder.tag(PAYMENTS_PROD, {"owner": "payments", "stage": "prod"})
    builder.tag(SEARCH_PROD, {"owner": "search", "stage": "prod"})
    builder.tag(PAYMENTS_DEV, {"owner": "payments"})
    builder.tag(prod, {"tier": "prod"})


def _guardrails(builder: Builder, root: str, ous: dict[str, str]) -> None:
    leave = builder.policy(
        "deny-leave-org",
        _document("DenyLeave", ["organizations:LeaveOrganization"]),
        "Accounts stay in the organization",
    )
    builder.attach(leave, ous["workloads"])
    regions = builder.policy("DenyRegions", _regions(["eu-west-1", "us-east-1"]), "Regions we use")
    builder.attach(regions, ous["prod"])
    copy = builder.policy(
        "DenyRegions-copy",
        _regions(["eu-west-1", "eu-central-1", "us-east-1", "us-west-2"]),
        "Regions we use, with the exception for search",
    )
    builder.attach(copy, SEARCH_DEV)
    trail = builder.policy(
        "ProtectTrail",
        _document("ProtectTrail", ["cloudtrail:DeleteTrail", "cloudtrail:StopLogging"]),
        "Nobody switches off the audit trail",
    )
    builder.attach(trail, root)
    quarantine = builder.policy("Quarantine", _document("DenyAll", ["*"]), "Nothing works here")
    builder.attach(quarantine, OLD_SHOP)
    tower = builder.policy(
        "aws-guardrails-NllhqI",
        _document(
            "GRCONFIGRULEPOLICY",
            ["config:DeleteConfigRule", "config:DeleteEvaluationResults"],
            excused="AWSControlTowerExecution",
        ),
        "AWS Control Tower guardrail",
    )
    builder.attach(tower, ous["security"])


def _trust(builder: Builder) -> None:
    for service in ("cloudtrail.amazonaws.com", "config.amazonaws.com"):
        builder.do(trust.enable_access, ServicePrincipal=service)
    builder.do(trust.register, AccountId=AUDIT, ServicePrincipal="config.amazonaws.com")


def _document(sid: str, actions: list[str], excused: str = "") -> str:
    """Write a deny as a person does in the console: with line breaks and indents."""
    statement: dict[str, object] = {
        "Sid": sid,
        "Effect": "Deny",
        "Action": actions,
        "Resource": "*",
    }
    if excused:
        role = f"arn:aws:iam::*:role/{excused}"
        statement["Condition"] = {"ArnNotLike": {"aws:PrincipalArn": role}}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)


def _regions(allowed: list[str]) -> str:
    statement = {
        "Sid": "DenyOtherRegions",
        "Effect": "Deny",
        "NotAction": [
            "budgets:*",
            "cloudfront:*",
            "iam:*",
            "organizations:*",
            "route53:*",
            "sts:*",
            "support:*",
        ],
        "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:RequestedRegion": allowed}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)
