"""What stands behind a fingerprint on the command line: a plan file, the plan of today, or an earlier run."""

from collections.abc import Sequence
from dataclasses import replace
from shlex import quote

from govkit.errors import UsageError
from govkit.flow.compare import Question
from govkit.flow.plan import expected
from govkit.model.evidence import Mark, Reviewed
from govkit.model.evidence import fingerprint as fingerprint_of
from govkit.model.plan import Plan
from govkit.plan.document import plan_fingerprint
from govkit.store.store import Store


def of_the_same(question: Question, reviewed: Reviewed | None) -> Question:
    """Return the question about the part that the plan file is of, and what was asked for besides.

    UsageError where another part is asked for: a plan file is done as it was reviewed, or not at all.
    """
    if reviewed is None or reviewed.asked is None:
        return question
    part = reviewed.asked
    if question.only and {*question.only} != {*part.only}:
        raise _of_another_part(question.only, part.only, reviewed.source or "")
    return replace(
        question,
        only=part.only,
        baseline=question.baseline or part.baseline,
        without_expired=question.without_expired or part.expired,
    )


def _of_another_part(asked: Sequence[str], made: Sequence[str], file: str) -> UsageError:
    one = " ".join(f"--only {selector}" for selector in asked)
    of = " ".join(f"--only {selector}" for selector in made) or "everything, without --only"
    return UsageError(
        "A plan file of another part",
        f"{file} was made of {of}; exactly its steps are done, and {one} is not what it is of.",
        f"Apply it without --only, or make one of that part: govkit plan --out {quote(file)}",
    )


def evidence_for(
    fingerprint: str, made: Plan, reviewed: Reviewed | None, store: Store
) -> Reviewed | None:
    """Return the evidence behind a fingerprint: the plan file, the plan made anew, or an earlier run.

    A run that was stopped leaves a plan of what is left, which has another fingerprint; its journal
    knows the steps that were reviewed. StalePlan where nothing has the fingerprint.
    """
    wanted = f"sha256:{fingerprint.removeprefix('sha256:')}"
    if reviewed is not None or plan_fingerprint(made) == wanted:
        expected(fingerprint, made if reviewed is None else reviewed)
        return reviewed
    before = _reviewed_before(wanted, made.organization, store)
    if before is None:
        expected(fingerprint, made)
    return before


def _reviewed_before(wanted: str, organization: str, store: Store) -> Reviewed | None:
    for name in reversed(store.runs()):
        begin = store.begin(name)
        if begin.get("expected") == wanted:
            marks = tuple(Mark(*told) for told in begin["reviewed"])
            if fingerprint_of(organization, marks) == wanted:
                return Reviewed(organization, wanted, marks)
    return None
