"""Guardrails: variants, templates, types, exemptions and break-glass, beyond the whole example."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from govkit.errors import LayoutError
from govkit.kinds.attachment import Attachment
from govkit.kinds.organizational_unit import OrganizationalUnit
from govkit.kinds.policy import Policy, policy
from govkit.layout import tree
from govkit.model.address import Address, ou
from govkit.model.kind import Asked, Section
from govkit.model.scope import Scope
from govkit.model.wanted import Claim, Wanted

Reads = Callable[..., Wanted]
Complains = Callable[..., list[str]]
Files = dict[str, str | bytes]

HEAD = """version: 1
ous: {A: , A/B: , A-B: , C: }
accounts: {audit: {id: "333333333333", ou: A}, pay: {id: "555555555555", ou: A/B}}
"""
DENY = "{Version: 2012-10-17, Statement: {Effect: Deny, Action: 's3:*', Resource: '*'}}"
UNTIL = "reason: r, owner: o, granted: 2026-11-01, expires: 2026-12-01"
ONLY = """{#
title: Only these actions
parameters:
  actions: {type: "list[string]", default: ["s3:*"]}
  sid: {type: string, default: One}
#}
{"Version": "2012-10-17", "Statement": [
  {"Sid": "{{ sid }}", "Effect": "Deny", "NotAction": {{ actions | tojson }}, "Resource": "*"}
]}
"""
FILES: Files = {"scp_templates/only.json.j2": ONLY}


def value(wanted: Wanted, word: str) -> Any:
    found = wanted.state.get(Address("policy", word))
    assert isinstance(found, Policy)
    return found.document.value


def attached(wanted: Wanted) -> set[str]:
    return {one.address.path for one in wanted.state.all(Attachment)}


def test_a_variant_is_named_after_its_target(reads: Reads) -> None:
    wanted = reads(
        f"""{HEAD}guardrails:
  g:
    template: only.json.j2
    attach:
      - {{to: /, params: {{sid: Root}}}}
      - {{to: A/B, params: {{sid: Nested}}}}
      - {{to: "account:audit", params: {{sid: Audit}}}}
""",
        FILES,
    )
    words = [one.path for one in wanted.guardrails["g"].policies]
    assert words == ["scp/g.a-b", "scp/g.audit", "scp/g.root"]
    assert value(wanted, "scp/g.root")["Statement"][0]["Sid"] == "Root"
    found = wanted.state.get(policy("scp", "g.a-b"))
    assert isinstance(found, Policy)
    assert (found.name, found.guardrail) == ("g.a-b", "g.a-b")


def test_entries_with_one_name_and_the_same_params_share_a_policy(reads: Reads) -> None:
    entry = "as: x, params: {sid: X}"
    wanted = reads(
        f"{HEAD}guardrails: {{g: {{template: only.json.j2, name: Given, attach: "
        f"[{{to: C, as: x}}, {{to: A, {entry}}}, {{to: A-B, {entry}}}]}}}}\n",
        FILES,
    )
    assert [one.path for one in wanted.guardrails["g"].policies] == ["scp/g.x"]
    assert attached(wanted) == {"scp/g.x@ou:/A", "scp/g.x@ou:/A-B", "scp/g.x@ou:/C"}
    found = wanted.state.get(policy("scp", "g.x"))
    assert isinstance(found, Policy)
    assert found.name == "Given.x"


def test_two_targets_with_one_slug_need_names(complains: Complains) -> None:
    (said,) = complains(
        f"{HEAD}guardrails: {{g: {{template: only.json.j2, attach: "
        "[{to: A/B, params: {sid: X}}, {to: A-B, params: {sid: Y}}]}}\n",
        FILES,
    )
    assert 'The variant "a-b" has other params than at' in said


def test_params_of_a_variant_replace_those_of_the_guardrail_one_by_one(reads: Reads) -> None:
    wanted = reads(
        f"{HEAD}guardrails: {{g: {{template: only.json.j2, params: {{sid: Base, actions: ['a:*']}},"
        " attach: [{to: A, as: x, params: {actions: ['b:*']}}]}}\n",
        FILES,
    )
    (statement,) = value(wanted, "scp/g.x")["Statement"]
    assert (statement["Sid"], statement["NotAction"]) == ("Base", ["b:*"])


def test_a_guardrail_without_targets_is_made_and_not_attached(reads: Reads) -> None:
    wanted = reads(f"{HEAD}guardrails: {{g: {{policy: {DENY}}}}}\n")
    assert policy("scp", "g") in wanted.state
    assert attached(wanted) == set()


def test_a_renamed_guardrail_renames_every_variant(reads: Reads) -> None:
    wanted = reads(
        f"{HEAD}guardrails: {{new-g: {{was: old-g, template: only.json.j2, attach: "
        "[C, {to: A, as: x, params: {sid: X}}]}}\n",
        FILES,
    )
    assert wanted.claims[policy("scp", "new-g")] == Claim(was="old-g")
    assert wanted.claims[policy("scp", "new-g.x")] == Claim(was="old-g.x")


def test_an_absent_guardrail_takes_its_named_variants_along(reads: Reads) -> None:
    wanted = reads(
        f"{HEAD}guardrails: {{g: {{absent: true, type: rcp, attach: [A, {{to: C, as: x}}]}}}}\n"
    )
    assert wanted.absent == {policy("rcp", "g"), policy("rcp", "g.x")}
    assert str(wanted.origin(policy("rcp", "g"))) == "org_layout.yaml:4:14"


def test_a_type_that_aws_may_have_added_is_taken_by_its_name(reads: Reads) -> None:
    wanted = reads(
        f"{HEAD}guardrails: {{g: {{type: QUANTUM_POLICY, policy: {{a: {{'@@assign': 1}}}}}}}}\n"
    )
    assert value(wanted, "quantum_policy/g") == {"a": {"@@assign": 1}}


def test_numbers_and_flags_of_inline_policies_are_json(reads: Reads) -> None:
    wanted = reads(
        f"""{HEAD}guardrails:
  g:
    policy:
      Version: 2012-10-17
      Statement:
        - Effect: Deny
          Action: ["s3:*"]
          Resource: "*"
          Condition:
            Bool: {{aws:SecureTransport: false}}
            NumericLessThan: {{s3:TlsVersion: 1.2, s3:max-keys: 10}}
            StringEquals: {{aws:PrincipalAccount: [012345670123, 333333333333], aws:SourceVpc: no}}
"""
    )
    assert value(wanted, "scp/g")["Statement"][0]["Condition"] == {
        "Bool": {"aws:SecureTransport": False},
        "NumericLessThan": {"s3:TlsVersion": 1.2, "s3:max-keys": 10},
        "StringEquals": {
            "aws:PrincipalAccount": ["012345670123", "333333333333"],
            "aws:SourceVpc": "no",
        },
    }


def test_a_broken_header_is_told_at_its_line_in_the_template(complains: Complains) -> None:
    said = complains(
        f"{HEAD}guardrails: {{g: {{template: bad.json.j2}}, h: {{template: bad.json.j2, attach: [D]}}}}\n",
        {"scp_templates/bad.json.j2": "{#\ntitle: Bad\ntyp: scp\n#}\n{}\n"},
    )
    assert said == [
        'org_layout.yaml:4:78 There is no OU "D" in this layout',
        'scp_templates/bad.json.j2:3:1 Unknown key "typ"; did you mean "type"?',
    ]


def test_what_a_template_prints_is_checked_at_its_line(complains: Complains) -> None:
    bad = ONLY.replace('"Effect": "Deny"', '"Effect": "Dny"')
    (said,) = complains(
        f"{HEAD}guardrails: {{g: {{template: bad.json.j2}}}}\n", {"scp_templates/bad.json.j2": bad}
    )
    assert said == (
        'scp_templates/bad.json.j2:8:34 "Effect" must be "Allow" or "Deny" at Statement[0].Effect; '
        "for guardrail g"
    )


def test_a_template_that_never_ends_is_stopped(complains: Complains) -> None:
    loop = "{# title: t #}\n{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}{}"
    (said,) = complains(
        f"{HEAD}guardrails: {{g: {{template: loop.json.j2}}}}\n",
        {"scp_templates/loop.json.j2": loop},
    )
    assert said.startswith("scp_templates/loop.json.j2:1:1 Rendering this template takes more than")


def test_the_library_serves_where_no_template_stands_beside_the_layout(reads: Reads) -> None:
    wanted = reads(f"{HEAD}guardrails: {{g: {{template: deny_leave_organization.json.j2}}}}\n")
    assert "organizations:LeaveOrganization" in str(value(wanted, "scp/g"))


def test_an_exemption_of_several_guardrails_reaches_every_variant(reads: Reads) -> None:
    wanted = reads(
        f"""{HEAD}guardrails:
  g: {{template: only.json.j2, attach: [C, {{to: A, as: x, params: {{sid: X}}}}]}}
  h: {{policy: {DENY}}}
exemptions:
  e: {{guardrail: [g, h], accounts: [pay], {UNTIL}}}
""",
        FILES,
    )
    for word in ("scp/g", "scp/g.x", "scp/h"):
        (statement,) = value(wanted, word)["Statement"]
        assert statement["Condition"] == {
            "StringNotEquals": {"aws:PrincipalAccount": "555555555555"}
        }


def test_faults_of_several_exemptions_are_told_at_each(complains: Complains) -> None:
    said = complains(
        f"""{HEAD}guardrails: {{g: {{policy: {DENY}}}}}
exemptions:
  e:
    guardrail: [h, g]
    accounts: [pay]
    {UNTIL.replace(", ", chr(10) + "    ")}
"""
    )
    assert said == ['org_layout.yaml:7:17 There is no guardrail "h" in this layout']


def test_exemptions_that_cannot_be_told_apart_are_refused(complains: Complains) -> None:
    many = "\n".join(
        f"  e{n}: {{guardrail: g, accounts: [pay], principals: [role/{chr(97 + n)}*], params: {{actions: ['{chr(97 + n)}:*']}}, {UNTIL}}}"
        for n in range(7)
    )
    (said,) = complains(
        f"{HEAD}guardrails: {{g: {{template: only.json.j2}}}}\nexemptions:\n{many}\n", FILES
    )
    assert "cannot excuse e0: these exemptions cannot be told apart" in said


def test_the_partition_of_role_arns_is_told_or_follows_the_home_region(reads: Reads) -> None:
    def arn(organization: str) -> str:
        wanted = reads(
            f"{HEAD}organization: {organization}\nguardrails: {{g: {{policy: {DENY}}}}}\n"
            f"exemptions: {{e: {{guardrail: g, accounts: [pay], principals: [role/X], {UNTIL}}}}}\n"
        )
        (statement,) = value(wanted, "scp/g")["Statement"]
        return str(statement["Condition"]["ArnNotLike"]["aws:PrincipalArn"])

    assert arn("{}") == "arn:aws:iam::555555555555:role/X"
    assert arn("{home_region: cn-north-1}") == "arn:aws-cn:iam::555555555555:role/X"
    assert arn("{home_region: us-gov-west-1}") == "arn:aws-us-gov:iam::555555555555:role/X"
    assert arn("{partition: aws-iso}") == "arn:aws-iso:iam::555555555555:role/X"


GLASS = "safety: {break_glass: [{role: BreakGlass, accounts: ['*']}]}\n"
KEEPER = """
  keep:
    policy:
      Version: 2012-10-17
      Statement:
        - Effect: Deny
          Action: [iam:Create*, iam:UpdateAssumeRolePolicy, iam:*RolePolicy]
          Resource: arn:aws:iam::*:role/BreakGlass
    attach: [A]
"""


def test_break_glass_everywhere_is_fine_where_nobody_else_can_make_the_role(reads: Reads) -> None:
    wanted = reads(
        f"{HEAD}{GLASS}guardrails:\n  g: {{policy: {DENY}, attach: [A/B, 'account:pay']}}{KEEPER}"
    )
    (statement,) = value(wanted, "scp/g")["Statement"]
    arn = "arn:aws:iam::*:role/BreakGlass"
    assert statement["Condition"] == {"ArnNotLike": {"aws:PrincipalArn": arn}}


@pytest.mark.parametrize(
    "keeper",
    [
        KEEPER.replace("attach: [A]", "attach: [C]"),
        KEEPER.replace("attach: [A]", "attach: [A]\n    mode: preview"),
        KEEPER.replace("iam:Create*, ", ""),
        KEEPER.replace("role/BreakGlass", "role/Other"),
        KEEPER.replace("Effect: Deny", "Effect: Allow"),
        KEEPER.replace("attach", "      Condition: {Bool: {aws:MFA: true}}\n    attach"),
        KEEPER.replace(
            "attach",
            "      Condition: {ArnNotLike: {aws:PrincipalArn: 'arn:aws:iam::*:role/*'}}\n    attach",
        ),
    ],
)
def test_break_glass_everywhere_is_refused_otherwise(complains: Complains, keeper: str) -> None:
    (said,) = complains(f"{HEAD}{GLASS}guardrails:\n  g: {{policy: {DENY}, attach: [A]}}{keeper}")
    assert "Role BreakGlass is excused in every account, and below" in said


def test_break_glass_everywhere_needs_no_keeper_for_what_is_not_attached(reads: Reads) -> None:
    assert reads(f"{HEAD}{GLASS}guardrails: {{g: {{policy: {DENY}}}}}\n")
    assert reads(
        f"{HEAD}{GLASS}guardrails: {{g: {{policy: {DENY}, attach: [A], mode: preview}}}}\n"
    )
    assert reads(
        f"{HEAD}{GLASS}guardrails: {{g: {{policy: {DENY}, attach: [A], break_glass: false}}}}\n"
    )


def test_break_glass_is_excused_only_in_what_denies(reads: Reads) -> None:
    glass = "safety: {break_glass: [{role: BreakGlass, accounts: [audit]}]}\n"
    wanted = reads(
        f"""{HEAD}{glass}guardrails:
  allow: {{policy: {{Version: 2012-10-17, Statement: {{Effect: Allow, Action: '*', Resource: '*'}}}}}}
  both:
    policy:
      Version: 2012-10-17
      Statement:
        - {{Sid: A, Effect: Allow, Action: '*', Resource: '*'}}
        - {{Sid: D, Effect: Deny, Action: 's3:*', Resource: '*'}}
  tags: {{type: tag, policy: {{tags: {{C: {{tag_key: {{'@@assign': C}}}}}}}}}}
"""
    )
    assert "Condition" not in str(value(wanted, "scp/allow"))
    allows, denies = value(wanted, "scp/both")["Statement"]
    assert (allows["Sid"], "Condition" in allows) == ("A", False)
    assert denies["Condition"]["ArnNotLike"]["aws:PrincipalArn"].endswith(":role/BreakGlass")
    assert "tag/tags" in {one.path for one in wanted.guardrails["tags"].policies}


def test_on_expiry_remove_takes_expired_exemptions_out(reads: Reads) -> None:
    expired = "reason: r, owner: o, granted: 2026-08-01, expires: 2026-09-01"
    wanted = reads(
        f"{HEAD}safety: {{on_expiry: remove}}\nguardrails: {{g: {{policy: {DENY}}}}}\n"
        f"exemptions: {{e: {{guardrail: g, accounts: [pay], {expired}}}}}\n"
    )
    assert "Condition" not in str(value(wanted, "scp/g"))
    assert wanted.safety.remove_expired
    assert [one.code for one in wanted.findings] == ["GK001"]


def test_half_a_character_is_refused_by_both_loaders(
    complains: Complains, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f'{HEAD}guardrails: {{g: {{policy: {{Version: "\\uD800"}}}}}}\n'
    (said,) = complains(text)
    assert said.startswith("org_layout.yaml:4:36 This is not YAML: ")
    monkeypatch.setattr(tree, "LOADER", yaml.SafeLoader)
    (said,) = complains(text)
    assert said.startswith("org_layout.yaml:4:26 In this policy, this has half of a surrogate pair")


def test_all_is_told_at_once_across_files_and_templates(reads: Reads) -> None:
    with pytest.raises(LayoutError) as caught:
        reads(
            f"{HEAD}include: [a.yaml]\nguardrails:\n  g: {{template: only.json.j2, params: {{x: 1}}}}\n"
            f"  h: {{policy: {DENY}, attach: [Nope]}}\n",
            {
                **FILES,
                "a.yaml": "accounts:\n  n: {ou: Nope, protect: no}\n  m: {ou: Nope, id: 111111111111}\n",
            },
        )
    assert len(caught.value.faults) == 4
    assert caught.value.summary == "The layout cannot be understood: 4 faults"


@pytest.mark.parametrize("kind", [None, "other"])
def test_a_kind_may_say_that_its_value_makes_no_sense(
    complains: Complains, kind: str | None
) -> None:
    def asked(_: Any, __: Scope) -> Any:
        raise LayoutError("Nonsense", "it has no meaning", "Drop it.")

    section = Section("services" if kind is None else kind, "queer", list[int], asked)
    fake: Any = SimpleNamespace(by_name=False, name="queer", section=section)
    under = "services" if kind is None else kind
    said = complains(f"version: 1\n{under}: {{queer: [1, 2]}}\n", kinds=[fake])
    assert said[0].endswith("Nonsense: it has no meaning")
    said = complains(f"version: 1\n{under}: {{queer: [1, many]}}\n", kinds=[fake])
    assert said[0].endswith('Expected a whole number, found "many"')
    fake.section = Section(under, "queer", tuple[int, int], asked)
    said = complains(f"version: 1\n{under}: {{queer: [1, 2, 3]}}\n", kinds=[fake])
    assert said[0].endswith(" Tuple should have at most 2 items after validation, not 3")


def test_what_a_kind_asks_for_must_be_in_ous_that_are_listed(
    complains: Complains, reads: Reads
) -> None:
    def asked(paths: list[str], _: Scope) -> Iterator[Asked]:
        for index, path in enumerate(paths):
            yield Asked((index,), OrganizationalUnit(ou(f"{path}/x"), "x", ou(path)))

    fake: Any = SimpleNamespace(
        by_name=False, name="f", section=Section("baseline", "f", list[str], asked)
    )
    head = "version: 1\nous: {A: }\nbaseline: {f: [A, B], other: 1}\n"
    assert complains(head, kinds=[fake]) == [
        'org_layout.yaml:3:19 There is no OU "B" in this layout'
    ]
    wanted = reads(head.replace(", B", ""), kinds=[fake])
    assert ou("/A/x") in wanted.state
    assert wanted.governed == {"f"}
    assert [one.message for one in wanted.findings] == [
        "This version of govkit does not act on these parts of the baseline: other."
    ]
