"""A stand-in for the embeddable package of CPython, which cannot be had everywhere: the names of its files, no Python.

With it the layout for Windows is built and looked at file by file. It cannot run anything.
"""

from __future__ import annotations

import hashlib
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path

NAME = "python-3.14.2-embed-amd64.zip"
BINARIES = ("python.exe", "pythonw.exe", "python3.dll", "python314.dll", "vcruntime140.dll", "vcruntime140_1.dll")


def write_stand_in(folder: Path) -> tuple[Path, Path]:
    """Write the package and the data file that knows its hash; returns both."""
    package, known = folder / NAME, folder / "interpreters.toml"
    with zipfile.ZipFile(package, "w") as archive:
        for name in BINARIES:
            archive.writestr(name, small_binary())
        archive.writestr("python314.zip", b"")
        archive.writestr("python314._pth", b"python314.zip\r\n.\r\n\r\n#import site\r\n")
        archive.writestr("LICENSE.txt", b"A stand-in: no text.\r\n")
    digest = hashlib.sha512(package.read_bytes()).hexdigest()
    known.write_text(f'[[interpreter]]\nfile = "{NAME}"\nsha512 = "{digest}"\n', encoding="utf-8")
    return package, known


def small_binary(machine: int = 0x8664, imports: Sequence[str] = ()) -> bytes:
    """The headers of a PE file for a machine that imports some DLLs, in one section at address 0x1000."""
    head, section, address = 0x40, 0x200, 0x1000
    names_at = 20 * (len(imports) + 1)
    table, names = b"", b""
    for name in imports:
        table += struct.pack("<12xII", address + names_at + len(names), 0)
        names += name.encode("ascii") + b"\0"
    body = table + bytes(20) + names
    optional = struct.pack("<H", 0x20B) + bytes(118) + struct.pack("<II", address if imports else 0, len(table) + 20)
    optional = optional.ljust(240, b"\0")
    coff = struct.pack("<HH12xHH", machine, 1, len(optional), 0)
    sections = struct.pack("<8sIIII16x", b".rdata", len(body), address, len(body), section)
    start = b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", head)
    return (start + b"PE\0\0" + coff + optional + sections).ljust(section, b"\0") + body
