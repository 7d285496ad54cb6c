"""The stages of `govkit credentials`: as a document, and in words, owner by owner."""

from collections.abc import Iterator, Mapping, Sequence

from govkit.model.resource import Json
from govkit.report._documents import FORMAT_VERSION
from govkit.report._format import Document, Style
from govkit.report._ink import cleaned, paint
from govkit.report._words import count, following


def credentials(
    organization: str,
    as_of: str,
    users: Sequence[Mapping[str, Json]],
    plans: Mapping[str, Mapping[str, Json]],
    incomplete: Sequence[str],
) -> Document:
    """Return the users concerned, and what each stage would do today."""
    return {
        "format_version": FORMAT_VERSION,
        "command": "credentials plan",
        "organization": organization,
        "as_of": as_of,
        "users": list(users),
        "stages": {
            stage: {"fingerprint": plan["fingerprint"], "steps": plan["steps"]}
            for stage, plan in plans.items()
        },
        "incomplete": list(incomplete),
    }


def credentials_text(document: Document, style: Style) -> str:
    """Return it in words; the last line is the summary."""
    told = cleaned(document)
    lines: list[str] = []
    for owner in sorted({one["owner"] for one in told["users"]}):
        lines.append(paint(owner or "Without an owner", "bold", style))
        for user in told["users"]:
            if user["owner"] == owner:
                lines += _user(user)
        lines.append("")
    due = {stage: plan["steps"] for stage, plan in told["stages"].items() if plan["steps"]}
    for stage, steps in due.items():
        lines.append(paint(f"Stage {stage}: {count(len(steps), 'step')} due", "bold", style))
        lines += [f"  {step['action']} {step['address']}" for step in steps]
        lines.append(f"  {told['stages'][stage]['fingerprint']}")
        lines.append("")
    if told["incomplete"]:
        lines += [
            paint("Could not look", "bold", style),
            *(f"  {one}" for one in told["incomplete"]),
        ]
        lines.append("")
    lines.append(paint(_summary(told, due, style), "bold", style))
    return "\n".join(lines) + "\n"


def _user(user: Document) -> Iterator[str]:
    stage = user["stage"]
    turn = f"{stage}, due {user['due']}" if stage else "the owner's turn"
    yield f"  {user['account_key']}/{user['user']}: {turn}"
    for finding in user["findings"]:
        yield f"      {finding['code']}  {finding['message']} {finding['fix']}"


def _summary(told: Document, due: Mapping[str, Sequence[Document]], style: Style) -> str:
    who = count(len(told["users"]), "user")
    if not due:
        return f"credentials: {who} concerned, no stage due. {following(style, 'check')}"
    stage, steps = next(iter(due.items()))
    command = f"credentials apply {stage} --allow credentials={len(steps)}"
    return f"credentials: {who} concerned. {following(style, command)}"
