"""Conditions on entries: which of them a table counts, and which of their fields must be filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import Field, model_validator

from nerima_report.edition.definition import Definition, Text


class Condition(Definition):
    """A condition on a field of an entry: one of some choices, a number within limits, or `given`: filled in or blank.

    A field with several answers meets it with any of them. `least` and `most` are themselves within the limits.
    """

    field: Text = Field(title="項目")
    one_of: tuple[Text, ...] = Field(title="選択肢のどれか", default=())
    given: bool | None = Field(title="書いてあるか", default=None)
    least: int | None = Field(title="この数以上", default=None)
    most: int | None = Field(title="この数以下", default=None)

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Condition:
        if [bool(self.one_of), self.given is not None, self.is_about_a_number].count(True) != 1:
            raise ValueError("one_of（選択肢）か given（書いてあるか）か least と most（数）のどれか一つを書きます")
        return self

    @property
    def is_about_a_number(self) -> bool:
        """Whether it sets limits to a number."""
        return self.least is not None or self.most is not None

    @property
    def wording(self) -> str:
        """The condition in words: 「確認」が新規か変更の, 「協議の日」を書いた."""
        if self.given is None:
            return f"「{self.field}」が{'か'.join(self.one_of)}の"
        return f"「{self.field}」を{'書いた' if self.given else '書かない'}"

    def holds(self, entry: Mapping[str, object]) -> bool:
        """Whether an entry (values by label of field) meets the condition."""
        value = entry.get(self.field)
        if self.one_of:
            return any(one in self.one_of for one in value) if isinstance(value, tuple) else value in self.one_of
        if self.given is not None:
            return (value is not None) == self.given
        least, most = self.least, self.most
        return isinstance(value, int) and (least is None or least <= value) and (most is None or value <= most)


def all_hold(conditions: Iterable[Condition], entry: Mapping[str, object]) -> bool:
    """Whether an entry meets every one of the conditions."""
    for condition in conditions:  # noqa: SIM110 (called for every entry and row: a generator takes twice as long)
        if not condition.holds(entry):
            return False
    return True
