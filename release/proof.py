"""What is wrong with the layout of a bundle, found without running it: files, imports, requirements, licences."""

from __future__ import annotations

import ast
import struct
import sys
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from importlib.metadata import Distribution
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from components import components

LONGEST_PATH = 140  # characters inside the bundle: Explorer unpacks 260, the folder above included
AMD64 = 0x8664
# What the embeddable package leaves out of the standard library.
NOT_EMBEDDED = {"ensurepip", "idlelib", "lib2to3", "pydoc_data", "test", "tkinter", "turtle", "turtledemo", "venv"}
# DLLs that every Windows from 10 on has. The C++ runtime (msvcp140.dll) is none of them: wheels bring their own.
OF_WINDOWS = {
    "advapi32.dll", "bcrypt.dll", "bcryptprimitives.dll", "comctl32.dll", "comdlg32.dll", "crypt32.dll",
    "cryptbase.dll", "dbghelp.dll", "dwrite.dll", "gdi32.dll", "imm32.dll", "iphlpapi.dll", "kernel32.dll",
    "msvcrt.dll", "ntdll.dll",
    "ole32.dll", "oleaut32.dll", "pdh.dll", "powrprof.dll", "propsys.dll", "psapi.dll", "rpcrt4.dll", "secur32.dll",
    "setupapi.dll", "shell32.dll", "shlwapi.dll", "ucrtbase.dll", "user32.dll", "userenv.dll", "version.dll",
    "winmm.dll", "ws2_32.dll",
}  # fmt: skip
OF_CHARTS = {"matplotlib", "matplotlib_fontja"}
BINARIES = (".pyd", ".dll", ".exe")


def faults(bundle: Path, target: str, python: str, *, charts: bool = True) -> Iterator[str]:
    """Everything wrong with a bundle for a target (`windows` or `linux`) and the minor version of its Python.

    Without the charts, the tool may import what only they need: it says so and draws none.
    """
    files = sorted(file.relative_to(bundle) for file in bundle.rglob("*") if file.is_file())
    yield from path_faults(files)
    if target == "windows":
        yield from _binary_faults(bundle, files, python)
    yield from _import_faults(bundle, set() if charts else OF_CHARTS)
    yield from _requirement_faults(bundle, target, python)
    for part in components(bundle):
        if not part.licence or not part.files:
            yield f"{part.name}: no licence, or no text of it"


def path_faults(files: Sequence[Path]) -> Iterator[str]:
    """Files that Windows could not unpack, or not beside one another."""
    seen: dict[str, Path] = {}
    for file in files:
        if len(str(file)) > LONGEST_PATH:
            yield f"{file}: more than {LONGEST_PATH} characters"
        first = seen.setdefault(str(file).lower(), file)
        if first is not file:
            yield f"{file}: the same name as {first} on Windows"


def _binary_faults(bundle: Path, files: list[Path], python: str) -> Iterator[str]:
    """Binaries for another machine or Python, and DLLs that nothing brings."""
    tag = f".cp{python.replace('.', '')}-win_amd64"
    brought = {file.name.lower() for file in files if file.suffix == ".dll"}
    for file in files:
        if file.suffix == ".so":
            yield f"{file}: for Linux"
        if file.suffix.lower() not in BINARIES:
            continue
        binary = read_binary((bundle / file).read_bytes())
        if binary is None or binary.machine != AMD64:
            yield f"{file}: not for Windows x64"
            continue
        stated = file.name.removesuffix(".pyd").partition(".")[1:]  # nothing: it serves every Python 3 from some on
        if file.suffix == ".pyd" and "".join(stated) not in ("", tag):
            yield f"{file}: for another Python than {python}"
        for dll in binary.imports:
            known = dll in brought or dll in OF_WINDOWS or dll.startswith(("api-ms-win-", "ext-ms-win-"))
            if not known:
                yield f"{file}: needs {dll}, which is neither in the bundle nor part of Windows"


@dataclass(frozen=True)
class Binary:
    """A program or library for Windows: the machine it is for, and the DLLs it cannot be loaded without."""

    machine: int
    imports: tuple[str, ...]


def read_binary(data: bytes) -> Binary | None:
    """Read the headers of a PE file (Microsoft PE Format); None for any other file."""
    try:
        (start,) = struct.unpack_from("<I", data, 0x3C)
        if data[:2] != b"MZ" or data[start : start + 4] != b"PE\0\0":
            return None
        machine, sections, optional_size = struct.unpack_from("<HH12xH", data, start + 4)
        optional = start + 24
        directories = {0x20B: 112, 0x10B: 96}[struct.unpack_from("<H", data, optional)[0]]
        (imports,) = struct.unpack_from("<I", data, optional + directories + 8)
        table = [struct.unpack_from("<8xIIII", data, optional + optional_size + 40 * n) for n in range(sections)]

        def at(address: int) -> int:
            """Where in the file stands what will be loaded at an address."""
            offsets = (raw + address - start for size, start, _, raw in table if start <= address < start + size)
            return int(next(offsets))

        names = []
        entry = at(imports) if imports else None
        while entry is not None and (name := struct.unpack_from("<12xI", data, entry)[0]):
            place = at(name)
            names.append(data[place : data.index(b"\0", place)].decode("ascii").lower())
            entry += 20
    except (struct.error, KeyError, StopIteration, ValueError):
        return None
    return Binary(machine, tuple(names))


def _import_faults(bundle: Path, left_out: AbstractSet[str]) -> Iterator[str]:
    """Imports of the tool, at the top of a module or inside a function, that would find nothing."""
    app = bundle / "app"
    files = [*(app / "nerima_report").rglob("*.py"), *app.glob("nerima_report_desktop.py")]
    if not files:
        yield "app/nerima_report: not there"
    for file in sorted(files):
        for module in sorted(set(_imported(ast.parse(file.read_bytes())))):
            top = module.partition(".")[0]
            standard = top in sys.stdlib_module_names and top not in NOT_EMBEDDED
            if not standard and top not in left_out and not _is_module(app, module):
                yield f"{file.relative_to(bundle)}: imports {module}, which is not there"


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def _is_module(app: Path, module: str) -> bool:
    place = app.joinpath(*module.split("."))
    files = (file for suffix in (".py", ".pyd", ".*.pyd", ".*.so") for file in place.parent.glob(place.name + suffix))
    return place.is_dir() or any(files)


def _requirement_faults(bundle: Path, target: str, python: str) -> Iterator[str]:
    """Distributions that another one needs on the target, and that are missing or of another version."""
    system = {"windows": ("win32", "Windows", "nt"), "linux": ("linux", "Linux", "posix")}[target]
    environment = {key: str(value) for key, value in default_environment().items()}
    environment |= dict(zip(("sys_platform", "platform_system", "os_name"), system, strict=True))
    environment |= {"python_version": python, "python_full_version": f"{python}.0", "extra": ""}
    environment |= {"platform_machine": "AMD64"} if target == "windows" else {}
    there = [Distribution.at(folder) for folder in (bundle / "app").glob("*.dist-info")]
    versions = {canonicalize_name(one.metadata["Name"]): one.version for one in there}
    for one in sorted(there, key=lambda one: one.metadata["Name"]):
        for needed in map(Requirement, one.requires or ()):
            if needed.marker is not None and not needed.marker.evaluate(environment):
                continue
            version = versions.get(canonicalize_name(needed.name))
            if version is None or not needed.specifier.contains(version, prereleases=True):
                yield f"{one.metadata['Name']}: needs {needed}, and {version or 'nothing'} is there"
