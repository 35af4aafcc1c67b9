"""A release by one command: version, CHANGELOG, wheel and sdist, bundles, list of parts, hashes, commit and tag.

    python release/release.py 0.2.0 --embedded python-3.14.2-embed-amd64.zip

Everything is built before anything is committed; when something cannot be built, the files are as they were. Nothing is
published: the last line says what to push.
"""

from __future__ import annotations

import argparse
import datetime
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

from bundle import INTERPRETERS, ROOT, CannotBuild, Target, build, build_distributions, digest, windows

VERSION = ROOT / "src" / "nerima_report" / "__init__.py"
CHANGELOG = ROOT / "CHANGELOG.md"


def main() -> None:
    """Make the release that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("version")
    parser.add_argument("--embedded", type=Path, help="the embeddable package of CPython for Windows x64")
    parser.add_argument("--on", type=datetime.date.fromisoformat, default=datetime.date.today(), help="its date")
    arguments = parser.parse_args()
    try:
        target = windows(arguments.embedded, INTERPRETERS)
        if _git("status", "--porcelain"):
            raise CannotBuild("something is not committed yet")
        made = release(arguments.version, arguments.on, target)
    except CannotBuild as reason:
        sys.exit(f"release: {reason}")
    except subprocess.CalledProcessError as failed:
        sys.exit(f"release: {failed.cmd[0]} ended with {failed.returncode}")
    print(f"{made}: {', '.join(sorted(file.name for file in made.iterdir()))}")
    print(f"To publish: git push origin HEAD v{arguments.version}, and attach these files to the release.")


def release(version: str, on: datetime.date, target: Target) -> Path:
    """Write the version, build everything from it, commit and tag; returns the folder with the files.

    Raises:
        CannotBuild: the version, the CHANGELOG or a bundle is not as a release needs it; nothing has changed then.
    """
    before = {file: file.read_text(encoding="utf-8") for file in (VERSION, CHANGELOG)}
    after = {VERSION: with_version(before[VERSION], version), CHANGELOG: dated(before[CHANGELOG], version, on)}
    try:
        _write(after)
        made = make(version, target)
        _git("commit", "--quiet", "--message", f"Release {version}", "--", str(VERSION), str(CHANGELOG))
    except BaseException:
        _write(before)
        raise
    _git("tag", f"v{version}")
    return made


def with_version(text: str, version: str) -> str:
    """The text of the module that holds the version, with another one."""
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise CannotBuild(f"{version} is no version like 1.2.3")
    return re.sub(r'__version__ = ".+"', f'__version__ = "{version}"', text)


def dated(changelog: str, version: str, on: datetime.date) -> str:
    """The CHANGELOG, whose unreleased part becomes that of a version."""
    heading = re.compile(r"^## \S+ \(unreleased\)$", re.MULTILINE)
    if len(heading.findall(changelog)) != 1:
        raise CannotBuild("CHANGELOG.md must have one heading with (unreleased)")
    if f"## {version} (2" in changelog:
        raise CannotBuild(f"CHANGELOG.md already has {version}")
    return heading.sub(f"## {version} ({on.isoformat()})", changelog)


def make(version: str, target: Target) -> Path:
    """Build every file of a release into a folder of its own, with SHA256SUMS over them."""
    folder = ROOT / "dist" / version
    shutil.rmtree(folder, ignore_errors=True)
    build_distributions(folder)
    for charts in (False, True):
        bundle = build(target, charts=charts, out=folder)
    with zipfile.ZipFile(bundle) as archive:  # the larger one: it has all that the other has
        (folder / f"nerima-report-{version}.cdx.json").write_bytes(archive.read(f"{bundle.stem}/sbom.json"))
    lines = [f"{digest(file, 'sha256')}  {file.name}" for file in sorted(folder.iterdir())]
    (folder / "SHA256SUMS").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return folder


def _write(texts: Mapping[Path, str]) -> None:
    for file, text in texts.items():
        file.write_text(text, encoding="utf-8", newline="\n")


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=True, text=True).stdout


if __name__ == "__main__":
    main()
