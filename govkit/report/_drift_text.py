"""Drift in words: what somebody changed, what it means, who did it; and where nobody could look."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from govkit.report._difference_lines import lines, sign, signed
from govkit.report._findings_text import finding_lines
from govkit.report._format import Document, Style
from govkit.report._ink import cleaned, paint, with_tail
from govkit.report._plan_text import effect_section, outside_section
from govkit.report._words import MEANINGS, called, count, following, origin, thing, value

CHANGES = {
    "changed": "Changed by hand",
    "missing": "Missing: the layout has it, the organization does not",
    "extra": "Extra: nobody asked for it here",
    "moved": "Moved elsewhere",
    "expired": "Expired: an exemption that is over and still in force",
    "orphan": "Orphans: made for this layout and no longer named by it",
}
PINNED = "Pinned: taken off in an emergency, and left so until then"
_NEVER_TAKEN_AWAY = ("trusted_access", "delegated_administrator")
_INKS = {"weakens": "red", "both": "red", "strengthens": "green"}


def drift_text(document: Document, style: Style) -> str:
    """Return the drift for a person to read; the last line is the summary and the next command."""
    drift = cleaned(document)
    parts = [
        [f"Organization {drift['organization']}"],
        *drift_sections(drift, style),
        effect_section(drift, style),
        outside_section("orphans", drift["orphans"], style),
        outside_section("strangers", drift["strangers"], style),
        _findings(drift, style),
        incomplete_section(drift, style),
        [paint(summary(drift, style), "bold", style)],
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def drift_sections(drift: Document, style: Style) -> Iterator[list[str]]:
    """Yield, per sort of change, a heading and what changed that way."""
    for heading, found in sorted_out(drift["drift"]):
        if found:
            told = [line for each in found for line in entry_lines(each, style)]
            yield [paint(heading, "bold", style), *(f"  {line}" for line in told)]


def sorted_out(entries: Sequence[Document]) -> Iterator[tuple[str, list[Document]]]:
    """Yield each heading with what belongs under it; what is pinned stands apart."""
    for change, heading in CHANGES.items():
        yield (
            heading,
            [each for each in entries if each["change"] == change and not each.get("pinned")],
        )
    yield PINNED, [each for each in entries if each.get("pinned")]


def entry_lines(entry: Document, style: Style) -> Iterator[str]:
    """Yield what was found of one thing: its line, the differences, and who made them."""
    expected, actual = entry["expected"], entry["actual"]
    head = signed(_sign(entry), thing(called(str(entry["address"]), style)), style)
    meaning = MEANINGS[entry["meaning"]]
    painted = paint(meaning, _INKS.get(entry["meaning"], "dim"), style)
    yield from with_tail(f"{head}  {painted}", origin(entry["origin"]), style, "    ")
    if _are_facts(expected) and _are_facts(actual) and not (expected is None and actual is None):
        differing = lines(str(entry["address"]), expected, actual, style)
        yield from (f"    {line}" for line in differing)
    else:
        yield f"    expected {value(expected)}, found {value(actual)}"
    if entry["who"]:
        yield f"    {who(entry['who'])}"
    if pin := entry.get("pinned"):
        yield f"    pinned until {pin['until']} by {pin['who']}: {pin['reason']}"


def who(actor: Document) -> str:
    """Return who did it, by which call, when and from where, as far as CloudTrail tells."""
    parts = (
        f"by {actor['actor']}",
        f"with {actor['event']}" if actor.get("event") else "",
        f"at {actor['time']}" if actor.get("time") else "",
        f"from {actor['source_ip']}" if actor.get("source_ip") else "",
        f"(event {actor['event_id']})" if actor.get("event_id") else "",
    )
    return " ".join(part for part in parts if part)


def incomplete_section(drift: Document, style: Style) -> list[str]:
    """Return where nobody could look."""
    if not drift["incomplete"]:
        return []
    heading = "INCOMPLETE: not everything could be read, so nothing is said of"
    return [paint(heading, "alarm", style), *(f"  {place}" for place in drift["incomplete"])]


def summary(drift: Document, style: Style) -> str:
    """Return how much of each sort of drift there is, and what is next."""
    holes = count(len(drift["incomplete"]), "place") if drift["incomplete"] else ""
    if not drift["drift"]:
        if holes:
            return f"No drift seen, but {holes} could not be read. {following(style, 'doctor')}"
        what = "What was asked about" if "--only" in style.program else "The organization"
        return f"In sync. {what} is as the layout wants it. {following(style, 'plan')}"
    changes = Counter(each["change"] for each in drift["drift"])
    said = ", ".join(f"{changes[change]} {change}" for change in CHANGES if changes[change])
    weaker = sum(each["meaning"] in {"weakens", "both"} for each in drift["drift"])
    meaning = f"; {weaker} {'weakens' if weaker == 1 else 'weaken'} protection" if weaker else ""
    pins = sum(bool(each.get("pinned")) for each in drift["drift"])
    pinned = f"; {pins} pinned" if pins else ""
    unread = f"; INCOMPLETE, {holes} could not be read" if holes else ""
    return f"Drift: {said}{meaning}{pinned}{unread}. {_next(drift, style)}"


def _next(drift: Document, style: Style) -> str:
    """Return the next command; what no plan would touch needs a decision instead."""
    if all(entry.get("pinned") for entry in drift["drift"]):
        return "No plan touches that until its pin ends."
    outside = {entry["address"] for entry in drift["strangers"]}
    acting = [
        entry
        for entry in drift["drift"]
        if not (entry.get("pinned") or _left_alone(entry, outside))
    ]
    if not acting:
        pinned = any(entry.get("pinned") for entry in drift["drift"])
        aside = "; what is pinned waits for its end" if pinned else ""
        return f"No plan touches that: name it in the layout, or remove it{aside}."
    over = all(entry["change"] == "expired" for entry in acting)
    return following(style, "plan --expired" if over else "plan")


def _left_alone(entry: Document, outside: Collection[str]) -> bool:
    kind, _, path = str(entry["address"]).partition(":")
    policy = f"policy:{path.partition('@')[0]}"
    foreign = kind in _NEVER_TAKEN_AWAY or entry["address"] in outside
    return entry["change"] == "extra" and (foreign or (kind == "attachment" and policy in outside))


def _findings(drift: Document, style: Style) -> list[str]:
    told = [line for each in drift["findings"] for line in finding_lines(each, style)]
    return [paint("Findings", "bold", style), *(f"  {line}" for line in told)] if told else []


def _sign(entry: Document) -> str:
    match entry["change"]:
        case "moved":
            return ">"
        case "missing":
            return "-"
        case "extra" | "orphan":
            return "+"
        case _:
            return sign(entry["expected"], entry["actual"])


def _are_facts(value_: object) -> bool:
    return value_ is None or isinstance(value_, dict)
