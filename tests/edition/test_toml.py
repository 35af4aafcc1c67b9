"""TOML that no definition is: whatever it makes tomllib or pydantic raise, the file and the place are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from nerima_report.edition.toml import read_definition
from nerima_report.errors import DefinitionError
from nerima_report.workspace import Settings

BEYOND_ALL = {
    "かっこ20,000個": ("x = " + "[" * 20_000 + "]" * 20_000, "1行目"),
    "何行ものかっこ": ("# 1\nx = [\n" + "[\n" * 5_000 + "]\n" * 5_000 + "]", "32行目"),
    "5,000けたの数": ('edition = "a"\nx = ' + "1" * 5_000, "2行目"),
    "点でつないだキー": (".".join("a" * 300) + " = 1", ".".join("a" * 31)),
    "制御文字": ('edition = "a\\u0007"', "edition"),
    "並びの中の制御文字": ('[[explained]]\ncode = "N501"\nreason = "\\u0000"', "explained[1].reason"),
    "キーの制御文字": ('"a\\u0001" = 1', ""),
    "生の制御文字": ('edition = "a"\n# \x07', "2行目の3文字目"),
    "文字でない番号": ('edition = "\\uFFFF"', "edition"),
}


@pytest.mark.parametrize("name", BEYOND_ALL)
def test_the_place_is_named(name: str, tmp_path: Path) -> None:
    text, key = BEYOND_ALL[name]
    (tmp_path / "a.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError) as raised:
        read_definition(tmp_path / "a.toml", Settings)
    assert (raised.value.file, raised.value.key) == (tmp_path / "a.toml", key)
