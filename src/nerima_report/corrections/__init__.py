"""Findings → the same findings with what may be their cause: the smallest changes that make every check hold.

    collection → system (workbook, ward) → search (one cell, patterns, two cells) → ranking → advice

Nothing is ever changed by it. The method and its source are told in docs/error-localisation.md.
"""

from nerima_report.corrections.advice import Recall, nothing_is_known, suggest_corrections

__all__ = ["Recall", "nothing_is_known", "suggest_corrections"]
