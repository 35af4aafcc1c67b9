"""The formulas of a list of requests: the day until which each must be decided, and the days that are left.

They compute what tallies/periods.py computes. Each is a name of the workbook (公開_期限) that is said once, about the
row in which it is used, so that 20,000 rows hold nothing but names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from xlsxwriter.utility import xl_col_to_name

from nerima_report.edition.conditions import Condition
from nerima_report.edition.ledger import DAYS_LEFT, DUE, Ledger, Limit
from nerima_report.forms.formulas import literal
from nerima_report.tallies.periods import OfficeDays

_FIRST_DAY = date(1899, 12, 30)  # from which Excel counts the days
_CLOSED, _DAYS, _CORRECTION = "閉庁日", "期限の日数", "補正の日数"


@dataclass(frozen=True)
class LedgerFormulas:
    """The formulas of the sheet of a ledger whose columns (counted from 0) are given by heading.

    `years` are the calendar years whose closed days are known to the workbook, where a limit moves.
    """

    ledger: Ledger
    sheet: str
    columns: Mapping[str, int]
    years: range

    def names(self) -> dict[str, str]:
        """The names of the workbook and their formulas, as read from row 1: a name in row 8 reads row 8."""
        roles, clock = self.ledger.roles, self.ledger.clock
        received, due = self._cell(roles.received), self._cell(DUE)
        asked, corrected = self._cell(roles.correction_asked), self._cell(roles.corrected)
        ends = f"INT({received})+{self.name(_DAYS)}-{int(clock.first_day_counts)}+{self.name(_CORRECTION)}"
        if clock.moves:
            ends = f"WORKDAY({ends}-1,1,{self.name(_CLOSED)})"
        decided = f'OR({self._cell(roles.outcome)}<>"",{self._cell(roles.closed)}<>"")'
        until = (
            f"IF(COUNT({corrected})=1,INT({corrected}),IF({decided},0,TODAY()))"  # while it is awaited, no limit runs
        )
        names = {
            _DAYS: self._days(self.ledger.limits),
            _CORRECTION: f"IF(COUNT({asked})=1,MAX(0,{until}-INT({asked})),0)",
            DUE: f'IF(OR({received}="",{self.name(_DAYS)}=""),"",IFERROR({ends},""))',
            DAYS_LEFT: f'IF(OR({due}="",{decided}),"",{due}-TODAY())',
        }
        if clock.moves:
            names[_CLOSED] = "{" + ",".join(str(serial(day)) for day in self._closed_days()) + "}"
        return {self.name(name): f"={formula}" for name, formula in names.items()}

    def name(self, of: str) -> str:
        """The name of a formula: 公開_期限."""
        return f"{re.sub('[^A-Za-z0-9_ぁ-んァ-ヶー一-龠]', '_', self.sheet.partition('.')[0])}_{of}"

    def _cell(self, heading: str) -> str:
        return f"'{self.sheet}'!${xl_col_to_name(self.columns[heading])}1"

    def _days(self, limits: Sequence[Limit]) -> str:
        """The days of the limit that a row runs under, as it was extended; "" where nothing limits it."""
        if not limits:
            return '""'
        first, *others = limits
        days = str(first.days)
        for extension in reversed(first.extensions):
            answer = f"{self._cell(self.ledger.roles.extension)}={literal(extension.answer)}"
            days = f"IF({answer},{extension.days or chr(34) * 2},{days})"
        return f"IF({self._all(first.when)},{days},{self._days(others)})" if first.when else days

    def _all(self, conditions: Sequence[Condition]) -> str:
        return f"AND({','.join(term for condition in conditions for term in self._terms(condition))})"

    def _terms(self, condition: Condition) -> Iterator[str]:
        """A condition as terms that must all be true; a field with several answers meets it with any of them."""
        cells = [self._cell(label) for label in self.columns_of(condition.field)]
        if condition.one_of:
            yield f"OR({','.join(f'{cell}={literal(choice)}' for cell in cells for choice in condition.one_of)})"
        if condition.given is not None:
            given = ",".join(f'{cell}<>""' for cell in cells)
            yield f"OR({given})" if condition.given else f"NOT(OR({given}))"
        if condition.is_about_a_number:
            yield f"ISNUMBER({cells[0]})"
        if condition.least is not None:
            yield f"{cells[0]}>={condition.least}"
        if condition.most is not None:
            yield f"{cells[0]}<={condition.most}"

    def columns_of(self, label: str) -> tuple[str, ...]:
        """The headings of the columns of a field: 理由1, 理由2, … of one with several answers."""
        table = self.ledger.table
        answers = next((computed.fields for computed in table.computed if computed.label == label), ())
        return answers or (label,)

    def _closed_days(self) -> Iterator[date]:
        """The days from Monday to Friday on which the office is closed."""
        office = OfficeDays(self.ledger.clock)
        day = date(self.years.start, 1, 1)
        while day.year in self.years:
            if day.weekday() < 5 and not office.is_open(day):
                yield day
            day += timedelta(days=1)


def serial(day: date) -> int:
    """A day as Excel counts it.

    >>> serial(date(2026, 4, 1))
    46113
    """
    return (day - _FIRST_DAY).days
