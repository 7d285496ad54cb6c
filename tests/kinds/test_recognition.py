"""Which live OUs and accounts are the listed ones."""

from typing import Any

from govkit.kinds import account as accounts
from govkit.kinds import organizational_unit as units
from govkit.kinds.account import Account
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.model.address import ROOT, account, ou, parent_path
from govkit.model.call import Ids
from govkit.model.state import State
from govkit.model.wanted import Claim


def unit(path: str) -> OrganizationalUnit:
    address = ou(path)
    return OrganizationalUnit(
        address, address.path.rpartition("/")[2], ou(parent_path(address.path))
    )


def tree(*paths: str) -> tuple[State, Ids]:
    ids = Ids({ou(path): f"ou-{number}" for number, path in enumerate(paths)})
    return State(unit(path) for path in paths), ids


def outcome(wanted: Any, live: State, ids: Ids) -> tuple[dict[str, str], list[str]]:
    found = units.KIND.recognise(wanted, live, ids)
    names = {old.path: new.path for old, new in found.names.items()}
    return names, [finding.message for finding in found.findings]


def test_an_ou_is_its_path(wanting: Any) -> None:
    assert outcome(wanting(unit("A"), unit("New")), *tree("A", "B")) == ({}, [])


def test_a_renamed_ou_takes_its_children_along(wanting: Any) -> None:
    wanted = wanting(unit("New"), unit("New/Team"), claims={ou("New"): Claim(was="Old")})
    names, complaints = outcome(wanted, *tree("Old", "Old/Team", "Old/Other", "Old/Other/X", "B"))
    assert complaints == []
    assert names == {
        "/Old": "/New",
        "/Old/Team": "/New/Team",
        "/Old/Other": "/New/Other",
        "/Old/Other/X": "/New/Other/X",
    }


def test_a_child_may_be_renamed_with_its_parent(wanting: Any) -> None:
    claims = {ou("New"): Claim(was="Old"), ou("New/Prod"): Claim(was="Old/Production")}
    wanted = wanting(unit("New"), unit("New/Prod"), claims=claims)
    names, complaints = outcome(wanted, *tree("Old", "Old/Production", "Old/Production/EU"))
    assert complaints == []
    assert names == {
        "/Old": "/New",
        "/Old/Production": "/New/Prod",
        "/Old/Production/EU": "/New/Prod/EU",
    }


def test_a_childs_old_path_may_be_written_with_its_parents_new_name(wanting: Any) -> None:
    claims = {ou("New"): Claim(was="Old"), ou("New/Prod"): Claim(was="New/Production")}
    wanted = wanting(unit("New"), unit("New/Prod"), claims=claims)
    names, _ = outcome(wanted, *tree("Old", "Old/Production"))
    assert names["/Old/Production"] == "/New/Prod"


def test_an_old_path_that_is_gone_has_done_its_work(wanting: Any) -> None:
    done = wanting(unit("New"), claims={ou("New"): Claim(was="Old")})
    names, (note,) = outcome(done, *tree("New"))
    assert names == {}
    assert "is renamed already" in note
    assert outcome(done, *tree("Else")) == ({}, [])


def test_both_paths_there_is_an_error(wanting: Any) -> None:
    wanted = wanting(unit("New"), claims={ou("New"): Claim(was="Old")})
    names, (complaint,) = outcome(wanted, *tree("New", "Old"))
    assert names == {}
    assert "both are there" in complaint


def test_an_old_path_that_is_listed_itself_is_no_rename(wanting: Any) -> None:
    wanted = wanting(unit("New"), unit("Old"), claims={ou("New"): Claim(was="Old")})
    assert outcome(wanted, *tree("Old")) == ({}, [])
    assert outcome(wanted, *tree("Old", "New")) == ({}, [])
    absent = wanting(
        unit("New"), absent=frozenset({ou("Old")}), claims={ou("New"): Claim(was="Old")}
    )
    assert outcome(absent, *tree("Old")) == ({}, [])


def test_another_parent_takes_a_new_ou_and_has_to_be_told(wanting: Any) -> None:
    claims = {ou("B/X"): Claim(was="A/X")}
    wanted = wanting(unit("A"), unit("B"), unit("B/X"), claims=claims)
    names, (complaint,) = outcome(wanted, *tree("A", "A/X", "B"))
    assert names == {}
    assert "cannot re-parent" in complaint
    told = wanting(
        unit("A"), unit("B"), unit("B/X"), claims={ou("B/X"): Claim(was="A/X", reparent=True)}
    )
    assert outcome(told, *tree("A", "A/X", "B")) == ({}, [])


def test_an_id_renames_and_must_be_there(wanting: Any) -> None:
    wanted = wanting(unit("A"), claims={ou("A"): Claim(id="ou-0")})
    assert outcome(wanted, *tree("Z", "Z/X")) == ({"/Z": "/A", "/Z/X": "/A/X"}, [])
    assert outcome(wanted, *tree("A")) == ({}, [])
    missing = wanting(unit("A"), claims={ou("A"): Claim(id="ou-9")})
    assert "does not have" in outcome(missing, *tree("A"))[1][0]
    elsewhere = wanting(unit("A"), claims={ou("A"): Claim(id="ou-1")})
    assert "cannot move it" in outcome(elsewhere, *tree("Z", "Z/X"))[1][0]


def test_two_ous_may_swap_their_names_by_id(wanting: Any) -> None:
    claims = {ou("A"): Claim(id="ou-1"), ou("B"): Claim(id="ou-0")}
    wanted = wanting(unit("A"), unit("B"), claims=claims)
    assert outcome(wanted, *tree("A", "B")) == ({"/A": "/B", "/B": "/A"}, [])


def test_findings_name_the_line(wanting: Any) -> None:
    wanted = wanting(unit("A"), claims={ou("A"): Claim(id="ou-9")})
    (finding,) = units.KIND.recognise(wanted, *tree("A")).findings
    assert str(finding.where) == "org_layout.yaml:1:1"


def there(given: str, name: str, email: str, **tags: Any) -> Account:
    return Account(account(given), ROOT, name, email, **tags)


LIVE = State(
    [
        there("555555555555", "Payments Prod", "aws+Payments-Prod@example.com"),
        there("666666666666", "Search", "aws+search-prod@example.com"),
        there("777777777777", "New", "aws+new@example.com", layout="main", key="fresh"),
        there("888888888888", "Other", "aws+o@example.com", layout="other", key="else"),
    ]
)


def wish(key: str) -> Account:
    return Account(account(key), ROOT)


def known(wanted: Any) -> tuple[dict[str, str], list[str]]:
    found = accounts.KIND.recognise(wanted, LIVE, Ids())
    names = {old.path: new.path for old, new in found.names.items()}
    return names, [finding.message for finding in found.findings]


def test_an_account_is_its_id_else_its_written_email_else_the_tag_of_its_creation(
    wanting: Any,
) -> None:
    claims = {
        account("payments"): Claim(id="555555555555"),
        account("search"): Claim(email="AWS+search-prod@example.com"),
        account("fresh"): Claim(create=True, new_email="aws+fresh@example.com"),
    }
    wanted = wanting(wish("payments"), wish("search"), wish("fresh"), claims=claims)
    assert known(wanted) == (
        {"555555555555": "payments", "666666666666": "search", "777777777777": "fresh"},
        [],
    )


def test_an_account_keeps_its_tag_when_its_key_changes(wanting: Any) -> None:
    wanted = wanting(wish("newer"), claims={account("newer"): Claim(create=True, was="fresh")})
    assert known(wanted) == ({"777777777777": "newer"}, [])


def test_an_account_that_another_layout_made_is_not_ours(wanting: Any) -> None:
    wanted = wanting(wish("else"), claims={account("else"): Claim(create=True)})
    assert known(wanted) == ({}, [])


def test_a_defaults_email_never_identifies(wanting: Any) -> None:
    claims = {account("search"): Claim(create=True, new_email="aws+search-prod@example.com")}
    names, told = known(wanting(wish("search"), claims=claims))
    assert names == {}
    (said,) = told
    assert said.startswith("Account search would be created as aws+search-prod@example.com")
    assert said.endswith("which is account 666666666666's e-mail address.")


def test_an_id_that_is_not_there_is_an_error(wanting: Any) -> None:
    wanted = wanting(wish("gone"), claims={account("gone"): Claim(id="999999999999", create=True)})
    names, (complaint,) = known(wanted)
    assert names == {}
    assert "999999999999, which the organization does not have" in complaint


def test_nothing_found_names_the_nearest(wanting: Any) -> None:
    names, (complaint,) = known(wanting(wish("payments-prd")))
    assert names == {}
    assert "The nearest are 555555555555 (Payments Prod)" in complaint
    _, (lonely,) = known(wanting(wish("zzzzzz")))
    assert lonely == "No account of the organization is zzzzzz."


def test_one_account_cannot_be_two(wanting: Any) -> None:
    claims = {
        account("a"): Claim(id="555555555555"),
        account("b"): Claim(email="aws+payments-prod@example.com"),
    }
    names, (complaint,) = known(wanting(wish("a"), wish("b"), claims=claims))
    assert names == {"555555555555": "a"}
    assert complaint == "b and a are both account 555555555555."


def test_another_email_than_the_layouts_is_said(wanting: Any) -> None:
    claims = {account("a"): Claim(id="555555555555", email="aws+moved@example.com")}
    names, (complaint,) = known(wanting(wish("a"), claims=claims))
    assert names == {"555555555555": "a"}
    assert "another e-mail address" in complaint
