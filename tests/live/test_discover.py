"""What is there, on the sandbox and on moto: the same whichever way it is read."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from moto import mock_aws

from govkit.aws.door import door
from govkit.aws.session import session
from govkit.errors import AccessDenied
from govkit.kinds._documents import org_path
from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy
from govkit.kinds.root import Root
from govkit.live.discover import Live, discover
from govkit.model.address import ROOT, Address, account, ou
from govkit.model.call import Interest, organizations
from govkit.sandbox.faults import Fault, Kind, plant
from govkit.sandbox.making import Story
from govkit.sandbox.random_organization import Size

SMALL = Size(ous=24, accounts=90, policies=12, attachments=30)
LEAN = Size(ous=24, accounts=90, policies=3, attachments=3)
WAYS: dict[str, tuple[bool, dict[str, Any]]] = {
    "by targets and paths": (False, {}),
    "by a walk": (True, {}),
    "without paths": (False, {"paths": False}),
    "with empty first pages": (False, {"empty_first_page": True}),
    "with Status alone": (False, {"account_status": True, "account_state": False}),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("story", [Story.DEMO, SMALL, LEAN], ids=["demo", "small", "lean"])
def test_every_way_of_reading_finds_the_same(
    standing: Callable[..., Any], kinds: Any, story: Any, way: str
) -> None:
    walk, settings = WAYS[way]
    expected = discover(standing(story)[0], kinds, Interest())
    found = discover(standing(story, **settings)[0], kinds, Interest(), walk=walk)
    assert found.state == expected.state
    assert {str(one): found.ids[one] for one in found.ids} == {
        str(one): expected.ids[one] for one in expected.ids
    }
    assert found.incomplete == ()


def test_the_demo_is_seen_as_it_is(standing: Callable[..., Any], kinds: Any) -> None:
    live = discover(standing(Story.DEMO)[0], kinds, Interest())
    root = live.state.get(ROOT)
    assert isinstance(root, Root)
    assert root.management_account == "111111111111"
    closed = live.state.get(account("121212121212"))
    assert isinstance(closed, Account)
    assert closed.state == "SUSPENDED"
    assert OrganizationalUnit(ou("Workloads/Prod"), "Prod", ou("Workloads")) in list(live.state)
    assert org_path(ou("Workloads/Prod"), live.ids) == "/".join(
        [
            root.organization,
            live.ids[ROOT],
            live.ids[ou("Workloads")],
            live.ids[ou("Workloads/Prod")],
        ]
    )


def test_an_organization_without_scps_is_walked(standing: Callable[..., Any], kinds: Any) -> None:
    api, sandbox = standing(Story.DEMO)
    expected = discover(api, kinds, Interest())
    off = {"RootId": expected.ids[ROOT], "PolicyType": "SERVICE_CONTROL_POLICY"}
    sandbox.call("DisablePolicyType", off)
    live = discover(api, kinds, Interest(types=frozenset({"scp"})))
    assert not list(live.state.all(Attachment))
    for kind in (Account, OrganizationalUnit, Policy):
        assert set(live.state.all(kind)) == set(expected.state.all(kind))


def test_every_enabled_type_is_read(standing: Callable[..., Any], kinds: Any) -> None:
    api, sandbox = standing(Story.DEMO)
    root = api.call(organizations("ListRoots"))["Roots"][0]["Id"]
    for kind in ("RESOURCE_CONTROL_POLICY", "TAG_POLICY"):
        sandbox.call("EnablePolicyType", {"RootId": root, "PolicyType": kind})
    facts = {"Type": "TAG_POLICY", "Name": "cost", "Description": "", "Content": '{"tags":{}}'}
    given = sandbox.call("CreatePolicy", facts)["Policy"]["PolicySummary"]["Id"]
    sandbox.call("AttachPolicy", {"PolicyId": given, "TargetId": "333333333333"})
    live = discover(api, kinds, Interest())
    assert f"attachment:tag/{given}@account:333333333333" in map(str, live.state.by_address)
    assert "policy:rcp/RCPFullAWSAccess" in map(str, live.state.by_address)
    assert not [one for one in live.state.all(Attachment) if one.policy.path.startswith("rcp/")]


def test_what_a_reader_may_not_see_is_incomplete(standing: Callable[..., Any], kinds: Any) -> None:
    api, sandbox = standing(Story.DEMO)
    for operation in ("DescribeResourcePolicy", "ListAWSServiceAccessForOrganization"):
        plant(sandbox.directory, Fault(Kind.ACCESS_DENIED, operation))
    live = discover(api, kinds, Interest())
    beyond = {kind.name for kind in kinds if kind.beyond}
    assert live.unseen - beyond == {"resource_policy", "trusted_access"}
    assert all("Not allowed: organizations:" in line for line in live.incomplete)


def test_a_reader_who_may_not_see_the_tree_is_refused(
    standing: Callable[..., Any], kinds: Any
) -> None:
    api, sandbox = standing(Story.DEMO)
    plant(sandbox.directory, Fault(Kind.ACCESS_DENIED, "ListPolicies"))
    with pytest.raises(AccessDenied, match="organizations:ListPolicies"):
        discover(api, kinds, Interest())


def test_tags_are_read_only_for_what_the_layout_tags(
    standing: Callable[..., Any], kinds: Any
) -> None:
    api, sandbox = standing(SMALL)
    everything = discover(api, kinds, Interest())
    ous = frozenset(one.address.path for one in everything.state.all(OrganizationalUnit))
    accounts = frozenset(one.address.path for one in everything.state.all(Account))
    sandbox.counts.calls.clear()
    tagged = Interest(ous, accounts, tagged_accounts=frozenset(list(accounts)[:3]))
    discover(api, kinds, tagged)
    assert sandbox.counts.calls["ListTagsForResource"] == SMALL.policies + 3


@pytest.fixture
def motos(kinds: Any) -> Any:
    """An organization on moto, with AWS's page tokens, no paths and no resource policy."""
    with mock_aws():
        client = boto3.client("organizations", region_name="us-east-1")
        client.create_organization(FeatureSet="ALL")
        root = client.list_roots()["Roots"][0]["Id"]
        client.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
        for name in ("Security", "Workloads"):
            parent = client.create_organizational_unit(ParentId=root, Name=name)
            unit = parent["OrganizationalUnit"]["Id"]
            client.create_organizational_unit(ParentId=unit, Name="Prod")
        made = client.create_account(Email="aws+audit@example.com", AccountName="audit")
        client.move_account(
            AccountId=made["CreateAccountStatus"]["AccountId"],
            SourceParentId=root,
            DestinationParentId=unit,
        )
        # moto raises NotImplementedError for DescribeResourcePolicy, where AWS would answer.
        offered = [kind for kind in kinds if kind.name != "resource_policy"]
        yield lambda: discover(door(session(region="us-east-1"), pace=None), offered, Interest())


def test_moto_is_seen_through_the_same_eyes(motos: Callable[[], Live]) -> None:
    live = motos()
    found = {str(one.address) for one in live.state.all(OrganizationalUnit)}
    assert found == {"ou:/Security", "ou:/Security/Prod", "ou:/Workloads", "ou:/Workloads/Prod"}
    audit = [one for one in live.state.all(Account) if one.name == "audit"]
    assert [one.parent for one in audit] == [ou("Workloads")]
    full = Address("policy", "scp/FullAWSAccess")
    assert Attachment(full, ou("Security/Prod")).address in live.state
    assert live.incomplete == ()


def test_what_a_page_holds_is_asked_as_aws_allows(standing: Callable[..., Any]) -> None:
    api, sandbox = standing(SMALL)
    assert len(list(api.items("Accounts", organizations("ListAccounts")))) == SMALL.accounts
    assert sandbox.counts.calls["ListAccounts"] == 5
