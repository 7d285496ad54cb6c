"""Whether a layout fits into AWS's limits: findings that name the target and the guardrails."""

from collections.abc import Callable

import pytest

from govkit.layout.budget import sent_length
from govkit.model.finding import Severity
from govkit.model.wanted import Wanted
from govkit.policies import document

Reads = Callable[..., Wanted]


def denies(count: int, extra: str = "attach: [A]", statement: str = "Action: 's3:*'") -> str:
    policy = f"{{Version: 2012-10-17, Statement: {{Effect: Deny, {statement}, Resource: '*'}}}}"
    lines = [f"  g{number}: {{policy: {policy}, {extra}}}" for number in range(count)]
    return "\n".join(["guardrails:", *lines, ""])


def findings(wanted: Wanted) -> list[tuple[str, Severity, str, str]]:
    return [(one.code, one.severity, one.subject, one.message) for one in wanted.findings]


def test_what_fits_is_not_remarked_upon(reads: Reads) -> None:
    assert findings(reads("version: 1\nous: {A: }\n" + denies(8))) == []


def test_the_last_slot_taken_is_noted_with_who_takes_them(reads: Reads) -> None:
    (told,) = findings(reads("version: 1\nous: {A: }\n" + denies(9)))
    assert told[:3] == ("GK014", Severity.NOTE, "ou:/A")
    assert "10 of 10" in told[3]
    assert "g0 (85)" in told[3]
    assert "FullAWSAccess" in told[3]


def test_a_document_that_is_almost_too_long_is_noted(reads: Reads) -> None:
    long = f"Action: ['s3:{'x' * 9400}']"
    (told,) = findings(reads("version: 1\nous: {A: }\n" + denies(1, statement=long)))
    assert told[:3] == ("GK014", Severity.NOTE, "ou:/A")
    assert "g0 (9,4" in told[3]


def test_the_place_of_full_access_may_be_taken(reads: Reads) -> None:
    (told,) = findings(reads("version: 1\nous: {A: }\n" + denies(10)))
    assert told[:3] == ("GK004", Severity.WARNING, "ou:/A")
    assert told[3].startswith("/A gets 11 policies of type scp with AWS's own; AWS allows 10: g0, ")


def test_too_many_attachments_are_an_error(reads: Reads) -> None:
    (told,) = findings(reads("version: 1\nous: {A: }\n" + denies(11)))
    assert told[:3] == ("GK004", Severity.ERROR, "ou:/A")
    (sure,) = findings(reads("version: 1\nous: {A: {full_access: true}}\n" + denies(10)))
    assert sure[:3] == ("GK004", Severity.ERROR, "ou:/A")


def test_the_layout_may_override_the_limits(reads: Reads) -> None:
    limits = "limits: {scp: {attachments: 3}}\n"
    (told,) = findings(reads("version: 1\nous: {A: }\n" + limits + denies(3)))
    assert told[:3] == ("GK004", Severity.WARNING, "ou:/A")
    assert (
        findings(reads("version: 1\nous: {A: }\nlimits: {scp: {attachments: 13}}\n" + denies(11)))
        == []
    )


def test_an_rcp_shares_its_places_with_the_one_that_cannot_be_detached(reads: Reads) -> None:
    text = denies(5, "type: rcp, attach: [/]", "Principal: '*', Action: 's3:*'")
    (told,) = findings(reads("version: 1\n" + text))
    assert told[:3] == ("GK004", Severity.ERROR, "root:/")


def test_an_account_has_places_of_its_own(reads: Reads) -> None:
    text = "version: 1\naccounts: {a: {id: 111111111111, ou: /}}\nlimits: {tag: {attachments: 1}}\n"
    tags = "\n".join(
        f"  t{n}: {{type: tag, attach: ['account:a'], policy: {{tags: {{C{n}: {{tag_key: {{'@@assign': C{n}}}}}}}}}}}"
        for n in range(2)
    )
    (told,) = findings(reads(f"{text}guardrails:\n{tags}\n"))
    assert told[:3] == ("GK004", Severity.ERROR, "account:a")


def test_a_long_document_is_an_error(reads: Reads) -> None:
    actions = ", ".join(f"'s3:Get{'x' * 50}{number}'" for number in range(190))
    wanted = reads("version: 1\nous: {A: }\n" + denies(1, statement=f"Action: [{actions}]"))
    (told,) = findings(wanted)
    assert told[:3] == ("GK005", Severity.ERROR, "policy:scp/g0")
    assert "AWS takes 10,240 in a service control policy" in told[3]
    assert str(wanted.findings[0].where) == "org_layout.yaml:4:3"


def test_too_many_policies_and_ous_are_errors(reads: Reads) -> None:
    limits = "limits: {scp: {policies: 2}, organization: {ous: 1}}\n"
    told = findings(reads("version: 1\nous: {A: , B: }\n" + limits + denies(3)))
    assert [one[0] for one in told] == ["GK006", "GK007"]
    assert told[0][3] == "The layout makes 3 policies of type scp; AWS allows 2."
    assert told[1][3] == "The layout lists 2 OUs; AWS allows 1 in an organization."


def test_taking_full_access_away_needs_something_that_allows(reads: Reads) -> None:
    ous = "version: 1\nous: {A: {full_access: false}}\n"
    wanted = reads(ous + denies(1))
    (told,) = findings(wanted)
    assert told[:3] == ("GK008", Severity.ERROR, "ou:/A")
    assert {str(one) for one in wanted.absent} == {"attachment:scp/FullAWSAccess@ou:/A"}
    allow = "guardrails: {a: {attach: [A], policy: {Version: 2012-10-17, Statement: {Effect: Allow, Action: '*', Resource: '*'}}}}\n"
    assert findings(reads(ous + allow)) == []


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ("/", "o-exampleorgid/r-exam"),
        ("/A", "o-exampleorgid/r-exam/ou-exam-12345678"),
        ("/A/B", "o-exampleorgid/r-exam/ou-exam-12345678/ou-exam-12345678"),
    ],
)
def test_paths_of_ous_count_with_the_length_that_ids_will_have(path: str, known: str) -> None:
    token = f"${{govkit:path:{path}}}"
    written = document.of({"a": [f"{token}/*", f"{token}/*"], "b": token})
    assert sent_length(written) == len(written.text.replace(token, known))
