"""A record as a file: JSON in which every cell has a line of its own, with a seal over what it says.

The seal shows that nobody changed the file by hand or left half of it; it is no secret, and proves no origin.
It is taken over the content, so a program that turns the ends of lines round (git on Windows) breaks nothing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from nerima_report.edition.toml import key_of, reason_of
from nerima_report.errors import NewerRecord, RecordError, newer_version_needed
from nerima_report.files import read_record_text, sha256
from nerima_report.fiscal_year import full_name
from nerima_report.records.lines import RecordLines, lines_of
from nerima_report.records.model import SCHEMA_VERSION, Record

SEAL = "seal"


def write_record(record: Record) -> bytes:
    """A record as UTF-8 JSON; the same record gives the same bytes."""
    content = record.model_dump(mode="json")
    return _write(content | {SEAL: sha256(_write(content))})


class RecordFile(NamedTuple):
    """A record, the file it is in (with / on every system), and where what it holds stands in it."""

    record: Record
    file: str
    lines: RecordLines


def read_record(file: Path, fiscal_year: int | None = None) -> Record:
    """Read a record, which must be that of `fiscal_year` if one is given. Raises RecordError when it cannot be used."""
    return _record_of(file, read_record_text(file), fiscal_year)


def open_record(file: Path, fiscal_year: int | None = None) -> RecordFile:
    """Read a record together with its lines, as they are in the file. Raises RecordError when it cannot be used."""
    text = read_record_text(file)
    return RecordFile(_record_of(file, text, fiscal_year), file.as_posix(), lines_of(text))


def record_to_write(record: Record, file: Path) -> RecordFile:
    """A record that is about to be written to `file`, with the lines that it will have there."""
    return RecordFile(record, file.as_posix(), lines_of(write_record(record).decode()))


def _record_of(file: Path, text: str, fiscal_year: int | None) -> Record:
    content = _content_of(file, text)

    def line(*place: object) -> int | None:
        return lines_of(text).find(*place)

    version = content.get("schema_version")
    if isinstance(version, int) and version > SCHEMA_VERSION:
        reason = newer_version_needed(version, SCHEMA_VERSION, content.get("program"))
        raise NewerRecord(file, "schema_version", reason, line("schema_version"))
    if version != SCHEMA_VERSION:
        reason = f"この版のプログラムが読めるのは {SCHEMA_VERSION} だけです"
        raise RecordError(file, "schema_version", reason, line("schema_version"))
    seal = content.pop(SEAL, None)
    try:
        record = Record.model_validate_json(json.dumps(content))
    except ValidationError as error:
        first = min(error.errors(), key=lambda fault: fault["type"] != "extra_forbidden")
        where = first["loc"]
        raise RecordError(file, key_of(where), reason_of(first), line(*where[:2]) if where else None) from None
    if fiscal_year is not None and record.fiscal_year != fiscal_year:
        reason = f"{full_name(fiscal_year)}の記録のはずですが、{record.name}の記録です"
        raise RecordError(file, "fiscal_year", reason, line("fiscal_year"))
    if seal != sha256(_write(record.model_dump(mode="json"))):
        reason = "中身が、書き出したときと違います（手で書きかえられています）"
        raise RecordError(file, SEAL, reason, line(SEAL))
    return record


def _content_of(file: Path, text: str) -> dict[str, object]:
    try:
        content = json.loads(text, object_pairs_hook=_told_once)
    except _ToldTwice as error:
        raise RecordError(file, str(error), "同じキーが2回あります") from None
    except json.JSONDecodeError as error:
        reason = "JSON として正しくありません（途中で切れたか、手で書きかえられています）"
        where = f"{error.lineno}行目の{error.colno}文字目"
        raise RecordError(file, where, reason, error.lineno) from None
    except (ValueError, RecursionError):
        raise RecordError(file, "", "JSON として正しくありません（大きすぎる数か、深すぎる入れ子があります）") from None
    if not isinstance(content, dict):
        raise RecordError(file, "schema_version", f"この版のプログラムが読めるのは {SCHEMA_VERSION} だけです")
    return content


class _ToldTwice(Exception):
    """A key stands twice in an object, and programs differ in which they read."""


def _told_once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    content: dict[str, object] = {}
    for key, value in pairs:
        if key in content:
            raise _ToldTwice(key)
        content[key] = value
    return content


def _write(content: dict[str, object]) -> bytes:
    """JSON in which every item of a list has a line of its own, so that a diff reads well."""
    lines = []
    for key, value in content.items():
        if isinstance(value, list) and value:
            items = ",\n".join(f"    {_line(item)}" for item in value)
            lines.append(f"  {_line(key)}: [\n{items}\n  ]")
        else:
            lines.append(f"  {_line(key)}: {_line(value)}")
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
