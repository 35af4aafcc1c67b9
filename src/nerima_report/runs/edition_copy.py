"""The shipped templates → a copy for the office to change, so that the shipped ones stay to compare with."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from nerima_report.edition import shipped_templates
from nerima_report.errors import CannotProceed
from nerima_report.interruption import uninterrupted


def copy_templates(folder: Path) -> None:
    """Copy the shipped templates into a new folder, for the office to change. Raises CannotProceed if it is there."""
    if folder.exists():
        raise CannotProceed(
            f"同じ名前のフォルダーかファイルがあるので、何も写しませんでした。\n  場所: {folder}\n"
            "  別の名前を付けるか、要らないものなら消してから、もう一度実行してください。"
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    with uninterrupted(), tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as staged:
        shutil.copytree(shipped_templates(), Path(staged) / folder.name).replace(folder)
