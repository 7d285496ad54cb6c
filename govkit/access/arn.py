"""ARNs and their patterns, compared segment by segment."""

from collections.abc import Sequence

from govkit.access.glob import Predicate, Token, Wild, glob, split

SEGMENTS = 6  # arn:partition:service:region:account:resource; only the last may hold colons


def is_arn(text: str) -> bool:
    return text.startswith("arn:") and text.count(":") >= SEGMENTS - 1


def arn_pattern(pattern: Sequence[Token]) -> Predicate | None:
    """Return what tells whether an ARN matches, or None where the pattern is no ARN's.

    A `*` stays within its segment, except in the last one, which may hold colons. A pattern of
    fewer segments counts only when it ends in `*`, which then covers all that follows: AWS says
    that a `*` at the end of a segment may expand beyond it.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
    """
    parts = arn_segments(pattern)
    if parts is None:
        return None
    tests = [(index, glob(part)) for index, part in enumerate(parts) if list(part) != [Wild.STAR]]

    def matches(text: str) -> bool:
        segments = text.split(":", SEGMENTS - 1)
        if len(segments) < SEGMENTS:
            return False
        return all(test(segments[index]) for index, test in tests)

    return matches


def arn_segments(pattern: Sequence[Token]) -> list[list[Token]] | None:
    """Return the six segments of an ARN's pattern, or None where it is no ARN's."""
    parts = split(pattern, ":", SEGMENTS)
    if len(parts) == SEGMENTS:
        return parts
    if pattern and pattern[-1] is Wild.STAR:
        return parts + [[Wild.STAR] for _ in range(SEGMENTS - len(parts))]
    return None


def is_anything(pattern: Sequence[Token]) -> bool:
    return bool(pattern) and all(token is Wild.STAR for token in pattern)
