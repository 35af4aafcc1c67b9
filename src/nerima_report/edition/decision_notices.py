"""notices.toml: which notice a case of the ledger asks for, and what its data must say (差込データ).

The tool fills in data only. The wording, the 様式 and the instruction on remedies (教示) come from the template of the
office.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import Field, model_validator

from nerima_report.edition.conditions import Condition, all_hold
from nerima_report.edition.definition import Definition, Text, refuse_duplicates
from nerima_report.edition.ledger import Ledger
from nerima_report.edition.part import Part
from nerima_report.edition.toml import read_definition
from nerima_report.errors import DefinitionError


class DecisionNotice(Definition):
    """A notice: for which cases, on which form, and which fields the row must have (`needs`).

    `form` is the 様式, where a source names it. `to_third_party`: it goes to a third party, whose name is not in the
    請求者名簿. `on_request`: only made where it is named, because another notice is due as well.
    """

    key: Text = Field(title="キー")
    title: Text = Field(title="題名")
    form: str = Field(title="様式", default="")
    basis: Text = Field(title="よりどころ")
    when: tuple[Condition, ...] = Field(title="条件", min_length=1)
    needs: tuple[Text, ...] = Field(title="なければ作れない項目", default=())
    to_third_party: bool = Field(title="第三者あてか", default=False)
    on_request: bool = Field(title="言われたときだけか", default=False)


class DecisionNotices(Definition):
    """notices.toml. `articles` gives the article of each reason; a reason without one is given in its words alone."""

    notice: tuple[DecisionNotice, ...] = Field(title="通知", min_length=1)
    reasons: tuple[Text, ...] = Field(title="理由の項目", default=())
    articles: Mapping[str, str] = Field(title="理由の条文", default={})

    def of(self, values: Mapping[str, object], key: str = "") -> DecisionNotice | None:
        """The notice that a row asks for: the first whose conditions it meets, or the one that is named."""
        fitting = (notice for notice in self.notice if all_hold(notice.when, values))
        if key:
            return next((notice for notice in fitting if notice.key == key), None)
        return next((notice for notice in fitting if not notice.on_request), None)

    @model_validator(mode="after")
    def _keys_are_unique(self) -> DecisionNotices:
        refuse_duplicates("通知", [notice.key for notice in self.notice])
        return self


def load_notices(part: Part) -> DecisionNotices | None:
    """The notices of a part; None where it has none. Raises DefinitionError with file, key and reason."""
    file = part.folder / "notices.toml"
    if part.ledger is None or not file.exists():
        return None
    notices = read_definition(file, DecisionNotices)
    for key, reason in notice_faults(notices, part.ledger):
        raise DefinitionError(file, key, reason)
    return notices


def notice_faults(notices: DecisionNotices, ledger: Ledger) -> Iterator[tuple[str, str]]:
    """The faults of the notices beside the ledger whose cases they are for: the key, and why."""
    table = ledger.table
    for notice in notices.notice:
        for condition in notice.when:
            choices = table.choices_of(condition.field)
            if choices is None:
                yield f"{notice.key}.when", f"台帳に項目「{condition.field}」はありません"
            elif unknown := [choice for choice in condition.one_of if choice not in choices]:
                yield f"{notice.key}.when", f"項目「{condition.field}」に選択肢「{unknown[0]}」はありません"
        for label in notice.needs:
            if table.choices_of(label) is None:
                yield f"{notice.key}.needs", f"台帳に項目「{label}」はありません"
    for label in notices.reasons:
        if table.choices_of(label) is None:
            yield "reasons", f"台帳に項目「{label}」はありません"
