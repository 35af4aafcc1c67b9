"""The only code that touches workbooks that anyone could have sent.

    preflight → scan → reader, all in the worker (a process of its own) → transfer → client

The program itself never opens such a file: it asks the worker, and what comes back is plain values.
"""

from nerima_report.workbooks.client import WorkbookReader, read_workbook, shared_reader
from nerima_report.workbooks.values import (
    CellValue,
    Position,
    Reason,
    Sheet,
    SheetFacts,
    Unreadable,
    Workbook,
    address,
    is_blank,
    label_of,
    printable,
)

__all__ = [
    "CellValue",
    "Position",
    "Reason",
    "Sheet",
    "SheetFacts",
    "Unreadable",
    "Workbook",
    "WorkbookReader",
    "address",
    "is_blank",
    "label_of",
    "printable",
    "read_workbook",
    "shared_reader",
]
