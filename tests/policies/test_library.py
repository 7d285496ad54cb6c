"""The templates that come with govkit: each renders, is taken by its type, and is small enough."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from govkit.policies.bounded import Job, Rendering, render_all
from govkit.policies.document import Document, statements
from govkit.policies.exempt import Exemption, exempted
from govkit.policies.library import library, starter_layout
from govkit.policies.template import load, names
from govkit.policies.types import known, policy_type

FOLDERS = (library(),)
NEEDED: dict[str, dict[str, Any]] = {
    "deny_regions.json.j2": {"regions": ["eu-west-1"]},
    "rcp_org_only.json.j2": {"organization": "o-exampleorgid"},
}
ARNS = ["arn:aws:iam::*:role/govkit-write", "arn:aws:iam::111111111111:role/a/b+c=d,e.f@g-h"]
ODD: list[tuple[str, dict[str, Any]]] = [
    ("deny_leave_organization.json.j2", {"also_closing": False}),
    ("deny_regions.json.j2", {"exempt_principals": ARNS, "extra_global_actions": ["new:*"]}),
    ("deny_regions.json.j2", {"regions": [f"eu-place-{n}" for n in range(40)]}),
    ("deny_root_user.json.j2", {"allowed_actions": ["s3:PutBucketPolicy", "sqs:*"]}),
    ("deny_audit_trail_changes.json.j2", {"exempt_principals": ARNS, "config": False}),
    ("deny_audit_trail_changes.json.j2", {"cloudtrail": False, "access_analyzer": False}),
    ("deny_iam_users.json.j2", {"exempt_principals": ARNS, "service_credentials": False}),
    ("deny_all.json.j2", {"exempt_principals": ARNS, "allowed_actions": ["support:*"]}),
    ("protect_platform_roles.json.j2", {"roles": ["a/b-*"], "exempt_principals": ARNS}),
    ("deny_s3_public_access_changes.json.j2", {"exempt_principals": ARNS, "buckets": True}),
    ("rcp_org_only.json.j2", {"trusted_accounts": ["111111111111"], "confused_deputy": False}),
    ("rcp_org_only.json.j2", {"trusted_accounts": [111111111111], "actions": ["s3:*"]}),
    ("tag_cost_center.json.j2", {"key": "Kosten:Stelle", "values": ["a*"], "enforced_for": []}),
    ("tag_cost_center.json.j2", {"values": ['"x"'], "enforced_for": ["ec2:instance"]}),
    ("ai_opt_out.json.j2", {"opt_in": ["rekognition", "lex", "lex", "default"], "lock": False}),
    ("ai_opt_out.json.j2", {"opt_in": ["rekognition"]}),
]


def rendering(name: str, params: dict[str, Any]) -> Rendering:
    job = Job(load(name, FOLDERS), NEEDED.get(name, {}) | params)
    return render_all([job], FOLDERS).renderings[0]


def document(name: str, **params: Any) -> Document:
    found = rendering(name, params)
    assert found.document, [str(fault) for fault in found.faults]
    return found.document


@pytest.mark.parametrize(
    ("name", "params"), [*((name, {}) for name in names(FOLDERS)), *ODD], ids=str
)
def test_a_template_renders_to_what_its_type_takes(name: str, params: dict[str, Any]) -> None:
    template = load(name, FOLDERS)
    kind = known(template.type)
    assert kind is not None
    written = document(name, **params)
    assert [str(fault) for fault in kind.faults(written)] == []
    assert len(written) <= kind.limits.characters


@pytest.mark.parametrize("name", names(FOLDERS))
def test_a_template_argues_for_itself_and_for_its_parameters(name: str) -> None:
    template = load(name, FOLDERS)
    assert len(template.description) > 150
    assert template.controls
    assert template.parameters
    assert all(parameter.description for parameter in template.parameters)


@pytest.mark.parametrize("name", names(FOLDERS))
def test_a_guardrail_that_denies_can_be_exempted(name: str) -> None:
    template = load(name, FOLDERS)
    kind = policy_type(template.type)
    found = exempted(
        document(name), kind, [Exemption(accounts=("111111111111",), ous=("Sandbox",))]
    )
    assert bool(found.faults) == (not kind.exemptible)
    assert found.faults or not kind.faults(found.document)


@pytest.mark.parametrize(
    ("name", "params", "says"),
    [
        ("deny_regions.json.j2", {"regions": ["europe"]}, 'found "europe"'),
        ("deny_regions.json.j2", {"regions": []}, "at least 1"),
        ("deny_root_user.json.j2", {"allowed_actions": ['s3:*"']}, "a text like"),
        ("deny_all.json.j2", {"exempt_principals": ["role/X"]}, "an ARN"),
        ("rcp_org_only.json.j2", {"organization": "r-exam"}, "a text like"),
        ("protect_platform_roles.json.j2", {"roles": ["a b"]}, "a text like"),
    ],
)
def test_a_parameter_that_would_do_harm_is_refused(
    name: str, params: dict[str, Any], says: str
) -> None:
    assert says in " | ".join(map(str, rendering(name, params).faults))


def test_the_global_actions_have_a_date_and_hold_what_people_missed() -> None:
    denied = statements(document("deny_regions.json.j2"))[0].value["NotAction"]
    assert len(denied) == len(set(denied)) > 80
    for action in ("iam:*", "sts:*", "organizations:*", "support:*", "cloudfront:*", "route53:*"):
        assert action in denied
    for missed in (
        "pricingplanmanager:*",
        "supportplans:*",
        "account:*",
        "sso:*",
        "route53domains:*",
    ):
        assert missed in denied
    assert 'as_of = "2026-' in (library() / "_global_services.j2").read_text()


def test_guardrails_that_an_attacker_would_lift_take_no_break_glass() -> None:
    strict = {name for name in names(FOLDERS) if not load(name, FOLDERS).break_glass}
    assert strict == {
        "deny_leave_organization.json.j2",
        "deny_root_user.json.j2",
        "deny_audit_trail_changes.json.j2",
        "protect_platform_roles.json.j2",
    }


def test_centralised_root_sessions_pass_where_root_users_do_not() -> None:
    (statement,) = statements(document("deny_root_user.json.j2"))
    assert statement.value["Condition"]["BoolIfExists"] == {"aws:AssumedRoot": "false"}


def test_the_starting_layout_names_templates_and_parameters_that_are_there() -> None:
    layout = yaml.safe_load(starter_layout().read_text(encoding="utf-8"))
    jobs = []
    for guardrail in layout["guardrails"].values():
        template = load(guardrail["template"], FOLDERS)
        assert guardrail.get("type", "scp") == template.type
        jobs.append(Job(template, guardrail.get("params", {})))
        jobs += [
            Job(template, place["params"])
            for place in guardrail["attach"]
            if isinstance(place, dict) and "params" in place
        ]
    run = render_all(jobs, FOLDERS)
    assert [str(fault) for one in run.renderings for fault in one.faults] == []


def test_the_starting_layout_names_accounts_and_ous_that_are_there() -> None:
    layout = yaml.safe_load(Path(starter_layout()).read_text(encoding="utf-8"))
    assert {account["ou"] for account in layout["accounts"].values()} <= {"/", *layout["ous"]}
    for guardrail in layout["guardrails"].values():
        for place in guardrail["attach"]:
            target = place["to"] if isinstance(place, dict) else place
            assert target in {"/", *layout["ous"]}
    identifiers = [account["id"] for account in layout["accounts"].values()]
    assert len(identifiers) == len(set(identifiers)) == 12
    assert set(layout["services"]["delegated_administrators"]) <= set(layout["accounts"])
