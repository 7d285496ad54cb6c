"""OUs: read by targets and paths or by a walk, made, renamed, deleted and found again."""

from typing import Any

import pytest

from govkit.kinds.attachment import Attachment
from govkit.kinds.organizational_unit import KIND, OrganizationalUnit
from govkit.kinds.root import Root
from govkit.model.address import ROOT, Address, ou
from govkit.model.call import IdOf, Ids, Interest
from govkit.model.change import Change
from govkit.model.resource import Found

SCPS = {
    "Roots": [
        {
            "Id": "r-exam",
            "PolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}],
        }
    ]
}
NO_TYPES = {"Roots": [{"Id": "r-exam"}]}
POLICIES = {
    "Policies": [
        {"Id": "p-FullAWSAccess", "Name": "FullAWSAccess", "AwsManaged": True},
        {"Id": "p-12345678", "Name": "deny", "AwsManaged": False},
    ]
}
TREE = {"r-exam": ["ou-a"], "ou-a": ["ou-b", "ou-c"], "ou-b": [], "ou-c": [], "ou-d": []}
NAMES = {"ou-a": "Workloads", "ou-b": "Prod/EU", "ou-c": "Dev", "ou-d": "Late"}
FOUND_ROOT = {"root": [Found(Root("o-exampleorgid", "111111111111"), "r-exam")]}


def target(given: str) -> dict[str, str]:
    return {"TargetId": given, "Name": NAMES.get(given, given), "Type": "ORGANIZATIONAL_UNIT"}


def targets(params: Any) -> Any:
    if params["PolicyId"] == "p-FullAWSAccess":
        return {
            "Targets": [
                target("ou-a"),
                target("ou-b"),
                {"TargetId": "r-exam", "Name": "Root", "Type": "ROOT"},
            ]
        }
    return {"Targets": [target("ou-c"), target("ou-b")]}


def described(params: Any) -> Any:
    given = params["OrganizationalUnitId"]
    return {
        "OrganizationalUnit": {
            "Id": given,
            "Name": NAMES[given],
            "Path": f"o-e/r-exam/ou-a/{given}/",
        }
    }


def children(params: Any) -> Any:
    return {
        "OrganizationalUnits": [
            {"Id": given, "Name": NAMES[given]} for given in TREE[params["ParentId"]]
        ]
    }


ACCOUNTS = {"Accounts": [{"Id": "555555555555", "Paths": ["o-e/r-exam/ou-a/ou-b/555555555555/"]}]}
ANSWERS: dict[str, Any] = {
    "ListRoots": SCPS,
    "ListPolicies": POLICIES,
    "ListTargetsForPolicy": targets,
    "ListAccounts": ACCOUNTS,
    "DescribeOrganizationalUnit": described,
    "ListOrganizationalUnitsForParent": children,
    "ListTagsForResource": {"Tags": [{"Key": "govkit:layout", "Value": "main"}]},
}
EVERYTHING_LISTED = Interest(ous=frozenset({"Workloads", "/Workloads/Prod~1EU", "ou-c"}))
PATHS = {"ou:/Workloads": "ou-a", "ou:/Workloads/Prod~1EU": "ou-b", "ou:/Workloads/Dev": "ou-c"}


def read(at: Any) -> dict[str, str | None]:
    return {str(one.resource.address): one.id for one in KIND.read(at)}


def test_targets_name_ous_and_accounts_paths_place_them(look: Any) -> None:
    at = look(ANSWERS, FOUND_ROOT, EVERYTHING_LISTED)
    assert read(at) == PATHS
    assert "ListOrganizationalUnitsForParent" not in at.operations()
    assert at.operations().count("DescribeOrganizationalUnit") == 1


@pytest.mark.parametrize(
    "change",
    [
        {"ListRoots": NO_TYPES},
        {"ListAccounts": {"Accounts": [{"Id": "555555555555"}]}},
        {"ListAccounts": {"Accounts": []}},
    ],
)
def test_without_scps_or_paths_the_tree_is_walked(look: Any, change: Any) -> None:
    at = look(ANSWERS | change, FOUND_ROOT, EVERYTHING_LISTED)
    assert read(at) == PATHS
    assert at.operations().count("ListOrganizationalUnitsForParent") == 4


def test_where_calls_are_free_the_tree_is_walked(look: Any) -> None:
    at = look(ANSWERS, FOUND_ROOT, EVERYTHING_LISTED, walk=True)
    assert read(at) == PATHS
    assert "ListAccounts" not in at.operations()


def test_an_ou_that_only_a_path_names_is_asked_for(look: Any) -> None:
    late = {"Accounts": [{"Id": "555555555555", "Paths": ["o-e/r-exam/ou-a/ou-d/555555555555/"]}]}
    at = look(ANSWERS | {"ListAccounts": late}, FOUND_ROOT, EVERYTHING_LISTED)
    assert read(at)["ou:/Workloads/Late"] == "ou-d"


def test_an_ou_that_went_away_meanwhile_is_left_out(look: Any, gone: Any) -> None:
    refused = {"DescribeOrganizationalUnit": gone("OrganizationalUnitNotFoundException")}
    assert "ou:/Workloads/Dev" not in read(look(ANSWERS | refused, FOUND_ROOT, EVERYTHING_LISTED))


def test_an_ou_described_without_a_path_is_asked_for_its_parent(look: Any) -> None:
    bare = {
        "DescribeOrganizationalUnit": {"OrganizationalUnit": {"Id": "ou-c", "Name": "Dev"}},
        "ListParents": {"Parents": [{"Id": "ou-a"}]},
    }
    assert read(look(ANSWERS | bare, FOUND_ROOT, EVERYTHING_LISTED)) == PATHS


def test_a_few_unlisted_ous_are_asked_whose_they_are(look: Any) -> None:
    at = look(ANSWERS, FOUND_ROOT, Interest(ous=frozenset({"Workloads"})))
    owners = {str(one.resource.address): one.resource.layout for one in KIND.read(at)}
    assert owners == {
        "ou:/Workloads": None,
        "ou:/Workloads/Prod~1EU": "main",
        "ou:/Workloads/Dev": "main",
    }


def test_many_unlisted_ous_are_not(look: Any) -> None:
    many = {f"ou-{number:04}": f"Team {number}" for number in range(21)}
    flat = {
        "ListOrganizationalUnitsForParent": lambda params: {
            "OrganizationalUnits": [{"Id": given, "Name": name} for given, name in many.items()]
            if params["ParentId"] == "r-exam"
            else []
        }
    }
    at = look(ANSWERS | flat, FOUND_ROOT, walk=True)
    assert len(read(at)) == 21
    assert "ListTagsForResource" not in at.operations()


PROD = OrganizationalUnit(ou("Workloads/Prod"), "Prod", ou("Workloads"), "main")


def test_an_ou_is_made_with_its_owner_renamed_and_deleted(calls: Any, ids: Ids) -> None:
    owner = [{"Key": "govkit:layout", "Value": "main"}]
    assert calls(KIND, Change(None, PROD), ids) == [
        (
            "CreateOrganizationalUnit",
            {"ParentId": "ou-exam-workload", "Name": "Prod", "Tags": owner},
        )
    ]
    old = OrganizationalUnit(PROD.address, "Production", PROD.parent)
    which = {"OrganizationalUnitId": "ou-exam-workprod"}
    assert calls(KIND, Change(old, PROD), ids) == [
        ("UpdateOrganizationalUnit", {**which, "Name": "Prod"})
    ]
    assert calls(KIND, Change(PROD, None), ids) == [("DeleteOrganizationalUnit", which)]
    assert [
        KIND.verb(one) for one in (Change(None, PROD), Change(old, PROD), Change(PROD, None))
    ] == [
        "create",
        "update",
        "delete",
    ]


def test_a_new_ou_below_a_new_ou_waits_for_its_id(calls: Any, ids: Ids) -> None:
    team = OrganizationalUnit(ou("New/Team"), "Team", ou("New"))
    assert calls(KIND, Change(None, team), ids) == [
        ("CreateOrganizationalUnit", {"ParentId": IdOf(ou("New")), "Name": "Team"})
    ]


def test_what_aws_cannot_change_asks_for_nothing(calls: Any, ids: Ids) -> None:
    elsewhere = OrganizationalUnit(PROD.address, "Prod", ROOT)
    assert calls(KIND, Change(elsewhere, PROD), ids) == []


def test_the_id_is_learned_from_the_answer() -> None:
    answer = {"OrganizationalUnit": {"Id": "ou-exam-workprod"}}
    assert KIND.learn(Change(None, PROD), answer) == {PROD.address: "ou-exam-workprod"}
    assert KIND.learn(Change(PROD, None), {}) == {}


def test_full_access_comes_along_where_the_layout_governs_it(wanting: Any) -> None:
    governed = wanting(full_access={PROD.address: False})
    brought = Attachment(Address("policy", "scp/FullAWSAccess"), PROD.address)
    assert KIND.brings(Change(None, PROD), governed) == (brought,)
    assert KIND.brings(Change(None, PROD), wanting()) == ()
    assert KIND.brings(Change(PROD, PROD), governed) == ()


def test_an_ou_is_glanced_at_by_its_id(api: Any, ids: Ids, gone: Any) -> None:
    answer = {"Id": "ou-exam-workprod", "Name": "Production"}
    path = {"Path": "o-e/r-exam/ou-exam-workload/ou-exam-workprod/"}
    with_path = api({"DescribeOrganizationalUnit": {"OrganizationalUnit": answer | path}})
    seen = Found(
        OrganizationalUnit(PROD.address, "Production", ou("Workloads")), "ou-exam-workprod"
    )
    assert KIND.glance(PROD, with_path, ids) == seen
    without = api(
        {
            "DescribeOrganizationalUnit": {"OrganizationalUnit": answer},
            "ListParents": {"Parents": [{"Id": "ou-exam-workload"}]},
        }
    )
    assert KIND.glance(PROD, without, ids) == seen
    away = api({"DescribeOrganizationalUnit": gone("OrganizationalUnitNotFoundException")})
    assert KIND.glance(PROD, away, ids) is None


def test_an_ou_whose_creations_answer_was_lost_is_found_by_name(
    api: Any, ids: Ids, gone: Any
) -> None:
    ids.forget(PROD.address)
    listed = {"OrganizationalUnits": [{"Id": "ou-exam-workprod", "Name": "Prod"}]}
    at = api({"ListOrganizationalUnitsForParent": listed})
    assert KIND.glance(PROD, at, ids) == Found(PROD, "ou-exam-workprod")
    assert len(at.asked) == 1
    other = OrganizationalUnit(ou("Workloads/Test"), "Test", ou("Workloads"))
    assert KIND.glance(other, at, ids) is None
    orphan = OrganizationalUnit(ou("New/Team"), "Team", ou("New"))
    assert KIND.glance(orphan, at, ids) is None
    away = api({"ListOrganizationalUnitsForParent": gone("ParentNotFoundException")})
    assert KIND.glance(PROD, away, ids) is None


def test_the_owners_name_is_no_difference() -> None:
    live = OrganizationalUnit(PROD.address, "Prod", PROD.parent)
    wanted, _ = KIND.meet(PROD, live)
    assert wanted == live
    assert wanted is not None
    assert wanted.layout is None
    assert KIND.meet(PROD, None) == (PROD, None)
    assert PROD.needs == (ou("Workloads"),)
