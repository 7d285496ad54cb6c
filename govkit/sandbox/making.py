"""Makes sandboxes: without an organization, with an empty one, a story, or a random one of a size."""

import shutil
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

from govkit.sandbox.builder import Builder, require_empty
from govkit.sandbox.clock import REAL_CLOCK, Clock, moment
from govkit.sandbox.disk import exclusive, no_sandbox, write_whole
from govkit.sandbox.random_organization import Size, fill
from govkit.sandbox.settings import Settings
from govkit.sandbox.store import write_settings
from govkit.sandbox.story import STORY_SETTINGS, tell

_YEAR = 365 * 86_400


class Story(StrEnum):
    """What a new sandbox begins with."""

    NOTHING = "nothing"
    EMPTY = "empty"
    DEMO = "demo"


def new(
    directory: Path,
    story: Story | Size = Story.EMPTY,
    *,
    settings: Settings | None = None,
    clock: Clock = REAL_CLOCK,
) -> None:
    """Make a sandbox in a new or empty folder; the same seed makes the same organization.

    `NOTHING` is an account without an organization, `EMPTY` an organization of the management
    account alone with SCPs enabled. What the story needs (limits, roles) is added to `settings`.
    """
    chosen = settings or Settings()
    require_empty(directory)
    if story is Story.NOTHING:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_settings(directory, chosen)
    elif story is Story.EMPTY:
        builder = Builder(chosen, moment(clock))
        builder.organization()
        if not chosen.service_control_policies_on_create:
            builder.enable()
        builder.write(directory)
    elif story is Story.DEMO:
        told = replace(
            chosen,
            organization=chosen.organization or STORY_SETTINGS.organization,
            root=chosen.root or STORY_SETTINGS.root,
            roles=chosen.roles or STORY_SETTINGS.roles,
            limits={**STORY_SETTINGS.limits, **chosen.limits},
        )
        builder = Builder(told, moment(clock) - _YEAR)
        tell(builder)
        builder.write(directory)
    else:
        limits = {"accounts": max(10, 2 * story.accounts), "ous": max(2_000, story.ous)}
        builder = Builder(
            replace(chosen, limits={**limits, **chosen.limits}), moment(clock) - _YEAR
        )
        fill(builder, story)
        builder.write(directory)
    write_whole(directory / ".gitignore", "*\n")


def configure(directory: Path, settings: Settings) -> None:
    """Change the choices of a sandbox; running processes meet them at their next call."""
    with exclusive(directory):
        write_settings(directory, settings)


def remove(directory: Path) -> None:
    """Delete a sandbox's folder; a folder that is none is left alone."""
    if not (directory / "sandbox.json").is_file():
        raise no_sandbox(directory)
    shutil.rmtree(directory)
