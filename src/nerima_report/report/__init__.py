"""Tallies, totals or series → a Report → its files.

    content (what a year says) → compose ← manuscript, wording*, tables, years_tables
    prose, manuscript_proof        what may stand in a manuscript: the author's own text, calls and choices
    compose → blocks (the Report) → formats/
    must_publish, audit, record    what must be in it, where its numbers come from, and what of it is kept for good
    open_data                      the same numbers as data, in the order and with the shares that are printed
    approval                       what those who sign it read beside it
    trend, trend_plot, register    the other reports: several years, a register for public view

A new format of all of them is one file in formats/.
"""
