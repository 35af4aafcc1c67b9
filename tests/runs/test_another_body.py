"""A body that is no ward, made from data, reads no word of a ward anywhere.

Both are invented cities: tests/mihon, which begins with nothing, and the one that is shipped with its sample.
"""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from conftest import ROOT, SAMPLE, Command, Run, files_in
from form_cells import cell
from ledgers import write_ledger
from nerima_report.edition import load_edition
from nerima_report.places import CellKey

YEAR = 2024
# 区 as a word of its own, not as a part of 区分, 区別, 区切る or 区間.
WARD = re.compile(r"区(?![分別切間])|練馬|情報公開課|特別区")
OF_REPORT = re.compile(r"out/.*/(report\.md|trend\.md|正誤表\.md|決裁資料\.docx word/document\.xml)")
COMPUTED = """割合は{{ 構成比("決定", "件数", "開示") | パーセント }}、
計は{{ 足す(合計("決定", "件数"), 合計("請求者", "件数")) | 件 }}です。"""
OWN_WORDS = """
[words]
department = "局"
section = "所属"
whole = "組合全体"
coordinator = "庶務担当"
"""
CASES = [
    {"受付番号": f"公開-{number:04}", "受付日": date(2024, 4, number), "区分": kind, "請求者番号": f"P-{number:04}",
     "局": "市民局", "所属": "窓口", "処理": outcome, "決定日": date(2024, 4, number + 9)}
    for number, (kind, outcome) in enumerate(
        [("市内の個人", "開示"), ("市内の個人", "部分開示"), ("そのほか", "不開示"), ("そのほか", "取下げ")], start=1
    )
]  # fmt: skip
FILLED = {
    "公開.決定": {"開示": 3, "部分開示": 2, "不開示": 1, "取下げ": 0},
    "公開.請求者": {"市内の個人": 4, "そのほか": 2},
}


@dataclass(frozen=True)
class Body:
    """The working folder of a body with its templates, and all that was said in it."""

    folder: Path
    templates: Path
    command: Command
    said: list[str]

    def run(self, *arguments: object) -> Run:
        run = self.command("-C", self.folder, "--templates", self.templates, *map(str, arguments))
        self.said.append(run.out + run.err)
        return run

    def texts(self) -> Iterator[tuple[str, str]]:
        """Everything that somebody may read: what was printed, and what lies in the files, opened if need be."""
        yield from ((f"command {number}", text) for number, text in enumerate(self.said))
        for name, content in files_in(self.folder).items():
            file = self.folder / name
            if zipfile.is_zipfile(file):
                with zipfile.ZipFile(file) as parts:
                    for part in parts.namelist():
                        yield f"{name} {part}", re.sub("<[^>]+>", " ", parts.read(part).decode(errors="ignore"))
            elif not name.startswith(".nerima-report"):
                yield name, content.decode(errors="ignore")
            yield "name", name


def body_of(tmp_path: Path, command: Command, own_words: str = "") -> Body:
    templates = tmp_path / "templates"
    shutil.copytree(ROOT / "templates", templates, ignore=shutil.ignore_patterns("nerima"))
    shutil.copytree(ROOT / "tests" / "mihon", templates / "mihon")
    definition = templates / "mihon" / "municipality.toml"
    definition.write_text(definition.read_text(encoding="utf-8") + own_words, encoding="utf-8")
    return Body(tmp_path / "work", templates / "mihon", command, [])


def fill(form: Path, folder: Path, *, wrong: bool = False) -> None:
    """Fill in a form, or hand it in with a sum that does not agree and a number that is none."""
    book = load_workbook(form)
    for table, columns in (("公開.決定", ("件数", "枚数")), ("公開.請求者", ("件数", "人数"))):
        for column in columns:
            for row, count in FILLED[table].items():
                try:
                    cell(book, CellKey(table, "", row, column)).value = count
                except (LookupError, StopIteration, KeyError):
                    continue
    if "公開.審査請求" in book.sheetnames:
        book["公開.審査請求"]["B6"], book["公開.審査請求"]["C6"] = "架空の件", date(YEAR, 5, 1)
    if wrong:
        cell(book, CellKey("公開.決定", "", "開示", "件数")).value = "三"
        cell(book, CellKey("公開.請求者", "", "そのほか", "件数")).value = 9
    book.save(folder / form.name)


def season_of_books(body: Body) -> None:
    """The same with the case ledger and the register, years beside each other, and what is refused."""
    edition = load_edition(body.templates)
    body.folder.mkdir()
    body.run("init", "--year", YEAR)
    body.run("form", YEAR)
    body.run("ledger", "new", YEAR)
    body.run("ledger", "due", "--section", "窓口")
    body.run("register", "list")
    file = write_ledger(body.folder / "ledger" / f"{YEAR}.xlsx", edition, YEAR, {"公開.請求台帳": CASES})
    body.run("ledger", "check", YEAR)
    body.run("ledger", "check", YEAR, "--format", "json")
    body.run("ledger", "due", "--on", "2024-06-01")
    body.run("ledger", "due", "--section", "いない所属")
    body.run("ledger", "confirm", YEAR)
    body.run("ledger", "persons", YEAR)
    wrong = {**CASES[0], "所属": "いない所属", "決定日": date(YEAR, 3, 1)}
    write_ledger(file, edition, YEAR, {"公開.請求台帳": [*CASES, wrong]})
    for kind in ("text", "json", "github", "junit", "html"):
        body.run("ledger", "check", YEAR, "--format", kind)
        body.run("validate", YEAR, "--format", kind)
    write_ledger(file, edition, YEAR, {"公開.請求台帳": CASES})
    shutil.rmtree(body.folder / "forms" / str(YEAR))  # what the ledger counts is asked of nobody
    body.run("form", YEAR)
    inbox = body.folder / "inbox" / str(YEAR)
    inbox.mkdir(parents=True)
    forms = sorted((body.folder / "forms" / str(YEAR)).glob("*.xlsx"))
    for form in forms:
        register(form, inbox, {"委託の名前": "架空の発送", "始めた日": date(YEAR, 5, 1)})
    body.run("build", YEAR, "--draft")
    body.run("register", "merge", YEAR, "--dry-run")
    body.run("register", "merge", YEAR)
    body.run("register", "list")
    body.run("register", "list", "--section", "いない所属")
    body.run("register", "show", "委託-0001")
    body.run("register", "print", "委託の記録")
    body.run("record", "template", YEAR - 1)
    body.run("record", "import", earlier_year(body.folder), "--year", YEAR - 1)
    assert body.run("build", YEAR, "--compare").code == 0
    for kind in ("text", "json", "github", "junit"):
        body.run("check", YEAR, "--format", kind)
    body.run("trend", f"{YEAR - 1}..{YEAR}")
    assert body.run("publish", YEAR, "--on", f"{YEAR + 1}-05-01").code == 0
    write_ledger(file, edition, YEAR, {"公開.請求台帳": CASES[:-1]})
    assert body.run("build", YEAR).code == 0
    assert body.run("publish", YEAR, "--revise", "数え誤り").code == 0
    body.run("build", YEAR, "--from-record")
    body.run("init", "--year", YEAR + 1)
    body.run("ledger", "new", YEAR + 1)
    body.run("validate", YEAR + 1)
    body.run("publish", YEAR + 1)
    body.run("status")


def register(form: Path, folder: Path, entry: dict[str, str | date]) -> None:
    """Hand a form in with a new entry of the register, if it has one."""
    book = load_workbook(form)
    if "公開.審査請求" in book.sheetnames:
        book["公開.審査請求"]["B6"], book["公開.審査請求"]["C6"] = "架空の件", date(YEAR, 5, 1)
    for sheet in book:
        headings = {str(cell.value): cell for row in sheet.iter_rows(max_row=12) for cell in row if cell.value}
        if "委託の名前" in headings:
            row = headings["委託の名前"].row + 1
            for label, value in {**entry, "確認": "新規", "登録日": date(YEAR, 5, 1)}.items():
                sheet.cell(row, headings[label].column).value = value
    book.save(folder / form.name)


def earlier_year(folder: Path) -> Path:
    """The numbers of the year before, as somebody typed them in."""
    lines = ["部,表,区分,行,列,値"]
    for table, columns in (("公開.決定", ("件数", "枚数")), ("公開.請求者", ("件数", "人数"))):
        lines += [
            f"公開,{table[3:]},,{row},{column},{count}" for column in columns for row, count in FILLED[table].items()
        ]
    file = folder / "前の年度.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def season(body: Body) -> None:
    """Everything that a body does in a year, with what goes wrong on the way."""
    body.folder.mkdir(exist_ok=True)
    body.run("init", "--year", YEAR)
    settings = body.folder / "nerima-report.toml"
    text = settings.read_text(encoding="utf-8").replace("[deadline]", "[deadline]\n2024 = 2025-05-14")
    settings.write_text(re.sub('edition = ".*"', 'edition = "mihon"', text), encoding="utf-8")
    body.run("status", YEAR)
    body.run("form", YEAR, "--eml")
    forms = sorted((body.folder / "forms" / str(YEAR)).glob("*.xlsx"))
    inbox = body.folder / "inbox" / str(YEAR)
    inbox.mkdir()
    for form in forms[:3]:
        fill(form, inbox, wrong=form in forms[1:3])
    body.run("validate", YEAR)
    body.run("validate", f"inbox/{YEAR}")
    body.run("validate", f"inbox/{YEAR}", "--format", "json")
    body.run("build", YEAR, "--draft")
    body.run("status", YEAR)
    for form in forms:
        fill(form, inbox)
    body.run("validate", YEAR)
    assert body.run("build", YEAR).code == 0
    assert body.run("publish", YEAR).code == 0
    body.run("trend")
    body.run("check", YEAR)
    body.run("record", "template", YEAR - 1)
    body.run("build", YEAR, "--from-record")
    body.run("init", "--year", YEAR + 1)
    body.run("status")
    body.run("edition", "check")
    body.run("explain")
    body.run("explain", "--markdown")
    body.run("form", YEAR, "--section", "いない課")


@pytest.mark.parametrize("own_words", ["", OWN_WORDS], ids=["words of the name", "words of its own"])
def test_no_word_of_a_ward_is_in_any_output(tmp_path: Path, command: Command, own_words: str) -> None:
    body = body_of(tmp_path, command, own_words)
    season(body)
    assert not list(words_of_a_ward(body))


def test_no_word_of_a_ward_is_in_any_output_of_the_shipped_city(tmp_path: Path, command: Command) -> None:
    body = Body(tmp_path / "city", ROOT / "templates" / "akebono", command, [])
    shutil.copytree(SAMPLE / "akebono", body.folder, ignore=shutil.ignore_patterns("out", "forms", "確認"))
    second = sorted((body.folder / "inbox" / str(YEAR)).iterdir())[1]
    right = second.read_bytes()
    book = load_workbook(second)
    cell(book, CellKey("公開.処理状況", "", "請求", "件数")).value = "三"
    book.save(second)
    body.run("validate", YEAR)
    body.run("build", YEAR, "--draft")
    second.write_bytes(right)
    assert body.run("build", YEAR, "--compare").code == 0
    assert body.run("publish", YEAR).code == 0
    body.run("publish", YEAR, "--revise", "架空の訂正")
    body.run("trend", f"2020..{YEAR}")
    body.run("check", f"2020..{YEAR}")
    body.run("record", "template", 2019)
    body.run("build", 2023, "--from-record")
    body.run("init", "--year", YEAR + 1)
    body.run("form", YEAR + 1, "--eml")
    for words in (["status"], ["edition", "check"], ["explain"], ["explain", "--markdown"]):
        body.run(*words)
    assert not list(words_of_a_ward(body))


def words_of_a_ward(body: Body) -> Iterator[str]:
    """Where a word of a ward stands in what a body reads, with what is around it."""
    for name, text in body.texts():
        yield from (f"{name}: {text[max(0, m.start() - 30) : m.end() + 30]!r}" for m in WARD.finditer(text))


def test_what_a_body_calls_its_offices_stands_everywhere(tmp_path: Path, command: Command) -> None:
    body = body_of(tmp_path, command, OWN_WORDS + '[printing]\nstyle = "です・ます"\ncalendar = "western"\n')
    for file in (ROOT / "tests" / "mihon_books").iterdir():
        shutil.copy(file, body.templates / "disclosure" / file.name)
    definition = body.templates / "municipality.toml"
    text = definition.read_text(encoding="utf-8").partition("roster = ")[0]
    own = definition.read_text(encoding="utf-8").partition("]\n\n[words]")[2]
    roster = '[{ department = "市民局", section = "窓口" }, { department = "総務局", section = "庶務担当" }'
    text = text.replace('department = "総務部", section = "総務課"', 'department = "総務局", section = "庶務担当"')
    definition.write_text(f"{text}roster = {roster}]\n\n[words]{own}", encoding="utf-8")
    manuscript = body.templates / "disclosure" / "manuscript.md.j2"
    manuscript.write_text(f"{manuscript.read_text(encoding='utf-8')}\n{COMPUTED}\n", encoding="utf-8")
    season_of_books(body)
    # The columns of the roster and of the registers are called so everywhere: the program finds them by these names.
    others = ((name, text) for name, text in body.texts() if not name.startswith(("roster", "registers/")))
    found = [(name, text[max(0, m.start() - 30) : m.end() + 30]) for name, text in others
             for m in re.finditer(rf"{WARD.pattern}|課", text)]  # fmt: skip
    assert not found, "\n".join(f"{name}: {text!r}" for name, text in found[:60])
    published = {name: text for name, text in body.texts() if name.endswith(("sentences.csv", "audit.md"))}
    for how in ("公開.決定 開示 件数 ÷ 公開.決定 件数", "公開.決定 件数 ＋ 公開.請求者 件数"):
        assert [name for name, text in published.items() if how in text] == [*published], how
    assert len(published) == 2, [*published]
    made = {name: re.sub(r"\S+\.xlsx", "", text) for name, text in body.texts() if OF_REPORT.fullmatch(name)}
    assert len(made) == 4, [*made]
    for name, text in made.items():
        assert "2024年度" in text
        assert not re.search(r"令和|平成", text), name
        assert not re.search(r"(である|ない|った|(?<!ま)した|する|れる|なる|いる)[。（）]", text), name


@pytest.mark.parametrize(
    "words",
    [
        ["guideline"],
        ["register", "list"],
        ["register", "merge", "2024"],
        ["ledger", "new", "2024"],
        ["ledger", "check", "2024"],
    ],
    ids=" ".join,
)
def test_what_a_body_does_not_have_is_said_in_one_sentence(words: list[str], tmp_path: Path, command: Command) -> None:
    body = body_of(tmp_path, command)
    body.folder.mkdir()
    run = body.run(*words)
    assert run.code == 2
    assert run.err.count("。") == 1
    assert "見本市の定義には" in run.err


def test_no_help_names_a_ward(command: Command) -> None:
    for words in ((), *((name,) for name in re.findall(r"^  ([a-z]+)  ", command("--help").out, re.MULTILINE))):
        pages = [command(*words, "--help").out]
        if len(words) == 1:
            inner = re.findall(r"^  ([a-z]+)  ", pages[0].partition("コマンド\n")[2], re.MULTILINE)
            pages += [command(*words, name, "--help").out for name in inner]
        assert not [page for page in pages if WARD.search(page)]
