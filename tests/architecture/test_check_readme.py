"""The checker of transcripts: what it takes for the same, what it says, and how it renews."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[2]
SCRIPT = REPOSITORY / "scripts" / "check_readme.py"


def loaded() -> Any:
    spec = importlib.util.spec_from_file_location("check_readme", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["check_readme"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


check = loaded()
PAGE = """# A page

```console
$ echo one; echo two >&2
one
two
$ exit_with() { return "$1"; }
$ exit_with 3
[exit 3]
```

```yaml made.yaml
key: value
```

```console
$ cat made.yaml
key: value
$ printf '%s\\n' a \\
> b
a
b
```

```sh
false
```
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "PAGE.md"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_true_page_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check.main([str(written(tmp_path, PAGE))]) == 0
    assert capsys.readouterr().out == ""


def test_a_difference_is_shown_and_ends_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, PAGE.replace("\ntwo\n", "\nthree\n"))
    assert check.main([str(path)]) == 1
    told = capsys.readouterr().out
    assert "-three\n+two\n" in told
    assert "three" in path.read_text(encoding="utf-8")


def test_an_exit_status_that_is_not_shown_is_a_difference(tmp_path: Path) -> None:
    assert check.main([str(written(tmp_path, PAGE.replace("[exit 3]\n", "")))]) == 1


def test_an_exit_status_that_did_not_happen_is_a_difference(tmp_path: Path) -> None:
    path = written(tmp_path, "```console\n$ true\n[exit 1]\n```\n")
    assert check.main([str(path)]) == 1


def test_an_update_makes_the_page_true(tmp_path: Path) -> None:
    path = written(tmp_path, PAGE.replace("\none\ntwo\n", "\n").replace("[exit 3]\n", ""))
    assert check.main(["--update", str(path)]) == 0
    assert path.read_text(encoding="utf-8") == PAGE


def test_a_command_that_ends_the_shell_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, "```console\n$ true\n$ exit 0\n$ true\n```\n")
    with pytest.raises(ValueError, match="the shell ended at line 3"):
        check.main([str(path)])


def test_a_block_begins_with_a_command(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="line 2"):
        check.main([str(written(tmp_path, "```console\nno command\n```\n"))])


def test_nothing_of_the_surroundings_gets_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    text = '```console\n$ echo "$AWS_PROFILE$GOVKIT_TODAY $LOGNAME"; pwd\n2026-11-23 jane\n/home/jane/acme\n```\n'
    assert check.main([str(written(tmp_path, text))]) == 0


@pytest.mark.parametrize(
    ("shown", "real"),
    [
        (["one", "…", "four"], ["one", "two", "three", "four"]),
        (["one", "…", "two"], ["one", "two"]),
        (["…"], []),
        (["a long …"], ["a long and winding road"]),
        (["Run 20261123T225907Z-822f6e7b."], ["Run 20270101T000000Z-00000000."]),
        (["at 2026-11-23T22:59:07.495+00:00"], ["at 2027-01-01T00:00:00.001+00:00"]),
        (["on 127.0.0.1:1"], ["on 127.0.0.1:65000"]),
        (["(a+b) [c]"], ["(a+b) [c]"]),
        (["trailing"], ["trailing  "]),
    ],
)
def test_what_is_shown_agrees_with_what_is_real(shown: list[str], real: list[str]) -> None:
    assert check.agrees(shown, real)


@pytest.mark.parametrize(
    ("shown", "real"),
    [
        (["one", "…", "four"], ["one", "two", "three"]),
        (["one"], ["one", "two"]),
        (["one", "two"], ["one"]),
        (["a long …"], ["a short way"]),
        (["12 accounts"], ["13 accounts"]),
        (["p-4vx3b6rlwr"], ["p-4vx3b6rlwx"]),
    ],
)
def test_what_differs_is_seen(shown: list[str], real: list[str]) -> None:
    assert not check.agrees(shown, real)


def test_an_update_keeps_what_was_left_out() -> None:
    shown = ["head", "…", "middle", "…", "last 1"]
    real = ["head", "a", "b", "middle", "c", "last 2"]
    assert check.renewed(shown, real) == ["head", "…", "middle", "…", "last 2"]


def test_an_update_shows_what_nothing_left_out() -> None:
    assert check.renewed(["head", "tail"], ["head", "a", "tail", "b"]) == ["head", "a", "tail", "b"]
    assert check.renewed(["…", "tail"], ["a", "tail", "b"]) == ["…", "tail", "b"]


def test_an_update_stays_short_where_the_lines_around_a_gap_are_gone() -> None:
    shown = ["[1/3] create a", "…", "[3/3] delete c", "Applied: 3 of 3."]
    real = ["[1/4] create b", "[2/4] move", "[3/4] wait", "[4/4] delete c", "Applied: 4 of 4."]
    assert check.renewed(shown, real) == [
        "[1/4] create b",
        "…",
        "[4/4] delete c",
        "Applied: 4 of 4.",
    ]
    assert check.renewed(["gone", "…", "last"], ["a", "b", "c", "last"]) == ["…", "last"]


def test_an_update_keeps_the_gap_before_an_empty_line() -> None:
    shown = ["head", "…", "", "tail", "old"]
    real = ["head", "", "x", "", "tail", "new"]
    assert check.renewed(shown, real) == ["head", "…", "", "tail", "new"]


def test_an_update_keeps_a_line_cut_short() -> None:
    assert check.renewed(["long …", "old"], ["long line", "new"]) == ["long …", "new"]


def test_the_readme_is_what_is_checked_first() -> None:
    found = check.documents()
    assert found[0] == REPOSITORY / "README.md"
    assert REPOSITORY / "docs" / "sandbox.md" in found


def test_the_script_runs_on_its_own(tmp_path: Path) -> None:
    path = written(tmp_path, "```console\n$ govkit --version | cut -d' ' -f1\nGovkit\n```\n")
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "-Govkit\n+govkit\n" in done.stdout
