"""What AWS's messages about denied requests tell, in all the ways in which AWS words them."""

import time

import pytest

from govkit.access.denied import denied

JANE = "arn:aws:sts::555555555555:assumed-role/Dev/jane"
LIST = f"User: {JANE} is not authorized to perform: s3:ListBucket"


@pytest.mark.parametrize(
    ("text", "resource"),
    [
        (f"{LIST} on resource: arn:aws:s3:::b, because …", "arn:aws:s3:::b"),
        (f'{LIST} on resource: "arn:aws:s3:::b/my, key" with …', "arn:aws:s3:::b/my, key"),
        (f'{{"message": "{LIST} on resource: \\"arn:aws:s3:::b\\" with …"}}', "arn:aws:s3:::b"),
        (f"{LIST} on resource: *", "*"),
        (f"{LIST} on resource: policy path / with an explicit deny", None),
        (f"{LIST} with an explicit deny", None),
    ],
)
def test_the_resource_is_read_with_and_without_quotes(text: str, resource: str | None) -> None:
    told = denied(text)
    assert told is not None
    assert (told.principal, told.action, told.resource) == (JANE, "s3:ListBucket", resource)


@pytest.mark.parametrize(
    ("because", "layer", "other", "implicit"),
    [
        ("with an explicit deny in a service control policy", "scp", None, False),
        ("with an explicit deny in a resource control policy", "rcp", None, False),
        ("because no service control policy allows the s3:ListBucket action", "scp", None, True),
        ("because no resource control policy allows the s3:ListBucket action", "rcp", None, True),
        ("with an explicit deny in a session policy", None, "session policy", False),
        ("with an explicit deny in a VPC endpoint policy", None, "VPC endpoint policy", False),
        ("with an explicit deny in a permissions boundary", None, "permissions boundary", False),
        (
            "because no permissions boundary allows the s3:ListBucket action",
            None,
            "permissions boundary",
            True,
        ),
        (
            "because no identity-based policy allows the s3:ListBucket action",
            None,
            "identity-based policy",
            True,
        ),
        ("with an explicit deny", None, None, False),
    ],
)
def test_what_is_blamed_is_told_by_its_type(
    because: str, layer: str | None, other: str | None, *, implicit: bool
) -> None:
    told = denied(f"{LIST} on resource: arn:aws:s3:::b {because}")
    assert told is not None
    assert (told.layer, told.other, told.implicit) == (layer, other, implicit)


@pytest.mark.parametrize(
    "text",
    [
        (
            f"User: {JANE}\nAction: iam:ListUsers\nOn resource(s): arn:aws:iam::555555555555:user/\n"
            "Context: a service control policy explicitly denies the action"
        ),
        (
            f"User: {JANE}\nService: iam\nAction: ListUsers\n"
            "On resource(s): arn:aws:iam::555555555555:user/\n"
            "Context: a service control policy explicitly denies the action"
        ),
        (
            f"You don't have permission to iam:ListUsers. User: {JANE}Action: iam:ListUsersOn "
            "resource(s): arn:aws:iam::555555555555:user/Context: a service control policy explicitly "
            "denies the action"
        ),
    ],
)
def test_the_consoles_words_are_read_on_lines_and_run_together(text: str) -> None:
    told = denied(text)
    assert told is not None
    assert (told.principal, told.action, told.layer) == (JANE, "iam:ListUsers", "scp")
    assert told.resource == "arn:aws:iam::555555555555:user/"


def test_a_policy_is_named_by_its_arn_and_a_caller_without_a_label() -> None:
    arn = (
        "arn:aws:organizations::111111111111:policy/o-a1b2c3d4e5/service_control_policy/p-12345678"
    )
    text = f"{JANE} is not authorized to perform: ecr:GetAuthorizationToken with an explicit deny"
    told = denied(f"{text} in a service control policy: {arn}. (Service: Ecr, Status Code: 400)")
    assert told is not None
    assert (told.principal, told.policy) == (JANE, "p-12345678")


def test_a_caller_without_a_name_is_nobody() -> None:
    text = "User: anonymous is not authorized to perform: cognito-identity:GetId on resource: *"
    told = denied(f"{text} with an explicit deny in a resource control policy")
    assert told is not None
    assert (told.principal, told.account, told.layer) == (None, None, "rcp")


def test_no_text_takes_long() -> None:
    start = time.process_time()
    for part in (
        "arn:aws:",
        "a policy explicitly ",
        "Action: ",
        "User: ",
        "no a policy allows the ",
    ):
        denied(part * 200_000)
    assert time.process_time() - start < 10
