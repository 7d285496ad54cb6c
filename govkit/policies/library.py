"""Where the templates and the layout that come with govkit are: in a wheel, or in a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_STARTER = _PACKAGE / "starter"


def library() -> Path:
    """Return the folder of govkit's own templates."""
    return _shipped("scp_templates")


def starter_layout() -> Path:
    """Return the layout that a new organization can start from."""
    return _shipped("org_layout.yaml")


def _shipped(name: str) -> Path:
    packed = _STARTER / name
    return packed if packed.exists() else _PACKAGE.parent / name
