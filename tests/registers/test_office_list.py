"""A list of the office → rows of the ledger: proposals, what does not fit, what goes to the 請求者名簿."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from nerima_report.edition import Edition
from nerima_report.edition.ledger import Ledger
from nerima_report.edition.ledger_import import ImportMapping
from nerima_report.errors import CannotProceed
from nerima_report.registers.office_list import OfficeList, convert, mapping_faults, propose, read_list

HEADINGS = (
    "受付No,枝番号,請求日,方法,請求者氏名,住所,請求者区分,目的,分野,担当課,"
    "決定内容,決定日,非公開の理由,公文書名,係のメモ"
)
PERSONAL = "個人に関する情報で、特定の個人が識別され得るもの"
LINES = [
    f"公-1,,2026-04-01,ＦＡＸ,架空 花子,架空町1,区民,営業活動,教育,総務課,一部公開,2026/4/10,{PERSONAL},架空の名簿,a",
    "公-2,,令和8年4月2日,窓口,架空 太郎,架空町2,区民,営業活動,教育,総務課,公開,R8.4.9,,架空の図面,",
]


def office_list(
    folder: Path, ledger: Ledger, edition: Edition, lines: list[str], encoding: str = "cp932"
) -> OfficeList:
    file = folder / "一覧.csv"
    file.write_text("\n".join([HEADINGS, *lines]) + "\n", encoding=encoding)
    return read_list(file, edition.import_words, ledger)


@pytest.fixture
def ledger(edition: Edition) -> Ledger:
    found = edition.for_year(2022).parts[0].ledger
    assert found is not None
    return found


def test_names_suggest_a_mapping(tmp_path: Path, ledger: Ledger, edition: Edition) -> None:
    mapping = propose(office_list(tmp_path, ledger, edition, LINES), ledger, edition.import_words)
    assert not mapping.confirmed
    assert dict(mapping.columns) == {
        "受付No": "受付番号", "枝番号": "枝番", "請求日": "受付日", "方法": "請求方法", "請求者氏名": "氏名",
        "住所": "住所", "請求者区分": "区分", "目的": "請求目的", "分野": "内容", "担当課": "課", "決定内容": "処理",
        "決定日": "決定・取下げ日", "非公開の理由": "非公開理由", "公文書名": "件名", "係のメモ": "",
    }  # fmt: skip
    assert mapping.answers["請求方法"] == {"ＦＡＸ": "ファクシミリ"}
    assert mapping.answers["処理"] == {"一部公開": "部分公開", "公開": "全部公開"}


def test_the_file_of_a_mapping_says_what_it_says(tmp_path: Path, ledger: Ledger, edition: Edition) -> None:
    import tomllib

    mapping = propose(office_list(tmp_path, ledger, edition, LINES), ledger, edition.import_words)
    text = mapping.as_toml("公開", ("受付番号",))
    assert ImportMapping.model_validate(tomllib.loads(text)) == mapping


def test_a_list_becomes_cases_and_names_stay_apart(tmp_path: Path, ledger: Ledger, edition: Edition) -> None:
    source = office_list(tmp_path, ledger, edition, LINES)
    mapping = propose(source, ledger, edition.import_words)
    assert mapping_faults(mapping, source, ledger) == []
    found = convert(source, mapping, ledger, "公開")
    assert found.findings == []
    first, second = found.cases
    assert (first.values["受付番号"], first.values["受付日"]) == ("公-1", date(2026, 4, 1))
    assert (first.values["処理"], first.values["非公開理由1"]) == ("部分公開", PERSONAL)
    assert second.values["決定・取下げ日"] == date(2026, 4, 9)
    assert (first.requester.name, first.requester.address, first.title) == ("架空 花子", "架空町1", "架空の名簿")
    texts = "".join(str(value) for case in found.cases for value in case.values.values())
    assert not any(name in texts for name in ("架空", "花子", "太郎"))


UNFIT = [
    ("受付日が日付でない", "2026-04-01", "四月ごろ", "N261"),
    ("知らない答え", "一部公開", "はんぶん", "N261"),
    ("知らない理由", PERSONAL, "なんとなく", "N261"),
    ("枝番が数でない", "公-1,,", "公-1,い,", "N261"),
    ("受付日が空", "2026-04-01", "", "N262"),
    ("受付番号が空", "公-1", "", "N262"),
    ("課が空", "総務課", "", "N262"),
    ("だれの請求か分からない", "架空 花子", "", "N262"),
    ("区分が空", "区民", "", "N262"),
]


@pytest.mark.parametrize(("name", "old", "new", "code"), UNFIT, ids=[case[0] for case in UNFIT])
def test_what_does_not_fit_is_named_with_its_row(
    tmp_path: Path, ledger: Ledger, edition: Edition, name: str, old: str, new: str, code: str
) -> None:
    good = office_list(tmp_path, ledger, edition, LINES)
    mapping = propose(good, ledger, edition.import_words)
    bad = office_list(tmp_path, ledger, edition, [LINES[0].replace(old, new, 1), LINES[1]], "utf-8-sig")
    findings = convert(bad, mapping, ledger, "公開").findings
    assert [(finding.code, finding.place.line) for finding in findings if finding.code == code] == [(code, 2)], name
    assert not any("架空" in str(finding.found) for finding in findings)


def test_a_mapping_that_cannot_be_right_is_refused(tmp_path: Path, ledger: Ledger, edition: Edition) -> None:
    source = office_list(tmp_path, ledger, edition, LINES)
    mapping = propose(source, ledger, edition.import_words)
    wrong = [
        {**mapping.columns, "目的": "請求方法"},
        {**mapping.columns, "目的": "請求もくてき"},
        {**mapping.columns, "請求日": ""},
        {heading: field for heading, field in mapping.columns.items() if heading != "係のメモ"},
        {**mapping.columns, "請求者氏名": ""},
    ]
    for columns in wrong:
        assert mapping_faults(mapping.model_copy(update={"columns": columns}), source, ledger)
    answers = {"処理": {"一部公開": "一部だけ"}}
    assert mapping_faults(mapping.model_copy(update={"answers": answers}), source, ledger)


def test_several_reasons_in_one_cell_are_several_answers(tmp_path: Path, ledger: Ledger, edition: Edition) -> None:
    other = "他の制度との調整が必要なもの"
    source = office_list(tmp_path, ledger, edition, [LINES[0].replace(PERSONAL, f"{PERSONAL};{other}")])
    (case,) = convert(source, propose(source, ledger, edition.import_words), ledger, "公開").cases
    assert (case.values["非公開理由1"], case.values["非公開理由2"]) == (PERSONAL, other)


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\0\1\2", "受付日,受付日\n1,2\n".encode()])
def test_a_file_that_is_no_list_is_refused(tmp_path: Path, ledger: Ledger, edition: Edition, content: bytes) -> None:
    file = tmp_path / "一覧.csv"
    file.write_bytes(content)
    with pytest.raises(CannotProceed):
        read_list(file, edition.import_words, ledger)


def test_a_number_of_the_office_needs_no_name(tmp_path: Path, ledger: Ledger, edition: Edition) -> None:
    source = office_list(tmp_path, ledger, edition, LINES)
    mapping = propose(source, ledger, edition.import_words)
    columns = {**mapping.columns, "請求者氏名": "請求者番号", "住所": "", "公文書名": ""}
    numbered = mapping.model_copy(update={"columns": columns})
    assert mapping_faults(numbered, source, ledger) == []
    source = replace(source, rows={2: {**source.rows[2], 5: "P-1"}})
    assert convert(source, numbered, ledger, "公開").cases[0].values["請求者番号"] == "P-1"
