"""Compare what two versions of the program do: every command, byte for byte.

    python tests/compare_outputs.py OLD NEW [--only PART]...

OLD and NEW are revisions of this repository or folders with a checkout. Each version is laid at the same path and runs
the same commands in the same working folders. Exit codes, what is printed and every file that is written must be the
same; whatever differs is listed, and the exit code is 1. Of the time only the day matters on which a year is published
or revised, so both versions must run on one day.
"""

from __future__ import annotations

import argparse
import difflib
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.utils.cell import rows_from_range

ROOT = Path(__file__).resolve().parents[1]
FORMATS = ("text", "json", "html", "junit", "github")
MOST_LINES = 12  # of a difference that are shown
IGNORED = shutil.ignore_patterns("__pycache__", "out")
SUMMARY = "github-summary.md"
_TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
Change = Callable[[Path], object]


@dataclass(frozen=True)
class Step:
    """A command, and what is done to the working folder before it runs."""

    arguments: tuple[str, ...]
    before: Change | None = None


@dataclass(frozen=True)
class Outcome:
    """What a command left: its exit code, what it printed, and the hash of every file by its path."""

    code: int
    out: bytes
    err: bytes
    files: Mapping[str, str]


@dataclass
class Version:
    """A version of the program, and what it did: an outcome for each part and number of a step."""

    name: str
    outcomes: dict[tuple[str, int], Outcome] = field(default_factory=dict)


@dataclass(frozen=True)
class Bench:
    """The folders that both versions use: the program, the working folder, prepared data, contents by their hash."""

    root: Path

    @property
    def program(self) -> Path:
        return self.root / "program"

    @property
    def work(self) -> Path:
        return self.root / "work"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def contents(self) -> Path:
        return self.root / "contents"


# ---- the commands, part by part


def run(*arguments: object, before: Change | None = None) -> Step:
    return Step(tuple(map(str, arguments)), before)


def everywhere(*arguments: object, before: Change | None = None) -> Iterator[Step]:
    """A command in every format, on the screen and as a file; what happens before it happens once."""
    for number, name in enumerate(FORMATS):
        yield run(*arguments, "--format", name, before=before if number == 0 else None)
        yield run(*arguments, "--format", name, "--output", f"findings.{name}")
    yield run(*arguments, "--strict")


COMMANDS = (
    "init", "form", "status", "validate", "build", "publish", "check", "trend", "guideline", "explain", "edition",
    "record", "register", "edition copy", "edition check", "record template", "record import", "register list",
    "register show", "register print", "register merge",
)  # fmt: skip


def helps(_: Bench) -> Iterator[Step]:
    """The help of the program and of each command; command lines that nobody can use."""
    yield from (run(), run("--help"), run("-h"), run("--version"))
    for command in COMMANDS:
        yield run(*command.split(), "--help")
    yield from (run("edition"), run("record"), run("register"))
    for line in (
        "frobnicate", "biuld 2022", "build", "build 22", "build 2022 --from-record --draft", "build 2022 --fromat json",
        "build 2022 2023", "build 2022 -C x", "-C nowhere build 2022", "build 2022 --format xml", "build 2022 --output",
        "validate", "validate nothing/*.xlsx", "validate none.xlsx", "trend 2022", "trend 2022..2018", "trend x..y",
        "check 1999", "check 2022 records/2021.json", "check records/x.json", "register show", "register show 無い-1",
        "register print 無い", "record import", "record import none.csv", "record import none.csv --year 2018",
        "record template x", "form 2022 --section 無い課", "publish 2030", "build 2030", "register merge 2030",
        "build 2019 --from-record --compare", "--templates nowhere build 2022", "edition check --templates nowhere",
    ):  # fmt: skip
        yield run(*line.split())


def definitions(bench: Bench) -> Iterator[Step]:
    """What only reads definitions: explanations, the guideline, a folder to begin with."""
    yield from (run("explain"), run("explain", "--markdown"), run("explain", "n501"), run("explain", "N999"))
    for words in ([], ["警察署"], ["警察", "照会"], ["けいさつしょ"], ["まったくないことば"]):
        yield run("guideline", *words)
        yield run("guideline", *words, "--format", "json")
    yield run("init", "new", "--year", "R4")
    yield run("init", "new", "--year", "2022")
    yield run("-C", "new", "build", "2022")
    yield run("edition", "copy", "own")
    yield run("edition", "copy", "own")
    yield run("edition", "check", "--templates", "own")
    yield run("edition", "check", "--templates", "own", before=lambda work: _change_editions(bench, work / "own"))
    yield run("--templates", "own", "build", "2022", "--draft")
    yield run("--templates", "own", "form", "2022", "--section", "区全体")


def broken_editions(bench: Bench) -> Iterator[Step]:
    """Definitions with one fault each."""
    for number in range(len(_cases("broken_editions"))):
        yield run("--templates", bench.data / "editions" / str(number), "explain", "N401")
    yield run("edition", "check", "--templates", bench.data / "editions" / "0")


def year_of_the_ordinance(_: Bench) -> Iterator[Step]:
    """A year from its workbooks to the record, and what is made of it again."""
    yield run("build", "2022", "--draft")
    yield from everywhere("build", "2022")
    yield run("build", "R4", "--compare")
    yield run("build", "令和4", "--compare", "--draft")
    yield run("check", "2022")
    yield from everywhere("validate", "2022")
    yield run("validate", "2022", "--eml")
    yield run("status", "2022", "--on", "2023-05-01")
    yield run("build", "2022", before=_edit_report)
    yield from _published(2)
    yield run("build", "2021", "--from-record")
    yield run("build", "2021", "--from-record", "--compare", "--format", "json")


def _published(reviews: int) -> Iterator[Step]:
    """What becomes of a built year: published, taken back before its day, published as it was built, revised twice.

    `reviews` is the number that is corrected then, by one more each time.
    """
    tomorrow = (date.today() + timedelta(days=1)).isoformat()
    yield run("publish", "2022", "--withdraw", "まだない")
    yield run("publish", "2022", "--on", tomorrow, "--way", "無い方法")
    yield run("publish", "2022", "--on", tomorrow, "--way", "ホームページ")
    yield run("publish", "2022", "--revise", "公表の日の前")
    yield run("publish", "2022", "--withdraw", "日の誤り")
    yield run("publish", "2022", before=lambda work: _append(work / "nerima-report.toml", "# 書き足し\n"))
    yield run("publish", "2022", "--as-built", "決裁を受けた")
    yield run("publish", "2022")
    yield run("publish", "2022", "--withdraw", "公表の日の後")
    yield run("build", "2022", "--from-record")
    yield run("build", "2022", "--from-record", "--compare", before=_edit_report)
    yield run("build", "2022", before=_edit_report)
    yield run("publish", "2022")
    for number, reason in ((reviews, "数え落とし"), (reviews + 1, "もう一件")):
        yield run("build", "2022", "--draft", before=partial(_set_reviews, number=number))
        yield run("publish", "2022", "--revise", "案のまま")
        yield run("build", "2022")
        yield run("publish", "2022")
        yield run("publish", "2022", "--revise", reason)
    yield run("build", "2022")
    yield run("publish", "2022")


def year_of_the_act(_: Bench) -> Iterator[Step]:
    """The year under the Act, alone and after the year before was published."""
    yield run("build", "2023")
    yield run("build", "2023", "--compare")
    yield run("build", "2022")
    yield run("publish", "2022")
    yield from everywhere("build", "2023")
    yield run("build", "2023", "--compare")
    yield run("build", "2023", "--compare", "--draft")
    yield run("publish", "2023")
    yield run("build", "2023", "--from-record")
    yield from everywhere("check")
    yield from everywhere("check", "2018..2023")
    yield run("check", "2022", "--against", "2019", "--against", "2020", "--format", "json")
    yield run("check", "2022", "--against", "2001")
    yield from everywhere("check", "records/2020.json", "records/2022.json")
    yield run("trend", "2018..2023")
    yield run("trend", "H30..R5", before=lambda work: _append(work / "out/trend-2018-2023/trend.md", "。"))
    yield run("trend", "2021..2022")
    yield run("trend", "1990..1995")


def changed_records(_: Bench) -> Iterator[Step]:
    """Records that were changed by hand, and years that stand out beside the others."""
    yield run("check", "2021", before=lambda work: _replace(work / "records/2021.json", '"value": 7', '"value": 8'))
    yield run("check", "2021", "--format", "github")
    yield run("build", "2021", "--from-record")
    yield run("check", "2020", before=lambda work: (work / "records/2019.json").unlink())
    yield run("check", "2020", "--format", "html")
    yield run("trend", "2018..2020")
    yield run("build", "2022", "--compare", before=lambda work: (work / "records/2021.json").unlink())
    yield run("build", "2022", before=lambda work: shutil.rmtree(work / "records"))
    yield run("check", "2022")
    yield run("check")


def forms(_: Bench) -> Iterator[Step]:
    """Collection workbooks: blank, with figures of an earlier year, with registers, where others lie already."""
    yield run("form", "2022")
    yield run("form", "2022")
    yield run("form", "2022", before=lambda work: edit(work / "forms/2022", "", {("表紙", "B8"): "12"}))
    yield run("form", "2022", "--force")
    yield run("form", "2023", "--previous", "inbox/2022", "--out", "a")
    yield run("form", "2023", "--section", "会計管理室", "--section", "区全体", "--out", "b", "--registers")
    yield run("form", "2024", "--section", "福祉部管理課", "--out", "c", before=_without_registers)
    yield run("form", "2024", "--section", "福祉部管理課", "--out", "d", "--registers")
    yield run("validate", "c", "d", "--format", "json")


def sound_workbooks(_: Bench) -> Iterator[Step]:
    """Workbooks in which nothing is wrong."""
    yield from everywhere("validate", "inbox/2022")
    yield from everywhere("validate", "inbox/2022", "--complete")
    yield run("validate", "inbox/2022/*.xlsx", "inbox/2023", "--return-to", "back")
    yield run("validate", "inbox/2023", "--complete", "--format", "json", before=_without_registers)
    yield run("validate", "inbox/2022", "--return-to", "inbox/back")
    yield run("-C", "inbox", "validate", "2022/00_区全体_情報公開課.xlsx")


def faulty_inbox(_: Bench) -> Iterator[Step]:
    """An inbox with faults of many kinds, up to a draft of the report and copies that go back."""
    yield from everywhere("validate", "inbox/2022", "--complete", before=make_faulty)
    yield run("validate", "inbox/2022", "--complete", "--return-to", "back")
    yield run("validate", "back", "--return-to", "again")
    yield from everywhere("validate", "back")
    yield from everywhere("build", "2022")
    yield run("build", "2022", "--draft")
    yield run("build", "2022", "--draft", "--compare", "--format", "html", "--output", "page.html")
    yield run("publish", "2022")
    yield run("build", "2022", "--draft", before=_explain)
    yield run("validate", "inbox/2022", "--complete", "--format", "json")
    yield run("validate", "inbox/2022", "--complete", before=lambda work: (work / "roster.xlsx").unlink())
    yield run("build", "2022", before=lambda work: _append(work / "nerima-report.toml", "\n[[explained]]\ncode = 1\n"))


def single_faults(bench: Bench) -> Iterator[Step]:
    """A workbook for each case of the tests, with one fault in it, and copies of all of them that go back."""
    for year in ("2022", "2023"):
        folder = bench.data / "cases" / year
        yield from everywhere("validate", folder)
        yield run("validate", folder, "--return-to", f"back-{year}")
        yield run("validate", folder, "--complete", "--format", "json")
        yield run("validate", folder, before=_without_registers)
    yield run("validate", bench.data / "cases", "--format", "json")


def registers(_: Bench) -> Iterator[Step]:
    """The masters of registers: shown, printed, merged from workbooks, and broken."""
    yield from (run("register", "list"), run("register", "list", "--all", "--year", "2022"))
    yield run("register", "list", "外部委託記録票", "--section", "会計管理室")
    for number in ("委託-0001", "ファイル-0001", "ファイル-9999", "業務-0001"):
        yield run("register", "show", number)
    for name in ("docx", "md", "csv", "xlsx"):
        yield run("register", "print", "--format", name, "--year", "2022")
        yield run("register", "print", "--format", name, "--year", "2022")
        yield run("register", "print", "--format", name, "--year", "2023", "--all", "--out", "all")
    yield run("register", "print", "--year", "2023")
    yield run("register", "print", "--year", "2023", "--force")
    yield from everywhere("register", "merge", "2022", "--dry-run")
    yield from everywhere("register", "merge", "2023", "--dry-run", before=_without_masters)
    yield run("build", "2022", before=_without_masters)
    yield run("register", "merge", "2022")
    yield run("register", "merge", "2022")
    yield run("validate", "inbox/2023", "--complete")
    yield run("register", "merge", "2023", "--format", "json")
    yield run("register", "list", "--all")
    yield run("register", "show", "委託-0001")
    yield run("check", "2022")
    yield run("register", "list", before=_break_master)
    yield run("form", "2024", "--section", "会計管理室")
    yield run("build", "2023")


def typed_in_years(bench: Bench) -> Iterator[Step]:
    """Years that were published before the tool, typed into a workbook or a CSV."""
    yield run("record", "template", "2021", before=lambda work: shutil.rmtree(work / "records"))
    yield run("record", "template", "2021")
    yield run("record", "template", "2023", "--out", "act.xlsx")
    yield run("record", "import", "act.xlsx", "--format", "json")
    yield run("record", "template", "2021", before=lambda work: _fill_in(work / "令和3年度_公表された記録.xlsx", 1))
    yield run("record", "template", "2021", "--out", "zero.xlsx", "--force")
    yield from everywhere("record", "import", "令和3年度_公表された記録.xlsx")
    yield run("record", "import", "zero.xlsx", before=lambda work: _fill_in(work / "zero.xlsx", 0))
    yield run("record", "import", "zero.xlsx", "--without", "公開.請求方法", "--revise", "公表していない表")
    for year in range(2018, 2022):
        yield run("record", "import", f"earlier/見本の架空の数-{year}.csv", "--year", year)
    yield run("record", "import", "earlier/見本の架空の数-2018.csv", "--year", 2018)
    yield run("record", "import", "earlier/見本の架空の数-2018.csv")
    yield run("record", "import", "earlier/見本の架空の数-2019.csv", "--year", 2018, "--revise", "写し誤り")
    yield run("record", "import", "inbox/2022/12_福祉部管理課.xlsx")
    for number, _ in enumerate(_cases("record_imports")):
        yield run("record", "import", bench.data / "imports" / f"{number}.csv", "--year", "2018", "--format", "json")
    yield from everywhere("record", "import", bench.data / "imports" / "all.csv", "--year", "2018")
    yield run("check", "2018..2021")
    yield run("build", "2020", "--from-record")


PARTS: dict[str, Callable[[Bench], Iterator[Step]]] = {
    part.__name__: part
    for part in (
        helps,
        definitions,
        broken_editions,
        year_of_the_ordinance,
        year_of_the_act,
        changed_records,
        forms,
        sound_workbooks,
        faulty_inbox,
        single_faults,
        registers,
        typed_in_years,
    )
}


# ---- changes of the working folder


def edit(folder: Path, file: str, changes: Mapping[tuple[str, str], Any]) -> None:
    """Change cells of the first workbook of this name, as somebody would in a spreadsheet program."""
    path = sorted(folder.glob(f"{file}*.xlsx"))[0]
    book = load_workbook(path)
    for (sheet, cell), value in changes.items():
        book[sheet][cell] = value
    save(book, path)


def save(book: Workbook, path: Path) -> None:
    """Save a workbook so that the same changes give the same bytes."""
    made = BytesIO()
    book.save(made)
    with zipfile.ZipFile(made) as archive, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in archive.namelist():
            content = archive.read(name)
            if name == "docProps/core.xml":
                content = _TIME.sub(b"2020-01-01T00:00:00Z", content)
            target.writestr(zipfile.ZipInfo(name), content)


def make_faulty(work: Path) -> None:
    """Faults of many kinds: cells, links, a missing, a doubled, a broken and an open workbook, one of another year."""
    inbox = work / "inbox" / "2022"
    faults: dict[tuple[str, str], Any] = {("公開.処理状況", "B5"): "12人", ("公開.処理状況", "B6"): None}
    edit(inbox, "12_", {**faults, ("公開.内容別", "B5"): 99, ("個人.登録など", "B5"): -3})
    edit(inbox, "15_", {("表紙", "B8"): "0", **{("公開.内容別", f"B{row}"): None for row in range(6, 14)}})
    edit(inbox, "00_", {("公開.請求者", "B5"): 9999})
    hostile = "<script>alert('1')</script><b title=\"x\">&amp;\u202e{{ 7*7 }}</b>"
    edit(inbox, "10_", {("個人.事務処理ミス", "A5"): hostile, ("個人.事務処理ミス", "B5"): "090-1234-5678 架空太郎"})
    edit(inbox, "03_", {("公開.処理状況", "B5"): 42})
    edit(inbox, "09_", {("表紙", "B4"): "来年度"})
    next(inbox.glob("20_*")).unlink()
    (inbox / "<img src=x onerror=alert(1)>&.xlsx").write_bytes(b"PK\x03\x04")
    (inbox / "~$12_.xlsx").write_bytes(b"\x00")
    (inbox / "送り状.docx").write_bytes(b"PK")
    (inbox / "古い形.xls").write_bytes(bytes.fromhex("D0CF11E0A1B11AE1") + bytes(2000))
    shutil.copy(next(inbox.glob("24_*")), inbox / "24_もう一度.xlsx")
    shutil.copy(next((work / "inbox" / "2023").glob("25_*")), inbox)


def _explain(work: Path) -> None:
    _append(
        work / "nerima-report.toml",
        '\n[[explained]]\ncode = "N503"\nsection = ""\ntable = "公開.請求者"\ndifference = 9649\nreason = "架空"\n'
        '\n[[explained]]\ncode = "N401"\ntable = "公開.処理状況"\ndifference = 1\nreason = "使われない"\n',
    )


def _edit_report(work: Path) -> None:
    for year in ("2021", "2022"):
        for name in ("report.docx", "report.md"):
            if (file := work / "out" / year / name).exists():
                file.write_bytes(file.read_bytes() + b"\n")


def _set_reviews(work: Path, number: int) -> None:
    """Change a number that agrees with no other."""
    edit(work / "inbox" / "2022", "00_", {("公開.審査請求", "B5"): number})


def _without_registers(work: Path) -> None:
    shutil.rmtree(work / "registers", ignore_errors=True)


def _break_master(work: Path) -> None:
    _replace(work / "registers" / "業務の登録.csv", "業務-0001", "委託-0001")


def _without_masters(work: Path) -> None:
    for file in (work / "registers").glob("*.csv"):
        file.unlink()


def _append(file: Path, text: str) -> None:
    with file.open("a", encoding="utf-8") as stream:
        stream.write(text)


def _definition(templates: Path, name: str) -> Path:
    """A definition of Nerima: its own, or one that all municipalities share."""
    own = templates / "nerima" / name
    return own if own.is_file() else templates / name


def _replace(file: Path, old: str, new: str) -> None:
    file.write_text(file.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")


def _fill_in(file: Path, number: int) -> None:
    """Write a number into every cell of a form that takes one and is still blank."""
    book = load_workbook(file)
    for sheet in book.worksheets[1:]:
        for row in sheet.iter_rows(min_row=5):
            for cell in row:
                if cell.value is None and not cell.protection.locked and sheet.title.count("."):
                    cell.value = number
    save(book, file)


def _change_editions(bench: Bench, templates: Path) -> None:
    """All changes of the tests together, where they can still be made."""
    for case in _cases("edition_changes"):
        file = _definition(templates, case["file"])
        text = file.read_text(encoding="utf-8")
        if text.count(case["find"]) == 1:
            file.write_text(text.replace(case["find"], case["replace"]), encoding="utf-8")


# ---- data that both versions read


def _cases(name: str) -> list[dict[str, Any]]:
    """The cases of the tests; those of this checkout, for both versions."""
    return list(tomllib.loads((ROOT / "tests" / "cases" / f"{name}.toml").read_text(encoding="utf-8"))["case"])


def prepare(bench: Bench, parts: Sequence[str]) -> None:
    """Make the faulty workbooks, editions and CSV files, from the sample and the definitions of the first version."""
    for part, make in (
        ("single_faults", _prepare_workbooks),
        ("broken_editions", _prepare_editions),
        ("typed_in_years", _prepare_imports),
    ):
        if part in parts:
            make(bench)


def _prepare_workbooks(bench: Bench) -> None:
    for name in ("findings", "corrections"):
        for number, case in enumerate(_cases(name)):
            year = case.get("year", 2022)
            found = sorted((bench.data / "sample" / "inbox" / str(year)).glob(f"{case['file']}*.xlsx"))
            target = bench.data / "cases" / str(year) / f"{name}-{number:03}.xlsx"
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                book = load_workbook(found[0])
                for change in _changes(case["set"]):
                    _apply(book, change)
                save(book, target)
            except (KeyError, ValueError, IndexError):  # what no spreadsheet program can write, or of another ward
                continue


def _prepare_editions(bench: Bench) -> None:
    for number, case in enumerate(_cases("broken_editions")):
        templates = Path(shutil.copytree(bench.program / "templates", bench.data / "editions" / str(number)))
        _replace(_definition(templates, case["file"]), case["find"], case["replace"])


def _changes(cells: Any) -> list[dict[str, Any]]:
    """The changes of a case, which may be written as "sheet!cell" = value."""
    if not isinstance(cells, dict):
        return list(cells)
    places = {place.partition("!"): value for place, value in cells.items()}
    return [{"sheet": sheet, "cell": cell, "value": value} for (sheet, _, cell), value in places.items()]


def _apply(book: Workbook, change: Mapping[str, Any]) -> None:
    sheet = book[change["sheet"]]
    if "copy" in change:
        book.copy_worksheet(sheet).title = change["copy"]
    elif "facts" in change:
        _hide(sheet, change["facts"])
    elif "fill" in change:
        for cell in (cell for row in rows_from_range(change["fill"]) for cell in row):
            sheet[cell] = change.get("value")
    elif "cell" in change:
        sheet[change["cell"]] = change.get("value")
    else:
        del book[change["sheet"]]


def _hide(sheet: Any, facts: Mapping[str, Any]) -> None:
    if facts.get("hidden"):
        sheet.sheet_state = "hidden"
    for row in facts.get("hidden_rows", []):
        sheet.row_dimensions[row].hidden = True
    for letters in facts.get("hidden_columns", []):
        sheet.column_dimensions[letters].hidden = True
    for area in facts.get("merged", []):
        sheet.merge_cells(area.replace("XFD1048576", "Z100"))  # openpyxl would make every single cell of it


def _prepare_imports(bench: Bench) -> None:
    """CSV files of a published year, changed as in the cases of the tests."""
    folder = bench.data / "imports"
    folder.mkdir(parents=True)
    text = (bench.data / "sample" / "earlier" / "見本の架空の数-2018.csv").read_bytes().decode("utf-8-sig")
    everything = text
    for number, case in enumerate(_cases("record_imports")):
        changed = text
        if "find" in case:
            changed = changed.replace(case["find"], case["replace"])
            everything = everything.replace(case["find"], case["replace"])
        if "cut" in case:
            changed = "".join(line for line in changed.splitlines(keepends=True) if not line.startswith(case["cut"]))
        added = case.get("add", "")
        changed += added if isinstance(added, str) else "".join(f"{line}\n" for line in added)
        encoding = case.get("encoding", "utf-8")
        (folder / f"{number}.csv").write_bytes(changed.encode(encoding, errors="replace"))
    (folder / "all.csv").write_text(everything + "公開,無い表,,無い行,件数,,1\nx\n", encoding="utf-8", newline="")


# ---- the two versions


def lay(version: str, folder: Path) -> None:
    """Lay the program of a version (a revision, or a folder) and its templates and sample into a folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    parts = ("src", "templates", "sample_data")
    if Path(version, "src", "nerima_report").is_dir():
        for part in parts:
            shutil.copytree(Path(version, part), folder / part, ignore=IGNORED)
        return
    packed = subprocess.run(["git", "-C", ROOT, "archive", version, *parts], check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x", "-C", folder], input=packed, check=True)


def _commit(version: str) -> str:
    """The commit that a revision names now, because a branch moves meanwhile; a folder stays what it is."""
    if Path(version, "src", "nerima_report").is_dir():
        return version
    named = subprocess.run(["git", "-C", ROOT, "rev-parse", version], check=True, capture_output=True, text=True)
    return named.stdout.strip()


def perform(version: Version, bench: Bench, parts: Sequence[str]) -> None:
    """Let a version do everything, and note what it leaves."""
    lay(version.name, bench.program)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "NERIMA_"))}
    environment |= {
        "PYTHONPATH": str(bench.program / "src"),
        "PYTHONUTF8": "1",
        "COLUMNS": "100",
        "MPLCONFIGDIR": str(bench.root / "matplotlib"),
        "GITHUB_STEP_SUMMARY": str(bench.work / SUMMARY),
    }
    where = _python(["-c", "import nerima_report; print(nerima_report.__file__)"], bench.root, environment).stdout
    if not where.startswith(os.fsencode(bench.program)):
        raise SystemExit(f"another program would run: {os.fsdecode(where)}")
    _python(["-c", "import matplotlib.pyplot, matplotlib_fontja"], bench.root, environment)  # it notes its fonts once
    for part in parts:
        shutil.rmtree(bench.work, ignore_errors=True)
        shutil.copytree(bench.data / "sample", bench.work)
        for number, step in enumerate(PARTS[part](bench)):
            if step.before is not None:
                step.before(bench.work)
            done = _python(["-m", "nerima_report", *step.arguments], bench.work, environment)
            files = _files(bench)
            version.outcomes[part, number] = Outcome(done.returncode, done.stdout, done.stderr, files)
            (bench.work / SUMMARY).unlink(missing_ok=True)
        print(f"{version.name}: {part}, {number + 1} commands", flush=True)


def _python(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, stdin=subprocess.DEVNULL
    )


def _files(bench: Bench) -> dict[str, str]:
    found = {}
    remembered = bench.work / ".nerima-report"  # rests on the program itself
    for file in sorted(path for path in bench.work.rglob("*") if path.is_file() and remembered not in path.parents):
        content = file.read_bytes()
        name = hashlib.sha256(content).hexdigest()
        if not (bench.contents / name).exists():
            (bench.contents / name).write_bytes(content)
        found[file.relative_to(bench.work).as_posix()] = name
    return found


# ---- what differs


def differences(old: Version, new: Version, bench: Bench, parts: Sequence[str]) -> Iterator[str]:
    """The commands that do not leave the same, and what is different."""
    for part in parts:
        for number, step in enumerate(PARTS[part](bench)):
            one, other = (version.outcomes[part, number] for version in (old, new))
            told = list(_of_one_command(one, other, bench))
            if told:
                yield f"\n{part} {number}: nerima-report {' '.join(step.arguments)}"
                yield from (f"  {line}" for line in told)


def _of_one_command(one: Outcome, other: Outcome, bench: Bench) -> Iterator[str]:
    if one.code != other.code:
        yield f"exit code {one.code}, now {other.code}"
    yield from _of_texts("stdout", one.out, other.out)
    yield from _of_texts("stderr", one.err, other.err)
    for name in sorted(one.files.keys() | other.files.keys()):
        before, after = one.files.get(name), other.files.get(name)
        if before == after:
            continue
        if before is None or after is None:
            yield f"{name}: {'only the new version has it' if before is None else 'the new version does not have it'}"
            continue
        contents = [(bench.contents / content).read_bytes() for content in (before, after)]
        if all(content.startswith(b"PK\x03\x04") for content in contents):
            yield from _of_archives(name, *contents)
        else:
            yield from _of_texts(name, *contents)


def _of_archives(name: str, one: bytes, other: bytes) -> Iterator[str]:
    with zipfile.ZipFile(BytesIO(one)) as old, zipfile.ZipFile(BytesIO(other)) as new:
        parts = sorted({*old.namelist(), *new.namelist()})
        changed = [
            part
            for part in parts
            if part not in old.namelist() or part not in new.namelist() or old.read(part) != new.read(part)
        ]
    yield f"{name}: {', '.join(changed) or 'packed otherwise, with the same content'}"


def _of_texts(name: str, one: bytes, other: bytes) -> Iterator[str]:
    if one == other:
        return
    old, new = (content.decode(errors="replace").splitlines() for content in (one, other))
    shown = list(difflib.unified_diff(old, new, "old", "new", n=0, lineterm=""))
    yield f"{name}: {len(shown)} lines of difference"
    yield from (f"    {line[:200]}" for line in shown[:MOST_LINES])


def main() -> None:
    """Compare two versions; exit with 1 if anything differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("--only", action="append", choices=list(PARTS), help="a part of the commands; can be repeated")
    wanted = parser.parse_args()
    parts = wanted.only or list(PARTS)
    names = [_commit(version) for version in (wanted.old, wanted.new)]
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder).resolve())
        bench.contents.mkdir()
        lay(names[0], bench.program)
        ignored = shutil.ignore_patterns("*.py", "__pycache__", "out", "forms")
        shutil.copytree(bench.program / "sample_data", bench.data / "sample", ignore=ignored)
        prepare(bench, parts)
        old, new = map(Version, names)
        for version in (old, new):
            perform(version, bench, parts)
        found = list(differences(old, new, bench, parts))
        print("\n".join(found))
        codes = Counter(outcome.code for outcome in old.outcomes.values())
        files = {content for outcome in old.outcomes.values() for content in outcome.files.values()}
        print(f"{len(old.outcomes)} commands (exit codes {dict(sorted(codes.items()))}), {len(files)} different files")
        print("some differ" if found else "all the same")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
