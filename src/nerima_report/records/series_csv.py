"""The series of 年度別の推移 as open data: CSV in UTF-8 with a byte order mark, a number in each line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from nerima_report.fiscal_year import full_name
from nerima_report.records.series import Line, Series, Status, Trend

HEADINGS = (
    "全国地方公共団体コード",
    "西暦年度",
    "和暦年度",
    "部",
    "項目",
    "区分",
    "値",
    "単位",
    "状態",
    "系列番号",
    "公表",
)
STATUSES: dict[Status, str] = {
    "known": "値あり",
    "not published": "公表なし",
    "incomputable": "計算できない",
    "no record": "記録なし",
}


def render_csv(trend: Trend) -> bytes:
    """All points of all series. Numbers with the same 系列番号 compare; the next one begins after a break."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    for series in trend.series:
        for line in series.lines:
            writer.writerows(_rows(trend, series, line))
    return text.getvalue().encode("utf-8-sig")


def _rows(trend: Trend, series: Series, line: Line) -> Iterator[tuple[object, ...]]:
    code = trend.edition.municipality.code
    broken = sorted({found.year for found in series.breaks})
    label = line.label if len(series.lines) > 1 or line.label != series.title else ""
    for year, point in line.points.items():
        source = trend.sources.get(year)
        yield (
            code,
            year,
            full_name(year),
            _text(series.part.definition.title),
            _text(series.title),
            _text(label),
            "" if point.value is None else point.value,
            _text(series.units.get(year, series.unit)),
            STATUSES[point.status],
            1 + sum(found <= year for found in broken),
            ("公表済み" if source.published else "公表前") if source else "",
        )


def _text(text: str) -> str:
    """A text that no spreadsheet program takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
