"""Working folders with faults that the tests of several notices look at."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from openpyxl import load_workbook


def edit(workdir: Path, file: str, changes: Mapping[tuple[str, str], Any]) -> Path:
    """Change cells of a workbook (the beginning of its name) as somebody would in a spreadsheet program."""
    path = next((workdir / "inbox" / "2022").glob(f"{file}*.xlsx"))
    book = load_workbook(path)
    for (sheet, cell), value in changes.items():
        book[sheet][cell] = value
    book.save(path)
    return path


def blanks(sheet: str, column: str, first: int, last: int) -> dict[tuple[str, str], None]:
    """Changes that empty the cells of a column."""
    return {(sheet, f"{column}{row}"): None for row in range(first, last + 1)}


def make_faulty(workdir: Path) -> None:
    """Faults of many kinds: cells, links, a last year's form, missing, doubled, broken and open workbooks."""
    inbox = workdir / "inbox" / "2022"
    edit(
        workdir,
        "12_",
        {
            ("公開.処理状況", "B5"): "12人",
            ("公開.処理状況", "B6"): None,
            ("公開.内容別", "B5"): 99,
            ("個人.登録など", "B5"): -3,
        },
    )
    edit(workdir, "16_", {("表紙", "B8"): "0"} | blanks("公開.内容別", "B", 6, 13) | blanks("公開.目的別", "B", 6, 9))
    edit(workdir, "00_", {("公開.請求者", "B5"): 9999})
    edit(workdir, "10_", {("個人.事務処理ミス", "A5"): HOSTILE, ("個人.事務処理ミス", "B5"): HOSTILE})
    next(inbox.glob("23_*")).unlink()
    (inbox / "<img src=x onerror=alert(1)>&.xlsx").write_bytes(b"PK\x03\x04")
    (inbox / "~$12_.xlsx").write_bytes(b"\x00")


HOSTILE = "<script>alert('1')</script><b title=\"x\">&amp;\u202e{{ 7*7 }}</b>"


def edit_stored(path: Path, part: str, cell: str, value: int) -> None:
    """Change a number, or the stored result of a formula, in a part of a workbook, and leave all else."""
    old = re.compile(rb'(<c r="' + cell.encode() + rb'"[^>]*>(?:<f>[^<]*</f>)?<v>)\d+')

    def changed(data: bytes) -> bytes:
        new, count = old.subn(rb"\g<1>" + str(value).encode(), data)
        assert count == 1
        return new

    rewrite(path, {part: changed})


def rewrite(path: Path, changes: Mapping[str, Callable[[bytes], bytes]]) -> None:
    """Change parts of a workbook as no spreadsheet program would."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, changes[name](data) if name in changes else data)


def sheets_of(path: Path) -> list[str]:
    """The parts of a workbook that are its sheets."""
    with zipfile.ZipFile(path) as archive:
        return [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]


def part_of(path: Path, sheet: str) -> str:
    """The part of a workbook as the tool writes it that holds a sheet: they are numbered in the order of the sheets."""
    with zipfile.ZipFile(path) as archive:
        names = re.findall(r'<sheet name="([^"]+)"', archive.read("xl/workbook.xml").decode())
    return f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"


# An explained difference of 福祉部管理課, for nerima-report.toml.
EXPLAINED = """
[[explained]]
code = "N501"
section = "福祉部管理課"
table = "公開.内容別"
column = "件数"
difference = {difference}
reason = "1件の請求に二つの決定をしたため"
note = "1件の請求に二つの決定をしたものがある。"
{more}
"""
