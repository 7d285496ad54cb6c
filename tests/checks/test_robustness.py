"""No document makes a check raise, or takes long, however it was written."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govkit.checks._judge import judged
from govkit.checks._paper import paper

TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "*",
            "s3:*",
            "s3:Get*",
            "arn:aws:s3:::a*",
            "arn:*",
            "${",
            "${aws:username}",
            "10.0.0.0/8",
            "o-x",
        ]
    ),
)
SCALARS = st.one_of(TEXTS, st.booleans(), st.integers(), st.none())
KEYS = st.sampled_from(
    [
        "aws:PrincipalArn",
        "aws:TagKeys",
        "aws:RequestedRegion",
        "ec2:Encrypted",
        "s3:prefix",
        "x",
        "",
    ]
)
OPERATORS = st.sampled_from(
    ["StringNotLike", "Bool", "Null", "ForAnyValue:ArnLike", "NumericLessThan", "IpAddress", "x"]
)
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=3))
CONDITIONS = st.dictionaries(
    OPERATORS, st.one_of(VALUES, st.dictionaries(KEYS, VALUES, max_size=2)), max_size=2
)
STATEMENTS = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Deny", "Allow", "deny"])},
    optional={
        "Sid": SCALARS,
        "Action": VALUES,
        "NotAction": VALUES,
        "Resource": VALUES,
        "NotResource": VALUES,
        "Principal": VALUES,
        "Condition": st.one_of(CONDITIONS, SCALARS),
    },
)
DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={"Version": SCALARS, "Statement": st.one_of(VALUES, st.lists(STATEMENTS, max_size=3))},
)


@settings(max_examples=60, deadline=None)
@given(st.lists(DOCUMENTS, min_size=1, max_size=2), st.sampled_from(["scp", "rcp", "iam", "tag"]))
def test_no_document_makes_a_check_raise(documents: list[Any], kind: str) -> None:
    papers = [paper(f"d{place}", kind, one, 1) for place, one in enumerate(documents)]
    for one in judged(papers, [tuple(range(len(papers)))]):
        here = documents[one.paper]
        for step in one.remark.path[:-1]:
            here = here[step]


HOSTILE = {
    "wildcards": "*a" * 2_500,
    "questions": "?" * 5_000,
    "variables": "${aws:username}" * 300,
    "braces": "${" * 2_500,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_pattern_takes_long(text: str) -> None:
    statement = {
        "Effect": "Deny",
        "Action": [f"s3:{text}", "s3:*"],
        "Resource": [f"arn:aws:s3:::{text}", f"arn:aws:s3:::{text}b", "arn:aws:iam::*:role/x"],
        "Condition": {
            "ArnNotLike": {
                "aws:PrincipalArn": [f"arn:aws:iam::*:role/{text}", "arn:aws:iam::*:role/*"]
            },
            "StringNotLike": {"aws:RequestedRegion": text, "aws:PrincipalOrgID": text},
        },
    }
    document = {"Version": "2012-10-17", "Statement": [statement, statement]}
    began = time.process_time()
    list(judged([paper("x", "scp", document, 1)], [(0,)]))
    assert time.process_time() - began < 10
