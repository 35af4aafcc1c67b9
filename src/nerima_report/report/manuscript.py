"""The manuscript of a part (Jinja2 in Markdown) → the blocks of the report.

The text is rendered in a sandbox in which an unknown name is an error, then parsed as Markdown.
Headings, paragraphs, lists and table directives are all there is; anything else, like every other
fault, stops with the file and the line of the manuscript.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from pathlib import Path

from jinja2 import StrictUndefined, Template, TemplateError, UndefinedError, nodes
from jinja2.sandbox import SandboxedEnvironment
from markdown_it import MarkdownIt
from markdown_it.token import Token

from nerima_report.errors import DefinitionError
from nerima_report.files import read_text
from nerima_report.report.blocks import Block, Bullets, Heading, Paragraph, Table
from nerima_report.report.wording import (
    FILTERS,
    UNPUBLISHED,
    Wording,
    WordingError,
    plain,
    printed,
    without_numbers,
)

# Private-use characters: they mark lines and directives while the text is on its way, and no text
# from outside can forge them, because `_environment` takes them out of everything that is printed.
_LINE, _TABLE = "\ue000", "\ue001"
_LINE_MARK = re.compile(f"{_LINE}(\\d+){_LINE}")
_DIRECTIVE = re.compile(f"{_TABLE}([^{_TABLE}]+){_TABLE}")
_TYPED_NUMBER = re.compile(r"[0-9０-９][0-9０-９,，.．]*\s*(?:件|人|名分|[%％]|パーセント)")
# A full stop within brackets ends no sentence.
_SENTENCE = re.compile(r"(?:（[^（）]*）|「[^「」]*」|[^。])+。?")
_TAG_OPENS, _TAG_CLOSES = re.compile(r"\{[{%#]"), re.compile(r"[}%#]\}")

ResolveTable = Callable[[str], Sequence[Table]]
Prepare = Callable[[nodes.Template], None]


def read_blocks(
    file: Path, names: Mapping[str, object], resolve_table: ResolveTable, prepare: Prepare | None = None
) -> list[Block]:
    """Render a manuscript with the given names and parse it. Raises DefinitionError with file and line.

    `resolve_table` gives the printed tables for the argument of 表(…), or raises WordingError. `prepare` may
    change the parsed manuscript before it is followed.
    """
    text, lines = _render(file, names, prepare)
    return list(_Parser(file, lines, resolve_table).blocks(text))


def table_directive(key: str) -> Wording:
    """表("処理状況"): stands alone on its line, where the table is to be printed."""
    return Wording(f"{_TABLE}{key}{_TABLE}")


def _environment() -> SandboxedEnvironment:
    environment = SandboxedEnvironment(
        undefined=StrictUndefined,
        finalize=lambda value: value if isinstance(value, Wording) else re.sub("[\ue000-\uf8ff]", "", printed(value)),
        autoescape=False,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(FILTERS)
    environment.globals = {"表": table_directive}
    return environment


@lru_cache(maxsize=16)
def _template(source: str, prepare: Prepare | None) -> Template:
    """The manuscript ready to be followed. It is followed several times a build; reading it takes the longest."""
    environment = _environment()
    parsed = environment.parse(_with_line_marks(source))
    if prepare is not None:
        prepare(parsed)
    return environment.from_string(parsed)


def _render(file: Path, names: Mapping[str, object], prepare: Prepare | None) -> tuple[str, list[int]]:
    """The rendered text, and for each of its lines the line of the manuscript that it came from."""
    source = read_text(file)
    try:
        rendered = _template(source, prepare).render(names)
    except UndefinedError as error:
        name = str(error).removesuffix(" is undefined").strip("'")
        reason = f'「{name}」という名前はありません。つづりと、引用符（"）で囲んだかを確かめてください'
        raise DefinitionError(file, f"{_template_line(error)}行目", reason) from None
    except TemplateError as error:
        line = getattr(error, "lineno", None) or _template_line(error)
        raise DefinitionError(file, f"{line}行目", f"原稿の書き方が正しくありません（{_in_japanese(error)}）") from None
    except Exception as error:
        # A manuscript is a small program: whatever goes wrong in it is told with its line.
        reason = str(error) if isinstance(error, WordingError) else f"計算できない式です（{error}）"
        raise DefinitionError(file, f"{_template_line(error)}行目", reason) from None
    lines, current, kept = [], 1, []
    for line in rendered.split("\n"):
        if marks := _LINE_MARK.findall(line):
            current = int(marks[-1])
        kept.append(_LINE_MARK.sub("", line).strip())
        lines.append(current)
    return "\n".join(kept), lines


_SLIPS = (
    (r"unexpected char '(.)'", "「{}」は使えません。半角で書いてください"),
    (r"Unexpected end of template.*'endif'", "{% if %} を閉じる {% endif %} がありません"),
    (r"unknown tag '(.*?)'", "「{}」に合うはじまりがないか、つづりが違います"),
    (r"No filter named '(.*?)'", f"「{{}}」は | のあとに書けません（書けるもの: {'、'.join(FILTERS)}）"),
    (r"unexpected|expected token|Unexpected end", "{{ と }}、{% と %}、( と )、引用符の組を確かめてください"),
)


def _in_japanese(error: TemplateError) -> str:
    """A fault of writing that Jinja found, as the clerk can look for it."""
    for pattern, reason in _SLIPS:
        if found := re.search(pattern, str(error), re.DOTALL):
            return reason.replace("{}", found[1]) if found.groups() else reason
    return str(error)


def _with_line_marks(source: str) -> str:
    """The manuscript with its line number before each line, except within a tag over several lines."""
    marked, depth = [], 0
    for number, line in enumerate(source.split("\n"), start=1):
        marked.append(line if depth else f"{_LINE}{number}{_LINE}{line}")
        depth += len(_TAG_OPENS.findall(line)) - len(_TAG_CLOSES.findall(line))
    return "\n".join(marked)


def _template_line(error: BaseException) -> int:
    """The line of the manuscript at which an exception left it."""
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def without_unpublished(text: str) -> str:
    """A text without the sentences that would need a number which is not known.

    >>> without_unpublished(f"3件あった。また、{UNPUBLISHED}あった（含まない。）。ほかはない。")
    '3件あった。ほかはない。'
    """
    if UNPUBLISHED not in text:
        return text
    return "".join(sentence for sentence in _SENTENCE.findall(text) if UNPUBLISHED not in sentence)


class _Parser:
    """Markdown tokens → blocks."""

    def __init__(self, file: Path, lines: Sequence[int], resolve_table: ResolveTable) -> None:
        self.file, self.lines, self.resolve_table = file, lines, resolve_table

    def blocks(self, text: str) -> Iterator[Block]:
        # Tables are recognised in order to be refused: they come from directives only.
        tokens = iter(MarkdownIt("commonmark", {"html": False}).enable("table").parse(text))
        for token in tokens:
            match token.type:
                case "heading_open":
                    yield Heading(int(token.tag[1:]), self._inline(next(tokens))[0])
                case "paragraph_open":
                    yield from self._paragraph(next(tokens))
                case "bullet_list_open":
                    if items := [(text, said) for text, said in self._items(tokens) if text]:
                        texts, names = zip(*items, strict=True)
                        yield Bullets(texts, tuple(chain.from_iterable(names)))
                case "heading_close" | "paragraph_close":
                    pass
                case _:
                    self._refuse(token, "原稿に書けるのは、見出し、段落、箇条書き、表だけです")

    def _paragraph(self, token: Token) -> Iterator[Block]:
        text, said = self._inline(token)
        directive = _DIRECTIVE.fullmatch(text)
        if directive is None:
            if _TABLE in text:
                self._refuse(token, "表は1行に一つだけ、前後に空行を置いて書きます")
            if text:
                yield Paragraph(text, said)
            return
        try:
            yield from self.resolve_table(directive[1])
        except WordingError as error:
            self._refuse(token, str(error))

    def _items(self, tokens: Iterator[Token]) -> Iterator[tuple[str, tuple[str, ...]]]:
        for token in tokens:
            match token.type:
                case "bullet_list_close":
                    return
                case "inline":
                    yield self._inline(token)
                case "list_item_open" | "list_item_close" | "paragraph_open" | "paragraph_close":
                    pass
                case _:
                    self._refuse(token, "箇条書きの中に書けるのは文だけです")

    def _inline(self, token: Token) -> tuple[str, tuple[str, ...]]:
        """Plain text, and the names of the numbers that it says.

        Japanese lines that were broken in the manuscript are joined without a space.
        """
        parts = []
        for child in token.children or ():
            if child.type in ("text", "text_special"):
                parts.append(child.content)
            elif child.type != "softbreak":
                self._refuse(token, "原稿の文に飾り（強調、リンクなど）は書けません")
        text = "".join(parts)
        if typed := _TYPED_NUMBER.search(without_numbers(text)):
            self._refuse(token, f"「{typed[0]}」は書き込まれた数です。合計(…) や割合(…) で呼び出してください")
        return plain(without_unpublished(text))

    def _refuse(self, token: Token, reason: str) -> None:
        first = token.map[0] if token.map else 0
        raise DefinitionError(self.file, f"{self.lines[first]}行目", reason)
