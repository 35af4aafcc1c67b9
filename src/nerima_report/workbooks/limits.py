"""How much of a file is read, and why so much. Beyond a limit a file is refused, never passed."""

from __future__ import annotations

from nerima_report.workbooks.values import Reason

KIB, MIB = 2**10, 2**20

# The file: a collection form has 30 KB; a form with pasted photographs still lies below this.
MAX_FILE_BYTES = 20 * MIB

# The zip directory: Excel writes some 20 parts for ten sheets, and packs XML about 10 to 20 times. A full ledger (see
# below) has 8 MB, 30 MB in one part, 65 MB unpacked.
MAX_PARTS = 2_000
MAX_PART_BYTES = 64 * MIB
MAX_UNPACKED_BYTES = 128 * MIB
MAX_RATIO = 150  # deflate reaches 1,000 on nothing but zeros; repetitive sheets stay below 100
RATIO_FROM_BYTES = 1 * MIB  # below this a part is harmless however well it is packed

# The XML: Excel writes no token above 32 KB (the text of a cell) and nests some 15 deep.
MAX_TOKEN_BYTES = 1 * MIB  # expat before 2.6 reads an unfinished token again with every piece that arrives
MAX_DEPTH = 64
MAX_ELEMENTS = 4_500_000  # of all parts together: a full ledger, each cell with its value, has 3.1 million
PIECE_BYTES = 64 * KIB  # what is unpacked at a time

# The sheets: far above any form. The largest workbook that anybody keeps is a full ledger: 20,000 requests in each of
# two parts, with all their columns, of which the wider part has 35.
MAX_SHEETS = 100
MAX_LEDGER_ROWS = 20_000  # for which a ledger has room
MAX_ROWS = 25_000
MAX_COLUMNS = 1_000
MAX_CELLS = 800_000  # a sheet: 20,000 rows of 40 columns
MAX_MERGES = 20_000  # a sheet
MAX_COMMENTS = 2_000  # a part, which is those of a sheet
MAX_TEXT = 32_767  # characters in a cell: what Excel itself allows
MAX_ACCENTS = 30  # on one character, as UAX #15 has it; beyond it a text takes the square of its length to compare
MAX_TEXTS = 16 * MIB  # characters in all cells: one shared text may stand in every cell

# The process: ten times what a full ledger needs (6 s of one processor), because an office PC may be slow and busy, and
# more than twice its memory (350 MB); the program itself takes up to 470 MB for it (benchmarks/bench_ledger.py).
SECONDS = 60.0
MAX_MEMORY_BYTES = 1024 * MIB

# The limits that a finding names, with the number it names. The words are in checks/file.py.
LIMITS: dict[str, int] = {
    "parts": MAX_PARTS,
    "elements": MAX_ELEMENTS,
    "sheets": MAX_SHEETS,
    "rows": MAX_ROWS,
    "columns": MAX_COLUMNS,
    "cells": MAX_CELLS,
    "merges": MAX_MERGES,
    "comments": MAX_COMMENTS,
    "text": MAX_TEXT,
    "texts": MAX_TEXTS,
    "accents": MAX_ACCENTS,
}


class Refused(Exception):
    """The file is refused: the reason, and the part, sheet, cell and limit where they are known."""

    def __init__(self, reason: Reason, *, part: str = "", sheet: str = "", cell: str = "", limit: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.part = part
        self.sheet = sheet
        self.cell = cell
        self.limit = limit
