"""A register as of a day → the Report for public view: an introduction, and a 票 for each entry.

The layout of the printed 様式 is not in the sources. Ours is a plain table of two columns (項目, 内容) with the article
beside each line. What is not in the sources (`remark`, 条文になし) concerns the staff: only `register show` says it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from nerima_report.edition import Edition
from nerima_report.edition.definition import without_doubt
from nerima_report.edition.municipality import AS_USUAL, Printing, Words
from nerima_report.edition.registers import CHANGED, ENDED, NO_ARTICLE, NUMBER, REGISTERED, Register, RegisterField
from nerima_report.fiscal_year import fiscal_year_of
from nerima_report.registers.entry import RegisterEntry
from nerima_report.registers.views import RegisterView
from nerima_report.report.blocks import Block, Bullets, Cell, Heading, Paragraph, Report, Table, TableColumn
from nerima_report.report.manuscript import read_blocks
from nerima_report.report.prose import prose_of
from nerima_report.report.wording import Quantity, Wording, WordingError, number

INTRODUCTION = "register.md.j2"
NOTHING_SAID = "（記載なし）"
_COLUMNS = (TableColumn("項目", weight=7), TableColumn("内容", weight=8), TableColumn("条文", weight=6))


def compose_register(view: RegisterView, edition: Edition) -> Report:
    """The register for public view. Raises DefinitionError where its introduction cannot be followed."""
    register, year = view.register, fiscal_year_of(view.day)
    coordinator = edition.municipality.coordinator(year)
    author = f"{edition.municipality.name}{coordinator.department}{coordinator.section}"
    as_of = f"{edition.printing.day(view.day)}現在"
    return Report(
        fiscal_year=year,
        title=f"{register.heading} {as_of}",
        author=author,
        published=view.day,
        cover=(Heading(1, as_of), Bullets((register.heading,)), Paragraph(author)),
        blocks=(*_introduction(view, edition), *_slips(view, edition)),
    )


def field_text(entry: RegisterEntry, field: RegisterField, printing: Printing = AS_USUAL) -> str:
    """The value of a field as text: 令和4年4月1日, 7,098人（令和4年度）; '' where it is blank."""
    value = entry.value(field)
    match value:
        case None | "":
            return ""
        case date():
            return printing.day(value)
        case int():
            counted = f"{number(value)}{field.unit}"
            of_a_year = field.yearly and entry.confirmed is not None
            return f"{counted}（{printing.year(entry.confirmed)}）" if of_a_year and entry.confirmed else counted
        case _:
            return str(value)


def fields_of(
    entry: RegisterEntry, register: Register, words: Words, printing: Printing = AS_USUAL, *, public: bool
) -> Iterator[tuple[str, str, str]]:
    """Label, article and content of every field of an entry, in the order of the article."""
    yield NUMBER, NO_ARTICLE, entry.number
    if not any(field.from_section for field in register.fields):
        yield f"所管{words.section}", NO_ARTICLE, owner(entry)
    for field in register.fields:
        if field.public or not public:
            yield field.label, field.source or NO_ARTICLE, field_text(entry, field, printing)
    yield REGISTERED, NO_ARTICLE, printing.day(entry.registered) if entry.registered else ""
    yield CHANGED, NO_ARTICLE, printing.day(entry.changed) if entry.changed else ""
    if entry.ended:
        yield ENDED, NO_ARTICLE, printing.day(entry.ended)


def _introduction(view: RegisterView, edition: Edition) -> list[Block]:
    register = view.register
    names = {
        "登録簿": register.title,
        "様式": register.form,
        "根拠": without_doubt(register.legal_basis),
        "団体": edition.words.body,
        "課": edition.words.section,
        "文体": edition.municipality.printing.style,
        "現在日": Wording(edition.printing.day(view.day)),
        "件数": Quantity(len(view.open), "件"),
        "廃止": Quantity(len(view.entries) - len(view.open), "件"),
    }
    return read_blocks(edition.file(INTRODUCTION), names, _no_table, prose_of(edition))


def _slips(view: RegisterView, edition: Edition) -> Iterator[Block]:
    """The 票, 課 by 課. Each begins a new page, so that a changed one can be replaced by itself."""
    for _, entries in view.sections:
        yield Heading(1, owner(entries[0]))
        for place, entry in enumerate(entries):
            yield Heading(2, f"{entry.number} {entry.name(view.register)}".strip(), new_page=place > 0)
            yield _slip(entry, view.register, edition)


def _slip(entry: RegisterEntry, register: Register, edition: Edition) -> Table:
    rows = tuple(
        (Cell(label), Cell(content or NOTHING_SAID), Cell("" if article == NO_ARTICLE else article))
        for label, article, content in fields_of(entry, register, edition.words, edition.printing, public=True)
    )
    return Table(id=entry.number, number=0, title=register.heading, columns=_COLUMNS, rows=rows)


def owner(entry: RegisterEntry) -> str:
    """The owner of an entry: 福祉部 管理課."""
    names = dict.fromkeys(name for name in (entry.department, entry.section_name) if name)
    return " ".join(names)


def _no_table(key: str) -> list[Table]:
    raise WordingError("登録簿の説明に表は置けません")
