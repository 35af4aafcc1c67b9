"""A zip with everything that running needs: unpacked anywhere, it works without network, registry or administrator.

    python release/bundle.py windows --embedded python-3.14.2-embed-amd64.zip
    python release/bundle.py linux

The same sources and locks make the same bytes with the same Python, whose zlib packs them. The layout for Linux is the
same but for the interpreter, which is that of the machine: with it the continuous integration runs what the layout for
Windows can only be looked at for.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from components import components, interpreter, licences, sbom
from guide_page import guide_pages
from proof import faults

ROOT = Path(__file__).resolve().parents[1]
STARTERS = ROOT / "release" / "starters"
INTERPRETERS = ROOT / "release" / "interpreters.toml"
DOCUMENTS = ("README.md", "CHANGELOG.md", "LICENSE", "SECURITY.md", "docs", "sample_data")
MEBIBYTE = 1024 * 1024
LARGEST = {True: 100 * MEBIBYTE, False: 75 * MEBIBYTE}  # of the zip, with the charts and without
EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip can express
NOTES_OF_INSTALLERS = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json")


class CannotBuild(Exception):
    """The bundle cannot be made, and why."""


@dataclass(frozen=True)
class Target:
    """The machine a bundle is for. `python` is the minor version of its interpreter; `embedded` the zip with it."""

    name: str
    python: str
    starters: tuple[str, ...]
    embedded: Path | None = None
    platform: str = ""  # as uv names it; '' is this machine


def main() -> None:
    """Build the bundle that the command line asks for, and say what it is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", choices=("windows", "linux"))
    parser.add_argument("--embedded", type=Path, help="the embeddable package of CPython for Windows x64")
    parser.add_argument("--without-charts", action="store_true", help="leave out matplotlib and what it needs")
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="the folder for the zip (default: dist)")
    arguments = parser.parse_args()
    try:
        target = windows(arguments.embedded, INTERPRETERS) if arguments.target == "windows" else linux()
        bundle = build(target, charts=not arguments.without_charts, out=arguments.out)
    except CannotBuild as reason:
        sys.exit(f"bundle: {reason}")
    except subprocess.CalledProcessError as failed:
        sys.exit(f"bundle: {failed.cmd[0]} ended with {failed.returncode}")
    print(f"{bundle}  {bundle.stat().st_size / MEBIBYTE:.1f} MiB  sha256 {digest(bundle, 'sha256')}")
    print(f"Python: {target.embedded or f'{target.python} of the machine that runs it'}")


def windows(embedded: Path | None, known: Path) -> Target:
    """Windows x64 with an embeddable package, which must be one of those in a data file.

    Raises:
        CannotBuild: no package is named, it is not there, not known, or not what the data file says.
    """
    names = {one["file"]: one["sha512"] for one in tomllib.loads(known.read_text(encoding="utf-8"))["interpreter"]}
    if embedded is None:
        raise CannotBuild(f"name the embeddable package of CPython: make bundle EMBEDDED={next(iter(names))}")
    version = re.fullmatch(r"python-(\d+\.\d+)\.\d+-embed-amd64\.zip", embedded.name)
    if version is None or embedded.name not in names:
        raise CannotBuild(f"{embedded.name} is not in {known.name}, which has {', '.join(names)}")
    if not embedded.is_file():
        raise CannotBuild(f"{embedded} is not there")
    if digest(embedded, "sha512") != names[embedded.name]:
        raise CannotBuild(f"{embedded} is not the file that {known.name} has: its SHA-512 differs")
    starters = ("nerima-report.cmd", "はじめに.txt")
    return Target("windows", version[1], starters, embedded, "x86_64-pc-windows-msvc")


def linux() -> Target:
    """The machine that builds, with the minor version of the Python that runs here."""
    return Target("linux", f"{sys.version_info.major}.{sys.version_info.minor}", ("nerima-report",))


def build(target: Target, *, charts: bool, out: Path) -> Path:
    """Make the zip of a target; it is written only when nothing is wrong with what is in it.

    Raises:
        CannotBuild: something is missing in it, does not fit the target, or is too large.
    """
    version = tool_version()
    name = f"nerima-report-{version}-{target.name}{'' if charts else '-nocharts'}"
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / name
        lay_out(folder, target, ROOT / ("requirements-charts.lock" if charts else "requirements.lock"))
        if found := list(faults(folder, target.name, target.python, charts=charts)):
            raise CannotBuild("\n".join(["what was built is not right:", *found]))
        packed = Path(scratch) / f"{name}.zip"
        pack(folder, packed)
        if packed.stat().st_size > LARGEST[charts]:
            raise CannotBuild(f"{packed.stat().st_size} bytes are more than {LARGEST[charts]}")
        out.mkdir(parents=True, exist_ok=True)
        return Path(shutil.move(packed, out / packed.name))


def lay_out(folder: Path, target: Target, lock: Path) -> None:
    """Put everything that a bundle holds into a folder."""
    app = folder / "app"
    install(lock, app, target)
    unpack_wheel(app)
    for note in (file for name in NOTES_OF_INSTALLERS for file in app.glob(f"*.dist-info/{name}")):
        note.unlink()
    for scripts in ("bin", "Scripts"):  # they start an interpreter by its place on the machine that built them
        shutil.rmtree(app / scripts, ignore_errors=True)
    for file in tracked(*DOCUMENTS):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / file, folder / file)
    for name, page in guide_pages().items():
        (folder / name).write_text(page, encoding="utf-8", newline="\n")
    for starter in target.starters:
        put_starter(STARTERS / starter, folder)
    parts = components(folder)
    if target.embedded:
        shutil.copyfile(STARTERS / "nerima_report_desktop.py", app / "nerima_report_desktop.py")
        unpack_interpreter(target.embedded, folder / "python")
        parts.append(interpreter(folder, target.embedded.name.split("-")[1]))
    (folder / "LICENCES.txt").write_text(licences(parts), encoding="utf-8", newline="\n")
    (folder / "sbom.json").write_text(sbom(parts, "nerima-report", tool_version()), encoding="utf-8", newline="\n")


def install(lock: Path, app: Path, target: Target) -> None:
    """Install a lock for a target that need not be this machine: uv takes the markers from the target."""
    platform = ["--python-platform", target.platform] if target.platform else []
    _run(
        *(sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps", "--require-hashes"),
        *("--link-mode", "copy", "--python-version", target.python, *platform, "--target", str(app), "-r", str(lock)),
    )


def unpack_wheel(app: Path) -> None:
    """Build the wheel of the tool and unpack it: a wheel of Python alone needs no other installing."""
    with tempfile.TemporaryDirectory() as scratch:
        build_distributions(Path(scratch), "wheel")
        (wheel,) = Path(scratch).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(app)


def build_distributions(folder: Path, *kinds: str) -> None:
    """Build distributions of the tool (`wheel`, `sdist`; both where none is named) with the locked build tools."""
    tools = [str(Path(sys.prefix) / "build-tools"), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(tools)}
    asked = [word for kind in kinds or ("sdist", "wheel") for word in ("--target", kind)]
    _run(sys.executable, "-m", "hatchling", "build", *asked, "-d", str(folder), environment=environment)


def unpack_interpreter(embedded: Path, folder: Path) -> None:
    """Unpack the embeddable package; its `._pth` then names the only folders that this Python looks in."""
    with zipfile.ZipFile(embedded) as archive:
        archive.extractall(folder)
    (paths,) = folder.glob("python*._pth")
    paths.write_bytes(f"{paths.stem}.zip\r\n.\r\n..\\app\r\n".encode("ascii"))


def put_starter(starter: Path, folder: Path) -> None:
    """Copy what starts the tool, with the line endings that its reader expects; Notepad also gets a BOM."""
    text = starter.read_bytes().replace(b"\r\n", b"\n")
    if starter.suffix in (".cmd", ".txt"):
        text = text.replace(b"\n", b"\r\n")
    if starter.suffix == ".txt":
        text = b"\xef\xbb\xbf" + text
    (folder / starter.name).write_bytes(text)


def pack(folder: Path, archive: Path) -> None:
    """Zip a folder so that the same files make the same bytes: sorted, without dates, with two kinds of rights."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as zipped:
        for file in sorted(file for file in folder.rglob("*") if file.is_file()):
            entry = zipfile.ZipInfo(file.relative_to(folder.parent).as_posix(), EPOCH)
            entry.create_system = 3  # Unix, wherever this runs: otherwise the rights would not count
            entry.compress_type = zipfile.ZIP_DEFLATED
            starts = file.parent == folder and file.suffix == "" and file.read_bytes().startswith(b"#!")
            entry.external_attr = (0o100755 if starts else 0o100644) << 16
            zipped.writestr(entry, file.read_bytes())


def tracked(*names: str) -> Iterator[Path]:
    """The files under version control in some places, relative to the root."""
    listed = subprocess.run(["git", "ls-files", "-z", *names], cwd=ROOT, capture_output=True, check=True).stdout
    return (Path(name) for name in listed.decode().split("\0") if name)


def tool_version() -> str:
    """The version of the tool, as the wheel has it."""
    text = (ROOT / "src" / "nerima_report" / "__init__.py").read_text(encoding="utf-8")
    (version,) = re.findall(r'__version__ = "(.+)"', text)
    return str(version)


def digest(file: Path, algorithm: str) -> str:
    """The hash of a file, in hexadecimal digits."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, algorithm).hexdigest()


def _run(*command: str, environment: dict[str, str] | None = None) -> None:
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
