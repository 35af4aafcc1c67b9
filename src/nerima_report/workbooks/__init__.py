"""The only code that touches workbooks that anyone could have sent.

    read/: preflight → package_scan → sheets, in the worker (a process of its own) → transfer → client
    mark/: preflight → copy
    cleaning: texts as a person sees them; formulas: what a formula refers to

The program itself never opens such a file: it asks the worker, and what comes back is plain values, or the
bytes of a marked copy, which it only writes.
"""

from nerima_report.workbooks.client import Reader, WorkbookReader, read_workbook, shared_reader
from nerima_report.workbooks.mark.order import Cell, Mark, MarkOrder, SuggestedMark, is_index, typed_on_index
from nerima_report.workbooks.values import (
    CellValue,
    Position,
    Reason,
    Sheet,
    SheetFacts,
    Unreadable,
    Workbook,
    address,
    column_number,
    is_blank,
    position_of,
)

__all__ = [
    "Cell",
    "CellValue",
    "Mark",
    "MarkOrder",
    "Position",
    "Reader",
    "Reason",
    "Sheet",
    "SheetFacts",
    "SuggestedMark",
    "Unreadable",
    "Workbook",
    "WorkbookReader",
    "address",
    "column_number",
    "is_blank",
    "is_index",
    "position_of",
    "read_workbook",
    "shared_reader",
    "typed_on_index",
]
