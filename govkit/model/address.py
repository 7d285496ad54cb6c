"""Where a thing stands in the organization, in our words: known before AWS gives it an ID."""

from typing import NamedTuple

ROOT_PATH = "/"


class Address(NamedTuple):
    """A kind and a path of names, written `kind:path`, as in `ou:/Workloads/Prod`.

    A tuple, because states look up hundreds of thousands of them.
    """

    kind: str
    path: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.path}"

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Read the written form back; ValueError when there is no kind."""
        kind, colon, path = text.partition(":")
        if not (kind and colon and path):
            raise ValueError(f"not an address: {text!r}")
        return cls(kind, path)


ROOT = Address("root", ROOT_PATH)


def ou(path: str) -> Address:
    """Return the address of the OU at a path from the root, or of the root itself for `/`."""
    names = path.strip("/")
    return Address("ou", f"/{names}") if names else ROOT


def account(key: str) -> Address:
    """Return the address of an account: by its key in the layout, or by its ID."""
    return Address("account", key)


def parent_path(path: str) -> str:
    """Return the path of the OU that holds this one; `/` for the first level."""
    return path.rpartition("/")[0] or ROOT_PATH


def escaped(name: str) -> str:
    """Return an OU's name as a step of a path: `~` becomes `~0` and `/` becomes `~1`."""
    return name.replace("~", "~0").replace("/", "~1")


def unescaped(step: str) -> str:
    """Return the OU's name that a step of a path stands for."""
    return step.replace("~1", "/").replace("~0", "~")
