"""Options that several commands share, and those of govkit itself, with their help texts."""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

Format: TypeAlias = Annotated[
    str,
    typer.Option(
        "--format", "-f", metavar="FORMAT", help="What stdout shows: text, json or markdown."
    ),
]
LintFormat: TypeAlias = Annotated[
    str,
    typer.Option(
        "--format", "-f", metavar="FORMAT", help="What stdout shows: text, json, markdown or sarif."
    ),
]
Write: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--write", metavar="FORMAT=PATH", help="Write another format from this run; repeatable."
    ),
]
Allow: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--allow", metavar="RAIL=N", help="Let a rail pass up to N this time; repeatable."
    ),
]
TextOrJson: TypeAlias = Annotated[
    str,
    typer.Option("--format", "-f", metavar="FORMAT", help="What stdout shows: text or json."),
]
TestsFormat: TypeAlias = Annotated[
    str,
    typer.Option(
        "--format", "-f", metavar="FORMAT", help="What stdout shows: text, json or junit."
    ),
]
ControlPolicy: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--type",
        metavar="TYPE",
        help="scp or rcp; without it, documents of statements with a Principal are RCPs.",
    ),
]
Yes: TypeAlias = Annotated[
    bool, typer.Option("--yes", "-y", help="Answer yes to questions; overrides no rail.")
]
Authority: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="TASK",
        help="Only what this role does: policies, structure or member; list the rest.",
    ),
]
Expect: TypeAlias = Annotated[
    str | None, typer.Option(help="The fingerprint of the reviewed plan.")
]
Ticket: TypeAlias = Annotated[str, typer.Option(help="A ticket, noted in the journal.")]
FullVerify: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--full-verify", help="Read everything back at the end, not only what was touched."
    ),
]
Expired: TypeAlias = Annotated[
    bool, typer.Option("--expired", help="Take out the exemptions that have expired.")
]
Out: TypeAlias = Annotated[
    Path | None, typer.Option("--out", "-o", metavar="FILE", help="The file to write.")
]
FailOn: TypeAlias = Annotated[
    str,
    typer.Option(
        "--fail-on",
        metavar="SEVERITY",
        help="Exit 3 at findings as severe: error, warning or note.",
    ),
]
Fresh: TypeAlias = Annotated[
    bool, typer.Option("--fresh", help="Replace the sandbox that is there.")
]

Layout: TypeAlias = Annotated[
    Path,
    typer.Option(
        "-l",
        "--layout",
        metavar="FILE",
        envvar="GOVKIT_LAYOUT",
        help="The layout.",
        readable=False,  # where it is not, that is told as everything of a layout is
    ),
]
Profile: TypeAlias = Annotated[
    str | None, typer.Option("--profile", metavar="NAME", help="The AWS profile to use.")
]
SandboxFolder: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--sandbox", metavar="FOLDER", envvar="GOVKIT_SANDBOX", help="A sandbox instead of AWS."
    ),
]
SnapshotFile: TypeAlias = Annotated[
    Path | None, typer.Option("--snapshot", metavar="FILE", help="A snapshot instead of AWS.")
]
Only: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--only",
        metavar="SELECTOR",
        help="account:KEY, ou:PATH/**, guardrail:KEY, baseline or changed:GITREV; repeatable.",
    ),
]
Pace: TypeAlias = Annotated[
    str,
    typer.Option(
        "--pace", metavar="PERCENT", help="How much of AWS's documented rates to use, or off."
    ),
]
Timeout: TypeAlias = Annotated[
    float,
    typer.Option(
        "--timeout",
        metavar="SECONDS",
        min=0,
        help="How patient to be with an AWS that asks to wait.",
    ),
]
Baseline: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--baseline", help="Enter the accounts too: what the layout's baseline: asks for there."
    ),
]
Redact: TypeAlias = Annotated[
    bool, typer.Option("--redact", help="Hide account IDs and e-mail addresses everywhere.")
]
Color: TypeAlias = Annotated[
    str, typer.Option("--color", metavar="WHEN", help="auto, always or never.")
]
Verbose: TypeAlias = Annotated[int, typer.Option("-v", "--verbose", count=True, help="Say more.")]
