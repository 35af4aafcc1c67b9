"""The chain of `trend`: records → series → report, charts and open data → out/trend-2018-2026/."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nerima_report.data_table import render_csv
from nerima_report.edition import Edition
from nerima_report.errors import CannotProceed
from nerima_report.files import sha256
from nerima_report.findings import Finding
from nerima_report.records.file import read_record
from nerima_report.records.series import Source, Trend, make_trend, series_data
from nerima_report.report.blocks import Report
from nerima_report.report.data_package import DataPackage, outdated, render_package
from nerima_report.report.formats import FORMATS
from nerima_report.report.open_data import published_tables, side_by_side
from nerima_report.report.trend import Draw, compose_trend, runs_of_years
from nerima_report.workspace import RECORD, SUMS, Delivery, Workspace, read_sums, write_sums


@dataclass(frozen=True)
class TrendMade:
    """What `trend` made: the series, the files written, and findings on files that were kept."""

    trend: Trend
    written: tuple[Path, ...]
    findings: tuple[Finding, ...]
    charts: bool  # False: the extra `charts` is missing, and there are no pictures


def trend(workspace: Workspace, edition: Edition, first: int, last: int) -> TrendMade:
    """Write the appendix for the years; what somebody edited there is kept. `edition` has all its parts.

    Raises CannotProceed where fewer than two years have a record, or no record has a number that charts.toml names.
    """
    series = make_trend(edition, *_sources(workspace, edition, first, last))
    if not series.series:
        raise CannotProceed(
            f"図にする数が、どの年度の記録にもありません。\n  年度: {runs_of_years(series.sources)}\n"
            "  部のフォルダーの charts.toml にある表と割合を確かめてください。"
        )
    draw = _charts()
    report = compose_trend(series, draw)
    files = {Path(form.file_name).with_stem("trend").name: form.render(report, edition.reference) for form in FORMATS}
    files |= {picture.file: picture.content for picture in report.pictures}
    files["trend.csv"] = render_csv(series_data(series))
    files |= _open_data(series, report)
    out = workspace.folder / "out" / f"trend-{first}-{last}"
    written_last = read_sums(out)
    gone = outdated(written_last, files)
    vouched = {name: written_last.get(name, "") for name in (*files, *gone)}
    kept = Delivery(out, {**files, SUMS: _sums(files, out, written_last)}, vouched).replace(gone=gone)
    return TrendMade(series, tuple(out / name for name in files), tuple(kept), charts=draw is not None)


def _open_data(series: Trend, report: Report) -> dict[str, bytes]:
    """The tables of the published years as one data set, by name of the file; nothing where none is published."""
    edition, records = series.edition, {y: s.record for y, s in series.sources.items() if s.published}
    if not records:
        return {}
    tables = side_by_side(published_tables(record, edition.for_year(year)) for year, record in records.items())
    name = f"{min(records)}-{max(records)}"
    package = DataPackage(name, report.title, report.author, report.published, tuple(tables))
    return render_package(package, edition.municipality)


def _charts() -> Draw | None:
    """The function that draws a chart, or None where the extra `charts` cannot be imported."""
    try:
        from nerima_report.report.trend_plot import draw  # slow to import, and nothing else draws
    except ImportError as error:
        if (error.name or "").partition(".")[0] == __name__.partition(".")[0]:
            raise  # a fault in this program, not a missing extra
        return None
    return draw


def _sources(workspace: Workspace, edition: Edition, first: int, last: int) -> tuple[dict[int, Source], list[int]]:
    """The records of the years by this edition, published or else built, and the years that have none."""
    sources, missing = {}, []
    for year in range(first, last + 1):
        published, built = workspace.record(year), workspace.out(year) / RECORD
        file = published if published.exists() else built
        if file.exists():
            sources[year] = Source(read_record(file, year, edition), file.as_posix(), file is published)
        else:
            missing.append(year)
    if len(sources) < 2:
        there = f"記録があるのは、{runs_of_years(sources)}だけです。" if sources else "記録が一つもありません。"
        raise CannotProceed(
            f"推移を示すには、2年度以上の記録が要ります。{there}\n  探したところ: {workspace.record(first).parent}、"
            f"{workspace.out(first).parent}\n  前の年度の記録は、nerima-report record template と import で作れます。"
        )
    return sources, missing


def _sums(files: Mapping[str, bytes], out: Path, written_last: Mapping[str, str]) -> bytes:
    """The sums of the files to be written, and of pictures of an earlier run that are still there."""
    left = {file.name for file in out.glob("*.png")} - files.keys()
    sums = {name: sha256(content) for name, content in files.items()}
    sums |= {name: digest for name, digest in written_last.items() if name in left}
    return write_sums(sums)
