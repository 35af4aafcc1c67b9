"""What 年度別の推移 says of its years and series, in print and in the terminal; the words are those of trend.toml."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nerima_report.edition.tables import fill
from nerima_report.fiscal_year import full_name
from nerima_report.records.model import RecordedFigure
from nerima_report.records.series import Point, Series, Trend
from nerima_report.report.wording import NOTHING_TO_COUNT, UNKNOWN

MOST_FILES = 6  # so many files at most are named of records that were typed in


def source_sentence(trend: Trend) -> str:
    """What the numbers rest on."""
    years = {"最初の年度": full_name(trend.years[0]), "最後の年度": full_name(trend.years[-1])}
    return fill(trend.edition.trend.source, years)


def told_of_years(trend: Trend) -> list[str]:
    """What must be known of single years: without a record, not yet published, drafts, copied from print."""
    words = trend.edition.trend
    unpublished = [year for year, source in trend.sources.items() if not source.published]
    drafts = [year for year, source in trend.sources.items() if source.record.draft]
    told = [(words.missing, runs_of_years(trend.missing)), (words.unpublished, runs_of_years(unpublished))]
    told.append((words.draft, runs_of_years(drafts)))
    copied = {year: source for year, source in trend.sources.items() if source.record.origin == "imported"}
    files = [f"{full_name(y)}（{i.file}）" for y, source in copied.items() for i in source.record.inputs]
    names = "、".join(files) if len(files) <= MOST_FILES else runs_of_years(copied)
    told.append((words.imported, names))
    return [fill(text, {"名前": names}) for text, names in told if names]


def runs_of_years(years: Iterable[int]) -> str:
    """Years in words, those that follow each other together.

    >>> runs_of_years([2018, 2020, 2021, 2022])
    '平成30年度、令和2年度から令和4年度まで'
    """
    runs: list[list[int]] = []
    for year in sorted(years):
        if runs and runs[-1][-1] == year - 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return "、".join(
        full_name(run[0]) if len(run) == 1 else f"{full_name(run[0])}から{full_name(run[-1])}まで" for run in runs
    )


def break_sentences(series: Series, trend: Trend) -> dict[int, list[str]]:
    """Why a series breaks, by the year before which it does."""
    told: dict[int, list[str]] = {}
    for found in series.breaks:
        values = {"年度": full_name(found.year), "変更": found.what, "理由": found.reason}
        told.setdefault(found.year, []).append(fill(trend.edition.trend.broken, values))
    return told


def shown(point: Point) -> str:
    """A point as printed: 2,199 and 97.5, － without anything to divide by, … unknown.

    >>> from decimal import Decimal
    >>> shown(Point("known", Decimal(2199))), shown(Point("known", Decimal("97.50"))), shown(Point("no record"))
    ('2,199', '97.50', '…')
    """
    if point.value is not None:
        return f"{'△' if point.value < 0 else ''}{abs(point.value):,}"
    return NOTHING_TO_COUNT if point.status == "incomputable" else UNKNOWN


def sign_legend(trend: Trend, series: Iterable[Series]) -> str:
    """What the signs mean that occur in these series; '' where there are none."""
    words = trend.edition.trend
    texts = {shown(point) for one in series for line in one.lines for point in line.points.values()}
    told = [words.signs.incomputable] if NOTHING_TO_COUNT in texts else []
    told += [words.signs.unknown] if UNKNOWN in texts else []
    told += [words.signs.minus] if any(text.startswith("△") for text in texts) else []
    return fill(words.sign_legend, {"符号": "、".join(told)}) if told else ""


def definitions_of(series: Series, trend: Trend) -> list[str]:
    """By what rule a share was computed: a sentence for each run of years with the same one."""
    told: dict[str, list[int]] = {}
    for year, figure in series.figures.items():
        told.setdefault(_definition(figure, "{年度}", trend), []).append(year)
    alone = len(told) == 1
    return [text.replace("{年度}", "" if alone else f"{runs_of_years(years)}: ") for text, years in told.items()]


def _definition(figure: RecordedFigure, years: str, trend: Trend) -> str:
    words, of = trend.edition.trend, figure.denominator_of
    digits = f"小数第{figure.digits}位まで" if figure.digits else "整数"
    denominator = _cells(of.table, of.column, of.rows)
    values = {"年度": years, "分母": denominator, "除く行": _quoted(figure.excluded_rows), "桁数": digits}
    if figure.numerator_of is None:
        return fill(words.definition_largest, values)
    values["分子"] = _quoted(figure.numerator_of.rows) or _cells(
        figure.numerator_of.table, figure.numerator_of.column, ()
    )
    return fill(words.definition if figure.excluded_rows else words.definition_all, values)


def _cells(table: str, column: str, rows: Sequence[str]) -> str:
    return f"{table}の表の{_quoted(rows)}{'の' if rows else ''}{column}"


def _quoted(names: Iterable[str]) -> str:
    return "と".join(f"「{name}」" for name in names)


def units_of(series: Series) -> list[str]:
    """The units of the numbers, in their order."""
    known = {year for line in series.lines for year in line.known}
    return list(dict.fromkeys(unit for year, unit in series.units.items() if year in known))
