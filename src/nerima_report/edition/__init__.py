"""An edition folder (templates/nerima) read into frozen definitions that are checked to be consistent.

    edition                    all definitions of one municipality; what of them serves a year
    reading, shared            how it is read from its folder, and from the files that all municipalities share
    toml                       a TOML file read into its model, or the fault with file, key and reason
    definition, conditions     what all definitions have; conditions on entries
    municipality, part         the municipality, a part of the report
    tables, entries, registers, case_rules, guideline    what is collected, and what must hold for it
    links, figures             the sums that must agree; the rates
    years_tables               what is printed of several years
    kinds                      the kinds of places that count as a 課, their heads, the roles in the protection
    sources, citations         every article of the sources, and what of the edition rests on it
    texts, letters, catalogue  the words: on forms, about years and corrections, to each 課, of findings
    manuscripts                which numbers may be typed into a manuscript
    generated                  definitions completed from other files (settings, guideline, choices)
    lines                      the tables by 実施機関, 部 or 課, with those of a year
    ledger, ledger_texts       the case ledger of a part, and what is counted from it; the words of its workbook
    proofs, line_proofs, sum_proofs, register_proofs, ledger_proofs    the consistency of a part
    changes                    what differs between two editions

Whatever is wrong in a definition stops the program with file, key and reason (DefinitionError).
"""

from __future__ import annotations

from nerima_report.edition.edition import Edition
from nerima_report.edition.reading import DEFAULT, MUNICIPALITY, STARTER, find_edition, load_edition
from nerima_report.edition.shared import SHARED, shipped_templates

__all__ = [
    "DEFAULT",
    "MUNICIPALITY",
    "SHARED",
    "STARTER",
    "Edition",
    "find_edition",
    "load_edition",
    "shipped_templates",
]
