"""A layout that says everything DESIGN allows, read into what it wants."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.delegated_administrator import DelegatedAdministrator
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy, policy
from govkit.kinds.policy_type import EnabledPolicyType
from govkit.kinds.resource_policy import ResourcePolicy
from govkit.kinds.tags import Tags
from govkit.kinds.trusted_access import TrustedAccess
from govkit.layout.read import read
from govkit.model.address import ROOT, Address, account, ou
from govkit.model.call import Interest
from govkit.model.finding import Severity
from govkit.model.wanted import Claim, Guardrail, Ignored, Manage, Safety, Spared, Wanted
from govkit.policies.document import statements

HERE = Path(__file__).parent / "whole"
TODAY = date(2026, 11, 23)
Reads = Callable[..., Wanted]


@pytest.fixture(scope="module")
def whole() -> Wanted:
    return read(HERE / "org_layout.yaml", today=TODAY)


def text(wanted: Wanted, word: str) -> Any:
    found = wanted.state.get(Address("policy", word))
    assert isinstance(found, Policy)
    return found.document.value


def test_ous_know_their_parent_and_name(whole: Wanted) -> None:
    units = {one.address.path: one for one in whole.state.all(OrganizationalUnit)}
    assert sorted(units) == [
        "/Infrastructure",
        "/Sandbox",
        "/Security",
        "/Suspended",
        "/Workloads",
        "/Workloads/BU07",
        "/Workloads/NonProd",
        "/Workloads/Prod",
        "/Workloads/R~1D",
    ]
    assert units["/Workloads/R~1D"].name == "R/D"
    assert units["/Workloads/Prod"].parent == ou("/Workloads")
    assert units["/Sandbox"].parent == ROOT
    assert {one.layout for one in units.values()} == {"main"}


def test_accounts_stay_open_where_nothing_is_written(whole: Wanted) -> None:
    accounts = {one.address.path: one for one in whole.state.all(Account)}
    assert len(accounts) == 11
    assert accounts["payments-prod"].name is accounts["payments-prod"].email is None
    assert accounts["shared"].name == "Shared Services"
    assert accounts["shared"].role_name == "Admin"
    assert accounts["management"].parent == ROOT
    assert accounts["old-shop"].state == "CLOSED"
    assert accounts["012345670123"].parent == ou("/Sandbox")


def test_defaults_serve_the_creation_of_an_account_only(whole: Wanted) -> None:
    created = whole.state.get(account("search-prod"))
    assert isinstance(created, Account)
    assert (created.name, created.email) == ("Search Prod", "aws+search-prod@example.com")
    assert (created.layout, created.role_name) == ("main", "OrganizationAccountAccessRole")
    assert whole.claims[created.address] == Claim(new_email=created.email, create=True)
    tags = [one for one in whole.state.all(Tags) if one.target.kind == "account"]
    assert tags == [
        Tags(account("payments-prod"), (("cost", "0042"), ("owner", "payments"))),
        Tags(account("search-prod"), (("team", "platform"),)),
    ]


def test_claims_say_how_things_are_recognised(whole: Wanted) -> None:
    claims = whole.claims
    assert claims[ou("/Security")] == Claim(id="ou-exam-11111111")
    assert claims[ou("/Workloads/NonProd")] == Claim(was="/Workloads/Dev")
    assert claims[ou("/Workloads/BU07")] == Claim(was="/BU07", reparent=True)
    assert claims[account("012345670123")] == Claim(id="012345670123")
    assert claims[account("crm")] == Claim(was="legacy-crm", email="aws+legacy-crm@example.com")
    assert claims[account("old-shop")] == Claim(id="121212121212", close=True)
    assert claims[policy("scp", "deny-iam-users")] == Claim(adopt=True)
    assert claims[policy("rcp", "org-only-data")] == Claim(was="org-data")
    assert ou("/Sandbox") not in claims


def test_what_must_go_protected_things_and_full_access(whole: Wanted) -> None:
    assert {str(one) for one in whole.absent} == {
        "ou:/Playground",
        "policy:scp/old-guardrail",
        "trusted_access:access-analyzer.amazonaws.com",
    }
    assert {str(one) for one in whole.protected} == {
        "root:/",
        "ou:/Security",
        "ou:/Workloads/Prod",
        "account:audit",
        "account:log-archive",
    }
    assert whole.closed == {account("old-shop")}
    assert whole.full_access == {
        ou("/Sandbox"): True,
        ou("/Suspended"): True,
        account("crm"): True,
    }
    full = policy("scp", "FullAWSAccess")
    assert whole.state.get(Attachment(full, ou("/Sandbox")).address)


def test_a_guardrail_compiles_to_one_policy_per_rendering(whole: Wanted) -> None:
    regions = whole.guardrails["deny-regions"]
    assert [one.path for one in regions.policies] == [
        "scp/deny-regions",
        "scp/deny-regions.sandbox",
        "scp/deny-regions.workloads-prod",
    ]
    targets = {
        (one.policy.path, str(one.target))
        for one in whole.state.all(Attachment)
        if "deny-regions" in one.policy.path
    }
    assert targets == {
        ("scp/deny-regions", "ou:/Workloads"),
        ("scp/deny-regions", "account:audit"),
        ("scp/deny-regions.sandbox", "ou:/Sandbox"),
        ("scp/deny-regions.sandbox", "ou:/Infrastructure"),
        ("scp/deny-regions.workloads-prod", "ou:/Workloads/Prod"),
    }
    sandbox = text(whole, "scp/deny-regions.sandbox")["Statement"][0]["Condition"]
    assert sandbox["StringNotEquals"]["aws:RequestedRegion"] == ["us-east-1"]


def test_guardrails_carry_what_is_said_of_them(whole: Wanted) -> None:
    assert whole.guardrails["deny-leave-org"] == Guardrail(
        key="deny-leave-org",
        type="scp",
        policies=(policy("scp", "deny-leave-org"),),
        severity="critical",
        controls={"pci": ("1.1",), "cis-aws-5.0": ("1.x",), "nist-800-53": ("AC-2",)},
    )
    assert whole.guardrails["old-guardrail"] == Guardrail("old-guardrail", "scp", absent=True)
    users = whole.state.get(policy("scp", "deny-iam-users"))
    assert isinstance(users, Policy)
    assert (users.name, users.layout, users.guardrail) == (
        "Deny IAM users",
        "main",
        "deny-iam-users",
    )
    assert users.description is None
    regions = whole.state.get(policy("scp", "deny-regions"))
    assert isinstance(regions, Policy)
    assert regions.description == "Only where we are"


def test_a_preview_is_made_and_not_attached(whole: Wanted) -> None:
    assert whole.guardrails["deny-iam-users"].preview
    assert policy("scp", "deny-iam-users") in whole.state
    attached = {one.policy for one in whole.state.all(Attachment)}
    assert policy("scp", "deny-iam-users") not in attached
    assert policy("rcp", "org-only-data") in attached


def test_each_policy_type_in_use_is_enabled(whole: Wanted) -> None:
    assert {one.type for one in whole.state.all(EnabledPolicyType)} == {"scp", "rcp", "tag"}


def test_exemptions_and_break_glass_become_conditions(whole: Wanted) -> None:
    glass = "arn:aws:iam::333333333333:role/BreakGlass"
    users = text(whole, "scp/deny-iam-users")["Statement"][0]["Condition"]
    assert users == {
        "StringNotEquals": {"aws:PrincipalAccount": "777777777777"},
        "ForAllValues:StringNotLike": {
            "aws:PrincipalOrgPaths": "${govkit:path:/Workloads/NonProd}/*"
        },
        "ArnNotLike": {"aws:PrincipalArn": glass},
    }
    assert "Condition" not in text(whole, "scp/deny-leave-org")["Statement"][0]
    plain, widened = text(whole, "scp/deny-regions")["Statement"]
    disaster = "arn:aws:iam::555555555555:role/DR-*"
    assert plain["Condition"]["ArnNotLike"] == {"aws:PrincipalArn": [disaster, glass]}
    assert widened["Condition"]["ArnLike"] == {"aws:PrincipalArn": disaster}
    assert "us-west-2" in widened["Condition"]["StringNotEquals"]["aws:RequestedRegion"]


def test_an_unquoted_account_id_stays_what_is_written(whole: Wanted) -> None:
    delegation = whole.state.get(Address("resource_policy", "organization"))
    assert isinstance(delegation, ResourcePolicy)
    (statement,) = statements(delegation.document)
    assert statement.value["Principal"] == {"AWS": "333333333333"}
    assert delegation.document.value["Version"] == "2012-10-17"
    assert delegation.layout == "main"


def test_sections_of_kinds_become_what_they_ask_for(whole: Wanted) -> None:
    assert [one.service for one in whole.state.all(TrustedAccess)] == [
        "cloudtrail.amazonaws.com",
        "config.amazonaws.com",
    ]
    assert list(whole.state.all(DelegatedAdministrator)) == [
        DelegatedAdministrator("config.amazonaws.com", account("audit"))
    ]
    assert whole.governed == {"trusted_access", "delegated_administrator", "resource_policy"}


def test_the_head_is_carried_over(whole: Wanted) -> None:
    assert (whole.layout, whole.organization) == ("main", "o-exampleorgid")
    assert (whole.management_account, whole.home_region) == ("111111111111", "eu-west-1")
    assert (whole.store, whole.as_of) == ("s3://acme-govkit/main", TODAY)
    assert whole.run == {
        "read": "arn:aws:iam::111111111111:role/govkit-read",
        "policies": "arn:aws:iam::333333333333:role/govkit-policies",
        "structure": "arn:aws:iam::111111111111:role/govkit-structure",
        "member.read": "govkit-read",
        "member.write": "govkit-write",
    }
    assert whole.manage == Manage(
        all_accounts=True,
        ignore=(
            Ignored("policy", "aws-guardrails-*"),
            Ignored("policy", "AWSAccelerator-*"),
            Ignored("ou", "Control Tower Quarantine/**"),
            Ignored("account", "131313131313"),
        ),
    )
    assert whole.safety == Safety(
        break_glass=("arn:aws:iam::333333333333:role/BreakGlass",),
        max_deletes=5,
        max_moves=10,
        max_creates=2,
        max_accounts_newly_denied=10,
        max_accounts_newly_allowed=0,
        settle_seconds=0.5,
        never_deny=(Spared("arn:aws:iam::*:role/AWSControlTowerExecution", ("*",)),),
    )
    assert whole.limits == {"scp": {"attachments": 8}, "organization": {"ous": 100}}


def test_interest_names_what_must_be_looked_for(whole: Wanted) -> None:
    interest = whole.interest
    assert {"/Workloads/Dev", "/BU07", "/Playground", "ou-exam-11111111"} < interest.ous
    assert "/" not in interest.ous
    assert {"555555555555", "aws+legacy-crm@example.com"} < interest.accounts
    assert interest.tagged_ous == {"/Workloads/Prod"}
    assert interest.tagged_accounts == {"555555555555", "aws+search-prod@example.com"}
    assert interest.created == {"aws+search-prod@example.com"}
    assert interest.root_tagged
    assert interest.types == {"scp", "rcp", "tag"}
    assert interest.role == "arn:aws:iam::111111111111:role/govkit-read"
    assert isinstance(interest, Interest)


def test_findings_tell_what_is_not_acted_on_and_what_expired(whole: Wanted) -> None:
    told = [(one.code, one.severity, one.subject) for one in whole.findings]
    assert told == [
        ("GK001", Severity.WARNING, "exemption:old-way-out"),
    ]
    assert all(one.where is not None for one in whole.findings)


def test_everything_knows_its_line(whole: Wanted) -> None:
    lines = (HERE / "org_layout.yaml").read_text().split("\n")

    def said(address: Address) -> str:
        where = whole.origin(address)
        assert where is not None
        return lines[where.line - 1][where.column - 1 :]

    assert said(ou("/Workloads/Prod")).startswith("Workloads/Prod: {")
    assert said(account("payments-prod")).startswith("payments-prod:")
    assert said(Address("guardrail", "deny-regions")).startswith("deny-regions:")
    assert said(policy("scp", "deny-regions.sandbox")).startswith("deny-regions:")
    sandbox = Attachment(policy("scp", "deny-regions.sandbox"), ou("/Sandbox"))
    assert said(sandbox.address).startswith("{to: Sandbox, as: sandbox")
    assert said(Tags(ou("/Workloads/Prod"), ()).address).startswith("tags: {tier: prod}")
    assert said(TrustedAccess("config.amazonaws.com").address).startswith("config.amazonaws.com")
    for resource in whole.state:
        assert whole.origin(resource.address) is not None


def test_an_expired_exemption_is_in_force_until_it_is_taken_out(whole: Wanted) -> None:
    word = "rcp/org-only-data"
    assert "ForAllValues:StringNotLike" in str(text(whole, word))
    without = read(HERE / "org_layout.yaml", today=TODAY, without_expired=True)
    assert "ForAllValues:StringNotLike" not in str(text(without, word))
    assert "it is taken out" in without.findings[0].message
    last_day = read(HERE / "org_layout.yaml", today=date(2026, 10, 15))
    assert "GK001" not in {one.code for one in last_day.findings}


def test_two_readings_are_equal(whole: Wanted) -> None:
    again = read(HERE / "org_layout.yaml", today=TODAY)
    assert again == whole
    assert list(again.state) == list(whole.state)


def test_the_starting_layout_reads_without_faults() -> None:
    top = Path(__file__).parents[2] / "org_layout.yaml"
    wanted = read(top, today=TODAY)
    assert wanted.guardrails
    assert not [one for one in wanted.findings if one.severity is Severity.ERROR]


def test_empty_sections_are_empty(reads: Reads) -> None:
    names = "accounts ous guardrails exemptions expect include services organization safety run"
    wanted = reads("version: 1\n" + "".join(f"{name}:\n" for name in names.split()))
    assert len(wanted.state) == 0
    assert wanted.safety == Safety()
