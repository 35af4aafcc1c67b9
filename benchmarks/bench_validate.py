"""How long `validate` takes for 200 workbooks of 10 sheets, beside a bare openpyxl read_only of the same (make bench).

And how much memory it takes for 1,600 of them. The workbooks are variants of one of the sample, written into a
temporary folder: the cover and nine of its tables; the others are 該当なし.
"""

from __future__ import annotations

import re
import sys
import tempfile
import zipfile
from pathlib import Path

import openpyxl
from measuring import SAMPLE, bare, compare, measure

FILES, RUNS, MOST = 200, 5, 0.6
MANY, MOST_MEMORY = 1_600, 400  # workbooks, and MB of all processes together
# The tables that are left out, so that ten sheets stay; no other table is linked to them.
LEFT_OUT = ("請求状況", "処理状況", "決定期間", "第三者点検", "事務処理ミス")


def main() -> None:
    """Write the workbooks, and run both commands on them."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_workbooks(folder, FILES)
        validate = [sys.executable, "-m", "nerima_report", "validate", str(folder)]
        compare(f"{FILES} workbooks of 10 sheets", {"bare": bare(folder), "validate": validate}, RUNS, MOST)
        write_workbooks(folder, MANY)
        print(f"{MANY} workbooks: {measure(validate)[1]:.0f} MB   (to stay at or below {MOST_MEMORY})")


def write_workbooks(folder: Path, files: int) -> None:
    """Write workbooks of different 課, each with its cover, nine tables and no fault, packed as the form was."""
    form = next((SAMPLE / "inbox" / "2022").glob("12_*"))
    with zipfile.ZipFile(form) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    sheets = re.findall('<sheet name="([^"]+)"', parts["xl/workbook.xml"])
    cover = openpyxl.load_workbook(form)["表紙"]
    rows = {cover.cell(row, 1).value: row for row in range(1, cover.max_row + 1)}
    parts["xl/workbook.xml"] = re.sub("<definedNames>.*</definedNames>", "", parts["xl/workbook.xml"])
    for name in (f"個人.{key}" for key in LEFT_OUT):
        parts["xl/workbook.xml"] = re.sub(f'<sheet name="{name}"[^>]*/>', "", parts["xl/workbook.xml"])
        del parts[f"xl/worksheets/sheet{sheets.index(name) + 1}.xml"]
        mark = r'\1 t="inlineStr"><is><t>該当なし</t></is></c>'
        cell = rf'(<c r="C{rows[name]}" s="\d+")(/>|.*?</c>)'
        parts["xl/worksheets/sheet1.xml"] = re.sub(cell, mark, parts["xl/worksheets/sheet1.xml"])
    for number in range(files):
        parts["xl/sharedStrings.xml"] = re.sub(
            "<t>管理[0-9]*課</t>", f"<t>管理{number}課</t>", parts["xl/sharedStrings.xml"]
        )
        with zipfile.ZipFile(folder / f"{number:03}.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                archive.writestr(name, content)


if __name__ == "__main__":
    main()
