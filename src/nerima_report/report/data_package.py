"""Tables of data → the files that are published together: CSV, a workbook, and datapackage.json, which describes them.

The form of datapackage.json is that of specs.frictionlessdata.io (Tabular Data Package, Table Schema).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from nerima_report.data_table import DataTable, render_csv, render_workbook
from nerima_report.edition.municipality import MunicipalityDefinition
from nerima_report.files import sha256

FOLDER = "data"  # beside the report
WORKBOOK, DESCRIPTOR = "tables.xlsx", "datapackage.json"


@dataclass(frozen=True)
class DataPackage:
    """Tables that are published together: what they are (`name` in ASCII letters), who publishes them, as of when."""

    name: str
    title: str
    author: str
    day: date
    tables: tuple[DataTable, ...]


def render_package(package: DataPackage, municipality: MunicipalityDefinition) -> dict[str, bytes]:
    """The files by name (data/disclosure-01.csv); nothing where there are no tables."""
    if not package.tables:
        return {}
    files = {f"{table.name}.csv": render_csv(table) for table in package.tables}
    descriptor = _descriptor(package, municipality, files)
    files[WORKBOOK] = render_workbook(package.tables, package.title, package.day)
    files[DESCRIPTOR] = json.dumps(descriptor, ensure_ascii=False, indent=2).encode() + b"\n"
    return {f"{FOLDER}/{name}": content for name, content in files.items()}


def outdated(names: Iterable[str], files: Iterable[str]) -> list[str]:
    """Of some files made earlier, by name, those of a data package that are not among `files`, made now."""
    return sorted(name for name in {*names} - {*files} if name.startswith(f"{FOLDER}/"))


def _descriptor(
    package: DataPackage, municipality: MunicipalityDefinition, files: dict[str, bytes]
) -> dict[str, object]:
    about, licence = municipality.open_data, municipality.open_data.licence
    facts: dict[str, object] = {
        "profile": "tabular-data-package",
        "name": f"{municipality.code}-{package.name}",
        "title": f"{municipality.name} {package.title}",
    }
    facts |= {"description": about.description} if about.description else {}
    facts |= {"licenses": [licence.model_dump(include={"name", "path", "title"})]} if licence else {}
    return facts | {
        "municipality": {"code": municipality.code, "name": municipality.name},
        "contributors": [{"title": package.author, "role": "publisher"}],
        "resources": _resources(package.tables, files),
    }


def _resources(tables: Sequence[DataTable], files: dict[str, bytes]) -> list[dict[str, object]]:
    resources = []
    for table in tables:
        file = f"{table.name}.csv"
        facts: dict[str, object] = {
            "profile": "tabular-data-resource",
            "name": table.name,
            "path": file,
            "title": table.title,
        }
        facts |= {"description": table.description} if table.description else {}
        facts |= {
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "bytes": len(files[file]),
            "hash": f"sha256:{sha256(files[file])}",
            "dialect": {"lineTerminator": "\r\n"},
            "schema": table.schema,
        }
        resources.append(facts)
    return resources
