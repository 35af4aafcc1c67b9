"""The marked workbook: a copy of what a 課 sent, with what is wrong in colour and in comments, and an index in front.

The package is changed by inserting bytes, never read and written anew: openpyxl would drop the stored results of
formulas, pictures, shapes and controls. Of the cells only the styles change; formulas, values and stored results
are the same bytes. Only the worker imports this module and its neighbours: what they open may be hostile.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from nerima_report.text import printable
from nerima_report.workbooks.mark.cells import deselect, restyle
from nerima_report.workbooks.mark.comments import BEGINNING, comment
from nerima_report.workbooks.mark.index import HEADER_ROW, INDEX_SHEET, index_sheet
from nerima_report.workbooks.mark.order import ADVICE, Mark, advice_in
from nerima_report.workbooks.mark.package import OFFICE, Package
from nerima_report.workbooks.mark.splicing import (
    Edit,
    Element,
    append,
    attribute,
    elements,
    named,
    splice,
    text,
    with_attribute,
)
from nerima_report.workbooks.mark.styles import NO_STYLES, SEVEREST_FIRST, StyleSheet
from nerima_report.workbooks.values import Position, position_of

_WORKSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_STYLES = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
# By this hidden name the index sheet is known again when the copy comes back, whatever it is called then.
_INDEX_NAME = "nerima_report_index"
_SIGNED = "もとのブックの電子署名は、この写しでは無効になります。"


def marked_copy(content: bytes, marks: Sequence[Mark], author: str) -> bytes:
    """A marked copy of a workbook that was read before; all else in it is as it was.

    `marks` are the findings as the 課 shall read them (see Mark), `author` is under whose name the comments
    stand. Raises whatever the content makes it raise: then no copy can be made of it.
    """
    with Package(content) as package:
        _mark(package, marks, author)
        return package.packed()


def _mark(package: Package, marks: Sequence[Mark], author: str) -> None:
    workbook = next(r.target for r in package.relations("") if r.kind == "officeDocument")
    styles_part = _styles_part(package, workbook)
    styles = StyleSheet(package.read(styles_part))
    sheets = _sheets(package, workbook)
    old_index = _old_index(package.read(workbook))
    for name, part in sheets.items():
        if name == old_index:
            continue
        colours, remarks = _on_sheet(marks, printable(name))
        package.replace(part, deselect(package.read(part)))
        if colours or styles.old_marks:
            package.replace(part, restyle(package.read(part), styles, colours))
        comment(package, part, remarks, author)
    looks = styles.index_looks()
    package.replace(styles_part, styles.render())
    notes = [_SIGNED] if any(name.casefold().startswith("_xmlsignatures/") for name in package.names) else []
    index = index_sheet(marks, {printable(name): name for name in sheets}, looks, notes)
    if old_index in sheets:
        package.replace(sheets[old_index], index)
        _show(package, workbook, list(sheets).index(old_index))
    else:
        part = package.add("xl/worksheets/sheetCheck{}.xml", index, _WORKSHEET)
        _put_in_front(package, workbook, part, _free_name(sheets))


def _styles_part(package: Package, workbook: str) -> str:
    for relation in package.relations(workbook):
        if relation.kind == "styles" and relation.target in package:
            return relation.target
    part = package.add("xl/styles{}.xml", NO_STYLES, _STYLES)
    package.relate(workbook, "styles", part)
    return part


def _sheets(package: Package, workbook: str) -> dict[str, str]:
    """The names of the sheets and their parts, in order."""
    targets = {r.id: r.target for r in package.relations(workbook)}
    found = [e for e in elements(package.read(workbook), named("sheet")) if e.parent == "sheets"]
    ids = [next(value for name, value in e.attributes.items() if name.endswith(":id")) for e in found]
    return {e.attributes["name"]: targets[relation] for e, relation in zip(found, ids, strict=True)}


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
                remarks[position] = f"{before}\n\n{remark}" if before else BEGINNING + remark
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


def _old_index(workbook: bytes) -> str:
    """The name of the index sheet of an earlier copy, or ''."""
    for name in elements(workbook, named("definedName")):
        if name.attributes.get("name") == _INDEX_NAME:
            content = re.sub(rb"<[^>]*>", b"", workbook[name.tag_end : name.content_end]).decode()
            return content.rpartition("!")[0].strip("'").replace("''", "'")
    return ""


def _free_name(sheets: Mapping[str, str]) -> str:
    taken = {name.casefold() for name in sheets}
    names = [INDEX_SHEET, *(f"{INDEX_SHEET}({number})" for number in range(2, len(sheets) + 3))]
    return next(name for name in names if name.casefold() not in taken)


def _put_in_front(package: Package, workbook: str, part: str, name: str) -> None:
    """Make the index the first sheet: what counts sheets in the workbook counts one more."""
    relation = package.relate(workbook, "worksheet", part)
    data = package.read(workbook)
    found = elements(data, named("sheets", "sheet", "workbookView", "definedNames", "definedName"))
    container = next(e for e in found if e.name == "sheets")
    number = max(int(e.attributes["sheetId"]) for e in found if e.name == "sheet") + 1
    p = container.prefix
    entry = f'<{p}sheet xmlns:r="{OFFICE}" name="{attribute(name)}" sheetId="{number}" r:id="{relation}"/>'
    edits: list[Edit] = [(container.tag_end, container.tag_end, entry.encode())]
    edits += _first_tab(data, found, 0)
    for element in (e for e in found if "localSheetId" in e.attributes):
        local = str(int(element.attributes["localSheetId"]) + 1)
        tag = with_attribute(data[element.start : element.tag_end], "localSheetId", local)
        edits.append((element.start, element.tag_end, tag))
    stale = [e for e in found if e.attributes.get("name") == _INDEX_NAME]
    edits = [edit for edit in edits if edit[0] not in {e.start for e in stale}]
    edits += [(e.start, e.end, b"") for e in stale]
    package.replace(workbook, splice(data, [*edits, *_names(data, found, container, name)]))


def _names(data: bytes, found: Sequence[Element], sheets: Element, index: str) -> list[Edit]:
    """The hidden name by which the index is known again, and the row that is repeated when it is printed."""
    p, quoted = sheets.prefix, "'" + index.replace("'", "''") + "'"
    names = (
        f'<{p}definedName name="_xlnm.Print_Titles" localSheetId="0">{text(quoted)}!${HEADER_ROW}:${HEADER_ROW}'
        f'</{p}definedName><{p}definedName name="{_INDEX_NAME}" hidden="1">{text(quoted)}!$A$1</{p}definedName>'
    ).encode()
    container = next((e for e in found if e.name == "definedNames"), None)
    if container is not None:
        return append(data, container, names)
    # They stand behind the sheets and what may follow these.
    before = elements(data, named("functionGroups", "externalReferences"))
    place = max(e.end for e in (sheets, *before))
    return [(place, place, f"<{p}definedNames>".encode() + names + f"</{p}definedNames>".encode())]


def _show(package: Package, workbook: str, place: int) -> None:
    data = package.read(workbook)
    package.replace(workbook, splice(data, _first_tab(data, elements(data, named("workbookView")), place)))


def _first_tab(data: bytes, found: Sequence[Element], place: int) -> list[Edit]:
    """The edits with which the workbook opens on a sheet."""
    edits: list[Edit] = []
    for view in (e for e in found if e.name == "workbookView"):
        tag = with_attribute(data[view.start : view.tag_end], "activeTab", str(place))
        edits.append((view.start, view.tag_end, with_attribute(tag, "firstSheet", None)))
    return edits
