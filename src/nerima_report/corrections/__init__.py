"""Findings → the same findings with what may be their cause: the smallest changes that make every check hold.

    constraints    collection → the linear_system of a workbook, or of the ward
    lines          the lines of a register behind a number that is counted
    search, slips  the changes that make every check hold: one cell, two cells, or a pattern of slips
    earlier        what the submission said that a workbook replaces
    ranking → sentences → advice    the likeliest first, in words, at the finding that they explain

No number is ever changed. The method and its source are described in docs/error-localisation.md.
"""

from nerima_report.corrections.advice import Recall, nothing_is_known, suggest_corrections

__all__ = ["Recall", "nothing_is_known", "suggest_corrections"]
