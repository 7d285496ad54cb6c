"""Takes out the findings that somebody allowed, and speaks of what they allowed in vain."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from govkit.checks._check import Check, Confidence
from govkit.checks._suppressions import SYNTAX, Misread, Suppression
from govkit.model.finding import Finding, Origin, Severity

EXPIRED = "GK290"
MISREAD = "GK291"
UNUSED = "GK292"
NOBODYS = "GK294"


@dataclass(frozen=True, slots=True)
class Said:
    """A suppression, or what was to be one, and the file that it is written in.

    `files` are those that it is about, by name; it may be about a pattern of them.
    """

    file: str
    given: Suppression | Misread
    files: frozenset[str]

    @property
    def where(self) -> Origin:
        """Where it is written."""
        return Origin(self.file, self.given.line, self.given.column)


@dataclass(frozen=True, slots=True)
class Placed:
    """A finding, and further places at which it may be allowed."""

    finding: Finding
    also: tuple[Origin, ...] = ()


def found_by(check: Check, subject: str, message: str, where: Origin | None) -> Finding:
    """Return what a check remarks, with what every rule of the lint has."""
    return Finding(
        check.code,
        check.severity,
        subject,
        message,
        check.fix,
        where,
        rule=check.name,
        confidence=check.confidence.value,
    )


def remaining(found: Iterable[Placed], said: Sequence[Said], today: date) -> tuple[Finding, ...]:
    """Return the findings that nobody allowed, with those about the suppressions themselves."""
    used: set[int] = set()
    left: list[Finding] = []
    for placed in found:
        by = [index for index, one in enumerate(said) if _allows(one, placed)]
        used.update(by)
        if not any(_holds(said[index], today) for index in by):
            left.append(placed.finding)
    left += _about(said, used, today)
    return tuple(dict.fromkeys(left))


def _allows(said: Said, placed: Placed) -> bool:
    given = said.given
    if isinstance(given, Misread) or placed.finding.code not in given.codes:
        return False
    places = [one for one in (placed.finding.where, *placed.also) if one is not None]
    return any(one.file in said.files and given.first <= one.line <= given.last for one in places)


def _holds(said: Said, today: date) -> bool:
    return isinstance(said.given, Suppression) and today <= said.given.until


def _about(said: Sequence[Said], used: set[int], today: date) -> Iterator[Finding]:
    for index, one in enumerate(said):
        given = one.given
        if isinstance(given, Misread):
            message = f"This suppression is not understood: {given.why}."
            yield _of(one, MISREAD, Severity.WARNING, message, f"Write: {SYNTAX}")
        elif given.until < today:
            codes = ", ".join(sorted(given.codes))
            message = f"The suppression of {codes} ended on {given.until}: {given.because}."
            hint = "Mend what it hid, or give it a new day."
            yield _of(one, EXPIRED, Severity.WARNING, message, hint)
        elif index not in used:
            codes = ", ".join(sorted(given.codes))
            message = f"The suppression of {codes} hides nothing."
            yield _of(one, UNUSED, Severity.NOTE, message, "Take it out.")
        elif not given.by:
            codes = ", ".join(sorted(given.codes))
            message = f"Nobody answers for the suppression of {codes}."
            yield _of(
                one, NOBODYS, Severity.NOTE, message, "Name who does: by NAME, before because."
            )


_RULES = {
    EXPIRED: "suppression-over",
    MISREAD: "suppression-not-understood",
    UNUSED: "suppression-idle",
    NOBODYS: "suppression-of-nobody",
}


def _of(said: Said, code: str, severity: Severity, message: str, fix: str) -> Finding:
    sure = Confidence.CERTAIN.value
    return Finding(
        code, severity, said.file, message, fix, said.where, rule=_RULES[code], confidence=sure
    )
