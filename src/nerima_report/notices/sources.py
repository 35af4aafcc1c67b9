"""Articles and headings of the sources, with where the tool serves each: for the screen, and docs/coverage.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from rich.console import Console
from rich.text import Text

from nerima_report.edition.sources import COMMAND, Coverage, Found, Source, SourceLine
from nerima_report.text import fold

PROGRAM = "nerima-report"
_NOTHING = "（下の項目のとおり）"
# How much of a reference names the thing itself; what follows is a field of it.
_DOTS = {"登録簿": 0, "表": 1, "台帳": 1}
_HEAD = """# 資料の条ごとの、この道具でのありか

`templates/nerima/sources.toml` と、条をよりどころとする定義から作ったもの（`make docs`）。画面で読むときは
`nerima-report explain 指針第20条`。

- 表、登録簿、台帳はキーと、かっこの中に項目。確認は確認結果のコード（`findings.md`）。出力は `out/年度/` のファイル。
- 何もないところには理由を書いた。「まだない」で始まるものは、これから作るもの。
"""


def print_found(console: Console, coverage: Coverage, found: Iterable[Found], *, overview: bool) -> None:
    """Print the lines of each source with what serves them; in an `overview` only what they are called."""
    for each in found:
        _print(console, 0, each.source.title, "bold")
        for line in each.lines:
            _print(console, 2, f"{line.at}　{line.says}")
            for text in () if overview else _told(coverage, each.source, line):
                _print(console, 6, text, "cyan")
        if each.source.note:
            _print(console, 2, f"※{each.source.note}")
        console.print()


def headings(source: Source) -> list[str]:
    """The places of a source that are not part of another, with one word for all the 付則."""
    parts = {part.at for line in source.lines for part in source.parts_of(line)}
    return list(dict.fromkeys(line.at.partition(" ")[0] for line in source.lines if line.at not in parts))


def _print(console: Console, indent: int, text: str, style: str = "") -> None:
    for number, line in enumerate(fold(text, max(console.width - indent - 4, 20))):
        console.print(Text(" " * (indent + (2 if number else 0)) + line, style), soft_wrap=True)


def _told(coverage: Coverage, source: Source, line: SourceLine) -> Iterator[str]:
    """What serves a line, kind by kind, and the reason why nothing (or not everything) does."""
    references = coverage.of(source, line)
    yield from _by_kind(references)
    is_heading = line.article is not None and not line.article.paragraph
    for role in coverage.edition.kinds.roles if is_heading else ():
        if f"役割 {role.name}" in references:
            yield f"{role.name}は、{role.who}"
            yield from (f"・{duty}" for duty in role.duties)
    if "定義 municipality.toml designations" in references:
        yield from (f"・{each}" for each in coverage.edition.municipality.designations)
    if line.because:
        yield line.because


def _by_kind(references: Sequence[str]) -> Iterator[str]:
    """References, those of a kind together: 登録簿 委託の記録（再委託、派遣労働者）, 確認 N335、N345."""
    for kind, own in groupby(sorted(references, key=_kind), key=_kind):
        fields: dict[str, list[str]] = {}
        for reference in own:
            name = reference.partition(" ")[2]
            steps = name.split(".") if kind in _DOTS else [name]
            first = _DOTS.get(kind, 0) + 1
            fields.setdefault(".".join(steps[:first]), []).extend(steps[first:])
        names = [f"{name}（{'、'.join(of)}）" if of else name for name, of in fields.items()]
        if kind == COMMAND:
            names = [f"{PROGRAM} {name}" for name in names]
        yield f"{kind} {'、'.join(names)}"


def _kind(reference: str) -> str:
    return reference.partition(" ")[0]


def coverage_page(coverage: Coverage) -> str:
    """docs/coverage.md."""
    return "\n".join([_HEAD, *_page(coverage)])


def _page(coverage: Coverage) -> Iterator[str]:
    for source in coverage.sources.sources:
        yield from (f"## {source.title}", "")
        if source.note:
            yield from (source.note, "")
        yield from ("| 箇所 | 見出しか文の要旨 | ありか、または理由 |", "| --- | --- | --- |")
        for line in source.lines:
            told = [*_by_kind(coverage.of(source, line)), *([line.because] if line.because else [])]
            yield f"| {line.at} | {line.says} | {'。'.join(told) or _NOTHING} |"
        yield ""
