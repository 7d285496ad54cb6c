"""The command line in this process: what it printed, what it exited with, and a desk to sit at."""

import io
import json
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import yaml
from botocore.loaders import create_loader

from govkit.cli.main import main
from govkit.policies.types import policy_type
from govkit.sandbox.builder import Builder
from govkit.sandbox.organizations import departure, trust
from govkit.sandbox.organizations.delegation import put_resource_policy
from govkit.sandbox.settings import Settings

FAST_DISK = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108 - memory, where there is one
GOVKIT = str(Path(sys.executable).with_name("govkit"))
TODAY = "2026-11-23"
START = 1_790_000_000.0
SETTINGS = Settings(
    organization="o-exampleorgid",
    root="r-exam",
    limits={"accounts": 50},
    log_calls=False,
    roles=("govkit-read", "govkit-write"),
)
TYPES = {"scp": "SERVICE_CONTROL_POLICY", "rcp": "RESOURCE_CONTROL_POLICY"}


@dataclass(frozen=True)
class Ran:
    """What a command printed, and its exit status."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


@dataclass
class Desk:
    """A folder with a layout and a sandbox, and a person who types commands in it."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def sandbox(self) -> Path:
        return self.folder / "sandbox"

    @property
    def variables(self) -> dict[str, str]:
        return {"GOVKIT_SANDBOX": "sandbox", "GOVKIT_TODAY": TODAY, **self.environment}

    def run(self, *arguments: str, stdin: str | bytes = "") -> Ran:
        """Run `govkit …` in this process."""
        out, err = io.StringIO(), io.StringIO()
        with ExitStack() as stack:
            stack.enter_context(chdir(self.folder))
            stack.enter_context(patch.dict(os.environ, self.variables))
            stack.enter_context(patch.object(sys, "stdin", _typed(stdin)))
            # Every command is a process of its own; botocore's models are read once for all.
            stack.enter_context(patch("botocore.session.create_loader", _loader))
            stack.enter_context(redirect_stdout(out))
            stack.enter_context(redirect_stderr(err))
            code = main(list(arguments))
        return Ran(code, out.getvalue(), err.getvalue())

    def does(self, *arguments: str) -> Ran:
        """Run a command that must succeed."""
        ran = self.run(*arguments)
        assert ran.code == 0, f"govkit {' '.join(arguments)} exited {ran.code}\n{ran.said}"
        return ran

    def dies(self, *arguments: str) -> int:
        """Run a command in a process of its own that something kills; return by which signal."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # threads that are done already
            child = os.fork()
        if child == 0:
            code = 70
            try:
                code = self.run(*arguments).code
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        return os.WTERMSIG(status) if os.WIFSIGNALED(status) else -os.WEXITSTATUS(status)

    def layout(self, layout: Mapping[str, Any]) -> None:
        text = yaml.safe_dump(dict(layout), sort_keys=False)
        (self.folder / "org_layout.yaml").write_text(text)

    def content(self) -> bytes:
        """Return the organization as the sandbox's file has it."""
        return (self.sandbox / "organizations.json").read_bytes()


_loader = cache(create_loader)


def _typed(text: str | bytes) -> io.TextIOWrapper:
    given = text.encode() if isinstance(text, str) else text
    return io.TextIOWrapper(io.BytesIO(given), encoding="utf-8")


@contextmanager
def desk() -> Iterator[Desk]:
    """Give a desk in memory, where there is one, and clear it away afterwards."""
    folder = Path(tempfile.mkdtemp(dir=FAST_DISK, prefix="govkit-test-"))
    try:
        yield Desk(folder)
    finally:
        shutil.rmtree(folder)


def build(live: Mapping[str, Any], folder: Path, settings: Settings = SETTINGS) -> None:
    """Write a sandbox that holds the organization described, made by hand and not by govkit.

    `ous` are paths, parents first; `accounts` go by ID; `policies` by name; `tags` by OU path or
    account ID; `enabled` are policy types, SCPs alone where it is not given.
    """
    builder = Builder(settings, now=START)
    places = {"/": builder.organization()}
    for key in live.get("enabled", ["scp"]):
        builder.enable(type_name(key))
    for path in live.get("ous", ()):
        parent, _, name = path.rpartition("/")
        real = name.replace("~1", "/").replace("~0", "~")
        places[path] = builder.ou(places[parent or "/"], real)
    for ident, told in live.get("accounts", {}).items():
        email = told.get("email", f"aws+{told['name']}@example.com")
        place, invited = places[told.get("ou", "/")], told.get("invited", False)
        builder.account(place, told["name"], email, ident, invited=invited)
        places[ident] = ident
    for name, told in live.get("policies", {}).items():
        text = told["text"] if "text" in told else _text(told["says"])
        made = builder.policy(
            told.get("name", name), text, told.get("description", ""), type_name(told.get("type"))
        )
        if "tags" in told:
            builder.tag(made, told["tags"])
        for target in told.get("attach", ()):
            builder.attach(made, places[target])
    for place, tags in live.get("tags", {}).items():
        builder.tag(places[place], tags)
    _leave(live, builder)
    builder.write(folder)


def _leave(live: Mapping[str, Any], builder: Builder) -> None:
    for service in live.get("trusted", ()):
        builder.do(trust.enable_access, ServicePrincipal=service)
    for ident, services in live.get("delegated", {}).items():
        for service in services:
            builder.do(trust.register, AccountId=ident, ServicePrincipal=service)
    if "resource_policy" in live:
        builder.do(put_resource_policy, Content=_text(live["resource_policy"]))
    for ident, told in live.get("accounts", {}).items():
        if told.get("closed"):
            builder.do(departure.close_account, AccountId=ident)


def type_name(key: str | None) -> str:
    """Return AWS's name of a policy type by the layout's key."""
    return policy_type(key or "scp").name


def _text(says: Any) -> str:
    return json.dumps(says, indent=2)
