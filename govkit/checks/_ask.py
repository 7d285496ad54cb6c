"""Asks documents that hold for one account whether an ordinary principal there may do something."""

from collections.abc import Mapping, Sequence

from govkit.access.chain import Chain
from govkit.access.judge import Judge, judge
from govkit.access.request import Given, request
from govkit.access.statement import Level, Policy, Statement, policy
from govkit.access.verdict import Kind
from govkit.checks._paper import SCP, Paper

ACCOUNT = "111122223333"
FULL_ACCESS = policy(
    "FullAWSAccess",
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
    },
)


def denying(kind: Kind, statements: Sequence[Statement]) -> Chain:
    """Return the chain of one level that denies by some statements and allows all else."""
    return Chain(kind, (Level("target", (FULL_ACCESS, Policy("denies", tuple(statements)))),))


def denies(papers: Sequence[Paper]) -> Judge:
    """Return the judge of what SCPs deny; what they allow does not count here."""
    found = [
        said.meaning for one in papers if one.type == SCP for said in one.statements if said.deny
    ]
    return judge(denying(Kind.SCP, found))


def may(judges: Judge, action: str, resource: str, context: Mapping[str, Given]) -> bool:
    """Tell whether role/Any of an account may; what is not said of the request is absent."""
    about = {
        "aws:PrincipalType": "AssumedRole",
        "aws:RequestedRegion": "us-east-1",
        "aws:ViaAWSService": False,
        "aws:PrincipalIsAWSService": False,
        **context,
    }
    asked = request(action, resource, about, principal=f"arn:aws:iam::{ACCOUNT}:role/Any")
    return judges.verdict(asked).outcome.permits is True
