"""Why a request is denied, and what holds for an account, in words."""

from collections.abc import Iterator, Sequence
from typing import Any

from govkit.report._format import Document, Style
from govkit.report._ink import cleaned, paint
from govkit.report._requests_text import condition, principal
from govkit.report._statements import words
from govkit.report._words import count, listed, origin

_WORDS = {
    "ExplicitlyDenied": ("explicitly denied", "red"),
    "ImplicitlyDenied": ("implicitly denied", "red"),
    "Undecided": ("undecided", "yellow"),
    "Allowed": ("allowed", "green"),
    "NotApplicable": ("not applicable", "green"),
}
_LAYERS = ("scp", "rcp")
_NAMES = 12


def why_text(document: Document, style: Style) -> str:
    """Return a verdict for a person to read, the deciding statement first; the last line sums up."""
    found = cleaned(document)
    asked, account = found["request"], found["account"]
    who = "from outside of the organization" if account is None else f"in {_account(account)}"
    lines = [f"{asked['action']} {who}{_as(asked)}"]
    for layer in _LAYERS:
        if found[layer] is not None:
            lines += ["", *_layer(layer, found[layer], style)]
    if found["notes"]:
        lines += ["", *(f"  note: {note}" for note in found["notes"])]
    return "\n".join([*lines, "", paint(_summary(found, style), "bold", style)]) + "\n"


def effective_text(document: Document, style: Style) -> str:
    """Return what holds for an account, or in an OU: what is denied, and what each level allows."""
    found = cleaned(document)
    who = f"OU {found['ou']}" if found["account"] is None else _account(found["account"])
    lines = [who]
    if not found["bound"]:
        lines += ["", "  No SCP and no RCP binds the management account."]
    for layer in _LAYERS:
        if found[layer] is not None:
            lines += ["", *_effective(layer, found[layer], style)]
    denied = [len(found[layer]["denied"]) for layer in _LAYERS if found[layer] is not None]
    told = f"{count(sum(denied), 'rule')} of denial here." if denied else "Nothing holds here."
    return "\n".join([*lines, "", paint(told, "bold", style)]) + "\n"


def _account(account: Document) -> str:
    name = account["key"] or account["name"]
    return f"{name} ({account['id']})" if name != account["id"] else str(name)


def _as(asked: Document) -> str:
    who = f" as {principal(asked['principal'])}" if asked["principal"] else ""
    place = asked["resource"]
    return who + (f" on {place}" if place not in {None, "*"} else "")


def _layer(layer: str, found: Document, style: Style) -> Iterator[str]:
    words, ink = _WORDS[found["outcome"]]
    yield f"{layer.upper()}: {paint(words, ink, style)}. {found['why']}"
    if found["statement"] is not None:
        yield from _statement(found["statement"])
    for one in found["undecided"][:_NAMES]:
        yield from _statement(one)


def _statement(found: Document) -> Iterator[str]:
    where = found["sid"] or f"Statement[{found['statement']}]"
    yield f"  {found['policy']} ({found['policy_id']}) on {found['level']}, {where}"
    if found["text"]:
        yield f"    {words(found['text'])}"
    if found["guardrail"] is not None:
        written = f", written at {origin(found['template'])}" if found["template"] else ""
        layout = f", {origin(found['origin'])}" if found["origin"] else ""
        yield f"    guardrail {found['guardrail']}{layout}{written}"
        for way in found["exemptions"]:
            yield f"    exemption {way['key']} of {way['owner']} until {way['expires']}"


def _summary(found: Document, style: Style) -> str:
    verdict = str(found["verdict"]).capitalize()
    keys = sorted({key for layer in _LAYERS if found[layer] for key in found[layer]["keys"]})
    calls = f" ({count(found['calls'], 'call')} to AWS)" if found["calls"] else ""
    if found["verdict"] == "undecided" and keys:
        options = " ".join(_option(key) for key in keys)
        command = "explain" if "message" in found else "why"
        return f"{verdict}{calls}. Tell more: {style.program} {command} … {options}"
    return f"{verdict}{calls}."


def _option(key: str) -> str:
    known = {
        "aws:principalarn": "--principal role/NAME",
        "aws:requestedregion": "--region REGION",
        "resource": "--resource ARN",
    }
    return known.get(key.lower(), f"--context {key}=…")


def _effective(layer: str, found: Document, style: Style) -> Iterator[str]:
    yield paint(f"Denied by {layer.upper()}s", "bold", style)
    for one in found["denied"]:
        yield f"  {_requests(one)}"
        yield f"      {listed([_where(where) for where in one['from']])}"
    if not found["denied"]:
        yield "  nothing"
    narrow = [one for one in found["allowed"] if not one["everything"]]
    if not narrow:
        return
    yield paint(f"Allowed by {layer.upper()}s, on each of these levels", "bold", style)
    for level in narrow:
        yield f"  {level['level']}: {'nothing' if not level['statements'] else ''}".rstrip(": ")
        for one in level["statements"]:
            yield f"    {_requests(one)}"
            yield f"        {listed([_where(where) for where in one['from']])}"


def _requests(found: Document) -> str:
    said = _except(found["actions"], found.get("not_actions"))
    if found["resources"] != ["*"] or found.get("not_resources"):
        said += f" on {_except(found['resources'], found.get('not_resources'))}"
    return " ".join([said, *(condition(test) for test in found["conditions"])])


def _except(names: Sequence[str], exceptions: Sequence[str] | None) -> str:
    said = "everything" if list(names) == ["*"] else listed(list(names), _NAMES)
    return f"{said} except {listed(list(exceptions), _NAMES)}" if exceptions else said


def _where(found: Any) -> str:
    sid = found["sid"] or f"Statement[{found['statement']}]"
    return f"{found['policy']} ({sid}) on {found['level']}"
