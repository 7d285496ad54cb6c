"""The rules of accounts and the organization: coming, going, tags, trust, and features."""

from collections.abc import Callable
from typing import Any

import pytest

C = "ConstraintViolationException"
I = "InvalidInputException"  # noqa: E741 - as C
SCP = "SERVICE_CONTROL_POLICY"
NOBODY = "ou-dx0h-zzzzzzzz"
DAY = 86_400
Attempt = Callable[[], object]
RULES: list[tuple[str, str, str, Callable[[Any], Attempt]]] = []


def rule(name: str, code: str, reason: str = "") -> Callable[[Any], Any]:
    """Put a rule into the table: the function prepares, and returns what must be refused."""

    def add(prepare: Any) -> Any:
        RULES.append((name, code, reason, prepare))
        return prepare

    return add


def billing(play: Any) -> None:
    play.anew("nothing")
    play.client.create_organization(FeatureSet="CONSOLIDATED_BILLING")


@rule("billing only: enable", "PolicyTypeNotAvailableForOrganizationException")
def _(play: Any) -> Attempt:
    billing(play)
    return lambda: play.enable(SCP)


@rule("billing only: create", "PolicyTypeNotAvailableForOrganizationException")
def _(play: Any) -> Attempt:
    billing(play)
    return play.policy


@rule("billing only: trusted access", C, "ORGANIZATION_NOT_IN_ALL_FEATURES_MODE")
def _(play: Any) -> Attempt:
    billing(play)
    return lambda: play.client.enable_aws_service_access(ServicePrincipal="ram.amazonaws.com")


@rule("billing only: close", C, "ORGANIZATION_NOT_IN_ALL_FEATURES_MODE")
def _(play: Any) -> Attempt:
    billing(play)
    account = play.account()
    return lambda: play.client.close_account(AccountId=account)


@rule("disabling access while its type is on", C, "POLICY_TYPE_ENABLED_FOR_THIS_SERVICE")
def _(play: Any) -> Attempt:
    play.client.enable_aws_service_access(ServicePrincipal="inspector2.amazonaws.com")
    play.enable("INSPECTOR_POLICY")
    return lambda: play.client.disable_aws_service_access(
        ServicePrincipal="inspector2.amazonaws.com"
    )


@rule("a principal that is no service", I, "UNRECOGNIZED_SERVICE_PRINCIPAL")
def _(play: Any) -> Attempt:
    return lambda: play.client.enable_aws_service_access(ServicePrincipal="config.example.com")


def create(play: Any, name: str) -> Any:
    return play.client.create_account(AccountName=name, Email=f"aws+{name}@example.com")


@rule("creating six accounts at once", C, "ACCOUNT_CREATION_RATE_LIMIT_EXCEEDED")
def _(play: Any) -> Attempt:
    for number in range(5):
        create(play, f"a{number}")
    return lambda: create(play, "a5")


@rule("one account too many", C, "ACCOUNT_NUMBER_LIMIT_EXCEEDED")
def _(play: Any) -> Attempt:
    play.anew(limits={"accounts": 2}).account()
    return lambda: create(play, "second")


@rule("creating in an organization's first hour", "FinalizingOrganizationException")
def _(play: Any) -> Attempt:
    play.anew(finalizing_seconds=3_600)
    return lambda: create(play, "early")


@rule("an unknown creation", "CreateAccountStatusNotFoundException")
def _(play: Any) -> Attempt:
    return lambda: play.client.describe_create_account_status(CreateAccountRequestId="car-12345678")


@rule("closing the management account", C, "CANNOT_CLOSE_MANAGEMENT_ACCOUNT")
def _(play: Any) -> Attempt:
    return lambda: play.client.close_account(AccountId=play.management)


@rule("closing twice", "AccountAlreadyClosedException")
def _(play: Any) -> Attempt:
    account = play.account()
    play.client.close_account(AccountId=account)
    return lambda: play.client.close_account(AccountId=account)


@rule("closing four at once", C, "CLOSE_ACCOUNT_REQUESTS_LIMIT_EXCEEDED")
def _(play: Any) -> Attempt:
    accounts = [play.account(f"a{number}") for number in range(4)]
    for account in accounts[:3]:
        play.client.close_account(AccountId=account)
    return lambda: play.client.close_account(AccountId=accounts[3])


@rule("closing more than thirty days allow", C, "CLOSE_ACCOUNT_QUOTA_EXCEEDED")
def _(play: Any) -> Attempt:
    play.anew(limits={"closed-least": 1, "closed-share": 0})
    one, other = play.account("a"), play.account("b")
    play.client.close_account(AccountId=one)
    play.clock.time += 29 * DAY
    return lambda: play.client.close_account(AccountId=other)


@rule("closing nobody", "AccountNotFoundException")
def _(play: Any) -> Attempt:
    return lambda: play.client.close_account(AccountId="000000000001")


def remove(play: Any, account: str) -> Attempt:
    return lambda: play.client.remove_account_from_organization(AccountId=account)


@rule("removing the management account", "MasterCannotLeaveOrganizationException")
def _(play: Any) -> Attempt:
    return remove(play, play.management)


@rule("the management account leaves", "MasterCannotLeaveOrganizationException")
def _(play: Any) -> Attempt:
    return play.client.leave_organization


@rule("removing a delegated administrator", C, "CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG")
def _(play: Any) -> Attempt:
    return remove(play, administrator(play))


@rule("removing a young account", C, "WAIT_PERIOD_ACTIVE")
def _(play: Any) -> Attempt:
    account = play.account()
    play.clock.time += 4 * DAY - 60
    return remove(play, account)


def tag(play: Any, *keys: str) -> Attempt:
    given = [{"Key": key, "Value": "v"} for key in keys]
    return lambda: play.client.tag_resource(ResourceId=play.root, Tags=given)


@rule("fifty-one tags", C, "MAX_TAG_LIMIT_EXCEEDED")
def _(play: Any) -> Attempt:
    tag(play, *(f"k{number}" for number in range(50)))()
    return tag(play, "k50")


@rule("a system tag", I, "INVALID_SYSTEM_TAGS_PARAMETER")
def _(play: Any) -> Attempt:
    return tag(play, "aws:owner")


@rule("untagging a system tag", I, "INVALID_SYSTEM_TAGS_PARAMETER")
def _(play: Any) -> Attempt:
    return lambda: play.client.untag_resource(ResourceId=play.root, TagKeys=["aws:owner"])


@rule("a tag key twice", I, "DUPLICATE_TAG_KEY")
def _(play: Any) -> Attempt:
    return tag(play, "owner", "owner")


@rule("tagging nothing", "TargetNotFoundException")
def _(play: Any) -> Attempt:
    return lambda: play.client.list_tags_for_resource(ResourceId=NOBODY)


CONFIG = "config-multiaccountsetup.amazonaws.com"
ANALYZER = "access-analyzer.amazonaws.com"


def administrator(play: Any, service: str = ANALYZER, name: str = "audit") -> str:
    play.client.enable_aws_service_access(ServicePrincipal=service)
    account: str = play.account(name)
    register(play, account, service)()
    return account


def register(play: Any, account: str, service: str = ANALYZER) -> Attempt:
    return lambda: play.client.register_delegated_administrator(
        AccountId=account, ServicePrincipal=service
    )


@rule("an administrator without service access", C, "SERVICE_ACCESS_NOT_ENABLED")
def _(play: Any) -> Attempt:
    return register(play, play.account())


@rule(
    "the management account as administrator",
    C,
    "CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR",
)
def _(play: Any) -> Attempt:
    return register(play, play.management)


@rule(
    "a suspended administrator", C, "CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR"
)
def _(play: Any) -> Attempt:
    account = play.account()
    play.client.close_account(AccountId=account)
    return register(play, account)


@rule("a second administrator", C, "MAX_DELEGATED_ADMINISTRATORS_FOR_SERVICE_LIMIT_EXCEEDED")
def _(play: Any) -> Attempt:
    administrator(play)
    return register(play, play.account("other"))


@rule("an administrator twice", "AccountAlreadyRegisteredException")
def _(play: Any) -> Attempt:
    return register(play, administrator(play, CONFIG), CONFIG)


@rule("an unknown administrator", "AccountNotFoundException")
def _(play: Any) -> Attempt:
    return register(play, "000000000001")


@rule("deregistering what is not registered", "AccountNotRegisteredException")
def _(play: Any) -> Attempt:
    account = play.account()
    return lambda: play.client.deregister_delegated_administrator(
        AccountId=account, ServicePrincipal=ANALYZER
    )


@rule("the services of an account that has none", "AccountNotRegisteredException")
def _(play: Any) -> Attempt:
    account = play.account()
    return lambda: play.client.list_delegated_services_for_account(AccountId=account)


@rule("no resource policy", "ResourcePolicyNotFoundException")
def _(play: Any) -> Attempt:
    return play.client.describe_resource_policy


@rule("no resource policy to delete", "ResourcePolicyNotFoundException")
def _(play: Any) -> Attempt:
    return play.client.delete_resource_policy


@rule(
    "all features twice",
    "HandshakeConstraintViolationException",
    "ORGANIZATION_ALREADY_HAS_ALL_FEATURES",
)
def _(play: Any) -> Attempt:
    return play.client.enable_all_features


@rule("an unknown handshake", "HandshakeNotFoundException")
def _(play: Any) -> Attempt:
    return lambda: play.client.describe_handshake(HandshakeId="h-12345678")


@rule("a cancelled handshake accepted", "InvalidHandshakeTransitionException")
def _(play: Any) -> Attempt:
    billing(play)
    ident = play.client.enable_all_features()["Handshake"]["Id"]
    play.client.cancel_handshake(HandshakeId=ident)
    return lambda: play.client.accept_handshake(HandshakeId=ident)


@rule("an accepted handshake cancelled", "InvalidHandshakeTransitionException")
def _(play: Any) -> Attempt:
    billing(play)
    ident = play.client.enable_all_features()["Handshake"]["Id"]
    play.client.accept_handshake(HandshakeId=ident)
    return lambda: play.client.cancel_handshake(HandshakeId=ident)


@rule("deleting an organization with accounts", "OrganizationNotEmptyException")
def _(play: Any) -> Attempt:
    play.account()
    return play.client.delete_organization


@rule("an operation the sandbox does not offer", "UnsupportedOperationException")
def _(play: Any) -> Attempt:
    return play.client.list_handshakes_for_account


@pytest.mark.parametrize(
    ("code", "reason", "prepare"),
    [pytest.param(*entry[1:], id=entry[0]) for entry in RULES],
)
def test_aws_refuses(play: Any, refuses: Any, code: str, reason: str, prepare: Any) -> None:
    refuses(prepare(play), code, reason)


def test_no_two_rules_have_one_name() -> None:
    assert len({entry[0] for entry in RULES}) == len(RULES)
