"""SARIF says the findings of a command, with or without a place, and nothing else."""

import json

import pytest

from govkit.errors import UsageError
from govkit.model.finding import Finding, Origin, Severity
from govkit.report import PLAIN, findings, formats, run


def test_a_rule_is_told_once_and_a_result_points_to_it() -> None:
    place = Origin("a.yaml", 4, 7)
    found = findings(
        "lint",
        [
            Finding("GK9", Severity.NOTE, "policy:scp/a", "Once.", "Mend it.", place),
            Finding("GK9", Severity.NOTE, "policy:scp/b", "Twice.", "Mend it.", place),
            Finding("GK1", Severity.ERROR, "ous", "Too many."),
        ],
    )
    (told,) = json.loads(formats()["sarif"].findings(found, PLAIN))["runs"]
    rules = told["tool"]["driver"]["rules"]
    assert [(rule["id"], rule["defaultConfiguration"]["level"]) for rule in rules] == [
        ("GK1", "error"),
        ("GK9", "note"),
    ]
    assert rules[1]["help"] == {"text": "Mend it."}
    assert [(one["ruleId"], one["ruleIndex"]) for one in told["results"]] == [
        ("GK9", 1),
        ("GK9", 1),
        ("GK1", 0),
    ]
    last = told["results"][2]["locations"]
    assert last == [{"logicalLocations": [{"fullyQualifiedName": "ous"}]}]


def test_what_a_rule_of_the_lint_rests_on_is_told_with_it() -> None:
    found = findings(
        "lint",
        [
            Finding("GK1", Severity.NOTE, "a", "m", "Mend it.", rule="a-rule", confidence="likely"),
            Finding("GK2", Severity.NOTE, "a", "m"),
        ],
    )
    (told,) = json.loads(formats()["sarif"].findings(found, PLAIN))["runs"]
    first, second = told["tool"]["driver"]["rules"]
    assert first["name"] == "a-rule"
    assert first["properties"] == {"confidence": "likely", "precision": "high"}
    assert "properties" not in second


def test_what_has_no_findings_cannot_be_told() -> None:
    with pytest.raises(UsageError, match="Nothing to say in SARIF"):
        formats()["sarif"].run(run("done", "r1", done=1), PLAIN)


def test_a_file_whose_name_is_no_text_has_a_uri_all_the_same() -> None:
    place = Origin("n\udcff.json", 1, 1)
    found = findings("lint", [Finding("GK1", Severity.NOTE, "a", "m", where=place)])
    (told,) = json.loads(formats()["sarif"].findings(found, PLAIN))["runs"]
    where = told["results"][0]["locations"][0]["physicalLocation"]
    assert where["artifactLocation"]["uri"] == "n%FF.json"
