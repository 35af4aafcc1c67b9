"""How long `validate` takes for 200 workbooks of 10 sheets, beside a bare openpyxl read_only of the same (make bench).

The workbooks are variants of one of the sample, written into a temporary folder: the cover and nine of its
tables; the others are 該当なし. Both commands run as whole processes, in turn; the ratio is that of the medians of one
run, because a time alone says more about the machine than about the program.
"""

from __future__ import annotations

import re
import statistics
import sys
import tempfile
import zipfile
from pathlib import Path

import openpyxl
from bench_build import SAMPLE, measure

FILES, RUNS = 200, 5
# The tables that are left out, so that ten sheets stay; no other table is linked to them.
LEFT_OUT = ("請求状況", "処理状況", "決定期間", "第三者点検", "事務処理ミス")
BARE = """
import openpyxl, pathlib, sys
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.xlsx")):
    book = openpyxl.load_workbook(path, read_only=True)
    for sheet in book.worksheets:
        for row in sheet.iter_rows(values_only=True):
            pass
    book.close()
"""


def main() -> None:
    """Write the workbooks, run both commands in turn and print their medians, the ratio and the memory."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_workbooks(folder)
        commands = {
            "bare": [sys.executable, "-c", BARE, str(folder)],
            "validate": [sys.executable, "-m", "nerima_report", "validate", str(folder)],
        }
        results: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for run in range(RUNS + 1):
            for name, command in commands.items():
                result = measure(command)
                if run:  # the first of each only warms up
                    results[name].append(result)
    medians = {name: [statistics.median(v) for v in zip(*runs, strict=True)] for name, runs in results.items()}
    print(f"{FILES} workbooks of 10 sheets, {RUNS} runs of each, medians")
    for name, (seconds, memory) in medians.items():
        print(f"  {name:8} {seconds:6.2f} s   {memory:6.0f} MB at most (all processes)")
    print(f"  validate / bare = {medians['validate'][0] / medians['bare'][0]:.2f}   (to stay at or below 2)")


def write_workbooks(folder: Path) -> None:
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
    for number in range(FILES):
        parts["xl/sharedStrings.xml"] = re.sub(
            "<t>管理[0-9]*課</t>", f"<t>管理{number}課</t>", parts["xl/sharedStrings.xml"]
        )
        with zipfile.ZipFile(folder / f"{number:03}.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                archive.writestr(name, content)


if __name__ == "__main__":
    main()
