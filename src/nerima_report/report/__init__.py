"""Tallies, totals or series → a Report, which every format renders."""
