"""Included files: which are found, what they may say, and how far they may reach."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from govkit.model.address import account, ou
from govkit.model.wanted import Wanted

Reads = Callable[..., Wanted]
Complains = Callable[..., list[str]]
OUS = "version: 1\nous: {A: , A/B: , C: }\n"


def of(key: str, number: int, where: str = "A") -> str:
    return f'{key}: {{id: "{number:012d}", ou: {where}}}'


def test_a_layout_split_over_files_wants_the_same(reads: Reads, tmp_path: Path) -> None:
    deny = "deny-s3: {policy: {Version: 2012-10-17, Statement: {Effect: Deny, Action: 's3:*', Resource: '*'}}, attach: [A]}"
    whole = reads(f"{OUS}accounts: {{{of('x', 1)}, {of('y', 2)}}}\nguardrails: {{{deny}}}\n")
    split = reads(
        "version: 1\ninclude: ['parts/*.yaml', more/z.yaml]\n",
        {
            "parts/1.yaml": f"accounts: {{{of('y', 2)}}}\nous: {{C: }}\n",
            "parts/2.yaml": f"guardrails: {{{deny}}}\nous: {{A/B: }}\n",
            "more/z.yaml": f"accounts: {{{of('x', 1)}}}\nous: {{A: }}\n",
        },
    )
    for name in ("state", "absent", "claims", "guardrails", "interest", "findings", "protected"):
        assert getattr(split, name) == getattr(whole, name)
    assert list(split.state) == list(whole.state)
    assert str(split.origin(account("y"))) == "parts/1.yaml:1:12"


def test_the_hash_covers_every_file_and_no_order(
    reads: Reads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"{OUS}include: ['parts/*.yaml']\n"
    files: dict[str, str | bytes] = {
        "parts/a.yaml": f"accounts: {{{of('x', 1)}}}",
        "parts/b.yaml": f"accounts: {{{of('y', 2)}}}",
    }
    first = reads(text, files)
    listed: Callable[[Path], object] = Path.iterdir
    monkeypatch.setattr(Path, "iterdir", lambda path: iter(sorted(listed(path), reverse=True)))  # type: ignore[call-overload]  # as iterdir
    assert reads(text, files).sha256 == first.sha256
    files["parts/b.yaml"] = f"accounts: {{{of('y', 3)}}}"
    assert reads(text, files).sha256 != first.sha256


def test_the_hash_covers_templates(reads: Reads) -> None:
    text = "version: 1\nguardrails: {g: {template: t.json.j2}}\n"
    template = '{# title: t #}\n{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}'
    files: dict[str, str | bytes] = {"scp_templates/t.json.j2": template}
    first: Wanted = reads(text, files)
    files["scp_templates/t.json.j2"] = template.replace("s3:*", "ec2:*")
    assert reads(text, files).sha256 != first.sha256


def test_one_key_in_two_files_names_both(complains: Complains) -> None:
    said = complains(
        f"{OUS}include: ['*/*.yaml']\naccounts: {{{of('x', 1)}}}\n",
        {"one/a.yaml": f"accounts: {{{of('x', 2)}}}", "two/b.yaml": "ous: {/C: }"},
    )
    assert said == [
        'one/a.yaml:1:12 "x" is already in accounts, at org_layout.yaml:4:12',
        'two/b.yaml:1:7 "/C" is already in ous, at org_layout.yaml:2:19',
    ]


def test_an_included_file_holds_only_what_may_be_shared(complains: Complains) -> None:
    said = complains(
        f"{OUS}include: [a.yaml, {{files: b.yaml, keys: [exemptions]}}]\n",
        {"a.yaml": "safety: {}\ninclude: []\nacounts: {}\n", "b.yaml": "accounts: {}\n"},
    )
    shared = "accounts, ous, guardrails, exemptions, expect"
    assert said == [
        f'a.yaml:1:1 The key "safety" may not stand in this included file, only {shared}',
        "a.yaml:2:1 An included file includes no others",
        f'a.yaml:3:1 The key "acounts" may not stand in this included file, only {shared}',
        'b.yaml:1:1 The key "accounts" may not stand in this included file, only exemptions',
    ]


def test_an_included_file_is_a_mapping_or_empty(complains: Complains, reads: Reads) -> None:
    assert complains(f"{OUS}include: [a.yaml]\n", {"a.yaml": "- a\n"}) == [
        "a.yaml:1:1 An included file is a mapping of accounts, ous, guardrails, exemptions, expect"
    ]
    assert len(reads(f"{OUS}include: [a.yaml]\n", {"a.yaml": "# later\n"}).state) == 3


def test_faults_of_an_included_file_name_it(complains: Complains) -> None:
    said = complains(
        f"{OUS}include: [a.yaml]\n", {"a.yaml": "accounts:\n  x: {ou: D, protct: true}\n"}
    )
    assert said == ['a.yaml:2:14 The key "protct" is not known here']


def test_a_fence_holds_ous_accounts_targets_exemptions_and_expectations(
    complains: Complains,
) -> None:
    deny = "policy: {Version: 2012-10-17, Statement: {Effect: Deny, Action: 's3:*', Resource: '*'}}"
    until = "reason: r, owner: o, granted: 2026-11-01, expires: 2026-12-01"
    fenced = f"""
ous: {{C/D: , A/X: {{was: C/X, reparent: true}}}}
accounts: {{{of("mine", 1, "A/B")}, {of("stolen", 2, "C")}}}
guardrails:
  g: {{{deny}, attach: [A/B, C, /, "account:theirs", "account:mine"]}}
exemptions:
  e: {{guardrail: g, accounts: [mine, theirs], {until}}}
  f: {{guardrail: g, ous: [A, /], {until}}}
expect:
  - {{deny: "s3:GetObject", in: A/B}}
  - {{deny: "s3:GetObject", account: theirs}}
  - {{deny: "s3:GetObject", everywhere: true}}
"""
    said = complains(
        f"{OUS}include: [{{files: a.yaml, under: A}}]\naccounts: {{{of('theirs', 3, 'C')}}}\n",
        {"a.yaml": fenced},
    )
    places = [line.partition(" ")[0] for line in said]
    assert places == [
        "a.yaml:2:7",  # C/D
        "a.yaml:2:25",  # was: C/X
        "a.yaml:3:82",  # stolen is in C
        "a.yaml:5:110",  # C
        "a.yaml:5:113",  # /
        "a.yaml:5:116",  # account:theirs
        "a.yaml:7:38",  # theirs
        "a.yaml:8:30",  # /
        "a.yaml:11:5",
        "a.yaml:12:5",
    ]
    assert "is outside /A, under which this file must stay" in said[0]


def test_inside_its_fence_a_file_is_free(reads: Reads) -> None:
    fenced = f"ous: {{A/D: }}\naccounts: {{{of('x', 1, 'A/D')}}}\n"
    wanted = reads(f"{OUS}include: [{{files: a.yaml, under: A}}]\n", {"a.yaml": fenced})
    assert ou("/A/D") in wanted.state


def test_a_file_named_by_two_patterns_is_read_once(reads: Reads, complains: Complains) -> None:
    files: dict[str, str | bytes] = {"parts/a.yaml": f"accounts: {{{of('x', 1)}}}"}
    assert reads(f"{OUS}include: ['**/a.yaml', 'parts/*.yaml']\n", files)
    assert complains(f"{OUS}include: [parts/a.yaml, {{files: '**/a*', under: A}}]\n", files) == [
        "org_layout.yaml:3:33 a.yaml is already included, with other bounds, at org_layout.yaml:3:11"
    ]


def test_the_layout_does_not_include_itself(complains: Complains) -> None:
    assert complains(f"{OUS}include: ['*.yaml']\n") == [
        "org_layout.yaml:3:11 The layout includes itself"
    ]


def test_an_include_may_leave_the_folder_but_not_the_repository(
    tmp_path: Path, complains: Complains, reads: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}-outside.yaml"
    outside.write_text("accounts: {}\n")
    assert complains(f"{OUS}include: [../{outside.name}]\n") == [
        f'org_layout.yaml:3:11 "../{outside.name}" leads out of the repository, to {outside.name}'
    ]
    (tmp_path.parent / ".git").mkdir()
    try:
        assert reads(f"{OUS}include: [../{outside.name}]\n")
    finally:
        (tmp_path.parent / ".git").rmdir()


def test_no_link_leads_out_of_the_repository(tmp_path: Path, complains: Complains) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}-secret.yaml"
    outside.write_text("accounts: {}\n")
    (tmp_path / "link.yaml").symlink_to(outside)
    assert complains(f"{OUS}include: [link.yaml]\n") == [
        'org_layout.yaml:3:11 "link.yaml" leads out of the repository, to link.yaml'
    ]


def test_loops_of_links_end(tmp_path: Path, complains: Complains) -> None:
    (tmp_path / "a.yaml").symlink_to(tmp_path / "b.yaml")
    (tmp_path / "b.yaml").symlink_to(tmp_path / "a.yaml")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "up").symlink_to(tmp_path)
    said = complains(f"{OUS}include: [a.yaml, '**/**/*.yml']\n")
    assert said[0].startswith("org_layout.yaml:3:11 a.yaml cannot be followed: ")
    assert said[1:] == ['org_layout.yaml:3:19 No file matches "**/**/*.yml"']


def test_a_mistyped_file_is_guessed(complains: Complains, reads: Reads) -> None:
    with pytest.raises(Exception, match=r'Did you mean "accounts/prod\.yaml"\?'):
        reads(f"{OUS}include: [accounts/prd.yaml]\n", {"accounts/prod.yaml": ""})


def test_hidden_files_and_folders_are_not_matched(complains: Complains) -> None:
    files: dict[str, str | bytes] = {
        ".hidden.yaml": "x",
        ".folder/a.yaml": "x",
        "parts/.b.yaml": "x",
    }
    assert complains(f"{OUS}include: ['**/*.y?ml', 'parts/*']\n", files) == [
        "org_layout.yaml:3:11 The layout includes itself",
        'org_layout.yaml:3:24 No file matches "parts/*"',
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_listed_is_empty(tmp_path: Path, complains: Complains) -> None:
    (tmp_path / "closed").mkdir(mode=0o000)
    assert complains(f"{OUS}include: ['closed/*']\n")


def test_too_many_files_are_refused(complains: Complains, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("govkit.layout.files.MAX_FILES", 2)
    files: dict[str, str | bytes] = {f"parts/{number}.yaml": "" for number in range(4)}
    assert complains(f"{OUS}include: ['parts/*']\n", files) == [
        'org_layout.yaml:3:11 "parts/*" matches more than 2 files'
    ]
