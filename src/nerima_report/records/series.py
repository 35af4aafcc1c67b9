"""年度別の推移 as a model: the years, the series, their lines, and where they break."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Literal, NamedTuple

from nerima_report.edition import Edition
from nerima_report.edition.part import Part
from nerima_report.records.model import Record, RecordedFigure

Status = Literal["known", "not published", "incomputable", "no record"]


class Point(NamedTuple):
    """The number of a year (件, 人 or %), or why there is none."""

    status: Status
    value: Decimal | None = None


NO_RECORD, NOT_PUBLISHED = Point("no record"), Point("not published")


@dataclass(frozen=True)
class Line:
    """One line: its label, and a point for each year of the trend."""

    label: str
    points: Mapping[int, Point]

    @property
    def known(self) -> dict[int, Decimal]:
        """The numbers that there are."""
        return {year: point.value for year, point in self.points.items() if point.value is not None}

    def runs(self, breaks: Sequence[SeriesBreak]) -> list[list[int]]:
        """The years that are joined to each other: without a gap, and without a break between them."""
        broken = {found.year for found in breaks}
        runs: list[list[int]] = []
        for year in self.known:
            if runs and runs[-1][-1] == year - 1 and year not in broken:
                runs[-1].append(year)
            else:
                runs.append([year])
        return runs


class SeriesBreak(NamedTuple):
    """Before which fiscal year a series breaks, what changed and why."""

    year: int
    what: str
    reason: str


@dataclass(frozen=True)
class Series:
    """A chart over the years. `units` and `figures` (the definition of a share) are those of each year.

    `piece` says which of several charts it is, where the lines of one are too many: （1/2）.
    """

    part: Part
    key: str
    title: str
    lines: tuple[Line, ...]
    units: Mapping[int, str]
    breaks: tuple[SeriesBreak, ...]
    figures: Mapping[int, RecordedFigure]
    piece: str = ""

    @property
    def heading(self) -> str:
        """The title, and which piece it is."""
        return self.title + self.piece

    @property
    def unit(self) -> str:
        """The unit of the last year."""
        return self.units[max(self.units)]

    @property
    def is_share(self) -> bool:
        """Whether it shows percents."""
        return bool(self.figures)


@dataclass(frozen=True)
class Source:
    """The record of a year, its file, and whether it is published (in records/)."""

    record: Record
    file: str
    published: bool


@dataclass(frozen=True)
class Trend:
    """The series between the first and the last year of which there is a record, and the years wanted without one."""

    edition: Edition
    sources: Mapping[int, Source]
    missing: tuple[int, ...]
    series: tuple[Series, ...]

    @property
    def years(self) -> range:
        """All years from the first to the last."""
        return range(min(self.sources), max(self.sources) + 1)

    @cached_property
    def parts(self) -> dict[str, str]:
        """The titles of the parts by key."""
        return {series.part.key: series.part.definition.title for series in self.series}
