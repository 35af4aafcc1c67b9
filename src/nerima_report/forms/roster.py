"""The roster (名簿) as a workbook to be edited in Excel: that of an edition, and one carried to a new year."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO

from nerima_report.edition import Edition
from nerima_report.edition.municipality import RosterRow
from nerima_report.fiscal_year import full_name, parse_fiscal_year
from nerima_report.forms.style import width_for
from nerima_report.tallies.roster import ALL_FORMS, HEADINGS, SHEET, TALLIES, Roster, RosterSection, words_of
from nerima_report.text import plain

_ROWS = 2000  # that have lists to choose from: a hundred 課 in twenty years
_LONGEST_PROMPT = 255  # Excel takes no longer one
Row = Sequence[object]


def default_roster(edition: Edition, fiscal_year: int) -> bytes:
    """The default roster of the edition for a fiscal year."""
    rows = [roster_row(row, edition, fiscal_year) for row in edition.municipality.roster]
    return _workbook(HEADINGS, rows, edition, fiscal_year)


def roster_row(row: RosterRow, edition: Edition, fiscal_year: int) -> Row:
    """A row of a new roster under HEADINGS, with all that its kind says.

    `edition` has all its parts, because only those since fiscal 2023 say to which 実施機関 a 部 belongs.
    """
    kinds, kind = edition.kinds, edition.kinds.of(row.kind)
    serving = {role.name for role in kinds.roles_in(fiscal_year)}
    section = RosterSection(
        fiscal_year, row.department, row.section, kind=row.kind, roles=tuple(r for r in row.roles if r in serving)
    )
    body = next((body.name for part in edition.parts if (body := section.belongs_to(part, kinds))), "")
    head = row.head or (kind.head if kind else "")
    roles = "、".join(section.holds(kinds))
    return full_name(fiscal_year), row.department, row.section, ALL_FORMS, None, None, row.kind, head, body, roles


def carried_roster(roster: Roster, edition: Edition, fiscal_year: int) -> bytes:
    """The roster with its rows of the latest year once more, for a new one; all other columns and rows stay."""
    cells = roster.sheet.cells
    width = max(column for _, column in cells)
    headings = [str(cells.get((1, column)) or "") for column in range(1, width + 1)]
    places = {plain(heading): place for place, heading in enumerate(headings)}
    headings += [heading for heading in HEADINGS if heading not in places]
    latest = latest_year(roster, fiscal_year)
    old = [[cells.get((section.row, column)) for column in range(1, width + 1)] for section in roster.sections]
    year = places["年度"]
    new = [
        [full_name(fiscal_year) if place == year else value for place, value in enumerate(row)]
        for row in old
        if parse_fiscal_year(row[year]) == latest
    ]
    if (place := places.get("役割")) is not None:  # the roles of 令和4年度 went with the ordinance
        there = {role.name for role in edition.kinds.roles_in(fiscal_year)}
        for row in new:
            row[place] = "、".join(word for word in words_of(row[place]) if plain(word) in there)
    return _workbook(headings, [*old, *new], edition, fiscal_year)


def latest_year(roster: Roster, fiscal_year: int) -> int | None:
    """The latest year of the roster before a fiscal year; None if there is none."""
    earlier = {section.fiscal_year for section in roster.sections if section.fiscal_year < fiscal_year}
    return max(earlier, default=None)


def _workbook(headings: Sequence[str], rows: Sequence[Row], edition: Edition, fiscal_year: int) -> bytes:
    from xlsxwriter import Workbook

    stream = BytesIO()
    with Workbook(
        stream,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "default_date_format": "yyyy-mm-dd",
        },
    ) as book:
        book.set_properties({"created": datetime(fiscal_year, 4, 1)})  # the same bytes every time
        sheet = book.add_worksheet(SHEET)
        sheet.write_row(0, 0, headings, book.add_format({"bold": True, "bg_color": "#D9E2EC", "border": 1}))
        for number, row in enumerate(rows, start=1):
            for place, value in enumerate(row):
                if value is not None:
                    sheet.write(number, place, value)
        for place, heading in enumerate(headings):
            sheet.set_column(place, place, width_for([heading, *(str(row[place]) for row in rows if place < len(row))]))
        places = {plain(heading): place for place, heading in enumerate(headings)}
        for heading, rule in _rules(edition, fiscal_year, (row[places["年度"]] for row in rows)).items():
            sheet.data_validation(1, places[heading], _ROWS, places[heading], rule)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(rows), len(headings) - 1)
    return stream.getvalue()


def _rules(edition: Edition, fiscal_year: int, years: Iterable[object]) -> dict[str, dict[str, object]]:
    """What Excel offers and says in a column. A list that does not hold everything lets something else be typed."""
    named = {year for text in years if (year := parse_fiscal_year(text))} | {fiscal_year, fiscal_year + 1}
    section = edition.words.section
    parts = edition.for_year(fiscal_year).parts
    keys = list(dict.fromkeys(part.key for part in parts))
    forms = (
        f"{ALL_FORMS}（種類ごとに決まった表のすべて）か、{'、'.join(f'{key}だけ' for key in keys)} から選びます。"
        f"表を選んで出してもらう{section}は、表のシートの名前（個人.点検 など）を「、」で区切って書きます。"
    )
    kinds = edition.kinds
    return {
        "年度": {"validate": "list", "source": [full_name(year) for year in sorted(named)], "error_type": "warning"},
        "種類": _one_of(
            "種類", [kind.name for kind in kinds.kinds], f"空けておくと、どの表も求める{section}とみます。"
        ),
        "長": {
            "validate": "any",
            "input_title": "長",
            "input_message": "長の職名（課長、館長、校長など）。手紙の宛名になります。空けておくと、種類のとおりです。",
        },
        "実施機関": _one_of("実施機関", kinds.bodies, f"空けておくと、種類か{edition.words.department}で決まります。"),
        "役割": _one_of(
            "役割",
            [role.name for role in kinds.roles_in(fiscal_year)],
            "長の役割。空けておくと、種類のとおりです。二つ以上は「、」で区切ります。",
        ),
        "様式": {
            "validate": "list",
            "source": [ALL_FORMS, *(f"{key}だけ" for key in keys)],
            "error_type": "information",
            "input_title": "様式",
            "input_message": forms[:_LONGEST_PROMPT],
            "error_message": "一覧にないときは、部か、表のシートの名前を書いてください。",
        },
        "集計": _one_of(
            "集計",
            [TALLIES],
            f"請求台帳のある年度に、台帳から数える表も{section}に出してもらい、比べるときだけ「{TALLIES}」。"
            f"空けておくと、その表は{section}に求めません。",
        ),
        "メール": {
            "validate": "any",
            "input_title": "メール",
            "input_message": "空けておけます。書いておくと、依頼や返却のメールの下書き（--eml）の宛先になります。",
        },
    }


def _one_of(heading: str, names: Sequence[str], message: str) -> dict[str, object]:
    """A list to choose from; what is not in it is refused when the roster is read, which says what may be there."""
    asked = {"input_title": heading, "input_message": message}
    if sum(len(name) + 1 for name in names) > _LONGEST_PROMPT or not names:
        return {"validate": "any", **asked}
    return {"validate": "list", "source": list(names), "error_type": "information", **asked}
