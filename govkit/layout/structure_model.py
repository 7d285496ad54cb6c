"""The sections of a layout that say which OUs and accounts there are."""

from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from govkit.layout.fields import (
    AccountId,
    Email,
    Flag,
    Key,
    OuPath,
    Part,
    RoleName,
    Tags,
    Text,
    nothing_is_empty,
)
from govkit.layout.forms import Form, wrong

OU_ID = Form("ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}|r-[0-9a-z]{4,32}", "the ID of an OU or a root")
ACCOUNT_NAME = Form("[ -~]{1,128}", "an account's name: 1 to 128 printable ASCII characters")
NEW_ACCOUNT_NAME = Form(
    "[ -~]{1,50}", "a name for a new account: 1 to 50 printable ASCII characters"
)
PLACEHOLDER = Form(
    r"[^{}]*(\{key\}[^{}]*)+", "usable for many accounts: {key} must stand for each one's key"
)


class Ou(Part):
    """An OU, listed under its path from the root; `/` is the root itself."""

    id: Annotated[str, OU_ID] | None = None
    description: Text | None = None
    protect: Flag = False
    tags: Tags = Field(default_factory=dict)
    was: OuPath | None = None
    reparent: Flag = False
    absent: Flag = False
    full_access: Flag | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "Ou":
        if self.absent and self.was:
            raise wrong("An OU that is absent has no former name")
        if self.absent and self.protect:
            raise wrong("An OU cannot be both absent and protected")
        if self.absent and (self.tags or self.full_access is not None):
            raise wrong("An OU that is absent has no tags and no full_access")
        if self.reparent and not self.was:
            raise wrong("reparent: true belongs to was:, which names the OU's old path")
        return self


class Account(Part):
    """An account, listed under a key of the layout's own."""

    id: AccountId | None = None
    ou: OuPath
    name: Annotated[str, ACCOUNT_NAME] | None = None
    email: Email | None = None
    role_name: RoleName | None = None
    tags: Tags = Field(default_factory=dict)
    protect: Flag = False
    create: Flag = False
    close: Flag = False
    was: Key | None = None
    full_access: Flag | None = None
    description: Text | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "Account":
        if self.close and self.create:
            raise wrong("An account cannot be both created and closed")
        if self.close and self.protect:
            raise wrong("An account cannot be both closed and protected")
        return self


class AccountDefaults(Part):
    """What serves the creation of accounts; never identifies one, never compares."""

    email: Annotated[str, PLACEHOLDER] | None = None
    name: Annotated[str, PLACEHOLDER] | None = None
    role_name: RoleName | None = None
    tags: Tags = Field(default_factory=dict)


class Defaults(Part):
    """What holds where nothing is written."""

    account: Annotated[AccountDefaults, BeforeValidator(nothing_is_empty)] = AccountDefaults()


ListedOu = Annotated[Ou, BeforeValidator(nothing_is_empty, json_schema_input_type=Ou | None)]
