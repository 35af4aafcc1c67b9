"""The value of a cell as it was last saved, from the text in which the file writes it.

Days, times and formats are read by openpyxl, which knows their oddities.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from nerima_report.workbooks.read.style_scan import ScannedStyles
from nerima_report.workbooks.values import CellValue

_NO_DAY = "#VALUE!"  # what a spreadsheet program shows for a number that is no day


@dataclass
class CellTexts:
    """What the cells of a workbook mean: its shared texts, the styles that show days, and its first day."""

    shared: list[str] = field(default_factory=list)
    from_1904: bool = False
    days: set[int] = field(default_factory=set)
    durations: set[int] = field(default_factory=set)
    known_days: dict[tuple[str, int], CellValue] = field(default_factory=dict)

    def learn(self, styles: ScannedStyles) -> None:
        """Take in which styles show days, times and durations."""
        from openpyxl.styles.numbers import is_date_format, is_timedelta_format

        self.days, self.durations = styles.shown_as(is_date_format, is_timedelta_format)

    def value(self, kind: str, style: str, text: str) -> CellValue:
        """The value of a cell of a kind (`t`) in a style (`s`). Raises ValueError or IndexError for what is none."""
        match kind:
            case "s":
                return self.shared[int(text)]
            case "n":
                return self._day(text, int(style)) if self.days and int(style) in self.days else _number(text)
            case "b":
                return bool(int(text))
            case "d":
                return _day_in_words(text)
            case _:
                return text

    def _day(self, text: str, style: int) -> CellValue:
        if (text, style) not in self.known_days:
            self.known_days[text, style] = _day(_number(text), self.from_1904, style in self.durations)
        return self.known_days[text, style]


def _number(text: str) -> int | float:
    return float(text) if "." in text or "E" in text or "e" in text else int(text)


def _day(number: int | float, from_1904: bool, duration: bool) -> CellValue:
    from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

    try:
        day: CellValue = from_excel(number, MAC_EPOCH if from_1904 else WINDOWS_EPOCH, timedelta=duration)
    except (OverflowError, ValueError):
        return _NO_DAY
    return day


def _day_in_words(text: str) -> CellValue:
    from openpyxl.utils.datetime import from_ISO8601

    day: CellValue = from_ISO8601(text)  # type: ignore[no-untyped-call]
    return day
