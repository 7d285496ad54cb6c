"""The reference cases: every undisputed one agrees, the others get the answer that is documented."""

from typing import Any

from chains import reference

from govkit.access.simulate import simulate
from govkit.access.validity import faults
from govkit.access.verdict import Kind

ALLOWING = ("Allowed", "NotApplicable")


def _answered() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    cases = reference("cases/policy_evaluation.json")
    return list(zip(cases, simulate(cases), strict=True))


def test_every_case_that_is_beyond_dispute_agrees() -> None:
    wrong = [
        (case["id"], layer, case["expected"][layer], answer[layer])
        for case, answer in _answered()
        for layer in ("scp", "rcp")
        if case["status"] == "ok"
        and layer in case["expected"]["checks"]
        and case["expected"][layer] != answer[layer]
    ]
    assert not wrong


def test_what_the_whole_authorization_allowed_no_control_policy_denies() -> None:
    wrong = [
        case["id"]
        for case, answer in _answered()
        if case["status"] == "ok"
        and case["expected"].get("decision") == "Allowed"
        and not (answer["scp"] in ALLOWING and answer["rcp"] in ALLOWING)
    ]
    assert not wrong


def test_what_is_wrong_in_its_operands_matches_nothing_negated_or_not() -> None:
    """The `edge` cases: AWS does not document them; docs/policy-semantics.md says what we do."""
    edge = [(case, answer) for case, answer in _answered() if case["status"] == "edge"]
    assert edge
    assert {answer["scp"] for _, answer in edge} == {"Allowed"}


def test_disputed_cases_get_the_answers_of_the_documented_decisions() -> None:
    decided = {
        "pmapper:tests/test_org_trees.py#2": ("scp", "NotApplicable"),  # service-linked role
        "yams:pkg/sim/condition_test.go#42": ("scp", "Allowed"),  # an epoch in seconds
        "yams:pkg/sim/condition_test.go#52": ("scp", "ExplicitlyDenied"),  # an epoch in seconds
        "yams:pkg/sim/eval_scp_test.go#0": ("scp", "ImplicitlyDenied"),  # a level without SCPs
        "yams:pkg/sim/eval_rcp_test.go#0": ("rcp", "ImplicitlyDenied"),  # a level without RCPs
        "yams:pkg/sim/eval_rcp_test.go#2": ("rcp", "ExplicitlyDenied"),  # the documents alone
    }
    answers = {case["id"]: answer for case, answer in _answered()}
    for name, (layer, expected) in decided.items():
        assert answers[name][layer] == expected, name


def test_a_case_without_a_request_has_no_verdict() -> None:
    without = [answer for case, answer in _answered() if not case.get("request")]
    assert without
    assert all(answer["scp"] is answer["rcp"] is None for answer in without)


def test_every_reference_document_is_found_valid_or_faulty_where_it_is() -> None:
    kinds = {"any": None, "scp": Kind.SCP, "rcp": Kind.RCP}
    cases = reference("cases/policy_documents.json")
    assert len(cases) == 49
    for case in cases:
        found = faults(case["policy"], kinds[case["policy_type"]])
        assert (not found) == case["expected_valid"], case["id"]
        expected = sorted(error["path"].replace("#", "") for error in case["expected_errors"])
        assert sorted(fault.path for fault in found) == expected, case["id"]
