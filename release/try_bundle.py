"""Build the bundles and try them: the same bytes twice, the sample's report without a network, the layout for Windows.

The layout for Windows is built with a stand-in for CPython, so it is looked at and not run. Takes some minutes.
"""

from __future__ import annotations

import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from bundle import build, linux, windows
from stand_in import write_stand_in

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = {"sample_data": "2022", "sample_data/akebono": "2024"}  # of the ward, and of the invented city
OFFLINE = (["unshare", "--net"], ["unshare", "--map-root-user", "--net"])  # as root, and as anybody
REACHES_SOMETHING = "import socket; socket.create_connection(('192.0.2.1', 9), 1)"


def main() -> None:
    """Try everything; ends with an error at the first thing that is not so."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        first = build(linux(), charts=True, out=folder / "first")
        second = build(linux(), charts=True, out=folder / "second")
        must(filecmp.cmp(first, second, shallow=False), "built twice, the bundle has the same bytes")
        makes_the_report(first, folder)
        (folder / "stand-in").mkdir()
        for charts in (True, False):
            made = build(windows(*write_stand_in(folder / "stand-in")), charts=charts, out=folder)
            print(f"ok: {made.name} is in order file by file: {made.stat().st_size / 2**20:.1f} MiB without CPython")


def makes_the_report(packed: Path, folder: Path) -> None:
    """Offline and under a path with blanks and Japanese, the bundle makes the reports that the sources make."""
    place = folder / "道具 と 見本"
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(place)
    (bundle,) = place.iterdir()
    # A Python that has nothing installed: whatever the bundle lacks would be missing.
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "bare"], check=True)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    bare = clean | {"PYTHON": str(folder / "bare" / "bin" / "python"), "PYTHONDONTWRITEBYTECODE": "1"}
    sources = clean | {"PYTHONPATH": str(ROOT / "src")}
    shutil.copytree(bundle / "sample_data", folder / "sources" / "sample_data")
    for sample, year in SAMPLES.items():
        words = ["-C", sample, "build", year]
        subprocess.run([*offline(), "sh", "nerima-report", *words], cwd=bundle, env=bare, check=True)
        command = [sys.executable, "-m", "nerima_report", *words]
        subprocess.run(command, cwd=folder / "sources", env=sources, check=True, stdout=subprocess.DEVNULL)
        made, expected = (contents(place / sample / "out" / year) for place in (bundle, folder / "sources"))
        must(len(expected) > 5 and made == expected, f"its report of {sample} is that of the sources to the byte")


def offline() -> list[str]:
    """A command that runs another one without a network."""
    for command in OFFLINE:
        tried = subprocess.run([*command, sys.executable, "-c", REACHES_SOMETHING], capture_output=True, check=False)
        if b"Network is unreachable" in tried.stderr:
            return command
    sys.exit("the network cannot be turned off here: unshare is missing or not allowed")


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, by its path in it."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def must(holds: bool, what: str) -> None:
    """Say that something holds, or end."""
    if not holds:
        sys.exit(f"not so: {what}")
    print(f"ok: {what}", flush=True)


if __name__ == "__main__":
    main()
