"""Every rail: refused with its name, its objects and its own override, which nothing else replaces."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from terminal import SETTINGS, Desk, build, desk

from govkit.kinds.policy_type import EnabledPolicyType
from govkit.model.change import Change
from govkit.model.plan import Step
from govkit.plan.judge import guards

SOME = 60
IDS = [f"{number:012}" for number in range(200_000_000_000, 200_000_000_000 + SOME)]


def _denies(*actions: str, **more: Any) -> dict[str, Any]:
    statement = {"Effect": "Deny", "Action": list(actions), "Resource": "*", **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _cut(*actions: str) -> dict[str, Any]:
    """Return a document with a statement for each action."""
    found = [_denies(action)["Statement"][0] for action in actions]
    return {"Version": "2012-10-17", "Statement": found}


def _many(ou: str = "A", count: int = SOME) -> dict[str, Any]:
    return {one: {"name": f"a{one}", "ou": ou} for one in IDS[:count]}


def _listed(ou: str = "A", count: int = SOME, **more: Any) -> dict[str, Any]:
    return {f"a{one}": {"id": one, "ou": ou, **more} for one in IDS[:count]}


INSPECTOR = {
    "inspector": {
        "enablement": {
            "ec2_scanning": {
                "enable_in_regions": {"@@assign": ["eu-west-1"]},
                "disable_in_regions": {"@@assign": []},
            }
        }
    }
}
KEEP = {"policy": _denies("s3:DeleteBucket"), "attach": ["A"]}
AB = {"A": None, "B": None}
GONE = {path: {"absent": True} for path in ("A", "B", "C", "D")}

# Rail: (before, the layout applied first or None), the layout, N, what the message names.
CASES: dict[str, tuple[dict[str, Any], dict[str, Any] | None, dict[str, Any], int, str]] = {
    "max_deletes": ({"ous": ["A", "B", "C", "D"]}, None, {"ous": GONE}, 4, "ou:/C"),
    "max_moves": (
        {"ous": ["A", "B"], "accounts": _many(count=21)},
        None,
        {"ous": AB, "accounts": _listed("B", 21)},
        21,
        f"account:a{IDS[0]}",
    ),
    "max_creates": (
        {"ous": ["A", "B"]},
        None,
        {
            "ous": AB,
            "accounts": {
                f"new-{n}": {"ou": "A", "create": True, "email": f"new-{n}@example.com"}
                for n in range(6)
            },
        },
        6,
        "account:new-5",
    ),
    "max_accounts_newly_denied": (
        {"ous": ["A", "B"], "accounts": _many()},
        None,
        {"ous": AB, "guardrails": {"keep": KEEP}},
        SOME,
        IDS[0],
    ),
    "max_accounts_newly_allowed": (
        {"ous": ["A", "B"], "accounts": _many()},
        {"ous": AB, "guardrails": {"keep": KEEP}},
        {"ous": AB, "guardrails": {"keep": {**KEEP, "attach": ["B"]}}},
        SOME,
        IDS[0],
    ),
    "self_lockout": (
        {"ous": ["A", "B"], "accounts": _many(count=2)},
        None,
        {
            "ous": AB,
            "accounts": _listed(count=2),
            "guardrails": {"keep": KEEP},
            "safety": {"never_deny": [{"principal": "arn:aws:iam::*:role/R", "actions": ["s3:*"]}]},
        },
        2,
        "role/R is denied s3:DeleteBucket",
    ),
    "protect": (
        {"ous": ["A", "B"], "accounts": _many(count=1)},
        None,
        {"ous": {"A": {"protect": True}, "B": None}, "accounts": _listed("B", 1)},
        1,
        "ou:/A",
    ),
    "organization": (
        {"ous": ["A", "B"]},
        None,
        {"organization": {"id": "o-exampleorgid", "management_account": "999999999999"}},
        1,
        "999999999999",
    ),
    "close_alone": (
        {"ous": ["A", "B"], "accounts": _many(count=1)},
        None,
        {"ous": {**AB, "C": None}, "accounts": _listed(count=1, close=True)},
        1,
        f"account:a{IDS[0]}",
    ),
    "full_access": (
        {"ous": ["A", "B"]},
        None,
        {"ous": {"A": {"full_access": True}, "B": {"full_access": False}}, "guardrails": {}},
        1,
        "ou:/B",
    ),
    "limits": (
        {
            "ous": ["A", "B"],
            "policies": {
                f"theirs-{n}": {"says": _denies(f"s3:Get{n}"), "attach": ["A"]} for n in range(9)
            },
        },
        None,
        {"ous": AB, "guardrails": {"keep": KEEP}},
        1,
        "ou:/A would hold 11 policies of type scp, foreign ones counted",
    ),
    "trusted_access": (
        {"ous": ["A", "B"]},
        None,
        {
            "guardrails": {
                "scan": {
                    "type": "inspector",
                    "policy": INSPECTOR,
                    "attach": ["/"],
                }
            }
        },
        1,
        "policy type inspector",
    ),
}


@pytest.fixture
def table() -> Iterator[Desk]:
    with desk() as found:
        yield found


def _layout(**more: Any) -> dict[str, Any]:
    return {"version": 1, "organization": {"id": "o-exampleorgid"}, **more}


def _begun(table: Desk, rail: str) -> tuple[int, str]:
    live, first, then, count, named = CASES[rail]
    build(live, table.sandbox, replace(SETTINGS, limits={"accounts": 200}))
    if first is not None:
        table.layout(_layout(**first))
        table.does("apply", "--yes", "--allow", f"max_accounts_newly_denied={SOME}")
    table.layout(_layout(**then))
    return count, named


@pytest.mark.parametrize("rail", CASES)
def test_a_rail_names_itself_its_objects_and_its_override_and_a_yes_is_none(
    table: Desk, rail: str
) -> None:
    count, named = _begun(table, rail)
    before = table.content()
    for command in (("plan",), ("apply", "--yes")):
        ran = table.run(*command)
        assert ran.code == 4, ran.said
        assert re.search(rf"Refused by rails? (\w+, )*{rail}\b", ran.err), ran.err
        assert f"--allow {rail}={count}" in ran.err
        assert named in ran.err
    assert table.content() == before


@pytest.mark.parametrize("rail", CASES)
def test_n_as_shown_lets_it_pass_and_one_less_does_not(table: Desk, rail: str) -> None:
    count, _ = _begun(table, rail)
    rest = [f"--allow={other}={n}" for other, (_, _, _, n, _) in CASES.items() if other != rail]
    less = table.run("plan", *rest, f"--allow={rail}={count - 1}")
    assert less.code == 4, less.said
    assert rail in less.err.splitlines()[0]
    if rail != "full_access":  # there AWS has a word of its own, below
        assert table.run("plan", *rest, f"--allow={rail}={count}").code == 0


def test_every_rail_that_can_be_overridden_is_tried_here() -> None:
    """Two speak of the baseline: tests/baseline/test_credentials.py and test_stacks.py try them."""
    overridable = {guard.rail for guard in guards() if guard.override}
    assert overridable == {*CASES, "credentials", "stacks"}


# --- what the two rails on accounts count --------------------------------------------------------


def _allowed(table: Desk) -> tuple[int, int]:
    """Return how many accounts a plan newly denies and newly allows, as the rails count."""
    text = (table.folder / "org_layout.yaml").read_text()
    safety = "safety: {max_accounts_newly_denied: 0, max_accounts_newly_allowed: 0}\n"
    (table.folder / "org_layout.yaml").write_text(text + safety)
    said = table.run("plan").said
    (table.folder / "org_layout.yaml").write_text(text)
    counts = [
        re.search(rf"--allow max_accounts_newly_{word}=(\d+)", said)
        for word in ("denied", "allowed")
    ]
    denied, allowed = (int(one[1]) if one else 0 for one in counts)
    return denied, allowed


@pytest.fixture
def guarded(table: Desk) -> Desk:
    build({"ous": ["A", "B"], "accounts": _many(count=3)}, table.sandbox)
    table.layout(_layout(ous=AB, guardrails={"keep": KEEP}))
    table.does("apply", "--yes")
    return table


@pytest.mark.parametrize(
    ("guardrails", "counts"),
    [
        ({"keep": KEEP}, (0, 0)),
        # The same statement under another name, or once more above: nobody is denied anything new.
        ({"keep": {"absent": True}, "other": KEEP}, (0, 0)),
        ({"keep": {**KEEP, "attach": ["A", "/"]}}, (0, 0)),
        ({"keep": {**KEEP, "policy": _denies("s3:DeleteBucket", "s3:PutBucketPolicy")}}, (3, 0)),
        ({"keep": {**KEEP, "policy": _denies("s3:*")}}, (3, 0)),
        ({"keep": {**KEEP, "policy": _denies("kms:*")}}, (3, 3)),
        # Cut in two, and said by two: the same requests are denied, whatever the statements are.
        ({"keep": {**KEEP, "policy": _cut("s3:Delete?ucket", "s3:DeleteBucket")}}, (3, 0)),
        ({"keep": KEEP, "other": {**KEEP, "policy": _denies("s3:DeleteB*")}}, (3, 0)),
        ({"keep": {"absent": True}}, (0, 3)),
        ({"keep": {**KEEP, "attach": ["B"]}}, (0, 3)),
    ],
)
def test_an_account_counts_once_for_what_it_really_gets_or_loses(
    guarded: Desk, guardrails: dict[str, Any], counts: tuple[int, int]
) -> None:
    guarded.layout(_layout(ous=AB, guardrails=guardrails))
    assert _allowed(guarded) == counts


def test_a_deny_that_several_say_together_is_neither_lost_nor_new(table: Desk) -> None:
    """What counts is which requests are denied, not by how many statements."""
    whole = {"policy": _denies("s3:DeleteBucket", "kms:DisableKey"), "attach": ["A"]}
    build({"ous": ["A"], "accounts": _many(count=3)}, table.sandbox)
    table.layout(_layout(ous={"A": None}, guardrails={"keep": whole}))
    table.does("apply", "--yes")
    cut = _cut("s3:DeleteBucket", "kms:DisableKey")
    table.layout(_layout(ous={"A": None}, guardrails={"keep": {**whole, "policy": cut}}))
    assert _allowed(table) == (0, 0)
    table.does("apply", "--yes")
    table.layout(_layout(ous={"A": None}, guardrails={"keep": whole}))
    assert _allowed(table) == (0, 0)


def test_a_region_less_in_a_condition_is_a_deny_more(table: Desk) -> None:
    def regions(*names: str) -> dict[str, Any]:
        condition = {"StringNotEquals": {"aws:RequestedRegion": list(names)}}
        return {"keep": {"policy": _denies("ec2:*", Condition=condition), "attach": ["A"]}}

    build({"ous": ["A"], "accounts": _many(count=3)}, table.sandbox)
    table.layout(_layout(ous={"A": None}, guardrails=regions("eu-west-1", "us-east-1")))
    table.does("apply", "--yes")
    table.layout(_layout(ous={"A": None}, guardrails=regions("eu-west-1")))
    assert _allowed(table) == (3, 0)
    table.does("apply", "--yes")
    table.layout(_layout(ous={"A": None}, guardrails=regions("eu-west-1", "us-east-1")))
    assert _allowed(table) == (0, 3)


# --- what counts as a replacement ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("other", "counts"),
    [
        ({"policy": _denies("s3:DeleteBucket", "kms:DisableKey"), "attach": ["A"]}, 0),
        ({"policy": _cut("kms:DisableKey", "s3:DeleteBucket"), "attach": ["A"]}, 0),
        ({"policy": _denies("s3:*", "kms:*"), "attach": ["/"]}, 0),
        ({"policy": _denies("kms:DisableKey"), "attach": ["A"]}, 1),
        ({"policy": _denies("s3:DeleteBucket", "kms:DisableKey"), "attach": ["B"]}, 1),
        ({"policy": _denies("ec2:DeleteRoute"), "attach": ["A"]}, 1),
    ],
)
def test_a_detachment_counts_unless_what_it_held_is_held_there_or_above(
    table: Desk, other: dict[str, Any], counts: int
) -> None:
    """Any policy that comes is no replacement; one that says the same is, in whatever words."""
    keep = {"policy": _denies("s3:DeleteBucket", "kms:DisableKey"), "attach": ["A"]}
    build({"ous": ["A", "B"], "accounts": _many(count=2)}, table.sandbox)
    table.layout(_layout(ous=AB, guardrails={"keep": keep}))
    table.does("apply", "--yes")
    guardrails = {"keep": {**keep, "attach": []}, "other": other}
    table.layout(_layout(ous=AB, guardrails=guardrails, safety={"max_deletes": 0}))
    ran = table.run("plan")
    assert ran.code == (4 if counts else 0), ran.said
    assert ("attachment:scp/keep@ou:/A" in ran.err) == bool(counts)


def test_an_allow_list_replaces_full_access_and_a_tag_policy_only_one_that_says_the_same(
    table: Desk,
) -> None:
    allows = {"Version": "2012-10-17", "Statement": [{**_SOME, "Effect": "Allow"}]}
    tags = {"type": "tag", "policy": {"tags": {"a": {"tag_key": {"@@assign": "A"}}}}}
    build({"ous": ["A"], "enabled": ["scp", "tag"]}, table.sandbox)
    table.layout(_layout(ous={"A": None}, guardrails={"one": {**tags, "attach": ["A"]}}))
    table.does("apply", "--yes")
    lists = {"listed": {"policy": allows, "attach": ["A"]}}
    for two, code in ((tags, 0), ({**tags, "policy": {"tags": {}}}, 4)):
        table.layout(
            _layout(
                ous={"A": {"full_access": False}},
                guardrails={
                    **lists,
                    "one": {**tags, "attach": []},
                    "two": {**two, "attach": ["A"]},
                },
                safety={"max_deletes": 0},
            )
        )
        ran = table.run("plan")
        assert ran.code == code, ran.said
        assert "FullAWSAccess" not in ran.err


_SOME = {"Action": ["s3:*", "kms:*"], "Resource": "*"}


def test_an_account_that_moves_counts_for_what_it_leaves_and_one_that_is_made_for_nothing(
    guarded: Desk,
) -> None:
    new = {"new": {"ou": "A", "create": True, "email": "new@example.com"}}
    guarded.layout(_layout(ous=AB, guardrails={"keep": KEEP}, accounts={**_listed("B", 2), **new}))
    assert _allowed(guarded) == (0, 2)


def _exempt(**whom: Any) -> dict[str, Any]:
    return {
        "one": {
            "guardrail": "keep",
            "reason": "Moves out",
            "owner": "jane@example.com",
            "granted": "2026-11-01",
            "expires": "2026-12-01",
            **whom,
        }
    }


@pytest.mark.parametrize("kind", ["scp", "rcp"])
def test_an_exemption_counts_for_whom_it_frees_alone(table: Desk, kind: str) -> None:
    live = {"ous": ["A", "A/B"], "accounts": {**_many(count=3), IDS[9]: {"name": "b", "ou": "A/B"}}}
    build({**live, "enabled": ["scp", "rcp"]}, table.sandbox)
    principal = {"Principal": "*"} if kind == "rcp" else {}
    keep = {"type": kind, "policy": _denies("s3:DeleteBucket", **principal), "attach": ["A"]}
    ous = {"A": None, "A/B": None}
    accounts = _listed(count=3)
    table.layout(_layout(ous=ous, guardrails={"keep": keep}, accounts=accounts))
    table.does("apply", "--yes")

    def counts(**whom: Any) -> tuple[int, int]:
        way = _exempt(**whom)
        table.layout(_layout(ous=ous, guardrails={"keep": keep}, accounts=accounts, exemptions=way))
        return _allowed(table)

    first, second = (f"a{one}" for one in IDS[:2])
    assert counts(accounts=[first]) == (0, 1)
    assert counts(accounts=[first, second]) == (0, 2)
    assert counts(ous=["A/B"]) == (0, 1)
    assert counts(ous=["A"]) == (0, 4)
    if kind == "scp":
        assert counts(accounts=[first], principals=["role/DR-*"]) == (0, 1)
    table.does("apply", "--yes")
    table.layout(_layout(ous=ous, guardrails={"keep": keep}, accounts=accounts))
    assert _allowed(table) == ((1, 0) if kind == "scp" else (4, 0))


def test_a_wildcard_that_means_less_than_before_counts_and_is_not_let_near_what_is_protected(
    guarded: Desk,
) -> None:
    guarded.layout(
        _layout(ous=AB, guardrails={"keep": {**KEEP, "policy": _denies("s3:DeleteBucke*")}})
    )
    guarded.does("apply", "--yes")
    less = {**KEEP, "policy": _denies("s3:DeleteBucke?")}
    guarded.layout(_layout(ous=AB, guardrails={"keep": less}))
    _, allowed = _allowed(guarded)
    assert allowed == 3
    guarded.layout(_layout(ous={**AB, "A": {"protect": True}}, guardrails={"keep": less}))
    assert "protect" in guarded.run("apply", "--yes").said


def test_the_management_account_is_not_counted(table: Desk) -> None:
    build({"ous": ["A", "B"], "accounts": _many(count=3)}, table.sandbox)
    table.layout(_layout(ous=AB, guardrails={"keep": {**KEEP, "attach": ["/"]}}))
    assert _allowed(table) == (3, 0)


# --- no override ---------------------------------------------------------------------------------


def test_no_target_goes_below_one_scp_whatever_is_allowed(table: Desk) -> None:
    """AWS would refuse it halfway; full_access has an override, this has none."""
    build({"ous": ["A"]}, table.sandbox)
    table.layout(_layout(ous={"A": {"full_access": False}}))
    before = table.content()
    ran = table.run("apply", "--yes", "--allow", "full_access=1")
    assert ran.code == 4
    assert "ou:/A would be left with 0 policies of type scp" in ran.err
    assert "last_policy" in ran.err
    assert table.run("plan", "--allow", "last_policy=1").code == 64
    assert table.content() == before


def test_the_last_rcp_of_ours_may_go_for_aws_keeps_its_own(table: Desk) -> None:
    build({"ous": ["A"], "enabled": ["scp", "rcp"]}, table.sandbox)
    rcp = {"type": "rcp", "policy": _denies("s3:Get*", Principal="*"), "attach": ["A"]}
    table.layout(_layout(ous={"A": None}, guardrails={"keep": rcp}))
    table.does("apply", "--yes")
    table.layout(_layout(ous={"A": None}, guardrails={"keep": {"absent": True}}))
    table.does("apply", "--yes")


def test_a_plan_that_would_disable_a_policy_type_is_refused(table: Desk) -> None:
    """No walk leads there; the rail stands should one ever."""
    from types import SimpleNamespace

    (rail,) = [guard for guard in guards() if guard.rail == "disable_type"]
    gone: Change[Any] = Change(EnabledPolicyType("scp"), None)
    step = Step("s1", gone, "disable", "", "delegated", ())
    plan: Any = SimpleNamespace(steps=(step,))
    (finding,) = rail.look(plan, plan)
    assert finding.rail == "disable_type"
    assert "policy type scp" in finding.message
    assert not rail.override


def test_a_figure_for_accounts_counts_where_the_layout_tells_one(table: Desk) -> None:
    build({"accounts": _many("/", 2)}, table.sandbox)
    new = {"new": {"ou": "/", "create": True, "email": "new@example.com"}}
    table.layout(_layout(accounts=new, limits={"organization": {"accounts": 3}}))
    ran = table.run("plan")
    assert ran.code == 4
    assert "The organization would have 4 accounts; its limit is 3" in ran.err
    table.layout(_layout(accounts=new, limits={"organization": {"accounts": 4}}))
    table.does("plan")


def test_what_is_protected_is_not_guarded_by_a_step_that_nobody_reviewed(table: Desk) -> None:
    build({"ous": ["A", "B"]}, table.sandbox)
    tags = {"type": "tag", "policy": {"tags": {"Cost": {"tag_key": {"@@assign": "Cost"}}}}}
    ous = {**AB, "A": {"protect": True}}

    def attached(*targets: str) -> None:
        table.layout(_layout(ous=ous, guardrails={"cost": {**tags, "attach": [*targets]}}))

    attached("A")
    table.does("apply", "--yes")
    attached("B")
    assert "--allow protect=1" in table.run("plan", "--out", "plan.json").said
    attached("/", "B")
    before = table.content()
    ran = table.run("apply", "plan.json", "--yes", "--allow", "protect=1")
    assert ran.code == 5, ran.said
    assert "detach attachment:tag/cost@ou:/A relies on attachment:tag/cost@root:/" in ran.said
    assert table.content() == before


def test_a_way_back_is_not_refused_where_what_it_did_not_touch_guards_all_the_same(
    table: Desk,
) -> None:
    build({"ous": ["A", "B"]}, table.sandbox)
    ous = {**AB, "A": {"protect": True}}
    for targets in (["/"], ["/", "A"]):
        table.layout(_layout(ous=ous, guardrails={"keep": {**KEEP, "attach": targets}}))
        table.does("apply", "--yes")
    run = table.does("history").out.splitlines()[-1].rpartition(" ")[2]
    assert "1 of 1 step done" in table.does("rollback", run, "--yes").out


def test_a_protected_ou_is_not_replaced_because_a_plan_file_or_an_authority_says_so(
    table: Desk,
) -> None:
    build({"ous": ["A", "B", "A/P"], "accounts": _many("A/P", 2)}, table.sandbox)
    table.layout(_layout(ous={**AB, "A/P": {"protect": True}}, accounts=_listed("A/P", 2)))
    table.does("apply", "--yes")
    there = {**AB, "B/P": {"protect": True, "was": "A/P", "reparent": True}}
    table.layout(_layout(ous=there, accounts=_listed("B/P", 2)))
    table.run("plan", "--out", "plan.json")
    for told in (["plan.json"], ["--authority", "structure"]):
        ran = table.run("apply", *told, "--yes")
        assert ran.code == 4, ran.said
        assert ran.said.count("To let it pass: govkit apply") == 1
        assert "ou:/B/P is protected, and the plan would replace it" in ran.said
    ran = table.does("apply", "plan.json", "--yes", "--allow", "protect=1")
    assert "4 of 4 steps done" in ran.out


def test_trusted_access_that_a_policy_type_needs_is_not_disabled(table: Desk) -> None:
    """AWS refuses it; here before anything is written."""
    service = "inspector2.amazonaws.com"
    build({"ous": ["A", "B"]}, table.sandbox)
    scan = {"scan": {"type": "inspector", "policy": INSPECTOR, "attach": ["/"]}}
    table.layout(_layout(ous=AB, guardrails=scan, services={"trusted_access": [service]}))
    table.does("apply", "--yes")
    gone = {"trusted_access": [{"service": service, "absent": True}]}
    tagged = {**AB, "A": {"tags": {"tier": "x"}}}
    table.layout(_layout(ous=tagged, guardrails=scan, services=gone))
    before = table.content()
    ran = table.run("apply", "--yes")
    assert ran.code == 4, ran.said
    assert (
        f"AWS does not disable trusted access of {service} while policy type inspector" in ran.said
    )
    assert table.content() == before
