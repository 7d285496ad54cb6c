"""Markdown, for comments on pull requests: fits into one, and no name in it can do harm."""

from collections.abc import Iterator, Sequence

from govkit.report import (
    _differences_text,
    _drift_text,
    _findings_text,
    _plan_text,
    _rails_text,
    _run_text,
)
from govkit.report._difference_lines import told
from govkit.report._format import Document, Format, Style
from govkit.report._ink import cleaned
from govkit.report._markdown import Block, code, escaped, fitted
from govkit.report._words import origin, outsiders, thing

_DIFF_SIGNS = {"~": "!", ">": "!"}  # the signs that GitHub colours


def plan_markdown(document: Document, style: Style) -> str:
    """Return the plan as a comment: the summary first, then what refuses it, steps and meaning."""
    plan, style = cleaned(document), _plain(style)
    fingerprint = f"{escaped(_plan_text.header(plan))}, {code(plan['fingerprint'])}"
    return fitted(
        [f"### {escaped(_plan_text.summary(plan, style))}", fingerprint],
        [
            Block("Refused", _bullets(_rails_text.refusal_section(plan, style))),
            Block("Allowed", _bullets(_rails_text.allowed_section(plan, style))),
            Block("Findings", _bullets(_plan_text.finding_section(plan, style)[1:])),
            Block("Steps", tuple(_steps(plan, style)), "diff", share=0.45),
            Block("What it means for accounts", tuple(_effects(plan, style))),
            Block("What targets hold then", _bullets(_plan_text.budget_section(plan, style)[1:])),
            *_outside(plan),
        ],
        f"_The whole plan:_ {code(f'{style.program} plan')}",
    )


def drift_markdown(document: Document, style: Style) -> str:
    """Return the drift as a comment: the summary first, then where nobody could look."""
    drift, style = cleaned(document), _plain(style)
    blocks = [
        Block(heading, tuple(_entries(found, style)), "diff")
        for heading, found in _drift_text.sorted_out(drift["drift"])
    ]
    findings = [
        line for each in drift["findings"] for line in _findings_text.finding_lines(each, style)
    ]
    return fitted(
        [
            f"### {escaped(_drift_text.summary(drift, style))}",
            f"Organization {code(drift['organization'])}",
        ],
        [
            Block("Incomplete: could not be read", _bullets(drift["incomplete"])),
            *blocks,
            Block("What it means for accounts", tuple(_effects(drift, style))),
            Block("Findings", _bullets(findings)),
            *_outside(drift),
        ],
        f"_All of it:_ {code(f'{style.program} drift')}",
    )


def differences_markdown(document: Document, style: Style) -> str:
    """Return the differences between two states as a comment."""
    found, style = cleaned(document), _plain(style)
    lines: list[str] = []
    for each in found["differences"]:
        sign = _differences_text.SIGNS[each["action"]]
        lines += _diffed(f"{sign} {thing(each['address'])}", told(each, style))
    return fitted(
        [f"### {escaped(_differences_text.summary(found, style))}"],
        [
            Block("Differences", tuple(lines), "diff", share=0.7),
            Block("What it means for accounts", tuple(_effects(found, style))),
        ],
        f"_All of them:_ {code(f'{style.program} diff')}",
    )


def findings_markdown(document: Document, style: Style) -> str:
    """Return a command's findings as a comment."""
    found, style = cleaned(document), _plain(style)
    command = found["command"]
    lines = [
        line for each in found["findings"] for line in _findings_text.finding_lines(each, style)
    ]
    return fitted(
        [f"### {escaped(_findings_text.summary(found, style))}"],
        [Block("Findings", _bullets(lines), share=0.9)],
        f"_All of them:_ {code(f'{style.program} {command}')}",
    )


def run_markdown(document: Document, style: Style) -> str:
    """Return a run's end as a comment."""
    run, style = cleaned(document), _plain(style)
    return fitted(
        [f"### {escaped(_run_text.run_summary(run, style))}"],
        [
            Block("Left to do", tuple(_step_lines(run["left"])), "diff", share=0.45),
            Block(
                "Not in the reviewed plan, and not done",
                tuple(_step_lines(run["unplanned"])),
                "diff",
                share=0.45,
            ),
        ],
        f"_All of it:_ {code(f'{style.program} history')}",
    )


def history_markdown(document: Document, style: Style) -> str:
    """Return the runs of the past as a comment."""
    lines = _run_text.history_text(document, _plain(style)).splitlines()
    return fitted(
        ["### Runs"],
        [Block("The newest last", tuple(lines), "text", share=0.9)],
        f"_All of them:_ {code(f'{style.program} history')}",
    )


def _plain(style: Style) -> Style:
    return Style(
        program=style.program,
        writer=style.writer,
        command=style.command,
        again=style.again,
        after=style.after,
        allowed=style.allowed,
        plan_file=style.plan_file,
        calls=style.calls,
        names=cleaned(style.names),
    )


def _bullets(lines: Sequence[str]) -> tuple[str, ...]:
    """Return lines as a list; what was indented stands below the line before."""
    return tuple(
        f"{'  ' if line.startswith('    ') else ''}- {escaped(line.strip())}" for line in lines
    )


def _steps(plan: Document, style: Style) -> Iterator[str]:
    shown = -1
    for step, group in zip(plan["steps"], _plan_text.grouped(plan["steps"]), strict=True):
        if group != shown:
            yield f"# {_plan_text.GROUPS[group]}"
            shown = group
        head = f"{_step_line(step)}  ({_plan_text.tail(step)})"
        yield from _diffed(head, _plan_text.beneath(step, style))


def _step_lines(steps: Sequence[Document]) -> Iterator[str]:
    for step in steps:
        yield from _diffed(_step_line(step), ())


def _step_line(step: Document) -> str:
    return f"{_plan_text.step_sign(step)} {step['action']} {_plan_text.target(step)}"


def _diffed(head: str, beneath: Iterator[str] | Sequence[str]) -> Iterator[str]:
    """Yield lines with the sign in front, where GitHub looks for it."""
    yield f"{_DIFF_SIGNS.get(head[0], head[0])}{head[1:]}"
    for line in beneath:
        marked = line[:2] in {"+ ", "- ", "~ "}
        sign = _DIFF_SIGNS.get(line[0], line[0]) if marked else " "
        yield f"{sign}     {line[2:] if marked else line}"


def _effects(plan: Document, style: Style) -> Iterator[str]:
    for effect in plan.get("effects", ()):
        yield f"- {escaped(_plan_text.people(effect, style))}"
        for line in _plan_text.effect_lines(effect, style):
            indent = "    " if line.startswith("    ") else "  "
            yield f"{indent}- {escaped(line.strip() if indent == '    ' else line[2:])}"


def _outside(document: Document) -> Iterator[Block]:
    for heading, key in (
        ("Orphans: no longer named by the layout, still in force", "orphans"),
        ("Strangers: not named by the layout, left alone", "strangers"),
    ):
        yield Block(heading, _bullets(outsiders(document[key])))


def _entries(entries: Sequence[Document], style: Style) -> Iterator[str]:
    for entry in entries:
        head, *beneath = _drift_text.entry_lines(entry, style)
        where = origin(entry["origin"])
        yield from _diffed(head, [line.strip() for line in beneath if line.strip() != where])


FORMAT = Format(
    name="markdown",
    plan=plan_markdown,
    drift=drift_markdown,
    differences=differences_markdown,
    findings=findings_markdown,
    run=run_markdown,
    history=history_markdown,
)
