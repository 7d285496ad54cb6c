"""`govkit sandbox change user|root|iam|hours`: what years do, at once."""

import json
from datetime import UTC, datetime

from baselines import layout
from terminal import Desk

USER = ("sandbox", "change", "user")


def codes(desk: Desk) -> list[tuple[str, str]]:
    desk.does("sandbox", "change", "hours")
    desk.environment["GOVKIT_TODAY"] = datetime.now(UTC).date().isoformat()
    told = json.loads(desk.run("check", "--format", "json").out)
    return [(one["code"], one["resource"].rpartition("/")[2]) for one in told["findings"]]


def test_planted_credentials_are_found(table: Desk) -> None:
    rules = {"mfa": "required", "max_key_age_days": 90, "max_unused_days": 45}
    forbidden = {"root_access_keys": "forbidden", "direct_policies": "forbidden"}
    table.layout(layout(credentials=rules | forbidden))
    assert codes(table) == []
    table.does(
        *USER,
        "audit",
        "jane",
        "--password",
        "10",
        "--signed-in",
        "1",
        "--key",
        "95",
        "--key-used",
        "2",
    )
    table.does(*USER, "audit", "away", "--password", "90", "--signed-in", "60", "--mfa")
    told = json.dumps({"UserName": "away", "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"})
    table.does("sandbox", "change", "iam", "audit", "AttachUserPolicy", told)
    table.does("sandbox", "change", "root", "payments", "--password", "--keys", "1")
    assert sorted(codes(table)) == [
        ("GK501", "jane"),
        ("GK502", "<root_account>"),
        ("GK503", "<root_account>"),
        ("GK504", "jane"),
        ("GK506", "away"),
        ("GK508", "away"),
    ]
    table.does(*USER, "audit", "jane", "--password", "10", "--signed-in", "1", "--mfa")
    assert [one for one in codes(table) if one[1] == "jane"] == []


def test_what_iam_refuses_is_refused_in_words(table: Desk) -> None:
    change = ("sandbox", "change", "iam", "audit")
    ran = table.run(*change, "DeleteUser", '{"UserName": "nobody"}')
    assert ran.code == 1
    assert "NoSuchEntity" in ran.said
    assert table.run(*change, "DeleteUser", "[]").code == 64
    assert table.run(*change, "DeleteUser", "{").code == 64
    ran = table.run(*USER, "audit", "jane", *(["--key", "1"] * 3))
    assert ran.code == 1
    assert "two access keys" in ran.said
