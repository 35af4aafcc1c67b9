"""The Word file of the report → PDF, typeset by a word processor of the machine: LibreOffice, or Word on Windows.

LibreOffice: report.docx ─▶ a flat OpenDocument file, with page numbers in the contents ─▶ PDF

It works in a process of its own, in a profile of its own, with a time limit. It writes tagged PDF/UA because its export
filter is asked to. Word writes the tags, but does not claim PDF/UA. No two PDFs are the same to the byte: each says
when it was made.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from xml.sax.saxutils import escape

from lxml import etree

from nerima_report.errors import CannotProceed
from nerima_report.files import sha256
from nerima_report.interruption import before_the_end, uninterrupted
from nerima_report.records.model import REPORT

PDF = f"{REPORT}.pdf"
SECONDS = 120  # for one run of the word processor, which takes a few
Typesetter = Callable[[bytes], bytes]

_PROGRAMS = ("soffice", "libreoffice")
_PLACES = (
    Path("/Applications/LibreOffice.app/Contents/MacOS/soffice"),
    *(
        Path(root) / "LibreOffice/program/soffice.exe"
        for root in map(os.environ.get, ("ProgramFiles", "ProgramFiles(x86)", "ProgramW6432"))
        if root
    ),
)
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SEAL = re.compile(rb"\n%nerima-report ([0-9a-f]{64}) ([0-9a-f]{64})\n\Z")
_FILTER = {"UseTaggedPDF": True, "PDFUACompliance": True, "ExportBookmarks": True, "UseLosslessCompression": True}
# An entry of the contents: a link to the bookmark of a heading.
_ENTRY = re.compile(r'(<text:a [^>]*xlink:href="#(_Toc[0-9]+)"[^>]*>)(.*?)(</text:a>)')
# The space between Latin and Japanese letters is left out: LibreOffice breaks lines at it, also between 36 and 件, and
# whoever copies text out of the PDF would get a space there.
_SPACING = ('style:text-autospace="ideograph-alpha"', 'style:text-autospace="none"')
# What LibreOffice writes otherwise than wanted. The lengths are the same, because a PDF finds its objects by them.
_REPLACED = (
    (b"/Lang(en-US)", b"/Lang(ja-JP)"),  # of the numbers: as English they are not broken, but they are read in Japanese
    (b"/Tabs(S)", b"/Tabs/S "),  # LibreOffice 7.4 writes a string where PDF/UA wants a name
)
# The locale is fixed: in a Japanese one LibreOffice 7.4 does not find the bold faces of fonts with Japanese names.
_PROFILE = """\
<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Setup/L10N">
<prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>en-US</value></prop>
</item>
<item oor:path="/org.openoffice.Office.Common/AsianLayout/StartEndCharacters">
<node oor:name="ja-JP" oor:op="replace">
<prop oor:name="StartCharacters" oor:op="fuse"><value>{never_first}</value></prop>
<prop oor:name="EndCharacters" oor:op="fuse"><value>{never_last}</value></prop>
</node>
</item>
</oor:items>
"""

_NO_WORD = 3
# The arguments of ExportAsFixedFormat: a PDF (17) of all pages, with properties, bookmarks of the headings, and tags.
_WORD = f"""\
$ErrorActionPreference = 'Stop'
try {{ $word = New-Object -ComObject Word.Application }} catch {{ exit {_NO_WORD} }}
try {{
  $word.Visible = $false
  $word.DisplayAlerts = 0
  $document = $word.Documents.Open($env:NERIMA_REPORT_DOCX, $false, $true)
  foreach ($contents in $document.TablesOfContents) {{ $contents.Update() }}
  $document.ExportAsFixedFormat(
    $env:NERIMA_REPORT_PDF, 17, $false, 0, 0, 0, 0, 0, $true, $true, 1, $true, $true, $false)
  $document.Close(0)
}} finally {{ $word.Quit(0) }}
"""


def find_typesetter() -> Typesetter:
    """What makes a PDF of a Word file on this machine. Raises CannotProceed where there is neither program."""
    found = [Path(path) for path in map(shutil.which, _PROGRAMS) if path] + [path for path in _PLACES if path.is_file()]
    if found:
        return partial(_by_libre_office, found[0])
    if shell := shutil.which("powershell") if sys.platform == "win32" else None:
        return partial(_by_word, Path(shell))
    raise _no_program()


class PrintedPdf(NamedTuple):
    """What becomes of the PDF of a report: its content and its hash before, by name, and whether it goes."""

    files: dict[str, bytes]
    vouched: dict[str, str]
    gone: tuple[str, ...] = ()


def print_pdf(word: bytes, folder: Path, recorded: str, typesetter: Typesetter | None) -> PrintedPdf:
    """The PDF of a Word file: the one in `folder` if it was made of this very file; else a new one.

    One that was made of another goes where there is no `typesetter`: it would be taken for current. `recorded` is the
    SHA-256 of the PDF that was written there last, or ''.
    """
    there = (folder / PDF).read_bytes() if (folder / PDF).is_file() else b""
    made_of = _word_file_of(there)
    if made_of == sha256(word):
        return PrintedPdf({PDF: there}, {PDF: sha256(there)})
    vouched = {PDF: sha256(there) if made_of else recorded}
    if typesetter:
        return PrintedPdf({PDF: _sealed(typesetter(word), word)}, vouched)
    return PrintedPdf({}, vouched, (PDF,)) if vouched[PDF] else PrintedPdf({}, {})


def _sealed(pdf: bytes, word: bytes) -> bytes:
    """The PDF with a last line, which readers pass over: of which Word file it was made, and its own hash."""
    return pdf + f"\n%nerima-report {sha256(word)} {sha256(pdf)}\n".encode()


def _word_file_of(pdf: bytes) -> str:
    """The SHA-256 of the Word file of which a PDF was made; '' for one that somebody edited, or made otherwise."""
    seal = _SEAL.search(pdf)
    return seal[1].decode() if seal and sha256(pdf[: seal.start()]) == seal[2].decode() else ""


def _by_libre_office(program: Path, word: bytes) -> bytes:
    with TemporaryDirectory(prefix="nerima-report-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        profile = folder / "profile" / "user"
        profile.mkdir(parents=True)
        (profile / "registrymodifications.xcu").write_text(_profile_for(word), encoding="utf-8")
        (folder / f"{REPORT}.docx").write_bytes(word)
        start = [str(program), f"-env:UserInstallation={profile.parent.as_uri()}", "--headless", "--norestore"]
        start += ["--convert-to"]
        flat, pdf = folder / f"{REPORT}.fodt", folder / PDF
        _run([*start, "fodt", f"{REPORT}.docx"], folder)
        flat.write_text(_prepared(_made(flat).decode()), encoding="utf-8")
        options = json.dumps({name: {"type": "boolean", "value": str(on).lower()} for name, on in _FILTER.items()})
        _run([*start, f"pdf:writer_pdf_Export:{options}", flat.name], folder)
        made = _made(pdf)
    if b"/StructTreeRoot" not in made and b"/ObjStm" not in made:
        raise _failed("タグ付きの PDF になりません。LibreOffice を 7.4 以降に入れかえてください。")
    for written, wanted in _REPLACED:
        made = made.replace(written, wanted)
    return made


def _profile_for(word: bytes) -> str:
    """The settings of LibreOffice, with what the Word file says of the ends of lines: no digit stands at one.

    LibreOffice does not read that from Word files.
    """
    with zipfile.ZipFile(BytesIO(word)) as parts:
        settings = etree.fromstring(parts.read("word/settings.xml"))
    never = {name: settings.find(f"{_W}noLineBreaks{name}") for name in ("Before", "After")}
    first, last = (escape(each.get(f"{_W}val", "")) if each is not None else "" for each in never.values())
    return _PROFILE.format(never_first=first, never_last=last)


def _prepared(text: str) -> str:
    """The flat document with page numbers in the contents, as fields, and without spaces between scripts."""
    page = r'\1\3<text:tab/><text:bookmark-ref text:reference-format="page" text:ref-name="\2">1</text:bookmark-ref>\4'
    return _ENTRY.sub(page, text).replace(*_SPACING)


def _by_word(shell: Path, word: bytes) -> bytes:
    """Untried: there was no Windows with Word to try it on."""
    with TemporaryDirectory(prefix="nerima-report-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        source, pdf = folder / f"{REPORT}.docx", folder / PDF
        source.write_bytes(word)
        names = {"NERIMA_REPORT_DOCX": str(source), "NERIMA_REPORT_PDF": str(pdf)}
        if _run([str(shell), "-NoProfile", "-NonInteractive", "-Command", _WORD], folder, names) == _NO_WORD:
            raise _no_program()
        return _made(pdf)


def _run(command: Sequence[str], folder: Path, names: dict[str, str] | None = None) -> int:
    """Run a word processor in its folder, and give its exit code; an interruption ends it, and removes the folder.

    Raises CannotProceed where it cannot be started or takes too long.
    """
    null = subprocess.DEVNULL
    flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    try:
        with uninterrupted():  # else nobody would know of a process that is just being started
            process = subprocess.Popen(  # noqa: S603 (a program that was found at its usual places)
                command, cwd=folder, stdin=null, stdout=null, stderr=null, env=os.environ | (names or {}),
                creationflags=flags, start_new_session=True,
            )  # fmt: skip
            stop = partial(_stop, process, folder)
            before_the_end.add(stop)
    except OSError as error:
        raise _failed(f"{Path(command[0]).name} を始められません（{error.strerror}）。") from None
    try:
        return process.wait(SECONDS)
    except subprocess.TimeoutExpired:
        _end(process)
        raise _failed(f"{Path(command[0]).name} が {SECONDS}秒たっても終わりません。") from None
    finally:
        before_the_end.discard(stop)


def _stop(process: subprocess.Popen[bytes], folder: Path) -> None:
    _end(process)
    shutil.rmtree(folder, ignore_errors=True)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a word processor with the processes that it started."""
    if sys.platform == "win32":
        subprocess.run(  # noqa: S603
            ["taskkill", "/F", "/T", "/PID", str(process.pid)],  # noqa: S607 (a part of Windows)
            capture_output=True, check=False,
        )  # fmt: skip
    else:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(5)


def _made(file: Path) -> bytes:
    """What a word processor was asked to make. Raises CannotProceed where it did not."""
    content = file.read_bytes() if file.is_file() else b""
    if not content:
        raise _failed("ワープロが、できたファイルを残しませんでした。")
    return content


def _failed(reason: str) -> CannotProceed:
    return CannotProceed(
        f"PDF を作れませんでした。何も書いていません。\n  理由: {reason}\n"
        "  もう一度実行するか、--pdf を付けずに実行して、Word のファイルから PDF を作ってください。"
    )


def _no_program() -> CannotProceed:
    return CannotProceed(
        "PDF を作るには LibreOffice（7.4 以降）か、Windows の Word が要りますが、見つかりません。何も書いていません。\n"
        "  LibreOffice を入れてからもう一度実行するか、--pdf を付けずに実行してください。"
    )
