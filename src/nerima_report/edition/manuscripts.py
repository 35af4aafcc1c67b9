"""manuscripts.toml: how a number typed into a manuscript is told from a word, and which ones may stand there."""

from __future__ import annotations

from pydantic import Field, field_validator

from nerima_report.edition.definition import Definition, Text, placeholders_in

# What a constant may leave open: any numeral, and any era.
NUMERAL, ERA = "数", "元号"


class Constant(Definition):
    """Phrases that say the same in every year, although a numeral stands in them: 第{数}条."""

    texts: tuple[Text, ...] = Field(title="言い方", min_length=1)
    reason: Text = Field(title="理由")

    @field_validator("texts")
    @classmethod
    def _say_more_than_a_number(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        for text in texts:
            if unknown := placeholders_in(text) - {NUMERAL, ERA}:
                raise ValueError(f"{{{min(unknown)}}} という差し込みはありません（書けるのは {{数}} と {{元号}}）")
            if not text.replace(f"{{{NUMERAL}}}", "").strip():
                raise ValueError("{数} だけでは、どんな数でも書けてしまいます。前か後の言葉も書いてください")
        return texts


class ManuscriptRules(Definition):
    """manuscripts.toml."""

    counters: tuple[Text, ...] = Field(title="漢数字に付いて数になる言葉", default=())
    quantities: tuple[Text, ...] = Field(title="数字がなくても数をいう言葉", default=())
    constant: tuple[Constant, ...] = Field(title="書き込んでよい言い方", default=())
