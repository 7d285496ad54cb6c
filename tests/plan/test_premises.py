"""What a step relies on: written down by the plan, as little as its meaning needs."""

from collections.abc import Sequence
from typing import Any

import pytest

from govkit.kinds.account import Account
from govkit.kinds.attachment import Attachment
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy, policy
from govkit.model.address import ROOT, Address, account, ou
from govkit.model.change import Change
from govkit.model.resource import Resource
from govkit.model.state import State
from govkit.plan.premises import premises
from govkit.policies.document import of

WORK, PROD, NEW = ou("/Work"), ou("/Work/Prod"), ou("/New")
KEEP, ALSO, ALLOWS, LISTS = (policy("scp", name) for name in ("keep", "also", "allows", "lists"))


def says(address: Address, *actions: str, effect: str = "Deny", managed: bool = False) -> Policy:
    statement = {"Effect": effect, "Action": list(actions), "Resource": "*"}
    document = of({"Version": "2012-10-17", "Statement": [statement]})
    return Policy(address, "scp", address.path, document, aws_managed=managed)


TREE: Sequence[Resource] = (
    OrganizationalUnit(WORK, "Work", ROOT),
    OrganizationalUnit(PROD, "Prod", WORK),
    OrganizationalUnit(NEW, "New", ROOT),
    Account(account("a"), PROD, "a", "a@example.com"),
    says(KEEP, "s3:DeleteBucket"),
    says(ALSO, "s3:*"),
)


def relied(live: Sequence[Resource], *changes: Change[Any]) -> list[list[str]]:
    """Return the addresses that each change relies on, but for types that are enabled."""
    found = premises(State([*TREE, *live]), changes)
    return [
        [str(one.resource.address) for one in step if one.resource.address.kind != "policy_type"]
        for step in found
    ]


def away(one: Resource) -> Change[Any]:
    return Change(one, None)


def test_an_attachment_relies_on_what_its_policy_says() -> None:
    (found,) = premises(State(TREE), [Change(None, Attachment(KEEP, WORK))])
    assert [one.to_json()["address"] for one in found] == ["policy:scp/keep", "policy_type:scp"]
    facts, enabled = [one.to_json()["is"] for one in found]
    assert isinstance(facts, dict)
    assert str(facts["document"]).startswith("sha256:")
    assert enabled == {"type": "scp"}


def test_what_a_policy_says_is_what_it_says_by_then() -> None:
    later = says(KEEP, "s3:DeleteBucket", "s3:PutBucketPolicy")
    changes = [Change(TREE[4], later), Change(None, Attachment(KEEP, WORK))]
    _, (found, _) = premises(State(TREE), changes)
    assert found.resource == later


def test_the_same_policy_in_another_spelling_is_the_same() -> None:
    statement = {"Effect": "Deny", "Resource": ["*"], "Action": "s3:deletebucket"}
    spelled = of({"Statement": statement, "Version": "2012-10-17"})
    one, other = says(KEEP, "s3:DeleteBucket"), says(KEEP)
    other = Policy(KEEP, "scp", other.name, spelled)
    told = [
        premises(State([*TREE[:4], policy]), [Change(None, Attachment(KEEP, WORK))])[0][0].to_json()
        for policy in (one, other)
    ]
    assert told[0] == told[1]


def test_a_detachment_relies_on_what_denies_the_same_above() -> None:
    live = [Attachment(KEEP, PROD), Attachment(ALSO, ROOT)]
    assert relied(live, away(live[0])) == [["attachment:scp/also@root:/", "policy:scp/also"]]


def test_a_detachment_that_replaces_nothing_relies_on_nothing() -> None:
    live = [Attachment(ALSO, PROD), Attachment(KEEP, ROOT)]
    assert relied(live, away(live[0])) == [[]]


def test_what_is_not_meant_to_last_is_not_relied_on() -> None:
    live = [Attachment(KEEP, PROD), Attachment(ALSO, WORK)]
    assert relied(live, away(live[0]), away(live[1])) == [[], []]


def test_a_detachment_relies_on_what_denies_the_same_below() -> None:
    live = [Attachment(KEEP, WORK), Attachment(KEEP, PROD), Attachment(KEEP, NEW)]
    assert relied(live, away(live[0])) == [["attachment:scp/keep@ou:/Work/Prod", "policy:scp/keep"]]


def test_a_policy_that_says_less_relies_on_the_one_that_says_it_now() -> None:
    live = [Attachment(ALSO, WORK), Attachment(KEEP, PROD)]
    less = says(KEEP, "s3:PutBucketPolicy")
    assert relied(live, Change(TREE[4], less)) == [
        ["attachment:scp/also@ou:/Work", "policy:scp/also"]
    ]
    more = says(KEEP, "s3:DeleteBucket", "s3:PutBucketPolicy")
    assert relied(live, Change(TREE[4], more)) == [[]]


def test_what_two_others_say_together_is_relied_on_in_both() -> None:
    both = says(policy("scp", "both"), "s3:DeleteBucket", "kms:DisableKey")
    keys = says(policy("scp", "keys"), "kms:DisableKey")
    live = [both, keys, *(Attachment(one, WORK) for one in (both.address, keys.address, KEEP))]
    keys_too = ["attachment:scp/keys@ou:/Work", "policy:scp/keys"]
    assert relied(live, away(live[2])) == [
        ["attachment:scp/keep@ou:/Work", keys_too[0], "policy:scp/keep", keys_too[1]]
    ]
    assert relied(live, Change(both, says(both.address, "s3:DeleteBucket"))) == [keys_too]


def test_a_move_relies_on_what_guards_the_new_place_as_the_old_one() -> None:
    live = [Attachment(KEEP, WORK), Attachment(ALSO, NEW), Attachment(KEEP, ROOT)]
    there = Account(account("a"), NEW, "a", "a@example.com")
    assert relied(live[:2], Change(TREE[3], there)) == [
        ["attachment:scp/also@ou:/New", "policy:scp/also"]
    ]
    assert relied(live[:1], Change(TREE[3], there)) == [[]]
    below = Account(account("a"), WORK, "a", "a@example.com")
    assert relied(live, Change(TREE[3], below)) == [[]]


def test_what_two_others_say_of_one_resource_each_is_relied_on_in_both() -> None:
    def on(name: str, *resources: str) -> Policy:
        said = {"Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": list(resources)}
        document = of({"Version": "2012-10-17", "Statement": [said]})
        return Policy(policy("scp", name), "scp", name, document)

    mine, yours = "arn:aws:s3:::mine", "arn:aws:s3:::yours"
    three = [on("both", mine, yours), on("mine", mine), on("yours", yours)]
    live = [*three, *(Attachment(one.address, WORK) for one in three)]
    assert relied(live, away(live[3])) == [
        [
            "attachment:scp/mine@ou:/Work",
            "attachment:scp/yours@ou:/Work",
            "policy:scp/mine",
            "policy:scp/yours",
        ]
    ]


def test_a_move_relies_on_what_allows_at_the_new_levels_and_on_no_more_than_that() -> None:
    full, listed = (
        says(ALLOWS, "*", effect="Allow", managed=True),
        says(LISTS, "s3:*", effect="Allow"),
    )
    there = Change(TREE[3], Account(account("a"), NEW, "a", "a@example.com"))
    below = Change(TREE[3], Account(account("a"), WORK, "a", "a@example.com"))
    everywhere = [Attachment(ALLOWS, target) for target in (ROOT, WORK, PROD, NEW)]
    live = [full, listed, *everywhere]
    assert relied(live, there) == [["attachment:scp/allows@ou:/New"]]
    assert relied(live, below) == [[]]  # above the account before, too
    both = Attachment(LISTS, NEW)
    assert relied([*live, both], there) == [["attachment:scp/allows@ou:/New"]]
    # The list that stays is what the account will live by, once FullAWSAccess has gone.
    assert relied([*live, both], there, away(everywhere[3]))[0] == [
        "attachment:scp/lists@ou:/New",
        "policy:scp/lists",
    ]


def test_an_allow_list_in_the_place_of_another_is_relied_on() -> None:
    full = says(ALLOWS, "*", effect="Allow", managed=True)
    listed = says(LISTS, "s3:*", effect="Allow")
    live = [full, listed, Attachment(ALLOWS, WORK), Attachment(LISTS, WORK), Attachment(KEEP, WORK)]
    assert relied(live, away(live[2])) == [["attachment:scp/lists@ou:/Work", "policy:scp/lists"]]
    assert relied(live, away(live[3])) == [["attachment:scp/allows@ou:/Work"]]


@pytest.mark.parametrize("kind", ["tag", "backup"])
def test_types_that_decide_nothing_about_requests_are_relied_on_where_attached(kind: str) -> None:
    address = policy(kind, "costs")
    costs = Policy(address, kind, "costs", of({"tags": {}}))
    live = [costs, Attachment(address, ROOT)]
    assert relied(live, away(live[1]), Change(None, Attachment(address, WORK))) == [
        [],
        [f"policy:{kind}/costs"],
    ]


def sets(kind: str, name: str, *plans: str) -> Policy:
    value = {
        "plans": {"@@operators_allowed_for_child_policies": ["@@all"], **{p: {} for p in plans}}
    }
    return Policy(policy(kind, name), kind, name, of(value))


def test_a_detachment_of_a_type_that_decides_nothing_relies_on_what_sets_the_same_and_stays() -> (
    None
):
    """The nearest of those at the target or above; of another type, or about something else, none."""
    daily, again, other = (
        sets("backup", "daily", "Daily"),
        sets("backup", "again", "daily", "weekly"),
        sets("backup", "other", "weekly"),
    )
    tagged = sets("tag", "daily", "Daily")
    live = [daily, again, other, tagged, Attachment(daily.address, PROD)]
    live += [Attachment(tagged.address, PROD), Attachment(other.address, PROD)]
    assert relied(live, away(live[4])) == [[]]
    live += [Attachment(again.address, WORK), Attachment(again.address, ROOT)]
    nearest = ["attachment:backup/again@ou:/Work", "policy:backup/again"]
    assert relied(live, away(live[4])) == [nearest]
    assert relied(live, away(live[4]), away(live[7]))[0] == [
        "attachment:backup/again@root:/",
        "policy:backup/again",
    ]
    below = [*live[:4], Attachment(daily.address, WORK), Attachment(again.address, PROD)]
    assert relied(below, away(below[4])) == [
        ["attachment:backup/again@ou:/Work/Prod", "policy:backup/again"]
    ]


def test_a_detachment_of_such_a_type_relies_on_what_the_plan_put_in_its_place() -> None:
    """Whatever that sets: nightly plans in the place of daily ones. Elsewhere, or for a while, not."""
    old, new = sets("backup", "old", "daily"), sets("backup", "new", "nightly")
    costs = sets("tag", "costs", "nightly")
    live = [old, new, costs, Attachment(old.address, WORK)]
    come = Change(None, Attachment(new.address, WORK))
    held = ["attachment:backup/new@ou:/Work", "policy:backup/new"]
    assert relied(live, come, away(live[3]))[1] == held
    elsewhere = Change(None, Attachment(new.address, PROD))
    tagged = Change(None, Attachment(costs.address, WORK))
    assert relied(live, elsewhere, tagged, away(live[3]))[2] == []
    assert relied(live, come, away(live[3]), away(Attachment(new.address, WORK)))[1] == []


def test_a_policy_of_such_a_type_that_sets_less_relies_on_the_one_that_sets_it_now() -> None:
    both, one = sets("backup", "both", "daily", "weekly"), sets("backup", "one", "daily")
    live = [both, one, Attachment(both.address, WORK), Attachment(one.address, ROOT)]
    less, more = sets("backup", "both", "weekly"), sets("backup", "both", "daily", "weekly", "x")
    assert relied(live, Change(both, less)) == [
        ["attachment:backup/one@root:/", "policy:backup/one"]
    ]
    assert relied(live, Change(both, more)) == [[]]


def test_a_move_relies_on_what_sets_the_same_at_the_new_place() -> None:
    old, new = sets("ai_opt_out", "old", "lex"), sets("ai_opt_out", "new", "Lex")
    live = [old, new, Attachment(old.address, WORK), Attachment(new.address, NEW)]
    there = Account(account("a"), NEW, "a", "a@example.com")
    assert relied(live, Change(TREE[3], there)) == [
        ["attachment:ai_opt_out/new@ou:/New", "policy:ai_opt_out/new"]
    ]


def test_a_document_without_names_below_its_top_sets_what_is_at_the_top() -> None:
    plain = of({"default": {"@@assign": "first"}, "mode": "on"})
    one, other = (Policy(policy("later", n), "later", n, plain) for n in ("one", "other"))
    live = [one, other, Attachment(one.address, WORK), Attachment(other.address, WORK)]
    assert relied(live, away(live[2])) == [
        ["attachment:later/other@ou:/Work", "policy:later/other"]
    ]


def test_an_ou_that_goes_takes_nothing_that_is_relied_on() -> None:
    live = [Attachment(KEEP, NEW), Attachment(ALSO, ROOT)]
    gone = Change(TREE[2], None, takes=(live[0].address,))
    assert relied(live, away(live[0]), gone) == [[], []]
