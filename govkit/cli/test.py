"""`govkit test`: the layout's expectations, answered offline."""

import typer

from govkit.cli.globals import Globals
from govkit.cli.options import FailOn, TestsFormat, Write
from govkit.cli.say import show_as
from govkit.errors import Exit


def test(
    context: typer.Context,
    *,
    fail_on: FailOn = "error",
    format_: TestsFormat = "text",
    write: Write = None,
) -> int:
    """Ask the guardrails, as the layout renders them, what every line of `expect:` expects.

    Exits 3 where one fails (an answer that cannot be decided fails, too), or the layout cannot be
    understood. One about an action that AWS does not seem to have is a warning.
    """
    from govkit.cli.reach import question
    from govkit.cli.severity import severity
    from govkit.flow.offline import wanted
    from govkit.model.finding import Severity
    from govkit.report import TESTS, tests

    options: Globals = context.obj
    limit = severity(fail_on)
    asked = wanted(question(options))
    show_as(TESTS, tests(asked.path, asked.tested), format_, write)
    odd = limit <= Severity.WARNING and any(one.remark for one in asked.tested)
    failed = odd or any(not one.passed for one in asked.tested)
    return Exit.NOT_UNDERSTOOD if failed else Exit.DONE
