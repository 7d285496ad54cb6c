"""Accounts: who they are and where in the tree they live."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from govkit.errors import BugError, GaveUp
from govkit.kinds._full_access import brought
from govkit.kinds._identity import recognise
from govkit.kinds._interest import Listed
from govkit.kinds._refusals import unless_gone
from govkit.kinds._tags import ACCOUNT, LAYOUT, as_list, tags_if_allowed, tags_of
from govkit.kinds._tree import placed, steps
from govkit.model.address import ROOT, Address
from govkit.model.address import account as account_address
from govkit.model.call import Api, ApiCall, Ids, Look, Response, organizations
from govkit.model.change import Action, Change
from govkit.model.kind import Follow, Kind
from govkit.model.resource import Found
from govkit.model.wanted import Wanted

CLOSED = frozenset({"PENDING_CLOSURE", "SUSPENDED", "CLOSED"})


CREATED_AT_ONCE = 5  # AWS's limit of creations in progress: ACCOUNT_CREATION_RATE_LIMIT_EXCEEDED


@dataclass(frozen=True, slots=True)
class Account:
    """An account. `name` and `email` are None where the layout leaves them open.

    `state` is AWS's word (ACTIVE, SUSPENDED, PENDING_CLOSURE, CLOSED, PENDING_ACTIVATION); the
    layout wants ACTIVE, or CLOSED where it closes the account. `layout` and `key` are the tags of
    an account that govkit made, where they were read. `role_name` serves creation only and cannot
    be read back.
    """

    address: Address
    parent: Address
    name: str | None = None
    email: str | None = None
    state: str = "ACTIVE"
    layout: str | None = field(default=None, compare=False)
    key: str | None = field(default=None, compare=False)
    management: bool = field(default=False, compare=False)
    role_name: str | None = field(default=None, compare=False)

    @property
    def needs(self) -> tuple[Address, ...]:
        """The OU it is in."""
        return (self.parent,)


def _read(look: Look) -> Iterable[Found[Account]]:
    root = look.found("root")[0]
    parents = {root.id: ROOT} | {one.id: one.resource.address for one in look.found("ou")}
    management = root.resource.management_account
    found = [
        _account(one.account, parents.get(one.parent, Address("ou", one.parent)), management)
        for one in placed(look, parents)
    ]
    tags = _made_by_us(look, found)
    for account in found:
        own = tags.get(account.address.path, {})
        resource = replace(account, layout=own.get(LAYOUT), key=own.get(ACCOUNT))
        yield Found(resource, account.address.path)


def _account(account: Any, parent: Address, management: str) -> Account:
    return Account(
        account_address(account["Id"]),
        parent,
        account.get("Name"),
        account.get("Email"),
        # Status is retired since 2026-09-09; emulators may still know nothing else.
        account.get("State") or account.get("Status") or "ACTIVE",
        management=account["Id"] == management,
    )


def _made_by_us(look: Look, found: Iterable[Account]) -> Mapping[str, Mapping[str, str]]:
    """Return the tags of accounts that a layout may have made: its creations, and a few unlisted."""
    created, listed = Listed(look.interest.created), Listed(look.interest.accounts)
    members = [account for account in found if not account.management]
    ours = [one.address.path for one in members if created.has(one.email)]
    unlisted = [
        one.address.path
        for one in members
        if not (listed.has(one.address.path, one.email) or created.has(one.email))
    ]
    # An account that may be our own creation must be known; whose a stranger is, may stay open.
    tags = dict(zip(ours, look.each(lambda given: tags_of(look, given), ours), strict=True))
    few = unlisted if len(unlisted) <= Listed.FEW else []
    return tags | tags_if_allowed(look, few, "the unlisted accounts")


def _glance(account: Account, api: Api, ids: Ids) -> Found[Account] | None:
    given = ids.get(account.address)
    if given is None:
        return _by_email(account, api, ids)
    answer = unless_gone(lambda: api.call(organizations("DescribeAccount", AccountId=given)))
    return None if answer is None else Found(_seen(account, answer["Account"], api, ids), given)


def _by_email(account: Account, api: Api, ids: Ids) -> Found[Account] | None:
    """Find an account whose creation's answer was lost: e-mails are unique in all of AWS.

    Only one that carries our tags counts: an e-mail address made from defaults identifies nobody.
    """
    if account.email is None:
        return None
    email = account.email.lower()
    for one in api.items("Accounts", organizations("ListAccounts")):
        if str(one.get("Email", "")).lower() == email:
            return (
                Found(_seen(account, one, api, ids), one["Id"])
                if _ours(account, one, api)
                else None
            )
    return None


def _ours(account: Account, described: Any, api: Api) -> bool:
    tags = tags_of(api, str(described["Id"]))
    return tags.get(LAYOUT) == account.layout and tags.get(ACCOUNT) == account.address.path


def _underway(change: Change[Account], api: Api) -> Response | None:
    """Find a creation that AWS is at or ended: begun by a run that was killed, with or without a journal.

    An ended one counts, too, because reads may lag that would show its account. It is known by the
    account's name alone, as AWS tells no e-mail address here; who waits for it must look at the
    address afterwards, as well as whether the account has left since. The newest of several is meant.
    """
    after = change.after
    if change.action is not Action.CREATE or after is None:
        return None
    call = organizations("ListCreateAccountStatus", States=["IN_PROGRESS", "SUCCEEDED"])
    begun = api.items("CreateAccountStatuses", call)
    named = [one for one in begun if one.get("AccountName") == after.name]
    if not named:
        return None
    newest = max(named, key=lambda one: str(one.get("RequestedTimestamp", "")))
    return {"CreateAccountStatus": newest}


def _seen(account: Account, described: Any, api: Api, ids: Ids) -> Account:
    """Return the account as it is, in the words of the one that was looked for."""
    parent = _parent(described, api)
    live = _account(described, ids.address(parent) or Address("ou", parent), "")
    same_email = (live.email or "").lower() == (account.email or "").lower()
    both_closed = live.state in CLOSED and account.state in CLOSED
    return replace(
        account,
        parent=live.parent,
        name=live.name,
        email=account.email if same_email else live.email,
        state=account.state if both_closed else live.state,
    )


def _parent(described: Any, api: Api) -> str:
    if paths := described.get("Paths"):
        return steps(paths[0])[-2]
    found = next(api.items("Parents", organizations("ListParents", ChildId=described["Id"])))
    return str(found["Id"])


def _split(change: Change[Account]) -> tuple[Change[Account], ...]:
    """Cut a change into creation, move, rename and closure; a new account lands under the root."""
    before, after = change.before, change.after
    if after is None:
        return (change,)
    stages: list[Account | None] = [before]
    here = before
    if here is None:
        here = replace(after, parent=ROOT)
        stages.append(here)
    for facts in (
        {"parent": after.parent},
        {"name": after.name},
        {"email": after.email, "state": after.state},
    ):
        following = replace(here, **facts)
        if following != here:
            stages.append(following)
            here = following
    return tuple(
        Change(earlier, later, change.brings if earlier is None else ())
        for earlier, later in pairwise(stages)
    )


def _verb(change: Change[Account]) -> str:
    before, after = change.before, change.after
    if before is None or after is None:
        return change.action.value
    if before.parent != after.parent:
        return "move"
    return "close" if before.state != after.state else "update"


def _lower(change: Change[Account], ids: Ids) -> Iterator[ApiCall]:
    before, after = change.before, change.after
    if after is None:
        raise BugError("This is a bug in govkit: an account is never deleted", str(change.address))
    if before is None:
        yield _creation(after)
        return
    given = ids.or_unknown(after.address)
    if before.parent != after.parent:
        source, target = ids.or_unknown(before.parent), ids.or_unknown(after.parent)
        yield organizations(
            "MoveAccount", AccountId=given, SourceParentId=source, DestinationParentId=target
        )
    if before.name != after.name:
        # The management account must leave out its own ID.
        whose = {} if after.management else {"AccountId": given}
        yield ApiCall("account", "PutAccountName", {"AccountName": after.name, **whose})
    if before.state != after.state and after.state in CLOSED:
        yield organizations("CloseAccount", AccountId=given)


def _creation(account: Account) -> ApiCall:
    if account.email is None or account.name is None:
        raise BugError(
            "This is a bug in govkit: an account without name or e-mail address is to be created",
            str(account.address),
        )
    role = {} if account.role_name is None else {"RoleName": account.role_name}
    return organizations(
        "CreateAccount",
        Email=account.email,
        AccountName=account.name,
        Tags=as_list({LAYOUT: account.layout, ACCOUNT: account.address.path}),
        **role,
    )


def _follow(change: Change[Account], answer: Response) -> Follow | None:
    if change.action is not Action.CREATE or "CreateAccountStatus" not in answer:
        return None
    request = answer["CreateAccountStatus"]["Id"]
    call = organizations("DescribeCreateAccountStatus", CreateAccountRequestId=request)
    return Follow(call, _settled, unknown=frozenset({"CreateAccountStatusNotFoundException"}))


def _settled(answer: Response) -> Response | None:
    status = answer["CreateAccountStatus"]
    match status["State"]:
        case "SUCCEEDED":
            return answer
        case "FAILED":
            reason = str(status.get("FailureReason", ""))
            raise GaveUp(
                "AWS could not create the account",
                f"{status.get('AccountName', 'The account')}: {reason}.",
                _HINTS.get(reason, ""),
                code="CreateAccountFailed",
                reason=reason,
                operation="organizations:CreateAccount",
            )
        case _:
            return None


_HINTS = {
    "EMAIL_ALREADY_EXISTS": "Another AWS account has this e-mail address; choose another.",
    "ACCOUNT_LIMIT_EXCEEDED": "Ask AWS support to raise the number of accounts.",
    "INVALID_EMAIL": "Correct the e-mail address in the layout.",
}


def _learn(change: Change[Account], answer: Response) -> Mapping[Address, str]:
    given = answer.get("CreateAccountStatus", {}).get("AccountId")
    return {change.address: given} if change.action is Action.CREATE and given else {}


def _meet(wanted: Account | None, live: Account | None) -> tuple[Account | None, Account | None]:
    """Fill what the layout leaves open; a state that it does not ask for is observed, not changed."""
    if wanted is None or live is None:
        return wanted, live
    email = wanted.email
    if email is None or email.lower() == (live.email or "").lower():
        email = live.email
    as_wished = wanted.state == "ACTIVE" or live.state in CLOSED
    wanted = replace(
        wanted,
        name=live.name if wanted.name is None else wanted.name,
        email=email,
        state=live.state if as_wished else wanted.state,
        layout=live.layout,
        key=live.key,
        management=live.management,
    )
    return wanted, live


_READS = (
    "organizations:ListRoots",
    "organizations:ListAccounts",
    "organizations:ListAccountsForParent",
    "organizations:ListParents",
    "organizations:DescribeAccount",
    "organizations:ListCreateAccountStatus",
    "organizations:DescribeCreateAccountStatus",
    "organizations:ListTagsForResource",
)


def _writes(wanted: Wanted) -> Iterator[str]:
    """Creating, renaming and closing only where the layout asks for it."""
    yield "organizations:MoveAccount"
    claims = wanted.claims.values()
    if any(claim.create for claim in claims):
        yield from ("organizations:CreateAccount", "organizations:TagResource")
    if wanted.closed:
        yield "organizations:CloseAccount"
    if any(one.name is not None for one in wanted.state.all(Account)):
        yield "account:PutAccountName"


KIND = Kind(
    name="account",
    noun="account",
    resource=Account,
    read=_read,
    glance=_glance,
    lower=_lower,
    verb=_verb,
    split=_split,
    brings=brought,
    learn=_learn,
    follow=_follow,
    underway=_underway,
    at_once=CREATED_AT_ONCE,
    recognise=recognise,
    meet=_meet,
    reads=_READS,
    writes=_writes,
)
