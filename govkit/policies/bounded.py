"""Renders all templates of a run in a forked child: bounded in time, memory and size of output.

A template is a program. The child is given a share of CPU for each rendering and a roof of memory;
it streams results, so that when it dies, the rendering it died of is known, and the rest goes on.
"""

import json
import os
import resource
import select
import signal
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from govkit.policies.document import Document, parse
from govkit.policies.parameters import ParameterFault, arguments
from govkit.policies.template import Template, TemplateError, TemplateFault
from govkit.policies.types import policy_type

_FRAME = 8


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one rendering may take: CPU seconds, bytes of memory, characters; silence in seconds.

    After `deaths` renderings that took too much, what is left is not tried.
    """

    cpu: int = 2
    memory: int = 256_000_000
    output: int = 1_000_000
    silence: int = 20
    deaths: int = 5


@dataclass(frozen=True, slots=True)
class Job:
    """A template to be rendered with the parameters of a guardrail, as the layout writes them.

    `type` is the policy type's key where the layout names another than the template's header.
    """

    template: Template
    params: Mapping[str, Any] = field(default_factory=dict)
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Rendering:
    """What became of a job: a document, or faults of its parameters or of the template."""

    document: Document | None = None
    faults: tuple[ParameterFault | TemplateFault, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """The renderings, in the order of the jobs, and the files that were included by them."""

    renderings: tuple[Rendering, ...]
    files: tuple[Path, ...]


def render_all(
    jobs: Sequence[Job],
    folders: Sequence[Path],
    accounts: Mapping[str, str] | None = None,
    bounds: Bounds = Bounds(),
) -> Run:
    """Return what all jobs render to. `accounts` leads from the layout's keys to account IDs.

    Never raises for what a template does; takes no more time than the bounds allow.
    """
    import govkit.policies.render  # noqa: F401 - once, before any child needs it

    results: list[Rendering] = []
    files: dict[Path, None] = {}
    guilty: dict[str, Rendering] = {}
    while len(results) < len(jobs):
        job = jobs[len(results)]
        if job.template.file in guilty or len(guilty) >= bounds.deaths:
            results.append(guilty.get(job.template.file) or _refused(job, "was not tried"))
            continue
        start = len(results)
        for answer in _answers(jobs[start:], folders, accounts, bounds):
            results.append(_rendering(jobs[len(results)], answer))
            files |= dict.fromkeys(map(Path, answer.get("files", ())))
            if len(results) < len(jobs) and jobs[len(results)].template.file in guilty:
                break
        else:
            if len(results) < len(jobs):
                job = jobs[len(results)]
                guilty[job.template.file] = _refused(job, _too_much(bounds))
    return Run(tuple(results), tuple(files))


def _too_much(bounds: Bounds) -> str:
    return f"takes more than {bounds.cpu} seconds or {bounds.memory // 1_000_000} MB"


def _refused(job: Job, what: str) -> Rendering:
    message = f"rendering this template {what}"
    return Rendering(faults=(TemplateFault(job.template.file, 1, 1, message),))


def _rendering(job: Job, answer: Mapping[str, Any]) -> Rendering:
    if "text" in answer:
        kind = policy_type(job.type or job.template.type)
        return Rendering(parse(answer["text"], kind.grammar))
    wrong = [
        ParameterFault(tuple(path), expected, found, nearest)
        for path, expected, found, nearest in answer.get("params", ())
    ]
    return Rendering(
        faults=(*wrong, *(TemplateFault(*fault) for fault in answer.get("faults", ())))
    )


def _answers(
    jobs: Sequence[Job],
    folders: Sequence[Path],
    accounts: Mapping[str, str] | None,
    bounds: Bounds,
) -> Iterator[dict[str, Any]]:
    """Yield the child's answers until it is done or dead; the child is gone afterwards."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        # Python 3.12 warns of forks beside threads; the child only renders, and takes no lock.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        os.close(reading)
        _child(writing, jobs, folders, accounts, bounds)
    os.close(writing)
    try:
        yield from _frames(reading, bounds.silence)
    finally:
        os.close(reading)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _frames(reading: int, silence: int) -> Iterator[dict[str, Any]]:
    poll = select.poll()
    poll.register(reading, select.POLLIN)
    pending = bytearray()
    while poll.poll(silence * 1_000):
        piece = os.read(reading, 1 << 16)
        if not piece:
            return
        pending += piece
        while len(pending) >= _FRAME:
            size = int.from_bytes(pending[:_FRAME], "big")
            if len(pending) < _FRAME + size:
                break
            yield json.loads(pending[_FRAME : _FRAME + size])
            del pending[: _FRAME + size]


def _child(
    writing: int,
    jobs: Sequence[Job],
    folders: Sequence[Path],
    accounts: Mapping[str, str] | None,
    bounds: Bounds,
) -> NoReturn:
    status = 1
    try:
        _under_roof(bounds.memory)
        answer = _answering(folders, accounts, bounds)
        for job in jobs:
            _more_time(bounds.cpu)
            _send(writing, answer(job))
        status = 0
    finally:
        os._exit(status)


def _answering(
    folders: Sequence[Path], accounts: Mapping[str, str] | None, bounds: Bounds
) -> Callable[[Job], dict[str, Any]]:
    from govkit.policies.render import renderer

    opened: list[str] = []
    render = renderer(folders, lambda path: opened.append(str(path)), bounds.output)

    def answer(job: Job) -> dict[str, Any]:
        given = arguments(job.template.parameters, job.params, accounts)
        if given.faults:
            params = [
                (wrong.path, wrong.expected, wrong.found, wrong.nearest) for wrong in given.faults
            ]
            return {"params": params}
        try:
            said: dict[str, Any] = {"text": render(job.template, given.values)}
        except TemplateError as error:
            faults = [
                (wrong.file, wrong.line, wrong.column, wrong.message) for wrong in error.faults
            ]
            said = {"faults": faults}
        said["files"] = opened.copy()
        opened.clear()
        return said

    return answer


def _send(writing: int, answer: dict[str, Any]) -> None:
    content = json.dumps(answer).encode()
    waiting = memoryview(len(content).to_bytes(_FRAME, "big") + content)
    while waiting:
        waiting = waiting[os.write(writing, waiting) :]


def _under_roof(memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    now = _address_space()
    if now is not None:
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        roof = now + memory
        resource.setrlimit(
            resource.RLIMIT_AS, (roof if most == resource.RLIM_INFINITY else min(roof, most), most)
        )


def _address_space() -> int | None:
    """Return the bytes of address space in use; None where the system does not tell (macOS)."""
    try:
        pages = Path("/proc/self/statm").read_text().split()[0]
    except OSError:
        return None
    return int(pages) * resource.getpagesize()


def _more_time(seconds: int) -> None:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    until = int(usage.ru_utime + usage.ru_stime) + 1 + seconds
    if most != resource.RLIM_INFINITY:
        until = min(until, most)
    resource.setrlimit(resource.RLIMIT_CPU, (until, most))
