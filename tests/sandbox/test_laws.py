"""What holds after any calls whatever: the organization is whole, and nothing but a refusal comes out."""

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govkit.sandbox.calls import Caller
from govkit.sandbox.identity import session_caller
from govkit.sandbox.making import Story, new
from govkit.sandbox.model import service_model
from govkit.sandbox.organizations.rows import RCP, RCP_FULL_ACCESS, SCP, Book
from govkit.sandbox.refusals import RefusalError
from govkit.sandbox.sandbox import Sandbox

MODEL = service_model("organizations")
# Leaving takes no input, and would leave nobody to go on with.
OPERATIONS = [name for name in MODEL.operation_names if name != "LeaveOrganization"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.floats(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
DENY = '{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}'
RCP_DENY = (
    '{"Version":"2012-10-17","Statement":'
    '{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}}'
)
NAMES = st.sampled_from(["a", "b", "c"])
STEPS = st.tuples(
    st.sampled_from(
        [
            "CreateOrganizationalUnit",
            "DeleteOrganizationalUnit",
            "UpdateOrganizationalUnit",
            "MoveAccount",
            "CloseAccount",
            "RemoveAccountFromOrganization",
            "CreateAccount",
            "CreatePolicy",
            "DeletePolicy",
            "AttachPolicy",
            "DetachPolicy",
            "EnablePolicyType",
            "DisablePolicyType",
        ]
    ),
    NAMES,
    st.integers(0, 7),
    st.integers(0, 7),
)


def book(sandbox: Sandbox) -> Book:
    with sandbox.store.turn():
        return Book(sandbox.store.document("organizations"))


def params(entries: Book, operation: str, name: str, one: int, other: int) -> dict[str, Any]:
    """Choose things that are there, by number: most calls then make sense, some do not."""

    def pick(things: list[str], number: int) -> str:
        return things[number % len(things)]

    places = [entries.root, *entries.ous.keys()]
    account, policy = pick(entries.accounts.keys(), one), pick(entries.policies.keys(), one)
    kind = pick([SCP, RCP], one)
    everything = {
        "ParentId": pick(places, one),
        "OrganizationalUnitId": pick([*entries.ous.keys(), "ou-dx0h-00000000"], one),
        "Name": name,
        "AccountId": account,
        "SourceParentId": entries.accounts[account]["Parent"],
        "DestinationParentId": pick(places, other),
        "Email": f"{name}{one}@example.com",
        "AccountName": name,
        "PolicyId": policy,
        "TargetId": pick([*places, *entries.accounts.keys()], other),
        "Type": kind,
        "PolicyType": kind,
        "RootId": entries.root,
        "Description": "",
        "Content": DENY if kind == SCP else RCP_DENY,
    }
    shape: Any = MODEL.operation_model(operation).input_shape
    return {key: everything[key] for key in shape.members if key in everything}


def outcome(
    sandbox: Sandbox, operation: str, asked: dict[str, Any], caller: Caller | None = None
) -> str:
    """Return the code of the refusal, or nothing where there was none."""
    try:
        sandbox.call(operation, asked, caller=caller)
    except RefusalError as refused:
        return refused.code
    return ""


def whole(entries: Book) -> None:
    """Every parent and target exists, names and e-mails are unique, the defaults are where they must be."""
    places = {entries.root, *entries.ous}
    assert {row["Parent"] for row in entries.ous.rows()} <= places
    assert {row["Parent"] for row in entries.accounts.rows()} <= places
    siblings = [(row["Parent"], row["Name"]) for row in entries.ous.rows()]
    assert len(siblings) == len(set(siblings))
    emails = [row["Email"] for row in (*entries.accounts.rows(), *entries.outside.rows())]
    assert len(emails) == len(set(emails))
    targets = places | set(entries.accounts)
    rows = entries.attachments.rows()
    assert {row["Target"] for row in rows} <= targets
    assert {row["Policy"] for row in rows} <= set(entries.policies)
    enabled = {row["Type"] for row in entries.policy_types.rows() if row["Status"] == "ENABLED"}
    kinds = {row["Policy"]: entries.policies[row["Policy"]]["Type"] for row in rows}
    assert set(kinds.values()) == enabled
    for target in targets:
        held = [row["Policy"] for row in rows if row["Target"] == target]
        assert (SCP in enabled) == any(kinds[policy] == SCP for policy in held)
        assert (RCP in enabled) == (RCP_FULL_ACCESS in held)


@settings(max_examples=25, deadline=None)
@given(st.lists(STEPS, max_size=30))
def test_the_organization_is_whole_after_any_calls(steps: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder) / "sandbox"
        new(directory, Story.EMPTY)
        sandbox = Sandbox(directory)
        for operation, *choice in steps:
            known = {shape.name for shape in MODEL.operation_model(operation).error_shapes}
            given_params = params(book(sandbox), operation, *choice)
            assert outcome(sandbox, operation, given_params) in {"", *known}
            sandbox.call("ListCreateAccountStatus")
        whole(book(sandbox))
        whole(book(Sandbox(directory)))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    directory = tmp_path_factory.mktemp("laws") / "demo"
    new(directory, Story.DEMO)
    return Sandbox(directory)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_nothing_but_a_refusal_comes_out_of_any_input(demo: Sandbox, data: Any) -> None:
    operation = data.draw(st.sampled_from(OPERATIONS))
    shape: Any = MODEL.operation_model(operation).input_shape
    members = list(shape.members) if shape else []
    given_params = {name: data.draw(VALUES) for name in members if data.draw(st.booleans())}
    account = data.draw(st.sampled_from(["111111111111", "222222222222"]))
    caller = session_caller(demo.settings, account, "tester", "laws")
    known = {shape.name for shape in MODEL.operation_model(operation).error_shapes}
    said = {"", "SerializationException", "UnsupportedOperationException"}
    assert outcome(demo, operation, given_params, caller) in known | said
