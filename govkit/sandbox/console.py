"""A person in the console: finds things by name, path or e-mail, and makes calls that are logged as theirs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from govkit.sandbox.calls import Call
from govkit.sandbox.clock import REAL_CLOCK, Clock
from govkit.sandbox.identity import console_caller
from govkit.sandbox.organizations.rows import Book
from govkit.sandbox.refusals import RefusalError, SandboxError
from govkit.sandbox.sandbox import Sandbox

PERSON = "jane@example.com"
_AGENT = "AWS Internal"


@dataclass(frozen=True, slots=True)
class Done:
    """What a person did: a sentence, and the call that did it with its answer."""

    sentence: str
    operation: str
    params: Mapping[str, Any]
    answer: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Console:
    """A signed-in person and the sandbox they click in."""

    directory: Path
    person: str = PERSON
    clock: Clock = REAL_CLOCK
    sandbox: Sandbox = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sandbox", Sandbox(self.directory, clock=self.clock))

    def call(self, sentence: str, operation: str, **params: Any) -> Done:
        """Make one call of Organizations; AWS's refusal comes as an error in a person's words."""
        return self.call_of("organizations", sentence, operation, params)

    def call_of(
        self, service: str, sentence: str, operation: str, params: Mapping[str, Any]
    ) -> Done:
        """Make one call of any service, as `call` does."""
        caller = console_caller(self.sandbox.settings, self.person)
        call = Call(service, operation, params, caller, user_agent=_AGENT)
        try:
            answer = self.sandbox.answer(call)
        except RefusalError as refused:
            reason = f" ({refused.reason})" if refused.reason else ""
            raise SandboxError(
                f"Refused: {service}:{operation}", f"{refused.code}{reason}: {refused.message}"
            ) from refused
        return Done(sentence, operation, params, answer)

    def book(self) -> Book:
        with self.sandbox.store.turn():
            return Book(self.sandbox.store.document("organizations"))


def ou_paths(entries: Book) -> dict[str, str]:
    """Return the path of names of the root (`/`) and of every OU, by id."""
    paths = {entries.root: ""}

    def path(ident: str) -> str:
        if ident not in paths:
            row = entries.ous[ident]
            name = row["Name"].replace("~", "~0").replace("/", "~1")
            paths[ident] = f"{path(row['Parent'])}/{name}"
        return paths[ident]

    return {ident: path(ident) or "/" for ident in (entries.root, *entries.ous)}


def find_ou(entries: Book, said: str) -> str:
    """Return the id of the root or OU that a path or id names."""
    paths = ou_paths(entries)
    if said in paths:
        return said
    wanted = "/" + said.strip("/")
    found = [ident for ident, path in paths.items() if path == wanted]
    return _the_one("OU", said, found, paths.values())


def find_account(entries: Book, said: str) -> str:
    """Return the id of the account that an id, e-mail address or name means."""
    said = said.removeprefix("account:")
    if said in entries.accounts:
        return said
    rows = entries.accounts.rows()
    found = [row["Id"] for row in rows if said in (row["Email"], row["Name"])]
    return _the_one("account", said, found, (row["Name"] for row in rows))


def find_target(entries: Book, said: str) -> str:
    """Return the id of a root, OU or account; a name that could be both is an account's last."""
    try:
        return find_ou(entries, said)
    except SandboxError:
        return find_account(entries, said)


def find_policy(entries: Book, said: str) -> str:
    """Return the id of the policy that an id, a name, or `TYPE/name` means."""
    if said in entries.policies:
        return said
    kind, slash, name = said.partition("/")
    rows = entries.policies.rows()
    found = [row["Id"] for row in rows if row["Name"] == said]
    if not found and slash:
        found = [row["Id"] for row in rows if row["Name"] == name and row["Type"] == kind]
    return _the_one("policy", said, found, (row["Name"] for row in rows))


def find_resource(entries: Book, said: str) -> str:
    """Return the id of anything that can be tagged."""
    for find in (find_policy, find_target):
        try:
            return find(entries, said)
        except SandboxError:
            continue
    raise SandboxError("Unknown resource", f'Nothing in the sandbox is called "{said}".')


def _the_one(what: str, said: str, found: list[str], names: Iterable[str]) -> str:
    if len(found) == 1:
        return found[0]
    if found:
        raise SandboxError(
            f"More than one {what}", f'"{said}" could be {", ".join(sorted(found))}.', "Say the id."
        )
    near = get_close_matches(said, sorted(set(names)), n=1)
    hint = f'Did you mean "{near[0]}"?' if near else ""
    raise SandboxError(f"Unknown {what}", f'The sandbox has no {what} "{said}".', hint)
