"""How the pretend AWS says no: codes, machine-readable reasons, and AWS's own words."""

from collections.abc import Mapping

from govkit.errors import GovkitError


class SandboxError(GovkitError):
    """The sandbox itself cannot go on: its folder is missing, foreign, or damaged."""


class RefusalError(Exception):
    """A service refuses a call, as AWS would: a code, a message, and for some codes a reason."""

    def __init__(self, code: str, message: str, reason: str = "", status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.reason = reason
        self.status = status


class ConnectionLostError(Exception):
    """The answer never arrives: the connection broke."""


def refusal(code: str, reason: str = "", *, message: str = "", status: int = 400) -> RefusalError:
    """Return the refusal in AWS's words; a `message` given here is more telling than the table's."""
    text = message or _WORDS.get(reason) or _WORDS.get(code) or "The request was refused."
    return RefusalError(code, text, reason, status)


def constraint(reason: str, message: str = "") -> RefusalError:
    return refusal("ConstraintViolationException", reason, message=message)


def invalid(reason: str, message: str = "") -> RefusalError:
    return refusal("InvalidInputException", reason, message=message)


TOO_MANY = "You have sent too many requests in too short a period of time. Try again later."
IN_PROGRESS = (
    "AWS Organizations can't complete your request because another request is already in "
    "progress. Try again later."
)

# Texts seen in the wild where one is known, else in the sense of botocore's documentation of the
# exception and its reason.
_WORDS: Mapping[str, str] = {
    "AWSOrganizationsNotInUseException": "Your account is not a member of an organization.",
    "AccessDeniedException": "You don't have permissions to access this resource.",
    "AccountAlreadyClosedException": "The account is already closed.",
    "AccountAlreadyRegisteredException": "The provided account is already a delegated administrator for your organization.",
    "AccountNotFoundException": "You specified an account that doesn't exist.",
    "AccountNotRegisteredException": "The provided account is not a registered delegated administrator for your organization.",
    "AlreadyInOrganizationException": "The AWS account is already a member of an organization.",
    "ChildNotFoundException": "You provided a child id that does not exist.",
    "ConcurrentModificationException": "AWS Organizations can't complete your request because it conflicts with another attempt to modify the same entity. Try again later.",
    "CreateAccountStatusNotFoundException": "You specified a request that doesn't exist.",
    "DestinationParentNotFoundException": "You specified a destination parent that doesn't exist.",
    "DuplicateAccountException": "That account is already present in the specified destination.",
    "DuplicateOrganizationalUnitException": "An OU with the same name already exists.",
    "DuplicatePolicyAttachmentException": "The selected policy is already attached to the specified target.",
    "DuplicatePolicyException": "A policy with the same name already exists.",
    "EffectivePolicyNotFoundException": "The effective policy doesn't exist for the target.",
    "ExpiredTokenException": "The security token included in the request is expired",
    "FinalizingOrganizationException": "AWS Organizations couldn't perform the operation because your organization is still initializing. This can take up to an hour. Try again later.",
    "HandshakeConstraintViolationException": "The handshake cannot be started in the present state of the organization.",
    "HandshakeNotFoundException": "You specified a handshake that doesn't exist.",
    "InvalidHandshakeTransitionException": "The handshake is in a state that does not allow this action.",
    "MalformedPolicyDocumentException": "The provided policy document does not meet the requirements of the specified policy type.",
    "MasterCannotLeaveOrganizationException": "You can't remove a management account from an organization.",
    "OrganizationNotEmptyException": "To delete an organization you must first remove all member accounts, OUs, and policies.",
    "OrganizationalUnitNotEmptyException": "The specified organizational unit (OU) is not empty. Move all accounts to another root or to other OUs, remove all child OUs, and try the operation again.",
    "OrganizationalUnitNotFoundException": "You specified an organizational unit that doesn't exist.",
    "ParentNotFoundException": "You specified parent that doesn't exist.",
    "PolicyChangesInProgressException": "Changes to the effective policy are in progress, and its contents can't be returned. Try the operation again later.",
    "PolicyInUseException": "You cannot perform the operation with a policy attached to entities.",
    "PolicyNotAttachedException": "The policy isn't attached to the specified target in the specified root.",
    "PolicyNotFoundException": "You specified a policy that doesn't exist.",
    "PolicyTypeAlreadyEnabledException": "The specified policy type is already enabled.",
    "PolicyTypeNotAvailableForOrganizationException": "You can't use the specified policy type with the feature set currently enabled for this organization.",
    "ResourcePolicyNotFoundException": "We can't find a resource policy request with the parameter that you specified.",
    "RootNotFoundException": "You specified a root that doesn't exist.",
    "ServiceException": "AWS Organizations can't complete your request because of an internal service error. Try again later.",
    "SourceParentNotFoundException": "You specified a source parent that doesn't exist.",
    "TargetNotFoundException": "You specified a target that doesn't exist.",
    "TooManyRequestsException": TOO_MANY,
    "ACCOUNT_CREATION_RATE_LIMIT_EXCEEDED": "You have exceeded the number of accounts that can be created at a time.",
    "ACCOUNT_NUMBER_LIMIT_EXCEEDED": "You have exceeded the allowed number of AWS accounts.",
    "CANNOT_CLOSE_MANAGEMENT_ACCOUNT": "You can't close the management account of an organization.",
    "CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR": "You cannot register master account/yourself as delegated administrator for your organization.",
    "CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR": "You cannot register a suspended account as a delegated administrator.",
    "CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG": "The account is a delegated administrator. Deregister it before you remove it from the organization.",
    "CLOSE_ACCOUNT_QUOTA_EXCEEDED": "You have exceeded close account quota for the past 30 days.",
    "CLOSE_ACCOUNT_REQUESTS_LIMIT_EXCEEDED": "You have exceeded the number of accounts that you can close at a time.",
    "DUPLICATE_TAG_KEY": "Tag keys must be unique among the tags attached to the same entity.",
    "IMMUTABLE_POLICY": "You can't modify or delete an AWS managed policy.",
    "INPUT_REQUIRED": "You must include a value for all required parameters.",
    "INVALID_ENUM": "You specified an invalid value.",
    "INVALID_ENUM_POLICY_TYPE": "You specified an invalid policy type.",
    "INVALID_NEXT_TOKEN": "You specified an invalid next token.",
    "INVALID_PATTERN": "You provided a value that does not match the required pattern.",
    "INVALID_PATTERN_TARGET_ID": "You provided a target id that does not match the required pattern.",
    "INVALID_PRINCIPAL": "The resource policy contains an invalid principal.",
    "INVALID_RESOURCE_POLICY_JSON": "The provided resource policy is not valid JSON.",
    "INVALID_SYSTEM_TAGS_PARAMETER": "You specified a tag key that is a system tag. You can't add, edit, or delete system tag keys.",
    "MAX_DELEGATED_ADMINISTRATORS_FOR_SERVICE_LIMIT_EXCEEDED": "You have exceeded the allowed number of delegated administrators for the delegated service.",
    "MAX_LENGTH_EXCEEDED": "You provided a string parameter that is longer than allowed.",
    "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED": "You have attached the maximum number of policies to the specified target.",
    "MAX_TAG_LIMIT_EXCEEDED": "You have exceeded the number of tags allowed on this resource.",
    "MAX_VALUE_EXCEEDED": "You provided a numeric parameter that has a larger value than allowed.",
    "MIN_LENGTH_EXCEEDED": "You provided a string parameter that is shorter than allowed.",
    "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED": "You cannot remove the last policy attached to the specified target. You must have at least one attached at all times.",
    "MIN_VALUE_EXCEEDED": "You provided a numeric parameter that has a smaller value than allowed.",
    "NON_DETACHABLE_POLICY": "You can't detach this AWS managed policy.",
    "ORGANIZATION_NOT_IN_ALL_FEATURES_MODE": "Your organization must have all features enabled for this operation.",
    "OU_DEPTH_LIMIT_EXCEEDED": "You have exceeded the maximum depth of the organizational unit tree.",
    "OU_NUMBER_LIMIT_EXCEEDED": "You have exceeded the allowed number of organizational units.",
    "POLICY_CONTENT_LIMIT_EXCEEDED": "You have exceeded the maximum policy size.",
    "POLICY_NUMBER_LIMIT_EXCEEDED": "You have exceeded the allowed number of policies.",
    "POLICY_TYPE_ENABLED_FOR_THIS_SERVICE": "Disable the policy type of this service before you disable its access.",
    "SERVICE_ACCESS_NOT_ENABLED": "Enable the service's access to your organization first (EnableAWSServiceAccess).",
    "TARGET_NOT_SUPPORTED": "You can't perform this operation on that target.",
    "UNRECOGNIZED_SERVICE_PRINCIPAL": "You specified an unrecognized service principal.",
    "UNSUPPORTED_ACTION_IN_RESOURCE_POLICY": "The resource policy contains an action that cannot be delegated.",
    "UNSUPPORTED_POLICY_TYPE_IN_RESOURCE_POLICY": "The resource policy contains an unsupported policy type.",
    "UNSUPPORTED_RESOURCE_IN_RESOURCE_POLICY": "The resource policy contains an unsupported resource.",
    "WAIT_PERIOD_ACTIVE": "The account was created too recently to be removed from the organization. Try again after the wait period.",
}
