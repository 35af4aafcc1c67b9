"""Files that are no workbooks, and workbooks that are packed to do harm."""

from __future__ import annotations

import io
import os
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

from hostile_packages import Hostile, Parts, change_directory, pack, package, packed, packed_bytes, written
from nerima_report.workbooks import Reason

ROOT = Path(__file__).resolve().parents[3]
COMPOUND_FILE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)
LOCAL_FLAGS, FLAGS, CRC, PACKED_SIZE, SIZE, OFFSET = 6, 8, 16, 20, 24, 42  # fields of a line in the directory


def compound(*streams: str) -> bytes:
    """An OLE container with streams of these names, as far as a name is looked for."""
    return COMPOUND_FILE + b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in streams) + bytes(4096)


def spoilt(name: str, reason: Reason | str, change: Callable[[bytes], bytes]) -> Hostile:
    """A sound workbook whose bytes are changed."""

    def make(folder: Path) -> Path:
        path = folder / f"{name}.xlsx"
        path.write_bytes(change(packed_bytes(package(), folder)))
        return path

    return Hostile(name, make, reason)


def special(name: str, reason: Reason | str, make: Callable[[Path], None]) -> Hostile:
    """Something in the folder that is no ordinary file."""

    def make_it(folder: Path) -> Path:
        make(folder / f"{name}.xlsx")
        return folder / f"{name}.xlsx"

    return Hostile(name, make_it, reason)


def _with(name: str, content: bytes | str = b"x") -> Callable[[], Parts]:
    return lambda: package() | {name: content}


def _twice(first: str, second: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = pack(folder / f"twice-{first.replace('/', '-')}.xlsx", package())
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr(second, "again")
        return path

    return make


def _overlapping(folder: Path) -> Path:
    path = pack(folder / "overlapping.xlsx", package() | {"a.bin": b"x" * 999, "b.bin": b"x" * 999}, zipfile.ZIP_STORED)
    with zipfile.ZipFile(path) as archive:
        offset = archive.getinfo("a.bin").header_offset
    path.write_bytes(change_directory(path.read_bytes(), "b.bin", OFFSET, "<I", offset))
    return path


def _method(method: int) -> Callable[[Path], Path]:
    return lambda folder: pack(folder / f"method-{method}.xlsx", package(), method)


def _nested() -> bytes:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(20):
            archive.writestr(f"{number}.bin", bytes(10**7))
    return inner.getvalue()


def _directory_of_a_million() -> bytes:
    line = b"PK\x01\x02" + bytes(42)
    return b"PK\x03\x04" + line * 400_000 + b"PK\x05\x06" + bytes(18)


def _noise(size: int) -> bytes:
    return random.Random(7).randbytes(size)


def _page(text: str) -> Callable[[], bytes]:
    return lambda: text.encode()


CONTAINERS: tuple[Hostile, ...] = (
    special("nothing-there", "missing", lambda path: None),
    special("no-bytes", "empty", lambda path: path.touch()),
    special("folder", "not-a-file", lambda path: path.mkdir()),
    special("loop", "missing", lambda path: path.symlink_to(path)),
    special("broken-link", "missing", lambda path: path.symlink_to(path.with_name("gone"))),
    Hostile("name-too-long", lambda folder: folder / ("長" * 300 + ".xlsx"), "missing"),
    written("larger-than-20-MB", "too-large", lambda: b"PK\x03\x04" + bytes(21 * 2**20)),
    written("old-excel", "old-excel", lambda: compound("Root Entry", "Workbook")),
    written("excel-5", "old-excel", lambda: compound("Root Entry", "Book")),
    written("encrypted", "encrypted", lambda: compound("Root Entry", "EncryptionInfo", "EncryptedPackage")),
    written("old-word", "old-or-encrypted", lambda: compound("Root Entry", "WordDocument")),
    written("web-page", "html", _page("<!DOCTYPE html>\n<html><table><tr><td>1</td></tr></table></html>")),
    written(
        "web-page-as-excel", "html", _page('\ufeff<meta charset="utf-8"><html xmlns:x="urn:x"><body></body></html>')
    ),
    written("pdf", "pdf", _page("%PDF-1.7\n%âãÏÓ\n1 0 obj")),
    written("csv", "text", _page("課,件数\n総務課,3\n")),
    written("csv-shift-jis", "text", lambda: "課,件数\r\n総務課,3\r\n".encode("cp932")),
    written("csv-utf-16", "text", lambda: "課\t件数\r\n".encode("utf-16")),
    written("excel-2003-xml", "text", _page('<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com"/>')),
    written("noise", "not-xlsx", lambda: b"\x00\x01" + _noise(5000)),
    written("picture", "not-xlsx", lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + _noise(3000)),
    written("zip-of-nothing", "not-xlsx", lambda: b"PK\x05\x06" + bytes(18)),
    written("zip-in-name-only", "broken", lambda: b"PK\x03\x04" + _noise(3000)),
    written("directory-of-a-million", "beyond-limit", _directory_of_a_million),
    written("word", "not-xlsx", lambda: (ROOT / "templates" / "reference.docx").read_bytes()),
    packed("open-document", "not-xlsx", lambda: {"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}),
    packed("binary-workbook", "not-xlsx", lambda: {"[Content_Types].xml": "<Types/>", "xl/workbook.bin": b"\x83\x01"}),
    packed("bomb-by-ratio", "suspicious-archive", _with("xl/media/a.bin", bytes(30 * 2**20))),
    packed("bomb-in-one-part", "too-large", _with("xl/media/a.bin", bytes(65 * 2**20))),
    packed("bomb-in-all", "too-large", lambda: package() | {f"{n}.bin": bytes(30 * 2**20) for n in range(5)}),
    packed("bomb-in-a-bomb", "", lambda: package() | {"xl/embeddings/a.zip": _nested()}),
    packed("many-parts", "beyond-limit", lambda: package() | {f"xl/media/{n}.bin": b"" for n in range(3000)}),
    packed("absolute-name", "suspicious-archive", _with("/etc/passwd")),
    packed("name-above", "suspicious-archive", _with("xl/../../above.xml")),
    packed("name-above-in-windows", "suspicious-archive", _with("xl\\..\\..\\above.xml")),
    packed("drive-in-name", "suspicious-archive", _with("C:/above.xml")),
    Hostile("same-name-twice", _twice("xl/workbook.xml", "xl/workbook.xml"), "suspicious-archive"),
    Hostile("same-name-in-capitals", _twice("xl/styles.xml", "xl/Styles.xml"), "suspicious-archive"),
    Hostile("overlapping", _overlapping, "suspicious-archive"),
    Hostile("bzip2", _method(zipfile.ZIP_BZIP2), "suspicious-archive"),
    Hostile("lzma", _method(zipfile.ZIP_LZMA), "suspicious-archive"),
    spoilt(
        "flag-of-encryption", "suspicious-archive", lambda d: change_directory(d, "xl/workbook.xml", FLAGS, "<H", 1)
    ),
    spoilt("wrong-checksum", "broken", lambda d: change_directory(d, "xl/workbook.xml", CRC, "<I", 7)),
    spoilt("size-too-small", "broken", lambda d: change_directory(d, "xl/workbook.xml", SIZE, "<I", 9)),
    spoilt("size-too-large", "", lambda d: change_directory(d, "xl/workbook.xml", SIZE, "<I", 10**6)),
    spoilt("part-beyond-the-end", "broken", lambda d: change_directory(d, "xl/workbook.xml", OFFSET, "<I", 10**8)),
    spoilt("cut-in-the-middle", "broken", lambda d: d[: len(d) // 2]),
    spoilt("without-its-end", "broken", lambda d: d[:-12]),
    spoilt("bytes-before", "not-xlsx", lambda d: b"\0\0\0\0" + d),
    spoilt("bytes-after", "", lambda d: d + b"and so on"),
)

# What some systems or users cannot make.
if hasattr(os, "mkfifo"):
    CONTAINERS += (special("pipe", "not-a-file", os.mkfifo),)
if Path("/dev/zero").exists():
    CONTAINERS += (special("endless-device", "not-a-file", lambda path: path.symlink_to("/dev/zero")),)


def _forbidden(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04")
    path.chmod(0)


if hasattr(os, "geteuid") and os.geteuid() != 0:  # nothing is forbidden to root
    CONTAINERS += (special("forbidden", "missing", _forbidden),)
