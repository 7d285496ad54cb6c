"""The templates that a layout names: found, read once, their faults told at the right line."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from govkit.errors import GovkitError
from govkit.layout.faults import Faults
from govkit.layout.files import shown
from govkit.model.finding import Origin
from govkit.model.suggest import did_you_mean
from govkit.policies import template
from govkit.policies.library import library
from govkit.policies.template import Template, TemplateError, TemplateFault

FOLDER = "scp_templates"


@dataclass(slots=True)
class TemplateFiles:
    """The template folders of one reading, the first first, and which files were used; `home` is the layout's folder."""

    folders: tuple[Path, ...]
    faults: Faults
    home: Path = Path()
    used: dict[Path, None] = field(default_factory=dict)
    _loaded: dict[str, Template | None] = field(default_factory=dict)

    def get(self, name: str, where: Origin) -> Template | None:
        """Return the template that the layout names at a line; None with a fault."""
        if name not in self._loaded:
            self._loaded[name] = self._load(name)
        if self._loaded[name] is None and template.find(name, self.folders) is None:
            near = did_you_mean(name, template.names(self.folders))
            looked = f"It is looked for in {shown(self.folders[0])}, and among govkit's own."
            self.faults.add(where, f'There is no template "{name}"', near or looked)
        return self._loaded[name]

    def beside(self, name: str) -> str:
        """Return the text of a file that the layout names by its path from the layout's folder.

        Raises `GovkitError` where there is none, or it is outside of the folder.
        """
        path = (self.home / name).resolve()
        if not path.is_relative_to(self.home.resolve()) or not path.is_file():
            raise GovkitError(
                "No such file", f"{name} is not there.", f"It is looked for in {shown(self.home)}."
            )
        self.used[path] = None
        return path.read_text(encoding="utf-8")

    def complain(self, fault: TemplateFault) -> None:
        """Add a fault that stands in a template."""
        path = Path(fault.file)
        name = shown(path)
        if path.is_file() and path.stat().st_size <= template.MAX_TEMPLATE:
            self.faults.learn(name, path.read_text(encoding="utf-8", errors="replace"))
        message = f"{fault.message[:1].upper()}{fault.message[1:]}"
        self.faults.add(Origin(name, fault.line, fault.column), message)

    def hashes(self) -> list[str]:
        """Return name and hash of every file that was used, sorted."""
        return sorted(f"{self._inside(path)} {_sha256(path)}" for path in self.used)

    def _load(self, name: str) -> Template | None:
        path = template.find(name, self.folders)
        if path is None:
            return None
        self.used[path] = None
        try:
            return template.load(name, self.folders)
        except TemplateError as error:
            for fault in error.faults:
                self.complain(fault)
            return None

    def _inside(self, path: Path) -> str:
        for folder in self.folders:
            if path.is_relative_to(folder):
                return path.relative_to(folder).as_posix()
        return path.name


def template_folders(layout: Path, given: Path | None) -> tuple[Path, ...]:
    """Return where templates are looked for: in the given folder or beside the layout, then ours."""
    own = given or layout.parent / FOLDER
    ours = library()
    return (own,) if own.resolve() == ours.resolve() else (own, ours)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
