"""The layout's own file: what cannot be read is one clear fault, in bounded time and memory."""

import os
import resource
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from govkit.errors import Exit, LayoutError
from govkit.layout import files
from govkit.layout.read import read

TODAY = date(2026, 11, 23)
Reads = Callable[..., Any]
Complains = Callable[..., list[str]]


def refusal(path: Path) -> str:
    with pytest.raises(LayoutError) as caught:
        read(path, today=TODAY)
    assert caught.value.exit is Exit.NOT_UNDERSTOOD
    assert len(caught.value.faults) == 1
    return str(caught.value)


def test_a_missing_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert refusal(tmp_path / "org_layout.yaml") == (
        "The layout cannot be understood: 1 fault\norg_layout.yaml:1:1  There is no such file\n"
        "  Name the layout by -l FILE, or try one in a pretend organization: govkit demo"
    )


def test_a_directory(tmp_path: Path) -> None:
    assert "This is a directory, not a file" in refusal(tmp_path)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "This is not a regular file" in refusal(tmp_path / "pipe")


def test_a_loop_of_links(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert "This file cannot be read: " in refusal(tmp_path / "a")


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "org_layout.yaml"
    path.write_text("version: 1\n")

    def refused(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "open", refused)
    assert "This file may not be read" in refusal(path)


def test_a_hundred_megabytes_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "org_layout.yaml"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.monotonic()
    assert "This file is too large: 100,000,000 bytes" in refusal(path)
    assert time.monotonic() - started < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def test_a_file_that_grows_while_it_is_read_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "grows.yaml"
    path.write_text("x" * 200)
    facts = os.stat_result((0o100644, 0, 0, 1, 0, 0, 5, 0, 0, 0))
    monkeypatch.setattr(Path, "stat", lambda _: facts)
    with pytest.raises(files.UnreadableError, match="too large: 101 bytes"):
        files.read_file(path, "grows.yaml", 100)


def test_all_files_together_are_bounded(
    complains: Complains, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_BYTES", 100)
    said = complains(
        "version: 1\ninclude: ['*.yml']\n", {"a.yml": "# " + "a" * 40, "b.yml": "# " + "b" * 40}
    )
    assert said == ["b.yml:1:1 This file is too large: 42 bytes, where 28 are left"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            b"version: 1\n\x00\x01",
            "org_layout.yaml:2:1 This file is binary: it contains a NUL byte",
        ),
        ("version: 1\n".encode("utf-16"), "org_layout.yaml:1:1 This file is UTF-16"),
        (b"v: \xff\n", "org_layout.yaml:1:4 This file is not UTF-8 text: byte 0xff"),
        (
            b"a: \xc3\xa9\nb: \xe9t\xe9\n",
            "org_layout.yaml:2:4 This file is not UTF-8 text: byte 0xe9",
        ),
        (b"", "org_layout.yaml:1:1 This layout is empty"),
        (b"\x1f\x8b\x08", "org_layout.yaml:1:2 This file is not UTF-8 text: byte 0x8b"),
    ],
)
def test_what_is_no_text(complains: Complains, content: bytes, said: str) -> None:
    assert complains(content) == [said]


def test_a_byte_order_mark_in_front_is_passed_over(reads: Reads) -> None:
    assert reads(b"\xef\xbb\xbfversion: 1\nlayout: bom\n").layout == "bom"


def test_windows_line_ends_are_line_ends(reads: Reads, complains: Complains) -> None:
    assert reads(b"version: 1\r\nlayout: win\r\n").layout == "win"
    assert complains(b"version: 1\r\nous:\r\n  A: {x: 1}\r\n")[0].startswith("org_layout.yaml:3:7 ")


@pytest.mark.parametrize("bomb", ["[", "{a: ", "- ", "? ", "&a ["])
def test_bottomless_nesting_ends_at_once(complains: Complains, bomb: str) -> None:
    started = time.monotonic()
    (said,) = complains("version: 1\nbaseline:\n  " + bomb * 100_000)
    # Newer libyaml stops by itself, before we would.
    ends = ("is nested deeper than 60 levels", "A key must be a text", "maximum nesting depth")
    assert any(end in said for end in ends)
    assert time.monotonic() - started < 5


def test_a_bomb_of_aliases_is_refused_in_bounded_time(complains: Complains) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    started = time.monotonic()
    (said,) = complains("version: 1\nbaseline:\n  " + "\n  ".join(lines))
    assert "Aliases repeat more than 500,000 values in this file" in said
    assert time.monotonic() - started < 5


def test_aliases_are_welcome_in_reason(reads: Reads) -> None:
    wanted = reads(
        "version: 1\nous:\n  A: &prod {protect: true, tags: {tier: &t prod}}\n  B: *prod\n"
        "  C: {tags: {*t : x}}\n"
    )
    assert len(wanted.protected) == 2


def test_thousands_of_faults_are_told_in_bounded_time(complains: Complains) -> None:
    accounts = "\n".join(f'  a{n}: {{id: "{n:012d}", ou: Nowhere{n}}}' for n in range(2_000))
    ous = "\n".join(f"  Somewhere{n}:" for n in range(500))
    started = time.monotonic()
    said = complains(f"version: 1\nous:\n{ous}\naccounts:\n{accounts}\n")
    assert len(said) == 2_000
    assert time.monotonic() - started < 20
