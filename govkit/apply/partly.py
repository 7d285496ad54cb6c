"""What is said when some accounts let nothing be done in them, and the others did."""

from collections import defaultdict
from collections.abc import Collection, Iterator

from govkit.apply.events import Failed
from govkit.errors import AccessDenied, AnswerLost, AwsError, CredentialsMissing, GovkitError
from govkit.model.kind import Authority
from govkit.model.plan import Step

_FEW = 10
_DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")


def of_one_account(step: Step, error: AwsError) -> bool:
    """Tell a failure of one member account from one of our own, and from one that nobody understands."""
    own = isinstance(error, AnswerLost | CredentialsMissing)
    return step.authority == Authority.MEMBER.value and not own


def partly(failed: Collection[Failed]) -> GovkitError:
    """Return the error that names every account in which a step failed, by what AWS said.

    It is an `AccessDenied` where nothing else went wrong.
    """
    tried = [one for one in failed if one.code or one.operation]
    kind = AccessDenied if all(one.code in _DENIED for one in tried) else GovkitError
    waiting = len(failed) - len(tried)
    told = [*_lines(tried), f"{waiting} steps that need these were not tried."]
    return kind(
        "Not done in every account",
        "\n".join(told if waiting else told[:-1]),
        "Let govkit in, or take the account out of the baseline; then run the same command again.",
    )


def _lines(failed: Collection[Failed]) -> Iterator[str]:
    accounts: defaultdict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for one in failed:
        accounts[one.code, one.operation].setdefault(_account(one), one.reason)
    for (code, operation), found in sorted(accounts.items()):
        several = "1 account" if len(found) == 1 else f"{len(found)} accounts"
        named = ", ".join(sorted(found)[:_FEW]) + (", …" if len(found) > _FEW else "")
        example = found[min(found)]
        yield f"{several}: {code or 'no answer'} at {operation} ({named}). {example}"


def _account(one: Failed) -> str:
    """Return the ID of the account in which the step was to be done, or its key."""
    there = next((call.place.account for call in one.step.calls), None)
    return there if isinstance(there, str) else one.step.address.path.partition("/")[0]
