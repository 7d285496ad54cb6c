"""Sandboxes to play with: stories, sizes, what a person clicks, and what is shown."""

import json
from pathlib import Path
from typing import Any

import pytest

from govkit.sandbox import changes, log
from govkit.sandbox.clock import Clock
from govkit.sandbox.console import Console
from govkit.sandbox.making import Story, new
from govkit.sandbox.random_organization import EXTRA_LARGE, MEDIUM, Size
from govkit.sandbox.refusals import SandboxError
from govkit.sandbox.settings import Settings
from govkit.sandbox.show import ShownOu, find, show, walk

DENY = '{"Statement":[{"Effect":"Deny","Action":["s3:*","sqs:*"],"Resource":"*"}]}'


@pytest.fixture
def console(tmp_path: Path) -> Console:
    new(tmp_path / "demo", Story.DEMO)
    return Console(tmp_path / "demo")


def names(ou: ShownOu) -> list[str]:
    return [account.name for account in ou.accounts]


def look(console: Console, path: str) -> ShownOu:
    return find(show(console.directory), path)


def test_the_demo_tells_of_an_organization_that_grew(console: Console) -> None:
    shown = show(console.directory)
    assert [ou.path for ou in walk(shown)] == [
        "/",
        "/Infrastructure",
        "/Playground",
        "/Sandbox",
        "/Security",
        "/Workloads",
        "/Workloads/Dev",
        "/Workloads/Prod",
    ]
    accounts = {account.name: account for ou in walk(shown) for account in ou.accounts}
    assert len(accounts) == 12
    assert accounts["old-shop"].state == "SUSPENDED"
    assert accounts["shared-services"].id == "012345670123"
    assert names(find(shown, "/")) == ["data-lake", "management"]
    assert find(shown, "Security").policies == ("FullAWSAccess", "aws-guardrails-NllhqI")
    assert accounts["payments-prod"].tags == {"owner": "payments", "stage": "prod"}
    assert shown.policy_types == {"SERVICE_CONTROL_POLICY": "ENABLED"}
    assert shown.administrators == (("333333333333", "config.amazonaws.com"),)
    assert shown.trusted_services == ("cloudtrail.amazonaws.com", "config.amazonaws.com")
    managed = [policy.name for policy in shown.policies if policy.aws_managed]
    assert managed == ["RCPFullAWSAccess", "FullAWSAccess"]
    with pytest.raises(SandboxError, match="Nowhere"):
        find(shown, "Nowhere")


def test_a_sandbox_without_an_organization_shows_nothing(tmp_path: Path) -> None:
    new(tmp_path / "x", Story.NOTHING)
    shown = show(tmp_path / "x")
    assert (shown.root, shown.organization, shown.management_account) == (None, "", "111111111111")
    assert walk(shown) == ()


def test_a_random_organization_has_its_size_and_is_the_same_again(tmp_path: Path) -> None:
    frozen = Clock(now=lambda: 1_790_000_000.0, sleep=lambda _: None)
    for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        new(tmp_path / name, MEDIUM, settings=Settings(seed=seed), clock=frozen)
    shown = show(tmp_path / "a")
    ous = walk(shown)
    assert len(ous) == 61
    assert sum(len(ou.accounts) for ou in ous) == 500
    customers = [policy for policy in shown.policies if not policy.aws_managed]
    assert len(customers) == 40
    assert sum(policy.targets for policy in customers) == 120
    assert max(policy.targets for policy in customers) <= 20
    assert max(ou.path.count("/") for ou in ous) <= 5
    assert all(ou.accounts for ou in ous)
    again, other = show(tmp_path / "b"), show(tmp_path / "c")
    assert (again.root, again.policies) == (shown.root, shown.policies)
    first, second = ((tmp_path / name / "organizations.json").read_bytes() for name in "ab")
    assert first == second
    assert other.root != shown.root


def test_a_random_organization_may_be_tiny_or_crowded(tmp_path: Path) -> None:
    new(tmp_path / "a", Size(ous=0, accounts=1, policies=0, attachments=5))
    new(tmp_path / "b", Size(ous=1, accounts=2, policies=30, attachments=500))
    crowded = show(tmp_path / "b")
    assert all(len(ou.policies) <= 10 for ou in walk(crowded))


def test_ten_thousand_accounts_are_no_burden(tmp_path: Path) -> None:
    """A sanity check with generous bounds; figures are measured elsewhere."""
    new(tmp_path / "xl", EXTRA_LARGE)
    console = Console(tmp_path / "xl")
    changes.create_ou(console, "/One more")
    listed = console.sandbox.call("ListAccounts")
    assert len(listed["Accounts"]) == 20
    assert sum(len(ou.accounts) for ou in walk(show(tmp_path / "xl"))) == 10_000


def test_clicks_change_what_they_say(console: Console) -> None:
    changes.detach(console, "ProtectTrail", "/")
    assert "ProtectTrail" not in look(console, "/").policies
    changes.attach(console, "ProtectTrail", "Workloads/Prod")
    assert "ProtectTrail" in look(console, "/Workloads/Prod").policies
    changes.attach(console, "DenyRegions-copy", "aws+payments-dev@example.com")
    changes.move_account(console, "account:payments-prod", "Sandbox")
    assert names(look(console, "Sandbox")) == ["payments-prod", "sandbox-jane"]
    changes.create_ou(console, "Workloads/R~1D")
    made = look(console, "Workloads/R~1D")
    assert made.name == "R/D"
    changes.rename_ou(console, made.id, "Research")
    changes.delete_ou(console, "Workloads/Research")
    done = changes.create_account(console, "new", "aws+new@example.com")
    assert done.operation == "CreateAccount"
    assert "new" in names(look(console, "/"))
    changes.close_account(console, "new")
    state = {account.name: account.state for account in look(console, "/").accounts}
    assert state["new"] == "PENDING_CLOSURE"


def test_clicks_on_policies_and_types(console: Console) -> None:
    made = changes.create_policy(console, "mine", DENY, description="by hand")
    assert made.sentence == "created policy mine"
    changes.weaken_policy(console, "SERVICE_CONTROL_POLICY/mine")
    policy = made.answer["Policy"]["PolicySummary"]["Id"]
    found = console.sandbox.call("DescribePolicy", {"PolicyId": policy})["Policy"]["Content"]
    assert json.loads(found)["Statement"][0]["Action"] == ["s3:*"]
    with pytest.raises(SandboxError, match="single action"):
        changes.weaken_policy(console, "mine")
    two = {"Effect": "Deny", "Action": "a:b", "Resource": "*"}
    changes.edit_policy(console, "mine", content=json.dumps({"Statement": [two, two]}), name="ours")
    changes.weaken_policy(console, "ours")
    assert len(json.loads(console.book().policies[policy]["Content"])["Statement"]) == 1
    changes.delete_policy(console, "ours")
    changes.enable_type(console, "tag")
    changes.enable_type(console, "RCP")
    changes.disable_type(console, "scp")
    assert show(console.directory).policy_types.keys() == {"TAG_POLICY", "RESOURCE_CONTROL_POLICY"}
    with pytest.raises(SandboxError, match="Unknown policy type"):
        changes.enable_type(console, "nonsense")


def test_clicks_on_tags_and_trust(console: Console) -> None:
    changes.tag(console, "Workloads/Prod", {"tier": "gold"})
    changes.tag(console, "ProtectTrail", {"owner": "sec"})
    changes.untag(console, "payments-prod", "owner")
    shown = show(console.directory)
    assert find(shown, "Workloads/Prod").tags == {"tier": "gold"}
    changes.trust(console, "ram.amazonaws.com")
    changes.delegate(console, "audit", "ram.amazonaws.com")
    assert ("333333333333", "ram.amazonaws.com") in show(console.directory).administrators
    changes.undelegate(console, "audit", "ram.amazonaws.com")
    changes.distrust(console, "ram.amazonaws.com")
    assert "ram.amazonaws.com" not in show(console.directory).trusted_services


def test_clicks_are_logged_as_a_persons_console_session(console: Console) -> None:
    person = Console(console.directory, person="sam@example.com")
    changes.detach(person, "ProtectTrail", "/")
    (event,) = log.events(console.directory)
    assert event["operation"] == "DetachPolicy"
    assert event["caller"]["console"] is True
    assert event["caller"]["arn"].endswith("/sam@example.com")
    assert "AWSReservedSSO_" in event["caller"]["arn"]


@pytest.mark.parametrize(
    ("click", "said"),
    [
        (lambda c: changes.attach(c, "ProtectTrial", "/"), 'Did you mean "ProtectTrail"'),
        (lambda c: changes.attach(c, "ProtectTrail", "nobody"), "Unknown account"),
        (lambda c: changes.move_account(c, "audit", "Sandbux"), 'Did you mean "/Sandbox"'),
        (lambda c: changes.tag(c, "nothing", {"a": "b"}), "Unknown resource"),
        (lambda c: changes.detach(c, "FullAWSAccess", "/Sandbox"), "MIN_POLICY_TYPE"),
        (lambda c: changes.delete_ou(c, "Security"), "OrganizationalUnitNotEmptyException"),
        (
            lambda c: changes.create_account(c, "x", "aws+audit@example.com"),
            "EMAIL_ALREADY_EXISTS",
        ),
    ],
)
def test_clicks_that_cannot_be_are_said_so(console: Console, click: Any, said: str) -> None:
    with pytest.raises(SandboxError) as caught:
        click(console)
    assert said in str(caught.value)


def test_two_accounts_of_one_name_are_told_apart_by_id(console: Console) -> None:
    changes.create_account(console, "audit", "aws+second@example.com")
    with pytest.raises(SandboxError, match="More than one account"):
        changes.move_account(console, "audit", "Sandbox")
    changes.move_account(console, "333333333333", "Sandbox")


def test_a_creation_under_way_is_shown(console: Console) -> None:
    console.sandbox.call("CreateAccount", {"AccountName": "soon", "Email": "soon@example.com"})
    assert show(console.directory).creating == ("soon",)
