"""What the program adds to a report is said in the style that the body has chosen, である or です・ます."""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT
from nerima_report.edition import load_edition
from nerima_report.edition.municipality import STYLES, Style

TEMPLATES = ROOT / "templates"
# Texts for the staff that fills in or decides, which are polite in every style, or are reasons of definitions.
NOT_OF_REPORTS = ("template", "limits")
PLAIN = re.compile(r"(である|ない|った|(?<!ま)した|する|れる|なる|いる|含む|示す|除く|違う)(?=[。（）]|$)")
POLITE = re.compile(r"(です|ます|でした|ました|ません)(?=[。（）]|$)")


def texts_of(data: dict[str, Any], *path: str) -> Iterator[tuple[str, object]]:
    """Every text of a file by its key; those of both styles together."""
    for key, value in data.items():
        if isinstance(value, dict) and not value.keys() & {*STYLES}:
            yield from texts_of(value, *path, key)
        else:
            yield ".".join((*path, key)), value


@pytest.mark.parametrize("name", ["years.toml", "trend.toml"])
def test_every_sentence_is_there_in_both_styles(name: str) -> None:
    data = tomllib.loads((TEMPLATES / name).read_text(encoding="utf-8"))
    for key, value in texts_of(data):
        if key.startswith(NOT_OF_REPORTS):
            continue
        if isinstance(value, dict):
            plain, polite = (value[style] for style in STYLES)
            assert not POLITE.search(plain), key
            assert not PLAIN.search(polite), key
            places = [sorted(re.findall(r"{[^{}]*}", text)) for text in (plain, polite)]
            assert places[0] == places[1], key
        else:
            assert not any(pattern.search(str(value)) for pattern in (PLAIN, POLITE)), key


@pytest.mark.parametrize("style", STYLES)
def test_a_body_chooses_its_style(style: Style, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(ROOT / "tests" / "mihon", tmp_path / "mihon"))
    definition = folder / "municipality.toml"
    definition.write_text(
        f'{definition.read_text(encoding="utf-8")}\n[printing]\nstyle = "{style}"\n', encoding="utf-8"
    )
    (folder / "years.toml").write_text('[errata]\nno_number = "数は同じ"\n', encoding="utf-8")
    edition = load_edition(folder)
    assert (edition.years.provisional.none_open == "未解決の確認事項はありません。") is (style == "です・ます")
    assert (edition.trend.missing == "{名前}は、記録がない。") is (style == "である")
    assert edition.years.errata.no_number == "数は同じ"


def test_a_new_edition_is_polite() -> None:
    assert load_edition(TEMPLATES / "starter").printing.style == "です・ます"
