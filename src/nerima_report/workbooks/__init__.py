"""The only code that touches workbooks that anyone could have sent."""

from nerima_report.workbooks.reader import (
    CellValue,
    Sheet,
    Unreadable,
    Workbook,
    address,
    is_blank,
    read_workbook,
)

__all__ = ["CellValue", "Sheet", "Unreadable", "Workbook", "address", "is_blank", "read_workbook"]
