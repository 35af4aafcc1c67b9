"""The catalogue of findings: every code is explained, fires in a case, and stands in the reference."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from conftest import ROOT, Command, copy_templates
from nerima_report.checks import file
from nerima_report.edition import Edition
from nerima_report.findings import Finding
from nerima_report.notices.edition import reference_page
from nerima_report.places import Place

REASONS = {code: reason for reason, code in file.CODES.items()}
CODES = tomllib.loads((ROOT / "templates" / "findings.toml").read_text(encoding="utf-8"))


def test_the_reference_is_up_to_date(whole_edition: Edition) -> None:
    written = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8")
    assert written == reference_page(whole_edition.catalogue), "make docs"


def test_every_code_fires_in_a_test_and_stands_in_the_code() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src" / "nerima_report").rglob("*.py"))
    tests = "".join(
        path.read_text(encoding="utf-8")
        for path in Path(__file__).parents[1].rglob("*")
        if path.suffix in (".py", ".toml") and path != Path(__file__)
    )
    for code in CODES:
        assert f'"{code}"' in source, code
        # A file that cannot be read is tested by the reason that its code stands for.
        assert f'"{code}"' in tests or f'"{REASONS.get(code)}"' in tests, code
    assert set(re.findall(r'"(N\d{3})"', source)) == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_every_message_can_be_written_and_is_a_polite_sentence(code: str, whole_edition: Edition) -> None:
    names = re.findall(r"\{(\w+)\}", CODES[code]["message"])
    finding = Finding(code, Place(section="総務部総務課"), 1, 2, 1, details=dict.fromkeys(names, "〇〇"))
    message = whole_edition.catalogue.notice(finding).message
    assert "{" not in message
    assert message.replace("〇〇", "").rstrip().endswith("。")
    assert CODES[code]["hint"].endswith("。")


# What is no business of a 課: files and commands of the office, whom to ask, and how the program is made.
OF_THE_OFFICE = re.compile(r"\.toml|\[\[|部品|roster|inbox|nerima-report|records|registers|定義|プログラム|もらって")


def test_no_text_for_a_section_speaks_of_what_only_the_office_knows(whole_edition: Edition) -> None:
    for code, entry in CODES.items():
        notice = whole_edition.catalogue.notice(Finding(code, Place(section="総務部総務課")))
        texts = [notice.message, notice.for_section, notice.basis] if notice.for_section else []
        assert [text for text in texts if OF_THE_OFFICE.search(text)] == [], code
        assert bool(notice.for_section) != entry.get("office_only", False), code


def test_explain_shows_facts_and_no_placeholders(whole_edition: Edition) -> None:
    messages = [definition.example_message for definition in whole_edition.catalogue.codes.values()]
    assert [message for message in messages if re.search(r"[{}]|…", message)] == []


def test_explain_shows_one_code_or_all(command: Command) -> None:
    one = command("explain", "n401")
    assert (one.code, CODES["N401"]["hint"] in one.out) == (0, True)
    everything = command("explain")
    assert all(code in everything.out for code in CODES)
    assert command("explain", "N999").code == 2


def test_explain_imports_nothing_heavy() -> None:
    program = (
        "import sys\nfrom nerima_report.cli import main\n"
        "try:\n    main(['explain', 'N401'])\nexcept SystemExit:\n    pass\n"
        "print([m for m in ('pandas', 'openpyxl', 'docx', 'numpy') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, encoding="utf-8")
    assert run.stdout.splitlines()[-1] == "[]"


def test_an_edition_can_change_severities(tmp_path: Path, workdir: Path, command: Command) -> None:
    templates = copy_templates(tmp_path / "templates")
    settings = templates / "nerima" / "municipality.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("severities = {}", 'severities = { N611 = "error" }'), encoding="utf-8")
    assert command("-C", workdir, "--templates", templates, "explain", "N611").out.startswith("N611")
    assert "（エラー）" in command("-C", workdir, "--templates", templates, "explain", "N611").out
    settings.write_text(text.replace("severities = {}", 'severities = { N999 = "error" }'), encoding="utf-8")
    assert command("-C", workdir, "--templates", templates, "explain").code == 2
