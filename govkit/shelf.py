"""Collects a shelf: every module of a package gives one constant with a fixed name."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules


@cache
def load(package: str, constant: str) -> tuple[object, ...]:
    """Return the constant of every module in the package, by the modules' names.

    A package in the package is another shelf. A module whose name begins with an underscore is a helper of the shelf, not a thing on it.
    A module without the constant is a mistake and raises `AttributeError`.
    """
    path = import_module(package).__path__
    names = sorted(
        found.name
        for found in iter_modules(path)
        if not found.name.startswith("_") and not found.ispkg
    )
    return tuple(getattr(import_module(f"{package}.{name}"), constant) for name in names)
