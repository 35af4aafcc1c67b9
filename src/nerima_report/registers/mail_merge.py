"""Data for a notice (差込データ): the fields of a case and of who asked, for Word's mail merge or a template.

This is the one place where names leave the 請求者名簿.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from nerima_report.edition.decision_notices import DecisionNotice, DecisionNotices
from nerima_report.errors import CannotProceed
from nerima_report.files import NotRead, read_file, write_csv
from nerima_report.fiscal_year import full_date
from nerima_report.registers.requesters import OF_NOBODY, Requesters
from nerima_report.tallies.cases import Case
from nerima_report.text import likely

DRAFT = "案"
_PARTS = re.compile(r"word/(document|header\d*|footer\d*)\.xml")
_MOST_BYTES, _MOST_UNPACKED = 20 * 2**20, 100 * 2**20
_MERGE_FIELD = re.compile(r'\s*MERGEFIELD\s+(?:"([^"]+)"|(\S+))')
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass(frozen=True)
class NoticeData:
    """The data of one notice by the name of the field; every value is a text as it is printed."""

    notice: DecisionNotice
    fields: Mapping[str, str]
    reasons_without_article: tuple[str, ...] = ()


def notice_data(case: Case, notice: DecisionNotice, notices: DecisionNotices, requesters: Requesters) -> NoticeData:
    """The data of a notice for a case. Raises CannotProceed where the row or the 請求者名簿 lacks what it must say."""
    values = case.entry.values
    if missing := [label for label in notice.needs if values.get(label) is None]:
        raise CannotProceed(
            f"{case.number}の{notice.title}を作るには、台帳の「{'」「'.join(missing)}」が要ります。\n"
            "  台帳に書いてから、もう一度実行してください。"
        )
    number, part = str(case.says("requester") or ""), case.table_id.partition(".")[0]
    person = None if notice.to_third_party else requesters.person(number)
    if not notice.to_third_party and (person is None or not any(person.who)):
        raise CannotProceed(f"請求者番号「{number}」の氏名か法人名が、請求者名簿にありません。")
    who = person or OF_NOBODY
    name = (part, str(case.says("number") or ""), str(case.says("branch") or ""))
    reasons = [reason for label in notices.reasons for reason in _answers(values.get(label))]
    articles = [notices.articles.get(reason, "") for reason in reasons]
    fields = {
        DRAFT: DRAFT,
        "通知書": notice.title,
        "様式": notice.form,
        "氏名": who.name,
        "法人名": who.corporation,
        "担当者": who.contact,
        "住所": who.address,
        "件名": requesters.title(name),
        **{label: _printed(value) for label, value in values.items()},
        "理由": "\n".join(reasons) or _printed(values.get("理由")),
        "理由の条文": "\n".join(dict.fromkeys(filter(None, articles))),
    }
    lacking = [r for r, article in zip(reasons, articles, strict=True) if notices.articles and not article]
    return NoticeData(notice, fields, tuple(lacking))


def merge_csv(data: Sequence[NoticeData]) -> bytes:
    """The data as CSV for a mail merge: a heading for each field, a row for each notice."""
    headings = list(dict.fromkeys(name for one in data for name in one.fields))
    return write_csv(headings, ([one.fields.get(name, "") for name in headings] for one in data))


def merge_workbook(data: Sequence[NoticeData]) -> bytes:
    """The data as a workbook for a mail merge."""
    from xlsxwriter import Workbook

    stream = io.BytesIO()
    headings = list(dict.fromkeys(name for one in data for name in one.fields))
    with Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        text, sheet = book.add_format({"num_format": "@"}), book.add_worksheet("差込データ")
        sheet.write_row(0, 0, headings, book.add_format({"bold": True}))
        for number, one in enumerate(data, start=1):
            sheet.write_row(number, 0, [one.fields.get(name) or None for name in headings], text)
    return stream.getvalue()


def filled_template(template: Path, data: NoticeData) -> bytes:
    """A copy of a Word template with its named fields filled in, marked as a draft.

    Fields are content controls, by their tag or title, and MERGEFIELDs. Raises CannotProceed for a file that is no
    Word document, has no fields, or names one that the data do not have.
    """
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    stream, named = io.BytesIO(), set[str]()
    try:
        source = zipfile.ZipFile(io.BytesIO(read_file(template, _MOST_BYTES)))
        if sum(info.file_size for info in source.infolist()) > _MOST_UNPACKED:
            raise _no_template(template)
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
            for info in source.infolist():
                content = source.read(info)
                if _PARTS.fullmatch(info.filename):
                    root = etree.fromstring(content, parser)
                    named |= set(_fill(root, data.fields))
                    if info.filename == "word/document.xml":
                        _mark(root)
                    content = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
                target.writestr(info, content)
    except NotRead as error:
        raise CannotProceed(f"ひな形を読めません（{error.in_words}）。\n  ファイル: {template}") from None
    except (zipfile.BadZipFile, etree.XMLSyntaxError, NotImplementedError, RuntimeError, KeyError, OSError):
        raise _no_template(template) from None
    if not named:
        raise CannotProceed(
            f"ひな形に、差し込む欄がありません。\n  ファイル: {template}\n"
            "  コンテンツコントロール（タグかタイトルに欄の名前）か、差し込みフィールドを置いてください。"
        )
    if unknown := sorted(named - data.fields.keys()):
        guess = likely(unknown[0], data.fields)
        raise CannotProceed(
            f"ひな形の欄「{'」「'.join(unknown)}」は、差込データにありません"
            f"{f'（もしかして「{guess}」ですか）' if guess else ''}。\n  ファイル: {template}\n"
            f"  使える欄: {'、'.join(data.fields)}"
        )
    return stream.getvalue()


def _fill(root: Any, fields: Mapping[str, str]) -> Iterator[str]:
    """Fill the fields of a part of the document; gives the names of all that it has."""
    for control in list(root.iter(f"{_W}sdt")):
        names = [_value(control.find(f"{_W}sdtPr/{_W}{tag}")) for tag in ("tag", "alias")]
        if name := next((name for name in names if name in fields), next(filter(None, names), "")):
            yield name
            if name in fields:
                _set_control(control, fields[name])
    for simple in list(root.iter(f"{_W}fldSimple")):
        if match := _MERGE_FIELD.match(simple.get(f"{_W}instr", "")):
            name = match[1] or match[2]
            yield name
            if name in fields:
                run = next(simple.iter(f"{_W}r"), None)
                simple.getparent().replace(simple, _run(run, fields[name]))
    for paragraph in list(root.iter(f"{_W}p")):
        yield from _fill_complex(paragraph, fields)


def _fill_complex(paragraph: Any, fields: Mapping[str, str]) -> Iterator[str]:
    """The MERGEFIELDs that are written as several runs: begin, instruction, separate, result, end."""
    runs: list[Any] = []
    inside = False
    for run in list(paragraph.iter(f"{_W}r")):
        mark = run.find(f"{_W}fldChar")
        kind = mark.get(f"{_W}fldCharType") if mark is not None else ""
        if kind == "begin":
            inside, runs = True, []
        if inside:
            runs.append(run)
        if kind == "end" and inside:
            inside = False
            instruction = "".join(text.text or "" for one in runs for text in one.iter(f"{_W}instrText"))
            if match := _MERGE_FIELD.match(instruction):
                name = match[1] or match[2]
                yield name
                if name in fields:
                    shown = next((one for one in runs if one.find(f"{_W}t") is not None), runs[0])
                    runs[0].getparent().replace(runs[0], _run(shown, fields[name]))
                    for one in runs[1:]:
                        one.getparent().remove(one)


def _set_control(control: Any, text: str) -> None:
    """Let a content control show a text, as its first run looks."""
    content = control.find(f"{_W}sdtContent")
    if content is None:
        return
    properties = control.find(f"{_W}sdtPr")
    placeholder = properties.find(f"{_W}showingPlcHdr")
    if placeholder is not None:
        properties.remove(placeholder)
    runs = list(content.iter(f"{_W}r"))
    if not runs:
        return
    runs[0].getparent().replace(runs[0], _run(runs[0], text, plain=placeholder is not None))
    for run in runs[1:]:
        run.getparent().remove(run)


def _run(like: Any, text: str, *, plain: bool = False) -> Any:
    """A run with a text, which looks like another; the lines of the text are lines of the document."""
    from lxml import etree

    run = etree.Element(f"{_W}r")
    look = None if like is None or plain else like.find(f"{_W}rPr")
    if look is not None:
        run.append(deepcopy(look))
    for number, line in enumerate(text.split("\n")):
        if number:
            etree.SubElement(run, f"{_W}br")
        written = etree.SubElement(run, f"{_W}t")
        written.text = line
        written.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return run


def _mark(root: Any) -> None:
    """Put 【案】 above everything else."""
    from lxml import etree

    body = root.find(f"{_W}body")
    if body is not None:
        paragraph = etree.Element(f"{_W}p")
        paragraph.append(_run(None, f"【{DRAFT}】"))
        body.insert(0, paragraph)


def _value(element: Any) -> str:
    return "" if element is None else str(element.get(f"{_W}val", ""))


def _answers(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(map(str, value)) if isinstance(value, tuple) else (str(value),)


def _printed(value: object) -> str:
    if isinstance(value, date):
        return full_date(value)
    return "\n".join(_answers(value))


def _no_template(template: Path) -> CannotProceed:
    return CannotProceed(
        f"Word のひな形として読めません。\n  ファイル: {template}\n"
        "  Word で開けるか確かめ、「Word 文書 (*.docx)」で保存し直してください。"
    )
