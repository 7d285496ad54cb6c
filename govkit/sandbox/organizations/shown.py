"""Resources as AWS answers them: ARNs, paths, and what a response shows of a row."""

from typing import Any

from govkit.sandbox.calls import World
from govkit.sandbox.clock import seconds
from govkit.sandbox.organizations.rows import AccountRow, Book, OuRow, PolicyRow
from govkit.sandbox.settings import Settings

Shown = dict[str, Any]


def arn(book: Book, settings: Settings, what: str, ident: str = "") -> str:
    """Return the ARN of something of the organization, which the management account owns."""
    organization = book.the_organization
    owner = f"arn:{settings.partition}:organizations::{organization['ManagementAccount']}"
    tail = f"/{ident}" if ident else ""
    return f"{owner}:{what}/{organization['Id']}{tail}"


def policy_arn(book: Book, settings: Settings, policy: PolicyRow) -> str:
    kind = policy["Type"].lower()
    if policy["AwsManaged"]:
        return f"arn:{settings.partition}:organizations::aws:policy/{kind}/{policy['Id']}"
    return arn(book, settings, "policy", f"{kind}/{policy['Id']}")


def target_arn(book: Book, settings: Settings, target: str) -> str:
    what = {"r": "root", "o": "ou"}.get(target[0], "account")
    return arn(book, settings, what, target)


def ancestry(book: Book, parent: str) -> list[str]:
    """Return the ids from the root down to a root or OU, itself included."""
    chain = [parent]
    while chain[-1] in book.ous:
        chain.append(book.ous[chain[-1]]["Parent"])
    return chain[::-1]


def path(book: Book, parent: str, *, below: str = "") -> str:
    """Return `o-…/r-…/ou-…/`, with an account's id after it where `below` is one."""
    parts = [book.the_organization["Id"], *ancestry(book, parent)]
    return "/".join([*parts, below, ""] if below else [*parts, ""])


def account_state(world: World, account: AccountRow) -> str:
    """Return an account's state now: a closure takes its time."""
    if account["State"] != "PENDING_CLOSURE":
        return account["State"]
    done = seconds(account["ClosedTimestamp"]) + world.settings.close_account_seconds
    return "SUSPENDED" if world.now >= done else "PENDING_CLOSURE"


def show_account(world: World, book: Book, account: AccountRow) -> Shown:
    settings = world.settings
    state = account_state(world, account)
    shown: Shown = {
        "Id": account["Id"],
        "Arn": arn(book, settings, "account", account["Id"]),
        "Email": account["Email"],
        "Name": account["Name"],
        "JoinedMethod": account["JoinedMethod"],
        "JoinedTimestamp": account["JoinedTimestamp"],
    }
    if settings.account_state:
        shown["State"] = state
    if settings.account_status:
        shown["Status"] = state
    if settings.paths:
        shown["Paths"] = [path(book, account["Parent"], below=account["Id"])]
    return shown


def show_ou(world: World, book: Book, ou: OuRow) -> Shown:
    shown = {
        "Id": ou["Id"],
        "Arn": arn(book, world.settings, "ou", ou["Id"]),
        "Name": ou["Name"],
    }
    if world.settings.paths:
        shown["Path"] = path(book, ou["Id"])
    return shown


def show_root(world: World, book: Book) -> Shown:
    return {
        "Id": book.root,
        "Arn": arn(book, world.settings, "root", book.root),
        "Name": "Root",
        "PolicyTypes": [
            {"Type": name, "Status": status} for name, status in type_statuses(world, book).items()
        ],
    }


def type_statuses(world: World, book: Book) -> dict[str, str]:
    """Return the policy types that are enabled or changing; a change takes its time."""
    found = {}
    for row in book.policy_types.rows():
        settled = world.now >= seconds(row["Since"]) + world.settings.policy_type_seconds
        if not settled:
            found[row["Type"]] = "PENDING_" + row["Status"].removesuffix("D")
        elif row["Status"] == "ENABLED":
            found[row["Type"]] = "ENABLED"
    return found


def show_policy(world: World, book: Book, policy: PolicyRow) -> Shown:
    return {
        "Id": policy["Id"],
        "Arn": policy_arn(book, world.settings, policy),
        "Name": policy["Name"],
        "Description": policy["Description"],
        "Type": policy["Type"],
        "AwsManaged": policy["AwsManaged"],
    }


def show_target(world: World, book: Book, target: str) -> Shown:
    if target in book.accounts:
        name, kind = book.accounts[target]["Name"], "ACCOUNT"
    elif target in book.ous:
        name, kind = book.ous[target]["Name"], "ORGANIZATIONAL_UNIT"
    else:
        name, kind = "Root", "ROOT"
    where = target_arn(book, world.settings, target)
    return {"TargetId": target, "Arn": where, "Name": name, "Type": kind}
