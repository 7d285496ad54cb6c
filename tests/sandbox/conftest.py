"""A sandbox under one real boto3 client, made anew for each test, with a clock turned by hand."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from govkit.sandbox.clock import Clock
from govkit.sandbox.making import Story, new
from govkit.sandbox.model import service_model
from govkit.sandbox.mount import mount
from govkit.sandbox.settings import Settings

START = 1_790_000_000.0
DENY = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}'
CONFIG = Config(retries={"total_max_attempts": 1, "mode": "standard"})


@dataclass
class HandClock:
    """Time that passes only when a test, or a sleep, says so."""

    time: float = START
    slept: list[float] = field(default_factory=list)

    def clock(self) -> Clock:
        return Clock(now=lambda: self.time, sleep=self.sleep)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


@dataclass
class Play:
    """What tests do all the time, through the client."""

    client: Any
    directory: Path
    clock: HandClock
    session: Any

    @property
    def root(self) -> str:
        return str(self.client.list_roots()["Roots"][0]["Id"])

    @property
    def management(self) -> str:
        return str(self.client.describe_organization()["Organization"]["MasterAccountId"])

    def ou(self, name: str = "Workloads", parent: str = "") -> str:
        made = self.client.create_organizational_unit(ParentId=parent or self.root, Name=name)
        return str(made["OrganizationalUnit"]["Id"])

    def account(self, name: str = "payments", **more: Any) -> str:
        email = f"aws+{name}@example.com"
        made = self.client.create_account(AccountName=name, Email=email, **more)
        ident = made["CreateAccountStatus"]["Id"]
        while True:
            answer = self.client.describe_create_account_status(CreateAccountRequestId=ident)
            status = answer["CreateAccountStatus"]
            if status["State"] == "SUCCEEDED":
                return str(status["AccountId"])
            assert status["State"] == "IN_PROGRESS", status

    def policy(
        self, name: str = "deny", kind: str = "SERVICE_CONTROL_POLICY", content: str = DENY
    ) -> str:
        made = self.client.create_policy(Name=name, Type=kind, Content=content, Description="")
        return str(made["Policy"]["PolicySummary"]["Id"])

    def attach(self, policy: str, target: str) -> None:
        self.client.attach_policy(PolicyId=policy, TargetId=target)

    def enable(self, kind: str) -> None:
        self.client.enable_policy_type(RootId=self.root, PolicyType=kind)

    def policies_of(self, target: str, kind: str = "SERVICE_CONTROL_POLICY") -> list[str]:
        found = self.client.list_policies_for_target(TargetId=target, Filter=kind)
        return [policy["Id"] for policy in found["Policies"]]

    def anew(self, story: Any = Story.EMPTY, **settings: Any) -> "Play":
        """Start over in the same folder with other settings."""
        for path in self.directory.iterdir():
            path.unlink()
        chosen = Story(story) if isinstance(story, str) else story
        new(self.directory, chosen, settings=Settings(**settings), clock=self.clock.clock())
        return self

    def as_account(self, account: str, service: str = "organizations") -> Any:
        """Return a client of an administrator in another account."""
        return self.session.client(
            service, aws_access_key_id=account, aws_secret_access_key="pretend", config=CONFIG
        )


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    directory = tmp_path_factory.mktemp("shared") / "sandbox"
    hand = HandClock()
    new(directory, clock=hand.clock())
    session = boto3.Session(region_name="us-east-1")
    mount(session, directory, clock=hand.clock())
    yield Play(session.client("organizations", config=CONFIG), directory, hand, session)
    shutil.rmtree(directory)


@pytest.fixture
def play(shared: Play) -> Play:
    """An organization of the management account alone, SCPs enabled, at the clock's start."""
    shared.clock.time = START
    shared.clock.slept.clear()
    return shared.anew()


@pytest.fixture
def refused() -> Callable[[Callable[[], object]], tuple[str, str]]:
    """Run what AWS should refuse; return its code and reason."""

    def run(attempt: Callable[[], object]) -> tuple[str, str]:
        with pytest.raises(ClientError) as caught:
            attempt()
        response: Any = caught.value.response
        return response["Error"]["Code"], response.get("Reason", "")

    return run


@pytest.fixture
def refuses(play: Play) -> Callable[[Callable[[], object], str, str], None]:
    """Check that AWS refuses an attempt so, in words its model knows, and that nothing changed."""

    def content() -> bytes:
        path = play.directory / "organizations.json"
        return path.read_bytes() if path.exists() else b""

    def check(attempt: Callable[[], object], code: str, reason: str) -> None:
        before = content()
        with pytest.raises(ClientError) as caught:
            attempt()
        response: Any = caught.value.response
        assert (response["Error"]["Code"], response.get("Reason", "")) == (code, reason)
        shapes = service_model("organizations").operation_model(caught.value.operation_name)
        modelled = {shape.name for shape in shapes.error_shapes}
        assert code in modelled | {"UnsupportedOperationException"}
        assert content() == before

    return check
