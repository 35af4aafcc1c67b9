"""Collection workbooks (集計様式): definitions + roster → what each 課, and the ward, is sent and hands in.

A reader finds a cell by sheet name, heading and row label; only the look depends on positions.
"""

from nerima_report.forms.form import EarlierFigures, Filling, FormCover
from nerima_report.forms.workbook import render_form, write_form

__all__ = ["EarlierFigures", "Filling", "FormCover", "render_form", "write_form"]
