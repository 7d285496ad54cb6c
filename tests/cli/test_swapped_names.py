"""OUs that swap names: by `was:` it is refused, and what the refusal says works, in one apply."""

import json
import re

from terminal import build, desk

LAYOUT = {
    "version": 1,
    "organization": {"id": "o-exampleorgid"},
    "accounts": {"pay": {"id": "555555555555", "ou": "Green"}},
}


def test_the_hint_leads_to_a_swap_in_one_apply_that_is_done_once() -> None:
    with desk() as table:
        build(
            {"ous": ["Blue", "Green"], "accounts": {"5" * 12: {"name": "pay", "ou": "Blue"}}},
            table.sandbox,
        )
        table.layout({**LAYOUT, "ous": {"Blue": {"was": "Green"}, "Green": {"was": "Blue"}}})
        refused = table.run("plan")
        assert refused.code == 3
        table.layout({**LAYOUT, "ous": {"Blue": None, "Green": None}})
        ids = {}
        for named in re.findall(r"govkit (show \S+ --live)", refused.err):
            told = json.loads(table.does(*named.split()).out)
            ids[told["name"]] = told["id"]
        assert len(ids) == 2
        swapped = {"Blue": {"id": ids["Green"]}, "Green": {"id": ids["Blue"]}}
        table.layout({**LAYOUT, "ous": swapped})
        table.does("apply", "--yes")
        assert table.run("plan", "--detailed-exitcode").code == 0
        rows = json.loads(table.content())["ous"].values()
        assert {row["Id"]: row["Name"] for row in rows} == {
            ids["Green"]: "Blue",
            ids["Blue"]: "Green",
        }
