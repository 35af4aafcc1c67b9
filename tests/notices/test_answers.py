"""The [[explained]] that is offered for a difference answers it, as it is pasted from the screen or from the page."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import Command
from faulty import blanks, edit
from nerima_report.findings import REASON_TO_WRITE

Findings = Callable[[], list[dict[str, Any]]]
SLIP = {("公開.内容別", "B5"): 27}
SLIPS: dict[str, dict[tuple[str, str], Any]] = {
    "one row": SLIP,
    "two tables": {("公開.内容別", "B5"): 27, ("個人.請求状況", "C5"): 90},
    "a reason above its bound": {("公開.非公開理由", "B5"): 99},
    "persons without requests": {("公開.請求者", "B5"): 60},
}


@pytest.fixture
def findings(workdir: Path, command: Command) -> Findings:
    def run() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(
            command("-C", workdir, "validate", "inbox/2022", "--format", "json").out
        )["findings"]
        return [finding for finding in found if finding["code"].startswith("N5")]

    return run


def blocks_on_screen(command: Command, workdir: Path) -> list[str]:
    lines = command("-C", workdir, "validate", "inbox/2022").out.splitlines()
    return pieces("\n".join(line for line in lines if re.match(r"        (\[\[|\w+ = )", line)))


def blocks_on_page(command: Command, workdir: Path) -> list[str]:
    page = command("-C", workdir, "validate", "inbox/2022", "--format", "html").out
    return [html.unescape(block) for block in re.findall(r"<pre>(.*?)</pre>", page, re.DOTALL)]


def pieces(text: str) -> list[str]:
    return [f"[[explained]]{piece}" for piece in text.split("[[explained]]")[1:]]


def paste(workdir: Path, blocks: list[str]) -> None:
    with (workdir / "nerima-report.toml").open("a", encoding="utf-8") as settings:
        settings.write("\n" + "\n".join(blocks).replace(REASON_TO_WRITE, "一つの請求に二つの決定をした") + "\n")


@pytest.mark.parametrize("name", SLIPS)
@pytest.mark.parametrize("blocks_of", [blocks_on_screen, blocks_on_page])
def test_what_is_pasted_answers_the_differences(
    blocks_of: Callable[[Command, Path], list[str]], name: str, workdir: Path, command: Command, findings: Findings
) -> None:
    edit(workdir, "12_", SLIPS[name])
    open_ones = findings()
    assert open_ones
    blocks = blocks_of(command, workdir)
    assert len(blocks) == len(open_ones)
    paste(workdir, blocks)
    answered = findings()
    assert len(answered) == len(open_ones)
    assert all(finding["explained"] for finding in answered)
    assert {finding["explained"]["until"] for finding in answered} == {2022}
    assert blocks_of(command, workdir) == []


def test_what_is_wrong_in_any_case_is_offered_no_answer(workdir: Path, command: Command) -> None:
    edit(workdir, "12_", blanks("公開.内容別", "B", 5, 6))
    assert blocks_on_screen(command, workdir) == []


def test_a_copy_for_a_section_speaks_of_no_settings(workdir: Path, command: Command) -> None:
    from openpyxl import load_workbook

    edit(workdir, "12_", SLIP)
    command("-C", workdir, "validate", "inbox/2022", "--return-to", "返却")
    book = load_workbook(next((workdir / "返却").iterdir()))
    texts = [str(c.value) for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None]
    texts += [c.comment.text for sheet in book for row in sheet.iter_rows() for c in row if c.comment]
    assert not [text for text in texts if "[[explained]]" in text]
