"""Masters → views of registers (which registers, whose entries, on which day), and views → data for programs.

The data (CSV and Excel) have one row for an entry and one column for a datum, after
総務省「統計表における機械判読可能なデータの表記方法の統一ルール」(2020-12-18): values only, units and years in columns
of their own, western years, nothing merged, one table from A1 on.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby

from nerima_report.edition import Edition
from nerima_report.edition.registers import (
    CHANGED,
    DEPARTMENT,
    ENDED,
    NUMBER,
    REGISTERED,
    SECTION,
    Register,
    RegisterField,
)
from nerima_report.errors import CannotProceed
from nerima_report.files import write_csv
from nerima_report.fiscal_year import fiscal_year_of, full_date, last_day
from nerima_report.registers.entry import Masters, RegisterEntry, in_order, known_entries
from nerima_report.text import likely

# In the data beside a number: its unit, the fiscal year that it is about, whether it was given (a blank is no zero).
UNIT, YEAR, STATUS = "の単位", "の年度", "の状態"
GIVEN, NOT_GIVEN = "記載あり", "記載なし"
_COLUMN_WIDTH, _TEXT_WIDTH = 14, 28  # characters


@dataclass(frozen=True)
class ViewOrder:
    """Which view is wanted: as of which day, of which registers and 課 (none: all), with ended entries or without."""

    day: date
    registers: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    ended: bool = False


@dataclass(frozen=True)
class RegisterView:
    """A register as of a day: its entries 課 by 課, in the order of their numbers; also ended ones, if wanted."""

    register: Register
    day: date
    entries: tuple[RegisterEntry, ...]

    @property
    def open(self) -> tuple[RegisterEntry, ...]:
        """The entries that stand in the register at the end of the day."""
        return tuple(entry for entry in self.entries if entry.is_open(self.day))

    @property
    def sections(self) -> list[tuple[str, list[RegisterEntry]]]:
        """The 課 (福祉部管理課) and their entries."""
        return [(section, list(entries)) for section, entries in groupby(self.entries, key=lambda entry: entry.section)]

    @property
    def as_of(self) -> str:
        """The day in words: 令和5年3月31日現在."""
        return f"{full_date(self.day)}現在"


def day_of(fiscal_year: int | None, today: date) -> date:
    """The day of a view: the last day of a fiscal year, or today."""
    return today if fiscal_year is None else last_day(fiscal_year)


def views_of(masters: Masters, edition: Edition, order: ViewOrder, *, public: bool = False) -> list[RegisterView]:
    """The registers of the year of the day. With `public` only those that are open to public view (一般の閲覧).

    Raises CannotProceed for an unknown register or 課.
    """
    serving = edition.for_year(fiscal_year_of(order.day))
    registers = _chosen(list(serving.registers.values()), order.registers, public)
    by_register = [(register, _entries(masters, register, order)) for register in registers]
    known = dict.fromkeys(entry.section for _, entries in by_register for entry in entries)
    wanted = {_section_key(name, known) for name in order.sections}
    return [
        RegisterView(register, order.day, tuple(e for e in entries if not order.sections or e.section in wanted))
        for register, entries in by_register
    ]


def find_entries(masters: Masters, edition: Edition, number: str) -> list[tuple[Register, RegisterEntry]]:
    """An entry by its number, in every register that has it: one of the ordinance may continue in one of the Act.

    Raises CannotProceed where no register has it.
    """
    registers = [register for part in edition.parts for register in part.registers]
    entries = [(register, entry) for register in registers for entry in masters[register.key].entries]
    matching = [(register, entry) for register, entry in entries if entry.number == number.strip()]
    if not matching:
        near = likely(number, [entry.number for _, entry in entries])
        asked = f"「{near}」ではありませんか。" if near else "register list で一覧を見られます。"
        raise CannotProceed(f"番号「{number}」の登録はありません。\n  {asked}")
    return matching


def _entries(masters: Masters, register: Register, order: ViewOrder) -> list[RegisterEntry]:
    """The entries by 部 and 課 (in the order of their first numbers), open on the day or, if wanted, ended by then."""
    known = in_order(known_entries(masters, register, fiscal_year_of(order.day)).values())
    entries = [entry for entry in known if entry.is_open(order.day) or (order.ended and _is_over(entry, order.day))]
    departments = list(dict.fromkeys(entry.department for entry in entries))
    sections = list(dict.fromkeys(entry.section for entry in entries))
    places = {section: place for place, section in enumerate(sections)}
    return sorted(entries, key=lambda entry: (departments.index(entry.department), places[entry.section]))


def _is_over(entry: RegisterEntry, day: date) -> bool:
    return entry.ended is not None and entry.ended <= day


def _chosen(registers: Sequence[Register], names: Sequence[str], public: bool) -> list[Register]:
    offered = [register for register in registers if register.public or not public]
    chosen = []
    for name in names:
        matching = [register for register in registers if name in (register.key, register.title, register.form)]
        if not matching:
            near = likely(name, [register.key for register in offered])
            asked = f"「{near}」ではありませんか。" if near else f"あるもの: {_named(offered)}"
            raise CannotProceed(
                f"「{name}」という登録簿は、この年度にはありません。\n  {asked}\n"
                "  ほかの年度のものは、--year 2022 のように年度を付けて見られます。"
            )
        if matching[0] not in offered:
            raise CannotProceed(
                f"「{name}」は、一般の閲覧に供する登録簿ではありません。\n  供するもの: {_named(offered)}"
            )
        chosen.append(matching[0])
    return chosen or offered


def _named(registers: Sequence[Register]) -> str:
    return "、".join(register.key for register in registers) or "なし"


def _section_key(name: str, known: Mapping[str, None]) -> str:
    """The key of the 課 with this name: 福祉部管理課, or 管理課 where there is only one."""
    matching = [key for key in known if key == name] or [key for key in known if key.endswith(name)]
    if len(matching) == 1:
        return matching[0]
    if matching:
        names = "、".join(matching)
        raise CannotProceed(f"「{name}」は二つ以上あります（{names}）。\n  部の名前も続けて書いてください。")
    near = likely(name, list(known))
    asked = f"「{near}」ではありませんか。" if near else "register list で、登録のある課を見られます。"
    raise CannotProceed(f"課「{name}」の登録はありません。\n  {asked}")


def data_of(view: RegisterView, edition: Edition) -> tuple[list[str], list[list[object]]]:
    """The headings, and the values of each entry: texts, counts as int, dates as date, None where there is nothing."""
    cells = [dict(_cells(view, edition, entry)) for entry in view.entries]
    blank = RegisterEntry("", "", "")
    return [heading for heading, _ in _cells(view, edition, blank)], [list(row.values()) for row in cells]


def render_csv(view: RegisterView, edition: Edition) -> bytes:
    """The CSV: UTF-8 with BOM, CRLF, one header."""
    headings, rows = data_of(view, edition)
    return write_csv(headings, rows)


def render_xlsx(view: RegisterView, edition: Edition) -> bytes:
    """The workbook: one sheet, one table from A1 on; the same input gives the same bytes."""
    import xlsxwriter  # slow to import, and most commands write no workbook

    headings, rows = data_of(view, edition)
    content = io.BytesIO()
    workbook = xlsxwriter.Workbook(content, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    workbook.set_properties(
        {"title": f"{view.register.heading} {view.as_of}", "created": datetime.combine(view.day, time())}
    )
    sheet = workbook.add_worksheet(view.register.key)
    text = workbook.add_format({"num_format": "@", "quote_prefix": True})
    for place, heading in enumerate(headings):
        texts = any(isinstance(row[place], str) for row in rows)
        sheet.set_column(place, place, _TEXT_WIDTH if texts else _COLUMN_WIDTH)
        sheet.write_string(0, place, heading)
    for line, row in enumerate(rows, start=1):
        for place, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(line, place, value, text)
            elif isinstance(value, date):
                sheet.write_datetime(line, place, datetime.combine(value, time()))
            elif isinstance(value, int):
                sheet.write_number(line, place, value)
    sheet.freeze_panes(1, 0)
    workbook.close()
    return content.getvalue()


def _cells(view: RegisterView, edition: Edition, entry: RegisterEntry) -> Iterator[tuple[str, object]]:
    yield "団体コード", edition.municipality.code
    yield "登録簿", view.register.title
    yield "現在日", view.day
    yield NUMBER, entry.number
    yield DEPARTMENT, entry.department
    yield SECTION, entry.section_name
    for field in view.register.fields:
        if field.public:
            yield from _field(entry, field)
    yield REGISTERED, entry.registered
    yield CHANGED, entry.changed
    yield ENDED, entry.ended


def _field(entry: RegisterEntry, field: RegisterField) -> Iterator[tuple[str, object]]:
    value = entry.value(field) or (0 if entry.value(field) == 0 else None)
    yield field.label, value
    if field.type == "count":
        yield f"{field.label}{UNIT}", field.unit
        if field.yearly:
            yield f"{field.label}{YEAR}", entry.confirmed
        yield f"{field.label}{STATUS}", NOT_GIVEN if value is None else GIVEN
