"""OUs and accounts: names, renames and creations, beyond the whole example."""

from collections.abc import Callable

from govkit.kinds.account import Account
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.tags import Tags
from govkit.model.address import ROOT, account, ou
from govkit.model.wanted import Claim, Wanted

Reads = Callable[..., Wanted]
Complains = Callable[..., list[str]]


def test_ou_names_may_be_as_odd_as_aws_allows(reads: Reads) -> None:
    wanted = reads('version: 1\nous: {" A ": , " A /~1~0": , "no": , 12: , "é\\n": }\n')
    assert sorted(one.name for one in wanted.state.all(OrganizationalUnit)) == [
        " A ",
        "/~",
        "12",
        "no",
        "é\n",
    ]


def test_children_follow_a_renamed_parent(reads: Reads, complains: Complains) -> None:
    wanted = reads(
        "version: 1\nous:\n  New: {was: Old}\n  New/A: {was: Old/B}\n  New/C:\n  New/C/X: {was: Old/C/Y}\n"
    )
    assert wanted.claims[ou("/New/C/X")] == Claim(was="/Old/C/Y")
    said = complains("version: 1\nous:\n  New: {was: Old}\n  New/A: {was: Other/B}\n")
    assert said == [
        "org_layout.yaml:4:16 /Other/B is under another parent, and AWS cannot move an OU"
    ]


def test_an_absent_ou_may_have_absent_children(reads: Reads) -> None:
    wanted = reads(
        "version: 1\nous: {A: {absent: true}, A/B: {absent: true, id: ou-exam-12345678}}\n"
    )
    assert wanted.absent == {ou("/A"), ou("/A/B")}
    assert wanted.claims[ou("/A/B")] == Claim(id="ou-exam-12345678")


def test_depth_is_a_limit_that_the_layout_may_override(reads: Reads) -> None:
    ous = ", ".join("/".join("ABCDEF"[:depth]) + ": " for depth in range(1, 7))
    wanted = reads(f"version: 1\nlimits: {{organization: {{depth: 6}}}}\nous: {{{ous}}}\n")
    assert ou("/A/B/C/D/E/F") in wanted.state


def test_the_root_takes_tags_protection_and_full_access(reads: Reads) -> None:
    wanted = reads("version: 1\nous: {/: {tags: {a: b}, protect: true, full_access: true}}\n")
    assert wanted.state.get(Tags(ROOT, ()).address) == Tags(ROOT, (("a", "b"),))
    assert wanted.protected == {ROOT}
    assert wanted.full_access == {ROOT: True}
    assert wanted.interest.root_tagged
    assert not wanted.interest.ous


def test_a_new_account_takes_defaults_until_its_id_is_written(reads: Reads) -> None:
    head = "version: 1\ndefaults: {account: {email: 'aws+{key}@example.com', name: 'Acme {key}', tags: {a: b}}}\n"
    before = reads(f"{head}accounts: {{new: {{ou: /, create: true, tags: {{c: d}}}}}}\n")
    created = before.state.get(account("new"))
    assert isinstance(created, Account)
    assert (created.name, created.email) == ("Acme new", "aws+new@example.com")
    tags = before.state.get(Tags(account("new"), ()).address)
    assert tags == Tags(account("new"), (("a", "b"), ("c", "d")))
    assert before.interest.created == {"aws+new@example.com"}
    after = reads(f"{head}accounts: {{new: {{id: 111111111111, ou: /, create: true}}}}\n")
    known = after.state.get(account("new"))
    assert isinstance(known, Account)
    assert known.name is known.email is known.layout is None
    assert not after.interest.created
    assert Tags(account("new"), ()).address not in after.state


def test_a_written_email_serves_creation_too(reads: Reads) -> None:
    wanted = reads("version: 1\naccounts: {new: {ou: /, create: true, email: Me@example.com}}\n")
    assert wanted.claims[account("new")] == Claim(
        email="Me@example.com", new_email="Me@example.com", create=True
    )
    assert wanted.interest.accounts == wanted.interest.created == {"me@example.com"}


def test_a_default_email_must_not_be_another_accounts(complains: Complains) -> None:
    said = complains(
        "version: 1\ndefaults: {account: {email: 'aws+{key}@example.com'}}\n"
        "accounts:\n  a: {ou: /, email: AWS+b@example.com}\n  b: {ou: /, create: true}\n"
    )
    assert said == [
        "org_layout.yaml:5:6 Account a at org_layout.yaml:4:3 has the same email: aws+b@example.com"
    ]


def test_names_with_faults_are_still_names(complains: Complains) -> None:
    """A faulty entry is told of once, and not again by everything that refers to it."""
    said = complains(
        "version: 1\nous: {A: {protect: maybe}, A/B: }\naccounts:\n  a: {ou: A, id: 1}\n"
        "guardrails: {g: {polcy: {}, attach: [A, 'account:a']}}\nservices: {delegated_administrators: {a: [x.amazonaws.com]}}\n"
        "exemptions: {e: {guardrail: g, accounts: [a], ous: [A], reason: r, owner: o, granted: 2026-11-01, expires: 2026-11-02}}\n"
    )
    assert [line.partition(" ")[2] for line in said] == [
        'Expected true or false, found "maybe"',
        '"1" is not an account ID: it takes 12 digits',
        'The key "polcy" is not known here',
    ]


def test_a_section_with_a_fault_lets_nothing_be_said_of_its_names(complains: Complains) -> None:
    assert complains("version: 1\nous: [A]\naccounts: {a: {id: 111111111111, ou: A}}\n") == [
        "org_layout.yaml:2:6 Expected a mapping, found a list"
    ]


def test_a_faulty_include_stops_before_names_are_missed(complains: Complains) -> None:
    assert complains("version: 1\ninclude: a.yaml\naccounts: {a: {id: 111111111111, ou: A}}\n") == [
        'org_layout.yaml:2:10 Expected a list, found "a.yaml"'
    ]
