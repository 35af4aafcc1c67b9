"""The record of a year: what was printed, from what, and the hashes that vouch for it. And its publication."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from nerima_report import __version__
from nerima_report.composition import Content
from nerima_report.entry_definitions import EntryTable
from nerima_report.errors import CannotProceed
from nerima_report.figures import Share
from nerima_report.findings import Explanation
from nerima_report.fiscal_year import full_name
from nerima_report.report import Report
from nerima_report.submissions import Submission

SCHEMA_VERSION = 1
Json = dict[str, object]

# What does not belong to the year itself: left out when two records are compared.
_APART = ("revisions", "program")
MOST_SHOWN = 5


def make_record(
    content: Content, report: Report, submissions: Iterable[Submission], outputs: Mapping[str, bytes]
) -> Json:
    """The record of a built year, ready to be written as JSON."""
    return {
        "schema_version": SCHEMA_VERSION,
        "origin": "built",
        "fiscal_year": content.fiscal_year,
        "name": full_name(content.fiscal_year),
        "draft": report.draft,
        "program": __version__,
        "edition": {"name": content.edition.folder.name, "sha256": content.edition.sha256},
        "tables": _tables(content, report),
        "cells": _cells(content),
        "entries": _entries(content),
        "figures": [_figure(key, share) for key, share in content.figures.items()],
        "adjustments": [
            {"cell": list(a.key), "difference": a.difference, "reason": a.reason, "applied": a.applied}
            for a in content.totals.adjustments
        ],
        "explained": [
            {"finding": f"{f.code} {f.place}", **explanation_facts(f.explained)}
            for f in content.findings if f.explained
        ],
        "inputs": [
            {"file": s.workbook.path.name, "section": s.section, "ward": s.ward, "submission": s.number,
             "sha256": sha256(s.workbook.path.read_bytes())}
            for s in sorted(submissions, key=lambda s: (s.section, s.ward))
        ],
        "outputs": [{"file": name, "sha256": sha256(data)} for name, data in outputs.items()],
        "revisions": [],
    }  # fmt: skip


def write_json(record: Json) -> bytes:
    """A record as UTF-8 JSON in which every item of a list has a line of its own, so that a diff reads well."""
    lines = []
    for key, value in record.items():
        if isinstance(value, list) and value:
            items = ",\n".join(f"    {json.dumps(item, ensure_ascii=False)}" for item in value)
            lines.append(f"  {json.dumps(key)}: [\n{items}\n  ]")
        else:
            lines.append(f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}")
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def read_record(file: Path) -> Json:
    """Read a record. Raises CannotProceed when it is none."""
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CannotProceed(f"記録がありません。\n  ファイル: {file}") from None
    except (OSError, ValueError):
        raise CannotProceed(f"記録を読めません（JSON として正しくありません）。\n  ファイル: {file}") from None
    if not isinstance(record, dict) or record.get("schema_version") != SCHEMA_VERSION:
        raise CannotProceed(f"記録の形が違います（schema_version は {SCHEMA_VERSION} です）。\n  ファイル: {file}")
    return record


def revise(new: Json, published: Json | None, reason: str | None, today: date) -> Json | None:
    """The record to publish, or None when the same one is published already.

    A published record is replaced only with a reason, which is kept in the new one together with the day,
    the numbers that change and the hash of the record it replaces. Raises CannotProceed otherwise.
    """
    if new["draft"]:
        raise CannotProceed("案は公表できません。--draft を付けずに build してから、もう一度実行してください。")
    if published is None:
        return new
    if _substance(new) == _substance(published):
        return None
    changes = changed_numbers(published, new)
    if not reason:
        shown = "".join(
            f"\n    {change['about']}: {change['from']} → {change['to']}" for change in changes[:MOST_SHOWN]
        )
        more = f"\n    ほか{len(changes) - MOST_SHOWN}か所" if len(changes) > MOST_SHOWN else ""
        raise CannotProceed(
            f"{published['name']}の記録は公表済みで、内容が違います。"
            f"{shown or '数は同じですが、もとのファイルか文が変わっています。'}{more}\n"
            '  公表したものを訂正するときは、--revise "理由" を付けて実行してください。理由は記録に残ります。'
        )
    revision = {
        "date": today.isoformat(),
        "reason": reason,
        "changes": changes,
        "replaces_sha256": sha256(write_json(published)),
    }
    return {**new, "revisions": [*_items(published, "revisions"), revision]}


def changed_numbers(old: Json, new: Json) -> list[dict[str, object]]:
    """The cells and figures in which two records of a year differ: what about, from, to."""
    before, after = _numbers(old), _numbers(new)
    return [
        {"about": name, "from": before.get(name), "to": after.get(name)}
        for name in {**before, **after}
        if before.get(name) != after.get(name)
    ]


def changed_outputs(folder: Path, record: Json) -> list[Path]:
    """The outputs in a folder that are not, or no longer, what the record vouches for."""
    files = {folder / str(output["file"]): output["sha256"] for output in _items(record, "outputs")}
    return [file for file, digest in files.items() if not file.is_file() or sha256(file.read_bytes()) != digest]


def changed_inputs(files: Iterable[Path], record: Json) -> bool:
    """Whether the workbooks of the inbox are no longer those that the record was made from."""
    used = {(entry["file"], entry["sha256"]) for entry in _items(record, "inputs")}
    return not used <= {(file.name, sha256(file.read_bytes())) for file in files}


def sha256(data: bytes) -> str:
    """The SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def explanation_facts(explanation: Explanation) -> Json:
    """An explanation as the record and the audit list show it."""
    return {
        "difference": explanation.difference,
        "reason": explanation.reason,
        "note": explanation.note,
        "until": explanation.until,
    }


def _items(record: Json, key: str) -> list[Json]:
    items = record.get(key)
    return items if isinstance(items, list) else []


def _numbers(record: Json) -> dict[str, object]:
    cells = {
        " ".join(str(cell[key]) for key in ("table", "group", "row", "column") if cell[key]): cell["value"]
        for cell in _items(record, "cells")
    }
    return cells | {str(figure["figure"]): figure["value"] for figure in _items(record, "figures")}


def _substance(record: Json) -> Json:
    return {key: value for key, value in record.items() if key not in _APART}


def _tables(content: Content, report: Report) -> list[Json]:
    return [
        {"part": table.id.partition(".")[0], "table": table.id, "number": table.number, "title": table.title}
        for table in report.tables
    ]


def _cells(content: Content) -> list[Json]:
    units = {
        (table_id, column.label): column.unit
        for table_id, table in content.edition.count_tables.items()
        for column in table.columns
    }
    return [
        {**key._asdict(), "unit": units[key.table, key.column], "value": value}
        for key, value in content.totals.values.items()
    ]


def _entries(content: Content) -> list[Json]:
    def plain(value: object) -> object:
        return value if value is None or isinstance(value, int | str) else str(value)

    return [
        {"table": table_id, "section": str(entry["section"]), **{f.label: plain(entry[f.label]) for f in table.fields}}
        for table_id, table in content.edition.entry_tables.items()
        if isinstance(table, EntryTable)
        for entry in content.tallies.entries[table_id].to_dict("records")
    ]


def _figure(key: str, share: Share) -> Json:
    definition = share.definition
    value: Decimal | None = share.value
    return {
        "figure": key,
        "value": None if value is None else str(value),
        "unit": definition.unit,
        "numerator": share.numerator,
        "denominator": share.denominator,
        "numerator_rows": list(share.rows),
        "excluded_rows": list(definition.excluded),
        "digits": definition.digits,
        "rounding": definition.rounding,
        "basis": definition.basis,
    }
