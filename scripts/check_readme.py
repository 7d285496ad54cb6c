"""Runs every console block of README.md and docs/, and says where the outcome is not what is shown.

A block is a transcript: `$ command`, further lines of the command after `> `, what it prints, and
`[exit 2]` where it does not end with 0. Each document has a fresh folder of its own, and its blocks
run there in order, in one shell. Two things may be left out, and are seen to be: a line `…` stands
for any lines, and ` …` at the end of a line for the rest of it. A fenced block whose info string
names a file (```yaml small.yaml) is written there first.

    scripts/check_readme.py [--update] [DOCUMENT…]
"""

import argparse
import difflib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
TODAY = "2026-11-23"
SECONDS = 120
ANY = "…"
_NEARLY = 0.75

# What differs from run to run, and what is compared in its place.
UNSTABLE = (
    (re.compile(r"\b\d{8}T\d{6}Z-[0-9a-f]{8}\b"), "RUN"),
    (re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(\+00:00|Z)"), "TIME"),
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:PORT"),
)
_FENCE = re.compile(r"^```(\w+)(?: (\S+))?$")
_MARK = re.compile("\x1e(\\d+)\n")


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a transcript, what it is shown to print, and the status it ends with."""

    text: str
    shown: tuple[str, ...]
    line: int


@dataclass(slots=True)
class Block:
    """A fenced block: a transcript, or the content of a file; lines count from 1."""

    language: str
    file: str | None
    first: int
    lines: list[str] = field(default_factory=list)

    @property
    def commands(self) -> list[Command]:
        """The commands of a transcript; ValueError where it does not begin with one."""
        found: list[tuple[int, list[str], list[str]]] = []
        for number, line in enumerate(self.lines, self.first):
            if line.startswith("$ "):
                found.append((number, [line[2:]], []))
            elif not found:
                raise ValueError(f"line {number}: a console block begins with a command")
            elif line.startswith("> ") and not found[-1][2]:
                found[-1][1].append(line[2:])
            else:
                found[-1][2].append(line)
        return [Command("\n".join(text), tuple(shown), at) for at, text, shown in found]


def blocks(document: str) -> Iterator[Block]:
    """Yield the transcripts and the files of a Markdown document."""
    block: Block | None = None
    for number, line in enumerate(document.split("\n"), 1):
        begins = _FENCE.match(line)
        if block is None and begins:
            block = Block(begins[1], begins[2], number + 1)
        elif block is not None and line == "```":
            if block.language == "console" or block.file:
                yield block
            block = None
        elif block is not None:
            block.lines.append(line)


def outcomes(document: Sequence[Block], folder: Path) -> list[tuple[str, ...]]:
    """Run all commands of a document in one shell; return what each one printed, line by line."""
    home = folder / "acme"
    home.mkdir()
    script = folder / "script.sh"
    script.write_text("".join(_scripted(document)), encoding="utf-8")
    done = subprocess.run(
        ["/bin/sh", str(script)],
        cwd=home,
        env=_environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    parts = _MARK.split(done.stdout.replace(str(home), "/home/jane/acme"))
    return [
        _outcome(printed, int(status))
        for printed, status in zip(parts[0::2], parts[1::2], strict=False)
    ]


def _scripted(document: Sequence[Block]) -> Iterator[str]:
    for block in document:
        if block.file is not None:
            text = "\n".join(block.lines)
            yield f"mkdir -p \"$(dirname '{block.file}')\"\n"
            yield f"cat > '{block.file}' <<'END OF FILE'\n{text}\nEND OF FILE\n"
        else:
            for command in block.commands:
                yield f"{command.text}\nprintf '\\036%d\\n' $?\n"


def _environment(folder: Path) -> dict[str, str]:
    programs = f"{Path(sys.executable).parent}{os.pathsep}/usr/local/bin:/usr/bin:/bin"
    return {
        "PATH": programs,
        "HOME": str(folder),
        "LOGNAME": "jane",
        "LC_ALL": "C.UTF-8",
        "GOVKIT_TODAY": TODAY,
    }


def _outcome(printed: str, status: int) -> tuple[str, ...]:
    lines = printed.split("\n")
    if lines[-1] == "":
        lines.pop()
    return (*lines, f"[exit {status}]") if status else tuple(lines)


def agrees(shown: Sequence[str], real: Sequence[str]) -> bool:
    """Tell whether the real lines are those that are shown, as far as they are shown."""
    return (
        re.fullmatch("".join(map(_pattern, shown)), "".join(f"{_same(line)}\n" for line in real))
        is not None
    )


def _pattern(shown: str) -> str:
    if shown == ANY:
        return r"(?:.*\n)*"
    if shown.endswith(f" {ANY}"):
        return re.escape(_same(shown.removesuffix(ANY))) + r".*\n"
    return re.escape(_same(shown)) + r"\n"


def _same(line: str) -> str:
    for pattern, word in UNSTABLE:
        line = pattern.sub(word, line)
    return line.rstrip()


def renewed(shown: Sequence[str], real: Sequence[str]) -> list[str]:
    """Return the real lines, left out where the lines that are shown leave out.

    What `…` stood for is found again by the lines around it that are still there, or nearly so.
    """
    result: list[str] = []
    line, place = -1, -1
    for at, found in [*_pairs(shown, real), (len(shown), len(real))]:
        between = list(real[place + 1 : found])
        result += [ANY] if ANY in shown[line + 1 : at] and between else between
        if at < len(shown):
            cut = shown[at].endswith(f" {ANY}") and agrees([shown[at]], [real[found]])
            result.append(shown[at] if cut else real[found])
        line, place = at, found
    return result


def _pairs(shown: Sequence[str], real: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield which line is which: first those that agree, between them those that nearly do."""
    there = [_same(line) for line in real]
    known = [_told(line, there) for line in shown]
    matcher = difflib.SequenceMatcher(None, known, there, autojunk=False)
    line = place = 0
    for block in matcher.get_matching_blocks():
        yield from _near(known, there, (line, block.a), (place, block.b))
        yield from ((block.a + step, block.b + step) for step in range(block.size))
        line, place = block.a + block.size, block.b + block.size


def _told(shown: str, there: Sequence[str]) -> str:
    """Return a shown line as it would stand among the real ones."""
    if shown == ANY:
        return "\0"
    if not shown.endswith(f" {ANY}"):
        return _same(shown)
    return next((line for line in there if agrees([shown], [line])), shown)


def _near(
    known: Sequence[str], there: Sequence[str], lines: tuple[int, int], places: tuple[int, int]
) -> Iterator[tuple[int, int]]:
    place = places[0]
    for line in range(*lines):
        close = difflib.get_close_matches(known[line], there[place : places[1]], 1, _NEARLY)
        if close:
            found = there.index(close[0], place)
            yield line, found
            place = found + 1


def checked(path: Path) -> tuple[str, str]:
    """Return a document's text as it is, and as it should be."""
    text = path.read_text(encoding="utf-8")
    found = list(blocks(text))
    with tempfile.TemporaryDirectory(prefix="readme-") as folder:
        real = outcomes(found, Path(folder))
    commands = [one for block in found if block.file is None for one in block.commands]
    if len(real) != len(commands):
        raise ValueError(f"{path}: the shell ended at line {commands[len(real)].line}")
    lines = text.split("\n")
    for command, printed in reversed(list(zip(commands, real, strict=True))):
        if not agrees(command.shown, printed):
            start = command.line + command.text.count("\n")
            lines[start : start + len(command.shown)] = renewed(command.shown, printed)
    return text, "\n".join(lines)


def documents() -> list[Path]:
    """Return README.md, and the pages of docs/ that hold transcripts."""
    pages = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
    return [page for page in pages if "\n```console\n" in page.read_text(encoding="utf-8")]


def main(arguments: Sequence[str]) -> int:
    """Check the documents, or bring them up to date; return 1 where one is not true."""
    parser = argparse.ArgumentParser(description="Check that documents show what commands print.")
    parser.add_argument("--update", action="store_true", help="rewrite what is not true any more")
    parser.add_argument("documents", nargs="*", type=Path)
    told = parser.parse_args(arguments)
    wrong = 0
    paths = told.documents or documents()
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(checked, paths))
    for path, (is_now, should_be) in zip(paths, both, strict=True):
        if is_now == should_be:
            continue
        wrong += 1
        name = os.path.relpath(path, REPOSITORY)
        sides = (is_now.splitlines(keepends=True), should_be.splitlines(keepends=True))
        sys.stdout.writelines(difflib.unified_diff(*sides, f"{name} (shown)", f"{name} (real)"))
        if told.update:
            path.write_text(should_be, encoding="utf-8")
    return 1 if wrong and not told.update else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
