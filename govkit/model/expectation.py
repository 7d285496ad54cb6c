"""What the tests of guardrails came to: values that reports tell."""

from dataclasses import dataclass

from govkit.model.finding import Origin
from govkit.model.resource import Json


@dataclass(frozen=True, slots=True)
class Decided:
    """The statement that decided a request, or the level that allowed nothing (then no policy).

    `guardrail` is `key` or `key.variant`; `template` its file, None for an inline policy.
    """

    layer: str
    level: str
    policy: str | None = None
    statement: int | None = None
    sid: str = ""
    guardrail: str | None = None
    template: str | None = None
    origin: Origin | None = None

    def __str__(self) -> str:
        if self.policy is None:
            return f"no {self.layer.upper()} at {self.level} allows it"
        sid = f" ({self.sid})" if self.sid else ""
        named = self.guardrail or self.policy
        places = ", ".join(str(one) for one in (self.template, self.origin) if one)
        by = f"guardrail {named}" if self.guardrail else f"policy {named}"
        return f"{by}{f' ({places})' if places else ''}, Statement[{self.statement}]{sid} at {self.level}"

    def to_json(self) -> Json:
        """Return it as reports carry it."""
        return {
            "layer": self.layer,
            "level": self.level,
            "policy": self.policy,
            "statement": self.statement,
            "sid": self.sid,
            "guardrail": self.guardrail,
            "template": self.template,
            "origin": None if self.origin is None else self.origin.to_json(),
        }


@dataclass(frozen=True, slots=True)
class Failure:
    """Accounts in which the answer is not the expected one: `allowed`, `denied` or `undecided`.

    `keys` are what would decide it; `decided` says by what it was denied.
    """

    accounts: tuple[str, ...]
    action: str
    answer: str
    because: str
    decided: Decided | None = None
    keys: tuple[str, ...] = ()

    def to_json(self) -> Json:
        """Return it as reports carry it."""
        return {
            "accounts": list(self.accounts),
            "action": self.action,
            "answer": self.answer,
            "because": self.because,
            "decided_by": None if self.decided is None else self.decided.to_json(),
            "keys": list(self.keys),
        }


@dataclass(frozen=True, slots=True)
class Answered:
    """An expectation and what became of it. `excused` are accounts left out, each with the reason.

    `remark` is what is odd about the action that is asked about, where AWS seems not to have it.
    """

    name: str
    where: Origin
    accounts: int
    excused: tuple[tuple[str, str], ...] = ()
    failures: tuple[Failure, ...] = ()
    remark: str = ""

    @property
    def passed(self) -> bool:
        """Whether every account answered as expected, and there was one to ask."""
        return not self.failures

    def to_json(self) -> Json:
        """Return it as reports carry it."""
        return {
            "name": self.name,
            "passed": self.passed,
            "accounts": self.accounts,
            "excused": [{"account": who, "reason": why} for who, why in self.excused],
            "failures": [one.to_json() for one in self.failures],
            "remark": self.remark or None,
            "origin": self.where.to_json(),
        }
