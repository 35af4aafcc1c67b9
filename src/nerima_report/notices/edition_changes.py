"""What changed in an edition, as a clerk reads it: file by file, each place by its Japanese name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from rich.console import Console
from rich.text import Text

from nerima_report.edition_changes import Change, Step, item_name
from nerima_report.notices.text import fold

# What the keys of the definition files are called. forms.toml's own keys are shown as they stand in the file.
NAMES: Mapping[str, str] = {
    "additive": "課の数を足すか",
    "annex": "別表",
    "answer": "答え",
    "any_year": "年度の外の日付も書けるか",
    "bases": "根拠になるもの",
    "basis": "よりどころ",
    "before": "それまで",
    "beginning": "選択肢のはじめの言葉",
    "bodies": "行政機関",
    "breaks": "系列の切れ目",
    "cases": "事例の一覧",
    "cautions": "守ること",
    "chance": "偶然に同じになる回数",
    "change": "区の数の変化",
    "choices": "選択肢",
    "choices_from": "選択肢のもと",
    "closing": "年度末の数の行",
    "code": "団体コード",
    "column": "列",
    "columns": "列",
    "committee": "運営委員会",
    "consultation": "協議",
    "continued": "旧条例からの継続",
    "continuing": "継続の答え",
    "coordinators": "とりまとめ課",
    "count": "数のセルの案内",
    "counted_from": "数えるもとの一覧",
    "counts": "件数の表の案内",
    "cover": "表紙の文",
    "decider": "決定した者",
    "deciders": "決定できる人",
    "decision": "決定の日",
    "decision_note": "決定の注",
    "denominator": "分母",
    "department": "部",
    "departments": "部",
    "digits": "小数点以下の桁数",
    "direct": "法令と同意による",
    "ditto": "「同上」とするか",
    "each_choice_of": "選択肢ごとの行",
    "each_row": "行ごとに確かめるか",
    "ended": "減った数の行",
    "entries": "一覧の表の案内",
    "example": "たとえば",
    "examples": "例",
    "excluded": "除く行",
    "explanation": "説明",
    "field": "項目",
    "fields": "項目",
    "figure": "割合",
    "first_year": "はじめの年度",
    "form_version": "様式の版",
    "from_record": "記録から作る報告",
    "given": "書いてあるか",
    "group": "区分",
    "group_stub": "区分の列の見出し",
    "group_width": "区分の列の幅",
    "guide": "記入要領",
    "hide_unused_groups": "実績のない区分を載せないか",
    "hide_unused_rows": "実績のない行を載せないか",
    "hint": "どうするか",
    "holder": "保有する行政機関",
    "identical": "前の年度と同じ表",
    "inspection": "点検との照らし合わせ",
    "instruction": "書き方",
    "judged": "審議が要る根拠",
    "judged_always": "いつも審議が要るか",
    "key": "キー",
    "kind": "種類",
    "kinds": "利用、提供、委託",
    "label": "見出し",
    "last_year": "終わりの年度",
    "layout": "表の組み方",
    "leaks": "漏えい等の報告",
    "least": "小さいほうの数",
    "left": "左",
    "left_out": "載せなかったものの断り",
    "legal_basis": "根拠",
    "limit": "限度の設定",
    "limits": "限度",
    "line": "行",
    "lines_for": "はじめから行を置く項目",
    "link": "つながり",
    "meanings": "選択肢の意味",
    "message": "文",
    "more_than": "これより大きい",
    "name": "名前",
    "needed": "審議が要るか",
    "new": "増えた数の行",
    "no_total_because": "合計しない理由",
    "note": "注",
    "notes": "注",
    "number": "番号",
    "numerator": "分子",
    "one_of": "選択肢のどれか",
    "open_note": "未了の一覧のはじめの文",
    "open_when": "未了とする条件",
    "order": "並べ方",
    "otherwise": "類型によらないとき",
    "outside": "法の外",
    "percent": "相対の限度",
    "persons": "人数",
    "pinned": "最後に置くか",
    "print": "印刷する列",
    "printed_as": "印刷の形",
    "proposal": "終わりの文",
    "publication_month": "公表の月",
    "reason": "理由",
    "receiver": "利用する行政機関など",
    "relation": "関係",
    "renamed": "名前の変更",
    "report": "報告",
    "reported_by": "書く人",
    "required": "必ず書くか",
    "required_when": "必ず書く条件",
    "result": "結果",
    "right": "右",
    "roster": "名簿のひな形",
    "roster_source": "名簿の出典",
    "rounding": "丸め方",
    "row": "行",
    "rows": "行",
    "rule": "数え方",
    "score": "絶対の限度",
    "section": "課",
    "settings": "設定",
    "severity": "重さ",
    "slip": "桁の間違い",
    "sort_by": "並べる項目",
    "source": "出典",
    "split_by": "表を分ける項目",
    "spread": "ふだんの変わり方の何倍か",
    "stocks": "年度末の現在数",
    "stub": "左の列の見出し",
    "sum": "足す項目",
    "table": "表",
    "template": "書き写すブック",
    "text": "文",
    "then": "そのあと",
    "title": "題名",
    "total": "合計行の見出し",
    "type": "型",
    "types": "類型",
    "unit": "単位",
    "value": "値",
    "what": "変わったこと",
    "when": "いつ",
    "where": "数える条件",
    "who": "人",
    "why": "理由",
    "width": "幅",
    "with": "相手",
    "within": "行政機関の中か",
    "work": "業務",
    "year": "年度",
    "years": "要る年度の数",
}
VALUES: Mapping[str, str] = {
    "fixed": "書いた順",
    "by_count": "多い順",
    "section": "各課",
    "coordinator": "とりまとめ課（区全体の様式）",
    "counts": "件数の表",
    "entries": "一覧の表",
    "equal": "等しい",
    "at_most": "左は右以下",
    "at_least": "左は右以上",
    "both_or_neither": "一方が0なら他方も0",
    "error": "エラー",
    "warning": "警告",
    "notice": "お知らせ",
}
NOTHING = "（なし）"
_NEVER_TOLD = ("key", "group", "label", "additive", "kind")
_SHORT = 30  # characters of a value that still stands on the line of its place
FORM_HINT = (
    "各課に書いてもらうところが変わりました。municipality.toml の form_version を上げて、様式を配り直してください"
    "（前の様式に記入されたものは、変わったところが指摘されます）。"
)


def print_changes(console: Console, changes: Sequence[Change], new_forms: bool) -> None:
    """Print every change under its file, or that there is none; and whether the forms must be sent out anew."""
    if not changes:
        _print(console, 0, "付属の定義と同じです。")
        return
    _print(console, 0, f"付属の定義と変わったところは、{len(changes)}か所です。")
    for file, group in groupby(changes, key=lambda change: change.file):
        console.print()
        _print(console, 0, f"■ {file}", "bold")
        for change in group:
            for indent, line, style in _lines(change):
                _print(console, indent, line, style)
    if new_forms:
        console.print()
        _print(console, 0, FORM_HINT)


def _lines(change: Change) -> Iterator[tuple[int, str, str]]:
    """The lines about a change: indentation, text, style. Signs say what colours say."""
    place = " ＞ ".join(_named(step) for step in change.steps) or "ファイル"
    match change.kind:
        case "added":
            yield 2, f"＋ {place}　加わった", "green"
            if isinstance(change.after, Mapping):
                yield from ((6, f"{name}　{value}", "") for name, value in _told(change.after))
        case "removed":
            yield 2, f"－ {place}　なくなった", "red"
        case "restyled":
            yield 2, "書式（Word のスタイル、余白、色）が変わった", ""
        case "reworded":
            yield 2, place, ""
            yield from ((4, f"- {line}", "red") for line in _written(change.before))
            yield from ((4, f"+ {line}", "green") for line in _written(change.after))
        case "reordered":
            yield 2, f"{place}の並びが変わった", ""
            yield 6, f"前　{_shown(change.before)}", ""
            yield 6, f"後　{_shown(change.after)}", ""
        case "changed":
            before, after = _shown(change.before), _shown(change.after)
            if len(before) + len(after) <= _SHORT:
                yield 2, f"{place}　{before} → {after}", ""
            else:
                yield 2, place, ""
                yield 6, f"前　{before}", "red"
                yield 6, f"後　{after}", "green"


def _written(lines: object) -> list[str]:
    """The lines of a manuscript that are not empty."""
    return [str(line) for line in lines if str(line).strip()] if isinstance(lines, tuple) else []


def _named(step: Step) -> str:
    name = NAMES.get(step.key, step.key)
    return f"{name}「{step.item}」" if step.item else name


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "はい（true）" if value else "いいえ（false）"
    if value is None or value in ("", ()):
        return NOTHING
    if isinstance(value, Mapping):
        named = item_name(value)
        return f"「{named}」" if named else "、".join(f"{name} {inner}" for name, inner in _told(value))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "、".join(_shown(item) for item in value)
    return f"「{VALUES.get(value, value)}」" if isinstance(value, str) else str(value)


def _told(item: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """What an item says beside its name, and beside what nobody wrote."""
    for key, value in item.items():
        nobody = key == "reported_by" and item.get("counted_from")
        if key not in _NEVER_TOLD and not nobody and value not in (None, "", (), False):
            yield NAMES.get(key, key), _shown(value)


def _print(console: Console, indent: int, text: str, style: str = "") -> None:
    for number, line in enumerate(fold(text, max(console.width - indent - 4, 20))):
        console.print(Text(" " * (indent + (2 if number else 0)) + line, style), soft_wrap=True)
