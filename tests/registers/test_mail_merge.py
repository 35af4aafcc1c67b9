"""差込データ: which notice a case asks for, what it must say, and how the office's own template is filled in."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml import parse_xml

from ledgers import case_ledger_of
from nerima_report.edition import Edition
from nerima_report.errors import CannotProceed
from nerima_report.registers.mail_merge import NoticeData, filled_template, merge_csv, notice_data
from nerima_report.registers.requesters import CaseTitle, Requester, Requesters

PERSONAL, NAMES = "個人.請求台帳", 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
REASON = "個人に関する情報で、特定の個人が識別され得るもの"
HELD = Requesters(
    (Requester("P-0001", "架空 花子", address="架空町1"),), (CaseTitle("公開", "公開-1", "", "架空の件名"),)
)
DECIDED = {"決定・取下げ日": date(2022, 4, 15)}
SHOWN = {"公開の日": date(2022, 4, 20), "公開の場所": "架空の窓口"}

# The row of a case, the notice that it asks for ('' for none), and its 様式.
OF_DISCLOSURE = [
    ({"処理": "全部公開", **DECIDED, **SHOWN}, "公開", ""),
    ({"処理": "部分公開", **DECIDED, **SHOWN, "非公開理由": [REASON]}, "部分公開", ""),
    ({"処理": "非公開", **DECIDED, "非公開理由": [REASON]}, "非公開", ""),
    ({"処理": "不存在", **DECIDED}, "非公開（不存在、存否応答拒否）", ""),
    ({"処理": "存否応答拒否", **DECIDED}, "非公開（不存在、存否応答拒否）", ""),
    ({"延長": "条例第12条第2項", "延長の通知日": date(2022, 4, 10)}, "延長", ""),
    ({"延長": "条例第13条第1項", "延長の通知日": date(2022, 4, 10)}, "特例延長", ""),
    ({"処理": "取下げ", **DECIDED}, "", ""),
    ({}, "", ""),
]
OF_PERSONAL = [
    ("開示請求", "全部開示", "第7号様式"),
    ("開示請求", "部分開示", "第7号様式の2"),
    ("開示請求", "非開示", "第7号様式の3"),
    ("開示請求", "不存在", "第7号様式の3"),
    ("訂正請求", "応じる", "第7号様式の4"),
    ("削除請求", "応じられない", "第7号様式の4"),
    ("目的外利用中止請求", "応じる", "第7号様式の4"),
    ("外部提供中止請求", "応じられない", "第7号様式の4"),
    ("開示請求", "取下げ", ""),
]


def made(edition: Edition, table_id: str, row: dict[str, Any], kind: str = "") -> NoticeData | None:
    given = {"受付番号": "公開-1", "受付日": date(2022, 4, 1), "請求者番号": "P-0001", **row}
    ledger = case_ledger_of(edition, 2022, {2022: {table_id: [given]}})
    notices = ledger.edition.decision_notices[table_id]
    (case,) = (case for case in ledger.requests if case.table_id == table_id)
    notice = notices.of(case.entry.values, kind)
    return notice_data(case, notice, notices, HELD) if notice else None


@pytest.mark.parametrize(("row", "key", "form"), OF_DISCLOSURE)
def test_a_disclosure_request_asks_for_its_notice(
    whole_edition: Edition, row: dict[str, Any], key: str, form: str
) -> None:
    data = made(whole_edition, "公開.請求台帳", row)
    assert (data.notice.key if data else "", data.notice.form if data else "") == (key, form)


@pytest.mark.parametrize(("kind", "outcome", "form"), OF_PERSONAL)
def test_a_personal_request_asks_for_the_form_of_the_regulation(
    whole_edition: Edition, kind: str, outcome: str, form: str
) -> None:
    row = {"請求の種類": kind, "処理": outcome, **DECIDED, "理由": "架空の理由", "開示の日": date(2022, 4, 20),
           "開示の場所": "架空の窓口"}  # fmt: skip
    data = made(whole_edition, PERSONAL, row)
    assert (data.notice.form if data else "") == form


def test_third_parties_are_told_where_it_is_asked_for(whole_edition: Edition) -> None:
    row = {"請求の種類": "開示請求", "第三者照会の日": date(2022, 4, 5), "第三者照会の種類": "第2項",
           "意見書の提出期限": date(2022, 4, 19)}  # fmt: skip
    assert made(whole_edition, PERSONAL, row) is None
    data = made(whole_edition, PERSONAL, row, "意見照会（第2項）")
    assert data is not None
    assert data.fields["氏名"] == ""
    assert data.fields["意見書の提出期限"] == "令和4年4月19日"


@pytest.mark.parametrize("missing", ["非公開理由", "公開の日", "公開の場所"])
def test_what_a_notice_must_say_has_to_be_there(whole_edition: Edition, missing: str) -> None:
    row = {"処理": "部分公開", **DECIDED, **SHOWN, "非公開理由": [REASON]}
    del row[missing]
    with pytest.raises(CannotProceed, match=missing):
        made(whole_edition, "公開.請求台帳", row)


def test_nobody_is_told_whose_name_is_not_known(whole_edition: Edition) -> None:
    with pytest.raises(CannotProceed, match="P-0999"):
        made(whole_edition, "公開.請求台帳", {"処理": "全部公開", **DECIDED, **SHOWN, "請求者番号": "P-0999"})


@pytest.fixture
def data(whole_edition: Edition) -> NoticeData:
    """The data of a notice."""
    found = made(whole_edition, "公開.請求台帳", {"処理": "全部公開", **DECIDED, **SHOWN})
    assert found is not None
    return found


def test_the_data_hold_the_case_and_who_asked(data: NoticeData) -> None:
    (row,) = csv.DictReader(io.StringIO(merge_csv([data]).decode("utf-8-sig")))
    told = {name: row[name] for name in ("案", "通知書", "氏名", "住所", "件名", "受付日", "決定・取下げ日")}
    assert list(told.values()) == [
        "案", "公文書公開決定通知書", "架空 花子", "架空町1", "架空の件名", "令和4年4月1日", "令和4年4月15日"
    ]  # fmt: skip


def simple(name: str) -> str:
    return f'<w:fldSimple {NAMES} w:instr=" MERGEFIELD {name} "><w:r><w:t>«x»</w:t></w:r></w:fldSimple>'


def control(name: str, by: str = "tag") -> str:
    placeholder = "<w:showingPlcHdr/>"
    return (
        f'<w:sdt {NAMES}><w:sdtPr><w:{by} w:val="{name}"/>{placeholder}</w:sdtPr>'
        f"<w:sdtContent><w:r><w:t>ここをクリック</w:t></w:r></w:sdtContent></w:sdt>"
    )


def several_runs(name: str) -> list[str]:
    marks = {kind: f'<w:r {NAMES}><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")}
    instruction = f'<w:r {NAMES}><w:instrText> MERGEFIELD "{name}" \\* MERGEFORMAT </w:instrText></w:r>'
    shown = f"<w:r {NAMES}><w:rPr><w:b/></w:rPr><w:t>«x»</w:t></w:r>"
    return [marks["begin"], instruction, marks["separate"], shown, marks["end"]]


def template(folder: Path, *pieces: str) -> Path:
    """A Word document with a field in its body, in a table and in its header."""
    document = Document()
    paragraph = document.add_paragraph("本文 ")
    for piece in pieces:
        paragraph._p.append(parse_xml(piece))
    document.add_table(1, 1).cell(0, 0).paragraphs[0]._p.append(parse_xml(simple("受付番号")))
    document.sections[0].header.paragraphs[0]._p.append(parse_xml(control("通知書", "alias")))
    document.save(str(folder / "ひな形.docx"))
    return folder / "ひな形.docx"


def texts_of(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [name for name in archive.namelist() if name.startswith("word/") and name.endswith(".xml")]
        return "".join(archive.read(name).decode() for name in names)


def test_a_template_is_filled_wherever_it_has_a_field(tmp_path: Path, data: NoticeData) -> None:
    pieces = [control("氏名"), simple("決定・取下げ日"), *several_runs("件名")]
    content = filled_template(template(tmp_path, *pieces), data)
    text = texts_of(content)
    for value in ("架空 花子", "令和4年4月15日", "架空の件名", "公開-1", "公文書公開決定通知書", "【案】"):
        assert value in text
    assert "ここをクリック" not in text
    assert "MERGEFIELD" not in text
    assert "«x»" not in text
    assert Document(io.BytesIO(content)).paragraphs[0].text == "【案】"


def test_a_field_that_the_data_lack_is_named(tmp_path: Path, data: NoticeData) -> None:
    with pytest.raises(CannotProceed, match="氏めい"):
        filled_template(template(tmp_path, simple("氏めい")), data)


@pytest.mark.parametrize("content", [b"", b"PK", b"no zip at all", None])
def test_what_is_no_template_is_refused(tmp_path: Path, data: NoticeData, content: bytes | None) -> None:
    file = tmp_path / "ひな形.docx"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CannotProceed):
        filled_template(file, data)


def test_a_document_without_fields_is_refused(tmp_path: Path, data: NoticeData) -> None:
    Document().save(str(tmp_path / "ひな形.docx"))
    with pytest.raises(CannotProceed):
        filled_template(tmp_path / "ひな形.docx", data)
