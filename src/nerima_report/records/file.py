"""A record as a file: JSON in which every cell has a line of its own, sealed, and replaced only with a reason.

The seal shows that nobody changed the file by hand or cut it off; it is no secret, and proves no origin. It is computed
from the content, so a program that converts line endings (git on Windows) does not break it.

The JSON Schema of the file: `python -m nerima_report.records.file > docs/schemas/record.json`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from nerima_report.edition import Edition
from nerima_report.edition.toml import fault_of_content, key_of, reason_of
from nerima_report.errors import CannotProceed, ForeignRecord, NewerRecord, RecordError, newer_version_needed
from nerima_report.files import read_record_text, sha256
from nerima_report.fiscal_year import full_name
from nerima_report.records.lines import RecordLines, lines_of
from nerima_report.records.model import (
    FIRST_VERSION,
    REPORT,
    SCHEMA_VERSION,
    Record,
    RecordedChange,
    RecordedRevision,
)

SEAL = "seal"
# Keys that say nothing about the year itself; they are left out when two records are compared.
_APART = {"revisions", "program", "schema_version", "sources", "publication", "ways_done", "outputs", "municipality"}
MOST_SHOWN = 5  # changes that the refusal of a silent change names
_DESCRIPTION = (
    "公表した年度の記録（records/年度.json、out/年度/record.json）。"
    "schema_version が同じ間は、項目が減ることも、意味が変わることもない。"
)


def write_record(record: Record) -> bytes:
    """A record as UTF-8 JSON; the same record gives the same bytes."""
    content = _content(record)
    return _write(content | {SEAL: sha256(_write(content))})


def _content(record: Record) -> dict[str, object]:
    """What a record of its version says, without its seal."""
    return record.model_dump(mode="json", exclude=record.added_since)


class RecordFile(NamedTuple):
    """A record, the file it is in (with / on every system), and the lines of its content."""

    record: Record
    file: str
    lines: RecordLines


def read_record(file: Path, fiscal_year: int | None = None, edition: Edition | None = None) -> Record:
    """Read a record, which must be that of `fiscal_year`, made by `edition` and of its body, if these are given.

    Raises RecordError when it cannot be used, ForeignRecord where another edition made it, or it is of another body.
    """
    return open_record(file, fiscal_year, edition).record


def open_record(file: Path, fiscal_year: int | None = None, edition: Edition | None = None) -> RecordFile:
    """Read a record as `read_record` does, together with its lines, as they are in the file."""
    text = read_record_text(file)
    record = _record_of(file, text, fiscal_year)
    lines = lines_of(text)
    if edition is not None:
        _refuse_foreign(file, record, edition, lines)
    return RecordFile(record, file.as_posix(), lines)


def _refuse_foreign(file: Path, record: Record, edition: Edition, lines: RecordLines) -> None:
    """Raise ForeignRecord for a record that another edition made, or this one when it was that of another body."""
    if record.edition.name != edition.name:
        reason = f"ほかの定義「{record.edition.name}」で作った記録です（いま使っている定義は「{edition.name}」）"
        raise ForeignRecord(file, "edition.name", reason, lines.find("edition"))
    of, body = record.municipality, edition.municipality
    if of is not None and not body.is_called(of.name, of.code):
        reason = (
            f"ほかの団体「{of.name}」（{of.code}）の記録です（いまの定義は「{body.name}」（{body.code}））。"
            "団体の名前やコードが変わったのなら、前のものを municipality.toml の formerly に書いてください"
        )
        raise ForeignRecord(file, "municipality", reason, lines.find("municipality"))


def record_to_write(record: Record, file: Path) -> RecordFile:
    """A record that is not yet written to `file`, with the lines that it will have there."""
    return RecordFile(record, file.as_posix(), lines_of(write_record(record).decode()))


def _record_of(file: Path, text: str, fiscal_year: int | None) -> Record:
    content = _content_of(file, text)

    def line(*place: object) -> int | None:
        return lines_of(text).find(*place)

    version = content.get("schema_version")
    if isinstance(version, int) and version > SCHEMA_VERSION:
        reason = newer_version_needed(version, SCHEMA_VERSION, content.get("program"))
        raise NewerRecord(file, "schema_version", reason, line("schema_version"))
    if version not in range(FIRST_VERSION, SCHEMA_VERSION + 1):
        reason = f"この版のプログラムが読めるのは {FIRST_VERSION} から {SCHEMA_VERSION} までです"
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
    if seal != sha256(_write(_content(record))):
        reason = "中身が、書き出したときと違います（手で書きかえられています）"
        raise RecordError(file, SEAL, reason, line(SEAL))
    return record


def _content_of(file: Path, text: str) -> dict[str, object]:
    try:
        content = json.loads(text, object_pairs_hook=_without_repeated_keys)
    except _RepeatedKey as error:
        raise RecordError(file, str(error), "同じキーが2回あります") from None
    except json.JSONDecodeError as error:
        reason = "JSON として正しくありません（途中で切れたか、手で書きかえられています）"
        where = f"{error.lineno}行目の{error.colno}文字目"
        raise RecordError(file, where, reason, error.lineno) from None
    except (ValueError, RecursionError):
        raise RecordError(file, "", "JSON として正しくありません（大きすぎる数か、深すぎる入れ子があります）") from None
    if fault := fault_of_content(content):
        raise RecordError(file, key_of(fault.location), fault.reason)
    if not isinstance(content, dict):
        raise RecordError(file, "schema_version", "記録ではありません（schema_version がありません）")
    return content


class _RepeatedKey(Exception):
    """A key stands twice in an object. Programs differ in which of the two values they read."""


def _without_repeated_keys(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    content: dict[str, object] = {}
    for key, value in pairs:
        if key in content:
            raise _RepeatedKey(key)
        content[key] = value
    return content


def _write(content: dict[str, object]) -> bytes:
    """JSON in which every item of a list has a line of its own, so that diffs are readable."""
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


def record_schema() -> str:
    """The schema as JSON (draft 2020-12), with the descriptions of the model."""
    schema = Record.model_json_schema(mode="serialization")
    seal = {"type": "string", "pattern": "^[0-9a-f]{64}$",
            "description": "seal を除いた全体を、書き出したとおりに UTF-8 で並べたものの SHA-256。"}  # fmt: skip
    schema["properties"][SEAL] = seal
    schema["required"].append(SEAL)
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "記録（nerima-report）",
        "description": _DESCRIPTION,
    }
    return json.dumps(head | _plain({k: v for k, v in schema.items() if k not in head}), ensure_ascii=False, indent=2)


def _plain(schema: Any) -> Any:
    """The schema without titles and descriptions in English, which come from the code."""
    if isinstance(schema, list):
        return [_plain(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    # A property may be named title; then its value is a schema, not a text.
    return {
        key: _plain(value)
        for key, value in schema.items()
        if not (isinstance(value, str) and (key == "title" or (key == "description" and not _is_japanese(value))))
    }


def _is_japanese(text: str) -> bool:
    return re.search("[ぁ-ん一-龥]", text) is not None


if __name__ == "__main__":
    print(record_schema())


def revise(new: Record, published: Record | None, reason: str | None, today: date) -> Record | None:
    """The record to publish, or None when the same one is published already.

    A published record is replaced only with a reason. The new record keeps the reason, the day, the numbers that change
    and the hash of the record that it replaces. Raises CannotProceed without a reason, and for a draft.
    """
    if new.draft:
        raise CannotProceed("案は公表できません。--draft を付けずに build してから、もう一度実行してください。")
    if published is None:
        return new
    if says_the_same(new, published):
        return None
    changes = changed_numbers(published, new)
    if not reason:
        shown = "".join(f"\n    {change.about}: {change.before} → {change.after}" for change in changes[:MOST_SHOWN])
        more = f"\n    ほか{len(changes) - MOST_SHOWN}か所" if len(changes) > MOST_SHOWN else ""
        raise CannotProceed(
            f"{published.name}の記録は公表済みで、内容が違います。"
            f"{shown or '数は同じですが、もとのファイルか文が変わっています。'}{more}\n"
            '  公表したものを訂正するときは、--revise "理由" を付けて実行してください。理由は記録に残ります。'
        )
    revision = RecordedRevision(
        date=today.isoformat(),
        reason=reason,
        changes=tuple(changes),
        replaces_sha256=sha256(write_record(published)),
    )
    return new.model_copy(update={"revisions": (*published.revisions, revision)})


def says_the_same(new: Record, published: Record) -> bool:
    """Whether two records say the same of their year: the same content, and the same report.

    Of the files made with them only the report counts. The audit list also says where the work stood when it was made
    (what was not merged yet, what differed from the record that was then published).
    """
    return _about_the_year(new) == _about_the_year(published)


def _about_the_year(record: Record) -> tuple[dict[str, Any], dict[str, str]]:
    report = {
        name: digest
        for name, digest in record.vouched.items()
        if Path(name).stem == REPORT and Path(name).suffix != ".pdf"  # no two PDFs are the same to the byte
    }
    return record.model_dump(exclude=_APART), report


def changed_numbers(old: Record, new: Record) -> list[RecordedChange]:
    """The cells and figures in which two records of a year differ."""
    before, after = _numbers(old), _numbers(new)
    return [
        RecordedChange(about=name, before=before.get(name), after=after.get(name))
        for name in {**before, **after}
        if before.get(name) != after.get(name)
    ]


def _numbers(record: Record) -> dict[str, int | str | None]:
    cells: dict[str, int | str | None] = {" ".join(filter(None, key)): value for key, value in record.values.items()}
    totals = {f"{key.table} {key.column}": total for key, total in record.totals.items()}
    shares = {f"{' '.join(filter(None, share.key))}（割合）": share.value for share in record.printed_shares}
    return cells | totals | shares | {figure.figure: figure.value for figure in record.figures}
