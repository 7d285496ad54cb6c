"""`compare` says what changed documents do, or proves that they do the same; 0 is equal, 2 is not."""

import json
import os

import pytest
from policy_documents import bad, deny, reference, written
from terminal import Desk

REGIONS = {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1"]}}
WIDER = {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}}


def test_equal_documents_exit_0_whatever_their_spelling(bare: Desk) -> None:
    written(bare.folder / "old.json", deny(["s3:PutObject", "s3:GetObject"]))
    written(bare.folder / "new.json", deny("s3:getobject"), deny("S3:PutObject", Sid="Two"))
    ran = bare.run("compare", "old.json", "new.json", "--format", "json")
    told = json.loads(ran.out)
    assert (ran.code, told["verdict"], ran.err) == (0, "equal", "")
    assert (told["newly_denied"], told["newly_allowed"], told["type"]) == ([], [], "scp")
    assert "Equal: no request" in bare.does("compare", "old.json", "new.json").out


def test_a_weaker_document_exits_2_with_the_requests_and_a_witness(bare: Desk) -> None:
    written(bare.folder / "old.json", deny("ec2:*", Condition=REGIONS))
    written(bare.folder / "new.json", deny("ec2:*", Condition=WIDER))
    ran = bare.run("compare", "old.json", "new.json", "-f", "json")
    told = json.loads(ran.out)
    assert (ran.code, told["verdict"], told["newly_denied"]) == (2, "weakens", [])
    (effect,) = told["newly_allowed"]
    assert (effect["actions"], effect["resources"]) == (["ec2:*"], ["*"])
    assert effect["conditions"][0]["values"] == ["eu-central-1"]
    assert effect["witness"]["context"] == {"aws:RequestedRegion": "eu-central-1"}
    back = bare.run("compare", "new.json", "old.json", "-f", "json")
    assert (back.code, json.loads(back.out)["verdict"]) == (2, "strengthens")


def test_the_words_name_actions_conditions_and_the_statement(bare: Desk) -> None:
    written(bare.folder / "old.json", deny("ec2:*", Sid="Regions", Condition=REGIONS), deny("a:B"))
    exempt = {"NotResource": "arn:aws:s3:::open", "NotAction": ["ec2:*", "a:*"], "Effect": "Deny"}
    written(bare.folder / "new.json", deny("ec2:*", Condition=WIDER), deny("a:B"), exempt)
    said = bare.run("compare", "old.json", "new.json").out
    assert "Newly denied\n  - * except a:*, ec2:* on * except arn:aws:s3:::open\n" in said
    assert "Newly allowed\n  + ec2:* on *\n" in said
    assert "where aws:RequestedRegion StringEquals eu-central-1\n" in said
    assert "ExplicitlyDenied by old.json, Statement[0] (Regions); after: Allowed" in said
    assert said.splitlines()[-1] == (
        "Weakens and strengthens: 1 group of requests newly denied, 1 group of requests newly"
        " allowed. FullAWSAccess was assumed on both sides."
    )


def test_what_is_told_more_widely_than_it_is_says_so(bare: Desk) -> None:
    written(bare.folder / "old.json", deny("ec2:*"))
    mine = {"Effect": "Deny", "Action": "s3:*", "NotResource": "arn:aws:s3:::${aws:username}"}
    written(bare.folder / "new.json", deny("ec2:*"), mine)
    ran = bare.run("compare", "old.json", "new.json")
    assert ran.code == 2
    assert "but not all of it: other statements decide some of these requests" in ran.out


def test_a_folder_is_one_target_and_only_its_documents_count(bare: Desk) -> None:
    written(bare.folder / "old" / "a.json", deny("s3:Get*"))
    written(bare.folder / "old" / "b.json", deny("s3:Put*"))
    written(bare.folder / "old" / ".hidden.json", deny("*"))
    written(bare.folder / "old" / "below" / "c.json", deny("*"))
    (bare.folder / "old" / "README.md").write_text("no document")
    written(bare.folder / "new.json", deny(["s3:Put*", "s3:Get*"]))
    assert "assumed on both sides" in bare.does("compare", "old", "new.json").out
    allowing = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    written(bare.folder / "all.json", allowing, deny(["s3:Put*", "s3:Get*"]))
    assert (
        "FullAWSAccess was assumed on the old side." in bare.does("compare", "old", "all.json").out
    )
    told = json.loads(bare.does("compare", "old", "new.json", "--format", "json").out)
    assert (told["old"], told["new"]["documents"]) == ({"path": "old", "documents": 2}, 1)


def test_an_empty_folder_is_a_target_without_policies_but_two_are_a_mistake(bare: Desk) -> None:
    (bare.folder / "none").mkdir()
    written(bare.folder / "one.json", deny("s3:*"))
    ran = bare.run("compare", "none", "one.json", "-f", "json")
    assert (ran.code, json.loads(ran.out)["verdict"]) == (2, "strengthens")
    assert bare.run("compare", "none", "none").code == 64


def test_documents_of_principals_are_rcps_unless_told_otherwise(bare: Desk) -> None:
    written(bare.folder / "old.json", deny("s3:*", Principal="*"))
    written(bare.folder / "new.json", deny("s3:Get*", Principal="*"))
    ran = bare.run("compare", "old.json", "new.json", "-f", "json")
    told = json.loads(ran.out)
    assert (ran.code, told["type"], told["verdict"]) == (2, "rcp", "weakens")
    assert (
        "RCPFullAWSAccess was assumed on both sides"
        in bare.run("compare", "old.json", "new.json").out
    )
    refused = bare.run("compare", "old.json", "new.json", "--type", "scp")
    assert refused.code == 1
    assert "old.json:8:20: an SCP has no Principal" in refused.err
    assert "--type rcp" in refused.err


def test_awss_own_full_access_is_an_rcp_that_can_be_compared(bare: Desk) -> None:
    full = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    written(bare.folder / "old" / "RCPFullAWSAccess.json", full)
    written(bare.folder / "new" / "RCPFullAWSAccess.json", full)
    written(bare.folder / "new" / "deny.json", deny("sqs:*", Principal="*"))
    ran = bare.run("compare", "old", "new", "--type", "RCP", "--format", "json")
    assert (ran.code, json.loads(ran.out)["verdict"]) == (2, "strengthens")


def test_what_was_not_decided_is_said_and_is_not_equal(bare: Desk) -> None:
    odd = {"DateLessThan": {"k": "2026-01-01"}, "StringEquals": {"k": "no date"}}
    written(bare.folder / "old.json", deny("s3:*", Condition=odd))
    written(bare.folder / "new.json", {**deny("*"), "Effect": "Allow"})
    ran = bare.run("compare", "old.json", "new.json")
    assert ran.code == 2
    assert "Not decided\n" in ran.out
    assert "Unknown: not everything could be decided" in ran.out


def test_the_meaning_of_a_document_is_never_guessed(bare: Desk) -> None:
    good = written(bare.folder / "good.json", deny("s3:*"))
    written(
        bare.folder / "odd.json",
        {"Effect": "deny", "Action": "s3", "Resource": "*", "Condition": {"Equals": {"k": "v"}}},
        {"Effect": "Deny", "Resource": "*"},
    )
    ran = bare.run("compare", good, "odd.json")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.splitlines() == [
        "Not understood as SCPs",
        '  odd.json:5:17: Effect is "Allow" or "Deny", spelled like that',
        "  odd.json:6:17: an action is * or service:name",
        "  odd.json:9:19: there is no condition operator Equals",
        "  odd.json:14:5: a statement of an SCP needs Action or NotAction",
    ]


def test_an_rcp_for_somebody_alone_is_not_guessed_either(bare: Desk) -> None:
    name = written(bare.folder / "one.json", deny("s3:*", Principal={"AWS": "111111111111"}))
    ran = bare.run("compare", name, name)
    assert ran.code == 1
    assert 'one.json:8:20: the Principal of an RCP is "*"' in ran.err


def test_bad_input_is_refused_with_its_place(bare: Desk) -> None:
    good = written(bare.folder / "good.json", deny("s3:*"))
    for name, place, words in bad(bare.folder):
        for sides in ((good, name), (name, good)):
            ran = bare.run("compare", *sides)
            assert (ran.code, ran.out) == (1, ""), ran.said
            assert place in ran.err, name
            assert words in ran.err
            assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("line", "column"), [('"Action": "s3:\\udc00*"', 12), ('"\\ud800": 1', 12)]
)
def test_half_a_character_is_refused_with_its_place(bare: Desk, line: str, column: int) -> None:
    text = f'{{"Statement": {{"Effect": "Deny", "Resource": "\\u00fc\\ud83d\\ude00",\n {line}}}}}'
    (bare.folder / "half.json").write_text(text)
    ran = bare.run("compare", "half.json", "half.json")
    assert ran.code == 1
    assert f"half.json:2:{column}: this has half of a surrogate pair" in ran.err


def test_a_byte_order_mark_is_no_fault(bare: Desk) -> None:
    good = written(bare.folder / "good.json", deny("s3:*"))
    (bare.folder / "mark.json").write_bytes(
        b"\xef\xbb\xbf" + (bare.folder / "good.json").read_bytes()
    )
    assert bare.run("compare", good, "mark.json").code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["good.json", "missing.json"], "missing.json: No such file"),
        (["good.json"], "NEW"),
        (["good.json", "good.json", "--type", "tag"], "use scp or rcp"),
        (["good.json", "good.json", "--format", "markdown"], "json, text"),
    ],
)
def test_wrong_usage_is_64(bare: Desk, arguments: list[str], said: str) -> None:
    written(bare.folder / "good.json", deny("s3:*"))
    ran = bare.run("compare", *arguments)
    assert (ran.code, ran.out) == (64, "")
    assert said in ran.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_said(bare: Desk) -> None:
    good = written(bare.folder / "good.json", deny("s3:*"))
    (bare.folder / "good.json").chmod(0)
    assert "Permission denied" in bare.run("compare", good, good).err


def test_account_ids_are_hidden_where_that_is_asked(bare: Desk) -> None:
    written(bare.folder / "old.json", deny("s3:*", "arn:aws:s3:*:123456789012:a/*"))
    written(bare.folder / "new.json", deny("s3:*", "arn:aws:s3:*:123456789012:b/*"))
    ran = bare.run("compare", "old.json", "new.json", "--redact", "-f", "json")
    assert ran.code == 2
    assert "123456789012" not in ran.out


def test_every_published_document_is_equal_to_itself_and_read(bare: Desk) -> None:
    manifest = reference("scps/MANIFEST.json")
    for entry in json.loads(manifest.read_text("utf-8"))[::12]:
        path = str(manifest.with_name(entry["file"]))
        told = json.loads(bare.does("compare", path, path, "--format", "json").out)
        assert (told["verdict"], told["type"]) == ("equal", entry["type"])
