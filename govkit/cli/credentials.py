"""`govkit credentials`: what to rotate, deactivate and delete, and doing it stage by stage."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from govkit.cli.globals import Globals
from govkit.cli.options import Allow, TextOrJson, Yes
from govkit.cli.say import progress, text_or_json, told
from govkit.errors import Exit

if TYPE_CHECKING:
    from govkit.flow.credentials import Stages

app = typer.Typer(
    help="Credentials that must be changed, in stages: notify, deactivate, delete.",
    no_args_is_help=True,
)


@app.callback()
def credentials() -> None:
    """Hold the commands about credentials."""


@app.command()
def plan(context: typer.Context, *, format_: TextOrJson = "text") -> int:
    """Write what to rotate, deactivate and delete, per owner, and what each stage would do today.

    Changes nothing. Exits 3 where it could not look everywhere.
    """
    from govkit.cli.reach import Reach, question
    from govkit.flow.credentials import staged
    from govkit.report import credentials_text

    text_or_json(format_)
    options: Globals = context.obj
    reach = Reach(options)
    with progress("Looking into the accounts"):
        found = staged(question(options), reach.live, reach.door)
    told(_document(found), format_, credentials_text)
    return Exit.NOT_UNDERSTOOD if found.seen.checked.incomplete else Exit.DONE


@app.command()
def apply(
    context: typer.Context,
    stage: Annotated[str, typer.Argument(help="notify, deactivate or delete.")],
    *,
    yes: Yes = False,
    expect: Annotated[
        str | None, typer.Option(help="The fingerprint of the reviewed stage.")
    ] = None,
    allow: Allow = None,
    change: Annotated[str, typer.Option(help="A ticket, noted in the journal.")] = "",
) -> int:
    """Do one stage: what is due today, looked at anew, behind the rail `credentials`.

    notify tags the users, deactivate puts what is unused out of use, delete takes it away.
    """
    from govkit.cli.carry_out import carry_out
    from govkit.cli.reach import Reach, question
    from govkit.flow.apply import Job, new_run, now, remembered, store_of
    from govkit.flow.credentials import require_ours, require_stage, require_whole, staged
    from govkit.flow.evidence import evidence_for

    require_stage(stage)
    options: Globals = context.obj
    asked = question(options, allow)
    reach = Reach(options, run_id=new_run())
    store = store_of(asked, reach.store_api)
    with store.locked("govkit credentials apply", now()) as lock:
        reach.under(lock)
        with progress("Looking into the accounts"):
            found = staged(asked, reach.live, reach.door, (stage,))
        require_ours(found)
        require_whole(found)
        made = found.plans[stage]
        reviewed = None if expect is None else evidence_for(expect, made, None, store)
        job = Job(
            made,
            found.seen.both,
            reviewed,
            command=f"credentials apply {stage}",
            after="credentials plan",
            ticket=change,
            expect=expect,
        )
        job = remembered(job, store)
        return carry_out(job, reach, store, yes=yes)


def _document(found: "Stages") -> Any:
    from govkit.flow.credentials import account_id, owner_of
    from govkit.plan.document import document
    from govkit.report import credentials as report

    users: list[Any] = [
        {
            "account": account_id(case.user.account, found.seen),
            "account_key": case.user.account.path,
            "user": case.user.name,
            "owner": owner_of(case, found.seen),
            "tag": case.user.stage,
            "stage": case.stage,
            "due": case.due.isoformat() if case.stage else None,
            "findings": [
                {"code": one.code, "message": one.message, "fix": one.fix} for one in case.lapses
            ],
        }
        for case in found.cases
    ]
    checked = found.seen.checked
    plans = {stage: document(made) for stage, made in found.plans.items()}
    return report(checked.organization, checked.as_of, users, plans, checked.incomplete)
