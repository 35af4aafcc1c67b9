"""8xx: what must not be printed: personal numbers, telephone numbers and mail addresses in free text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from nerima_report.findings import Finding
from nerima_report.places import Place
from nerima_report.registers.master import master_file
from nerima_report.registers.views import RegisterView
from nerima_report.tallies.collection import Collection

_HYPHENS = dict.fromkeys(map(ord, "‐‑‒–—―−ー－"), "-")
_PERSONAL_NUMBER = re.compile(r"(?<![\d-])\d{4}[ -]?\d{4}[ -]?\d{4}(?![\d-])")
_TELEPHONE_NUMBER = re.compile(r"(?<![\d-])(?:\+81[ -]?|\(?0)[1-9]\d{0,3}\)?[ -]?\(?\d{1,4}\)?[ -]?\d{3,4}(?![\d-])")
# Only at the beginning of a run of letters, and without going back in it: any text is searched in one go.
_MAIL_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)++", re.ASCII)
_TELLING = re.compile(r"[\d@]")
_TELEPHONE_DIGITS = (10, 11)
_SHOWN = 2  # characters of what was found that a finding repeats


def texts_name_nobody(collection: Collection) -> Iterator[Finding]:
    """No text of an entry holds a number or an address that leads to a person."""
    for located in collection.tallies.lists:
        layout, sheet = located.layout, located.sheet
        tables = collection.edition
        table = tables.entry_tables.get(located.table_id) or tables.register_tables.get(located.table_id)
        if sheet is None or table is None:
            continue
        for label in (field.label for field in table.fields if field.type == "text" and field.label in layout.columns):
            cells = [(row, layout.columns[label]) for row in layout.rows]
            said = {sheet.cells.get(position, "") for position in cells}  # a long list says the same again and again
            telling = {text: parts for text in said if (parts := private_parts(str(text)))}
            for position in cells if telling else ():
                parts = telling.get(sheet.cells.get(position, ""), [])
                for code, found in sorted(dict(reversed(parts)).items()):  # one of a kind is enough
                    yield Finding(code, located.place(position, column=label), found=masked(found))


def naming_somebody(folder: Path, view: RegisterView) -> Iterator[Finding]:
    """No text of a register that is to be published holds such a number or address. `folder` holds the masters."""
    file = master_file(folder, view.register).as_posix()
    for entry in view.entries:
        for field in view.register.written:
            value = entry.values.get(field.label)
            if field.public and isinstance(value, str):
                place = Place(entry.section, file, cell=entry.number, column=field.label)
                yield from (Finding(code, place, found=masked(text)) for code, text in private_parts(value))


def private_parts(text: str) -> list[tuple[str, str]]:
    """What in a text leads to a person, each with the code of its finding.

    >>> private_parts("連絡先は０３－１２３４－５６７８、様式は 2022-04-01 から")
    [('N802', '03-1234-5678')]
    """
    plain = unicodedata.normalize("NFKC", text)
    if not _TELLING.search(plain):
        return []  # as most texts of a register
    plain = plain.translate(_HYPHENS)
    numbers = [("N801", n) for n in _PERSONAL_NUMBER.findall(plain) if is_personal_number(_digits(n))]
    telephones = [("N802", n) for n in _TELEPHONE_NUMBER.findall(plain) if _is_telephone_number(n)]
    return [*numbers, *telephones, *(("N803", address) for address in _MAIL_ADDRESS.findall(plain))]


def is_personal_number(digits: str) -> bool:
    """Whether 12 digits end in their check digit.

    Source: 行政手続における特定の個人を識別するための番号の利用等に関する法律の規定による通知カード及び個人番号カード
    並びに情報提供ネットワークシステムによる特定個人情報の提供等に関する省令（平成26年総務省令第85号）第5条.

    >>> is_personal_number("123456789018"), is_personal_number("123456789012")
    (True, False)
    """
    if len(digits) != 12:
        return False
    places = enumerate(reversed(digits[:-1]), start=1)
    remainder = sum(int(digit) * (n + 1 if n <= 6 else n - 5) for n, digit in places) % 11
    return int(digits[-1]) == (0 if remainder <= 1 else 11 - remainder)


def masked(found: str) -> str:
    """What was found, so that whoever reads the finding learns no more than where to look: 03●●●."""
    return found[:_SHOWN] + "●" * (len(found) - _SHOWN)


def _is_telephone_number(found: str) -> bool:
    return len(_digits(found.replace("+81", "0"))) in _TELEPHONE_DIGITS


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
