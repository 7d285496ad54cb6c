"""Root, policy types, trusted access, delegated administrators, resource policy and tags."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from govkit.errors import AwsError, BugError, GovkitError
from govkit.kinds import (
    delegated_administrator,
    policy_type,
    resource_policy,
    root,
    tags,
    trusted_access,
)
from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.delegated_administrator import DelegatedAdministrator
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy_type import EnabledPolicyType
from govkit.kinds.resource_policy import ResourcePolicy
from govkit.kinds.root import Root
from govkit.kinds.tags import Tags
from govkit.kinds.trusted_access import Entry, TrustedAccess
from govkit.model.address import ROOT, Address, account, ou
from govkit.model.call import IdOf, Ids, Interest
from govkit.model.change import Change
from govkit.model.resource import Found
from govkit.model.scope import Scope
from govkit.model.wanted import Claim
from govkit.policies.document import of

ORGANIZATION = {
    "Organization": {
        "Id": "o-exampleorgid",
        "Arn": "arn:aws-cn:organizations::111111111111:organization/o-exampleorgid",
        "MasterAccountId": "111111111111",
        "FeatureSet": "ALL",
    }
}
ROOTS = {
    "Roots": [
        {
            "Id": "r-exam",
            "PolicyTypes": [
                {"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"},
                {"Type": "TAG_POLICY", "Status": "PENDING_DISABLE"},
                {"Type": "BRAND_NEW_POLICY", "Status": "PENDING_ENABLE"},
            ],
        }
    ]
}
AUDIT = account("audit")
TAGGED = {"Tags": [{"Key": "team", "Value": "platform"}, {"Key": "govkit:layout", "Value": "main"}]}

NOWHERE = Scope((), (), "")


def test_the_root_is_the_organization(look: Any, api: Any, ids: Ids) -> None:
    answers = {"DescribeOrganization": ORGANIZATION, "ListRoots": ROOTS}
    expected = Found(Root("o-exampleorgid", "111111111111", "aws-cn"), "r-exam")
    assert list(root.KIND.read(look(answers))) == [expected]
    assert root.KIND.glance(expected.resource, api(answers), ids) == expected


def test_the_root_is_observed_and_never_changed(ids: Ids, wanting: Any) -> None:
    one, other = Root("o-exampleorgid", "111111111111"), Root("o-other12345", "")
    with pytest.raises(BugError):
        list(root.KIND.lower(Change(one, other), ids))
    assert root.KIND.meet(other, one) == (one, one)
    assert root.KIND.meet(other, None) == (other, None)
    assert root.KIND.cares(one, wanting(other))
    assert not root.KIND.cares(one, wanting())


def test_types_that_are_enabled_are_read_new_ones_too(look: Any) -> None:
    found = [one.resource.type for one in policy_type.KIND.read(look({"ListRoots": ROOTS}))]
    assert found == ["brand_new_policy", "scp"]


def test_a_type_is_glanced_at(api: Any, ids: Ids) -> None:
    at = api({"ListRoots": ROOTS})
    scp, rcp = EnabledPolicyType("scp"), EnabledPolicyType("rcp")
    assert policy_type.KIND.glance(scp, at, ids) == Found(scp)
    assert policy_type.KIND.glance(rcp, at, ids) is None


def test_a_type_is_enabled_and_never_disabled(calls: Any, ids: Ids) -> None:
    scp = EnabledPolicyType("scp")
    enabling = Change(None, scp)
    assert calls(policy_type.KIND, enabling, ids) == [
        ("EnablePolicyType", {"RootId": "r-exam", "PolicyType": "SERVICE_CONTROL_POLICY"})
    ]
    assert policy_type.KIND.verb(enabling) == "enable"
    assert policy_type.KIND.verb(enabling.back()) == "disable"
    with pytest.raises(GovkitError, match="never disables"):
        calls(policy_type.KIND, enabling.back(), ids)


def test_enabling_is_over_when_the_root_says_so() -> None:
    follow = policy_type.KIND.follow(Change(None, EnabledPolicyType("scp")), {})
    assert follow is not None
    assert follow.call.operation == "ListRoots"
    assert follow.settled(ROOTS) == ROOTS
    pending = {
        "Roots": [{"PolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "PENDING_ENABLE"}]}]
    }
    assert follow.settled(pending) is None


def test_enabling_scps_brings_full_access_where_it_is_governed(wanting: Any) -> None:
    new = account("search-prod")
    wanted = wanting(
        full_access={ou("Workloads"): True, new: False}, claims={new: Claim(create=True)}
    )
    enabling = Change(None, EnabledPolicyType("scp"))
    assert policy_type.KIND.brings(enabling, wanted) == (
        Attachment(Address("policy", "scp/FullAWSAccess"), ou("Workloads")),
    )
    assert policy_type.KIND.brings(Change(None, EnabledPolicyType("tag")), wanted) == ()
    assert EnabledPolicyType("scp").needs == (ROOT,)


def test_trusted_access_is_read_glanced_at_and_switched(
    look: Any, api: Any, ids: Ids, calls: Any
) -> None:
    answers = {
        "ListAWSServiceAccessForOrganization": {
            "EnabledServicePrincipals": [{"ServicePrincipal": "config.amazonaws.com"}]
        }
    }
    config = TrustedAccess("config.amazonaws.com")
    kind = trusted_access.KIND
    assert list(kind.read(look(answers))) == [Found(config)]
    assert kind.glance(config, api(answers), ids) == Found(config)
    assert kind.glance(TrustedAccess("ram.amazonaws.com"), api(answers), ids) is None
    on = Change(None, config)
    facts = {"ServicePrincipal": "config.amazonaws.com"}
    assert calls(kind, on, ids) == [("EnableAWSServiceAccess", facts)]
    assert calls(kind, on.back(), ids) == [("DisableAWSServiceAccess", facts)]
    assert (kind.verb(on), kind.verb(on.back())) == ("enable", "disable")
    assert config.needs == (ROOT,)


def test_the_section_of_trusted_access_takes_services_and_their_absence() -> None:
    section = trusted_access.KIND.section
    assert section is not None
    checked = TypeAdapter(section.annotation).validate_python(
        ["config.amazonaws.com", {"service": "ram.amazonaws.com", "absent": True}]
    )
    assert [
        (one.path, str(one.resource.address), one.present)
        for one in section.asked(checked, NOWHERE)
    ] == [
        ((0,), "trusted_access:config.amazonaws.com", True),
        ((1,), "trusted_access:ram.amazonaws.com", False),
    ]
    with pytest.raises(ValidationError):
        TypeAdapter(section.annotation).validate_python([{"service": "x", "abesnt": True}])


def test_delegated_administrators_are_read_with_their_services(
    look: Any, api: Any, ids: Ids
) -> None:
    answers = {
        "ListDelegatedAdministrators": {"DelegatedAdministrators": [{"Id": "333333333333"}]},
        "ListDelegatedServicesForAccount": {
            "DelegatedServices": [{"ServicePrincipal": "config.amazonaws.com"}]
        },
    }
    kind = delegated_administrator.KIND
    found = DelegatedAdministrator("config.amazonaws.com", account("333333333333"))
    assert list(kind.read(look(answers))) == [Found(found)]
    ours = DelegatedAdministrator("config.amazonaws.com", AUDIT)
    assert kind.glance(ours, api(answers), ids) is None
    ids.learn(AUDIT, "333333333333")
    assert kind.glance(ours, api(answers), ids) == Found(ours)
    other = DelegatedAdministrator("ram.amazonaws.com", AUDIT)
    assert kind.glance(other, api(answers), ids) is None


def test_an_account_that_administers_nothing_is_no_delegate(api: Any, ids: Ids, gone: Any) -> None:
    ids.learn(AUDIT, "333333333333")
    refused = {"ListDelegatedServicesForAccount": gone("AccountNotRegisteredException")}
    ours = DelegatedAdministrator("config.amazonaws.com", AUDIT)
    assert delegated_administrator.KIND.glance(ours, api(refused), ids) is None


def test_errors_that_mean_something_else_are_raised(api: Any, ids: Ids, gone: Any) -> None:
    ids.learn(AUDIT, "333333333333")
    refused = {"ListDelegatedServicesForAccount": gone("ServiceException")}
    ours = DelegatedAdministrator("config.amazonaws.com", AUDIT)
    with pytest.raises(AwsError):
        delegated_administrator.KIND.glance(ours, api(refused), ids)


def test_a_delegate_is_registered_and_deregistered(calls: Any, ids: Ids) -> None:
    kind = delegated_administrator.KIND
    admin = DelegatedAdministrator("config.amazonaws.com", account("payments-prod"))
    facts = {"AccountId": "555555555555", "ServicePrincipal": "config.amazonaws.com"}
    register = Change(None, admin)
    assert calls(kind, register, ids) == [("RegisterDelegatedAdministrator", facts)]
    assert calls(kind, register.back(), ids) == [("DeregisterDelegatedAdministrator", facts)]
    assert (kind.verb(register), kind.verb(register.back())) == ("register", "deregister")
    assert admin.needs == (
        account("payments-prod"),
        Address("trusted_access", "config.amazonaws.com"),
    )
    assert str(admin.address) == "delegated_administrator:config.amazonaws.com/payments-prod"


def test_the_section_of_delegates_is_a_map_by_account() -> None:
    section = delegated_administrator.KIND.section
    assert section is not None
    value: dict[str, list[str | Entry]] = {
        "audit": ["config.amazonaws.com", Entry("ram.amazonaws.com", absent=True)]
    }
    assert [(one.path, one.present) for one in section.asked(value, NOWHERE)] == [
        (("audit", 0), True),
        (("audit", 1), False),
    ]


DELEGATION = of({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*"}]})
DESCRIBED = {
    "ResourcePolicy": {"ResourcePolicySummary": {"Id": "rp-1234567890"}, "Content": DELEGATION.text}
}


def test_the_resource_policy_is_read_with_its_owner(look: Any, api: Any, ids: Ids) -> None:
    kind = resource_policy.KIND
    answers = {"DescribeResourcePolicy": DESCRIBED, "ListTagsForResource": TAGGED}
    (found,) = kind.read(look(answers))
    assert found == Found(ResourcePolicy(DELEGATION), "rp-1234567890")
    assert found.resource.layout == "main"
    assert kind.glance(found.resource, api(answers), ids) == found
    other = ResourcePolicy(of({"Statement": []}))
    assert kind.glance(other, api(answers), ids) == Found(ResourcePolicy(DELEGATION), found.id)


def test_no_resource_policy_is_none(look: Any, api: Any, ids: Ids, gone: Any) -> None:
    answers = {"DescribeResourcePolicy": gone("ResourcePolicyNotFoundException")}
    assert list(resource_policy.KIND.read(look(answers))) == []
    assert resource_policy.KIND.glance(ResourcePolicy(DELEGATION), api(answers), ids) is None


def test_a_resource_policy_is_put_and_deleted(calls: Any, ids: Ids) -> None:
    kind = resource_policy.KIND
    ours = ResourcePolicy(DELEGATION, "main")
    other = ResourcePolicy(of({"Statement": []}))
    owner = [{"Key": "govkit:layout", "Value": "main"}]
    put = ("PutResourcePolicy", {"Content": DELEGATION.text, "Tags": owner})
    assert calls(kind, Change(None, ours), ids) == [put]
    assert calls(kind, Change(other, ours), ids) == [
        ("PutResourcePolicy", {"Content": DELEGATION.text})
    ]
    assert calls(kind, Change(ours, None), ids) == [("DeleteResourcePolicy", {})]
    assert kind.learn(Change(None, ours), DESCRIBED) == {ours.address: "rp-1234567890"}
    assert kind.learn(Change(ours, None), {}) == {}
    assert ours.needs == (ROOT,)
    met, _ = kind.meet(ResourcePolicy(DELEGATION), ours)
    assert met is not None
    assert met.layout == "main"
    assert kind.meet(None, ours) == (None, ours)


def test_the_section_of_the_resource_policy_is_a_document() -> None:
    section = resource_policy.KIND.section
    assert section is not None
    (asked,) = section.asked({"Statement": []}, NOWHERE)
    assert (asked.path, asked.present) == ((), True)
    (asked,) = section.asked({}, NOWHERE)
    assert not asked.present


WORKLOADS = Found(OrganizationalUnit(ou("Workloads"), "Workloads", ROOT), "ou-exam-workload")
SANDBOX = Found(OrganizationalUnit(ou("Sandbox"), "Sandbox", ROOT), "ou-exam-sandbox1")
PAYMENTS = Found(
    Account(account("555555555555"), ROOT, "payments", "aws+payments-prod@example.com"),
    "555555555555",
)


def test_tags_are_read_only_where_the_layout_gives_some(look: Any) -> None:
    interest = Interest(
        tagged_ous=frozenset({"/Workloads"}),
        tagged_accounts=frozenset({"aws+Payments-prod@example.com"}),
        root_tagged=True,
    )
    found = {"root": [Found(None, "r-exam")], "ou": [WORKLOADS, SANDBOX], "account": [PAYMENTS]}
    at = look({"ListTagsForResource": TAGGED}, found, interest)
    assert [str(one.resource.address) for one in tags.KIND.read(at)] == [
        "tags:root:/",
        "tags:ou:/Workloads",
        "tags:account:555555555555",
    ]
    assert [call.params["ResourceId"] for call in at.asked] == [
        "r-exam",
        "ou-exam-workload",
        "555555555555",
    ]
    assert list(tags.KIND.read(look({}))) == []


def test_our_own_tags_and_those_of_aws_are_nobodys_wish(look: Any) -> None:
    only_ours = {
        "Tags": [{"Key": "govkit:layout", "Value": "main"}, {"Key": "aws:x", "Value": "y"}]
    }
    interest = Interest(tagged_ous=frozenset({"ou-exam-workload"}))
    at = look({"ListTagsForResource": only_ours}, {"ou": [WORKLOADS]}, interest)
    assert list(tags.KIND.read(at)) == []


def test_only_named_keys_are_compared() -> None:
    wanted = Tags(ou("Workloads"), (("tier", "prod"),))
    live = Tags(ou("Workloads"), (("cost", "1"), ("tier", "dev")))
    assert tags.KIND.meet(wanted, live) == (wanted, Tags(ou("Workloads"), (("tier", "dev"),)))
    assert tags.KIND.meet(wanted, Tags(ou("Workloads"), (("cost", "1"),))) == (wanted, None)
    assert tags.KIND.meet(wanted, None) == (wanted, None)


def test_tags_are_set_and_taken_away_key_by_key(calls: Any, ids: Ids) -> None:
    before = Tags(ou("Workloads"), (("a", "1"), ("b", "1"), ("c", "1")))
    after = Tags(ou("Workloads"), (("a", "1"), ("b", "2"), ("d", "1")))
    where = {"ResourceId": "ou-exam-workload"}
    assert calls(tags.KIND, Change(before, after), ids) == [
        (
            "TagResource",
            {**where, "Tags": [{"Key": "b", "Value": "2"}, {"Key": "d", "Value": "1"}]},
        ),
        ("UntagResource", {**where, "TagKeys": ["c"]}),
    ]
    assert calls(tags.KIND, Change(before, None), ids) == [
        ("UntagResource", {**where, "TagKeys": ["a", "b", "c"]})
    ]
    new = Tags(account("new"), (("a", "1"),))
    (tagging,) = calls(tags.KIND, Change(None, new), ids)
    assert tagging[1]["ResourceId"] == IdOf(account("new"))
    assert [tags.KIND.verb(one) for one in (Change(None, new), Change(new, None))] == [
        "tag",
        "untag",
    ]
    assert new.needs == (account("new"),)


def test_tags_are_glanced_at(api: Any, ids: Ids, gone: Any) -> None:
    wanted = Tags(ou("Workloads"), (("team", "security"),))
    at = api({"ListTagsForResource": TAGGED})
    assert tags.KIND.glance(wanted, at, ids) == Found(
        Tags(ou("Workloads"), (("team", "platform"),))
    )
    assert tags.KIND.glance(Tags(ou("Workloads"), (("x", "y"),)), at, ids) is None
    assert tags.KIND.glance(Tags(ou("New"), (("x", "y"),)), at, ids) is None
    missing = api({"ListTagsForResource": gone("TargetNotFoundException")})
    assert tags.KIND.glance(wanted, missing, ids) is None
