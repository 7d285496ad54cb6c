"""Something you should know: data, not an exception, until a flow decides to stop for it."""

from dataclasses import dataclass
from enum import IntEnum

from govkit.model.resource import Json

PINNED = "GK320"  # what the layout wants is pinned off, and is not planned


class Severity(IntEnum):
    """How bad it is; comparable."""

    NOTE = 0
    WARNING = 1
    ERROR = 2

    @property
    def word(self) -> str:
        """The word that reports and `--fail-on` use."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """The line of the layout that asks for something; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    def to_json(self) -> Json:
        """Return `{"file", "line", "column"}`."""
        return {"file": self.file, "line": self.line, "column": self.column}


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A remark with a code that never varies; `rail` and `count` are set where a rail speaks.

    `rule` and `confidence` are set where the lint does: the rule's name, and what it rests on
    (`certain`, `likely`, `possible`).
    """

    code: str
    severity: Severity
    subject: str
    message: str
    hint: str = ""
    where: Origin | None = None
    rail: str | None = None
    count: int | None = None
    rule: str | None = None
    confidence: str | None = None

    def to_json(self) -> Json:
        """Return the finding as reports and plan files carry it; what only the lint says, where it does."""
        lint = {"rule": self.rule, "confidence": self.confidence}
        return {
            "code": self.code,
            "severity": self.severity.word,
            "subject": self.subject,
            "message": self.message,
            "hint": self.hint,
            "origin": None if self.where is None else self.where.to_json(),
            "rail": self.rail,
            "count": self.count,
            **(lint if self.rule is not None else {}),
        }
