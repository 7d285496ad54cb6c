"""A run in words: each step as it goes, what was done and what is left, and the runs of the past."""

import json
from collections.abc import Sequence

from govkit.model.evidence import Mark
from govkit.model.plan import Step
from govkit.report._difference_lines import signed
from govkit.report._documents import brief
from govkit.report._format import Document, Style
from govkit.report._ink import clean, cleaned, paint, table
from govkit.report._plan_text import step_sign, target
from govkit.report._words import SHOWN, count, following

_RESULTS = {"done": "green", "already so": "dim", "stopped": "red"}


def step_line(number: int, total: int, step: Step, result: str, style: Style) -> str:
    """Return the line of a step under way: `[ 3/12] + attach SCP deny-regions to OU /X  done`.

    `result` is `done`, `already so`, `stopped`, or any words.
    """
    told = cleaned(brief(step))
    what = signed(step_sign(told), f"{told['action']} {target(told)}", style)
    place = f"[{number:>{len(str(total))}}/{total}]"
    return f"{place} {what}  {paint(clean(result), _RESULTS.get(result, 'dim'), style)}".rstrip()


def step_words(step: Step) -> str:
    """Return what a step does, as a plan says it: `attach SCP deny-regions to OU /Workloads`."""
    told = cleaned(brief(step))
    return f"{told['action']} {target(told)}"


def done_already(mark: Mark) -> str:
    """Return the line that says that a reviewed step was taken before."""
    before, after = json.loads(mark.before), json.loads(mark.after)
    step = {"address": mark.address, "action": mark.action, "before": before, "after": after}
    told = cleaned(step)
    return f"Done already: {told['action']} {target(told)}"


def waiting_line(reason: str, style: Style) -> str:
    """Return the line that says why a run waits."""
    return paint(f"    {clean(reason)}", "dim", style)


def run_text(document: Document, style: Style) -> str:
    """Return how a run ended: what is left, and as its last line what was done and what is next."""
    run = cleaned(document)
    lines: list[str] = []
    for heading, steps in (
        ("Left to do", run["left"]),
        ("Not in the reviewed plan, and not done", run["unplanned"]),
    ):
        if steps:
            lines.append(paint(heading, "bold", style))
            shown = (f"{step['action']} {target(step)}" for step in steps[:SHOWN])
            lines.extend(f"  {words}" for words in shown)
            if len(steps) > SHOWN:
                lines.append(f"  and {len(steps) - SHOWN} more")
            lines.append("")
    lines.append(paint(run_summary(run, style), "bold", style))
    return "\n".join(lines) + "\n"


def run_summary(run: Document, style: Style) -> str:
    """Return the last line of a run."""
    total = run["done"] + len(run["left"])
    already = f", {run['already']} of them were so already" if run["already"] else ""
    named = f" Run {run['run']}." if run["run"] else ""
    if not total:
        return f"Nothing to do.{named} {following(style, run.get('next', 'drift'))}"
    done = f"{run['done']} of {count(total, 'step')} done{already}"
    if run["outcome"] == "done":
        left = f", {len(run['left'])} left" if run["left"] else ""
        return f"Applied: {done}{left}.{named} {following(style, run.get('next', 'drift'))}"
    return (
        f"{run['outcome'].capitalize()}: {done}, {len(run['left'])} left.{named} "
        f"{following(style, run.get('next', 'apply'))} (what is done is not done twice)"
    )


def history_text(document: Document, style: Style) -> str:
    """Return the runs of the past as a table, the newest last."""
    told = cleaned(document)
    runs = told["runs"]
    if not runs:
        where = "" if told["exists"] else f"There is no store at {told['store']} yet. "
        return f"No runs yet. {where}{following(style, 'plan')}\n"
    rows = [("RUN", "BEGAN", "COMMAND", "OUTCOME", "STEPS", "WHO")]
    rows += [
        (
            run["id"],
            run["began"],
            run["command"],
            _outcome(run),
            f"{run['done']}/{run['steps']}",
            run["who"],
        )
        for run in runs
    ]
    head, *body = table(rows)
    back = following(style, _next(runs))
    return "\n".join(
        [
            paint(head, "bold", style),
            *body,
            "",
            paint(f"{count(len(runs), 'run')}. {back}", "bold", style),
            "",
        ]
    )


def _next(runs: Sequence[Document]) -> str:
    """Return the command after these runs: to finish the last one, or to go back from what was done."""
    last = runs[-1]
    if last["broken"]:
        return f"history verify {last['id']}"
    if last["outcome"] == "running":
        return "unlock"  # who is at it, and since when
    if last["outcome"] != "done":
        # A journal without its first line does not tell what was run; a plan shows what is left.
        return "plan" if last["command"] == "?" else str(last["command"])
    return f"rollback {next((run['id'] for run in reversed(runs) if run['done']), last['id'])}"


def _outcome(run: Document) -> str:
    """Return how a run ended, and what became of it where that was not its end."""
    told = str(run["outcome"])
    if run["broken"] and told == "killed":
        told = "unknown"  # its end may be behind the line from which nothing is believed
    elif run["finished_by"]:
        told += f", finished by {run['finished_by']}"
    elif told == "killed" and run["done"] == run["steps"] > 0:
        told += ", all done, not verified"
    return told + (f" (journal broken at {run['broken']})" if run["broken"] else "")
