"""The one kind of exception with which the tool says that it cannot proceed.

Bad data is never an exception: it is a finding. These exceptions mean that there is nothing
sensible to go on with (no such folder, a broken definition, a file open in Word). Only cli/
catches them, prints their message and exits with 2.
"""

from __future__ import annotations

from pathlib import Path


class CannotProceed(Exception):
    """The tool cannot proceed. The message is one or more polite Japanese sentences for the clerk."""


class DefinitionError(CannotProceed):
    """A definition file or setting is broken: names the file, the key and the reason."""

    def __init__(self, file: Path, key: str, reason: str) -> None:
        """Say that `key` (such as `table[3].rows[2].label`, or `12行目`) in `file` is wrong."""
        self.file, self.key, self.reason = file, key, reason
        where = f"\n  箇所: {key}" if key else ""
        super().__init__(f"定義を読み込めません。\n  ファイル: {file}{where}\n  理由: {reason}")
