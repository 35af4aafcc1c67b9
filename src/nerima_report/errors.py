"""The one kind of exception with which the tool says that it cannot proceed.

Bad data is never an exception: it is a finding. These exceptions mean that there is nothing
sensible to go on with (no such folder, a broken definition, a file open in Word). Only cli/
catches them, prints their message and exits with 2.
"""

from __future__ import annotations

import re
from pathlib import Path

from nerima_report import __version__


class CannotProceed(Exception):
    """The tool cannot proceed. The message is one or more polite Japanese sentences for the clerk."""


class DefinitionError(CannotProceed):
    """A definition file or setting is broken: names the file, the key and the reason."""

    def __init__(self, file: Path, key: str, reason: str) -> None:
        """Say that `key` (such as `table[3].rows[2].label`, or `12行目`) in `file` is wrong."""
        self.file, self.key, self.reason = file, key, reason
        where = f"\n  箇所: {key}" if key else ""
        super().__init__(f"定義を読み込めません。\n  ファイル: {file}{where}\n  理由: {reason}")


class RecordError(CannotProceed):
    """A record cannot be used: names the file, the key, its line if that is known, and the reason."""

    advice = (
        "\n  記録は手で直さず、バージョン管理などからもとに戻すか、作り直してください"
        "（build と publish、または record import）。"
    )

    def __init__(self, file: Path, key: str, reason: str, line: int | None = None) -> None:
        """Say that `key` (such as `cells[3].value`) in `file` is wrong."""
        self.file, self.key, self.reason, self.line = file, key, reason, line
        at = f"（{line}行目）" if line and "行目" not in key else ""
        where = f"\n  箇所: {key}{at}" if key else ""
        super().__init__(f"記録を使えません。\n  ファイル: {file}{where}\n  理由: {reason}{self.advice}")


class NewerRecord(RecordError):
    """A record that only a newer version of the program can read; there is nothing wrong with it."""

    advice = ""


class ForeignRecord(RecordError):
    """A record that another edition made, perhaps of another body; its numbers are not those of this one."""

    advice = (
        "\n  使う定義は、nerima-report.toml の templates と edition（または --templates）で決まります。"
        "別の団体の記録なら、その団体の作業フォルダーに移してください。"
    )


class MasterError(CannotProceed):
    """A file of registers/ cannot be used: names the file, the line, the column and the reason."""

    advice = "\n  その箇所を直すか、バージョン管理などからもとに戻してください。"

    def __init__(self, file: Path, line: int, column: str, reason: str) -> None:
        """Say what is wrong in a line (0: of the whole file) and column ('': of the whole line)."""
        self.file, self.line, self.column, self.reason = file, line, column, reason
        where = "、".join(filter(None, (f"{line}行目" if line else "", f"「{column}」の列" if column else "")))
        where = f"  箇所: {where}\n" if where else ""
        super().__init__(f"登録簿の台帳を使えません。\n  ファイル: {file}\n{where}  理由: {reason}{self.advice}")


class NewerMasters(MasterError):
    """The registers are of a form that only a newer version of the program can read; nothing is wrong with them."""

    advice = ""


def newer_version_needed(schema_version: int, readable: int, program: object) -> str:
    """Why a file cannot be read by this version of the program, and which version reads it.

    `program` is the version that wrote the file, as the file says (0.2.0 or nerima-report 0.2.0; anything else is
    not repeated).
    """
    written_by = re.fullmatch(r"(?:nerima-report )?(\d[\w.]*)", program) if isinstance(program, str) else None
    needed = f"nerima-report {written_by[1]} か、それより" if written_by else "もっと"
    return (
        f"形の版が {schema_version} で、この nerima-report {__version__} が読めるのは {readable} までです。\n"
        f"  {needed}新しいものに入れかえてから、もう一度実行してください。ファイルは直さないでください。"
    )
