"""figures.toml: shares and rates, by numerator, denominator, exclusions and rounding."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from nerima_report.edition.definition import Definition, Label, Rounding, Text
from nerima_report.edition.links import Cells


class Figure(Definition):
    """A share: the numerator (or the largest row) over the denominator without the excluded rows.

    In a table with groups a row is the sum over all groups, unless the cells name one. `never_whole`: what is not
    quite all is not printed as 100 %, nor what is not quite nothing as 0 %, but one step short.
    """

    key: Text = Field(title="キー")
    kind: Literal["rate", "largest_share"] = Field(title="種類")
    numerator: Cells | None = Field(title="分子", default=None)
    denominator: Cells = Field(title="分母")
    excluded: tuple[Label, ...] = Field(title="除く行", default=())
    digits: int = Field(title="小数点以下の桁数", ge=0, le=4)
    rounding: Rounding = Field(title="丸め方")
    never_whole: bool = Field(title="端数があれば 100% と 0% にしないか", default=False)
    unit: Literal["%"] = Field(title="単位")
    basis: Text = Field(title="よりどころ")

    @model_validator(mode="after")
    def _numerator_belongs_to_rate(self) -> Figure:
        if (self.numerator is None) != (self.kind == "largest_share"):
            raise ValueError('numerator は kind = "rate" のときだけに、必ず書きます')
        return self


class FiguresFile(Definition):
    """figures.toml."""

    figure: tuple[Figure, ...] = Field(title="割合", default=())
