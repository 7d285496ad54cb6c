"""Small organizations made by Hypothesis, as layouts: pairs of before and after, shared by all tests."""

from collections.abc import Iterable
from typing import Any

from hypothesis import strategies as st

ACCOUNTS = tuple(f"{number:012d}" for number in range(200000000001, 200000000007))
KEYS = tuple(f"acc-{number}" for number in range(len(ACCOUNTS)))
NAMES = ("Prod", "Dev", "Sand~1box", "Team A", "X")
GUARDRAILS = ("deny-a", "deny-b", "deny-c", "deny-d")
ACTIONS = ("s3:DeleteBucket", "ec2:RunInstances", "iam:CreateUser", "kms:ScheduleKeyDeletion")


def statement(actions: list[str]) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": actions, "Resource": "*"}


def document(actions: list[str]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [statement(actions)]}


@st.composite
def ou_paths(draw: st.DrawFn) -> list[str]:
    """Draw OU paths, parents included, at most three levels deep."""
    paths: list[str] = []
    for _ in range(draw(st.integers(0, 6))):
        parent = draw(st.sampled_from(["", *[path for path in paths if path.count("/") < 2]]))
        path = f"{parent}/{draw(st.sampled_from(NAMES))}".lstrip("/")
        if path not in paths:
            paths.append(path)
    return paths


@st.composite
def layouts(draw: st.DrawFn, paths: list[str] | None = None) -> dict[str, Any]:
    """Draw a layout of the organization that `sandbox_of` makes."""
    ous = draw(ou_paths()) if paths is None else paths
    places = ["/", *ous]
    targets = [*places, *(f"account:{key}" for key in KEYS)]
    guardrails: dict[str, Any] = {}
    for key in draw(st.lists(st.sampled_from(GUARDRAILS), unique=True)):
        actions = draw(st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=2, unique=True))
        attach = draw(st.lists(st.sampled_from(targets), max_size=3, unique=True))
        guardrails[key] = {"policy": document(actions), "attach": attach}
    return {
        "version": 1,
        "layout": "main",
        "ous": {path: draw(tags_of_ou()) for path in ous},
        "accounts": {
            key: {"id": ident, "ou": draw(st.sampled_from(places))}
            for key, ident in zip(KEYS, ACCOUNTS, strict=True)
        },
        "guardrails": guardrails,
    }


def tags_of_ou() -> st.SearchStrategy[dict[str, Any]]:
    tags = st.fixed_dictionaries({"tags": st.fixed_dictionaries({"tier": st.sampled_from("ab")})})
    return st.one_of(st.just({}), st.just({}), tags)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """Draw a layout and its successor, which names everything that was: absent or renamed where it goes."""
    before = draw(layouts())
    kept = [path for path in before["ous"] if draw(st.booleans()) or draw(st.booleans())]
    kept = [path for path in kept if all(above in kept for above in _above(path))]
    after = draw(layouts([*kept, *(p for p in draw(ou_paths()) if p not in before["ous"])]))
    after["ous"] = {path: after["ous"][path] for path in _closed(list(after["ous"]))}
    _repair(after)
    gone = [path for path in before["ous"] if path not in after["ous"]]
    for path in gone:
        new = [one for one in after["ous"] if _may_have_been(one, path, before["ous"])]
        if new and draw(st.booleans()):
            after["ous"][draw(st.sampled_from(new))]["was"] = path
        else:
            after["ous"][path] = {"absent": True}
    for key, was in before["guardrails"].items():
        if key not in after["guardrails"] and draw(st.booleans()):
            after["guardrails"][key] = {"policy": was["policy"], "absent": True}
    return before, after


def _may_have_been(new: str, old: str, before: Iterable[str]) -> bool:
    """Tell whether an OU may be listed as another's new name: beside it, and childless before."""
    beside = new.rpartition("/")[0] == old.rpartition("/")[0]
    return beside and new not in before and not any(one.startswith(f"{old}/") for one in before)


def _above(path: str) -> list[str]:
    steps = path.split("/")
    return ["/".join(steps[:count]) for count in range(1, len(steps))]


def _closed(paths: list[str]) -> list[str]:
    """Return the paths of which every parent is there too, parents first."""
    return sorted(path for path in paths if all(above in paths for above in _above(path)))


def _repair(layout: dict[str, Any]) -> None:
    """Let nothing refer to an OU that was dropped."""
    places = {"/", *layout["ous"]}
    for account in layout["accounts"].values():
        if account["ou"] not in places:
            account["ou"] = "/"
    for guardrail in layout["guardrails"].values():
        guardrail["attach"] = [
            target
            for target in guardrail["attach"]
            if target in places or target.startswith("account:")
        ]
