"""Alternate contacts of accounts, set from the management account; and the section that asks for them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar, Literal, TypeAlias

from govkit.errors import AwsError, GovkitError
from govkit.kinds._keepers import Keeper, kept_by
from govkit.kinds._places import Spot, accounts, looked
from govkit.kinds.ebs_encryption import EbsEncryption
from govkit.kinds.imds_defaults import ImdsDefaults
from govkit.kinds.public_access_block import PublicAccessBlock
from govkit.kinds.trusted_access import TrustedAccess
from govkit.model.address import Address
from govkit.model.call import Api, ApiCall, Ids, Look
from govkit.model.change import Change
from govkit.model.kind import Asked, Kind, Section
from govkit.model.resource import Found
from govkit.model.scope import Scope

SERVICE = "account.amazonaws.com"
_KEY = "account"
Type: TypeAlias = Literal["security", "billing", "operations"]
TYPES: tuple[Type, ...] = ("billing", "operations", "security")
# What AWS takes (botocore's model of Account Management): the longest, and of which characters.
_LONGEST = {"name": 64, "title": 50, "email": 254, "phone": 25}
_FORMS = {
    "email": re.compile(r"[\w+=.#|!&-]+@[\w.-]+\.\w+"),
    "phone": re.compile(r"[\s0-9()+-]+"),
}


@dataclass(frozen=True, slots=True)
class AlternateContact:
    """Whom AWS writes to, besides the account's own address. `type` is one of `TYPES`.

    `own` says that it is the management account's, which AWS does not let be named.
    """

    account: Address
    type: str
    name: str
    title: str
    email: str
    phone: str
    own: bool = field(default=False, compare=False)

    @property
    def address(self) -> Address:
        """Where it stands: `alternate_contact:payments-prod/security`."""
        return Address("alternate_contact", f"{self.account.path}/{self.type}")

    @property
    def needs(self) -> tuple[Address, ...]:
        """The account, and Account Management's access to the organization."""
        return (self.account, Address("trusted_access", SERVICE))


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact as the layout writes it."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    name: str
    title: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """The layout's section `baseline: {account: …}`."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    managed_by: Keeper = "govkit"
    s3_public_access_block: bool = False
    ebs_encryption: bool = False
    imds: Literal["v2"] | None = None
    contacts: dict[Type, Contact] = field(default_factory=dict)


def _asked(told: AccountSettings, scope: Scope) -> Iterator[Asked]:
    for name, contact in told.contacts.items():
        _check(name, contact)
    return kept_by(told.managed_by, _wanted(told, scope))


def _check(name: str, contact: Contact) -> None:
    for part, most in _LONGEST.items():
        text = getattr(contact, part)
        if not 1 <= len(text) <= most:
            raise GovkitError(
                "Out of bounds",
                f"The {part} of {name} has {len(text)} characters; AWS takes {most}.",
            )

    for part, form in _FORMS.items():
        if not form.fullmatch(getattr(contact, part)):
            raise GovkitError("Wrong form", f"AWS takes no {part} such as that of {name}.")


def _wanted(told: AccountSettings, scope: Scope) -> Iterator[Asked]:
    if told.contacts:
        yield Asked(("contacts",), TrustedAccess(SERVICE))
    for account in scope.accounts:
        if told.s3_public_access_block:
            yield Asked(("s3_public_access_block",), PublicAccessBlock(account))
        for name, one in told.contacts.items():
            own = account == scope.management
            yield Asked(
                ("contacts", name),
                AlternateContact(account, name, one.name, one.title, one.email, one.phone, own),
            )
    for account, region in scope.places():
        if told.ebs_encryption:
            yield Asked(("ebs_encryption",), EbsEncryption(account, region))
        if told.imds is not None:
            yield Asked(("imds",), ImdsDefaults(account, region))


def _read(look: Look) -> Iterator[Found[AlternateContact]]:
    """Look at the types that the layout asks for, from here: no account is entered.

    Until the service has access to the organization, nobody can see those of members.
    """
    reach = look.interest.coverage
    sections = frozenset() if reach is None else reach.sections
    own = {one.resource.address for one in look.found("account") if one.resource.management}
    open_ = any(one.resource.service == SERVICE for one in look.found("trusted_access"))
    spots = [spot for spot in accounts(look) if open_ or spot.account in own]
    for name in TYPES:
        if f"{_KEY}.contacts.{name}" in sections:
            yield from looked(look, spots, partial(_at, look, name, own))


def _at(look: Look, name: str, own: set[Address], spot: Spot) -> Iterator[Found[AlternateContact]]:
    told = {} if spot.account in own else {"AccountId": spot.place.account}
    yield from _there(look, spot.account, name, told, own=spot.account in own)


def _there(
    api: Api | Look, account: Address, name: str, told: dict[str, Any], *, own: bool
) -> Iterator[Found[AlternateContact]]:
    params = {**told, "AlternateContactType": name.upper()}
    try:
        one = api.call(ApiCall("account", "GetAlternateContact", params))["AlternateContact"]
    except AwsError as error:
        if error.code == "ResourceNotFoundException":
            return
        raise
    email, phone = one.get("EmailAddress", ""), one.get("PhoneNumber", "")
    contact = (one.get("Name", ""), one.get("Title", ""), email, phone)
    yield Found(AlternateContact(account, name, *contact, own=own))


def _named(contact: AlternateContact, ids: Ids) -> dict[str, Any]:
    return {} if contact.own else {"AccountId": ids.or_unknown(contact.account)}


def _glance(contact: AlternateContact, api: Api, ids: Ids) -> Found[AlternateContact] | None:
    told = _named(contact, ids)
    return next(_there(api, contact.account, contact.type, told, own=contact.own), None)


def _lower(change: Change[AlternateContact], ids: Ids) -> Iterator[ApiCall]:
    contact = change.subject
    told = {**_named(contact, ids), "AlternateContactType": contact.type.upper()}
    if change.after is None:
        yield ApiCall("account", "DeleteAlternateContact", told)
        return
    told |= {
        "Name": contact.name,
        "Title": contact.title,
        "EmailAddress": contact.email,
        "PhoneNumber": contact.phone,
    }
    yield ApiCall("account", "PutAlternateContact", told)


KIND = Kind(
    name="alternate_contact",
    noun="alternate contact",
    resource=AlternateContact,
    read=_read,
    glance=_glance,
    lower=_lower,
    section=Section("baseline", _KEY, AccountSettings, _asked),
    beyond=True,
    reads=("account:GetAlternateContact",),
    writes=lambda _: ("account:DeleteAlternateContact", "account:PutAlternateContact"),
    serves=(f"{_KEY}.contacts",),
)
