"""Files of the office: which lie behind a name, how they are opened, and what those that are no workbooks say.

Whatever comes from outside is opened by `open_file`, which opens nothing but regular files; `read_file` reads it once,
up to a limit. CSV is as Excel and git both read it: UTF-8 with BOM, CRLF, one header; no text that a spreadsheet would
compute.
"""

from __future__ import annotations

import csv
import glob
import hashlib
import io
import os
import re
import stat
import struct
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import Literal, NamedTuple

from nerima_report.errors import CannotProceed, DefinitionError, MasterError, RecordError

ROSTER, SETTINGS = "roster.xlsx", "nerima-report.toml"
_OF_THE_OFFICE = re.compile(r"roster(-保存\d+)?\.xlsx|nerima-report\.toml")  # the roster also as it was last year
FOLDERS = ("inbox", "records", "out")  # of every working folder
_YEAR_FOLDER = "[12][0-9][0-9][0-9]"
CONFIRMATIONS = "確認表"  # in which `ledger confirm` puts 2026/
CHECKED = "確認"  # in which validate puts 2026/, with the page and the marked copies of that year
# What lies in a working folder and is no submission: what the tool made itself, and what is hidden.
NOT_SEARCHED = rf"\..*|{CONFIRMATIONS}|forms|out|records|registers"
_MAC_DEBRIS = "__MACOSX"  # in it macOS packs what people do not see, under the names of their own files
MIB = 1024 * 1024
# Far above any ward: 20,000 entries with long texts make some ten million bytes, the record of a hundred 課 three.
MOST_BYTES, MOST_BYTES_OF_RECORD = 20 * MIB, 10 * MIB
MOST_BYTES_OF_DEFINITIONS = MIB  # the longest have 100 KB
MOST_BYTES_OF_OUTPUTS = 500 * MIB  # what people make of a report, with pictures
# What XML 1.0, and with it Word and Excel, does not allow: controls, halves of characters, and two that are none.
NO_TEXT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# What a spreadsheet program takes for a formula; an apostrophe in front says that it is a text.
_COMPUTED = re.compile(r"'*[=+\-@\t\r]")
# Windows refuses longer paths, unless they are written with a prefix; to folders it leaves still less room.
_LONGEST_WINDOWS_PATH = 247
# The list of contents of a zip archive (PKWARE APPNOTE 4.3.12 and 4.3.16): the end of the archive says how long it is
# and where it begins. A longer list is not read.
_ZIP_END, _ZIP_ENTRY = b"PK\x05\x06", b"PK\x01\x02"
_LONGEST_ZIP_END, _MOST_BYTES_OF_ZIP_LIST = 22 + 65_535, 1024 * 1024


class NotRead(OSError):
    """A file is not read, and why."""

    def __init__(
        self, file: Path, reason: Literal["missing", "closed", "not-a-file", "too-large"], most: int = MOST_BYTES
    ) -> None:
        super().__init__(reason)
        self.filename = str(file)
        self.reason = reason
        self.in_words = {
            "missing": "ファイルがありません",
            "closed": "ファイルを開けません",
            "not-a-file": "ふつうのファイルではありません（フォルダーや、パイプなど）",
            "too-large": f"ファイルが大きすぎます（{most // MIB} MB まで）",
        }[reason]


def open_file(file: Path) -> io.BufferedReader:
    """A file, to be read from its beginning; one that never ends, as a pipe or a device, is none. Raises NotRead."""
    name = extended(file)
    try:
        if stat.S_ISREG(os.stat(name).st_mode):  # noqa: PTH116 (the name may carry a prefix that Path would change)
            return open(name, "rb")  # noqa: PTH123
    except FileNotFoundError:
        raise NotRead(file, "missing") from None
    except (OSError, ValueError):
        raise NotRead(file, "closed") from None
    raise NotRead(file, "not-a-file")


def read_file(file: Path, most: int = MOST_BYTES) -> bytes:
    """The content of a file, read once, so that what is checked, hashed and used is the same. Raises NotRead."""
    with open_file(file) as stream:
        try:
            content = stream.read(most + 1)
        except OSError:
            raise NotRead(file, "closed") from None
    if len(content) > most:
        raise NotRead(file, "too-large", most)
    return content


def first_control(text: str) -> re.Match[str] | None:
    """The first character of a text that no document can hold."""
    return None if text.isprintable() else NO_TEXT.search(text)


def _text_of(file: Path, fault: Callable[[str], CannotProceed], most: int = MOST_BYTES, advice: str = "") -> str:
    """The text of a file in UTF-8, with or without a byte order mark. Raises what `fault` makes of a reason."""
    try:
        return read_file(file, most).decode("utf-8-sig")
    except NotRead as error:
        raise fault(error.in_words) from None
    except UnicodeDecodeError:
        raise fault(f"文字コードが UTF-8 ではありません{advice}") from None


class FoundWorkbooks(NamedTuple):
    """The files to be read as workbooks, and those passed over: whatever else lies in a folder."""

    paths: list[Path]
    skipped: list[Path]


def find_workbooks(names: Iterable[str | Path], leaving_out: str = NOT_SEARCHED) -> FoundWorkbooks:
    """The files behind names, patterns (expanded here too, for Windows) and folders, and those passed over.

    Folders are searched with all folders in them, except those whose name matches `leaving_out`. Of them all is
    read that a spreadsheet program writes: an .ods in the inbox is a submission that somebody believes to have
    made. Everything else in them is passed over, whatever its ending, and so is what is hidden (`~$…`, `._…`).
    A name behind which nothing lies stays in the list, so that it becomes a finding. A pattern is looked for in the
    folders of years as well (see `matching`).
    """
    found: dict[Path, None] = {}
    others: dict[Path, None] = {}
    unmatched: list[Path] = []
    paths: list[Path] = []
    for name in map(Path, names):
        is_pattern = glob.has_magic(str(name)) and not os.path.exists(extended(name))  # noqa: PTH110 (Path.exists may raise)
        matches = matching(name) if is_pattern else [name]
        paths += matches
        unmatched += [] if matches else [name]
    for path in paths:
        inside = _files_in(path, leaving_out)
        if inside or (inside is not None and not is_spreadsheet(path)):
            found.update(dict.fromkeys(f for f in inside if is_submission(f) or os.path.isdir(extended(f))))  # noqa: PTH112
            others.update(dict.fromkeys(file for file in inside if not _OF_THE_OFFICE.fullmatch(file.name)))
        else:
            found[path] = None
    found.update(dict.fromkeys(unmatched if found else ()))  # a slip beside what was found is told of, too
    locks = [path for path in found if path.name.startswith("~$")]  # a pattern finds them as well
    skipped = [*locks, *(path for path in others if path not in found)]
    return FoundWorkbooks([path for path in found if path not in locks], skipped)


def matching(pattern: Path) -> list[Path]:
    """The files that match a pattern; where there are none, those that match it in folders of years beneath.

    So inbox/*.xlsx is right whether the workbooks lie in inbox or, as they do from the second year on, in inbox/2026.
    """
    beneath = pattern.parent / _YEAR_FOLDER / pattern.name
    return [Path(name) for name in sorted(glob.glob(str(pattern)) or glob.glob(str(beneath)))]  # noqa: PTH207


def folders_with_workbooks(names: Iterable[str | Path]) -> dict[Path, int]:
    """The folders in which workbooks lie beneath names that match nothing, each with how many.

    Only the next two levels are looked at, because nobody knows where the names were meant to lead.
    """
    tops = {Path(*takewhile(lambda part: not glob.has_magic(part), Path(name).parts)) for name in names}
    files = (file for top in tops for level in ("*/*", "*/*/*") for file in sorted(top.glob(level)))
    shown = (f for f in files if is_submission(f) and not any(re.fullmatch(NOT_SEARCHED, part) for part in f.parts))
    return dict(Counter(file.parent for file in shown))


def searched_folders(names: Iterable[str | Path]) -> list[Path]:
    """The folders among the names, which find_workbooks searches with all folders in them."""
    return [Path(name) for name in names if os.path.isdir(extended(Path(name)))]  # noqa: PTH112 (Path.is_dir may raise)


def is_submission(path: Path) -> bool:
    """Whether a file of this name in a folder is taken for a submission: a spreadsheet that people see."""
    hidden = path.name.startswith((".", "~$")) or _MAC_DEBRIS in path.parts
    return is_spreadsheet(path) and not _OF_THE_OFFICE.fullmatch(path.name) and not hidden


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
        inner = sorted(n for n in folders if not re.fullmatch(leaving_out, n) and not _is_checked_year(path, n))
        inner = [] if os.path.realpath(path) in seen else inner  # a link that leads back
        seen.add(os.path.realpath(path))
        folders[:] = [name for name in inner if not is_spreadsheet(Path(name))]
        files += (place_of(path) / name for name in sorted({*names, *inner} - {*folders}))
    return [*files, *closed]


def _is_checked_year(folder: str, name: str) -> bool:
    """Whether a folder is 確認/2026. The first word alone may be a folder of somebody's inbox."""
    return os.path.basename(folder) == CHECKED and re.fullmatch(r"\d{4}", name) is not None  # noqa: PTH119


def is_spreadsheet(path: Path) -> bool:
    """Whether spreadsheet programs write files of this name, be it in full-width letters (集計．ｘｌｓｘ)."""
    ending = Path(unicodedata.normalize("NFKC", path.name)).suffix.lower()
    return ending.startswith((".xls", ".xlt")) or ending in (".ods", ".ots", ".csv")


def names_in_zip(file: Path) -> list[str]:
    """The names of the files in a zip archive; none where it is no archive, or its list is damaged or too long.

    Only the list is read, never a file in it: nothing is unpacked.
    """
    try:
        with open_file(file) as stream:
            stream.seek(0, os.SEEK_END)
            stream.seek(max(0, stream.tell() - _LONGEST_ZIP_END))
            end = stream.read().rpartition(_ZIP_END)[2]
            length, start = struct.unpack_from("<II", end, 8)
            if length > _MOST_BYTES_OF_ZIP_LIST:
                return []
            stream.seek(start)
            return list(_zip_entries(stream.read(length)))
    except (OSError, ValueError, struct.error):
        return []


def _zip_entries(listed: bytes) -> Iterator[str]:
    """The names in the list of a zip archive: in UTF-8 where an entry says so, otherwise as Windows in Japan does."""
    at = 0
    while listed.startswith(_ZIP_ENTRY, at):
        (flags,) = struct.unpack_from("<H", listed, at + 8)
        name, extra, comment = struct.unpack_from("<HHH", listed, at + 28)
        yield listed[at + 46 : at + 46 + name].decode("utf-8" if flags & 0x800 else "cp932", "replace")
        at += 46 + name + extra + comment


def write_csv(headings: Sequence[str], rows: Iterable[Iterable[object]]) -> bytes:
    """A CSV file with its header; None is an empty cell, a date is written as 2022-04-01."""
    return b"\xef\xbb\xbf" + write_lines([headings, *rows])


def write_lines(rows: Iterable[Iterable[object]]) -> bytes:
    """The lines alone, to be put behind others."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([_csv_written(value) for value in row] for row in rows)
    return text.getvalue().encode()


def read_csv(
    file: Path, headings: Sequence[str], optional: Collection[str] = ()
) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines of a CSV file with these headings, in any order: number of the line, texts by heading.

    A heading that is `optional` may be missing; its texts are then ''. Raises MasterError where the file is not what
    `write_csv` writes, or what Excel makes of it.
    """
    reader = csv.reader(io.StringIO(_csv_text(file), newline=""), strict=True)
    order: list[str] = []
    first = 1
    while True:
        try:
            texts = next(reader, None)
        except csv.Error:
            raise MasterError(file, first, "", '引用符（"）が閉じていないか、余分にあります') from None
        line, first = first, reader.line_num + 1
        if texts is None:
            break
        if not any(text.strip() for text in texts):
            continue
        if not order:
            order = _csv_headings(file, line, texts, headings, optional)
        elif len(texts) < len(order) or any(text.strip() for text in texts[len(order) :]):
            raise MasterError(file, line, "", f"列の数が違います（見出しは {len(order)}、この行は {len(texts)}）")
        else:
            read = {heading: _csv_read(text) for heading, text in zip(order, texts, strict=False)}
            yield line, dict.fromkeys(optional, "") | read
    if not order:
        raise MasterError(file, 0, "", "中身がありません")


def _csv_headings(
    file: Path, line: int, texts: Sequence[str], wanted: Sequence[str], optional: Collection[str]
) -> list[str]:
    while texts and not texts[-1].strip():
        texts = texts[:-1]  # what Excel keeps of columns that were emptied
    found = [text.strip() for text in texts]
    for heading in found:
        if heading not in wanted:
            raise MasterError(file, line, heading, "知らない見出しです")
        if found.count(heading) > 1:
            raise MasterError(file, line, heading, "同じ見出しが2回あります")
    for heading in wanted:
        if heading not in found and heading not in optional:
            raise MasterError(file, line, heading, "この見出しの列がありません")
    return found


def _csv_text(file: Path) -> str:
    advice = "。Excel では「CSV UTF-8（コンマ区切り）」で保存してください"
    text = _text_of(file, partial(MasterError, file, 0, ""), advice=advice)
    if control := first_control(text):
        line = text.count("\n", 0, control.start()) + 1
        raise MasterError(file, line, "", f"文字でないもの（U+{ord(control[0]):04X}）があります")
    return text


def _csv_written(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    return f"'{text}" if isinstance(value, str) and _COMPUTED.match(text) else text


def _csv_read(text: str) -> str:
    return text[1:] if text.startswith("'") and _COMPUTED.match(text) else text.strip()


def read_text(file: Path) -> str:
    """A text file of an edition. Raises DefinitionError with the line where something is no text."""
    fault = partial(DefinitionError, file, "")
    text = _with_plain_line_ends(_text_of(file, fault, MOST_BYTES_OF_DEFINITIONS, "。UTF-8 で保存してください"))
    for number, line in enumerate(text.split("\n"), start=1):
        if control := first_control(line):
            reason = f"文字でないもの（U+{ord(control[0]):04X}）があります。消してください"
            raise DefinitionError(file, f"{number}行目の{control.start() + 1}文字目", reason)
    return text


def read_binary(file: Path) -> bytes:
    """A file of an edition that is no text. Raises DefinitionError if it cannot be read."""
    try:
        return read_file(file)
    except NotRead as error:
        raise DefinitionError(file, "", error.in_words) from None


def sha256(data: bytes) -> str:
    """The SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def read_record_text(file: Path) -> str:
    """The text of a record. Raises RecordError if it cannot be read."""
    return _with_plain_line_ends(_text_of(file, partial(RecordError, file, ""), MOST_BYTES_OF_RECORD))


def _with_plain_line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def extended(path: Path, *, always: bool = False) -> str:
    """The name to open a file or folder by; on Windows also when it is too long for the ordinary form.

    `always` is for a folder that is searched: what lies deep inside it may have a longer name than itself.
    """
    name = os.path.abspath(path)  # noqa: PTH100 (Path.absolute keeps "..", which the prefix does not allow)
    short = len(name) <= _LONGEST_WINDOWS_PATH and not always
    if sys.platform != "win32" or short or name.startswith("\\\\?\\"):
        return name
    return f"\\\\?\\UNC\\{name[2:]}" if name.startswith("\\\\") else f"\\\\?\\{name}"
