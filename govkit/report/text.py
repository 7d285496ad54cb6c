"""Text, for people: on a terminal with colours, elsewhere without; never folded."""

from govkit.report._differences_text import differences_text
from govkit.report._drift_text import drift_text
from govkit.report._findings_text import findings_text
from govkit.report._format import Format
from govkit.report._plan_text import plan_text
from govkit.report._run_text import history_text, run_text

FORMAT = Format(
    name="text",
    plan=plan_text,
    drift=drift_text,
    differences=differences_text,
    findings=findings_text,
    run=run_text,
    history=history_text,
)
