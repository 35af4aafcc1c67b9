"""From the record of a built year to the published one, which is replaced only with a reason."""

from __future__ import annotations

from datetime import date

from nerima_report.errors import CannotProceed
from nerima_report.files import sha256
from nerima_report.records.file import write_record
from nerima_report.records.model import Record, RecordedChange, RecordedRevision

# What does not belong to the year itself: left out when two records are compared.
_APART = {"revisions", "program"}
MOST_SHOWN = 5


def revise(new: Record, published: Record | None, reason: str | None, today: date) -> Record | None:
    """The record to publish, or None when the same one is published already.

    A published record is replaced only with a reason, which is kept in the new one together with the day,
    the numbers that change and the hash of the record it replaces. Raises CannotProceed otherwise.
    """
    if new.draft:
        raise CannotProceed("案は公表できません。--draft を付けずに build してから、もう一度実行してください。")
    if published is None:
        return new
    if new.model_dump(exclude=_APART) == published.model_dump(exclude=_APART):
        return None
    changes = changed_numbers(published, new)
    if not reason:
        shown = "".join(f"\n    {change.about}: {change.before} → {change.after}" for change in changes[:MOST_SHOWN])
        more = f"\n    ほか{len(changes) - MOST_SHOWN}か所" if len(changes) > MOST_SHOWN else ""
        raise CannotProceed(
            f"{published.name}の記録は公表済みで、内容が違います。"
            f"{shown or '数は同じですが、もとのファイルか文が変わっています。'}{more}\n"
            '  公表したものを訂正するときは、--revise "理由" を付けて実行してください。理由は記録に残ります。'
        )
    revision = RecordedRevision(
        date=today.isoformat(),
        reason=reason,
        changes=tuple(changes),
        replaces_sha256=sha256(write_record(published)),
    )
    return new.model_copy(update={"revisions": (*published.revisions, revision)})


def changed_numbers(old: Record, new: Record) -> list[RecordedChange]:
    """The cells and figures in which two records of a year differ."""
    before, after = _numbers(old), _numbers(new)
    return [
        RecordedChange(about=name, before=before.get(name), after=after.get(name))
        for name in {**before, **after}
        if before.get(name) != after.get(name)
    ]


def _numbers(record: Record) -> dict[str, int | str | None]:
    cells: dict[str, int | str | None] = {" ".join(filter(None, key)): value for key, value in record.values.items()}
    return cells | {figure.figure: figure.value for figure in record.figures}
