"""Steps 1 and 2: what the file is by its first bytes, and whether its zip directory is sound.

Nothing is unpacked here.
"""

from __future__ import annotations

import io
import itertools
import re
import zipfile
from pathlib import Path

from nerima_report.files import NotRead, read_file
from nerima_report.workbooks import limits
from nerima_report.workbooks.limits import Refused
from nerima_report.workbooks.values import Reason

_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the container of .xls and of encrypted workbooks
# What a policy of the organisation encrypts, and not a password (MS-OFFCRYPTO 2.2): of a package, and of an .xls.
_RIGHTS_MANAGED = tuple(name.encode("utf-16-le") for name in ("DRMEncrypted", "DRMContent"))
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OLD_EXCEL = tuple(f"{name}\0".encode("utf-16-le") for name in ("Workbook", "Book"))
_LOCAL_HEADER_BYTES = 30  # of a zip entry, without its name and extra fields
_ENCRYPTION_FLAG = 0x1
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def read_bytes(path: Path) -> bytes:
    """The content of a file, read once: what is checked is what is then read. Raises Refused."""
    try:
        data = read_file(path, limits.MAX_FILE_BYTES)
    except NotRead as error:
        raise Refused("missing" if error.reason == "closed" else error.reason) from None
    if not data:
        raise Refused("empty")
    return data


def open_archive(data: bytes) -> zipfile.ZipFile:
    """The zip archive of a workbook, its directory within the limits. Raises Refused."""
    if not data.startswith(b"PK"):
        raise Refused(_kind_of(data))
    if data.count(b"PK\x01\x02") > 2 * limits.MAX_PARTS:  # before a directory of a million lines is read
        raise Refused("beyond-limit", limit="parts")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError):
        raise Refused("broken") from None
    _check_directory(archive.infolist())
    if "[Content_Types].xml" not in archive.namelist():
        raise Refused("not-xlsx")
    return archive


def _kind_of(data: bytes) -> Reason:
    """What a file that is no zip archive is: named where its first bytes say so."""
    if data.startswith(_COMPOUND_FILE):
        if any(name in data for name in _RIGHTS_MANAGED):
            return "rights-managed"
        if _ENCRYPTED in data:
            return "encrypted"
        return "old-excel" if any(name in data for name in _OLD_EXCEL) else "old-or-encrypted"
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(b"%pdf"):
        return "pdf"
    if head.startswith((b"<!doctype html", b"<html")) or (head.startswith(b"<") and b"<html" in head):
        return "html"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or not re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", data[:4096]):
        return "text"  # CSV and the like, in whatever encoding
    return "not-xlsx"


def _check_directory(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > limits.MAX_PARTS:
        raise Refused("beyond-limit", limit="parts")
    if sum(entry.file_size for entry in entries) > limits.MAX_UNPACKED_BYTES:
        raise Refused("too-large")
    for entry in entries:
        _check_entry(entry)
    names = [entry.filename.lower() for entry in entries]  # names of parts differ by more than their case
    if len(set(names)) < len(names) or _overlap(entries):
        raise Refused("suspicious-archive")


def _check_entry(entry: zipfile.ZipInfo) -> None:
    if entry.file_size > limits.MAX_PART_BYTES:
        raise Refused("too-large", part=entry.filename)
    ratio = entry.file_size / max(entry.compress_size, 1)
    bomb = entry.file_size > limits.RATIO_FROM_BYTES and ratio > limits.MAX_RATIO
    name = entry.filename.replace("\\", "/")
    outside = name.startswith("/") or ":" in name.partition("/")[0] or ".." in name.split("/")
    unknown = entry.compress_type not in _PACKED or entry.flag_bits & _ENCRYPTION_FLAG
    if bomb or outside or unknown:
        raise Refused("suspicious-archive", part=entry.filename)


def _overlap(entries: list[zipfile.ZipInfo]) -> bool:
    """Whether two entries share bytes of the file, as in bombs that pack the same zeros a thousand times."""
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    return any(
        entry.header_offset + _LOCAL_HEADER_BYTES + entry.compress_size > following.header_offset
        for entry, following in itertools.pairwise(ordered)
    )
