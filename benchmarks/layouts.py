"""Writes layouts of any size, as a large organization would write them: one account a line."""

from collections.abc import Iterator
from itertools import islice

PER_LEVEL = (10, 9, 10)


def layout_text(accounts: int = 10_000, ous: int = 1_000, guardrails: int = 12) -> str:
    """Return a layout of so many accounts and OUs, every account with an ID, an OU and tags."""
    paths = list(islice(ou_paths(), ous))
    lines = ["version: 1", "organization: {id: o-exampleorgid}", "ous:"]
    lines += [f"  {path}: {{tags: {{unit: u{number}}}}}" for number, path in enumerate(paths)]
    lines.append("accounts:")
    lines += [_account_line(number, paths) for number in range(accounts)]
    lines.append("guardrails:" if guardrails else "guardrails: {}")
    lines += [line for number in range(guardrails) for line in _guardrail(number, paths)]
    return "\n".join(lines) + "\n"


def ou_paths() -> Iterator[str]:
    """Yield the paths of an endless tree, parents before children, four levels deep."""
    top = 0
    while True:
        name = f"Unit{top:03d}"
        yield name
        for second in range(PER_LEVEL[1]):
            yield f"{name}/Team{second}"
            yield from (f"{name}/Team{second}/Stage{third}" for third in range(PER_LEVEL[2]))
        top += 1


def _account_line(number: int, paths: list[str]) -> str:
    unit = paths[number * 7 % len(paths)]
    return (
        f'  app-{number:05d}-prod: {{id: "{100_000_000_000 + number}", ou: {unit}, '
        f"tags: {{owner: team-{number % 97}, tier: prod}}}}"
    )


def _guardrail(number: int, paths: list[str]) -> Iterator[str]:
    yield f"  deny-{number}:"
    yield "    policy:"
    yield "      Version: 2012-10-17"
    yield "      Statement:"
    yield f'        - {{Sid: Deny{number}, Effect: Deny, Action: "s3:Delete*", Resource: "*"}}'
    yield f"    attach: [{paths[number % len(paths)]}]"
