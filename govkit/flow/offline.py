"""What needs no AWS: checking a layout, rendering its policies, schemas, a layout to start from."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from govkit.errors import GovkitError, UsageError
from govkit.flow.compare import Question
from govkit.kinds.policy import Policy
from govkit.layout.proofs import prove_exemptions
from govkit.layout.read import read
from govkit.layout.schema import schema as layout_schema
from govkit.model.resource import Json
from govkit.model.suggest import did_you_mean
from govkit.model.wanted import Wanted
from govkit.policies.library import library, starter_layout
from govkit.report import schema as report_schema


def wanted(question: Question) -> Wanted:
    """Return what the layout asks for; LayoutError with every fault there is."""
    return read(question.layout, today=question.today)


def validated(question: Question) -> Wanted:
    """Return what the layout asks for, its exemptions proved to free exactly whom they name."""
    return read(question.layout, today=question.today, prove=prove_exemptions)


def rendered(asked: Wanted, guardrail: str | None) -> tuple[Policy, ...]:
    """Return the policies of one guardrail (or one rendering, `key.variant`), or of all."""
    policies = sorted(asked.state.all(Policy), key=lambda policy: policy.address)
    if guardrail is None:
        return tuple(policies)
    found = [one for one in policies if guardrail in _names(one)]
    if not found:
        known = sorted({name for one in policies for name in _names(one)})
        raise UsageError(
            "Unknown guardrail",
            f"{asked.path} renders no guardrail {guardrail}.",
            did_you_mean(guardrail, known),
        )
    return tuple(found)


def _names(policy: Policy) -> tuple[str, str]:
    rendering = policy.address.path.partition("/")[2]
    return rendering, rendering.partition(".")[0]


SCHEMAS = ("layout", "plan", "drift", "differences", "findings", "run", "history", "check")


def schema(name: str) -> dict[str, Json]:
    """Return a JSON Schema by its name."""
    if name not in SCHEMAS:
        raise UsageError("No such schema", f"{name} is none of {', '.join(SCHEMAS)}.")
    return layout_schema() if name == "layout" else report_schema(name)


def start_layout(layout: Path) -> Sequence[Path]:
    """Write the starting layout and its templates where there is no layout yet; return the files."""
    if layout.exists():
        return ()
    templates = layout.parent / "scp_templates"
    if templates.exists():
        raise UsageError(
            "Templates without a layout",
            f"{templates} exists and {layout} does not; nothing was written over.",
        )
    try:
        layout.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(library(), templates)
        shutil.copyfile(starter_layout(), layout)
    except (OSError, shutil.Error) as error:
        told = getattr(error, "strerror", None) or str(error)
        raise GovkitError("The layout cannot be written", f"{layout}: {told}.") from error
    return (layout, templates)
