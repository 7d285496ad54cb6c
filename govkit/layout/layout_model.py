"""The whole layout as pydantic sees it, with the sections that kinds bring along."""

from collections import defaultdict
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, create_model, model_validator

from govkit.layout.fields import (
    AccountId,
    Count,
    Day,
    Flag,
    OuPath,
    Part,
    RoleName,
    Seconds,
    TagValue,
    Text,
    nothing_is_empty,
)
from govkit.layout.forms import Form, wrong
from govkit.layout.guardrail_model import Exemption, Expectation, Guardrail
from govkit.layout.structure_model import Account, Defaults, ListedOu
from govkit.model.kind import Section

SHARED = ("accounts", "ous", "guardrails", "exemptions", "expect")
RoleArn = Annotated[
    str,
    Form(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]{1,512}", "the ARN of an IAM role"),
]
POLICY_ARN = Form(r"arn:aws[a-z-]*:iam::(aws|[0-9]{12}):policy/.+", "the ARN of an IAM policy")
ORGANIZATION_ID = Form("o-[a-z0-9]{10,32}", "the ID of an organization")
REGION = Form("[a-z]{2}(-[a-z]+)+-[0-9]{1,2}", "the name of a region")
FINDING = Form("GK[0-9]{3}", "a finding's code, GK and three digits")
LAYOUT = Form("[A-Za-z0-9_-]{1,64}", 'a layout\'s name: letters, digits, "-" and "_"')
STORE = Form(
    r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:/.*)?|(?!~)(?![sS]3:)(?!.*://).+",
    "a folder (~ is none) or s3://BUCKET/PREFIX, with a bucket in small letters",
)
PARTITION = Form("aws(-[a-z]+)*", "a partition such as aws, aws-us-gov or aws-cn")
PRINCIPAL_ARN = Form(
    r"\*|arn:aws[a-z*-]*:(iam|sts)::[0-9*?]{1,12}:.+", "the ARN of principals (or *)"
)


def _version(value: object) -> object:
    if value != "1":
        raise wrong("This govkit reads version: 1 of the layout")
    return 1


def _files(value: object) -> object:
    return {"files": value} if isinstance(value, str) else value


class Include(Part):
    """Further files, and how far they may reach."""

    files: Text
    keys: list[Literal["accounts", "ous", "guardrails", "exemptions", "expect"]] | None = None
    under: OuPath | None = None


NamedFiles = Annotated[Include, BeforeValidator(_files, json_schema_input_type=str | Include)]


class Organization(Part):
    """Which organization this is about."""

    id: Annotated[str, ORGANIZATION_ID] | None = None
    management_account: AccountId | None = None
    home_region: Annotated[str, REGION] | None = None
    partition: Annotated[str, PARTITION] | None = None


class MemberRoles(Part):
    """The roles that are assumed in member accounts, by name."""

    read: RoleName | None = None
    write: RoleName | None = None
    external_id: Text | None = None
    source_identity: RoleName | None = None
    session_tags: dict[Text, TagValue] = Field(default_factory=dict)
    read_policies: list[Annotated[str, POLICY_ARN]] = Field(default_factory=list, max_length=10)


class Run(Part):
    """Which role does what; default: the credentials at hand."""

    read: RoleArn | None = None
    policies: RoleArn | None = None
    structure: RoleArn | None = None
    member: MemberRoles = MemberRoles()


class Ignore(Part):
    """A pattern of things that are known and left alone."""

    policy: Text | None = None
    ou: Text | None = None
    account: Text | None = None

    @model_validator(mode="after")
    def _one(self) -> "Ignore":
        if sum(value is not None for value in (self.policy, self.ou, self.account)) != 1:
            raise wrong("A pattern to ignore is one of policy:, ou: or account:")
        return self


class Manage(Part):
    """How far the layout's care goes."""

    ous: Literal["listed", "all"] = "listed"
    accounts: Literal["listed", "all"] = "listed"
    ignore: list[Ignore] = Field(default_factory=list)


class BreakGlass(Part):
    """A role that is excused in every deny, in the accounts named (`*`: in all)."""

    role: Text
    accounts: list[Text] = Field(min_length=1)


class NeverDeny(Part):
    """A principal whose actions no guardrail may deny."""

    principal: Annotated[str, PRINCIPAL_ARN]
    actions: list[Text] = Field(min_length=1)


class Safety(Part):
    """The rails' figures."""

    max_deletes: Count = 3
    max_moves: Count = 20
    max_creates: Count = 5
    max_accounts_newly_denied: Count = 50
    max_accounts_newly_allowed: Count = 50
    break_glass: list[BreakGlass] = Field(default_factory=list)
    never_deny: list[NeverDeny] = Field(default_factory=list)
    exemption_max_days: Count = 90
    on_expiry: Literal["report", "remove"] = "report"
    settle: Seconds = 5.0


class Shared(Part):
    """What an included file may hold."""

    ous: dict[str, ListedOu] = Field(default_factory=dict)
    accounts: dict[str, Account] = Field(default_factory=dict)
    guardrails: dict[str, Guardrail] = Field(default_factory=dict)
    exemptions: dict[str, Exemption] = Field(default_factory=dict)
    expect: list[Expectation] = Field(default_factory=list)


class Layout(Shared):
    """The layout's own file."""

    version: Annotated[Literal[1], BeforeValidator(_version, json_schema_input_type=Literal[1])]
    layout: Annotated[str, LAYOUT] = "main"
    include: list[NamedFiles] = Field(default_factory=list)
    organization: Organization = Organization()
    run: Run = Run()
    store: Annotated[str, STORE] | None = None
    manage: Manage = Manage()
    defaults: Defaults = Defaults()
    safety: Safety = Safety()
    limits: dict[str, dict[str, Count]] = Field(default_factory=dict)


class Services(Part):
    """Trusted access and delegated administrators: what kinds bring along."""


class Suppressed(Part):
    """Findings of `govkit check` that somebody answers for until a day; patterns are wildcards."""

    code: Annotated[str, FINDING]
    account: Text | None = None
    region: Text | None = None
    resource: Text | None = None
    owner: Text
    reason: Text
    expires: Day


class Baseline(Part):
    """What must be on, and how far; keys that no kind knows yet are kept, and remarked upon."""

    model_config = ConfigDict(extra="allow")

    regions: Literal["enabled"] | list[Annotated[str, REGION]] | None = None
    excepted: list[OuPath] = Field(default_factory=list, alias="except")
    suppress: list[Suppressed] = Field(default_factory=list)


_OWNERS: dict[str, type[Part]] = {
    "organization": Organization,
    "services": Services,
    "baseline": Baseline,
}


@cache
def layout_model(sections: tuple[Section, ...]) -> type[Layout]:
    """Return the model of the layout's own file, with each kind's section where it belongs."""
    owned: defaultdict[str, dict[str, Any]] = defaultdict(dict, {name: {} for name in _OWNERS})
    for section in sections:
        owned[section.under][section.key] = (section.annotation | None, None)
    fields: dict[str, Any] = {}
    for under, keys in owned.items():
        base = _OWNERS.get(under, Part)
        part = create_model(under.title(), __base__=base, **keys)
        fields[under] = (
            Annotated[part, BeforeValidator(nothing_is_empty, json_schema_input_type=part | None)],
            part(),
        )
    return create_model("OrgLayout", __base__=Layout, **fields)


__all__ = ["SHARED", "Flag", "Include", "Layout", "Shared", "layout_model"]
