"""What an office calls the fields and answers of its own list: ledger-import.toml, and the mapping that it confirms."""

from __future__ import annotations

import json
from collections.abc import Mapping

from pydantic import Field

from nerima_report.edition.definition import Definition, Text

_ON_A_LINE = 8  # fields


class ImportWords(Definition):
    """ledger-import.toml: by field the headings, and by choice the spellings, that offices use."""

    columns: Mapping[str, tuple[Text, ...]] = Field(title="見出し", default={})
    answers: Mapping[str, tuple[Text, ...]] = Field(title="書き方", default={})


class ImportMapping(Definition):
    """取り込み-公開.toml: which column of the office's list is which field, and which answer is which choice.

    '' leaves a column, or an answer, out. Nothing is imported before somebody has `confirmed` it.
    """

    confirmed: bool = Field(title="確かめたか", default=False)
    columns: Mapping[str, str] = Field(title="見出し", default={})
    answers: Mapping[str, Mapping[str, str]] = Field(title="答え", default={})

    def as_toml(self, part: str, fields: tuple[str, ...]) -> str:
        """The mapping as a file that a person checks and changes."""
        lines = [
            f"# {part}の台帳への取り込み。左が役所の一覧の見出し（書き方）、右が台帳の項目（選択肢）。",
            '# 取り込まない列は "" とする。すべて確かめて直したら、confirmed = true にして、もう一度実行する。',
            "# 書ける項目（氏名、法人名、担当者、住所、件名は、台帳でなく請求者名簿に入る）:",
            *(f"#   {'、'.join(fields[n : n + _ON_A_LINE])}" for n in range(0, len(fields), _ON_A_LINE)),
            "",
            f"confirmed = {'true' if self.confirmed else 'false'}",
            "",
            "[columns]",
            *(f"{_quoted(heading)} = {_quoted(field)}" for heading, field in self.columns.items()),
        ]
        for field, answers in self.answers.items():
            lines += ["", f"[answers.{_quoted(field)}]"]
            lines += [f"{_quoted(written)} = {_quoted(choice)}" for written, choice in answers.items()]
        return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
