"""Sessions: whose credentials are used, by way of which roles, and one client per service and place."""

import os
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from govkit.aws.failures import no_credentials
from govkit.errors import GovkitError

Mount = Callable[[Any], None]

_FALLBACK_REGION = "us-east-1"
_POOL = 100
_MOST_APP_ID = 50
_CHAINED_SECONDS = 3600  # AWS's limit for a role assumed by a role
_ROLE = re.compile(r"arn:[\w-]+:iam::\d{12}:role/[\w+=,.@/-]+")


class Session:
    """One identity: a profile's credentials, or the last of a chain of roles."""

    def __init__(self, core: Any, region: str, app_id: str, who: str, mount: Mount | None) -> None:
        import boto3  # 170 ms that only a command that asks AWS pays

        self.core = core
        self.region = region
        self.app_id = app_id
        self.who = who
        self._mount = mount
        self._boto: Any = boto3.Session(botocore_session=core, region_name=region)
        self._mutex = threading.Lock()
        self._clients: dict[tuple[str, str], Any] = {}

    def client(self, service: str, region: str | None = None) -> Any:
        """Return the client of the service in the region (the home region when None)."""
        key = (service, region or self.region)
        with self._mutex:  # a client is thread-safe, creating one is not
            if key not in self._clients:
                self._clients[key] = self._boto.client(
                    service, region_name=key[1], config=_config(self.app_id)
                )
            return self._clients[key]

    @property
    def partition(self) -> str:
        """Return the partition of the home region: aws, aws-us-gov or aws-cn."""
        return str(self.core.get_partition_for_region(self.region))

    def pagination(self, service: str, operation: str) -> Mapping[str, Any]:
        """Return botocore's names of an operation's page tokens; empty where it knows none."""
        from botocore.exceptions import UnknownServiceError

        try:
            found: Mapping[str, Any] = self.core.get_paginator_model(service).get_paginator(
                operation
            )
        except (ValueError, KeyError, UnknownServiceError):
            return {}
        return found

    def assumed(self, role: str) -> "Session":
        """Return the session of a role that this one assumes when it is first used."""
        return Session(_assuming(self, role), self.region, self.app_id, f"role {role}", self._mount)

    def signing(self, credentials: Any) -> "Session":
        """Return a session whose clients sign with credentials of the caller's making."""
        import botocore.session

        core = self.mounted(botocore.session.Session(profile=self.core.profile))
        core._credentials = credentials  # noqa: SLF001 - botocore has no other door for them
        return Session(core, self.region, self.app_id, "a role in the account", self._mount)

    def mounted(self, core: Any) -> Any:
        """Return the botocore session with what was mounted on this one."""
        if self._mount is not None:
            self._mount(core)
        return core


def session(
    *,
    profile: str | None = None,
    region: str | None = None,
    roles: Sequence[str] = (),
    run_id: str = "",
    mount: Mount | None = None,
) -> Session:
    """Return the session at the end of a chain of role ARNs that starts with a profile.

    The run ID goes into the user agent and the roles' session names, so that CloudTrail names the
    run. `mount` gets every botocore session before its first client: the sandbox stands there.
    Raises `CredentialsMissing` for an unknown profile; whether credentials work shows at the first
    call.
    """
    import botocore.exceptions
    import botocore.session

    core = botocore.session.Session(profile=profile)
    try:
        home = region or core.get_config_variable("region") or _FALLBACK_REGION
    except botocore.exceptions.ProfileNotFound as error:
        raise no_credentials(str(error)) from error
    if mount is not None:
        mount(core)
    who = f"profile {profile}" if profile else "the caller"
    at = Session(core, home, _app_id(run_id), who, mount)
    for role in roles:
        at = at.assumed(role)
    return at


@dataclass(frozen=True, slots=True)
class Override:
    """An endpoint that is not AWS's own, and the setting that says so."""

    setting: str
    url: str


def overrides(environment: Mapping[str, str] = os.environ) -> Iterator[Override]:
    """Yield the endpoint overrides of the environment, which a command must announce."""
    if environment.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
        return
    for name in sorted(environment):
        if name == "AWS_ENDPOINT_URL" or name.startswith("AWS_ENDPOINT_URL_"):
            yield Override(name, environment[name])


def _config(app_id: str) -> Any:
    """No retries of botocore's own: it would bypass the pace and repeat writes blindly."""
    from botocore.config import Config

    create: Any = Config  # its stub does not know user_agent_appid
    return create(
        retries={"mode": "standard", "total_max_attempts": 1},
        max_pool_connections=_POOL,
        connect_timeout=10,
        read_timeout=60,
        user_agent_appid=app_id,
    )


def _app_id(run_id: str) -> str:
    return re.sub(r"[^\w.-]", "-", f"govkit-{run_id}" if run_id else "govkit")[:_MOST_APP_ID]


def _assuming(source: Session, role: str) -> Any:
    """Return a botocore session whose credentials come from assuming the role, and are renewed."""
    import botocore.session
    from botocore.credentials import (
        AssumeRoleCredentialFetcher,
        DeferredRefreshableCredentials,
    )

    if not _ROLE.fullmatch(role):
        raise GovkitError("Not the ARN of a role", f"{role!r} cannot be assumed.")

    def assume() -> Any:
        credentials = source.core.get_credentials()
        if credentials is None:
            raise no_credentials(f"Role {role} cannot be assumed without credentials.")
        named = {"RoleSessionName": source.app_id, "DurationSeconds": _CHAINED_SECONDS}
        fetcher = AssumeRoleCredentialFetcher(_sts_of(source), credentials, role, named)
        return fetcher.fetch_credentials()

    core = source.mounted(botocore.session.Session(profile=source.core.profile))
    renewed = DeferredRefreshableCredentials(assume, "govkit-role")
    core._credentials = renewed  # noqa: SLF001 - botocore has no other door for credentials that renew themselves
    return core


def _sts_of(source: Session) -> Callable[..., Any]:
    def create(service: str, **credentials: Any) -> Any:
        return source.core.create_client(
            service, region_name=source.region, config=_config(source.app_id), **credentials
        )

    return create
