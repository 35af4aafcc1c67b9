"""A small sound workbook as its parts, and what hostile files are made from: parts changed, added, packed badly."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from nerima_report.workbooks import Reason

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
SHEET = "xl/worksheets/sheet1.xml"

Parts = dict[str, str | bytes]


@dataclass(frozen=True)
class Hostile:
    """A kind of hostile or odd file: its name, how it is made in a folder, and why it is refused ('' if it is read)."""

    name: str
    make: Callable[[Path], Path]
    reason: Reason | str


def sheet(rows: str, before: str = "", after: str = "", namespace: str = MAIN) -> str:
    """The XML of a worksheet with these rows."""
    return (
        f'{DECLARATION}<worksheet xmlns="{namespace}" xmlns:r="{OFFICE}">{before}'
        f"<sheetData>{rows}</sheetData>{after}</worksheet>"
    )


def package(sheets: Mapping[str, str | bytes] | None = None, **changes: str | bytes) -> Parts:
    """The parts of a workbook: the sheets by name (their XML), other parts by `strings`, `styles`, `workbook`, …"""
    sheets = sheets if sheets is not None else {"表": sheet('<row r="1"><c r="A1"><v>1</v></c></row>')}
    listed, relations, types = [], [], []
    parts: Parts = {}
    for number, (name, content) in enumerate(sheets.items(), start=1):
        listed.append(f'<sheet name="{name}" sheetId="{number}" r:id="rId{number}"/>')
        relations.append(relation(f"rId{number}", "worksheet", f"worksheets/sheet{number}.xml"))
        types.append(_type(f"xl/worksheets/sheet{number}.xml", "worksheet"))
        parts[f"xl/worksheets/sheet{number}.xml"] = content
    relations += [
        relation("rIdStrings", "sharedStrings", "sharedStrings.xml"),
        relation("rIdStyles", "styles", "styles.xml"),
    ]
    types += [_type("xl/sharedStrings.xml", "sharedStrings"), _type("xl/styles.xml", "styles")]
    types.append(_type("xl/workbook.xml", "sheet.main"))
    whole: Parts = {
        "[Content_Types].xml": f'{DECLARATION}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{"".join(types)}</Types>',
        "_rels/.rels": relations_of(relation("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'{DECLARATION}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
        f"<sheets>{''.join(listed)}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": relations_of(*relations),
        "xl/sharedStrings.xml": f'{DECLARATION}<sst xmlns="{MAIN}"><si><t>区民</t></si></sst>',
        "xl/styles.xml": f'{DECLARATION}<styleSheet xmlns="{MAIN}"><fonts><font/></fonts><fills><fill/></fills>'
        "<borders><border/></borders><cellStyleXfs><xf/></cellStyleXfs>"
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>',
    }
    names = {"strings": "xl/sharedStrings.xml", "styles": "xl/styles.xml", "workbook": "xl/workbook.xml"}
    names |= {"relations": "xl/_rels/workbook.xml.rels", "types": "[Content_Types].xml"}
    return whole | parts | {names[key]: content for key, content in changes.items()}


def relations_of(*relations: str) -> str:
    """A part of relations."""
    return f'{DECLARATION}<Relationships xmlns="{PACKAGE}/relationships">{"".join(relations)}</Relationships>'


def pack(path: Path, parts: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    """Write the parts as a workbook."""
    with zipfile.ZipFile(path, "w", method, compresslevel=1) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def packed(name: str, reason: Reason | str, parts: Callable[[], Mapping[str, str | bytes]]) -> Hostile:
    """A kind that is soundly packed; its parts are made when they are asked for."""
    return Hostile(name, lambda folder: pack(folder / f"{name}.xlsx", parts()), reason)


def written(name: str, reason: Reason | str, content: Callable[[], bytes]) -> Hostile:
    """A kind that is a file of these bytes."""

    def make(folder: Path) -> Path:
        path = folder / f"{name}.xlsx"
        path.write_bytes(content())
        return path

    return Hostile(name, make, reason)


def packed_bytes(parts: Mapping[str, str | bytes], folder: Path) -> bytes:
    """The bytes of a soundly packed workbook, to be spoilt."""
    return pack(folder / "sound.tmp", parts).read_bytes()


def change_directory(data: bytes, part: str, offset: int, layout: str, value: int) -> bytes:
    """The bytes of a zip with a field of a part's line in the central directory changed."""
    changed, at = bytearray(data), data.find(b"PK\x01\x02")
    while at >= 0:
        length = struct.unpack_from("<H", data, at + 28)[0]
        if data[at + 46 : at + 46 + length] == part.encode():
            struct.pack_into(layout, changed, at + offset, value)
        at = data.find(b"PK\x01\x02", at + 4)
    return bytes(changed)


def relation(identity: str, kind: str, target: str) -> str:
    """A relation to another part."""
    return f'<Relationship Id="{identity}" Type="{OFFICE}/{kind}" Target="{target}"/>'


def _type(part: str, kind: str) -> str:
    main = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return f'<Override PartName="/{part}" ContentType="{main}.{kind}+xml"/>'
