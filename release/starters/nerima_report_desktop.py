"""What a double click on nerima-report.cmd does, and what files dropped on it do."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

BUNDLE = Path(__file__).resolve().parents[1]
STARTER = "nerima-report.cmd"
SETTINGS = "nerima-report.toml"
SAMPLE = "sample_data"
GUIDE = "手引き.html"


def main() -> None:
    """Check what was dropped; without anything, show where the season stands and leave a window for commands."""
    dropped = dropped_on(os.environ.pop("NERIMA_REPORT_STARTED_BY", ""))
    folders = working_folders(BUNDLE)
    folder = folders[0] if len(folders) == 1 else BUNDLE.parent
    if dropped:
        _run(["validate", *dropped], folder)
        input("\nEnter キーを押すと、この窓を閉じます。")
        return
    if len(folders) > 1:
        print("作業フォルダーがいくつかあります。使うものを、つぎのように打って選んでください。")
        print(*(f'  pushd "{one}"' for one in folders), sep="\n")
    else:
        _run([], folder)
        if not folders:
            print(f"\nはじめての方は、手引きをご覧ください: {BUNDLE / GUIDE}")
    _open_command_line(folder)


def dropped_on(line: str) -> list[str]:
    """The paths that Explorer wrote behind the starter in the line with which it started cmd.exe."""
    _, starter, behind = line.partition(STARTER)
    if not starter:
        return []
    behind = behind.removeprefix('"').rstrip().removesuffix('"')
    return [inside or bare for inside, bare in re.findall(r'"([^"]+)"|([^\s"]+)', behind)]


def working_folders(bundle: Path) -> list[Path]:
    """The working folders beside the bundle and in it, but for the sample."""
    places = [*bundle.parent.glob(f"*/{SETTINGS}"), *bundle.glob(f"*/{SETTINGS}")]
    return sorted({place.parent for place in places if place.parent.name != SAMPLE})


def _run(arguments: list[str], folder: Path) -> None:
    subprocess.run([sys.executable, "-m", "nerima_report", *arguments], cwd=folder, check=False)


def _open_command_line(folder: Path) -> None:
    """Leave a window in which `nerima-report` can be typed; the PATH of the machine stays as it is.

    cmd.exe cannot start in a folder of the network; with pushd it gives such a folder a letter.
    """
    shell = os.environ.get("COMSPEC", "cmd.exe")
    path = os.pathsep.join([str(BUNDLE), os.environ.get("PATH", "")])
    subprocess.run(f'"{shell}" /k pushd "{folder}"', env=os.environ | {"PATH": path}, check=False)


if __name__ == "__main__":
    main()
