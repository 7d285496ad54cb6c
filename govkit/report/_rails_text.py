"""What the rails say of a plan, in words: what refuses it, what was allowed, and how to let it pass."""

from collections import Counter
from collections.abc import Mapping, Sequence

from govkit.report._format import Document, Style
from govkit.report._ink import paint


def refused_rails(plan: Document, style: Style) -> Mapping[str, int]:
    """Return the rails that refuse the plan, each with what an override would have to allow."""
    used: Counter[str] = Counter()
    for finding in plan["findings"]:
        if finding.get("rail") and finding["severity"] == "error":
            used[finding["rail"]] += finding.get("count") or 1
    return {rail: used[rail] for rail in sorted(used) if style.allowed.get(rail, 0) < used[rail]}


def allowed_rails(plan: Document, style: Style) -> Mapping[str, int]:
    """Return the rails that would refuse the plan, each with the override that lets it pass."""
    refusing = refused_rails(plan, style)
    spoken = {each.get("rail") for each in plan["findings"] if each["severity"] == "error"}
    return {
        rail: style.allowed[rail]
        for rail in sorted(style.allowed)
        if rail in spoken and rail not in refusing
    }


def refusal_section(plan: Document, style: Style) -> list[str]:
    """Return, rail by rail, what refuses the plan and which override would let it pass."""
    told: list[str] = []
    for rail, used in refused_rails(plan, style).items():
        told.append(paint(f"Refused by rail {rail}", "alarm", style))
        told.extend(
            f"  {each['message']}"
            for each in plan["findings"]
            if each.get("rail") == rail and each["severity"] == "error"
        )
        told.extend(f"  {hint}" for hint in advice(plan, rail))
        if allowable(plan, rail):
            told.append(f"  To let it pass: {style.program} {again(style, {rail: used})}")
    return told


def allowed_section(plan: Document, style: Style) -> list[str]:
    """Return, rail by rail, what would refuse the plan and was allowed by name."""
    told: list[str] = []
    for rail, count_ in allowed_rails(plan, style).items():
        told.append(paint(f"Allowed by --allow {rail}={count_}", "bold", style))
        told.extend(
            f"  {each['message']}"
            for each in plan["findings"]
            if each.get("rail") == rail and each["severity"] == "error"
        )
    return told


def advice(plan: Document, rail: str) -> Sequence[str]:
    """Return what to do about a rail that no override lets pass; nothing where `--allow` does."""
    spoken = [each for each in plan["findings"] if each.get("rail") == rail]
    hints = {each["hint"] for each in spoken if each["severity"] == "error"}
    return sorted(hint for hint in hints if hint and not hint.startswith("--allow"))


def allowable(plan: Document, rail: str) -> bool:
    """Tell whether an override lets the rail pass: where none does, its findings say what else to do."""
    spoken = (each for each in plan["findings"] if each.get("rail") == rail)
    return all(
        "--allow " in (each["hint"] or "--allow ") for each in spoken if each["severity"] == "error"
    )


def again(style: Style, more: Mapping[str, int]) -> str:
    """Return the command that was typed, with the overrides that it has and those that it needs."""
    allowed = sorted({**style.allowed, **more}.items())
    typed = style.again or style.command or "plan"
    return " ".join([typed, *(f"--allow {rail}={count}" for rail, count in allowed)])
