"""Tells what decides a request: the statement, its policy and level, its guardrail, down to the line."""

from collections.abc import Iterator
from dataclasses import dataclass

from govkit.access.verdict import Explanation, Outcome, Where
from govkit.flow.chains import Source
from govkit.flow.compare import Question
from govkit.layout.statement_place import statement_place
from govkit.live.one_chain import Attached, Ladder
from govkit.model.address import Address
from govkit.model.resource import Json

GUARDRAIL = "govkit:guardrail"


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells of one layer; asks for a policy's tags only where the policy matters."""

    question: Question
    source: Source
    kind: str
    ladder: Ladder

    def layer(self, found: Explanation) -> dict[str, Json]:
        verdict = found.verdict
        decided = None if verdict.statement is None else self.statement(verdict.statement)
        open_ = [one.where for one in found.steps if one.holds is None]
        shown = open_ if verdict.outcome is Outcome.UNDECIDED else []
        return {
            "outcome": verdict.outcome.value,
            "level": verdict.level,
            "why": self._why(found),
            "statement": decided,
            "keys": list(_spelled(found)),
            "undecided": [self.statement(one) for one in shown],
        }

    def _why(self, found: Explanation) -> str:
        name, outcome = self.kind.upper(), found.verdict.outcome
        if outcome is Outcome.NOT_APPLICABLE:
            return self._not_applicable(name)
        return {
            Outcome.EXPLICITLY_DENIED: "A Deny matches.",
            Outcome.IMPLICITLY_DENIED: f"Nothing attached to {found.verdict.level} allows it.",
            Outcome.UNDECIDED: f"That depends on {', '.join(_spelled(found))}.",
        }.get(outcome, f"No {name} stops it.")

    def _not_applicable(self, name: str) -> str:
        if self.ladder.account == self.source.organization.management_account:
            return f"No {name} binds the management account."
        if self.ladder.binds(self.kind):
            return f"{name}s do not reach this request."
        if self.kind == "rcp":
            return "No RCP is attached to the account or above it."
        return "SCPs are not enabled in this organization."

    def statement(self, where: Where) -> dict[str, Json]:
        target, held = next(
            (rung.id, one)
            for rung in self.ladder.layers[self.kind]
            if rung.name == where.level
            for one in rung.policies
            if one.name == where.policy
        )
        word = self._guardrail(held)
        return {
            "level": where.level,
            "target": target,
            "policy": where.policy,
            "policy_id": held.id,
            "statement": where.index,
            "sid": where.sid,
            "text": _text(held, where.index),
            **self._owner(word, where),
        }

    def _guardrail(self, held: Attached) -> str | None:
        if held.aws_managed:
            return None
        tagged = self.source.tags(held.id).get(GUARDRAIL)
        wanted = self.source.wanted
        if tagged is not None or wanted is None:
            return tagged
        for one in wanted.state:
            if getattr(one, "name", None) == held.name and one.address.kind == "policy":
                return one.address.path.partition("/")[2]
        return None

    def _owner(self, word: str | None, where: Where) -> dict[str, Json]:
        wanted = self.source.wanted
        nobody: dict[str, Json] = {
            "guardrail": word,
            "severity": None,
            "origin": None,
            "template": None,
            "exemptions": [],
        }
        if word is None or wanted is None:
            return nobody
        key = word.partition(".")[0]
        known = wanted.guardrails.get(key)
        if known is None:
            return nobody
        written = statement_place(
            self.question.layout, word, where.sid, where.index, self.question.today
        )
        origin = wanted.origin(Address("guardrail", key))
        return {
            "guardrail": word,
            "severity": known.severity,
            "origin": None if origin is None else origin.to_json(),
            "template": None if written is None else written.to_json(),
            "exemptions": [
                {"key": way.key, "owner": way.owner, "expires": way.expires.isoformat()}
                for way in wanted.exemptions
                if key in way.guardrails
            ],
        }


def _spelled(found: Explanation) -> Iterator[str]:
    """Yield the keys that would decide, as the statements write them."""
    names = {test.key: test.name for step in found.steps for test, _ in step.tests if test.name}
    return (names.get(key, key) for key in found.verdict.keys)


def _text(held: Attached, index: int) -> Json:
    given = held.document.get("Statement")
    listed = given if isinstance(given, list) else [given]
    found: Json = listed[index] if index < len(listed) else None
    return found
