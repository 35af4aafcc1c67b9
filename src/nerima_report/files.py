"""Names, patterns and folders → the files to read, and those passed over. Nothing is opened here."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable
from pathlib import Path

from nerima_report.workbooks import extended

# What else may be sent in answer to a form; anything else in a folder (Thumbs.db) is nobody's answer.
_TEXTS = (".doc", ".docx", ".rtf", ".odt", ".jtd", ".jtdc", ".txt", ".pdf", ".xdw", ".msg", ".eml", ".numbers")
_OTHER_DOCUMENTS = frozenset((*_TEXTS, ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".zip", ".7z", ".lzh"))
ROSTER = "roster.xlsx"
# What lies in a working folder and is no submission: what the tool made itself, and what is hidden.
NOT_SEARCHED = r"\..*|forms|out|records"


def find_workbooks(names: Iterable[str | Path], leaving_out: str = NOT_SEARCHED) -> tuple[list[Path], list[Path]]:
    """The files behind names, patterns (expanded here too, for Windows) and folders, and those passed over.

    Folders are searched with all folders in them, except those whose name matches `leaving_out`. Passed over
    are the lock files that Excel leaves while a workbook is open (`~$…`) and, in folders, other documents,
    which somebody may have sent instead of a workbook. A name behind which nothing lies stays in the list,
    so that it becomes a finding, and so does all that a spreadsheet program writes: an .ods in the inbox is
    a submission that somebody believes to have made.
    """
    found: dict[Path, None] = {}
    others: dict[Path, None] = {}
    unmatched: list[Path] = []
    for name in names:
        path = Path(name)
        inside = _files_in(path, leaving_out)
        if inside or (inside is not None and not is_spreadsheet(path)):
            found.update(dict.fromkeys(f for f in inside if _is_submission(f)))
            others.update(dict.fromkeys(file for file in inside if file.suffix.lower() in _OTHER_DOCUMENTS))
        elif not os.path.exists(extended(path)) and glob.has_magic(str(name)):  # noqa: PTH110 (Path.exists may raise)
            matches = sorted(glob.glob(str(name)))  # noqa: PTH207
            found.update(dict.fromkeys(map(Path, matches)))
            unmatched += [] if matches else [path]
        else:
            found[path] = None
    found.update(dict.fromkeys(unmatched if found else ()))  # a slip beside what was found is told of, too
    locks = [path for path in found if is_lock_file(path)]
    return [path for path in found if path not in locks], [*locks, *(path for path in others if path not in found)]


def searched_folders(names: Iterable[str | Path]) -> list[Path]:
    """The folders among the names, which find_workbooks searches with all folders in them."""
    return [Path(name) for name in names if os.path.isdir(extended(Path(name)))]  # noqa: PTH112 (Path.is_dir may raise)


def _is_submission(path: Path) -> bool:
    """Whether a file in a folder is to be read, or a folder in it cannot be looked into."""
    return path.name != ROSTER if is_spreadsheet(path) else os.path.isdir(extended(path))  # noqa: PTH112


def is_lock_file(path: Path) -> bool:
    """Whether Excel leaves a file of this name while a workbook is open."""
    return path.name.startswith("~$")


def _files_in(folder: Path, leaving_out: str) -> list[Path] | None:
    """The files in a folder and in the folders in it; None if it is no folder, or cannot be looked into.

    What is named like a workbook counts as a file, also if it is a folder.
    """
    try:
        root = extended(folder, always=True)
        os.listdir(root)  # noqa: PTH208 (the name may carry a prefix that Path would change)
    except (OSError, ValueError):
        return None
    files: list[Path] = []
    closed: list[Path] = []
    seen: set[str] = set()

    def place_of(found: str) -> Path:
        return folder / found[len(root) :].lstrip(os.sep)

    for path, folders, names in os.walk(root, followlinks=True, onerror=lambda e: closed.append(place_of(e.filename))):
        inner = sorted(name for name in folders if not re.fullmatch(leaving_out, name))
        inner = [] if os.path.realpath(path) in seen else inner  # a link that leads back
        seen.add(os.path.realpath(path))
        folders[:] = [name for name in inner if not is_spreadsheet(Path(name))]
        files += (place_of(path) / name for name in sorted({*names, *inner} - {*folders}))
    return [*files, *closed]


def is_spreadsheet(path: Path) -> bool:
    """Whether spreadsheet programs write files of this name."""
    ending = path.suffix.lower()
    return ending.startswith(".xls") or ending in (".ods", ".csv")
