"""What AWS Organizations answers and does by itself, where nothing is refused."""

import json
from typing import Any

import pytest

from govkit.sandbox.model import enum

SCP, RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"
FULL, RCP_FULL = "p-FullAWSAccess", "p-RCPFullAWSAccess"
RCP_DENY = (
    '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*",'
    '"Action":"s3:*","Resource":"*"}}'
)


def test_accounts_say_state_and_paths_and_no_status(play: Any) -> None:
    parent = play.ou("Prod", play.ou())
    account = play.account()
    play.client.move_account(
        AccountId=account, SourceParentId=play.root, DestinationParentId=parent
    )
    found = play.client.describe_account(AccountId=account)["Account"]
    assert found["State"] == "ACTIVE"
    assert "Status" not in found
    assert found["JoinedMethod"] == "CREATED"
    assert found["JoinedTimestamp"].timestamp() == play.clock.time
    (path,) = found["Paths"]
    organization = play.client.describe_organization()["Organization"]["Id"]
    assert path.startswith(f"{organization}/{play.root}/ou-")
    assert path.endswith(f"/{parent}/{account}/")
    ou = play.client.describe_organizational_unit(OrganizationalUnitId=parent)
    assert ou["OrganizationalUnit"]["Path"] == path.removesuffix(f"{account}/")
    parents = play.client.list_parents(ChildId=account)["Parents"]
    assert parents == [{"Id": parent, "Type": "ORGANIZATIONAL_UNIT"}]


def test_older_dialects_are_settings(play: Any) -> None:
    play.anew(account_status=True, account_state=False, paths=False)
    ou = play.ou()
    (account,) = play.client.list_accounts()["Accounts"]
    assert account["Status"] == "ACTIVE"
    assert not {"State", "Paths"} & account.keys()
    found = play.client.list_organizational_units_for_parent(ParentId=play.root)
    (shown,) = found["OrganizationalUnits"]
    assert shown == {"Id": ou, "Arn": shown["Arn"], "Name": "Workloads"}


def test_arns_name_their_owner_and_partition(play: Any) -> None:
    play.anew(partition="aws-us-gov")
    policy = play.policy()
    own = play.client.describe_policy(PolicyId=policy)["Policy"]["PolicySummary"]["Arn"]
    theirs = play.client.describe_policy(PolicyId=FULL)["Policy"]["PolicySummary"]
    assert own.startswith("arn:aws-us-gov:organizations::111111111111:policy/o-")
    assert own.endswith(f"/service_control_policy/{policy}")
    wanted = f"arn:aws-us-gov:organizations::aws:policy/service_control_policy/{FULL}"
    assert (theirs["Arn"], theirs["AwsManaged"]) == (wanted, True)


def test_a_fresh_organization_has_no_policy_type_enabled_unless_asked(play: Any) -> None:
    play.anew("nothing").client.create_organization()
    assert play.client.list_roots()["Roots"][0]["PolicyTypes"] == []
    play.anew("nothing", service_control_policies_on_create=True).client.create_organization()
    wanted = [{"Type": SCP, "Status": "ENABLED"}]
    assert play.client.list_roots()["Roots"][0]["PolicyTypes"] == wanted
    assert play.policies_of(play.management) == [FULL]


def test_new_ous_and_accounts_get_the_defaults_of_enabled_types_only(play: Any) -> None:
    ou, account = play.ou(), play.account()
    for target in (ou, account):
        assert play.policies_of(target) == [FULL]
        assert play.policies_of(target, RCP) == []
    play.enable(RCP)
    later = play.ou("Later")
    for target in (play.root, ou, account, play.management, later):
        assert play.policies_of(target, RCP) == [RCP_FULL]


def test_disabling_a_type_detaches_all_of_it_and_enabling_restores_the_default_only(
    play: Any,
) -> None:
    policy, ou = play.policy(), play.ou()
    play.attach(policy, ou)
    play.client.disable_policy_type(RootId=play.root, PolicyType=SCP)
    assert play.policies_of(ou) == []
    assert play.client.list_targets_for_policy(PolicyId=policy)["Targets"] == []
    play.enable(SCP)
    assert play.policies_of(ou) == [FULL]


def test_enabling_and_disabling_take_the_time_of_the_setting(play: Any) -> None:
    play.anew(policy_type_seconds=60)

    def status() -> Any:
        return play.client.list_roots()["Roots"][0]["PolicyTypes"]

    assert status() == [{"Type": SCP, "Status": "PENDING_ENABLE"}]
    play.clock.time += 60
    assert status() == [{"Type": SCP, "Status": "ENABLED"}]
    play.client.disable_policy_type(RootId=play.root, PolicyType=SCP)
    assert status() == [{"Type": SCP, "Status": "PENDING_DISABLE"}]
    play.clock.time += 60
    assert status() == []


def test_every_policy_type_of_the_model_can_be_enabled_created_and_attached(play: Any) -> None:
    documents = {
        SCP: None,
        RCP: RCP_DENY,
        "TAG_POLICY": '{"tags": {}}',
        "BACKUP_POLICY": '{"plans": {}}',
        "AISERVICES_OPT_OUT_POLICY": '{"services": {}}',
        "CHATBOT_POLICY": '{"chatbot": {}}',
        "DECLARATIVE_POLICY_EC2": '{"ec2_attributes": {}}',
    }
    for service in ("securityhub.amazonaws.com", "inspector2.amazonaws.com"):
        play.client.enable_aws_service_access(ServicePrincipal=service)
    for kind in enum("organizations", "PolicyType"):
        if kind != SCP:
            play.enable(kind)
            policy = play.policy("same", kind, documents.get(kind, '{"anything": {}}'))
            play.attach(policy, play.root)
            assert policy in play.policies_of(play.root, kind)
            listed = play.client.list_policies(Filter=kind)["Policies"]
            assert policy in [found["Id"] for found in listed]


def test_policies_keep_their_text_and_change_only_where_told(play: Any) -> None:
    text = '{ "Statement" : {"Effect":"Deny","Action":"*","Resource":"*"} }\n'
    policy = play.policy("one", content=text)
    changed = play.client.update_policy(PolicyId=policy, Name="one", Description="says why")
    assert changed["Policy"]["Content"] == text
    assert changed["Policy"]["PolicySummary"]["Description"] == "says why"
    play.client.update_policy(PolicyId=policy, Name="other", Content=text.strip())
    found = play.client.describe_policy(PolicyId=policy)["Policy"]
    assert (found["PolicySummary"]["Name"], found["Content"]) == ("other", text.strip())
    play.client.delete_policy(PolicyId=policy)
    listed = play.client.list_policies(Filter=SCP)["Policies"]
    assert [policy["Id"] for policy in listed] == [FULL]


def test_one_policy_name_may_serve_two_types(play: Any) -> None:
    play.policy("same")
    assert play.policy("same", "TAG_POLICY", '{"tags": {}}')


def test_one_ou_name_may_serve_two_parents_and_renaming_keeps_all_else(play: Any) -> None:
    first = play.ou("Prod", play.ou("A"))
    play.ou("Prod", play.ou("B"))
    play.attach(play.policy(), first)
    for name in ("Prod", "Production"):
        changed = play.client.update_organizational_unit(OrganizationalUnitId=first, Name=name)
        assert changed["OrganizationalUnit"]["Name"] == name
    assert play.client.update_organizational_unit(OrganizationalUnitId=first)
    assert len(play.policies_of(first)) == 2


def test_deleting_an_ou_drops_its_attachments_and_tags(play: Any) -> None:
    policy, ou = play.policy(), play.ou()
    play.attach(policy, ou)
    play.client.tag_resource(ResourceId=ou, Tags=[{"Key": "a", "Value": "b"}])
    play.client.delete_organizational_unit(OrganizationalUnitId=ou)
    play.client.delete_policy(PolicyId=policy)
    assert ou not in (play.directory / "organizations.json").read_text()


def test_children_are_told_apart_by_type(play: Any) -> None:
    ou = play.ou()
    children = play.client.list_children(ParentId=play.root, ChildType="ORGANIZATIONAL_UNIT")
    assert children["Children"] == [{"Id": ou, "Type": "ORGANIZATIONAL_UNIT"}]
    children = play.client.list_children(ParentId=play.root, ChildType="ACCOUNT")
    assert children["Children"] == [{"Id": play.management, "Type": "ACCOUNT"}]
    assert play.client.list_parents(ChildId=ou)["Parents"] == [{"Id": play.root, "Type": "ROOT"}]
    held = play.client.list_accounts_for_parent(ParentId=play.root)["Accounts"]
    assert [account["Id"] for account in held] == [play.management]


def test_targets_say_name_and_type(play: Any) -> None:
    play.ou()
    found = play.client.list_targets_for_policy(PolicyId=FULL)["Targets"]
    said = {(target["Name"], target["Type"]) for target in found}
    assert said == {
        ("Root", "ROOT"),
        ("Workloads", "ORGANIZATIONAL_UNIT"),
        ("management", "ACCOUNT"),
    }


def test_accounts_are_created_in_time_and_land_under_the_root(play: Any) -> None:
    tags = [{"Key": "team", "Value": "a"}]
    made = play.client.create_account(
        AccountName="A", Email="a@example.com", RoleName="Admin", Tags=tags
    )["CreateAccountStatus"]
    assert made["State"] == "IN_PROGRESS"
    assert "AccountId" not in made
    ident = made["Id"]
    states = [
        play.client.describe_create_account_status(CreateAccountRequestId=ident)[
            "CreateAccountStatus"
        ]["State"]
        for _ in range(3)
    ]
    assert states == ["IN_PROGRESS", "IN_PROGRESS", "SUCCEEDED"]
    (done,) = play.client.list_create_account_status(States=["SUCCEEDED"])["CreateAccountStatuses"]
    account = done["AccountId"]
    assert play.client.list_parents(ChildId=account)["Parents"][0]["Id"] == play.root
    assert play.client.list_tags_for_resource(ResourceId=account)["Tags"] == tags
    assert play.policies_of(account) == [FULL]
    assert not play.client.list_create_account_status(States=["FAILED"])["CreateAccountStatuses"]


def test_a_creation_ends_by_itself_when_nobody_asks(play: Any) -> None:
    play.client.create_account(AccountName="A", Email="a@example.com")
    assert len(play.client.list_accounts()["Accounts"]) == 1
    play.clock.time += 30
    assert len(play.client.list_accounts()["Accounts"]) == 2


@pytest.mark.parametrize("email", ["aws+management@example.com", "aws+gone@example.com"])
def test_a_used_email_fails_the_creation_not_the_call(play: Any, email: str) -> None:
    gone = play.account("gone")
    play.clock.time += 4 * 86_400
    play.client.remove_account_from_organization(AccountId=gone)
    play.client.create_account(AccountName="A", Email=email)
    play.clock.time += 30
    found = play.client.list_create_account_status()["CreateAccountStatuses"]
    failed = [status for status in found if status["State"] == "FAILED"]
    assert [status["FailureReason"] for status in failed] == ["EMAIL_ALREADY_EXISTS"]


def test_closing_is_pending_and_then_suspended_and_keeps_the_seat(play: Any) -> None:
    account = play.account()
    play.client.close_account(AccountId=account)

    def state() -> Any:
        return play.client.describe_account(AccountId=account)["Account"]["State"]

    assert state() == "PENDING_CLOSURE"
    play.clock.time += 60
    assert state() == "SUSPENDED"
    assert play.policies_of(account) == [FULL]


def test_a_removed_account_leaves_nothing_behind_and_is_no_member(play: Any, refused: Any) -> None:
    account = play.account()
    play.client.tag_resource(ResourceId=account, Tags=[{"Key": "a", "Value": "b"}])
    play.clock.time += 4 * 86_400
    play.as_account(account).leave_organization()
    assert refused(play.as_account(account).describe_organization) == (
        "AWSOrganizationsNotInUseException",
        "",
    )
    assert len(play.client.list_accounts()["Accounts"]) == 1
    assert len(play.client.list_targets_for_policy(PolicyId=FULL)["Targets"]) == 2


def test_tags_are_added_replaced_and_taken_away(play: Any) -> None:
    policy = play.policy()
    for target in (play.root, policy, play.ou(), play.management):
        for value in ("1", "2"):
            given = [{"Key": "k", "Value": value}, {"Key": "stays", "Value": ""}]
            play.client.tag_resource(ResourceId=target, Tags=given)
        play.client.untag_resource(ResourceId=target, TagKeys=["k", "absent"])
        found = play.client.list_tags_for_resource(ResourceId=target)["Tags"]
        assert found == [{"Key": "stays", "Value": ""}]


def test_services_and_their_administrators(play: Any) -> None:
    config = "config-multiaccountsetup.amazonaws.com"
    for service in (config, "cloudtrail.amazonaws.com", config):
        play.client.enable_aws_service_access(ServicePrincipal=service)
    listed = play.client.list_aws_service_access_for_organization()["EnabledServicePrincipals"]
    assert [one["ServicePrincipal"] for one in listed] == ["cloudtrail.amazonaws.com", config]
    audit = play.account("audit")
    for service in (config, "cloudtrail.amazonaws.com"):
        play.client.register_delegated_administrator(AccountId=audit, ServicePrincipal=service)
    (shown,) = play.client.list_delegated_administrators()["DelegatedAdministrators"]
    assert (shown["Id"], shown["State"]) == (audit, "ACTIVE")
    only = play.client.list_delegated_administrators(ServicePrincipal="ram.amazonaws.com")
    assert only["DelegatedAdministrators"] == []
    play.client.deregister_delegated_administrator(
        AccountId=audit, ServicePrincipal="cloudtrail.amazonaws.com"
    )
    services = play.client.list_delegated_services_for_account(AccountId=audit)
    assert [one["ServicePrincipal"] for one in services["DelegatedServices"]] == [config]
    play.client.disable_aws_service_access(ServicePrincipal=config)
    assert play.client.list_delegated_administrators()["DelegatedAdministrators"] == []


def test_a_billing_organization_can_get_all_features(play: Any) -> None:
    play.anew("nothing")
    made = play.client.create_organization(FeatureSet="CONSOLIDATED_BILLING")["Organization"]
    assert made["FeatureSet"] == "CONSOLIDATED_BILLING"
    assert play.client.list_policies(Filter=SCP)["Policies"] == []
    handshake = play.client.enable_all_features()["Handshake"]
    assert play.client.describe_handshake(HandshakeId=handshake["Id"])["Handshake"] == handshake
    done = play.client.accept_handshake(HandshakeId=handshake["Id"])["Handshake"]
    assert (done["State"], done["Action"]) == ("ACCEPTED", "ENABLE_ALL_FEATURES")
    assert play.client.describe_organization()["Organization"]["FeatureSet"] == "ALL"
    play.enable(SCP)


def test_an_empty_organization_can_be_deleted_and_made_again(play: Any) -> None:
    first = play.client.describe_organization()["Organization"]["Id"]
    play.client.delete_organization()
    again = play.client.create_organization()["Organization"]
    assert again["Id"] != first
    assert again["MasterAccountEmail"] == "aws+management@example.com"


def test_the_same_seed_gives_the_same_ids(play: Any) -> None:
    seen = set()
    for seed in ("a", "a", "b"):
        play.anew(seed=seed)
        seen.add((play.root, play.ou(), play.policy(), play.account()))
    assert len(seen) == 2


def test_resource_policies_are_kept_and_replaced(play: Any) -> None:
    content = json.dumps(
        {
            "Statement": {
                "Effect": "Allow",
                "Principal": {"AWS": "123456789012"},
                "Action": "organizations:List*",
                "Resource": "*",
            }
        }
    )
    tags = [{"Key": "k", "Value": "v"}]
    made = play.client.put_resource_policy(Content=content, Tags=tags)["ResourcePolicy"]
    ident = made["ResourcePolicySummary"]["Id"]
    assert play.client.list_tags_for_resource(ResourceId=ident)["Tags"] == tags
    again = play.client.put_resource_policy(Content=content + " ")["ResourcePolicy"]
    assert again["ResourcePolicySummary"] == made["ResourcePolicySummary"]
    assert play.client.describe_resource_policy()["ResourcePolicy"]["Content"] == content + " "
    play.client.delete_resource_policy()
    assert ident not in (play.directory / "organizations.json").read_text()
