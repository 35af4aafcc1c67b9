"""The scan of the styles: only which cell styles show a number as a date, a time or a duration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from nerima_report.workbooks.limits import Refused
from nerima_report.workbooks.read.text_scan import MAIN

# Dates and times that have no format code in the file (ECMA-376 part 1, 18.8.30), also those of a Japanese
# Excel: openpyxl does not know them, and a date such as 令和4年6月27日 would be read as the count 44,739.
_DATE_IDS = {*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)}
_DURATION_ID = 46


@dataclass
class ScannedStyles:
    """The number format of each cell style, in order, and the format codes of the file by number."""

    formats: list[int] = field(default_factory=list)
    codes: dict[int, str] = field(default_factory=dict)

    def shown_as(self, date: Callable[[str], bool], duration: Callable[[str], bool]) -> tuple[set[int], set[int]]:
        """The styles that show dates or times, and those that show durations, after what a format code says."""
        codes = {**dict.fromkeys(_DATE_IDS, "yyyy-mm-dd"), _DURATION_ID: "[h]:mm:ss", **self.codes}
        dates = {number for number, code in codes.items() if date(code)}
        durations = {number for number, code in codes.items() if duration(code)}
        return (
            {style for style, number in enumerate(self.formats) if number in dates},
            {style for style, number in enumerate(self.formats) if number in durations},
        )


class StyleScan:
    """Follows the elements of the styles and fills ScannedStyles."""

    def __init__(self, styles: ScannedStyles) -> None:
        self.styles = styles
        self.inside = ""

    @property
    def handlers(self) -> dict[str, Callable[[dict[str, str]], None]]:
        """What to call when an element of a certain name begins, with its attributes."""
        sections = ("numFmts", "cellStyleXfs", "cellXfs", "dxfs")
        handlers: dict[str, Callable[[dict[str, str]], None]] = {
            f"{MAIN}{section}": self._section(section) for section in sections
        }
        return handlers | {f"{MAIN}xf": self._style, f"{MAIN}numFmt": self._code}

    def _section(self, name: str) -> Callable[[dict[str, str]], None]:
        def enter(attributes: dict[str, str]) -> None:
            self.inside = name

        return enter

    def _style(self, attributes: dict[str, str]) -> None:
        if self.inside == "cellXfs":
            self.styles.formats.append(_number(attributes.get("numFmtId", "0")))

    def _code(self, attributes: dict[str, str]) -> None:
        if self.inside == "numFmts":
            self.styles.codes[_number(attributes.get("numFmtId", ""))] = attributes.get("formatCode", "")


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise Refused("broken") from None
