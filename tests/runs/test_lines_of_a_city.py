"""An invented city (架空) from its forms to its records: tables by 実施機関, 部 and 課, also over years."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from city import BODIES, ROSTER, fill_forms, make_templates, write_roster
from conftest import Command
from form_cells import cell as cell_of
from nerima_report.edition import Edition, find_edition, load_edition
from nerima_report.places import CellKey
from nerima_report.tallies.lines import with_roster
from nerima_report.tallies.roster import load_roster
from nerima_report.text import section_key

LATER = tuple(("市民生活部" if department == "市民部" else department, section) for department, section in ROSTER)
DECISIONS = ("公開", "部分公開", "非公開", "不存在", "存否応答拒否", "却下", "取下げ")


def number(section: str, key: CellKey) -> int:
    """An invented number, another one in each cell of each 課."""
    return sum(map(ord, section + "".join(key))) % 23


def numbers_differ(section: str, key: CellKey) -> int:
    """Those of another year."""
    return number(section, key) + 1


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The edition of the city."""
    return make_templates(tmp_path_factory.mktemp("city"))


@pytest.fixture(scope="session")
def edition(templates: Path) -> Edition:
    """The same, read."""
    return load_edition(find_edition("", templates)).for_year(2024)


@pytest.fixture
def city(tmp_path: Path, templates: Path, edition: Edition, command: Command) -> Path:
    """The working folder of the city, in which everybody has handed in for fiscal 2024."""
    write_roster(tmp_path / "roster.xlsx", {2024: ROSTER, 2025: LATER})
    hand_in(tmp_path, templates, edition, command, 2024)
    return tmp_path


def hand_in(folder: Path, templates: Path, edition: Edition, command: Command, year: int) -> None:
    run = command("-C", folder, "--templates", templates, "form", str(year))
    assert run.code == 0, run.out + run.err
    own = with_roster(edition, load_roster(folder / "roster.xlsx", year, edition))
    fill_forms(folder, year, own, number if year == 2024 else numbers_differ)


def build(folder: Path, templates: Path, command: Command, *words: str) -> Any:
    run = command("-C", folder, "--templates", templates, "build", *words)
    assert run.code in (0, 1), run.out + run.err
    return run


def tables_in(text: str) -> dict[str, list[list[str]]]:
    """The tables of a report in Markdown by title."""
    found: dict[str, list[list[str]]] = {}
    title = ""
    for line in text.splitlines():
        if match := re.fullmatch(r"表\d+ (.+)", line):
            title = match[1]
        elif line.startswith("|") and not line.startswith("| ---"):
            found.setdefault(title, []).append([cell.strip() for cell in line.strip("|").split("|")])
    return found


def test_the_report_prints_the_matrix_of_six_bodies_and_seven_decisions(
    city: Path, templates: Path, command: Command
) -> None:
    build(city, templates, command, "2024")
    tables = tables_in((city / "out" / "2024" / "report.md").read_text(encoding="utf-8"))
    headings, *printed, total = tables["実施機関別の処理状況"]
    assert headings[-1] == "計(件)"
    headings, rows = headings[:-1], [row[:-1] for row in printed]
    assert [row[0] for row in rows] == ["市長", *BODIES.values()]
    decisions = [heading.removesuffix("(件)") for heading in headings[1:]]
    sums = {body: [0] * len(decisions) for body in ("市長", *BODIES.values())}
    for department, section in ROSTER:
        body = BODIES.get(department or section, "市長")
        for place, row in enumerate(decisions):
            key = CellKey("公開.処理状況", "", row, "件数")
            sums[body][place] += number(section_key(department, section), key)
    assert {row[0]: [int(text.replace(",", "")) for text in row[1:]] for row in rows} == sums
    assert [row[-1] for row in printed] == [f"{sum(numbers):,}" for numbers in sums.values()]
    assert total[1:-1] == [f"{sum(column):,}" for column in zip(*sums.values(), strict=True)]
    across = tables["処理状況別の実施機関"]
    assert [list(each) for each in zip(*across[1:-1], strict=True)][1:-1] == [row[1:] for row in rows]


def test_a_form_asks_for_the_own_line_only_and_its_number_comes_into_that_row(
    city: Path, templates: Path, command: Command
) -> None:
    form = load_workbook(next((city / "forms" / "2024").glob("05_*")))["公開"]
    labels = [cell.value for column in ("A", "B") for cell in form[column]]
    assert labels.count("福祉部") == 2
    assert {"総務部", "市民部", "総務課"}.isdisjoint(labels)
    build(city, templates, command, "2024")
    tables = tables_in((city / "out" / "2024" / "report.md").read_text(encoding="utf-8"))
    printed = {row[0]: row[1] for row in tables["部別の請求の件数"]}
    key = CellKey("公開.部別の請求", "", "総務部", "請求")
    assert printed["総務部"] == str(number("総務部総務課", key) + number("総務部財政課", key))


def test_a_line_of_another_department_in_a_form_is_found(city: Path, templates: Path, command: Command) -> None:
    file = next((city / "inbox" / "2024").glob("05_*"))
    book = load_workbook(file)
    cell = next(cell for cell in book["公開"]["B"] if cell.value == "福祉部")
    cell.value = "総務部"
    book.save(file)
    run = command("-C", city, "--templates", templates, "validate", "2024", "--format", "json")
    found = {(n["code"], n["table"]) for n in json.loads(run.out)["findings"]}
    assert {code for code, table in found if table == "公開.部別の請求"} & {"N206", "N207"}


def test_a_published_year_is_printed_again_after_the_roster_changed(
    city: Path, templates: Path, command: Command
) -> None:
    build(city, templates, command, "2024")
    report = (city / "out" / "2024" / "report.md").read_bytes()
    run = command("-C", city, "--templates", templates, "publish", "2024")
    assert run.code == 0, run.out + run.err
    write_roster(city / "roster.xlsx", {2024: LATER[:3], 2025: LATER})
    shutil.rmtree(city / "out" / "2024")
    build(city, templates, command, "2024", "--from-record")
    again = (city / "out" / "2024" / "report.md").read_bytes()
    assert tables_in(again.decode()) == tables_in(report.decode())


@pytest.mark.parametrize("renamed", [False, True])
def test_a_department_with_another_name_is_told_unless_it_is_declared(
    city: Path, templates: Path, edition: Edition, command: Command, tmp_path: Path, renamed: bool
) -> None:
    build(city, templates, command, "2024")
    assert command("-C", city, "--templates", templates, "publish", "2024").code == 0
    if renamed:
        templates = Path(shutil.copytree(templates, tmp_path / "renamed"))
        rules = [
            f'[[renamed]]\nyear = 2025\ntable = "{table}"\nbefore = "市民部"\n{to}\nreason = "改組"\n'
            for table, to in (
                ("部別", 'row = "市民生活部"\ngroup = "市長"'),
                ("部別の請求", 'row = "市民生活部"'),
                ("市長の部", 'row = "市民生活部"'),
                ("課別", 'group = "市民生活部"'),
                ("課別の請求", 'group = "市民生活部"'),
            )
        ]
        part = templates / "city" / "disclosure" / "part.toml"
        part.write_text(part.read_text(encoding="utf-8") + "\n" + "\n".join(rules), encoding="utf-8")
    hand_in(city, templates, edition, command, 2025)
    run = build(city, templates, command, "2025", "--compare")
    text = (city / "out" / "2025" / "report.md").read_text(encoding="utf-8")
    row = next(row for row in tables_in(text)["部別の請求の件数"] if row[0] == "市民生活部")
    assert (row[2] == "…") is not renamed
    run = command("-C", city, "--templates", templates, "check", "2025", "--format", "json")
    told = {n["table"] for n in json.loads(run.out)["findings"] if n["code"] == "N709"}
    by_part = {f"公開.{key}" for key in ("部別", "市長の部", "部別の請求", "課別", "課別の請求")}
    assert told == (set() if renamed else by_part)
    run = command("-C", city, "--templates", templates, "trend", "2024..2025")
    assert run.code == 0, run.out + run.err


def test_a_year_before_the_tool_is_typed_in_with_the_departments_that_it_had(
    city: Path, templates: Path, command: Command
) -> None:
    run = command("-C", city, "--templates", templates, "record", "template", "2022", "--out", city / "2022.xlsx")
    assert run.code == 0, run.out + run.err
    book = load_workbook(city / "2022.xlsx")
    for sheet in book.worksheets[2:] if book.sheetnames[1] == "記入要領" else book.worksheets[1:]:
        for cells in sheet.iter_rows(min_row=4):
            for cell in cells:
                if cell.value == "総務部":
                    cell.value = "企画総務部"
                elif cell.value == "監査委員":
                    cell.value = "監査委員会"
                elif cell.value == "監査委員(件)":
                    cell.value = "監査委員会(件)"
                elif not cell.protection.locked and cell.value is None and _is_count(sheet, cell):
                    cell.value = 0
    book.save(city / "2022.xlsx")
    run = command("-C", city, "--templates", templates, "record", "import", city / "2022.xlsx")
    assert run.code == 0, run.out + run.err
    record = json.loads((city / "records" / "2022.json").read_text(encoding="utf-8"))
    names = {(cell["table"], cell["group"], cell["row"]) for cell in record["cells"]}
    assert ("公開.部別", "市長", "企画総務部") in names
    assert ("公開.部別", "", "監査委員会") in names
    assert ("公開.部別", "市長", "総務部") not in names
    assert {c["column"] for c in record["cells"] if c["table"] == "公開.処理別"} >= {"監査委員会", "市長"}
    run = command("-C", city, "--templates", templates, "build", "2022", "--from-record")
    assert run.code == 0, run.out + run.err


def _is_count(sheet: Any, cell: Any) -> bool:
    """Whether a cell is that of a count, by the heading of its column."""
    return "(" in str(sheet.cell(4, cell.column).value)


def test_a_csv_names_the_departments_of_its_year(city: Path, templates: Path, command: Command) -> None:
    lines = [
        "表,区分,行,列,値",
        "公開.部別の請求,,企画部,請求,3",
        "公開.部別の請求,,広報部,請求,4",
        "公開.部別の請求,,計,請求,7",
    ]
    lines += [f"公開.処理別,,{row},市長,1" for row in DECISIONS]
    lines += ["公開.部別,市長,企画部,公開,1", "公開.部別,市長,企画部,非公開等,1", "公開.部別,市長,企画部,取下げ,1"]
    lines += ["公開.部別,,議会,公開,1", "公開.部別,,議会,非公開等,1", "公開.部別,,議会,取下げ,1"]
    lines += [f"公開.{key},,,,該当なし" for key in ("処理状況", "実施機関別", "課別", "部局別", "市長の部", "議会の外")]
    lines += ["公開.課別の請求,,,請求,該当なし", "公開.課別の請求,,計,請求,9"]  # only the total was published
    (city / "2021.csv").write_text("\n".join(lines), encoding="utf-8")
    run = command("-C", city, "--templates", templates, "record", "import", city / "2021.csv", "--year", "2021")
    assert run.code == 0, run.out + run.err
    record = json.loads((city / "records" / "2021.json").read_text(encoding="utf-8"))
    known = {
        (c["group"], c["row"], c["column"]): c["value"] for c in record["cells"] if c["table"] == "公開.部別の請求"
    }
    assert known == {("", "企画部", "請求"): 3, ("", "広報部", "請求"): 4}
    assert [(t["table"], t["value"]) for t in record["printed_totals"]] == [("公開.課別の請求", 9)]


def test_the_record_says_what_the_open_data_says(city: Path, templates: Path, command: Command) -> None:
    build(city, templates, command, "2024")
    rows = (city / "out" / "2024" / "data" / "disclosure-03.csv").read_text(encoding="utf-8-sig")
    record = json.loads((city / "out" / "2024" / "record.json").read_text(encoding="utf-8"))
    cells = [cell for cell in record["cells"] if cell["table"] == "公開.処理別"]
    assert len(cells) == 7 * (6 + 1)
    for cell in cells:
        assert re.search(rf"{cell['row']},{cell['column']},{cell['value']},件", rows)


def test_a_manuscript_may_name_groups_of_the_roster_in_a_year_without_them(
    city: Path, templates: Path, command: Command, tmp_path: Path
) -> None:
    own = Path(shutil.copytree(templates, tmp_path / "own"))
    manuscript = own / "city" / "disclosure" / "manuscript.md.j2"
    calls = (
        '順位("部別", "公開", "1", "市長") | および',
        '区分の計("部別", "公開", "市長") | 件',
        '値("処理別", "公開", "市長") | 件',
    )
    sentences = "\n\n".join(f"部別では{{{{ {call} }}}}。" for call in calls)
    manuscript.write_text(f"{manuscript.read_text(encoding='utf-8')}\n{sentences}\n", encoding="utf-8")
    tables = ("実施機関別", "処理別", "部別", "課別", "部局別", "市長の部", "議会の外", "部別の請求", "課別の請求")
    lines = ["表,区分,行,列,値", *(f"公開.{key},,,,該当なし" for key in tables)]
    lines += [f"公開.処理状況,,{row},{column},1" for row in DECISIONS for column in ("件数", "枚数")]
    (city / "2021.csv").write_text("\n".join(lines), encoding="utf-8")
    run = command("-C", city, "--templates", own, "record", "import", city / "2021.csv", "--year", "2021")
    assert run.code == 0, run.out + run.err
    run = command("-C", city, "--templates", own, "build", "2021", "--from-record")
    assert run.code == 0, run.out + run.err
    assert "部別では" not in next((city / "out").rglob("report.md")).read_text(encoding="utf-8")


LINK = """
[[link]]
key = "部別と課別"
left = { table = "部別の請求", column = "請求" }
relation = "equal"
right = { table = "課別の請求", column = "請求" }
why = "同じ請求（架空）"
"""


def test_what_a_section_reports_in_its_own_lines_agrees_in_its_own_workbook(
    tmp_path: Path, templates: Path, command: Command
) -> None:
    own = Path(shutil.copytree(templates, tmp_path / "own"))
    links = own / "city" / "disclosure" / "links.toml"
    links.write_text((links.read_text(encoding="utf-8") if links.exists() else "") + LINK, encoding="utf-8")
    write_roster(tmp_path / "roster.xlsx", {2024: ROSTER})
    assert command("-C", tmp_path, "--templates", own, "form", "2024").code == 0
    edition = load_edition(own / "city").for_year(2024)
    edition = with_roster(edition, load_roster(tmp_path / "roster.xlsx", 2024, edition))
    fill_forms(tmp_path, 2024, edition, lambda section, key: len(section))
    inbox = tmp_path / "inbox" / "2024"
    run = command("-C", tmp_path, "--templates", own, "validate", inbox, "--format", "json")
    assert [f for f in json.loads(run.out)["findings"] if f["severity"] == "error"] == []

    [file] = inbox.glob("*_市民部税務課_*")
    book = load_workbook(file)
    changed = cell_of(book, CellKey("公開.部別の請求", "", "市民部", "請求"))
    changed.value = int(str(changed.value)) + 7
    book.save(file)
    for words in (("validate", inbox), ("build", "2024", "--draft")):
        run = command("-C", tmp_path, "--templates", own, *words, "--format", "json")
        [finding] = [f for f in json.loads(run.out)["findings"] if f["severity"] == "error"]
        facts = finding["code"], Path(finding["file"]).name, finding["cell"], finding["difference"]
        assert facts == ("N501", file.name, changed.coordinate, 7)
