"""AWS's quotas as one table of data: the figure, since when, and who says so."""

from collections.abc import Mapping
from dataclasses import dataclass

from govkit.sandbox.settings import Settings


@dataclass(frozen=True, slots=True)
class Limit:
    """A quota; `since` is the date of the figure or of the page it was read on."""

    value: int
    since: str
    source: str


_PAGE = "AWS Organizations quotas page as of 2026"
_DOUBLED = "AWS notice aws-organizations-increased-scp-quotas, 2026-05"
_MODEL = "botocore 1.44.5, organizations 2016-11-28"

# `what:POLICY_TYPE` or `what:service`; `what:*` holds where nothing more particular is listed.
LIMITS: Mapping[str, Limit] = {
    "attachments:SERVICE_CONTROL_POLICY": Limit(10, "2026-05-15", _DOUBLED),
    "attachments:RESOURCE_CONTROL_POLICY": Limit(5, "2026", _PAGE),
    "attachments:AISERVICES_OPT_OUT_POLICY": Limit(5, "2026", _PAGE),
    "attachments:CHATBOT_POLICY": Limit(5, "2026", _PAGE),
    "attachments:*": Limit(10, "2026", _PAGE),
    "minimum:SERVICE_CONTROL_POLICY": Limit(1, "2022", _PAGE),
    "minimum:*": Limit(0, "2022", _PAGE),
    "characters:SERVICE_CONTROL_POLICY": Limit(10_240, "2026-05-15", _DOUBLED),
    "characters:RESOURCE_CONTROL_POLICY": Limit(5_120, "2026", _PAGE),
    "characters:AISERVICES_OPT_OUT_POLICY": Limit(2_500, "2026", _PAGE),
    "characters:*": Limit(10_000, "2026", _PAGE),
    "policies:SERVICE_CONTROL_POLICY": Limit(10_000, "2026", _PAGE),
    "policies:RESOURCE_CONTROL_POLICY": Limit(2_000, "2026", _PAGE),
    "policies:*": Limit(1_000, "2026", _PAGE),
    "ous": Limit(2_000, "2026", _PAGE),
    "depth": Limit(5, "2022", _PAGE),
    "accounts": Limit(10, "2026", _PAGE),
    "creations": Limit(5, "2022", _PAGE),
    "closings": Limit(3, "2022", _PAGE),
    "closed-share": Limit(20, "2026", _MODEL),
    "closed-least": Limit(250, "2026", _MODEL),
    "closed-most": Limit(1_000, "2026", _MODEL),
    "closed-days": Limit(30, "2026", _MODEL),
    "removal-days": Limit(4, "2026", _PAGE),
    "tags": Limit(50, "2022", _PAGE),
    "page": Limit(20, "2026", _MODEL),
    "administrators:cloudtrail.amazonaws.com": Limit(3, "2023", "CloudTrail user guide"),
    "administrators:config.amazonaws.com": Limit(3, "2026", "botocore 1.44.5, config"),
    "administrators:config-multiaccountsetup.amazonaws.com": Limit(
        3, "2026", "botocore 1.44.5, config"
    ),
    "administrators:member.org.stacksets.cloudformation.amazonaws.com": Limit(
        5, "2022", "CloudFormation user guide"
    ),
    "administrators:*": Limit(1, "2022", "AWS Organizations user guide"),
}


def limit(settings: Settings, what: str, of: str = "") -> int:
    """Return the figure that holds in this sandbox; its settings come before the table."""
    names = (f"{what}:{of}", f"{what}:*") if of else (what,)
    for name in names:
        if name in settings.limits:
            return settings.limits[name]
        if name in LIMITS:
            return LIMITS[name].value
    raise KeyError(what)
