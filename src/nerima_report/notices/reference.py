"""The catalogue of findings as people read it: one code for the screen, all codes for docs/findings.md."""

from __future__ import annotations

from collections.abc import Iterator

from nerima_report.edition.catalogue import Catalogue, FindingDefinition
from nerima_report.findings import SEVERITY_NAMES

CHAPTERS = {
    "1": "ファイル",
    "2": "様式の形",
    "3": "セル",
    "4": "表の中",
    "5": "表と表の間",
    "6": "集計の全体",
    "7": "年度と年度の間",
    "8": "個人情報",
    "9": "定義、割合、記録",
}


def explain_code(code: str, definition: FindingDefinition) -> str:
    """One entry of the catalogue, in lines."""
    return "\n".join(
        (
            f"{code} {definition.name}（{SEVERITY_NAMES[definition.severity]}）",
            f"  {definition.message}",
            f"  どういうことか: {definition.explanation}",
            f"  たとえば: {definition.example}",
            f"  どうするか: {definition.hint}",
            f"  よりどころ: {definition.basis}",
        )
    )


def list_codes(catalogue: Catalogue) -> str:
    """All codes, a line each."""
    return "\n".join(
        f"{code} {SEVERITY_NAMES[definition.severity]:　<4} {definition.message}"
        for code, definition in sorted(catalogue.codes.items())
    )


def reference_page(catalogue: Catalogue) -> str:
    """docs/findings.md."""
    return "\n".join(_page(catalogue)) + "\n"


def _page(catalogue: Catalogue) -> Iterator[str]:
    yield "# 確認結果の一覧"
    yield ""
    yield "`templates/findings.toml` から作ったもの（`make docs`）。コードは変わらない。{ } にはそのつどの値が入る。"
    yield ""
    yield "画面で読むときは `nerima-report explain N401`。"
    chapter = ""
    for code, definition in sorted(catalogue.codes.items()):
        if code[1] != chapter:
            chapter = code[1]
            yield from ("", f"## {chapter}xx {CHAPTERS[chapter]}")
        yield from ("", f"### {code} {definition.name}", "")
        yield f"- 重さ: {SEVERITY_NAMES[definition.severity]}"
        yield f"- 文: {definition.message}"
        yield f"- どういうことか: {definition.explanation}"
        yield f"- たとえば: {definition.example}"
        yield f"- どうするか: {definition.hint}"
        yield f"- よりどころ: {definition.basis}"
