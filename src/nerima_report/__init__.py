"""nerima-report: from the Excel tallies of the sections to the annual 運用状況 report."""

__version__ = "0.1.0"
