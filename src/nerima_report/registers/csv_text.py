"""CSV as Excel and git both read it: UTF-8 with BOM, CRLF, one header; no text that a spreadsheet would compute."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

from nerima_report.errors import CannotProceed

# Far above any ward: 20,000 entries with long texts make some ten million bytes.
MOST_BYTES = 64 * 1024 * 1024
# What a spreadsheet program takes for a formula; an apostrophe in front says that it is a text.
_COMPUTED = re.compile(r"'*[=+\-@\t\r]")


class MasterError(CannotProceed):
    """A file of registers/ cannot be used: names the file, the line, the column and the reason."""

    def __init__(self, file: Path, line: int, column: str, reason: str) -> None:
        """Say what is wrong in a line (0: of the whole file) and column ('': of the whole line)."""
        self.file, self.line, self.column, self.reason = file, line, column, reason
        where = "、".join(filter(None, (f"{line}行目" if line else "", f"「{column}」の列" if column else "")))
        where = f"  箇所: {where}\n" if where else ""
        super().__init__(
            f"登録簿の台帳を使えません。\n  ファイル: {file}\n{where}  理由: {reason}\n"
            "  その箇所を直すか、バージョン管理などからもとに戻してください。"
        )


def write_csv(headings: Sequence[str], rows: Iterable[Iterable[object]]) -> bytes:
    """A CSV file with its header; None is an empty cell, a date is written as 2022-04-01."""
    return b"\xef\xbb\xbf" + write_lines([headings, *rows])


def write_lines(rows: Iterable[Iterable[object]]) -> bytes:
    """The lines alone, to be put behind others."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([_written(value) for value in row] for row in rows)
    return text.getvalue().encode()


def read_csv(file: Path, headings: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines of a CSV file with these headings, in any order: number of the line, texts by heading.

    Raises MasterError where the file is not what `write_csv` writes, or what Excel makes of it.
    """
    reader = csv.reader(io.StringIO(_text(file), newline=""), strict=True)
    order: list[str] = []
    first = 1
    while True:
        try:
            texts = next(reader, None)
        except csv.Error:
            raise MasterError(file, first, "", '引用符（"）が閉じていないか、余分にあります') from None
        line, first = first, reader.line_num + 1
        if texts is None:
            break
        if not any(text.strip() for text in texts):
            continue
        if not order:
            order = _headings(file, line, texts, headings)
        elif len(texts) < len(order) or any(text.strip() for text in texts[len(order) :]):
            raise MasterError(file, line, "", f"列の数が違います（見出しは {len(order)}、この行は {len(texts)}）")
        else:
            yield line, {heading: _read(text) for heading, text in zip(order, texts, strict=False)}
    if not order:
        raise MasterError(file, 0, "", "中身がありません")


def _headings(file: Path, line: int, texts: Sequence[str], wanted: Sequence[str]) -> list[str]:
    while texts and not texts[-1].strip():
        texts = texts[:-1]  # what Excel keeps of columns that were emptied
    found = [text.strip() for text in texts]
    for heading in found:
        if heading not in wanted:
            raise MasterError(file, line, heading, "知らない見出しです")
        if found.count(heading) > 1:
            raise MasterError(file, line, heading, "同じ見出しが2回あります")
    for heading in wanted:
        if heading not in found:
            raise MasterError(file, line, heading, "この見出しの列がありません")
    return found


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise MasterError(file, 0, "", f"ファイルが大きすぎます（{MOST_BYTES // 1024 // 1024} MB まで）")
        text = file.read_bytes().decode("utf-8-sig")
    except OSError:
        raise MasterError(file, 0, "", "ファイルを開けません") from None
    except UnicodeDecodeError:
        reason = "文字コードが UTF-8 ではありません。Excel では「CSV UTF-8（コンマ区切り）」で保存してください"
        raise MasterError(file, 0, "", reason) from None
    if "\0" in text:
        raise MasterError(file, text[: text.index("\0")].count("\n") + 1, "", "文字でないもの（NUL）があります")
    return text


def _written(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    return f"'{text}" if isinstance(value, str) and _COMPUTED.match(text) else text


def _read(text: str) -> str:
    return text[1:] if text.startswith("'") and _COMPUTED.match(text) else text.strip()
