"""What AWS would refuse half-way is refused before the first call: taken names, and places."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from terminal import Desk, build, desk

ORGANIZATION = {"id": "o-exampleorgid"}


@pytest.fixture
def table() -> Iterator[Desk]:
    with desk() as found:
        yield found


def _denies(action: str, **more: str) -> dict[str, Any]:
    statement = {"Effect": "Deny", **more, "Action": action, "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _layout(**more: Any) -> dict[str, Any]:
    return {"version": 1, "organization": ORGANIZATION, **more}


def _refused(table: Desk, code: int, said: str) -> None:
    content = table.content()
    ran = table.run("apply", "--yes")
    assert ran.code == code, ran.said
    assert said in ran.err
    assert table.content() == content


def test_an_ou_known_by_its_id_does_not_take_the_place_of_a_sibling_nobody_lists(
    table: Desk,
) -> None:
    build({"ous": ["A", "B"]}, table.sandbox)
    table.layout(_layout())
    ids = json.loads(table.does("snapshot").out)["ids"]
    attached = {"keep": {"policy": _denies("s3:DeleteBucket"), "attach": ["B"]}}
    table.layout(_layout(ous={"B": {"id": ids["ou:/A"]}}, guardrails=attached))
    _refused(table, 3, "ou:/A is to be ou:/B, and another one of that name is there.")


def test_two_ous_known_by_their_ids_swap_names(table: Desk) -> None:
    build({"ous": ["A", "B"]}, table.sandbox)
    table.layout(_layout())
    ids = json.loads(table.does("snapshot").out)["ids"]
    table.layout(_layout(ous={"A": {"id": ids["ou:/B"]}, "B": {"id": ids["ou:/A"]}}))
    table.does("apply", "--yes")
    after = json.loads(table.does("snapshot").out)["ids"]
    assert (after["ou:/A"], after["ou:/B"]) == (ids["ou:/B"], ids["ou:/A"])


def test_a_policy_is_not_renamed_to_the_name_of_somebody_elses(table: Desk) -> None:
    theirs = {"theirs": {"says": _denies("ec2:RunInstances")}}
    build({"ous": ["Work"], "policies": theirs}, table.sandbox)
    keep = {"policy": _denies("s3:DeleteBucket"), "attach": ["Work"]}
    table.layout(_layout(ous={"Work": None}, guardrails={"keep": keep}))
    table.does("apply", "--yes")
    keep["name"] = "theirs"
    table.layout(_layout(ous={"Work": None}, guardrails={"keep": keep}))
    _refused(table, 4, "policy:scp/keep would get a name that policy:scp/p-")


def test_aws_own_rcp_takes_one_of_the_places_also_beside_foreign_ones(table: Desk) -> None:
    theirs = {
        f"theirs-{number}": {
            "type": "rcp",
            "says": _denies(f"s3:Get{number}", Principal="*"),
            "attach": ["Work"],
        }
        for number in range(3)
    }
    live = {"ous": ["Work"], "enabled": ["scp", "rcp"], "policies": theirs}
    build(live, table.sandbox)
    ours = {
        f"ours-{number}": {
            "type": "rcp",
            "policy": _denies(f"s3:Put{number}", Principal="*"),
            "attach": ["Work"],
        }
        for number in range(2)
    }
    table.layout(_layout(ous={"Work": None}, guardrails=ours))
    _refused(table, 4, "ou:/Work would hold 6 policies of type rcp, foreign ones counted")
    del ours["ours-1"]
    table.layout(_layout(ous={"Work": None}, guardrails=ours))
    table.does("apply", "--yes")


@pytest.mark.parametrize("what", ["a new OU", "a new account", "all, as SCPs are enabled"])
def test_the_place_that_aws_takes_on_what_is_new_is_counted(table: Desk, what: str) -> None:
    """AWS attaches FullAWSAccess to it before anything of ours comes: ten places are nine."""
    enabled = [] if what.startswith("all") else ["scp"]
    build({"ous": ["Work"], "enabled": enabled}, table.sandbox)
    target = {"a new OU": "New", "a new account": "account:new"}.get(what, "Work")

    def asked(many: int) -> dict[str, Any]:
        said = {
            f"g-{n}": {"policy": _denies(f"s3:Get{n}"), "attach": [target]} for n in range(many)
        }
        new = {"new": {"ou": "Work", "create": True, "email": "aws+new@example.com"}}
        ous = {"Work": None, **({"New": None} if target == "New" else {})}
        accounts = new if target == "account:new" else {}
        return _layout(ous=ous, accounts=accounts, guardrails=said)

    table.layout(asked(10))
    before = table.content()
    _refused(table, 4, "would hold 11 policies of type scp, foreign ones counted; AWS allows 10.")
    assert "would be left without" not in table.run("plan").out
    assert table.content() == before
    table.layout(asked(9))
    assert "scp: 10 of 10 attached (1 AWS's own, 9 ours)" in table.does("plan").out
    table.does("apply", "--yes")
    assert table.run("plan", "--detailed-exitcode").code == 0


def test_what_validate_calls_an_error_is_not_applied(table: Desk) -> None:
    build({"ous": ["Work"]}, table.sandbox)
    many = {
        f"deny-{number}": {"policy": _denies(f"s3:Get{number}"), "attach": ["Work"]}
        for number in range(11)
    }
    table.layout(_layout(ous={"Work": {"full_access": False}}, guardrails=many))
    assert table.run("validate").code == 3
    _refused(table, 4, "Refused by")


def test_the_only_place_of_a_target_cannot_change_hands_and_nothing_is_written(
    table: Desk,
) -> None:
    """AWS takes neither a second SCP nor the last one away; the end alone would look well."""
    build({"ous": ["A"]}, table.sandbox)
    says = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
    }
    table.layout(
        {
            "version": 1,
            "organization": ORGANIZATION,
            "limits": {"scp": {"attachments": 1}},
            "ous": {"A": {"full_access": False}},
            "guardrails": {"all": {"policy": says, "attach": ["A"]}},
        }
    )
    before = table.content()
    ran = table.run("apply", "--yes", "--allow", "full_access=1")
    assert ran.code == 4, ran.said
    assert " after step s" in ran.said
    assert table.content() == before
