"""The names by which files from outside are opened."""

from __future__ import annotations

import os
import sys
from pathlib import Path

# Windows refuses longer paths, unless they are written with a prefix; to folders it leaves still less room.
_LONGEST_WINDOWS_PATH = 247


def extended(path: Path, *, always: bool = False) -> str:
    """The name to open a file or folder by; on Windows also when it is too long for the ordinary form.

    `always` is for a folder that is searched: what lies deep inside it may have a longer name than itself.
    """
    name = os.path.abspath(path)  # noqa: PTH100 (Path.absolute keeps "..", which the prefix does not allow)
    short = len(name) <= _LONGEST_WINDOWS_PATH and not always
    if sys.platform != "win32" or short or name.startswith("\\\\?\\"):
        return name
    return f"\\\\?\\UNC\\{name[2:]}" if name.startswith("\\\\") else f"\\\\?\\{name}"
