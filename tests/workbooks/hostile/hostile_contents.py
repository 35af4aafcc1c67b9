"""Workbooks that are packed soundly, and whose XML is hostile, broken, enormous or merely odd."""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Iterator

from hostile_packages import (
    DECLARATION,
    MAIN,
    OFFICE,
    SHEET,
    Hostile,
    Parts,
    package,
    packed,
    relation,
    relations_of,
    sheet,
)
from nerima_report.workbooks import Reason
from nerima_report.workbooks.limits import MAX_CELLS, MAX_ELEMENTS, MAX_ROWS

LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)
EXTERNAL = '<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
PARAMETER = '<!DOCTYPE l [<!ENTITY % a SYSTEM "http://127.0.0.1:9/a.dtd"> %a;]>'
ONE = '<row r="1"><c r="A1"><v>1</v></c></row>'
STRINGS = "xl/sharedStrings.xml"
SHARED = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"


def rows(
    name: str, reason: Reason | str, content: str | Callable[[], str], after: str = "", before: str = ""
) -> Hostile:
    """A workbook whose only sheet holds these rows."""

    def parts() -> Parts:
        return package({"表": sheet(content if isinstance(content, str) else content(), before, after)})

    return packed(name, reason, parts)


def part(name: str, reason: Reason | str, place: str, content: Callable[[], str | bytes]) -> Hostile:
    """A workbook with one of its parts replaced or added."""
    return packed(name, reason, lambda: package() | {place: content()})


def with_doctype(place: str, doctype: str = "<!DOCTYPE l>") -> Hostile:
    def parts() -> Parts:
        whole = package()
        xml = whole.get(place, f"{DECLARATION}<a/>")
        return whole | {place: str(xml).replace(DECLARATION, DECLARATION + doctype, 1)}

    return packed(f"doctype-in-{place.replace('/', '-')}", "suspicious-xml", parts)


def with_picture(
    name: str,
    reason: Reason | str,
    kinds: tuple[str, ...] = ("image",),
    strings: str = "",
    type_: str = "image/svg+xml",
    sheet_too: bool = False,
) -> Hostile:
    """A workbook with a picture as a drawing program writes it, and what else the package may call it."""

    def parts() -> Parts:
        whole = package()
        types = f'<Default Extension="svg" ContentType="{type_}"/>'
        if strings:
            types += f'<o:Override xmlns:o="urn:nobody" PartName="{strings}" ContentType="{SHARED}"/>'
        whole["[Content_Types].xml"] = str(whole["[Content_Types].xml"]).replace("</Types>", f"{types}</Types>")
        relations = [relation(f"rId{kind}", kind, "../media/a.svg") for kind in kinds]
        if sheet_too:
            changed = str(whole["xl/_rels/workbook.xml.rels"]).replace("worksheets/sheet1.xml", "media/a.svg")
            whole["xl/_rels/workbook.xml.rels"] = changed.replace("/worksheet", "/image")
        doctype = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://127.0.0.1:9/svg11.dtd">'
        return whole | {
            "xl/media/a.svg": f'{DECLARATION}{doctype}<svg xmlns="http://www.w3.org/2000/svg"/>',
            "xl/drawings/_rels/drawing1.xml.rels": relations_of(*relations),
        }

    return packed(name, reason, parts)


def noise(length: int) -> str:
    """A text that cannot be packed far, so that no limit of the archive is met before that of the XML."""
    return random.Random(length).randbytes(length // 2).hex()


def numbered(template: str, count: int) -> str:
    """A template many times with the number in place of #, and some noise in place of ~."""
    pieces = template.replace("#", "{n}").replace("~", "{noise}")
    return "".join(pieces.format(n=n, noise=n * 2_654_435_761 % 2**32) for n in range(1, count + 1))


def _table(row_count: int, column_count: int) -> Iterator[str]:
    letters = [a + b for a in ("", *string.ascii_uppercase) for b in string.ascii_uppercase]
    for row in range(1, row_count + 1):
        inside = "".join(f'<c r="{letter}{row}"><v>{row}</v></c>' for letter in letters[:column_count])
        yield f'<row r="{row}">{inside}</row>'


def _strings(content: str, count: str = "1") -> str:
    return f'{DECLARATION}<sst xmlns="{MAIN}" count="{count}" uniqueCount="{count}">{content}</sst>'


def _cell(content: str) -> str:
    return f'<row r="1">{content}</row>'


def _text(text: str) -> str:
    return _cell(f'<c r="A1" t="str"><v>{text}</v></c>')


def _styles(count: int) -> str:
    formats = numbered('<xf numFmtId="14" a="~"/>', count)
    return f'<styleSheet xmlns="{MAIN}"><cellXfs>{formats}</cellXfs></styleSheet>'


def with_comments(name: str, reason: Reason | str, root: str, inside: Callable[[], str]) -> Hostile:
    """A workbook with comments on its sheet, old or threaded ones by the name of their root."""

    def parts() -> Parts:
        relations = relations_of(relation("rId1", "comments", "../comments1.xml"))
        content = f"{DECLARATION}<{root}>{inside()}</{root.partition(' ')[0]}>"
        return package() | {"xl/worksheets/_rels/sheet1.xml.rels": relations, "xl/comments1.xml": content}

    return packed(name, reason, parts)


def _comment(text: str, cell: str = "A1") -> str:
    return f'<comment ref="{cell}"><text><t>{text}</t></text></comment>'


OLD = f'comments xmlns="{MAIN}"'
THREADED = 'ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"'


def _format() -> str:
    code = f'<numFmts><numFmt numFmtId="200" formatCode="{"[" * 200_000}y"/></numFmts>'
    return f'<styleSheet xmlns="{MAIN}">{code}<cellXfs><xf/><xf numFmtId="200"/></cellXfs></styleSheet>'


MERGES = "<mergeCells>" + numbered('<mergeCell ref="A#:B#" a="~"/>', 30_000) + "</mergeCells>"
VALIDATIONS = numbered('<dataValidation sqref="A#"><formula1>~</formula1></dataValidation>', 20_000)

XML: tuple[Hostile, ...] = (
    *(with_doctype(place) for place in (*package(), "docProps/core.xml", "customXml/item1.xml", "xl/drawings/a.vml")),
    part("billion-laughs", "suspicious-xml", SHEET, lambda: sheet(ONE).replace(DECLARATION, DECLARATION + LAUGHS)),
    part("external-entity", "suspicious-xml", SHEET, lambda: sheet(ONE).replace(DECLARATION, DECLARATION + EXTERNAL)),
    part("parameter-entity", "suspicious-xml", SHEET, lambda: sheet(ONE).replace(DECLARATION, DECLARATION + PARAMETER)),
    part("doctype-in-utf-16", "suspicious-xml", SHEET, lambda: f"<!DOCTYPE a><a>{noise(9)}</a>".encode("utf-16")),
    part("attribute-of-20-MB", "suspicious-xml", SHEET, lambda: sheet(f'<row r="1" a="{noise(20 * 2**20)}"/>')),
    part("comment-of-20-MB", "suspicious-xml", SHEET, lambda: sheet(f"<!--{noise(20 * 2**20)}-->")),
    part("instruction-of-2-MB", "suspicious-xml", SHEET, lambda: sheet(f"<?a {noise(2 * 2**20)}?>")),
    part("name-of-2-MB", "suspicious-xml", SHEET, lambda: sheet(f"<n{noise(2 * 2**20)}/>")),
    part(
        "attributes-by-the-hundred-thousand",
        "suspicious-xml",
        "xl/a.xml",
        lambda: "<a " + numbered(' b#="~"', 10**5) + "/>",
    ),
    rows("text-of-20-MB", "beyond-limit", lambda: _cell(f'<c r="A1" t="str"><v>{noise(15 * 2**20)}</v></c>')),
    part("deep-sheet", "suspicious-xml", SHEET, lambda: sheet("<a>" * 10**5 + "</a>" * 10**5)),
    part("deep-styles", "suspicious-xml", "xl/styles.xml", lambda: "<a>" * 70 + "</a>" * 70),
    part(
        "elements-by-the-million",
        "beyond-limit",
        "xl/a.xml",
        lambda: "<a>" + numbered('<b c="~"/><b/><b/>', MAX_ELEMENTS // 3 + 1) + "</a>",
    ),
    part("not-well-formed", "broken", SHEET, lambda: sheet("<row>")),
    part("nothing-in-a-part", "sheet-missing", SHEET, lambda: b""),
    part("binary-sheet", "sheet-missing", SHEET, lambda: b"\x81\x01\x00"),
    part("unknown-encoding", "broken", SHEET, lambda: sheet(ONE).replace("UTF-8", "x-none")),
    part("wrong-encoding", "broken", SHEET, lambda: sheet('<row r="1"><c t="str"><v>課</v></c></row>').encode("cp932")),
    part("null-characters", "broken", SHEET, lambda: sheet("\0")),
    part("entity-that-nobody-declared", "broken", SHEET, lambda: sheet("&nbsp;")),
    part("drawing-that-is-not-well-formed", "", "xl/drawings/a.vml", lambda: "<xml><br></xml>"),
    part("white-space-before-a-doctype", "suspicious-xml", STRINGS, lambda: " " * 70_000 + LAUGHS + "<sst>&h;</sst>"),
    part("lines-before-a-doctype", "suspicious-xml", STRINGS, lambda: "\r\n\t " * 40_000 + LAUGHS + "<sst/>"),
    part(
        "white-space-in-utf-16",
        "suspicious-xml",
        STRINGS,
        lambda: (" " * 70_000 + LAUGHS + "<sst/>").encode("utf-16-be"),
    ),
    part("white-space-before-a-sound-part", "", STRINGS, lambda: " " * 70_000 + f'<sst xmlns="{MAIN}"/>'),
    part("white-space-alone", "", "xl/a.xml", lambda: " " * 70_000),
    with_picture("picture-with-a-doctype", ""),
    with_picture("picture-that-is-also-the-strings", "suspicious-xml", strings="/xl/media/a.SVG"),
    with_picture("picture-that-is-also-the-styles", "suspicious-xml", kinds=("image", "styles")),
    with_picture("picture-that-is-a-sheet", "sheet-missing", sheet_too=True),
    with_picture("picture-that-no-relation-calls-one", "suspicious-xml", kinds=()),
    with_picture("picture-of-another-type", "suspicious-xml", type_="application/xml"),
    part("sheet-in-utf-16", "", SHEET, lambda: sheet(ONE).replace("UTF-8", "UTF-16").encode("utf-16")),
)

SIZES: tuple[Hostile, ...] = (
    rows("cell-at-the-far-end", "beyond-limit", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    rows("cell-in-the-last-row", "beyond-limit", '<row r="1048576"><c r="A1048576"><v>1</v></c></row>'),
    rows("cell-in-the-last-column", "beyond-limit", '<row r="1"><c r="XFD1"><v>1</v></c></row>'),
    rows("border-at-the-far-end", "", f'{ONE}<row r="1048576"><c r="XFD1048576" s="1"/></row>'),
    rows("rows-of-nothing", "beyond-limit", lambda: numbered('<row r="#" ht="~"/>', 30_000)),
    rows("rows-on-end", "beyond-limit", lambda: "".join(_table(MAX_ROWS + 1, 1))),
    rows("cells-without-end", "beyond-limit", lambda: "".join(_table(20_000, MAX_CELLS // 20_000 + 1))),
    rows("large-sheet", "", lambda: "".join(_table(4_000, 26))),
    rows("merged-over-all", "", ONE, '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
    rows("merged-often", "beyond-limit", ONE, MERGES),
    rows("hidden-to-the-end", "", ONE, before='<cols><col min="2" max="16384" hidden="1"/></cols>'),
    rows("columns-beyond-all", "", ONE, before='<cols><col min="1" max="4000000000" hidden="1"/></cols>'),
    rows("validations-by-the-ten-thousand", "", ONE, VALIDATIONS),
    packed("sheets-by-the-hundred", "beyond-limit", lambda: package({f"表{n}": sheet(ONE) for n in range(150)})),
    packed("strings-said-to-be-4e9", "", lambda: package(strings=_strings("<si><t>a</t></si>", "4000000000"))),
    packed("strings-in-plenty", "", lambda: package(strings=_strings(numbered("<si><t>#~</t></si>", 50_000)))),
    packed(
        "one-text-in-every-cell",
        "beyond-limit",
        lambda: package(
            {
                "表": sheet(
                    "".join(_table(1_000, 26))
                    .replace("<c ", '<c t="s" ')
                    .replace("<v>", "<v>0</v><a>")
                    .replace("</v></c>", "</a></c>")
                )
            },
            strings=_strings(f"<si><t>{noise(32_000)}</t></si>"),
        ),
    ),
    rows("accents-without-end", "beyond-limit", lambda: _text("か" + "\u0301" * 16_000 + "\u0316" * 16_000)),
    rows("accents-of-half-width", "beyond-limit", lambda: _text("か" + "\u0301ﾞ" * 16_000)),
    rows("accents-of-people", "", lambda: _text("か\u3099は\u309aｶﾞe\u0301" * 3_000)),
    packed(
        "sheet-name-without-end",
        "beyond-limit",
        lambda: package({"表" * 40_000: sheet(ONE)}),
    ),
    with_comments("comments-in-plenty", "", OLD, lambda: _comment("次") * 1_900),
    with_comments("comments-without-end", "beyond-limit", OLD, lambda: numbered(_comment("#~", "B#"), 10**5)),
    with_comments("threads-without-end", "beyond-limit", THREADED, lambda: '<threadedComment ref="A1"/>' * 10**4),
    with_comments("comment-text-of-15-MB", "beyond-limit", OLD, lambda: _comment(noise(15 * 2**20))),
    with_comments("comment-in-the-last-cell", "", OLD, lambda: _comment("次", "XFD1048576")),
    with_comments("comment-on-nonsense", "broken", OLD, lambda: _comment("次", "here")),
    with_comments("deep-comment", "suspicious-xml", OLD, lambda: "<comment>" * 70 + "</comment>" * 70),
    packed(
        "format-without-end",
        "",
        lambda: package({"表": sheet(_cell('<c r="A1" s="1"><v>1</v></c>'))}, styles=_format()),
    ),
    packed("styles-in-plenty", "", lambda: package(styles=_styles(5_000))),
)

SHAPES: tuple[Hostile, ...] = (
    rows("size-that-lies", "", f"{ONE}", before='<dimension ref="A1:XFD1048576"/>'),
    rows("row-nought", "out-of-order", '<row r="0"><c><v>1</v></c></row>'),
    rows("row-below-nought", "out-of-order", '<row r="-5"><c><v>1</v></c></row>'),
    rows("row-that-is-no-number", "broken", '<row r="one"><c><v>1</v></c></row>'),
    rows("row-without-end", "broken", '<row r="1e999"><c><v>1</v></c></row>'),
    rows("column-that-is-none", "broken", _cell('<c r="ÄÖ1"><v>1</v></c>')),
    rows("column-of-four-letters", "broken", _cell('<c r="AAAA1"><v>1</v></c>')),
    rows("cell-in-another-row", "out-of-order", _cell('<c r="A2"><v>1</v></c>')),
    rows("columns-backwards", "out-of-order", _cell('<c r="B1"><v>1</v></c><c r="A1"><v>2</v></c>')),
    rows("rows-backwards", "out-of-order", '<row r="2"><c r="A2"><v>1</v></c></row>' + ONE),
    rows("row-twice", "out-of-order", ONE + ONE),
    rows("cell-twice", "", _cell('<c r="A1"><v>1</v></c><c r="A1"><v>2</v></c>')),
    rows("merge-of-nonsense", "broken", ONE, '<mergeCells><mergeCell ref="here:there"/></mergeCells>'),
    rows("string-that-is-not-there", "broken", _cell('<c r="A1" t="s"><v>99999999999</v></c>')),
    rows("style-that-is-not-there", "", _cell('<c r="A1" s="99999999"><v>1</v></c>')),
    rows("number-of-5000-digits", "broken", _cell(f'<c r="A1"><v>{"9" * 5000}</v></c>')),
    rows("number-beyond-all", "", _cell('<c r="A1"><v>1e999</v></c>')),
    rows("not-a-number", "broken", _cell('<c r="A1"><v>nan</v></c>')),
    rows("number-that-is-none", "broken", _cell('<c r="A1"><v>twelve</v></c>')),
    rows("date-beyond-all", "", _cell('<c r="A1" s="1"><v>1e300</v></c><c r="B1" s="1"><v>-5000000</v></c>')),
    rows("date-that-is-none", "broken", _cell('<c r="A1" t="d"><v>2022-13-45</v></c>')),
    rows("truth-that-is-none", "broken", _cell('<c r="A1" t="b"><v>perhaps</v></c>')),
    rows("error-values", "", _cell('<c r="A1" t="e"><v>#REF!</v></c><c r="B1" t="e"><v>#N/A</v></c>')),
    rows("formula-without-result", "", _cell('<c r="A1"><f>1+1</f></c><c r="B1"><f>1+1</f><v/></c>')),
    rows("formula-that-starts-programs", "", _cell("<c r=\"A1\"><f>cmd|'/c calc'!A0</f><v>1</v></c>")),
    packed("strict", "strict", lambda: package(workbook=str(package()["xl/workbook.xml"]).replace(MAIN, STRICT))),
    packed("strict-sheet", "strict", lambda: package({"表": sheet(ONE, namespace=STRICT)})),
    packed("namespace-of-nobody", "sheet-missing", lambda: package({"表": sheet(ONE, namespace="urn:nobody")})),
    packed(
        "sheet-part-missing",
        "sheet-missing",
        lambda: {k: v for k, v in package({"表": sheet(ONE), "次": ""}).items() if "sheet2" not in k},
    ),
    packed(
        "same-sheet-name-twice",
        "sheet-missing",
        lambda: package(
            workbook=str(package()["xl/workbook.xml"]).replace(
                "<sheets>", '<sheets><sheet name="表" sheetId="9" r:id="rId1"/>'
            )
        ),
    ),
    packed("relation-missing", "sheet-missing", lambda: package(relations=relations_of())),
    packed(
        "relation-to-outside",
        "sheet-missing",
        lambda: package(
            relations=str(package()["xl/_rels/workbook.xml.rels"]).replace(
                'Target="worksheets', 'TargetMode="External" Target="http://127.0.0.1:9/worksheets'
            )
        ),
    ),
    packed(
        "relation-to-above",
        "sheet-missing",
        lambda: package(relations=str(package()["xl/_rels/workbook.xml.rels"]).replace("worksheets/", "../../../etc/")),
    ),
    packed("no-workbook", "not-xlsx", lambda: {k: v for k, v in package().items() if k != "xl/workbook.xml"}),
    packed("two-workbooks", "broken", lambda: package() | {"xl/workbook2.xml": package()["xl/workbook.xml"]}),
    packed("no-types", "not-xlsx", lambda: {k: v for k, v in package().items() if "Types" not in k}),
    packed("types-of-nothing", "broken", lambda: package(types=f"{DECLARATION}<Types/>")),
    packed("no-styles", "", lambda: {k: v for k, v in package().items() if k != "xl/styles.xml"}),
    packed("no-sheets", "no-worksheet", lambda: package({})),
    packed(
        "chart-sheets-only",
        "no-worksheet",
        lambda: package(
            {"図": f'<chartsheet xmlns="{MAIN}" xmlns:r="{OFFICE}"/>'},
            relations=str(package()["xl/_rels/workbook.xml.rels"]).replace('/worksheet"', '/chartsheet"'),
        ),
    ),
    packed(
        "chart-beside-a-sheet",
        "",
        lambda: package(
            {"表": sheet(ONE), "図": f'<chartsheet xmlns="{MAIN}"/>'},
            relations=str(package({"表": "", "図": ""})["xl/_rels/workbook.xml.rels"]).replace(
                '/worksheet" Target="worksheets/sheet2', '/chartsheet" Target="worksheets/sheet2'
            ),
        ),
    ),
    packed(
        "faulty-properties",
        "",
        lambda: package() | {"docProps/core.xml": "<a>yesterday</a>", "docProps/custom.xml": "<a/>"},
    ),
)

CONTENTS: tuple[Hostile, ...] = (*XML, *SIZES, *SHAPES)
