"""What a bundle is made of: every distribution with its version and licence, for people and as CycloneDX."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution
from pathlib import Path

from packaging.utils import canonicalize_name

LICENCE_FILES = ("LICEN[CS]E*", "COPYING*", "NOTICE*", "licenses/**/*")


@dataclass(frozen=True)
class Component:
    """A distribution in a bundle. `files` are the texts of its licence, relative to the bundle."""

    name: str
    version: str
    licence: str
    files: tuple[str, ...]
    purl: str = ""


def components(bundle: Path) -> list[Component]:
    """Every Python distribution of a bundle, by name; a licence that nobody states is ''."""
    found = [_component(folder, bundle) for folder in (bundle / "app").glob("*.dist-info")]
    return sorted(found, key=lambda one: one.name.lower())


def interpreter(bundle: Path, version: str) -> Component:
    """The CPython that lies in a bundle."""
    text = (bundle / "python" / "LICENSE.txt").relative_to(bundle).as_posix()
    return Component("CPython", version, "PSF-2.0", (text,), f"pkg:generic/cpython@{version}")


def licences(parts: Sequence[Component]) -> str:
    """The list for people: LICENCES.txt."""
    lines = ["このフォルダーに入っているもののライセンス（本文は、下に書いたファイル）", ""]
    for part in parts:
        lines += [f"{part.name} {part.version}: {part.licence}", *(f"    {file}" for file in part.files)]
    return "\n".join(lines) + "\n"


def sbom(parts: Sequence[Component], name: str, version: str) -> str:
    """The list for programs (CycloneDX 1.6). Without a date, so that it is the same when it is made again."""
    listed = [
        {
            "type": "library", "name": part.name, "version": part.version, "purl": part.purl,
            "licenses": [{"license": {"name": part.licence}}],
        }
        for part in parts
    ]  # fmt: skip
    root = {"type": "application", "name": name, "version": version}
    bom = {
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "metadata": {"component": root}, "components": listed,
    }  # fmt: skip
    return json.dumps(bom, ensure_ascii=False, indent=1) + "\n"


def _component(folder: Path, bundle: Path) -> Component:
    distribution = Distribution.at(folder)
    name, version = distribution.metadata["Name"], distribution.version
    files = {file for pattern in LICENCE_FILES for file in folder.glob(pattern) if file.is_file()}
    shown = tuple(sorted(file.relative_to(bundle).as_posix() for file in files))
    return Component(name, version, _licence(distribution), shown, f"pkg:pypi/{canonicalize_name(name)}@{version}")


def _licence(distribution: Distribution) -> str:
    """As the distribution states it: expression, classifiers, or the older field, which may hold a whole text."""
    fields = distribution.metadata.json
    named = [one.split(" :: ")[-1] for one in fields.get("classifier", []) if one.startswith("License ::")]
    older = str(fields.get("license", "")).strip().partition("\n")[0]
    return str(fields.get("license_expression") or ", ".join(named) or older)
