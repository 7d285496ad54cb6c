"""The accounts that a layout lists become resources: each known by one thing, each once."""

from collections.abc import Callable, Iterator

from pydantic_core import PydanticCustomError

from govkit.kinds.account import Account as AccountResource
from govkit.kinds.tags import Tags
from govkit.layout.draft import Draft
from govkit.layout.fields import EMAIL
from govkit.layout.full_access import governed
from govkit.layout.sheet import Entry
from govkit.layout.structure_model import NEW_ACCOUNT_NAME, Account
from govkit.layout.tree_of_ous import check_ou, stands
from govkit.model.address import account, ou
from govkit.model.finding import Origin
from govkit.model.wanted import Claim

ID_DIGITS = 12


def add_accounts(draft: Draft) -> None:
    """Add every account, its tags and claims."""
    seen: dict[str, Entry[Account]] = {}
    for entry in draft.sections.accounts.values():
        given = entry.value
        if not stands(draft, given.ou):
            check_ou(draft, given.ou, entry.at("ou"), f"Account {entry.key}")
        _check_identity(draft, entry)
        email = _creation_email(draft, entry)
        for field, word in _identities(entry, email):
            if seen.setdefault(word, entry) is not entry:
                first = seen[word]
                draft.faults.add(
                    entry.at(field),
                    f"Account {first.key} at {first.where} has the same {field}: {word}",
                )
        _add_account(draft, entry, email)


def check_account(draft: Draft, key: str, where: Origin) -> Entry[Account] | None:
    """Return an account that something refers to by its key; else add the fault."""
    entry = draft.sections.accounts.get(key)
    if entry is None and draft.sections.lacks("accounts", key):
        by_id = [one.key for one in draft.sections.accounts.values() if one.value.id == key]
        hint = f'Accounts are named by key: "{by_id[0]}".' if by_id else ""
        if hint:
            draft.faults.add(where, f'There is no account "{key}" in this layout', hint)
        else:
            known = draft.sections.accounts
            draft.unknown(where, "account", key, known, "List it under accounts:")
    return entry


def _check_identity(draft: Draft, entry: Entry[Account]) -> None:
    given = entry.value
    if not (given.id or given.email or given.create):
        draft.faults.add(
            entry.where,
            f"Account {entry.key} cannot be recognised: it has neither id: nor email:",
            "Write its id, or create: true for a new account.",
        )
    if len(entry.key) == ID_DIGITS and entry.key.isdigit() and given.id != entry.key:
        draft.faults.add(entry.where, f"The key {entry.key} looks like an ID, and is not its id:")
    if given.was is not None and not draft.sections.lacks("accounts", given.was):
        message = (
            f"was: {given.was} is still listed" if given.was != entry.key else "was: is its own key"
        )
        draft.faults.add(entry.at("was"), message, "was: names the key that the account had.")
    if given.close and given.id and given.id == draft.sections.head.organization.management_account:
        draft.faults.add(entry.key_at("close"), "The management account cannot be closed")


def _creation_email(draft: Draft, entry: Entry[Account]) -> str | None:
    """Return the e-mail that the account would be created with: written, or from the defaults."""
    given, default = entry.value, draft.sections.head.defaults.account
    if not given.create:
        return None
    if given.email:
        return given.email
    if default.email is None:
        draft.faults.add(
            entry.key_at("create"),
            f"Account {entry.key} is to be created, and has no e-mail",
            'Write email: on it, or defaults: {account: {email: "aws+{key}@example.com"}}.',
        )
        return None
    return _filled(draft, entry, default.email, EMAIL.check, "email")


def _creation_name(draft: Draft, entry: Entry[Account]) -> str | None:
    """Return the name that the account would be created with: written, by default its key."""
    given, default = entry.value, draft.sections.head.defaults.account
    if given.name is None:
        return _filled(draft, entry, default.name or "{key}", NEW_ACCOUNT_NAME.check, "name")
    try:
        return NEW_ACCOUNT_NAME.check(given.name)
    except PydanticCustomError as error:
        draft.faults.add(entry.at("name"), error.message())
        return None


def _filled(
    draft: Draft, entry: Entry[Account], pattern: str, check: Callable[[str], str], field: str
) -> str | None:
    text = pattern.replace("{key}", entry.key)
    try:
        return check(text)
    except PydanticCustomError as error:
        where = draft.sections.book.main.value_at("defaults", "account", field)
        draft.faults.add(where, f"For account {entry.key}: {error.message()}")
        return None


def _identities(entry: Entry[Account], email: str | None) -> Iterator[tuple[str, str]]:
    given = entry.value
    if given.id:
        yield "id", given.id
    if given.email or email:
        yield "email", (given.email or email or "").lower()
    if given.was:
        yield "was", f"key {given.was}"


def _add_account(draft: Draft, entry: Entry[Account], email: str | None) -> None:
    given, address = entry.value, account(entry.key)
    head = draft.sections.head
    created = given.create and given.id is None
    if not created:
        email = None  # defaults serve creation only
    draft.claims[address] = Claim(
        id=given.id,
        was=given.was,
        email=given.email,
        new_email=email,
        create=given.create,
        close=given.close,
    )
    resource = AccountResource(
        address,
        ou(given.ou),
        _creation_name(draft, entry) if created else given.name,
        given.email or email,
        state="CLOSED" if given.close else "ACTIVE",
        layout=head.layout if created else None,
        role_name=given.role_name or head.defaults.account.role_name,
    )
    draft.want(resource, entry.where)
    _add_facts(draft, entry, head.defaults.account.tags if created else {})


def _add_facts(draft: Draft, entry: Entry[Account], defaults: dict[str, str]) -> None:
    given, address = entry.value, account(entry.key)
    tags = defaults | given.tags
    if tags:
        draft.want(Tags(address, tuple(sorted(tags.items()))), entry.key_at("tags"))
    if given.protect:
        draft.protected.add(address)
    if given.close:
        draft.closed.add(address)
    if given.full_access is not None:
        governed(draft, address, given.full_access, entry.key_at("full_access"))
