"""The story of reading everything back after an apply, not only what it touched."""

from collections.abc import Callable, Sequence

from govkit.apply.patience import Patience
from govkit.apply.verify import LOOKS
from govkit.errors import GovkitError
from govkit.flow.compare import Bank, Compared, Question, kinds
from govkit.flow.plan import plan
from govkit.model.plan import Step


def differing(
    question: Question,
    bank: Bank,
    known: Sequence[Step],
    patience: Patience,
    stop: Callable[[], bool] = lambda: False,
) -> tuple[str, ...]:
    """Plan once more, as often as reads may lag, and return what differs that is not known to.

    Between two looks `stop` says that nobody waits for it. GovkitError where nothing differs of what
    could be seen, and not all that the layout names could be.
    """
    expected = {step.address for step in known}
    left: tuple[str, ...] = ()
    for look in range(LOOKS):
        if look:
            if stop():
                break
            patience.sleep(patience.interval)
        made, both = plan(question, bank)
        left = tuple(str(one.address) for one in made.steps if one.address not in expected)
        if not left:
            _require_seen(both)
            break
    return left


def _require_seen(both: Compared) -> None:
    """Raise where something could not be looked at that the layout may name."""
    named = {one.address.kind for one in both.wanted.state}
    unnamed = {kind.name for kind in kinds()} - named
    missed = [one for one in both.live.incomplete if one.partition(":")[0] not in unnamed]
    if missed:
        raise GovkitError(
            "Not everything could be read back",
            "\n".join(missed),
            "See what the caller may do: govkit doctor",
        )
