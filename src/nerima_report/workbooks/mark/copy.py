"""The marked workbook: a copy of what a 課 sent, with what is wrong in colour and in comments, and an index in front.

Only the parts that say something new are written anew, element by element; all others are the same bytes: openpyxl
would drop the stored results of formulas, pictures, shapes and controls. Of the cells only the styles change.
Only the worker imports this module and its neighbours: what they open may be hostile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nerima_report.workbooks.cleaning import clean_name
from nerima_report.workbooks.limits import Refused
from nerima_report.workbooks.mark.cells import deselect, restyle
from nerima_report.workbooks.mark.comments import comment
from nerima_report.workbooks.mark.index import index_sheet
from nerima_report.workbooks.mark.order import ADVICE, INDEX_HEADER_ROW, SIGNED, Mark, advice_in
from nerima_report.workbooks.mark.package import Package
from nerima_report.workbooks.mark.proof import SheetDigest, digests_of, opens_elsewhere
from nerima_report.workbooks.mark.styles import NO_STYLES, SEVEREST_FIRST, StyleSheet
from nerima_report.workbooks.mark.xml import RELATION, Element, M, add, number, piece
from nerima_report.workbooks.values import INDEX_SHEET, REMARK_BEGINNING, Position, position_of

_WORKSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_STYLES = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
# By this hidden name the index sheet is known again when the copy comes back, whatever it is called then.
_INDEX_NAME = "nerima_report_index"


def marked_copy(content: bytes, marks: Sequence[Mark], author: str) -> bytes:
    """A marked copy of a workbook that was read before; all else in it is as it was.

    `marks` are the findings as the 課 shall read them (see Mark), `author` is under whose name the comments
    stand. Raises whatever the content makes it raise: then no copy can be made of it. Raises Refused where the copy
    does not say the same as the workbook, or cannot be opened by a program that opens the workbook.
    """
    before = digests_of(content, marks)
    with Package(content) as package:
        old_index, index = _mark(package, marks, author)
        copy = package.packed()
    after = digests_of(copy, marks)
    if _without(before, old_index) != _without(after, index):
        raise Refused("broken")
    if not opens_elsewhere(copy) and opens_elsewhere(content):
        raise Refused("broken")
    return copy


def _without(sheets: Sequence[SheetDigest], index: str | None) -> list[SheetDigest]:
    """The sheets without the index. The name by which it is known may have come to another sheet, with a cell."""
    return [sheet for sheet in sheets if index is None or not sheet.is_index or sheet.name != clean_name(index)]


def _mark(package: Package, marks: Sequence[Mark], author: str) -> tuple[str | None, str]:
    """Mark a workbook; returns the name of the index sheet that it had, if any, and of the one it has now."""
    workbook = next((r.target for r in package.relations("") if r.kind == "officeDocument"), "")
    root = package.root(workbook)
    styles_part = _styles_part(package, workbook)
    styles = StyleSheet(package.root(styles_part))
    sheets = _sheets(package, workbook, root)
    old_index = _old_index(root, sheets)
    for name, part in sheets.items():
        if name != old_index:
            _mark_sheet(package, part, styles, *_on_sheet(marks, clean_name(name)), author)
    looks = styles.index_looks()
    package.replace(styles_part, styles.root)
    notes = [SIGNED] if any(name.casefold().startswith("_xmlsignatures/") for name in package.names) else []
    index = index_sheet(marks, {clean_name(name): name for name in sheets}, looks, notes)
    if old_index is not None:
        package.replace(sheets[old_index], index)
        _open_on(root, list(sheets).index(old_index))
    else:
        part = package.add("xl/worksheets/sheetCheck{}.xml", index, _WORKSHEET)
        _put_in_front(root, package.relate(workbook, "worksheet", part), _free_name(sheets))
    package.replace(workbook, root)
    return old_index, _free_name(sheets) if old_index is None else old_index


def _mark_sheet(
    package: Package,
    part: str,
    styles: StyleSheet,
    colours: Mapping[Position, str],
    remarks: Mapping[Position, str],
    author: str,
) -> None:
    """Write a sheet anew if anything on it changes."""
    sheet = package.row_by_row(part)
    restyled = restyle(sheet, styles, colours)  # before all else, because the rest of the sheet stands behind its rows
    if any((restyled, deselect(sheet.root), comment(package, part, sheet.root, remarks, author))):
        package.replace(part, sheet.serialise())


def _styles_part(package: Package, workbook: str) -> str:
    for relation in package.relations(workbook):
        if relation.kind == "styles" and relation.target in package:
            return relation.target
    part = package.add("xl/styles{}.xml", NO_STYLES, _STYLES)
    package.relate(workbook, "styles", part)
    return part


def _sheets(package: Package, workbook: str, root: Element) -> dict[str, str]:
    """The names of the sheets and their parts, in order."""
    targets = {r.id: r.target for r in package.relations(workbook)}
    return {sheet.get("name"): targets[sheet.get(RELATION)] for sheet in root.iterfind(f"{M}sheets/{M}sheet")}


def _on_sheet(marks: Sequence[Mark], sheet: str) -> tuple[dict[Position, str], dict[Position, str]]:
    """The colours of the cells of a sheet, and what is said to those that are faulty."""
    colours: dict[Position, str] = {}
    remarks: dict[Position, str] = {}
    for mark in marks:
        cells = [(mark["sheet"], mark["cell"], mark["severity"])]
        cells += [(cell["sheet"], cell["cell"], "related") for cell in (*mark["related"], *mark["suggested"])]
        for name, cell, colour in cells:
            position = _position(cell)
            if name == sheet and position is not None:
                colours[position] = min(colour, colours.get(position, colour), key=SEVEREST_FIRST.index)
        said = [(mark["sheet"], mark["anchor"], _remark(mark))]
        others = (c for c in mark["suggested"] if (c["sheet"], c["cell"]) != (mark["sheet"], mark["anchor"]))
        said += [(c["sheet"], c["cell"], f"{ADVICE}: {c['message']}") for c in others]
        for name, cell, remark in said:
            position = _position(cell)
            if name == sheet and position is not None:
                before = remarks.get(position)
                remarks[position] = f"{before}\n\n{remark}" if before else REMARK_BEGINNING + remark
    return colours, remarks


def _remark(mark: Mark) -> str:
    values = [f"{label}: {mark[key]}" for label, key in _VALUES if mark[key]]  # type: ignore[literal-required]
    lines = [f"{mark['severity_name']} {mark['code']}", mark["message"], "　".join(values)]
    lines += [advice_in(mark)]
    lines += [f"→ {mark['hint']}", f"よりどころ: {mark['basis']}" if mark["basis"] else ""]
    return "\n".join(line for line in lines if line)


_VALUES = (("あるべき値", "expected"), ("今の値", "found"), ("差", "difference"))


def _position(cell: str) -> Position | None:
    try:
        return position_of(cell)
    except ValueError:  # the finding is on the sheet itself
        return None


def _old_index(workbook: Element, sheets: Mapping[str, str]) -> str | None:
    """The name of the index sheet of an earlier copy, if any; in a broken file a sheet may have no name."""
    content = workbook.findtext(f"{M}definedNames/{M}definedName[@name='{_INDEX_NAME}']", "")
    name = str(content).rpartition("!")[0].strip("'").replace("''", "'")
    return name if name and name in sheets else None


def _free_name(sheets: Mapping[str, str]) -> str:
    taken = {name.casefold() for name in sheets}
    names = [INDEX_SHEET, *(f"{INDEX_SHEET}({number})" for number in range(2, len(sheets) + 3))]
    return next(name for name in names if name.casefold() not in taken)


def _put_in_front(workbook: Element, relation: str, name: str) -> None:
    """Make the index the first sheet: what counts sheets in the workbook counts one more."""
    sheets = workbook.find(f"{M}sheets")
    highest = max(number(sheet, "sheetId") for sheet in sheets.iterchildren(f"{M}sheet"))
    entry = add(sheets, "sheet", name=name, sheetId=str(highest + 1))
    entry.set(RELATION, relation)
    sheets.insert(0, entry)
    _open_on(workbook, 0)
    names = _defined_names(workbook, sheets)
    for defined in names.findall(f"{M}definedName"):
        if defined.get("name") == _INDEX_NAME:
            names.remove(defined)
        elif "localSheetId" in defined.attrib:
            defined.set("localSheetId", str(number(defined, "localSheetId") + 1))
    quoted = "'" + name.replace("'", "''") + "'"
    titles = f"{quoted}!${INDEX_HEADER_ROW}:${INDEX_HEADER_ROW}"  # the row that is repeated when the index is printed
    add(names, "definedName", titles, name="_xlnm.Print_Titles", localSheetId="0")
    add(names, "definedName", f"{quoted}!$A$1", name=_INDEX_NAME, hidden="1")


def _defined_names(workbook: Element, sheets: Element) -> Element:
    """Where the names of the workbook stand: behind the sheets and what may follow these."""
    names = workbook.find(f"{M}definedNames")
    if names is None:
        names = piece("<definedNames/>")
        [*workbook.iterchildren(sheets.tag, f"{M}functionGroups", f"{M}externalReferences")][-1].addnext(names)
    return names


def _open_on(workbook: Element, place: int) -> None:
    """Let the workbook open on a sheet."""
    for view in workbook.iterfind(f"{M}bookViews/{M}workbookView"):
        view.set("activeTab", str(place))
        view.attrib.pop("firstSheet", None)
