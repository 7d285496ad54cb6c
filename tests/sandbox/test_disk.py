"""The folder: readable, whole, shared between processes, and honest about damage."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from govkit.sandbox import disk, log
from govkit.sandbox.disk import write_whole
from govkit.sandbox.making import Story, configure, new, remove
from govkit.sandbox.refusals import RefusalError, SandboxError
from govkit.sandbox.sandbox import Sandbox
from govkit.sandbox.settings import Settings, settings_from_json
from govkit.sandbox.show import show
from govkit.sandbox.store import write_settings
from govkit.sandbox.tables import read_document

REPOSITORY = Path(__file__).parents[2]
WRITER = """
import sys
from pathlib import Path
from govkit.sandbox.sandbox import Sandbox
sandbox = Sandbox(Path(sys.argv[1]))
root = sandbox.call("ListRoots")["Roots"][0]["Id"]
for number in range(int(sys.argv[3])):
    sandbox.call("CreateOrganizationalUnit", {"ParentId": root, "Name": f"{sys.argv[2]}{number}"})
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    new(tmp_path / "sandbox")
    return tmp_path / "sandbox"


def start(directory: Path, name: str, count: int) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(directory), name, str(count)], env=environment
    )


def test_what_one_process_writes_another_sees(directory: Path) -> None:
    sandbox = Sandbox(directory)
    root = sandbox.call("ListRoots")["Roots"][0]["Id"]
    assert start(directory, "theirs", 1).wait() == 0
    found = sandbox.call("ListOrganizationalUnitsForParent", {"ParentId": root})
    assert [ou["Name"] for ou in found["OrganizationalUnits"]] == ["theirs0"]


def test_processes_that_write_at_once_lose_nothing(directory: Path) -> None:
    writers = [start(directory, name, 25) for name in ("a", "b", "c")]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    shown = show(directory)
    assert shown.root is not None
    assert len(shown.root.ous) == 75
    assert len({ou.id for ou in shown.root.ous}) == 75
    calls = [event for event in log.events(directory) if not event["read_only"]]
    assert len(calls) == 75


def test_the_file_is_json_with_a_row_a_line(directory: Path) -> None:
    text = (directory / "organizations.json").read_text()
    data = json.loads(text)
    assert (data["format"], data["version"]) == ("govkit-sandbox organizations", 1)
    row = json.dumps(data["policies"]["p-FullAWSAccess"])
    assert f'"p-FullAWSAccess": {row}' in [line.rstrip(",") for line in text.splitlines()]
    assert (directory / "organizations.json").stat().st_mode & 0o777 == 0o600


def test_a_change_touches_only_its_lines(directory: Path) -> None:
    before = (directory / "organizations.json").read_text().splitlines()
    sandbox = Sandbox(directory)
    sandbox.call(
        "TagResource", {"ResourceId": show_root(sandbox), "Tags": [{"Key": "a", "Value": "b"}]}
    )
    after = (directory / "organizations.json").read_text().splitlines()
    assert [line for line in after if line not in before] == [
        '"tags": {',
        f'"{show_root(sandbox)}": {{"Tags": {{"a": "b"}}}}',
        "},",
    ][: len([line for line in after if line not in before])]
    assert set(before) - set(after) == {'"tags": {},'}


def show_root(sandbox: Sandbox) -> str:
    return str(sandbox.call("ListRoots")["Roots"][0]["Id"])


def test_a_file_edited_by_hand_is_read_and_written_in_order_again(directory: Path) -> None:
    path = directory / "organizations.json"
    data = json.loads(path.read_text())
    path.write_text(json.dumps(data, indent=4))
    sandbox = Sandbox(directory)
    sandbox.call("CreateOrganizationalUnit", {"ParentId": show_root(sandbox), "Name": "x"})
    again = json.loads(path.read_text())
    assert len(again["ous"]) == 1
    assert again["policies"] == data["policies"]
    assert len(path.read_text().splitlines()) < 40


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("", "The sandbox's files are damaged"),
        ('{"format": "govkit-sandbox organizations", "vers', "The sandbox's files are damaged"),
        ("[" * 100_000, "The sandbox's files are damaged"),
        ("[]", "Not a sandbox's file"),
        ('{"hello": "world"}', "Not a sandbox's file"),
        (
            '{"format": "govkit-sandbox organizations", "version": 2}',
            "The sandbox is of another version",
        ),
        (
            '{"format": "govkit-sandbox organizations", "version": 1}',
            "The sandbox's files are damaged",
        ),
        (
            '{"format": "govkit-sandbox organizations", "version": 1, "more": {}}',
            "The sandbox's files are damaged",
        ),
    ],
)
def test_a_file_that_cannot_be_is_one_clear_error(directory: Path, text: str, summary: str) -> None:
    (directory / "organizations.json").write_text(text)
    with pytest.raises(SandboxError) as caught:
        Sandbox(directory).call("ListRoots")
    assert caught.value.summary == summary
    assert "organizations" in caught.value.detail


def test_bytes_that_are_no_text_are_one_clear_error(directory: Path) -> None:
    (directory / "organizations.json").write_bytes(b"\x80\x04\x95pickle")
    with pytest.raises(SandboxError, match="damaged"):
        Sandbox(directory).call("ListRoots")


def test_a_row_that_lacks_or_bends_a_field_is_named(directory: Path) -> None:
    path = directory / "organizations.json"
    whole = json.loads(path.read_text())
    lacking = json.loads(path.read_text())
    del lacking["accounts"]["111111111111"]["Email"]
    bent = json.loads(path.read_text())
    bent["accounts"]["111111111111"]["Email"] = 5
    wrong = {**whole, "accounts": []}
    for data, said in ((lacking, "111111111111"), (bent, "Email"), (wrong, "accounts")):
        path.write_text(json.dumps(data))
        with pytest.raises(SandboxError, match=said):
            Sandbox(directory).call("ListRoots")


def test_a_folder_that_is_no_sandbox_is_said_so(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "absent"):
        with pytest.raises(SandboxError, match="No sandbox here"):
            Sandbox(folder).call("ListRoots")
        with pytest.raises(SandboxError, match="No sandbox here"), disk.exclusive(tmp_path / "no"):
            pass
        with pytest.raises(SandboxError, match="No sandbox here"):
            remove(folder)


def test_a_file_that_cannot_be_opened_is_said_so(directory: Path) -> None:
    (directory / "sandbox.json").unlink()
    (directory / "sandbox.json").mkdir()
    with pytest.raises(SandboxError, match="cannot be read"):
        Sandbox(directory).call("ListRoots")


def test_a_sandbox_is_made_in_an_empty_folder_only(tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("mine")
    for story in (Story.EMPTY, Story.NOTHING):
        with pytest.raises(SandboxError, match="not empty"):
            new(tmp_path, story)
    with pytest.raises(SandboxError, match="not empty"):
        new(tmp_path / "precious.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["precious.txt"]


def test_a_sandbox_can_be_removed(directory: Path) -> None:
    remove(directory)
    assert not directory.exists()


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_whole(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "new \ud800")
    assert path.read_text() == "old"
    assert [found.name for found in tmp_path.iterdir()] == ["file"]


def test_a_handler_that_breaks_leaves_nothing_half_done(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox = Sandbox(directory)
    root = show_root(sandbox)
    monkeypatch.setattr("govkit.sandbox.organizations.tree.attach_defaults", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        sandbox.call("CreateOrganizationalUnit", {"ParentId": root, "Name": "x"})
    monkeypatch.undo()
    children = sandbox.call("ListChildren", {"ParentId": root, "ChildType": "ORGANIZATIONAL_UNIT"})
    assert children["Children"] == []


def test_the_log_says_who_did_what_and_what_became_of_it(directory: Path) -> None:
    sandbox = Sandbox(directory)
    root = show_root(sandbox)
    made = sandbox.call("CreateOrganizationalUnit", {"ParentId": root, "Name": "x"})
    with pytest.raises(RefusalError):
        sandbox.call("CreateOrganizationalUnit", {"ParentId": root, "Name": "x"})
    read, write, refused = log.events(directory)
    assert (read["operation"], read["read_only"], read["response"]) == ("ListRoots", True, {})
    assert write["response"]["OrganizationalUnit"]["Id"] == made["OrganizationalUnit"]["Id"]
    assert write["params"] == {"ParentId": root, "Name": "x"}
    assert write["error"] is None
    assert refused["error"]["code"] == "DuplicateOrganizationalUnitException"
    assert refused["caller"]["account"] == "111111111111"


def test_the_log_can_be_switched_off(tmp_path: Path) -> None:
    new(tmp_path / "x", settings=Settings(log_calls=False))
    show_root(Sandbox(tmp_path / "x"))
    assert list(log.events(tmp_path / "x")) == []


def test_an_unfinished_line_of_the_log_is_cut_off(directory: Path) -> None:
    sandbox = Sandbox(directory)
    show_root(sandbox)
    path = directory / log.NAME
    with path.open("a") as file:
        file.write('{"time": "2026')
    assert len(list(log.events(directory))) == 1
    show_root(sandbox)
    assert len(list(log.events(directory))) == 2
    path.write_text("no\n")
    with pytest.raises(SandboxError, match="damaged"):
        list(log.events(directory))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([], "object"),
        ({"speed": 1}, "speed"),
        ({"paths": 1}, "paths"),
        ({"read_lag": -1}, "read_lag"),
        ({"read_lag": True}, "read_lag"),
        ({"roles": "x"}, "roles"),
        ({"limits": {"ous": "x"}}, "limits"),
        ({"seed": 1}, "seed"),
    ],
)
def test_wrong_settings_are_named(data: Any, said: str) -> None:
    with pytest.raises(SandboxError, match=said):
        settings_from_json(data)


def test_settings_survive_the_disk(tmp_path: Path) -> None:
    settings = Settings(roles=("a",), limits={"ous": 3}, read_lag=2, latency_seconds=0.5)
    write_settings(tmp_path, settings)
    assert Sandbox(tmp_path).settings == settings


def test_settings_changed_by_another_process_are_met(directory: Path) -> None:
    sandbox = Sandbox(directory)
    configure(directory, Settings(limits={"ous": 0}))
    with pytest.raises(RefusalError, match="number of organizational units"):
        sandbox.call("CreateOrganizationalUnit", {"ParentId": show_root(sandbox), "Name": "x"})


def test_a_text_that_does_not_fit_the_rows_is_not_taken_over() -> None:
    shapes = Sandbox(Path("unused")).services["organizations"].shapes
    data: dict[str, Any] = {name: {} for name in shapes}
    data["outside"] = {"1": {"Id": "1", "Name": "a", "Email": "b"}}
    document = read_document(
        "organizations", shapes, data, '{\n"outside": {\n"2": {}\n},\n"ous": {}}'
    )
    assert document.tables["outside"].text() == '{\n"1": {"Id": "1", "Name": "a", "Email": "b"}\n}'
