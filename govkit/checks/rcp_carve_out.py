"""A resource control policy does not tell people from AWS services.

## Why it matters

RCPs also bind AWS services that work for you by their own principals. These have no organization
and no account in the keys of principals, so a Deny unless `aws:PrincipalOrgID` is yours stops log
delivery, backups and events. The other way round, `aws:SourceOrgID` is only carried by services: a
Deny by it that does not ask for a service stops everybody else.

## What to do

Beside keys of principals ask `"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}`; beside keys
of sources `"Bool": {"aws:PrincipalIsAWSService": "true"}` and `"Null": {"aws:SourceAccount": "false"}`.
"""

from collections.abc import Iterator

from govkit.access.operators import Family, operator
from govkit.checks._check import Check, Confidence, Remark
from govkit.checks._paper import RCP, Asked, Paper, Written
from govkit.model.finding import Severity

_PEOPLE = ("aws:principalaccount", "aws:principalorgid", "aws:principalorgpaths")
_SOURCES = ("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths")
_SERVICE = (
    "aws:principalisawsservice",
    "aws:principalservicename",
    "aws:principalservicenameslist",
)


def _look(paper: Paper) -> Iterator[Remark]:
    for statement in paper.statements if paper.type == RCP else ():
        if statement.deny:
            yield from _statement(statement)


def _statement(statement: Written) -> Iterator[Remark]:
    people = _negated(statement, _PEOPLE)
    sources = _negated(statement, _SOURCES)
    told = any(one.name in _SERVICE for one in statement.tests)
    if people is not None and not told:
        message = "AWS services carry none, and are denied. Ask aws:PrincipalIsAWSService, too."
        yield Remark(people.path, f"{people.key}: {message}")
    if sources is None or people is not None:
        return
    if not told:
        message = "only AWS services carry it, and all others are denied. Ask for a service, too."
        yield Remark(sources.path, f"{sources.key}: {message}")
    elif not _asked_whether_there(statement):
        message = "services that do not say whom they work for are denied. Ask Null, too."
        yield Remark(sources.path, f"{sources.key}: {message}")


def _negated(statement: Written, keys: tuple[str, ...]) -> Asked | None:
    found = (one for one in statement.tests if one.name in keys)
    return next((one for one in found if operator(one.test.operator).negated), None)


def _asked_whether_there(statement: Written) -> bool:
    return any(
        one.name in _SOURCES and operator(one.test.operator).family is Family.NULL
        for one in statement.tests
    )


CHECK = Check(
    code="GK270",
    name="rcp-carve-out",
    severity=Severity.WARNING,
    confidence=Confidence.POSSIBLE,
    fix="Ask by aws:PrincipalIsAWSService whether a service is at work.",
    look=_look,
    aws=(
        "general_warning_rcp_missing_related_principal_condition_key",
        "general_warning_rcp_missing_related_service_principal_condition_key",
        "general_warning_rcp_missing_service_condition_key_null_check",
    ),
)
