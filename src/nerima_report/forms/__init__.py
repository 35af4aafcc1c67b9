"""Collection workbooks (集計様式): definitions + roster → what each 課, and the ward, is sent and hands in.

And the case ledger (請求台帳), which its keeper fills in through the year.

    recipients, published_year     who gets which form with which earlier figures; the form of a year typed in
    workbook → form                a workbook, and what it asks
    cover, guide, count_sheets, table_sheets     its sheets
    ledger → ledger_lists, ledger_formulas       the workbook of the case ledger, its lists, the limits it computes
    style, inputs, formulas        what cells look like, take and compute

Readers find a cell by the name of its sheet or the caption of its table, heading and row label, never by its position.
"""

from nerima_report.forms.form import EarlierFigures, Filling, FormCover
from nerima_report.forms.workbook import render_form, write_form

__all__ = ["EarlierFigures", "Filling", "FormCover", "render_form", "write_form"]
