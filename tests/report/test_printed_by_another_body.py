"""What another body asks of its sentences and tables (cases/another_body.toml), on the invented city of tests/mihon."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT
from nerima_report.edition import Edition, load_edition
from nerima_report.edition.municipality import Words
from nerima_report.errors import DefinitionError
from nerima_report.report.blocks import Heading, Paragraph
from nerima_report.report.compose import annotate, compose_report
from nerima_report.report.content import Content
from nerima_report.report.formats.markdown import render_markdown
from nerima_report.report.manuscript import read_blocks
from nerima_report.report.prose import prose_of
from nerima_report.report.wording import PartWording, Wording, year_names
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.model import Tallies
from nerima_report.tallies.totals import Totals, cell_names, with_sums

CASES = tomllib.loads((ROOT / "tests" / "cases" / "another_body.toml").read_text(encoding="utf-8"))
COUNTS = {"開示": 3, "部分開示": 2, "不開示": 1, "取下げ": 0, "市内の個人": 4, "そのほか": 2}


def collection_of(edition: Edition, changes: dict[str, int]) -> Collection:
    counts = COUNTS | changes
    totals = with_sums(Totals({key: counts[key.row] for key in cell_names(edition) if key.row in counts}), edition)
    return Collection(edition, 2024, Tallies((), {"公開.審査請求": ()}, (), (), ()), totals)


def changed(tmp_path: Path, case: dict[str, Any]) -> Edition:
    """The edition with what the case writes into its files."""
    folder = Path(shutil.copytree(ROOT / "tests" / "mihon", tmp_path / "mihon"))
    municipality, tables = folder / "municipality.toml", folder / "disclosure" / "tables.toml"
    own = "\n".join(case[key] for key in ("printing", "note") if key in case)
    text = municipality.read_text(encoding="utf-8")
    municipality.write_text(f"{text}\n[printing]\n{own}\n", encoding="utf-8")
    text = tables.read_text(encoding="utf-8")
    text = text.replace('key = "決定"\n', f'key = "決定"\n{case.get("table", "")}\n')
    if "title" in case:
        text = text.replace('title = "開示請求に対する決定"', f'title = "{case["title"]}"')
    for row, group in case.get("groups", {}).items():
        text = text.replace(f'{{ label = "{row}" }}', f'{{ label = "{row}", group = "{group}" }}')
    if "no_total" in case:
        text = text.replace('total = "合計"', 'no_total_because = "架空"', 1)
    if "column" in case:
        text = text.replace('unit = "件" }, { label = "枚数"', f'unit = "件", {case["column"]} }}, {{ label = "枚数"')
    if "inner" in case:
        text = text.replace('unit = "枚"', f'unit = "枚", {case["inner"]}')
    if "row" in case:
        text = text.replace('label = "取下げ"', f'label = "取下げ", {case["row"]}')
    tables.write_text(text, encoding="utf-8")
    return load_edition(folder)


@pytest.mark.parametrize("case", CASES["sentence"], ids=lambda case: case["name"])
def test_sentences(case: dict[str, Any], tmp_path: Path) -> None:
    edition = load_edition(ROOT / "tests" / "mihon")
    wording = PartWording(edition.parts[0], collection_of(edition, case.get("set", {})))
    names = {**wording.names(), **{name: Wording(text) for name, text in year_names(2024).items()}}
    manuscript = tmp_path / "manuscript.md.j2"
    manuscript.write_text(case["text"], encoding="utf-8")
    if "refused" in case:
        with pytest.raises(DefinitionError, match=case["refused"]):
            read_blocks(manuscript, names, lambda key: (), prose_of(edition))
        return
    blocks = read_blocks(manuscript, names, lambda key: (), prose_of(edition))
    (paragraph,) = (block for block in blocks if isinstance(block, Paragraph))
    assert paragraph.text == case["says"]
    if "numbers" in case:
        assert [number.name for number in paragraph.said] == case["numbers"]


@pytest.mark.parametrize("case", CASES["printed"], ids=lambda case: case["name"])
def test_printed_tables(case: dict[str, Any], tmp_path: Path) -> None:
    if "refused" in case:
        with pytest.raises(DefinitionError, match=case["refused"]):
            changed(tmp_path, case)
        return
    edition = changed(tmp_path, case)
    report = render_markdown(compose_report(Content(collection_of(edition, case.get("set", {})))))
    assert set(case["lines"]) <= set(report.splitlines()), report
    table = report[report.index("開示請求に対する決定") : report.index("請求者の内訳")] if "lacks" in case else ""
    assert not [text for text in case.get("lacks", ()) if text in table]


def test_a_row_without_a_rank_is_in_no_sentence_about_ranks(tmp_path: Path) -> None:
    edition = changed(tmp_path, {"row": "ranked = false"})
    wording = PartWording(edition.parts[0], collection_of(edition, {"取下げ": 90}))
    assert wording.largest("決定", "件数") == ("開示",)
    assert [wording.of_rank("決定", "件数", rank) for rank in "234"] == [("部分開示",), ("不開示",), ()]


def test_a_body_words_the_title_and_the_remarks_of_the_program_itself(tmp_path: Path) -> None:
    """です・ます as well as である: whatever the program puts into a report is a key of years.toml or trend.toml."""
    edition = changed(tmp_path, {"printing": 'title = "{西暦}年度 {部の題名}の報告書"'})
    (edition.folder / "years.toml").write_text(
        '[provisional]\nopen = "確かめていること"\nnone_open = "確かめていることはありません。"\n', encoding="utf-8"
    )
    content = Content(collection_of(load_edition(edition.folder), {}))
    report = annotate(compose_report(content), content, draft=True)
    assert report.title == "2024年度 情報公開制度の運用状況の報告書"
    assert [block.text for block in report.blocks if isinstance(block, Heading)][-1] == "確かめていること"
    assert report.blocks[-1] == Paragraph("確かめていることはありません。")


@pytest.mark.parametrize("case", CASES["words"], ids=lambda case: case["name"])
def test_the_words_of_a_body_follow_from_its_name(case: dict[str, Any]) -> None:
    words = Words.model_validate(case.get("own", {})).of(case["name"], "総務課")
    assert [words.body, words.whole, words.residents, words.head] == case["says"]
    assert words.coordinator == "総務課"


def test_a_word_that_there_is_not_is_refused_in_its_file(tmp_path: Path) -> None:
    edition = changed(tmp_path, {})
    (edition.folder / "letters.toml").write_text('to = "{words.hole} {長}"\n', encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"letters\.toml[\s\S]*\{words\.hole\}"):
        load_edition(edition.folder)
