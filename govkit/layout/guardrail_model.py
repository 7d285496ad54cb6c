"""The sections of a layout that say which guardrails hold where, who is excused, what is expected."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from govkit.layout.fields import (
    Day,
    Flag,
    Key,
    OuPath,
    Params,
    Part,
    Severity,
    Text,
    Texts,
    ou_path,
)
from govkit.layout.forms import Form, wrong

VARIANT = Form("[A-Za-z0-9_-]{1,100}", 'a variant: letters, digits, "-" and "_"')
PRINCIPAL = Form(
    r"(role|user)/[\w+=,.@*?/-]{1,512}|root", "a principal: write role/NAME, user/NAME or root"
)
ASKER = Form(
    r"(role|user)/[\w+=,.@/-]{1,512}|root|arn:aws[a-z-]*:(iam|sts)::[0-9]{12}:.+",
    "a principal who asks: write role/NAME, user/NAME, root or an ARN, without wildcards",
)
OWNER = Form(r"[A-Za-z0-9_-]{1,128}", "an account: its key, or an ID of 12 digits", digits=True)
ACTION = Form(r"[a-z0-9-]+:[A-Za-z0-9*?-]+", "an action: write service:Action")
TEMPLATE = Form(r"[\w .+/-]{1,200}", "the name of a template, such as deny_regions.json.j2")
ACCOUNT_PREFIX = "account:"


def _target(text: str) -> str:
    if text.startswith(ACCOUNT_PREFIX):
        if not text.removeprefix(ACCOUNT_PREFIX):
            raise wrong("account: must be followed by an account's key")
        return text
    return ou_path(text)


def _mapped(value: object) -> object:
    return {"to": value} if isinstance(value, str) else value


Principal = Annotated[str, PRINCIPAL]
TargetName = Annotated[str, AfterValidator(_target)]


class Target(Part):
    """A place where a guardrail holds: an OU's path, `/`, or `account:KEY`."""

    to: TargetName
    variant: Annotated[str, VARIANT] | None = Field(None, alias="as")
    params: Params | None = None


NamedTarget = Annotated[Target, BeforeValidator(_mapped, json_schema_input_type=str | Target)]


class Guardrail(Part):
    """A guardrail: what it says (`policy` or `template`), and where it holds (`attach`)."""

    type: Text | None = None
    name: str | None = Field(None, min_length=1, max_length=128)
    description: str | None = Field(None, max_length=512)
    policy: dict[str, Any] | None = None
    template: Annotated[str, TEMPLATE] | None = None
    params: Params = Field(default_factory=dict)
    attach: list[NamedTarget] = Field(default_factory=list)
    mode: Literal["enforce", "preview"] = "enforce"
    severity: Severity | None = None
    controls: dict[Text, Texts] = Field(default_factory=dict)
    break_glass: Flag | None = None
    adopt: Flag = False
    was: Key | None = None
    absent: Flag = False

    @model_validator(mode="after")
    def _consistent(self) -> "Guardrail":
        if self.policy is not None and self.template is not None:
            raise wrong("A guardrail has either policy: or template:, not both")
        if not self.absent and self.policy is None and self.template is None:
            raise wrong("A guardrail needs policy: (inline) or template: (a file)")
        if self.absent and self.was:
            raise wrong("A guardrail that is absent has no former key")
        if self.policy is not None and (self.params or any(to.params for to in self.attach)):
            raise wrong("params: belong to template:; an inline policy has none")
        return self


class Exemption(Part):
    """A way out of guardrails: owned and dated."""

    guardrail: Texts
    accounts: list[Text] = Field(default_factory=list)
    principals: list[Principal] = Field(default_factory=list)
    ous: list[OuPath] = Field(default_factory=list)
    params: Params | None = None
    reason: Text
    owner: Text
    ticket: Text | None = None
    granted: Day
    expires: Day

    @model_validator(mode="after")
    def _consistent(self) -> "Exemption":
        if not self.accounts and not self.ous:
            raise wrong("An exemption names whom it excuses: accounts: or ous:")
        if self.principals and not self.accounts:
            raise wrong("principals: need accounts:, in which they are")
        if self.principals and self.ous:
            raise wrong("principals: go with accounts:, not with ous:")
        if self.expires < self.granted:
            raise wrong(f"expires: {self.expires} is before granted: {self.granted}")
        return self


class Expectation(Part):
    """One test of the guardrails: an action that must be denied, or allowed, somewhere."""

    deny: Annotated[str, ACTION] | None = None
    allow: Annotated[str, ACTION] | None = None
    ou: OuPath | None = Field(None, alias="in")
    account: Text | None = None
    everywhere: Flag = False
    principal: Annotated[str, ASKER] | None = None
    resource: Text | None = None
    resource_account: Annotated[str, OWNER] | None = None
    region: Text | None = None
    context: dict[Text, Texts] = Field(default_factory=dict)
    strict: Flag = False

    @model_validator(mode="after")
    def _consistent(self) -> "Expectation":
        if (self.deny is None) == (self.allow is None):
            raise wrong("An expectation has either deny: or allow:")
        if (self.ou is not None) + (self.account is not None) + self.everywhere != 1:
            raise wrong("An expectation says where: one of in:, account: or everywhere: true")
        return self
