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
from nerima_report.report.blocks import Block, Bullets, Heading, Paragraph, SaidNumber, Table
from nerima_report.report.manuscript_proof import first_fault, is_internal, vocabulary_of
from nerima_report.report.prose import Prose
from nerima_report.report.wording import (
    UNPUBLISHED,
    Quantity,
    Wording,
    WordingError,
    filters_for,
    plain,
    printed,
)

# Private-use characters: they mark lines and directives while the text is on its way, and no text
# from outside can forge them, because `_environment` takes them out of everything that is printed.
_LINE, _TABLE = "\ue000", "\ue001"
_LINE_MARK = re.compile(f"{_LINE}(\\d+){_LINE}")
_DIRECTIVE = re.compile(f"{_TABLE}([^{_TABLE}]+){_TABLE}")
# A full stop within brackets ends no sentence.
_SENTENCE = re.compile(r"(?:（[^（）]*）|「[^「」]*」|[^。])+。?")
# Far longer than a report, without its tables.
LONGEST_TEXT = 300_000

ResolveTable = Callable[[str], Sequence[Table]]
Prepare = Callable[[nodes.Template], None]


def read_blocks(
    file: Path,
    names: Mapping[str, object],
    resolve_table: ResolveTable,
    prose: Prose,
    prepare: Prepare | None = None,
) -> list[Block]:
    """Render a manuscript with the given names and parse it. Raises DefinitionError with file and line.

    `resolve_table` gives the printed tables for the argument of 表(…), or raises WordingError. `prose` says which
    numerals its own text may hold. `prepare` may change the parsed manuscript before it is followed.
    """
    text, lines = _render(file, {**names, "表": table_directive}, prose, prepare)
    return list(_Parser(file, lines, resolve_table, prose.thousands).blocks(text))


def table_directive(key: str) -> Wording:
    """表("処理状況"): stands alone on its line, where the table is to be printed."""
    return Wording(f"{_TABLE}{key}{_TABLE}")


@lru_cache(maxsize=8)
def _environment(units: tuple[str, ...]) -> SandboxedEnvironment:
    """The sandbox in which manuscripts of an edition with these units are followed."""
    environment = SandboxedEnvironment(
        undefined=StrictUndefined,
        finalize=lambda value: value if isinstance(value, Wording) else re.sub("[\ue000-\uf8ff]", "", printed(value)),
        autoescape=False,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(filters_for(units))
    environment.globals = {}
    return environment


@lru_cache(maxsize=16)
def _template(source: str, prepare: Prepare | None, units: tuple[str, ...]) -> Template:
    """The manuscript ready to be followed. It is followed several times a build; reading it takes the longest."""
    environment = _environment(units)
    parsed = environment.parse(_with_line_marks(source, environment))
    if prepare is not None:
        prepare(parsed)
    return environment.from_string(parsed)


def _render(file: Path, names: Mapping[str, object], prose: Prose, prepare: Prepare | None) -> tuple[str, list[int]]:
    """The rendered text, and for each of its lines the line of the manuscript that it came from."""
    source = read_text(file)
    try:
        if fault := first_fault(_environment(prose.units), source, vocabulary_of(names, prose)):
            raise DefinitionError(file, f"{fault.line}行目", fault.reason)
        rendered = _followed(file, _template(source, prepare, prose.units), names)
    except DefinitionError:
        raise
    except UndefinedError as error:
        name = str(error).removesuffix(" is undefined").strip("'")
        reason = (
            f"「{name}」は、ここではまだ決まっていません" if name in source else "並びに、その順番のものはありません"
        )
        raise DefinitionError(file, f"{_template_line(error)}行目", reason) from None
    except TemplateError as error:
        line = getattr(error, "lineno", None) or _template_line(error)
        raise DefinitionError(file, f"{line}行目", f"原稿の書き方が正しくありません（{_in_japanese(error)}）") from None
    except Exception as error:
        # A manuscript is a small program: whatever goes wrong in it is told with its line.
        reason = (
            str(error)
            if isinstance(error, WordingError)
            else "この行の式は計算できません。数、名前、名前の並びを取り違えていないかを確かめてください"
        )
        raise DefinitionError(file, f"{_template_line(error)}行目", reason) from None
    lines, current, kept = [], 1, []
    for line in rendered.split("\n"):
        if marks := _LINE_MARK.findall(line):
            current = int(marks[-1])
        kept.append(_LINE_MARK.sub("", line).strip())
        lines.append(current)
    return "\n".join(kept), lines


def _followed(file: Path, template: Template, names: Mapping[str, object]) -> str:
    """The text of a template. Raises DefinitionError where it grows without end."""
    text: list[str] = []
    length = 0
    for piece in template.generate({name: _of_texts(name, value) for name, value in names.items()}):
        text.append(piece)
        length += len(piece)
        if length > LONGEST_TEXT:
            line = _LINE_MARK.findall("".join(text))[-1]
            raise DefinitionError(file, f"{line}行目", f"原稿からできる文が長すぎます（{LONGEST_TEXT:,}字まで）")
    return "".join(text)


def _of_texts(name: str, value: object) -> object:
    """A function that a manuscript may ask with texts only, or with numbers only; any other value as it is."""
    if not callable(value) or is_internal(name):
        return value

    kind, what = (Quantity, "数の呼び出し") if hasattr(value, "of_numbers") else (str, "表や列などの名前")

    def ask(*arguments: object) -> object:
        if not all(isinstance(argument, kind) for argument in arguments):
            raise WordingError(f"{name}(…) のかっこの中には、{what}を一つずつ書きます")
        return value(*arguments)

    return ask


_SLIPS = (
    (r"unexpected char '(.)'", "「{}」は使えません。半角で書いてください"),
    (r"Missing end of comment", "{# を閉じる #} がありません"),
    (r"Unexpected end of template.*'endfor'", "{% for %} を閉じる {% endfor %} がありません"),
    (r"Unexpected end of template.*'endif'", "{% if %} を閉じる {% endif %} がありません"),
    (r"unknown tag '(.*?)'", "「{}」に合うはじまりがないか、つづりが違います"),
    (r"unexpected|expected token|Unexpected end", "{{ と }}、{% と %}、( と )、引用符の組を確かめてください"),
)


def _in_japanese(error: TemplateError) -> str:
    """A fault of writing that Jinja found, as the clerk can look for it."""
    for pattern, reason in _SLIPS:
        if found := re.search(pattern, str(error), re.DOTALL):
            return reason.replace("{}", found[1]) if found.groups() else reason
    return "{{ }} と {% %} の中を確かめてください"


def _with_line_marks(source: str, environment: SandboxedEnvironment) -> str:
    """The manuscript with its line number before each line, except within a tag or comment over several lines."""
    within = {
        line + further
        for line, kind, value in environment.lex(source)
        if kind != "data" and not kind.endswith("_end")
        for further in range(1, value.count("\n") + 1)
    }
    lines = enumerate(source.split("\n"), start=1)
    return "\n".join(line if number in within else f"{_LINE}{number}{_LINE}{line}" for number, line in lines)


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

    def __init__(self, file: Path, lines: Sequence[int], resolve_table: ResolveTable, thousands: str) -> None:
        self.file, self.lines, self.resolve_table, self.thousands = file, lines, resolve_table, thousands

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

    def _items(self, tokens: Iterator[Token]) -> Iterator[tuple[str, tuple[SaidNumber, ...]]]:
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

    def _inline(self, token: Token) -> tuple[str, tuple[SaidNumber, ...]]:
        """Plain text, and the numbers that it says.

        Japanese lines that were broken in the manuscript are joined without a space.
        """
        parts = []
        for child in token.children or ():
            if child.type in ("text", "text_special"):
                parts.append(child.content)
            elif child.type != "softbreak":
                self._refuse(token, "原稿の文に飾り（強調、リンクなど）は書けません")
        return plain(without_unpublished("".join(parts)), self.thousands)

    def _refuse(self, token: Token, reason: str) -> None:
        first = token.map[0] if token.map else 0
        raise DefinitionError(self.file, f"{self.lines[first]}行目", reason)
