"""Masters → views of registers (which registers, whose entries, on which day), and views → data, a row for an entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from nerima_report.data_table import DataField, DataTable, Value, counted
from nerima_report.edition import Edition
from nerima_report.edition.municipality import Words
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
from nerima_report.fiscal_year import fiscal_year_of, full_date, last_day
from nerima_report.registers.entry import Masters, RegisterEntry, in_order, known_entries
from nerima_report.text import likely

YEAR = "の年度"  # in the data beside a number: the fiscal year that it is about


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
    wanted = {_section_key(name, known, edition.words) for name in order.sections}
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


def _section_key(name: str, known: Mapping[str, None], words: Words) -> str:
    """The key of the 課 with this name: 福祉部管理課, or 管理課 where there is only one."""
    matching = [key for key in known if key == name] or [key for key in known if key.endswith(name)]
    if len(matching) == 1:
        return matching[0]
    if matching:
        names = "、".join(matching)
        raise CannotProceed(
            f"「{name}」は二つ以上あります（{names}）。\n  {words.department}の名前も続けて書いてください。"
        )
    near = likely(name, list(known))
    asked = f"「{near}」ではありませんか。" if near else f"register list で、登録のある{words.section}を見られます。"
    raise CannotProceed(f"{words.section}「{name}」の登録はありません。\n  {asked}")


def data_of(view: RegisterView, edition: Edition, name: str = "") -> DataTable:
    """The entries as data, a row for each; `name` is that of the table, if not the key of the register."""
    rows = [tuple(value for _, value in _cells(view, edition, entry)) for entry in view.entries]
    fields = (field for field, _ in _cells(view, edition, RegisterEntry("", "", "")))
    return DataTable(
        name or view.register.key, f"{view.register.heading} {view.as_of}", tuple(fields), tuple(rows), key=(NUMBER,)
    )


def _cells(view: RegisterView, edition: Edition, entry: RegisterEntry) -> Iterator[tuple[DataField, Value]]:
    yield DataField("団体コード", required=True), edition.municipality.code
    yield DataField("登録簿", required=True), view.register.title
    yield DataField("現在日", "date", required=True), view.day
    yield DataField(NUMBER, required=True), entry.number
    yield DataField(DEPARTMENT), entry.department
    yield DataField(SECTION), entry.section_name
    for field in view.register.fields:
        if field.public:
            yield from _field(entry, field)
    yield DataField(REGISTERED, "date"), entry.registered
    yield DataField(CHANGED, "date"), entry.changed
    yield DataField(ENDED, "date"), entry.ended


def _field(entry: RegisterEntry, field: RegisterField) -> Iterator[tuple[DataField, Value]]:
    value = entry.value(field)
    match field.type:
        case "count":
            number, unit, status = counted(field.label, value if isinstance(value, int) else None, field.unit)
            yield from (number, unit)
            if field.yearly:
                yield DataField(f"{field.label}{YEAR}", "year"), entry.confirmed
            yield status
        case "date":
            yield DataField(field.label, "date"), value if isinstance(value, date) else None
        case _:
            yield DataField(field.label), str(value) if value else None
