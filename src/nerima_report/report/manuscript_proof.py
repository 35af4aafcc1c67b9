"""A manuscript as written → the first fault in it, found before it is followed and in every branch.

Around the author's own text stand calls, choices and loops. Nothing else of Jinja may be used: so a manuscript can
neither compute a number nor run for long, and every misspelled call is told in the words of the manuscript.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from jinja2 import Environment, nodes

from nerima_report.report.prose import Prose
from nerima_report.report.wording import filters_for
from nerima_report.text import asked, likely

# Far more than a report needs; what is longer or deeper would only waste time and memory.
LONGEST_MANUSCRIPT = 100_000  # characters
LONGEST_LITERAL = 200  # characters
LONGEST_TAG = 200  # words and signs
DEEPEST = 12  # brackets within brackets, choices within choices
# Signs of Markdown, which decorate nothing in a manuscript; the time to find their pairs grows with their square.
MOST_SIGNS, _SIGN = 1_000, re.compile(r"[\[*_`]")

_VALUES = (nodes.Name, nodes.Const, nodes.Call, nodes.Filter, nodes.Getitem, nodes.Getattr)
_CHOICES = (*_VALUES, nodes.And, nodes.Or, nodes.Not, nodes.Compare, nodes.List, nodes.Tuple)
_SELECTING = frozenset({"length", "count", "first", "last"})
_ARGUMENTS = {
    "table": "表", "column": "列", "row": "行", "rows": "行", "group": "区分", "key": "名前", "rank": "順位",
    "number": "数", "numbers": "数", "other": "引く数",
}  # fmt: skip


class Fault(NamedTuple):
    """The line of the manuscript, and what is wrong there."""

    line: int
    reason: str


@dataclass(frozen=True)
class Usage:
    """How a function of the manuscript is called; the last `optional` arguments may be left out.

    With `more`, the last argument may be followed by others like it.
    """

    name: str
    arguments: tuple[str, ...]
    optional: int
    more: bool = False

    def __str__(self) -> str:
        """合計(表, 列), or 最多(表, 列, 区分)（区分は省けます）, or 行の計(表, 列, 行, …)."""
        left_out = "と".join(self.arguments[len(self.arguments) - self.optional :])
        named = ", ".join([*self.arguments, "…"] if self.more else self.arguments)
        return f"{self.name}({named})" + (f"（{left_out}は省けます）" if left_out else "")

    def takes(self, count: int) -> bool:
        """Whether it may be called with so many arguments."""
        return len(self.arguments) - self.optional <= count and (self.more or count <= len(self.arguments))


@dataclass(frozen=True)
class Vocabulary:
    """What a manuscript may use: the names of values, the functions among them, and what its own text may say."""

    names: frozenset[str]
    functions: tuple[Usage, ...]
    prose: Prose

    def function(self, name: str) -> Usage | None:
        """The function of this name."""
        return next((usage for usage in self.functions if usage.name == name), None)

    def faults_of_text(self, line: int, text: str) -> Iterator[Fault]:
        """What in a text that begins on this line is no prose."""
        for fault in self.prose.faults(text, tuple(usage.name for usage in self.functions)):
            yield Fault(line + text.count("\n", 0, fault.position), fault.reason)


def vocabulary_of(names: Mapping[str, object], prose: Prose) -> Vocabulary:
    """What a manuscript may use that is followed with these names."""
    usable = {name: value for name, value in names.items() if not is_internal(name)}
    functions = tuple(_usage(name, value) for name, value in usable.items() if callable(value))
    return Vocabulary(frozenset(usable), functions, prose)


def is_internal(name: str) -> bool:
    """Whether a name is for the program's own calls: those of the manuscript are Japanese."""
    return name.isascii()


def _usage(name: str, function: Callable[..., object]) -> Usage:
    parameters = inspect.signature(function).parameters.values()
    optional = sum(parameter.default is not parameter.empty for parameter in parameters)
    more = any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters)
    return Usage(name, tuple(_ARGUMENTS.get(each.name, each.name) for each in parameters), optional, more)


@lru_cache(maxsize=64)
def first_fault(environment: Environment, source: str, vocabulary: Vocabulary) -> Fault | None:
    """The first fault of a manuscript. Raises TemplateSyntaxError where Jinja cannot even read it."""
    if len(source) > LONGEST_MANUSCRIPT:
        return Fault(1, f"原稿が長すぎます（{LONGEST_MANUSCRIPT:,}字まで）")
    for line, text in _own_texts(environment, source):
        if beyond := next(islice(_SIGN.finditer(text), MOST_SIGNS, None), None):
            at = line + text.count("\n", 0, beyond.start())
            return Fault(at, f"「{beyond[0]}」などの記号が多すぎます（{MOST_SIGNS:,}まで）")
        for fault in vocabulary.faults_of_text(line, text):
            return fault
    for fault in _faults_of_tags(environment, source):
        return fault
    return next(_Language(environment.parse(source), vocabulary).faults(), None)


def _own_texts(environment: Environment, source: str) -> Iterator[tuple[int, str]]:
    """The texts between tags, each with its line; a comment joins what stands before and behind it."""
    first, text = 1, ""
    for line, kind, value in environment.lex(source):
        if kind == "data":
            first, text = (first, text + value) if text else (line, value)
        elif kind.startswith("comment"):
            text += "\n" * value.count("\n") if text else ""
        elif text:
            yield first, text
            text = ""
    yield first, text + "\n"


def _faults_of_tags(environment: Environment, source: str) -> Iterator[Fault]:
    """Tags that are too long or too deep, and comments that swallow the text behind them."""
    depth, length, opened = 0, 0, False
    for line, kind, value in environment.lex(source):
        length = 0 if kind.endswith("_begin") else length + (kind != "whitespace")
        if kind == "operator":
            depth += (value in "([{") - (value in ")]}")
        elif opened and kind == "name":
            depth += (value in ("if", "for")) - (value in ("endif", "endfor"))
        opened = kind == "block_begin" or (opened and kind == "whitespace")
        if kind == "comment" and "{#" in value:
            yield Fault(line, "{# … #} の中に、もう一つ {# があります。前の {# を閉じる #} を確かめてください")
        elif kind == "string" and len(value) > LONGEST_LITERAL:
            yield Fault(line, f"引用符の中が長すぎます（{LONGEST_LITERAL}字まで）")
        elif length > LONGEST_TAG:
            yield Fault(line, "一つの {{ }} や {% %} の中が長すぎます")
        elif depth > DEEPEST:
            yield Fault(line, "かっこや {% if %} の重なりが深すぎます")


class _Language:
    """What of Jinja a parsed manuscript uses."""

    def __init__(self, template: nodes.Template, vocabulary: Vocabulary) -> None:
        self._template, self._vocabulary = template, vocabulary
        self._set = {name.name for name in template.find_all(nodes.Name) if name.ctx == "store"}

    def faults(self) -> Iterator[Fault]:
        """Everything in it that a manuscript may not use, in its order."""
        yield from self._statements(self._template.body)

    def _statements(self, statements: Sequence[nodes.Node], *, in_loop: bool = False) -> Iterator[Fault]:
        for statement in statements:
            match statement:
                case nodes.Output():
                    yield from self._output(statement)
                case nodes.If():
                    yield from self._expression(statement.test, _CHOICES)
                    parts = (*statement.body, *statement.elif_, *statement.else_)
                    yield from self._statements(parts, in_loop=in_loop)
                case nodes.For(target=nodes.Name() as target, recursive=False, test=None) if not in_loop:
                    yield from self._stored(target)
                    yield from self._expression(statement.iter, _VALUES)
                    yield from self._statements((*statement.body, *statement.else_), in_loop=True)
                case nodes.For():
                    yield Fault(statement.lineno, "{% for %} は、{% for 名前 in 並び %} の形で、重ねずに書きます")
                case nodes.Assign(target=nodes.Name() as target):
                    yield from self._stored(target)
                    yield from self._expression(statement.node, _VALUES)
                case _:
                    reason = "原稿に書けるのは、呼び出しと、{% if %}、{% for %}、{% set 名前 = … %} だけです"
                    yield Fault(
                        next((node.lineno for node in statement.find_all(nodes.Node) if node.lineno), 1), reason
                    )

    def _output(self, output: nodes.Output) -> Iterator[Fault]:
        for value in output.nodes:
            if isinstance(value, nodes.Const) and type(value.value) in (int, float):
                yield Fault(
                    value.lineno, f"「{value.value}」は書き込まれた数です。合計(…) や割合(…) で呼び出してください"
                )
            elif not isinstance(value, nodes.TemplateData):
                yield from self._expression(value, _VALUES)

    def _stored(self, target: nodes.Name) -> Iterator[Fault]:
        if target.name in self._vocabulary.names:
            yield Fault(target.lineno, f"「{target.name}」は決まった名前なので、別のものの名前にできません")

    def _expression(self, node: nodes.Node, allowed: tuple[type[nodes.Node], ...]) -> Iterator[Fault]:
        if not isinstance(node, allowed):
            yield Fault(node.lineno, _refusal(node))
        elif check := self._CHECKS.get(type(node)):
            yield from check(self, node)
        else:
            for child in node.iter_child_nodes():
                yield from self._expression(child, _CHOICES)

    def _const(self, node: nodes.Const) -> Iterator[Fault]:
        """A text that may be printed is own text; what a call names or a comparison holds is not looked at here."""
        if isinstance(node.value, str):
            yield from self._vocabulary.faults_of_text(node.lineno, node.value)

    def _name(self, node: nodes.Name) -> Iterator[Fault]:
        if usage := self._vocabulary.function(node.name):
            yield Fault(node.lineno, f"「{node.name}」は {usage} のように書きます")
        elif node.name not in self._vocabulary.names | self._set:
            suggestion = asked(likely(node.name, sorted(self._vocabulary.names | self._set)))
            reason = f"「{node.name}」という名前はありません。{suggestion}"
            yield Fault(node.lineno, f'{reason}つづりと、引用符（"）で囲んだかを確かめてください')

    def _call(self, node: nodes.Call) -> Iterator[Fault]:
        name = node.node.name if isinstance(node.node, nodes.Name) else f".{getattr(node.node, 'attr', '')}"
        usage = self._vocabulary.function(name)
        constants = [argument.value for argument in node.args if isinstance(argument, nodes.Const)]
        if usage is None:
            known = "、".join(usage.name for usage in self._vocabulary.functions)
            yield Fault(node.lineno, f"「{name}」という呼び出しはありません（呼び出せるもの: {known}）")
        elif node.kwargs or node.dyn_args or node.dyn_kwargs:
            yield Fault(node.lineno, f"「{name}」は、{usage} のように、「=」や「*」を使わずに書きます")
        elif not usage.takes(len(node.args)):
            reason = f"「{name}」は {usage} のように書きますが、かっこの中に{len(node.args)}個あります"
            yield Fault(node.lineno, reason)
        elif not all(isinstance(value, str) for value in constants):
            yield Fault(node.lineno, f'{usage} のかっこの中は、引用符（"）で囲みます')
        for argument in node.args:
            if not isinstance(argument, nodes.Const):
                yield from self._expression(argument, _VALUES)

    def _filter(self, node: nodes.Filter) -> Iterator[Fault]:
        filters = filters_for(self._vocabulary.prose.units)
        if node.name not in filters and node.name not in _SELECTING:
            yield Fault(node.lineno, f"「{node.name}」は | のあとに書けません（書けるもの: {'、'.join(filters)}）")
        elif node.args or node.kwargs or node.dyn_args or node.dyn_kwargs:
            yield Fault(node.lineno, f"「{node.name}」の後に、かっこは付けません")
        elif node.node is not None:
            yield from self._expression(node.node, _VALUES)

    def _compare(self, node: nodes.Compare) -> Iterator[Fault]:
        for operand in (node.expr, *(operand.expr for operand in node.ops)):
            if not isinstance(operand, nodes.Const):
                yield from self._expression(operand, _CHOICES)

    def _list(self, node: nodes.List | nodes.Tuple) -> Iterator[Fault]:
        if not all(isinstance(item, nodes.Const) for item in node.items):
            yield Fault(node.lineno, '[ … ] の中に書けるのは、引用符（"）で囲んだ文字だけです')

    def _getattr(self, node: nodes.Getattr) -> Iterator[Fault]:
        if not (isinstance(node.node, nodes.Name) and node.node.name == "loop" and node.attr in ("first", "last")):
            yield Fault(node.lineno, f"「.{node.attr}」は書けません")

    def _getitem(self, node: nodes.Getitem) -> Iterator[Fault]:
        yield from self._expression(node.node, _VALUES)
        if not (isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, int)):
            yield Fault(node.lineno, "[ ] の中に書けるのは、何番目か（0から数えて）だけです")

    _CHECKS: Mapping[type[nodes.Node], Callable[[_Language, Any], Iterator[Fault]]] = {
        nodes.Const: _const,
        nodes.Name: _name,
        nodes.Call: _call,
        nodes.Filter: _filter,
        nodes.Compare: _compare,
        nodes.List: _list,
        nodes.Tuple: _list,
        nodes.Getattr: _getattr,
        nodes.Getitem: _getitem,
    }


def _refusal(node: nodes.Node) -> str:
    """Why an expression may not stand where it stands."""
    if isinstance(node, nodes.CondExpr | nodes.And | nodes.Or | nodes.Not | nodes.Compare):
        return "場合によって書き分けるときは、{% if … %} … {% endif %} と書きます"
    if isinstance(node, nodes.Concat):
        return "「~」でつなぐことはできません。続けて書いてください"
    if sign := getattr(node, "operator", ""):
        return f"「{sign}」の計算は原稿に書けません。計算した数は、割合(…) のように定義から呼び出します"
    return "この書き方は原稿では使えません。書けるのは、名前と、合計(…) のような呼び出しだけです"
