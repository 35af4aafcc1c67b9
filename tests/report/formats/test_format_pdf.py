"""The PDF: its structure as LibreOffice makes it, what becomes of one that is there, and word processors that fail."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pikepdf
import pytest

from format_samples import REFERENCE, REPORT
from nerima_report.errors import CannotProceed
from nerima_report.files import sha256
from nerima_report.report.blocks import Heading, Paragraph, Report
from nerima_report.report.formats import pdf as pdf_format
from nerima_report.report.formats.pdf import PDF, find_typesetter, print_pdf
from nerima_report.report.formats.word import render_word

needs_libre_office = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")


@pytest.fixture(scope="module")
def pdf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pikepdf.Pdf]:
    """The published report of 令和4年度."""
    file = tmp_path_factory.mktemp("pdf") / PDF
    file.write_bytes(find_typesetter()(render_word(REPORT, REFERENCE)))
    with pikepdf.open(file) as opened:
        yield opened


def elements(parent: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """The elements of the structure below one, in reading order."""
    children = parent.get("/K", pikepdf.Array())
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            yield child
            yield from elements(child)


def of_kind(pdf: pikepdf.Pdf, kind: str) -> list[pikepdf.Object]:
    return [element for element in elements(pdf.Root.StructTreeRoot) if f"/{kind}" == element.S]


def scope(element: pikepdf.Object) -> str:
    attributes = element.A if isinstance(element.A, pikepdf.Array) else [element.A]
    return next(str(each.Scope) for each in attributes if "/Scope" in each)


@pytest.mark.thorough
@needs_libre_office
class TestStructure:
    def test_it_says_what_it_is(self, pdf: pikepdf.Pdf) -> None:
        assert str(pdf.Root.Lang) == "ja-JP"
        assert bool(pdf.Root.MarkInfo.Marked)
        assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"] == REPORT.title
        assert str(pdf.docinfo.Author) == REPORT.author

    def test_every_text_is_read_in_japanese(self, pdf: pikepdf.Pdf) -> None:
        languages = {str(each.Lang) for each in elements(pdf.Root.StructTreeRoot) if "/Lang" in each}
        assert languages <= {"ja-JP"}

    def test_every_font_is_embedded(self, pdf: pikepdf.Pdf) -> None:
        fonts = [font for page in pdf.pages for font in page.Resources.Font.as_dict().values()]
        descriptors = [each.FontDescriptor for each in fonts]
        assert descriptors
        assert all({"/FontFile", "/FontFile2", "/FontFile3"} & set(each.keys()) for each in descriptors)

    def test_headings(self, pdf: pikepdf.Pdf) -> None:
        for level in (1, 2):
            expected = [heading for heading in REPORT.headings if heading.level == level]
            assert len(of_kind(pdf, f"H{level}")) == len(expected)

    def test_each_heading_of_a_column_has_its_scope(self, pdf: pikepdf.Pdf) -> None:
        tables = of_kind(pdf, "Table")
        assert len(tables) == len(REPORT.tables)
        for found, table in zip(tables, REPORT.tables, strict=True):
            kinds = [str(each.S) for each in elements(found)]
            assert kinds.count("/TH") == len(table.columns)
            assert kinds.count("/TD") == len(table.columns) * len(table.rows)
            assert {scope(each) for each in elements(found) if each.S == "/TH"} == {"/Column"}

    def test_no_merged_cells(self, pdf: pikepdf.Pdf) -> None:
        cells = [str(each.A) for each in elements(pdf.Root.StructTreeRoot) if each.S in ("/TH", "/TD")]
        assert not [cell for cell in cells if "Span" in cell]

    def test_the_contents_lead_to_the_pages_that_they_name(self, pdf: pikepdf.Pdf) -> None:
        linked = set()
        for page in pdf.pages:
            assert page.get("/Tabs", pikepdf.Name.S) == pikepdf.Name.S
            for link in page.get("/Annots", pikepdf.Array()):
                text, _, number = str(link.Contents).rpartition("\t")  # the number is a link of its own as well
                assert int(number) == pikepdf.Page(link.Dest[0]).index  # the cover has no number
                linked.add(text)
        assert linked - {""} == {heading.text for heading in REPORT.headings}
        assert len(of_kind(pdf, "TOCI")) == len(REPORT.headings)


@pytest.mark.thorough
@needs_libre_office
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_no_number_is_torn_from_its_unit(tmp_path: Path) -> None:
    numbers = ["36件", "2,488,784人", "38.5%", "12か所", "令和5年10月25日", "7回", "154事務", "9名分"]
    said = [
        "".join(f"{'あ' * (place % 7)}{numbers[(place * step) % 8]}" for place in range(60)) for step in range(1, 25)
    ]
    report = Report(2022, "題", "区", date(2023, 6, 1), (Heading(1, "表紙"),), tuple(map(Paragraph, said)))
    (tmp_path / PDF).write_bytes(find_typesetter()(render_word(report, REFERENCE)))
    command = ["pdftotext", "-layout", str(tmp_path / PDF), "-"]
    text = subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    assert len(lines) > 200
    assert [line for line in lines if re.search(r"[0-9][,.]?$", line)] == []
    body = "".join(line for line in lines if not re.fullmatch(r"- \d+ -|表紙", line))
    assert "".join(body.split()) == "".join(said)


class TestWhatIsThere:
    """A PDF that lies in the folder already."""

    def typeset(self, word: bytes) -> bytes:
        return b"%PDF of " + word

    def test_of_the_same_word_file_it_is_kept(self, tmp_path: Path) -> None:
        made = print_pdf(b"word", tmp_path, "", self.typeset)
        (tmp_path / PDF).write_bytes(made.files[PDF])
        for typesetter in (None, lambda word: b"%PDF otherwise"):
            again = print_pdf(b"word", tmp_path, "", typesetter)
            assert (again.files, again.vouched) == (made.files, {PDF: sha256(made.files[PDF])})

    def test_of_another_it_is_replaced_or_goes(self, tmp_path: Path) -> None:
        (tmp_path / PDF).write_bytes(print_pdf(b"before", tmp_path, "", self.typeset).files[PDF])
        own = {PDF: sha256((tmp_path / PDF).read_bytes())}
        made = print_pdf(b"word", tmp_path, "", self.typeset)
        assert (made.files[PDF].startswith(b"%PDF of word\n"), made.vouched, made.gone) == (True, own, ())
        assert print_pdf(b"word", tmp_path, "", None) == ({}, own, (PDF,))

    def test_what_somebody_edited_is_not_vouched_for(self, tmp_path: Path) -> None:
        made = print_pdf(b"word", tmp_path, "", self.typeset).files[PDF]
        (tmp_path / PDF).write_bytes(made + b"% signed")
        assert print_pdf(b"word", tmp_path, "recorded", self.typeset).vouched == {PDF: "recorded"}

    def test_somebody_elses_stays_without_a_typesetter(self, tmp_path: Path) -> None:
        (tmp_path / PDF).write_bytes(b"%PDF saved in Word")
        assert print_pdf(b"word", tmp_path, "", None) == ({}, {}, ())


@pytest.mark.skipif(sys.platform == "win32", reason="a script stands in for the word processor")
class TestFailures:
    @pytest.fixture
    def stand_in(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A script in place of LibreOffice; what it leaves in the folder for temporary files is seen."""
        (tmp_path / "bin").mkdir()
        (tmp_path / "temporary").mkdir()
        monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
        monkeypatch.setattr(pdf_format, "_PLACES", ())
        monkeypatch.setattr(pdf_format, "SECONDS", 1)
        return tmp_path / "bin" / "soffice"

    @pytest.mark.parametrize(
        "script",
        [
            "#!/bin/sh\nexit 0",
            "#!/bin/sh\nexit 1",
            "#!/bin/sh\nsleep 60 & sleep 60",
            '#!/bin/sh\nprintf "<office/>" > report.fodt; printf "%%PDF-1.4" > report.pdf',
            "#!/no/such/shell",
            "no program at all",
        ],
    )
    def test_a_word_processor_that_fails_leaves_nothing(self, script: str, stand_in: Path) -> None:
        stand_in.write_text(script)
        stand_in.chmod(0o755)
        with pytest.raises(CannotProceed):
            find_typesetter()(REFERENCE.read_bytes())
        assert list((stand_in.parents[1] / "temporary").iterdir()) == []

    def test_no_word_processor(self, stand_in: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", str(stand_in.parent))
        with pytest.raises(CannotProceed):
            find_typesetter()
