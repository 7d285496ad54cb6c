"""The real walk in one process: a layout as YAML, an organization in a sandbox, plan and apply."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from govkit.apply.patience import Patience
from govkit.aws.door import door
from govkit.aws.session import session
from govkit.flow.apply import Job, carried_out, new_run
from govkit.flow.compare import Compared, Question, kinds
from govkit.flow.plan import plan
from govkit.live.discover import Live, discover
from govkit.model.call import Api, Interest, organizations
from govkit.model.plan import Plan
from govkit.sandbox.clock import Clock
from govkit.sandbox.mount import mount
from govkit.store.local import LocalStore

TODAY = date(2026, 11, 23)
EVERY_RAIL = {
    "max_deletes": 1000,
    "max_moves": 1000,
    "max_creates": 1000,
    "max_accounts_newly_denied": 1000,
    "max_accounts_newly_allowed": 1000,
}
PATIENT = Patience(sleep=lambda _: None, interval=0.0, looks=500)


def sandbox_api(folder: Path, clock: Clock | None = None) -> Api:
    """Return the door to a sandbox, through real botocore clients."""

    def stand_on(core: Any) -> None:
        mount(core, folder, **({} if clock is None else {"clock": clock}))

    return door(session(mount=stand_on), pace=None, sleep=lambda _: None)


@dataclass
class Walk:
    """A layout and an organization; each step is what the command of that name does."""

    api: Api
    folder: Path
    allow: Mapping[str, int] | None = None

    def write(self, layout: Mapping[str, Any]) -> Path:
        path = self.folder / "org_layout.yaml"
        path.write_text(yaml.safe_dump(dict(layout), sort_keys=False))
        return path

    def bank(self, interest: Interest) -> Live:
        return discover(self.api, kinds(), interest, workers=4)

    def plan(self, layout: Mapping[str, Any]) -> tuple[Plan, Compared]:
        return plan(Question(self.write(layout), TODAY, (), self.allow or EVERY_RAIL), self.bank)

    def apply(self, layout: Mapping[str, Any]) -> Plan:
        made, both = self.plan(layout)
        events = carried_out(
            Job(made, both),
            made.steps,
            api=self.api,
            store=LocalStore(self.folder / "store"),
            run_name=new_run(),
            patience=PATIENT,
            stop=lambda: False,
        )
        for _ in events:
            pass
        return made


def as_the_hint_says(hint: str, api: Api) -> None:
    """Do what the last words of a finding's hint ask for: take one tag of a policy away."""
    told = re.search(r"untag-resource --resource-id (\S+) --tag-keys (\S+)$", hint)
    assert told is not None, hint
    api.call(organizations("UntagResource", ResourceId=told[1], TagKeys=[told[2]]))
