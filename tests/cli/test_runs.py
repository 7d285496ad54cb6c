"""history and rollback; accounts' IDs written back; doctor; --only."""

import json
import re
import subprocess

import pytest
import yaml
from terminal import Desk

from govkit.cli.tree import sandbox_tree
from govkit.sandbox import changes
from govkit.sandbox.console import Console
from govkit.sandbox.faults import Fault, Kind, plant
from govkit.sandbox.show import show


def _runs(table: Desk) -> list[dict[str, object]]:
    runs: list[dict[str, object]] = json.loads(table.run("history", "-f", "json").out)["runs"]
    return runs


def test_history_tells_each_run(table: Desk) -> None:
    assert "No runs yet." in table.does("history").out
    plant(table.sandbox, Fault(Kind.ACCESS_DENIED, "write", skip=5, times=1))
    assert table.run("apply", "--yes", "--change", "SEC-4821").code == 6
    table.does("apply", "--yes")
    first, second = _runs(table)
    assert (first["outcome"], first["done"], first["steps"]) == ("stopped", 5, 21)
    assert (second["outcome"], second["done"], second["steps"]) == ("done", 16, 16)
    journal = (table.folder / ".govkit" / "runs" / f"{first['id']}.jsonl").read_text()
    assert '"ticket":"SEC-4821"' in journal
    assert f"stopped, finished by {second['id']}" in table.does("history").out
    assert (first["finished_by"], second["finished_by"]) == (second["id"], None)


def test_a_run_killed_after_its_last_call_is_finished_by_one_that_finds_nothing_to_do(
    done: Desk,
) -> None:
    (journal,) = (done.folder / ".govkit" / "runs").iterdir()
    whole = journal.read_text()
    journal.write_text(whole[: whole[:-1].rindex("\n") + 1])
    assert "killed, all done, not verified" in done.does("history").out
    ran = done.does("apply", "--yes")
    assert f"Nothing is left of run {journal.stem} either" in ran.err
    killed, closing = _runs(done)
    assert killed["finished_by"] == closing["id"]
    assert (closing["outcome"], closing["steps"]) == ("done", 0)
    assert "Nothing is left of run" not in done.does("apply", "--yes").err
    assert len(_runs(done)) == 2
    assert done.does("history").out.endswith(f"rollback {killed['id']}\n")
    assert done.does("history", "verify").code == 0


def test_what_is_asked_for_in_part_finishes_nothing_else(table: Desk) -> None:
    plant(table.sandbox, Fault(Kind.ACCESS_DENIED, "write", skip=5, times=1))
    assert table.run("apply", "--yes").code == 6
    table.does("apply", "--yes", "--only", "guardrail:keep-keys")
    assert _runs(table)[0]["finished_by"] is None
    table.does("apply", "--yes")
    first, part, whole = _runs(table)
    assert first["finished_by"] == whole["id"]
    assert part["outcome"] == "done"


def test_history_says_when_a_journal_was_touched(done: Desk) -> None:
    (journal,) = (done.folder / ".govkit" / "runs").iterdir()
    text = journal.read_text()
    journal.chmod(0o600)
    journal.write_text(text.replace('"entry":"begin"', '"entry":"began"', 1))
    ran = done.run("history")
    assert ran.code == 1
    assert f"{journal.name}:2" in ran.said


def test_a_rollback_leads_back_to_how_things_were(table: Desk) -> None:
    """The accounts that were made stay, and so does the OU that holds one; findings say so."""
    before = sandbox_tree(show(table.sandbox))
    table.does("apply", "--yes")
    (run,) = _runs(table)
    shown = table.does("rollback", str(run["id"]), "--dry-run", "--allow", "max_deletes=20")
    assert "stays: a rollback closes no account" in shown.out
    table.does("rollback", str(run["id"]), "--yes", "--allow", "max_deletes=20")
    after = sandbox_tree(show(table.sandbox))
    assert "Prod is to be absent and is not empty" in shown.out
    kept = [line for line in after.splitlines() if "search" not in line and "Prod/" not in line]
    assert _plain("\n".join(kept)) == _plain(before)
    assert [one["command"] for one in _runs(table)] == ["apply", f"rollback {run['id']}"]


def _plain(tree: str) -> list[str]:
    """Return what a tree says, its drawing and the types that are never disabled aside."""
    lines = [re.sub(r"^[│├└─ ]+", "", line) for line in tree.splitlines()]
    return sorted(line for line in lines if line and not line.startswith("Policy types"))


def test_a_rollback_that_goes_too_far_is_refused(done: Desk) -> None:
    (run,) = _runs(done)
    before = done.content()
    ran = done.run("rollback", str(run["id"]), "--yes")
    assert ran.code == 4
    assert "--allow max_deletes=" in ran.err
    assert done.content() == before


def test_a_run_that_did_nothing_is_rolled_back_by_nothing(done: Desk) -> None:
    done.does("apply", "--yes")
    runs = _runs(done)
    assert len(runs) == 1


# --- accounts' IDs -----------------------------------------------------------------------------


def test_the_ids_of_created_accounts_are_written_back_and_nothing_else(table: Desk) -> None:
    path = table.folder / "org_layout.yaml"
    text = path.read_text().replace("search-prod:", "search-prod:  # the new one", 1)
    path.write_text(text)
    table.does("apply", "--yes")
    ran = table.does("account", "ids")
    told = dict(re.findall(r"(search-\w+) is (\d{12})", ran.err))
    assert set(told) == {"search-prod", "search-dev"}
    written = path.read_text()
    accounts = yaml.safe_load(written)["accounts"]
    for key, given in told.items():
        assert accounts[key]["id"] == given
    assert "# the new one" in written
    assert len(written.splitlines()) - len(text.splitlines()) in {0, 2}
    assert "No changes." in table.does("plan").out
    assert "has its ID" in table.does("account", "ids").err
    assert path.read_text() == written


def test_before_they_exist_there_is_nothing_to_write(table: Desk) -> None:
    before = (table.folder / "org_layout.yaml").read_bytes()
    table.does("account", "ids")
    assert (table.folder / "org_layout.yaml").read_bytes() == before


# --- doctor ------------------------------------------------------------------------------------


def test_doctor_sees_nothing_in_the_way(table: Desk) -> None:
    ran = table.does("doctor")
    assert ran.out.endswith("0 in the way. Next: govkit plan\n")
    assert "BAD" not in ran.out
    assert "tag: apply will enable them" in ran.out


def test_doctor_names_what_is_in_the_way(table: Desk) -> None:
    layout = yaml.safe_load((table.folder / "org_layout.yaml").read_text())
    table.layout({**layout, "organization": {"id": "o-anotherorgid"}, "store": "s3://acme/govkit"})
    ran = table.run("doctor")
    assert ran.code == 3
    assert "BAD" in ran.out
    assert "o-anotherorgid" in ran.out
    (table.folder / "org_layout.yaml").write_text("version: 2\n")
    assert table.run("doctor").code == 3
    plant(table.sandbox, Fault(Kind.EXPIRED_TOKEN, "*", times=99))
    table.layout(layout)
    ran = table.run("doctor")
    assert ran.code == 3
    assert "credentials" in ran.out


# --- only --------------------------------------------------------------------------------------


ONLY = {
    "guardrail:keep-keys": {"policy:scp/keep-keys", "attachment:scp/keep-keys@account:audit"},
    "guardrail:keep-buckets": {
        "policy:scp/keep-buckets",
        "attachment:scp/keep-buckets@ou:/Workloads",
        "attachment:scp/keep-buckets@ou:/Workloads/NonProd",
    },
    "ou:Old": {"ou:/Old"},
    "ou:Workloads/NonProd": {
        "ou:/Workloads/NonProd",
        "attachment:scp/keep-buckets@ou:/Workloads/NonProd",
    },
    "account:payments-prod": set(),  # the OU that it is to go to is left out
}


@pytest.mark.parametrize("selector", ONLY)
def test_what_is_selected_is_planned_and_the_rest_is_counted(template: Desk, selector: str) -> None:
    told = json.loads(template.does("plan", "-f", "json", "--only", selector).out)
    assert {step["address"] for step in told["steps"]} == ONLY[selector]
    assert told["summary"]["left_out"] > 10
    both = ["--only", selector, "--only", "ou:Old"]
    more = json.loads(template.does("plan", "-f", "json", *both).out)
    assert {step["address"] for step in more["steps"]} == ONLY[selector] | {"ou:/Old"}


def test_what_concerns_an_account_is_selected_with_it(done: Desk) -> None:
    by = Console(done.sandbox)
    changes.detach(by, "keep-keys", "audit")
    changes.undelegate(by, "audit", "config.amazonaws.com")
    changes.move_account(by, "audit", "Workloads")
    changes.detach(by, "keep-keys", "Workloads/Prod")
    told = json.loads(done.does("plan", "-f", "json", "--only", "account:audit").out)
    assert {(step["action"], step["address"].partition(":")[0]) for step in told["steps"]} == {
        ("attach", "attachment"),
        ("move", "account"),
        ("register", "delegated_administrator"),
    }
    assert told["summary"]["left_out"] == 1


def test_everything_below_the_root_is_everything(template: Desk) -> None:
    for selector in ("ou:**", "ou:/**"):
        told = json.loads(template.does("plan", "-f", "json", "--only", selector).out)
        assert told["summary"]["left_out"] == 0


def test_one_part_after_the_other_is_the_whole(table: Desk) -> None:
    table.does("apply", "--yes", "--only", "ou:Workloads/**")
    table.does("apply", "--yes", "--only", "guardrail:keep-keys", "--only", "guardrail:cost-tags")
    ran = table.does("apply", "--yes")
    assert " done. Run" in ran.out
    assert "No changes." in table.does("plan").out


def test_what_changed_since_a_revision(done: Desk) -> None:
    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=Jane", "-c", "user.email=jane@example.com"]
        subprocess.run(
            ["git", *identity, *arguments],  # noqa: S607 - whichever git there is
            cwd=done.folder,
            check=True,
            capture_output=True,
        )

    git("init", "-q")
    git("add", "org_layout.yaml")
    git("commit", "-qm", "as it was")
    changes.detach(Console(done.sandbox), "keep-buckets", "Workloads")
    layout = yaml.safe_load((done.folder / "org_layout.yaml").read_text())
    layout["ous"]["Later"] = None
    done.layout(layout)
    told = json.loads(done.does("plan", "-f", "json", "--only", "changed:HEAD").out)
    assert [step["address"] for step in told["steps"]] == ["ou:/Later"]
    assert told["summary"]["left_out"] == 1
    assert done.run("diff", "git:HEAD", "layout", "--exit-code").code == 2
    assert done.run("plan", "--only", "changed:nothing").code == 64
