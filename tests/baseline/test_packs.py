"""Conformance packs for all accounts: put from a file beside the layout, awaited, and kept."""

import json
from typing import Any

import pytest
from baselines import ACCOUNTS, clicks, layout
from terminal import Desk

AUDIT = ACCOUNTS["audit"]
CONFIG = {
    "delivery": {"bucket": {"name": "acme-config", "account": "log-archive"}},
    "aggregator": {"account": "audit"},
    "conformance_packs": {"iam": {"template": "packs/iam.yaml", "parameters": {"Age": "90"}}},
}
IAM = "conformance_pack:audit/eu-west-1/iam"
TEMPLATE = "Resources:\n  Mfa:\n    Type: AWS::Config::ConfigRule\n"


def planned(desk: Desk) -> list[dict[str, Any]]:
    told = json.loads(desk.does("plan", "--baseline", "--format", "json").out)
    return [one for one in told["steps"] if one["address"].startswith("conformance_pack")]


def write(desk: Desk, text: str) -> None:
    (desk.folder / "packs").mkdir(exist_ok=True)
    (desk.folder / "packs" / "iam.yaml").write_text(text)


@pytest.fixture
def applied(table: Desk) -> Desk:
    write(table, TEMPLATE)
    table.layout(layout(config=CONFIG))
    table.does("apply", "--baseline", "--yes")
    return table


def test_the_file_beside_the_layout_is_sent_for_each_region(table: Desk) -> None:
    write(table, TEMPLATE)
    table.layout(layout(config=CONFIG))
    steps = {one["address"]: one for one in planned(table)}
    assert steps.keys() == {IAM, IAM.replace("eu-west-1", "us-east-1")}
    (call,) = steps[IAM]["calls"]
    assert (call["account"], call["region"]) == (AUDIT, "eu-west-1")
    told = call["parameters"]
    assert told["TemplateBody"] == TEMPLATE
    assert told["ConformancePackInputParameters"] == [
        {"ParameterName": "Age", "ParameterValue": "90"}
    ]
    assert told["ExcludedAccounts"] == [ACCOUNTS["old-shop"]]


def test_applied_once_there_is_nothing_left(applied: Desk) -> None:
    assert planned(applied) == []
    assert applied.run("drift", "--baseline").code == 0


def test_another_template_is_a_change(applied: Desk) -> None:
    write(applied, TEMPLATE.replace("Mfa", "Keys"))
    assert [call["operation"] for call in planned(applied)[0]["calls"]] == [
        "PutOrganizationConformancePack",
        "TagResource",
    ]
    applied.does("apply", "--baseline", "--yes")
    assert planned(applied) == []


def test_what_somebody_clicks_is_drift_and_is_mended(applied: Desk) -> None:
    told = {"OrganizationConformancePackName": "iam", "TemplateBody": TEMPLATE}
    clicks(applied, AUDIT, "config", "PutOrganizationConformancePack", told, region="eu-west-1")
    gone = {"OrganizationConformancePackName": "iam"}
    clicks(applied, AUDIT, "config", "DeleteOrganizationConformancePack", gone)
    ran = applied.run("drift", "--baseline", "--format", "json")
    found = {one["address"]: one for one in json.loads(ran.out)["drift"]}
    assert found[IAM]["actual"]["parameters"] == []
    assert found[IAM]["actual"]["failed"] == "NoAvailableConfigurationRecorder"
    assert found[IAM.replace("eu-west-1", "us-east-1")]["change"] == "missing"
    applied.does("apply", "--baseline", "--yes")
    assert planned(applied) == []


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("packs/none.yaml", "No such file"),
        ("../outside.yaml", "No such file"),
        ("packs/long.yaml", "A template that is too long"),
    ],
)
def test_a_template_that_cannot_be_sent_is_a_fault(table: Desk, template: str, said: str) -> None:
    write(table, TEMPLATE)
    (table.folder / "packs" / "long.yaml").write_text("#" * 60_000)
    table.layout(layout(config={**CONFIG, "conformance_packs": {"iam": {"template": template}}}))
    assert said in table.run("validate").said


def test_packs_need_an_account_that_puts_them(table: Desk) -> None:
    write(table, TEMPLATE)
    table.layout(layout(config={**CONFIG, "aggregator": None}))
    assert "Nobody puts the packs" in table.run("validate").said
