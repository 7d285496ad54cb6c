"""A plan in words: the steps in their order, what they mean, what stands in the way, what is next."""

import json
from collections.abc import Iterator, Sequence
from shlex import quote
from typing import Any

from govkit.model.finding import PINNED
from govkit.report._difference_lines import lines, sign, signed
from govkit.report._findings_text import finding_lines
from govkit.report._format import Document, Style
from govkit.report._ink import cleaned, columns, padded, paint, with_tail
from govkit.report._limits_text import budget_lines
from govkit.report._rails_text import (
    again,
    allowable,
    allowed_rails,
    allowed_section,
    refusal_section,
    refused_rails,
)
from govkit.report._requests_text import SHOWN, request_lines
from govkit.report._words import (
    MEANINGS,
    account,
    accounts,
    called,
    count,
    following,
    listed,
    origin,
    outsiders,
    policy,
    thing,
    written_by,
)

GROUPS = ("Build up", "Rearrange", "Clear away")
EFFECTS_SHOWN = 25
EFFECTS_IN_FULL = 5
_WIDEST = 52
_JUDGED = ("scp", "rcp")
_SORTS = ("create", "update", "delete", "move", "attach", "detach", "close")


def plan_text(document: Document, style: Style) -> str:
    """Return the plan for a person to read; the last line is the summary and the next command."""
    plan = cleaned(document)
    parts = [
        [header(plan)],
        *step_sections(plan, style),
        effect_section(plan, style),
        budget_section(plan, style),
        *_outside(plan, style),
        finding_section(plan, style),
        allowed_section(plan, style),
        refusal_section(plan, style),
        [*_reviewed_as(plan, style), paint(summary(plan, style), "bold", style)],
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def header(plan: Document) -> str:
    """Return which organization, by which layout, on which day."""
    layout = plan["layout"]
    return (
        f"Organization {plan['organization']}, layout {layout['name']} ({layout['path']}), "
        f"as of {plan['as_of']}"
    )


def summary(plan: Document, style: Style) -> str:
    """Return the summary line: how many steps of each sort, the accounts affected, what is next."""
    said = counted(plan)
    rails = refused_rails(plan, style)
    left_out = plan["summary"].get("left_out", 0)
    aside = f"; {left_out} left out" if left_out else ""
    errors = any(each["severity"] == "error" and not each.get("rail") for each in plan["findings"])
    if rails or errors:
        able = not errors and all(allowable(plan, rail) for rail in rails)
        return (
            f"Plan refused: {said}{aside}. {following(style, again(style, rails if able else {}))}"
        )
    if not plan["steps"] and style.left:
        of_others = f"{count(style.left, 'step')} {'is' if style.left == 1 else 'are'}"
        return f"Nothing of what was asked is to be done; {of_others} left. {following(style, style.after)}"
    if not plan["steps"] and style.command:
        return f"No changes: {style.command} has nothing to do. {following(style, style.after)}"
    if not plan["steps"]:
        held = any(each["code"] == PINNED for each in plan["findings"])
        wants = "what is left in" if left_out else "the organization"
        wants = f"{wants}, what is pinned off aside," if held else wants
        return (
            f"No changes. {wants.capitalize()} is as the layout wants it{aside}. "
            f"{following(style, style.after)}"
        )
    affected = count(plan["summary"]["accounts_affected"], "account")
    return (
        f"Plan: {said}; {affected} affected{aside}. {written_by(style, _carried_out(plan, style))}"
    )


def _reviewed_as(plan: Document, style: Style) -> Iterator[str]:
    """Yield what `--expect` takes, where a plan is shown to be carried out by a later command."""
    typed = (style.again or "").split()
    does_it = bool(style.command) or typed[:1] == ["apply"]
    later = not does_it or "--dry-run" in typed
    if later and plan["steps"] and not summary(plan, style).startswith("Plan refused"):
        yield paint(f"Fingerprint: {plan['fingerprint']}", "dim", style)


def _carried_out(plan: Document, style: Style) -> str:
    """Return the command that does what the plan says: of the same part, past the same rails."""
    allowed = [f"--allow {rail}={most}" for rail, most in allowed_rails(plan, style).items()]
    if style.command:
        return " ".join([style.command, *allowed])
    if style.again and style.again.partition(" ")[0] == "apply":
        return again(style, {})
    saved = [quote(style.plan_file)] if style.plan_file else []
    expired = plan.get("asked", {}).get("expired") and not saved  # a plan file says it itself
    return " ".join(["apply", *saved, *(["--expired"] if expired else []), *allowed])


def counted(plan: Document) -> str:
    """Return how many steps of each sort there are, those that do not occur left out."""
    closed = sum(step["action"] == "close" for step in plan["steps"])
    counts = {**plan["summary"], "close": closed}
    counts["update"] = counts.get("update", 0) - closed  # where the document counts a closure
    found = [f"{counts[sort]} to {sort}" for sort in _SORTS if counts.get(sort)]
    return ", ".join(found) or "nothing to do"


def step_sections(plan: Document, style: Style) -> list[list[str]]:
    """Return the steps as lines, in their order, under a heading per group."""
    steps: Sequence[Any] = plan["steps"]
    targets = [target(step) for step in steps]
    widest = max((columns(words) for words in targets), default=0)
    verbs = max((len(step["action"]) for step in steps), default=0)
    numbers = len(str(len(steps)))
    sections: list[list[str]] = []
    shown = -1
    for index, (step, group) in enumerate(zip(steps, grouped(steps), strict=True)):
        if group != shown:
            sections.append([paint(GROUPS[group], "bold", style)])
            shown = group
        what = f"{step['action']:<{verbs}}  {padded(targets[index], min(widest, _WIDEST))}"
        head = f"  {index + 1:>{numbers}}  {signed(step_sign(step), what, style)}"
        indent = " " * (numbers + 6)
        sections[-1].extend(with_tail(head, tail(step), style, indent))
        sections[-1].extend(f"{indent}{line}" for line in beneath(step, style))
    return sections


def grouped(steps: Sequence[Document]) -> Iterator[int]:
    """Yield the group of each step; it never goes back, and letting go early does not open one."""
    builds = [index for index, step in enumerate(steps) if _own_group(step) < len(GROUPS) - 1]
    last = builds[-1] if builds else -1
    group = 0
    for index, step in enumerate(steps):
        if not (index < last and _own_group(step) == len(GROUPS) - 1):
            group = max(group, _own_group(step))
        yield group


def target(step: Document) -> str:
    """Return what a step is done to: `SCP deny-regions to OU /Workloads`."""
    kind, _, path = str(step["address"]).partition(":")
    before, after = step["before"], step["after"]
    if kind == "attachment":
        attached, _, place = path.partition("@")
        word = {"attach": "to", "detach": "from"}.get(step["action"], "on")
        return f"{policy(attached)} {word} {thing(place)}"
    if kind == "tags":
        return thing(path)
    if before and after and "parent" in before and "parent" in after:
        moved = f"from {thing(before['parent'])} to {thing(after['parent'])}"
        return f"{thing(step['address'])} {moved}"
    return thing(str(step["address"]))


def tail(step: Document) -> str:
    """Return why a step is taken, how many accounts it touches, and which line asks for it."""
    touched = step["accounts"]
    parts = (
        step["reason"],
        count(touched, "account") if touched else "",
        _meaning(step),
        origin(step["origin"]),
    )
    return ", ".join(part for part in parts if part)


def _meaning(step: Document) -> str:
    """Return what a step does to accounts, where it can do something: not while nothing is attached."""
    meaning: str = step.get("meaning", "unknown")
    kind, _, path = str(step["address"]).partition(":")
    layer = path.partition("/")[0]
    if step["action"] == "move" or (kind == "attachment" and layer in _JUDGED):
        return MEANINGS[meaning]
    idle = meaning == "equivalent" and step["action"] != "update"
    return "" if kind != "policy" or layer not in _JUDGED or idle else MEANINGS[meaning]


def beneath(step: Document, style: Style) -> Iterator[str]:
    """Yield the differing properties and statements of a step, and its calls where asked for."""
    before, after = step["before"], step["after"]
    if before and after and "parent" in before:  # said in the step's own line
        before = {name: fact for name, fact in before.items() if name != "parent"}
        after = {name: fact for name, fact in after.items() if name != "parent"}
    yield from lines(str(step["address"]), before, after, style)
    for call in step["calls"] if style.calls else ():
        parameters = json.dumps(call["parameters"], ensure_ascii=False)
        yield paint(f"{call['service']}:{call['operation']} {parameters}", "dim", style)


def step_sign(step: Document) -> str:
    """Return `+`, `-`, `~`, or `>` for a move."""
    match step["action"]:
        case "move":
            return ">"
        case "close":
            return "-"
        case _:
            return sign(step["before"], step["after"])


def effect_section(plan: Document, style: Style) -> list[str]:
    """Return what the steps mean, per group of accounts to which the same happens."""
    if not plan.get("effects"):
        return []
    told = [paint("What it means for accounts", "bold", style)]
    for place, effect in enumerate(plan["effects"][:EFFECTS_SHOWN]):
        shown = SHOWN if place < EFFECTS_IN_FULL else 1
        told.append(f"  {people(effect, style)}")
        told.extend(f"    {line}" for line in effect_lines(effect, style, shown))
    more = plan["effects"][EFFECTS_SHOWN:]
    if more:
        groups = f"{count(len(more), 'more group')} with {_people(more, style)}"
        told.append(f"  and {groups}; --format json shows all")
    return told


def budget_section(plan: Document, style: Style) -> list[str]:
    """Return what the targets that the plan touches use of AWS's limits once it is done."""
    told = [f"  {line}" for line in budget_lines(plan.get("budget", ()), style)]
    return [paint("What targets hold then", "bold", style), *told] if told else []


def people(effect: Document, style: Style) -> str:
    """Return a group of accounts: by their OU, where they are several and all of it."""
    given, home = effect["accounts"], effect.get("ou")
    if home is None or len(given) == 1:
        return accounts(given, style)
    where = "the whole organization" if home == "/" else home.strip("/")
    return f"{where}, {count(len(given), 'account')}"


def effect_lines(effect: Document, style: Style, shown: int = SHOWN) -> Iterator[str]:
    """Yield what a group of accounts gains, loses, and has otherwise than before."""
    for mark, word, key in (
        ("+", "gains", "gains"),
        ("-", "loses", "loses"),
        ("~", "sees changed", "changes"),
    ):
        policies = [thing(called(address, style)) for address in effect.get(key, ())]
        if policies:
            yield signed(mark, f"{word} {listed(policies)}", style)
    yield from request_lines(effect, style, shown)


def finding_section(plan: Document, style: Style) -> list[str]:
    """Return the findings that do not refuse the plan."""
    rails = {*refused_rails(plan, style), *allowed_rails(plan, style)}
    others = [
        each
        for each in plan["findings"]
        if each.get("rail") not in rails or each["severity"] != "error"
    ]
    if not others:
        return []
    told = [line for each in others for line in finding_lines(each, style)]
    return [paint("Findings", "bold", style), *(f"  {line}" for line in told)]


def _people(effects: Sequence[Document], style: Style) -> str:
    names = {account(each, style) for effect in effects for each in effect["accounts"]}
    return count(len(names), "account")


def _outside(plan: Document, style: Style) -> Iterator[list[str]]:
    yield outside_section("orphans", plan["orphans"], style)
    yield outside_section("strangers", plan["strangers"], style)


def outside_section(sort: str, entries: Sequence[Document], style: Style) -> list[str]:
    """Return the orphans or the strangers, a line per kind."""
    if not entries:
        return []
    heading = {
        "orphans": "Orphans: made for this layout, no longer named by it, still in force "
        "(`absent: true` takes them away)",
        "strangers": "Strangers: not named by the layout, left alone",
    }[sort]
    return [paint(heading, "bold", style), *(f"  {line}" for line in outsiders(entries))]


def _own_group(step: Document) -> int:
    if step["after"] is None or step["action"] == "close":
        return 2
    return 1 if str(step["address"]).startswith("account:") else 0
