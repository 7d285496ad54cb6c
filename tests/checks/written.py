"""Policy documents written in YAML, whose lines say which finding is expected of them.

A file is a stream of cases. A case is a list of documents that hold for one account, or one alone:
a map with the type as its key, and as its value the statements, or the whole document. `length` is
what AWS would count, `unreadable` why the text is no JSON.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from govkit.checks._check import Check
from govkit.checks._judge import Judged, judged
from govkit.checks._paper import Paper, Unreadable, paper
from govkit.policies.positions import Position

TYPES = ("scp", "rcp", "iam", "tag")
_EXPECT = re.compile(r"# expect: (GK\d{3})")


@dataclass(frozen=True)
class Case:
    """Documents for one account, and the nodes of the YAML that they were read from."""

    papers: list[Paper]
    nodes: list[tuple[Any, Any]]

    def found(self, by: Iterable[Check] | None = None) -> set[tuple[int, str]]:
        """Return the lines that checks (default: all) flag, each with the check's code."""
        targets = [tuple(range(len(self.papers)))]
        return {(self._line(one), one.check.code) for one in judged(self.papers, targets, by)}

    def _line(self, one: Judged) -> int:
        key, node = self.nodes[one.paper]
        line: int = key.start_mark.line
        for step in one.remark.path:
            if step == "Statement" and isinstance(node, yaml.SequenceNode):
                continue  # the statements stand there alone
            here = _below(node, step)
            if here is None:
                break
            line, node = here
        return line + 1


def expected(text: str) -> set[tuple[int, str]]:
    """Return the lines that say which finding is expected of them."""
    return {
        (number, code)
        for number, line in enumerate(text.split("\n"), 1)
        for code in _EXPECT.findall(line)
    }


def cases(path: Path) -> Iterator[Case]:
    """Yield the cases of a file."""
    text = path.read_text(encoding="utf-8")
    for node, value in zip(yaml.compose_all(text), yaml.safe_load_all(text), strict=True):
        values = value if isinstance(value, list) else [value]
        nodes = node.value if isinstance(value, list) else [node]
        yield Case(
            [_paper(f"document-{place}", one) for place, one in enumerate(values)],
            [_pair(one) for one in nodes],
        )


def _paper(name: str, given: dict[str, Any]) -> Paper:
    kind = next(key for key in given if key in TYPES)
    value = given[kind]
    if "unreadable" in given:
        return Paper(name, kind, None, unreadable=Unreadable(given["unreadable"], Position(1, 1)))
    if isinstance(value, list):
        value = {"Version": "2012-10-17", "Statement": value}
    return paper(name, kind, value, given.get("length", len(json.dumps(value))))


def _pair(node: Any) -> tuple[Any, Any]:
    return next((key, value) for key, value in node.value if key.value in TYPES)


def _below(node: Any, step: str | int) -> tuple[int, Any] | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
        return node.value[step].start_mark.line, node.value[step]
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == step:
                return key.start_mark.line, value
    return None
