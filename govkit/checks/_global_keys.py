"""The condition keys that requests to every service may carry, by the date of AWS's page on them."""

from dataclasses import dataclass
from enum import Enum

# IAM User Guide, reference_policies_condition-keys.html and, for the keys of identity providers,
# reference_policies_iam-condition-keys.html.
AS_OF = "2026-11-23"


class Presence(Enum):
    """Whether requests carry a key: all of them, or only some."""

    ALWAYS = "always"
    SOMETIMES = "sometimes"


@dataclass(frozen=True, slots=True)
class GlobalKey:
    """A key as AWS spells it (`/` at the end where a tag's key follows), and its type."""

    name: str
    type: str
    presence: Presence = Presence.SOMETIMES
    many: bool = False


def _keys(kind: str, names: str, *, many: bool = False) -> list[GlobalKey]:
    return [GlobalKey(name, kind, many=many) for name in names.split()]


# aws:RequestedRegion is in every request; aws:PrincipalArn in every signed one.
_ALWAYS = [
    GlobalKey(name, kind, Presence.ALWAYS)
    for name, kind in (
        ("aws:CurrentTime", "Date"),
        ("aws:EpochTime", "Date"),
        ("aws:PrincipalAccount", "String"),
        ("aws:PrincipalArn", "ARN"),
        ("aws:PrincipalIsAWSService", "Bool"),
        ("aws:PrincipalType", "String"),
        ("aws:RequestedRegion", "String"),
        ("aws:SecureTransport", "Bool"),
        ("aws:ViaAWSService", "Bool"),
        ("aws:userid", "String"),
    )
]
_KEYS = (
    *_ALWAYS,
    *_keys("ARN", "aws:ChatbotSourceArn aws:SourceArn aws:SourceVpcArn"),
    *_keys("Bool", "aws:AssumedRoot aws:IsMcpServiceAction aws:MultiFactorAuthPresent"),
    *_keys("Bool", "aws:ViaAWSMCPService"),
    *_keys("Date", "aws:TokenIssueTime"),
    *_keys("IPAddress", "aws:Ec2InstanceSourcePrivateIPv4 aws:SourceIp aws:VpcSourceIp"),
    *_keys("Numeric", "aws:MultiFactorAuthAge"),
    *_keys("String", "aws:CalledViaAWSMCP aws:CalledViaFirst aws:CalledViaLast"),
    *_keys("String", "aws:Ec2InstanceSourceVpc aws:FederatedProvider aws:PrincipalOrgID"),
    *_keys("String", "aws:PrincipalServiceName aws:PrincipalTag/ aws:referer aws:RequestTag/"),
    *_keys("String", "aws:ResourceAccount aws:ResourceOrgID aws:ResourceTag/"),
    *_keys("String", "aws:SourceAccount aws:SourceIdentity aws:SourceOrgID aws:SourceVpc"),
    *_keys("String", "aws:SourceVpce aws:UserAgent aws:username aws:VpceAccount aws:VpceOrgID"),
    *_keys("String", "aws:CalledVia aws:PrincipalOrgPaths aws:ResourceOrgPaths", many=True),
    *_keys("String", "aws:PrincipalServiceNamesList aws:SourceOrgPaths", many=True),
    *_keys("String", "aws:TagKeys aws:VpceOrgPaths", many=True),
    # Carried by the sessions that a service opened, whatever they ask for.
    *_keys("ARN", "ec2:SourceInstanceArn lambda:SourceFunctionArn ssm:SourceInstanceArn"),
    *_keys("ARN", "ecs:SourceServiceArn ecs:SourceTaskArn codebuild:BuildArn"),
    *_keys("Numeric", "ec2:RoleDelivery"),
    *_keys("String", "glue:CredentialIssuingService glue:RoleAssumedBy identitystore:UserId"),
)
_BY_NAME = {key.name.lower(): key for key in _KEYS}

# Keys that once were, or never worked in policies of organizations, with what takes their place.
RETIRED = {"aws:arn": "aws:PrincipalArn", "aws:sourceowner": "aws:SourceAccount"}


def global_key(name: str) -> GlobalKey | None:
    """Return the key by its name in lower case; a tag's key by its prefix."""
    prefix, slash, _ = name.partition("/")
    return _BY_NAME.get(prefix + slash)


def names() -> tuple[str, ...]:
    """Return every key as AWS spells it."""
    return tuple(key.name for key in _KEYS)
