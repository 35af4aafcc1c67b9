"""The pictures of the guide, made anew: follow the guide, and at each picture show what its reader sees there.

    python tests/guide_pictures.py

What the pictures show is said in docs/guide/pictures.toml. docs/guide/pictures/sources.json keeps, for each of them, a
hash of what it was made from (the text of the terminal, the cells, the page, the words of the document), so that a
test can tell a stale picture without comparing pixels. Chromium, LibreOffice and poppler have to be installed.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
import tempfile
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from docx import Document
from openpyxl import load_workbook
from openpyxl.workbook.properties import CalcProperties
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.properties import PageSetupProperties
from PIL import Image, ImageChops, ImageOps
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from browser import CHROMIUM, FLAGS
from guide import CHAPTERS, COLUMNS, GUIDE, Reader, lay_out, run
from nerima_report.fiscal_year import full_date

PICTURES: dict[str, dict[str, Any]] = tomllib.loads((GUIDE / "pictures.toml").read_text(encoding="utf-8"))
FOLDER = GUIDE / "pictures"
SOURCES = FOLDER / "sources.json"
WIDEST = 1000  # pixels
COLOURS = 96
MARGIN = 12
UNSEEN = 0.005  # of the pixels: a picture made anew from the same words may differ in so many and is kept
WORDS_SEEN = 80  # of a page, in the picture of its beginning
WINDOW = """<!DOCTYPE html><meta charset="utf-8"><body style="margin:0;background:#fff">
<pre style="display:inline-block;margin:0;padding:12px 16px;background:#1b1f24;color:#e6e6e6;
font:16px/1.35 'Noto Sans Mono CJK JP',monospace">{}</pre>"""


def main() -> None:
    """Make all pictures anew and note what they were made from."""
    sources: dict[str, str] = {}
    before = json.loads(SOURCES.read_text(encoding="utf-8")) if SOURCES.exists() else {}

    def look(reader: Reader, name: str) -> None:
        sources[name] = digest(reader, name)
        file = FOLDER / f"{name}.png"
        with tempfile.TemporaryDirectory() as scratch:
            image = small(picture(reader, name, Path(scratch)))
        if before.get(name) != sources[name] or not looks_like(image, file):
            image.save(file, optimize=True)
            print(f"docs/guide/pictures/{name}.png")

    FOLDER.mkdir(exist_ok=True)
    follow(look)
    SOURCES.write_text(json.dumps(sources, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def follow(look: Any) -> Reader:
    """Follow the whole guide in a folder of its own, and give back the reader at its end."""
    with tempfile.TemporaryDirectory() as folder:
        lay_out(Path(folder))
        reader = Reader(Path(folder), look)
        for chapter in CHAPTERS:
            reader.follow(chapter)
        return reader


def digest(reader: Reader, name: str) -> str:
    """The hash of what a picture is made from, as far as it does not depend on the day."""
    return hashlib.sha256(source(reader, name).encode()).hexdigest()


def source(reader: Reader, name: str) -> str:
    """What a picture is made from, as a text."""
    definition, work = PICTURES[name], reader.work
    match definition:
        case {"command": command, "lines": number}:
            return "\n".join(run(work, command).strip().splitlines()[:number])
        case {"workbook": file, "sheets": sheets}:
            book = load_workbook(work / file)
            cells = (cell for sheet, area in sheets.items() for row in book[sheet][area] for cell in row)
            return "\n".join(f"{cell.coordinate} {cell.value} {cell.fill.fgColor.rgb}" for cell in cells)
        case {"page": file}:
            text = re.sub(r"(?s)<style.*?</style>|<[^>]+>", "\n", Path(work / file).read_text(encoding="utf-8"))
            return "\n".join(text.split()[:WORDS_SEEN])
        case {"document": file}:
            words = [
                node.text or "" for node in Document(str(work / file)).element.body.iter() if node.tag[-2:] == "}t"
            ]
            return "\n".join(words).replace(full_date(date.today()), "")
    raise AssertionError(f"pictures.toml: {name}")


def picture(reader: Reader, name: str, scratch: Path) -> Image.Image:
    """A picture as the reader sees it."""
    definition, work = PICTURES[name], reader.work
    match definition:
        case {"command": command, "lines": number}:
            text = "\n".join(run(work, command, colour=True).strip("\n").splitlines()[:number])
            page = scratch / "terminal.html"
            page.write_text(WINDOW.format(in_colour(f"> {command}\n{text}")), encoding="utf-8")
            return screenshot(page, 1400, scratch)
        case {"workbook": file, "sheets": sheets}:
            return beneath([spreadsheet(work / file, sheet, area, scratch) for sheet, area in sheets.items()])
        case {"page": file, "height": height}:
            return ImageOps.expand(screenshot(work / file, height, scratch), MARGIN, "white")
        case {"document": file, "pages": pages}:
            top = definition.get("top", 1)
            whole = printed(work / file, pages, scratch, 60 if top == 1 else 110)
            images = [
                ImageOps.expand(page.crop((0, 0, page.width, int(page.height * top))), 2, "#999") for page in whole
            ]
            return beside(images)
    raise AssertionError(f"pictures.toml: {name}")


def in_colour(text: str) -> str:
    """The text of a terminal with its colours, as HTML."""
    console = Console(width=COLUMNS, record=True, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(text), end="")
    return console.export_html(inline_styles=True, code_format="{code}", theme=MONOKAI)


def screenshot(page: Path, height: int, scratch: Path) -> Image.Image:
    """A page as a browser shows it, without the empty rest of the window."""
    assert CHROMIUM is not None, "Chromium is not installed"
    file = scratch / "screenshot.png"
    window = (f"--user-data-dir={scratch / 'profile'}", f"--window-size={WIDEST},{height}", f"--screenshot={file}")
    subprocess.run([CHROMIUM, *FLAGS, "--hide-scrollbars", *window, page.as_uri()], check=True, capture_output=True)
    return trim(Image.open(file).convert("RGB"))


def spreadsheet(file: Path, sheet: str, area: str, scratch: Path) -> Image.Image:
    """A range of a sheet as a spreadsheet program shows it, with the letters and numbers of its cells."""
    book = load_workbook(file)
    shown = book[sheet]
    book.move_sheet(shown, -book.index(shown))
    shown.print_area = area
    shown.print_options.headings = shown.print_options.gridLines = True
    shown.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    shown.page_setup.fitToHeight, shown.page_setup.orientation = 1, "landscape"
    shown.oddHeader, shown.oddFooter = HeaderFooterItem(), HeaderFooterItem()
    book.calculation = CalcProperties(fullCalcOnLoad=True)
    book.save(scratch / "sheet.xlsx")
    return trim(next(iter(printed(scratch / "sheet.xlsx", [1], scratch, 110))))


def printed(file: Path, pages: list[int], scratch: Path, resolution: int) -> list[Image.Image]:
    """Pages of a document as LibreOffice prints them."""
    profile = f"-env:UserInstallation={(scratch / 'office').as_uri()}"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", scratch, file],
        check=True,
        capture_output=True,
    )
    pdf, images = scratch / f"{file.stem}.pdf", []
    for page in pages:
        image = scratch / f"{file.stem}-{page}"
        numbers = ["-f", str(page), "-l", str(page), "-r", str(resolution)]
        subprocess.run(["pdftoppm", "-png", "-singlefile", *numbers, pdf, image], check=True)
        images.append(Image.open(image.with_suffix(".png")).convert("RGB"))
    return images


def trim(image: Image.Image) -> Image.Image:
    """An image without the white around it."""
    box = ImageChops.difference(image, Image.new("RGB", image.size, "white")).getbbox()
    return image.crop(box) if box else image


def beneath(images: list[Image.Image]) -> Image.Image:
    """Images one below the other."""
    width, height = max(image.width for image in images), sum(image.height + 16 for image in images) - 16
    whole, top = Image.new("RGB", (width, height), "white"), 0
    for image in images:
        whole.paste(image, (0, top))
        top += image.height + 16
    return whole


def beside(images: list[Image.Image]) -> Image.Image:
    """Images one beside the other."""
    turned = [image.transpose(Image.Transpose.TRANSPOSE) for image in images]
    return beneath(turned).transpose(Image.Transpose.TRANSPOSE)


def small(image: Image.Image) -> Image.Image:
    """An image no wider than a page shows it, with few colours."""
    if image.width > WIDEST:
        image = image.resize((WIDEST, round(image.height * WIDEST / image.width)), Image.Resampling.LANCZOS)
    return image.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)


def looks_like(image: Image.Image, file: Path) -> bool:
    """Whether a picture differs from the one that is there by no more than the day in it, or how a letter is drawn."""
    if not file.exists():
        return False
    with Image.open(file) as there:
        if there.size != image.size:
            return False
        unequal = ImageChops.difference(there.convert("L"), image.convert("L")).histogram()[1:]
    return sum(unequal) <= UNSEEN * image.width * image.height


if __name__ == "__main__":
    main()
