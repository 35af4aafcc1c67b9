"""Editions as data: broken ones are refused, changed ones change the report, the wheel carries them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from conftest import ROOT, SAMPLE, Command, copy_templates, definition_file
from nerima_report.edition import Edition, find_edition, load_edition, shipped_templates

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "broken_editions.toml").read_text(encoding="utf-8"))[
    "case"
]


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    """A copy of the shipped templates, to be changed."""
    return copy_templates(tmp_path / "templates")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_broken_edition_stops_with_file_and_key(
    case: dict[str, Any], templates: Path, workdir: Path, command: Command
) -> None:
    file = definition_file(templates, case["file"])
    text = file.read_text(encoding="utf-8")
    assert text.count(case["find"]) == 1
    file.write_text(text.replace(case["find"], case["replace"]), encoding="utf-8")
    run = command("-C", workdir, "--templates", templates, "build", "2022")
    assert run.code == 2
    assert str(definition_file(templates, case.get("fault", case["file"]))) in run.err
    assert f"箇所: {case['key']}\n" in run.err or not case["key"]
    assert "理由: " in run.err
    assert not (workdir / "out").exists()


@pytest.mark.parametrize(
    "missing",
    [
        "municipality.toml",
        "guideline.toml",  # some tables ask for its types
        "disclosure/part.toml",
        "disclosure/tables.toml",
        "disclosure/manuscript.md.j2",
    ],
)
def test_missing_file_is_named(missing: str, templates: Path, workdir: Path, command: Command) -> None:
    (templates / "nerima" / missing).unlink()
    run = command("-C", workdir, "--templates", templates, "build", "2022")
    assert run.code == 2
    assert missing.rpartition("/")[2] in run.err or "nerima" in run.err


def test_templates_may_be_the_folder_above_or_the_edition_itself(templates: Path, whole_edition: Edition) -> None:
    for folder in (templates, templates / "nerima"):
        assert load_edition(find_edition("nerima", folder)).sha256 == whole_edition.sha256


def rewrite(file: Path, old: str, new: str) -> None:
    """Change a text in a definition file, as the office would in an editor."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_changed_wording_and_title_show_in_the_report(templates: Path, workdir: Path, command: Command) -> None:
    rewrite(templates / "nerima" / "disclosure" / "manuscript.md.j2", "つぎのとおりである。", "次のとおりである。")
    rewrite(templates / "nerima" / "disclosure" / "tables.toml", '"公開請求処理状況"', '"公開請求の処理状況"')
    assert command("-C", workdir, "--templates", templates, "build", "2022").code == 0
    report = (workdir / "out" / "2022" / "report.md").read_text(encoding="utf-8")
    assert "公文書の公開状況は、次のとおりである。" in report
    assert "表5 公開請求の処理状況" in report


def test_another_order_of_tables_numbers_them_anew(templates: Path, workdir: Path, command: Command) -> None:
    manuscript = templates / "nerima" / "disclosure" / "manuscript.md.j2"
    text = manuscript.read_text(encoding="utf-8")
    first, second = '{{ 表("内容別") }}', '{{ 表("請求者") }}'
    swapped = text.replace(first, "@").replace(second, first).replace("@", second)
    manuscript.write_text(swapped, encoding="utf-8")
    assert command("-C", workdir, "--templates", templates, "build", "2022").code == 0
    report = (workdir / "out" / "2022" / "report.md").read_text(encoding="utf-8")
    assert report.index("表1 公開請求者の内訳") < report.index("表2 公開請求の内容別件数")


def test_a_style_changed_in_word_shows_in_the_result(templates: Path, workdir: Path, command: Command) -> None:
    reference = templates / "reference.docx"
    document = Document(str(reference))
    document.styles["Caption"].font.size = 190500  # 15 pt in EMU
    document.save(str(reference))
    assert command("-C", workdir, "--templates", templates, "build", "2022").code == 0
    built = Document(str(workdir / "out" / "2022" / "report.docx"))
    assert built.styles["Caption"].font.size == 190500


def test_a_year_without_parts_is_refused(workdir: Path, command: Command) -> None:
    run = command("-C", workdir, "build", "1990")
    assert run.code == 2
    assert "Traceback" not in run.err


@pytest.mark.thorough
def test_the_wheel_carries_the_templates(tmp_path: Path) -> None:
    """Built, installed into another place and run from there, away from the checkout."""
    checkout = tmp_path / "checkout"
    for name in ("src", "templates"):
        shutil.copytree(ROOT / name, checkout / name)
    for name in ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md"):
        shutil.copy(ROOT / name, checkout)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    wheels, place = tmp_path / "wheels", tmp_path / "place"
    # Beside what is on the path already: the build tools where `make` puts them.
    path = os.pathsep.join(filter(None, (str(Path(sys.prefix) / "build-tools"), os.environ.get("PYTHONPATH"))))
    subprocess.run(
        [*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", wheels, checkout],
        env={**os.environ, "PYTHONPATH": path},
        check=True,
    )
    wheel = next(wheels.glob("*.whl"))
    names = set(zipfile.ZipFile(wheel).namelist())
    assert "nerima_report/py.typed" in names  # the classifier Typing :: Typed
    shipped = shipped_templates()
    for file in (file for file in shipped.rglob("*") if file.is_file()):
        assert f"nerima_report/templates/{file.relative_to(shipped).as_posix()}" in names
    subprocess.run([*pip, "install", "--no-deps", "--target", place, wheel], check=True)
    shutil.rmtree(checkout)
    work = tmp_path / "work"
    shutil.copytree(SAMPLE / "inbox", work / "inbox")
    shutil.copy(SAMPLE / "roster.xlsx", work)
    program = f"import sys; sys.path.insert(0, {str(place)!r}); from nerima_report.cli import main; main()"
    built = subprocess.run(
        [sys.executable, "-P", "-c", program, "-C", str(work), "build", "2022"], capture_output=True, cwd=tmp_path
    )
    assert built.returncode == 0, built.stderr.decode()
    golden = ROOT / "tests" / "golden" / "report-2022.md"
    assert (work / "out" / "2022" / "report.md").read_bytes() == golden.read_bytes()


def test_an_edition_replaces_single_keys_of_what_all_share(templates: Path) -> None:
    (templates / "nerima" / "trend.toml").write_text('title = "十年の動き"\n', encoding="utf-8")
    changed, shipped = load_edition(templates / "nerima").trend, load_edition(ROOT / "templates" / "nerima").trend
    assert changed == shipped.model_copy(update={"title": "十年の動き"})


@pytest.mark.parametrize(
    ("file", "text", "key"),
    [("nerima/trend.toml", "titel = 1", "titel"), ("trend.toml", "title = 1", "title"), ("forms.toml", "[", "")],
)
def test_a_fault_in_what_all_share_is_told_with_its_file(
    file: str, text: str, key: str, templates: Path, command: Command
) -> None:
    (templates / "nerima" / "forms.toml").write_text('title = "様式"\n', encoding="utf-8")
    (templates / file).write_text(text, encoding="utf-8")
    run = command("edition", "check", "--templates", templates)
    assert run.code == 2
    assert f"ファイル: {templates / file}\n" in run.err
    assert f"箇所: {key}" in run.err


def test_whether_a_shared_file_changed_is_seen_in_the_hash(templates: Path, whole_edition: Edition) -> None:
    assert load_edition(templates / "nerima").sha256 == whole_edition.sha256
    rewrite(templates / "cover.md.j2", "{{ 公表月 }}", "{{ 公表月 }}公表")
    assert load_edition(templates / "nerima").sha256 != whole_edition.sha256
