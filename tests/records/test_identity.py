"""Records know whose year they are: definitions of the same name may be those of two bodies."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from conftest import ROOT, Command
from nerima_report.edition import Edition, load_edition
from nerima_report.errors import ForeignRecord
from nerima_report.records.file import read_record, write_record
from nerima_report.records.model import Record, RecordedEdition, RecordedMunicipality

TOWN, CITY = ("見本町", "999990"), ("見本市", "999997")


def record_of(name: str, code: str) -> Record:
    nothing: dict[str, object] = dict.fromkeys(
        ("tables", "not_published", "cells", "figures", "entries", "tallies", "adjustments", "explained", "inputs",
         "outputs", "revisions"), ()
    )  # fmt: skip
    edition = RecordedEdition(name="mihon", sha256="0" * 64)
    body = RecordedMunicipality(name=name, code=code)
    facts = {"schema_version": 7, "origin": "built", "fiscal_year": 2024, "name": "令和6年度", "draft": False}
    return Record.model_validate({**facts, "program": "0.1.0", "edition": edition, "municipality": body, **nothing})


def edition_of(*, code: str = CITY[1], formerly: tuple[str, str] | None = None) -> Edition:
    edition = load_edition(ROOT / "tests" / "mihon")
    former = [] if formerly is None else [{"name": formerly[0], "code": formerly[1]}]
    municipality = type(edition.municipality).model_validate(
        edition.municipality.model_dump(by_alias=True) | {"code": code, "formerly": former}
    )
    return Edition(edition.folder, municipality, edition.parts, edition.catalogue, None)


@pytest.mark.parametrize(
    ("of", "edition", "own"),
    [
        (CITY, edition_of(), True),
        (TOWN, edition_of(), False),
        (("見本市", "999990"), edition_of(), False),
        (("見本町", "999997"), edition_of(), False),
        (TOWN, edition_of(formerly=TOWN), True),
        (("見本市", "000000"), edition_of(), True),
        (CITY, edition_of(code="000000"), True),
        (TOWN, edition_of(code="000000"), False),
    ],
    ids=["its own", "of another", "another code", "another name", "its own as a town", "before the code was known",
         "the code is still to be filled in", "of another, without a code"],
)  # fmt: skip
def test_a_record_of_another_body_is_not_used(of: tuple[str, str], edition: Edition, own: bool, tmp_path: Path) -> None:
    file = tmp_path / "2024.json"
    file.write_bytes(write_record(record_of(*of)))
    if own:
        assert read_record(file, 2024, edition).fiscal_year == 2024
        return
    with pytest.raises(ForeignRecord) as refused:
        read_record(file, 2024, edition)
    assert refused.value.key == "municipality"


def test_a_record_of_an_older_version_names_no_body(tmp_path: Path) -> None:
    old = record_of(*CITY).model_copy(update={"schema_version": 6})
    file = tmp_path / "2024.json"
    file.write_bytes(write_record(old))
    assert b"municipality" not in file.read_bytes()
    assert read_record(file, 2024, edition_of()).municipality is None


def test_a_publication_of_another_body_is_not_withdrawn(tmp_path: Path, command: Command) -> None:
    file = tmp_path / "records" / "2024.json"
    file.parent.mkdir()
    file.write_bytes(write_record(record_of(*TOWN)))
    run = command("-C", tmp_path, "--templates", ROOT / "tests" / "mihon", "publish", "2024", "--withdraw", "誤り")
    assert (run.code, "見本町" in run.err, file.exists()) == (2, True, True)


def test_a_new_edition_says_that_its_code_is_to_be_filled_in(tmp_path: Path, command: Command) -> None:
    assert command("-C", tmp_path, "edition", "new", "ひばり市").code == 0
    assert command("-C", tmp_path, "init", "--year", "2024").code == 0
    look = json.loads(command("-C", tmp_path, "status", "2024", "--format", "json").out)
    assert [text.partition("（")[0] for text in look["to_fill_in"]] == ["団体コード"]
    assert command("-C", tmp_path, "form", "2024").code == 0
    for form in sorted((tmp_path / "forms" / "2024").glob("*.xlsx")):
        shutil.copy(form, tmp_path / "inbox" / form.name)
    assert "N908" in command("-C", tmp_path, "build", "2024", "--draft").out
