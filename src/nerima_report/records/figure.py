"""A share → how a record tells it, with the definition by which it was computed."""

from __future__ import annotations

from nerima_report.edition.tables import Cells
from nerima_report.records.model import RecordedCells, RecordedFigure
from nerima_report.tallies.figures import Share


def recorded_figure(key: str, share: Share) -> RecordedFigure:
    """A share with its definition."""
    definition = share.definition
    return RecordedFigure(
        figure=key,
        value=None if share.value is None else str(share.value),
        unit=definition.unit,
        numerator=share.numerator,
        denominator=share.denominator,
        numerator_rows=share.rows,
        kind=definition.kind,
        numerator_of=_cells(definition.numerator) if definition.numerator else None,
        denominator_of=_cells(definition.denominator),
        excluded_rows=definition.excluded,
        digits=definition.digits,
        rounding=definition.rounding,
        basis=definition.basis,
    )


def _cells(cells: Cells) -> RecordedCells:
    return RecordedCells(table=cells.table, column=cells.column, group=cells.group, rows=cells.rows)
